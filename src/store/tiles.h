/*
 * Tiles of the log in the store, for proofs: full ones are kept, the partial
 * one of level 0 is hashed anew from its entries.
 */
#ifndef STILE_STORE_TILES_H
#define STILE_STORE_TILES_H

#include "store/store.h"
#include "tlog/tile.h"
#include "util/attr.h"

/* A reader over the store's log; good while the store is open. */
struct tlog_tile_reader tiles_reader(struct store *store) NONNULL;

#endif
