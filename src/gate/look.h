/*
 * Looking at something of one's own: a request, a ground, a receipt. Every look
 * is an entry (P7).
 */
#ifndef STILE_GATE_LOOK_H
#define STILE_GATE_LOOK_H

#include "gate/path.h"

/* Find it. Returns: 0, the ask's core set or the ask settled; fault. */
int look_apply(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

#endif
