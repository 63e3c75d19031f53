/* Operations of the holder's staff; see office.h. */
#include "gate/office.h"

#include "gate/countersign.h"
#include "gate/retain.h"
#include "gate/speak.h"
#include "util/fault.h"

static const struct {
	enum operation_id operation;
	int (*read)(struct gate *gate, struct ask *ask);
	int (*apply)(struct gate *gate, struct ask *ask);
	void (*fill)(struct ask *ask);
	void (*put)(struct json *json, struct ask *ask);
} rows[] = {
	{ OPERATION_SIGN_RELEASE, countersign_read, countersign_apply,
	    countersign_fill, countersign_put },
	{ OPERATION_CREATE_ERASURE, retain_read, retain_apply, retain_fill,
	    retain_put },
	{ OPERATION_CREATE_HOLD, retain_read, retain_apply, retain_fill,
	    retain_put },
	{ OPERATION_LIFT_HOLD, retain_read, retain_apply, retain_fill,
	    retain_put },
	{ OPERATION_CREATE_STATEMENT, speak_read, speak_apply, speak_fill,
	    speak_put },
	{ OPERATION_APPROVE_STATEMENT, speak_read, speak_apply, speak_fill,
	    speak_put },
};

static size_t
row_of(const struct ask *ask)
{
	size_t row = 0;

	while (!ask_is(ask, rows[row].operation))
		row++;
	return row;
}

int
office_read(struct gate *gate, struct ask *ask)
{
	return TRACE(rows[row_of(ask)].read(gate, ask));
}

int
office_apply(struct gate *gate, struct ask *ask)
{
	return TRACE(rows[row_of(ask)].apply(gate, ask));
}

void
office_fill(struct ask *ask)
{
	rows[row_of(ask)].fill(ask);
}

void
office_put(struct json *json, struct ask *ask)
{
	rows[row_of(ask)].put(json, ask);
}

void
office_read_role(struct ask *ask)
{
	struct str name = members_find(&ask->members, "/role");
	uint32_t role = people_role(name);

	if (role == 0)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/role"),
		    STR("there is no such role"));
	else if ((role & ask->operator.roles & ask->operation->role) == 0)
		ask_refuse(ask, REFUSAL_ROLE_MISSING, STR("/role"), STR(""));
	ask->office.role = name;
}
