/*
 * Leads: the holder sends one record to one requester on one open case.
 *
 * A lead walks the main path as a request does, judged by the same packs, budgets
 * and budgets' keys as if its recipient had asked, and is an entry of its own
 * kind. What differs: who types is a person of the holder; the record goes to
 * the recipient, who reads it under its id, and never to the sender; and it does
 * not wait: what a pack would refer to an approver is refused.
 */
#ifndef STILE_GATE_LEAD_H
#define STILE_GATE_LEAD_H

#include "gate/path.h"

static inline bool
lead_is(const struct ask *ask)
{
	return ask_is(ask, OPERATION_CREATE_LEAD);
}

/* read: the body of a lead into ask->request. Returns: 0; fault. */
int lead_read(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* read: it was sent already; its sender hears so again. Returns: 0; fault. */
int lead_replay(struct ask *ask) MUST_USE NONNULL;

/* decide: a lead that would wait for an approval is refused. */
void lead_decide(struct ask *ask) NONNULL;

/*
 * What the sender hears in place of the recipient's answer: that it was sent,
 * and the id. Returns: 0; fault ENOMEM.
 */
int lead_answer(struct ask *ask) MUST_USE NONNULL;

#endif
