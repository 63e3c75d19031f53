/*
 * Statements to the public (PATH_OFFICE): one person of the holder's staff
 * drafts, another approves (P9). A statement that supersedes another names it
 * when it is drafted; it must be the one in force on that topic then, and when
 * it is approved. So there is at most one in force on a topic, and no circle.
 */
#ifndef STILE_GATE_SPEAK_H
#define STILE_GATE_SPEAK_H

#include "gate/path.h"
#include "util/json.h"

/* As office.h has them. */
int speak_read(struct gate *gate, struct ask *ask) MUST_USE NONNULL;
int speak_apply(struct gate *gate, struct ask *ask) MUST_USE NONNULL;
void speak_fill(struct ask *ask) NONNULL;
void speak_put(struct json *json, struct ask *ask) NONNULL;

#endif
