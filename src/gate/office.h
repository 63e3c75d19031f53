/*
 * The holder's office: what the holder's own staff does through the gate, with
 * certificate and role like everybody, each act an entry. Releases are signed
 * here. An operation of the office is a row of office.c.
 */
#ifndef STILE_GATE_OFFICE_H
#define STILE_GATE_OFFICE_H

#include "gate/path.h"
#include "util/json.h"

/* Read an office operation into ask->office. Returns: 0; fault. */
int office_read(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* Do it, within the batch's transaction. Returns: 0; fault. */
int office_apply(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* Fill its entry. */
void office_fill(struct ask *ask) NONNULL;

/* Write the members of its answer. */
void office_put(struct json *json, struct ask *ask) NONNULL;

/*
 * For the operations: the member "/role" is a role that the operator has and
 * that the operation asks for; anything else is refused.
 */
void office_read_role(struct ask *ask) NONNULL;

#endif
