/*
 * Secrecy: whether an entry is sealed (store/seals.h) at the moment a release
 * is made. Sealed entries look like any that are not shown.
 */
#ifndef STILE_RELEASE_SECRECY_H
#define STILE_RELEASE_SECRECY_H

#include <stdbool.h>
#include <stdint.h>

#include "release/stock.h"
#include "util/attr.h"

/*
 * Is the entry sealed at that moment?
 *
 * Returns: 0 and *is_sealed; STOCK_E_DAMAGED; fault.
 */
int secrecy_of(bool *is_sealed, struct stock *stock,
    const struct stock_entry *entry, int64_t now_us) MUST_USE NONNULL;

#endif
