/* Operations of the holder's staff; see office.h. */
#include "gate/office.h"

#include "gate/speak.h"
#include "util/fault.h"

static const struct {
	enum operation_id operation;
	int (*read)(struct gate *gate, struct ask *ask);
	int (*apply)(struct gate *gate, struct ask *ask);
	void (*fill)(struct ask *ask);
	void (*put)(struct json *json, struct ask *ask);
} rows[] = {
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
