/*
 * Readers of the step `read`, for its file and the paths beside the main one.
 */
#ifndef STILE_GATE_READ_H
#define STILE_GATE_READ_H

#include "gate/path.h"

/* One subject below a JSON Pointer; refuses the ask when it is none. */
int read_subject(struct ask *ask, struct subject *subject, const char *prefix)
    MUST_USE NONNULL;

/* The members of createRequest. Returns: 0, perhaps settled; fault. */
int read_request(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* A new id of 26 characters in the arena. Returns: 0; fault ENOMEM. */
int read_id(struct str *id, struct arena *arena, int64_t now_us,
    const struct random *random) MUST_USE NONNULL;

/* The members of a lead, of the right shape. False: settled. */
bool read_lead_members(struct ask *ask) NONNULL;

/* Subject and fields, once the rest is read. Returns: 0; fault. */
int read_rest(struct ask *ask) MUST_USE NONNULL;

#endif
