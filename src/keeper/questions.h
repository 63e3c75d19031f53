/*
 * What the gate may ask of the keeper, and what it gets (frames.h,
 * keeper_kind). No socket here: frames in, frames out.
 *
 * The rule that makes the log one log is in SIGN: a checkpoint is signed only
 * when it extends the last one signed, which the keeper proves to itself, and
 * is durable as the new last one before it is given out.
 */
#ifndef STILE_KEEPER_QUESTIONS_H
#define STILE_KEEPER_QUESTIONS_H

#include "keeper/keyring.h"
#include "keeper/lastsigned.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/eventlog.h"
#include "util/frame.h"

struct questions {
	const struct keyring *keys;
	struct lastsigned *last;
	const struct eventlog *log; /* refusals are said there too */
};

enum {
	QUESTIONS_E_BAD = 1, /* not a question, or malformed: close the peer */
	QUESTIONS_E_FULL,    /* the answers are past the queue: close the peer */
};

/*
 * Answer one frame; the answer, or KEEPER_KIND_REFUSED with its reason, is
 * appended to out.
 *
 * Returns: 0; QUESTIONS_E_BAD, QUESTIONS_E_FULL, nothing was done; fault: the
 * state could not be made durable, nothing was given out, end the process.
 */
int questions_answer(struct questions *questions, struct buf *out,
    const struct frame *ask) MUST_USE NONNULL;

/*
 * Whether the state belongs to the keys: its note is signed by them and says
 * the same size and root. Returns: true also for a log not yet signed.
 */
bool questions_is_own(const struct questions *questions) NONNULL;

#endif
