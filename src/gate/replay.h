/*
 * Replays: the same Idempotency-Key gets the same answer, byte for byte, and
 * counts once, also after a restart.
 *
 * The answer is kept sealed with the values of its entry, without the receipt:
 * that is made again from the entry, the checkpoint of then and the tree.
 * Today's receipt is another matter, and another operation (getReceipt).
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

/* Whether the answer to this ask is to be found again under its key. */
bool replay_is_kept(const struct ask *ask) NONNULL;

/*
 * Hand what was answered to the entry, to be kept, if it is: status, type and
 * core.
 *
 * Returns: 0; fault ENOMEM.
 */
int replay_keep(struct ask *ask) MUST_USE NONNULL;

/*
 * The same for an approval, whose answer is known only once the request behind
 * it was decided again and entered: writes its core, and keeps it if it is.
 *
 * Returns: 0; fault.
 */
int replay_keep_late(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/*
 * Keep the key of an operation that is not a request of who asks. Returns: 0;
 * fault.
 */
int replay_put_key(struct gate *gate, const struct ask *ask) MUST_USE NONNULL;

/*
 * Take over what was answered with an entry: status, core and entry text, so
 * that the answer step finds what it found then. id: of the request that it
 * answered; empty: it was none.
 *
 * Returns: 0 (refused with EXPIRED when it was erased); fault.
 */
int replay_take(struct gate *gate, struct ask *ask, struct str id,
    uint64_t index) MUST_USE NONNULL;

#endif
