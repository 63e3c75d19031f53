/*
 * Registering grounds: investigations, assignments, warrants, instruments. By a
 * supervisor, for the own agency only; every change is an entry.
 */
#ifndef STILE_GATE_REGISTER_H
#define STILE_GATE_REGISTER_H

#include "gate/path.h"

/* Read the members. Returns: 0, perhaps settled; fault. */
int register_read(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* Write the change, within the transaction. Returns: 0, perhaps settled; fault. */
int register_apply(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

#endif
