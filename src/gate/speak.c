/* Statements to the public; see speak.h. */
#include "gate/speak.h"

#include <errno.h>

#include "gate/office.h"
#include "store/sayings.h"
#include "util/fault.h"

static const struct member_shape draft_shape[] = {
	{ "/number", 's', LIMIT_ASK_NUMBER, true },
	{ "/topic", 's', 32, true },
	{ "/text", 's', LIMIT_STATEMENT_TEXT, true },
	{ "/supersedes", 's', LIMIT_ASK_NUMBER, false },
	{ "/role", 's', 32, true },
};

static const struct member_shape approve_shape[] = {
	{ "/role", 's', 32, true },
};

static bool
is_approval(const struct ask *ask)
{
	return ask_is(ask, OPERATION_APPROVE_STATEMENT);
}

static void
read_topic(struct ask *ask)
{
	struct str topic = members_find(&ask->members, "/topic");

	if (sayings_topic(topic) == NULL)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/topic"),
		    STR("not one of the topics on which the holder speaks; of "
			"another agency's policy that agency speaks"));
	ask->saying.topic = topic;
}

static void
read_draft(struct ask *ask)
{
	struct ask_saying *saying = &ask->saying;

	saying->number = str_trim(members_find(&ask->members, "/number"));
	saying->text = str_trim(members_find(&ask->members, "/text"));
	saying->supersedes =
	    str_trim(members_find(&ask->members, "/supersedes"));
	read_topic(ask);
	if (str_is_equal(saying->supersedes, saying->number))
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/supersedes"),
		    STR("a circle: it would supersede itself"));
}

int
speak_read(struct gate *gate, struct ask *ask)
{
	const struct member_shape *shape = is_approval(ask) ? approve_shape
							    : draft_shape;
	size_t n = is_approval(ask) ? ARRAY_LEN(approve_shape)
				    : ARRAY_LEN(draft_shape);

	(void)gate;
	ask->saying.change = is_approval(ask) ? STR("approve") : STR("draft");
	if (is_approval(ask) && ask->n_parameters > 0)
		ask->saying.number = ask->parameters[0];
	if (!members_check(&ask->refusal, &ask->members, shape, n)) {
		ask->is_settled = true;
		return 0;
	}
	office_read_role(ask);
	if (!is_approval(ask))
		read_draft(ask);
	return 0;
}

/* What it supersedes is what is in force on its topic, nothing if nothing. */
static int
check_order(struct gate *gate, struct ask *ask)
{
	const struct ask_saying *saying = &ask->saying;
	struct store_saying old;
	int r = sayings_in_force(gate->store, &ask->arena, &old,
	    saying->topic);

	if (r < 0)
		return TRACE(r);
	if (r > 0 && saying->supersedes.len > 0)
		ask_refuse_format(ask, REFUSAL_CONFLICT, "/supersedes",
		    "no statement on this topic is in force: `%.*s` cannot be "
		    "superseded", STR_ARG(saying->supersedes));
	else if (r == 0 && !str_is_equal(old.number, saying->supersedes))
		ask_refuse_format(ask, REFUSAL_CONFLICT, "/supersedes",
		    "`%.*s` is in force on this topic: name it, it is "
		    "superseded", STR_ARG(old.number));
	return 0;
}

static int
draft(struct gate *gate, struct ask *ask)
{
	const struct ask_saying *saying = &ask->saying;
	const struct store_saying row = { .number = saying->number,
		.topic = saying->topic,
		.text = saying->text,
		.supersedes = saying->supersedes,
		.drafted_by = ask->operator.id,
		.drafted_us = ask->now_us,
		.drafted_index = tlog_edge_size(gate->edge),
		.approved_by = STR("") };
	int r = check_order(gate, ask);

	if (r < 0 || ask->is_settled)
		return TRACE(r);
	r = sayings_put(gate->store, &row);
	if (r == STORE_E_EXISTS)
		ask_refuse(ask, REFUSAL_CONFLICT, STR("/number"),
		    STR("this number is taken"));
	return r == STORE_E_EXISTS ? 0 : r > 0 ? FAULT(EIO) : TRACE(r);
}

static int
approve(struct gate *gate, struct ask *ask)
{
	struct ask_saying *saying = &ask->saying;
	struct store_saying row;
	int r = sayings_find(gate->store, &ask->arena, &row, saying->number);

	if (r < 0)
		return TRACE(r);
	if (r > 0) {
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return 0;
	}
	saying->topic = row.topic;
	saying->text = row.text;
	saying->supersedes = row.supersedes;
	if (row.approved_us != 0)
		ask_refuse(ask, REFUSAL_CONFLICT, STR(""),
		    STR("it is approved already"));
	else if (str_is_equal(row.drafted_by, ask->operator.id))
		ask_refuse(ask, REFUSAL_OWN_REQUEST, STR(""),
		    STR("you drafted it: the second person is another"));
	else
		r = check_order(gate, ask);
	if (r < 0 || ask->is_settled)
		return TRACE(r);
	r = sayings_approve(gate->store, row.number, ask->operator.id,
	    ask->now_us, tlog_edge_size(gate->edge));
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

int
speak_apply(struct gate *gate, struct ask *ask)
{
	return TRACE(is_approval(ask) ? approve(gate, ask) : draft(gate, ask));
}

static void
put(struct ask *ask, enum entry_label label, struct str text)
{
	if (text.len > 0)
		entry_put(&ask->entry, &ask->arena, label, text);
}

void
speak_fill(struct ask *ask)
{
	const struct ask_saying *saying = &ask->saying;

	put(ask, LABEL_CHANGE, saying->change);
	put(ask, LABEL_ROLE, ask->office.role);
	put(ask, LABEL_NUMBER, saying->number);
	put(ask, LABEL_TOPIC, saying->topic);
	put(ask, LABEL_TEXT, saying->text);
	put(ask, LABEL_SUPERSEDES, saying->supersedes);
}

void
speak_put(struct json *json, struct ask *ask)
{
	const struct ask_saying *saying = &ask->saying;

	json_put_string(json, "statement", saying->number);
	json_put_string(json, "topic", saying->topic);
	json_put_string(json, "state",
	    is_approval(ask) ? STR("approved") : STR("draft"));
	ask->status = 201;
}
