/*
 * Complaints: a person's, about an entry they were told of, and the holder's
 * answer. Each is an entry of the log (P7); what is written in them is sealed
 * with its other values.
 */
#ifndef STILE_GATE_COMPLAINT_H
#define STILE_GATE_COMPLAINT_H

#include "gate/path.h"

/* Read the body of createComplaint or answerComplaint. Returns: 0; fault. */
int complaint_read(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/*
 * File, show, list or answer: all that can be done before the entry has its
 * place. An entry that the person was not told of, of another or under seal,
 * gives the one answer that an absent one gives.
 *
 * Returns: 0, the core set or the ask settled; fault.
 */
int complaint_apply(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* The rows of a complaint or its answer, with its entry. Returns: 0; fault. */
int complaint_put(struct gate *gate, const struct ask *ask) MUST_USE NONNULL;

#endif
