/*
 * Succession: a copy of a store becomes the store of the next log.
 *
 * What the log itself is made of goes: entries, their sealed values and keys,
 * tiles, heads, requests, releases, holds, consignments, statements, look-ups of
 * persons and their complaints. What the gate decides by stays: people, grounds,
 * seals, budgets.
 */
#ifndef STILE_STORE_SUCCESSION_H
#define STILE_STORE_SUCCESSION_H

#include "store/store.h"
#include "util/attr.h"

/* Within a transaction. Returns: 0; fault. */
int succession_clear(struct store *store) MUST_USE NONNULL;

#endif
