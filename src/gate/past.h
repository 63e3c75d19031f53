/*
 * The past of the log: under which checkpoint an entry was first proven, and
 * the proof of then.
 *
 * The keeper signs one checkpoint a batch. The gate keeps each in the store
 * with the batch that follows; until then it holds it itself, and after a
 * restart the keeper, who remembers the last one it signed, says it again. So
 * the smallest checkpoint that holds an entry is always known, and is the one
 * its asker was given.
 */
#ifndef STILE_GATE_PAST_H
#define STILE_GATE_PAST_H

#include "gate/path.h"
#include "tlog/proof.h"

/*
 * Returns: 0, *note in the arena or the gate's own, and *proof under it; fault.
 */
int past_find(struct gate *gate, struct str *note, struct tlog_proof *proof,
    struct arena *arena, uint64_t index) MUST_USE NONNULL;

#endif
