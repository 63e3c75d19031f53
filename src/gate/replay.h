/*
 * Replays: the same Idempotency-Key gets the same answer and counts once.
 *
 * The answer is kept sealed beside its request, without the receipt; the
 * receipt is made again from the entry and the log.
 */
#ifndef STILE_GATE_REPLAY_H
#define STILE_GATE_REPLAY_H

#include "gate/path.h"

/*
 * Look for an answer under the ask's Idempotency-Key: settles the ask as a
 * replay, or refuses it when the key came with another request or is being
 * answered in this batch.
 *
 * Returns: 0; fault.
 */
int replay_find(struct gate *gate, const struct batch *batch, struct ask *ask)
    MUST_USE NONNULL;

/* Keep the key of a new request. Returns: 0; fault. */
int replay_keep(struct gate *gate, const struct ask *ask) MUST_USE NONNULL;

/*
 * Take over the kept answer of a request: status, core and entry text, so that
 * the answer step finds what the first answer had.
 *
 * Returns: 0 (refused with GONE words when it was erased); fault.
 */
int replay_take(struct gate *gate, struct ask *ask,
    const struct store_request *row) MUST_USE NONNULL;

/* The sealed form of an answer. Returns: 0 and *sealed in the arena; fault. */
int replay_seal(struct gate *gate, struct ask *ask, struct str *sealed)
    MUST_USE NONNULL;

/*
 * Forget the keys that have expired, in steps of LIMIT_SWEEP. Within the open
 * transaction. Returns: 0; fault.
 */
int replay_sweep(struct gate *gate, int64_t now_us) MUST_USE NONNULL;

#endif
