/*
 * Where the gate's proofs read old tiles: the edge, then the store.
 */
#ifndef STILE_GATE_TILES_H
#define STILE_GATE_TILES_H

#include "gate/path.h"

/* A reader over the gate's log; good while the gate is. */
struct tlog_tile_reader tiles_reader(struct gate *gate) NONNULL;

#endif
