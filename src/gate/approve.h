/*
 * Approvals: another person of the named role looks at a referred request, and
 * it is decided again (P9: nobody approves a request of their own).
 */
#ifndef STILE_GATE_APPROVE_H
#define STILE_GATE_APPROVE_H

#include "gate/path.h"

/* Read the members. Returns: 0, perhaps settled; fault. */
int approve_read(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/*
 * Record the approval and put the request, decided again, behind it in the
 * batch. Returns: 0, perhaps settled; fault.
 */
int approve_apply(struct gate *gate, struct batch *batch, struct ask *ask)
    MUST_USE NONNULL;

/* The frame of a referred request, sealed, for its later decision. */
int approve_seal_frame(struct gate *gate, struct ask *ask, struct str *sealed)
    MUST_USE NONNULL;

#endif
