/*
 * Retention through the gate (PATH_OFFICE): the records officer has erased what
 * is past its period; counsel places legal holds and lifts them.
 */
#ifndef STILE_GATE_RETAIN_H
#define STILE_GATE_RETAIN_H

#include "gate/path.h"
#include "util/json.h"

/* As office.h has them: of erasures, and of holds placed and lifted. */
int retain_read(struct gate *gate, struct ask *ask) MUST_USE NONNULL;
int retain_apply(struct gate *gate, struct ask *ask) MUST_USE NONNULL;
void retain_fill(struct ask *ask) NONNULL;
void retain_put(struct json *json, struct ask *ask) NONNULL;

/* The period of each kind of entry, by the holder's settings. */
struct config;
void retain_periods(struct gate *gate, const struct config *config) NONNULL;

#endif
