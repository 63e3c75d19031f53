/*
 * A person's own view: who looked me up? The holder's portal vouches for who
 * asks by a token (token.h); what is told is docs/format/self.md.
 *
 * The rule: an answer is a function of the look-ups that may be told to this
 * person, of the time and of the log's head, and of nothing else. Look-ups
 * under seal are kept where this code does not look (store/lookups.h), so that
 * neither bytes, nor length, nor the work done can depend on them.
 */
#ifndef STILE_GATE_SELF_H
#define STILE_GATE_SELF_H

#include "gate/path.h"

/* Read token, place and body. Returns: 0, settled or not; fault. */
int self_read(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* Use the token up and find what is asked. Returns: 0; fault. */
int self_apply(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/*
 * Note, within the batch, whom its requests were about. Returns: 0;
 * SELF_E_DOWN, the keeper does not answer: nothing may be disclosed; fault.
 */
enum {
	SELF_E_DOWN = 1,
};
int self_note(struct gate *gate, struct batch *batch) MUST_USE NONNULL;

#endif
