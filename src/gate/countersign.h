/*
 * Signing releases (PATH_OFFICE): a person of the holder's staff says that a
 * release was drafted, that its texts were read, or signs it. The gate sees a
 * digest and no release: what it adds is who, in which role, when, in one
 * sequence with everything else; and that the second person is another.
 */
#ifndef STILE_GATE_COUNTERSIGN_H
#define STILE_GATE_COUNTERSIGN_H

#include "gate/path.h"
#include "util/json.h"

/* As office.h has them. */
int countersign_read(struct gate *gate, struct ask *ask) MUST_USE NONNULL;
int countersign_apply(struct gate *gate, struct ask *ask) MUST_USE NONNULL;
void countersign_fill(struct ask *ask) NONNULL;
void countersign_put(struct json *json, struct ask *ask) NONNULL;

#endif
