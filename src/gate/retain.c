/* Erasures and holds as operations; see retain.h. */
#include "gate/retain.h"

#include <errno.h>

#include "config/config.h"
#include "gate/erase.h"
#include "gate/office.h"
#include "store/holds.h"
#include "util/fault.h"
#include "util/instant.h"

static const struct member_shape erase_shape[] = {
	{ "/role", 's', 32, true },
};

static const struct member_shape hold_shape[] = {
	{ "/id", 's', LIMIT_ASK_NUMBER, true },
	{ "/from", 'i', 20, true },
	{ "/to", 'i', 20, true },
	{ "/reason", 's', LIMIT_ASK_REASON, true },
	{ "/role", 's', 32, true },
};

static const struct {
	enum operation_id operation;
	const char *act;
	const struct member_shape *shape;
	size_t n_shape;
} rows[] = {
	{ OPERATION_CREATE_ERASURE, "erase", erase_shape,
	    ARRAY_LEN(erase_shape) },
	{ OPERATION_CREATE_HOLD, "hold", hold_shape, ARRAY_LEN(hold_shape) },
	{ OPERATION_LIFT_HOLD, "lift", erase_shape, ARRAY_LEN(erase_shape) },
};

static uint64_t
read_index(struct ask *ask, const char *pointer)
{
	struct str text = members_find(&ask->members, pointer);
	uint64_t index = 0;

	if (!str_to_u64(&index, text) || index > INT64_MAX)
		ask_refuse(ask, REFUSAL_BAD_VALUE, str_of(pointer),
		    STR("the number of an entry is a whole number"));
	return index;
}

static void
read_hold(struct ask *ask)
{
	struct ask_office *office = &ask->office;

	office->hold = str_trim(members_find(&ask->members, "/id"));
	office->reason = str_trim(members_find(&ask->members, "/reason"));
	office->from = read_index(ask, "/from");
	office->to = read_index(ask, "/to");
	if (office->hold.len == 0)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/id"),
		    STR("it is empty"));
	if (office->from >= office->to)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/to"),
		    STR("it is the first entry that is not held"));
}

int
retain_read(struct gate *gate, struct ask *ask)
{
	size_t row = 0;

	(void)gate;
	while (!ask_is(ask, rows[row].operation))
		row++;
	ask->office.act = str_of(rows[row].act);
	if (!members_check(&ask->refusal, &ask->members, rows[row].shape,
		rows[row].n_shape)) {
		ask->is_settled = true;
		return 0;
	}
	if (ask_is(ask, OPERATION_CREATE_HOLD))
		read_hold(ask);
	else if (ask_is(ask, OPERATION_LIFT_HOLD))
		ask->office.hold = ask->parameters[0];
	office_read_role(ask);
	return 0;
}

static int
apply_erasure(struct gate *gate, struct ask *ask)
{
	struct erase_report report;
	int r = erase_step(gate, &report, ask->now_us, LIMIT_ERASE);

	/* After a fault too: what was erased before it is in the entry. */
	ask->office.report = erase_json(&report, &ask->arena);
	if (ask->office.report.p == NULL)
		ask->entry.has_failed = true;
	return TRACE(r);
}

static int
apply_hold(struct gate *gate, struct ask *ask)
{
	const struct ask_office *office = &ask->office;
	struct store_hold row = { .id = office->hold,
		.from = office->from,
		.to = office->to,
		.reason = office->reason,
		.placed_by = ask->operator.id,
		.placed_us = ask->now_us,
		.lifted_by = STR("") };
	int r = holds_put(gate->store, &row);

	if (r == STORE_E_EXISTS)
		ask_refuse(ask, REFUSAL_CONFLICT, STR("/id"),
		    STR("there is a hold of this name already"));
	return r == STORE_E_EXISTS || r == 0 ? 0
	    : r < 0			     ? TRACE(r)
					     : FAULT(EIO);
}

static int
apply_lift(struct gate *gate, struct ask *ask)
{
	int r = holds_lift(gate->store, ask->office.hold, ask->operator.id,
	    ask->now_us);

	if (r == STORE_E_ABSENT)
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
	return r == STORE_E_ABSENT || r == 0 ? 0
	    : r < 0			     ? TRACE(r)
					     : FAULT(EIO);
}

int
retain_apply(struct gate *gate, struct ask *ask)
{
	if (ask_is(ask, OPERATION_CREATE_ERASURE))
		return TRACE(apply_erasure(gate, ask));
	if (ask_is(ask, OPERATION_CREATE_HOLD))
		return TRACE(apply_hold(gate, ask));
	return TRACE(apply_lift(gate, ask));
}

void
retain_fill(struct ask *ask)
{
	const struct ask_office *office = &ask->office;
	struct entry *entry = &ask->entry;

	entry_put(entry, &ask->arena, LABEL_CHANGE, office->act);
	if (office->role.len > 0)
		entry_put(entry, &ask->arena, LABEL_ROLE, office->role);
	if (office->hold.len > 0)
		entry_put(entry, &ask->arena, LABEL_HOLD, office->hold);
	if (office->reason.len > 0)
		entry_put(entry, &ask->arena, LABEL_REASON, office->reason);
	if (office->to > 0)
		entry_put(entry, &ask->arena, LABEL_RANGE,
		    arena_format(&ask->arena, "%llu %llu",
			(unsigned long long)office->from,
			(unsigned long long)office->to));
	if (office->report.len > 0)
		entry_put_json(entry, LABEL_ERASED, office->report);
}

void
retain_put(struct json *json, struct ask *ask)
{
	const struct ask_office *office = &ask->office;

	json_put_string(json, "act", office->act);
	if (office->hold.len > 0)
		json_put_string(json, "hold", office->hold);
	if (office->report.len > 0)
		json_put_raw(json, "erased", office->report);
	ask->status = ask_is(ask, OPERATION_LIFT_HOLD) ? 200 : 201;
}

void
retain_periods(struct gate *gate, const struct config *config)
{
	const struct {
		enum entry_type type;
		int64_t days;
	} periods[] = {
		{ ENTRY_REQUEST, config->retention.request_days },
		{ ENTRY_LEAD, config->retention.request_days },
		{ ENTRY_APPROVAL, config->retention.approval_days },
		{ ENTRY_GROUND, config->retention.ground_days },
		{ ENTRY_READ, config->retention.read_days },
		{ ENTRY_SELF, config->retention.read_days },
		{ ENTRY_COMPLAINT, config->retention.request_days },
		{ ENTRY_PEOPLE, config->retention.people_days },
	};

	for (size_t i = 0; i < ARRAY_LEN(periods); i++)
		gate->keep_us[periods[i].type] =
		    periods[i].days * INSTANT_DAY;
}
