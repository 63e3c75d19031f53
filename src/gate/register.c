/* Registration of grounds; see register.h. */
#include "gate/register.h"

#include <errno.h>

#include "gate/read.h"
#include "store/seals.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/hex.h"
#include "util/instant.h"

#define SUBJECTS_SHAPE(n)                                                      \
	{ "/subjects/" n "/licence/state", 'S', 2, false },                    \
	    { "/subjects/" n "/licence/number", 'S', LIMIT_ASK_TEXT, false },  \
	    { "/subjects/" n "/vin", 'S', LIMIT_ASK_TEXT, false },             \
	    { "/subjects/" n "/plate/state", 'S', 2, false },                  \
	    { "/subjects/" n "/plate/number", 'S', LIMIT_ASK_TEXT, false },    \
	    { "/subjects/" n "/plate/year", 'i', 4, false },                   \
	    { "/subjects/" n "/plate/type", 'S', 2, false },                   \
	    { "/subjects/" n "/person/family", 'S', LIMIT_ASK_TEXT, false },   \
	    { "/subjects/" n "/person/given", 'S', LIMIT_ASK_TEXT, false },    \
	    { "/subjects/" n "/person/birth_date", 'S', LIMIT_ASK_TEXT,        \
		false }

#define SUBJECTS_SHAPES                                                        \
	SUBJECTS_SHAPE("0"), SUBJECTS_SHAPE("1"), SUBJECTS_SHAPE("2"),         \
	    SUBJECTS_SHAPE("3"), SUBJECTS_SHAPE("4"), SUBJECTS_SHAPE("5"),     \
	    SUBJECTS_SHAPE("6"), SUBJECTS_SHAPE("7"), SUBJECTS_SHAPE("8"),     \
	    SUBJECTS_SHAPE("9"), SUBJECTS_SHAPE("10"), SUBJECTS_SHAPE("11"),   \
	    SUBJECTS_SHAPE("12"), SUBJECTS_SHAPE("13"), SUBJECTS_SHAPE("14"),  \
	    SUBJECTS_SHAPE("15")

static const struct member_shape investigation_shape[] = {
	{ "/number", 's', LIMIT_ASK_NUMBER, true },
	{ "/offence", 's', LIMIT_ASK_TEXT, true },
	{ "/sealed_until", 's', 10, false },
	SUBJECTS_SHAPES,
};

static const struct member_shape assignment_shape[] = {
	{ "/requester", 's', LIMIT_ASK_NUMBER, true },
	{ "/until", 's', 32, false },
};

static const struct member_shape wanted_shape[] = {
	{ "/number", 's', LIMIT_ASK_NUMBER, true },
	{ "/kind", 's', 32, true },
	{ "/court", 's', LIMIT_ASK_TEXT, true },
	{ "/judge", 'S', LIMIT_ASK_TEXT, false },
	{ "/docket", 'S', LIMIT_ASK_NUMBER, false },
	{ "/offence", 's', LIMIT_ASK_TEXT, true },
	{ "/issued", 's', 10, true },
	{ "/expires", 's', 10, false },
	{ "/sealed_until", 's', 10, false },
	SUBJECTS_SHAPES,
};

static const struct member_shape instrument_shape[] = {
	{ "/number", 's', LIMIT_ASK_NUMBER, true },
	{ "/kind", 's', 32, true },
	{ "/court", 's', LIMIT_ASK_TEXT, true },
	{ "/docket", 's', LIMIT_ASK_NUMBER, true },
	{ "/issued", 's', 10, true },
	{ "/expires", 's', 10, true },
	{ "/document", 's', 64, false },
	{ "/sealed_until", 's', 10, false },
	{ "/scope/*", 's', 64, true },
	SUBJECTS_SHAPES,
};

static const struct {
	enum operation_id operation;
	const char *kind;
	const char *change;
	const struct member_shape *shape;
	size_t n_shape;
	bool has_subjects;
} rows[] = {
	{ OPERATION_CREATE_INVESTIGATION, "investigation", "open",
	    investigation_shape, ARRAY_LEN(investigation_shape), true },
	{ OPERATION_CLOSE_INVESTIGATION, "investigation", "close", NULL, 0,
	    false },
	{ OPERATION_CREATE_ASSIGNMENT, "investigation", "assign",
	    assignment_shape, ARRAY_LEN(assignment_shape), false },
	{ OPERATION_END_ASSIGNMENT, "investigation", "unassign", NULL, 0,
	    false },
	{ OPERATION_CREATE_WANTED, "wanted", "add", wanted_shape,
	    ARRAY_LEN(wanted_shape), true },
	{ OPERATION_RECALL_WANTED, "wanted", "recall", NULL, 0, false },
	{ OPERATION_CREATE_INSTRUMENT, "instrument", "file", instrument_shape,
	    ARRAY_LEN(instrument_shape), true },
};

/* Kinds of instruments and warrants (domain vocabulary). */
static const char *const kinds[] = { "art3-warrant", "art3-order",
	"state-warrant", "state-order", "gj-subpoena", "trial-subpoena",
	"court-subpoena", "admin-subpoena", "admin-warrant", "arrest",
	"bench" };

static int
read_subjects(struct ask *ask)
{
	for (size_t i = 0; i < LIMIT_ASK_SUBJECTS && !ask->is_settled; i++) {
		char prefix[24];
		int r;

		snprintf(prefix, sizeof(prefix), "/subjects/%zu", i);
		if (!members_has(&ask->members, prefix))
			break;
		r = read_subject(ask, &ask->subjects[i], prefix);
		if (r < 0)
			return TRACE(r);
		ask->n_subjects = i + 1;
	}
	return 0;
}

static void
read_day(struct ask *ask, int32_t *day, const char *pointer, int32_t absent)
{
	struct str text = members_find(&ask->members, pointer);

	*day = absent;
	if (text.p != NULL && !instant_parse_date(day, text))
		ask_refuse(ask, REFUSAL_BAD_VALUE, str_of(pointer),
		    STR("a date is written 2026-11-23"));
}

static void
read_kind(struct ask *ask)
{
	struct str kind = members_find(&ask->members, "/kind");
	bool is_known = kind.p == NULL;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		is_known |= str_is_equal(kind, str_of(kinds[i]));
	if (!is_known)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/kind"),
		    STR("not a known kind of warrant or instrument"));
	ask->registration.warrant_kind = kind;
}

static void
read_document(struct ask *ask)
{
	struct str text = members_find(&ask->members, "/document");
	uint8_t *digest = arena_alloc(&ask->arena, 32);

	ask->registration.document = STR("");
	if (text.p == NULL || digest == NULL)
		return;
	if (!hex_parse(digest, 32, text))
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/document"),
		    STR("64 lower-case hexadecimal digits of a SHA-256"));
	else
		ask->registration.document = (struct str){ (char *)digest, 32 };
}

static void
read_scope(struct ask *ask)
{
	struct ask_register *reg = &ask->registration;
	struct str names[LIMIT_ASK_FIELDS + 1];
	size_t n = members_list(names, ARRAY_LEN(names), &ask->members,
	    "/scope");

	if (n > LIMIT_ASK_FIELDS) {
		ask_refuse(ask, REFUSAL_TOO_LONG, STR("/scope"), STR(""));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		enum record_field field;

		if (!record_field_find(&field, names[i]))
			ask_refuse_format(ask, REFUSAL_UNKNOWN_FIELD, "/scope",
			    "no field `%.*s`", STR_ARG(names[i]));
		reg->scope[reg->n_scope++] = names[i];
	}
}

static void
read_until(struct ask *ask)
{
	struct str text = members_find(&ask->members, "/until");

	ask->registration.until_us = INT64_MAX;
	if (text.p == NULL)
		return;
	if (!instant_parse(&ask->registration.until_us, text))
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/until"),
		    STR("an instant is written 2026-11-23T12:00:00Z"));
	else if (ask->registration.until_us <= ask->now_us)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/until"),
		    STR("it lies in the past"));
}

/* When it was issued and when it ends. */
static void
read_days(struct ask *ask)
{
	struct ask_register *reg = &ask->registration;

	read_day(ask, &reg->issued, "/issued", 0);
	read_day(ask, &reg->expires, "/expires", INT32_MAX);
	if (ask->is_settled)
		return;
	if (reg->issued > instant_day(ask->now_us))
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/issued"),
		    STR("it lies in the future"));
	else if (reg->expires < reg->issued)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/expires"),
		    STR("it ends before it is issued"));
}

/* The last day of a court's order not to tell. */
static void
read_sealed_until(struct ask *ask)
{
	struct ask_register *reg = &ask->registration;
	int32_t day;

	reg->sealed_until = members_find(&ask->members, "/sealed_until");
	read_day(ask, &day, "/sealed_until", 0);
	if (reg->sealed_until.p != NULL && !ask->is_settled)
		reg->sealed_until_us = ((int64_t)day + 1) * INSTANT_DAY;
}

static void
read_texts(struct ask *ask)
{
	struct ask_register *reg = &ask->registration;

	reg->number = str_trim(members_find(&ask->members, "/number"));
	reg->requester = members_find(&ask->members, "/requester");
	reg->offence = members_find(&ask->members, "/offence");
	reg->court = members_find(&ask->members, "/court");
	reg->judge = members_find(&ask->members, "/judge");
	reg->docket = members_find(&ask->members, "/docket");
	/* What the path names is not in the body. */
	if (ask->n_parameters > 0)
		reg->number = ask->parameters[0];
	if (ask->n_parameters > 1)
		reg->requester = ask->parameters[1];
	if (reg->number.len == 0)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/number"),
		    STR("it is empty"));
	if (reg->number.len > LIMIT_ASK_NUMBER)
		ask_refuse(ask, REFUSAL_TOO_LONG, STR("/number"), STR(""));
}

int
register_read(struct gate *gate, struct ask *ask)
{
	struct ask_register *reg = &ask->registration;
	size_t row = 0;
	int r = 0;

	(void)gate;
	while (!ask_is(ask, rows[row].operation))
		row++;
	reg->kind = str_of(rows[row].kind);
	reg->change = str_of(rows[row].change);
	if (!members_check(&ask->refusal, &ask->members, rows[row].shape,
		rows[row].n_shape)) {
		ask->is_settled = true;
		return 0;
	}
	read_texts(ask);
	read_kind(ask);
	read_document(ask);
	read_scope(ask);
	read_until(ask);
	read_sealed_until(ask);
	read_days(ask);
	if (rows[row].has_subjects)
		r = read_subjects(ask);
	if (ask_is(ask, OPERATION_CREATE_WANTED) && ask->n_subjects == 0)
		ask_refuse(ask, REFUSAL_MISSING_MEMBER, STR("/subjects"),
		    STR("a warrant is for exactly one person: name it"));
	return TRACE(r);
}

static struct str
subject_index(const struct ask *ask, size_t i)
{
	return (struct str){ (const char *)ask->indexes[i].b,
		sizeof(ask->indexes[i].b) };
}

static int
open_case(struct gate *gate, struct ask *ask)
{
	const struct ask_register *reg = &ask->registration;
	struct store_investigation row = { .ori = ask->operator.ori,
		.number = reg->number,
		.status = GROUNDS_CASE_OPEN,
		.offence = reg->offence,
		.opened_us = ask->now_us,
		.registered_by = ask->operator.id };
	int r = grounds_put_case(gate->store, &row);

	for (size_t i = 0; i < ask->n_subjects && r == 0; i++) {
		r = grounds_put_case_subject(gate->store, row.ori, row.number,
		    subject_index(ask, i));
		/* The same person named twice is named. */
		if (r == STORE_E_EXISTS)
			r = 0;
	}
	return r;
}

static int
assign(struct gate *gate, struct ask *ask)
{
	struct store_requester requester;
	struct store_assignment row = { .ori = ask->operator.ori,
		.number = ask->registration.number,
		.requester = ask->registration.requester,
		.until_us = ask->registration.until_us };
	int r = people_find_requester(gate->store, &ask->arena, &requester,
	    row.requester);

	if (r != 0 || !str_is_equal(requester.ori, row.ori))
		return r < 0 ? TRACE(r) : STORE_E_ABSENT;
	return grounds_assign(gate->store, &row);
}

static int
add_wanted(struct gate *gate, struct ask *ask, const struct str *indexes)
{
	const struct ask_register *reg = &ask->registration;
	struct store_wanted row = { .ori = ask->operator.ori,
		.number = reg->number,
		.status = GROUNDS_WANTED_ACTIVE,
		.kind = reg->warrant_kind,
		.court = reg->court,
		.judge = reg->judge,
		.docket = reg->docket,
		.offence = reg->offence,
		.issued = reg->issued,
		.expires = reg->expires,
		.registered_by = ask->operator.id };

	return grounds_put_wanted(gate->store, &row, indexes, ask->n_subjects);
}

static int
file_instrument(struct gate *gate, struct ask *ask, const struct str *indexes)
{
	struct ask_register *reg = &ask->registration;
	struct store_instrument row = { .id = reg->number,
		.ori = ask->operator.ori,
		.status = GROUNDS_INSTRUMENT_ACTIVE,
		.kind = reg->warrant_kind,
		.court = reg->court,
		.docket = reg->docket,
		.issued = reg->issued,
		.expires = reg->expires,
		.document = reg->document,
		.registered_by = ask->operator.id,
		.scope = reg->scope,
		.n_scope = reg->n_scope };

	return grounds_put_instrument(gate->store, &row, indexes,
	    ask->n_subjects);
}

static int
change(struct gate *gate, struct ask *ask)
{
	const struct ask_register *reg = &ask->registration;
	struct str indexes[LIMIT_ASK_SUBJECTS];

	for (size_t i = 0; i < ask->n_subjects; i++)
		indexes[i] = subject_index(ask, i);
	if (ask_is(ask, OPERATION_CREATE_INVESTIGATION))
		return open_case(gate, ask);
	if (ask_is(ask, OPERATION_CLOSE_INVESTIGATION))
		return grounds_close_case(gate->store, ask->operator.ori,
		    reg->number, ask->now_us);
	if (ask_is(ask, OPERATION_CREATE_ASSIGNMENT))
		return assign(gate, ask);
	if (ask_is(ask, OPERATION_END_ASSIGNMENT))
		return grounds_unassign(gate->store, ask->operator.ori,
		    reg->number, reg->requester);
	if (ask_is(ask, OPERATION_CREATE_WANTED))
		return add_wanted(gate, ask, indexes);
	if (ask_is(ask, OPERATION_RECALL_WANTED))
		return grounds_set_wanted_status(gate->store,
		    ask->operator.ori, reg->number, GROUNDS_WANTED_RECALLED);
	return file_instrument(gate, ask, indexes);
}

/*
 * A ground that begins is sealed, one that ends stays so for a while; of an
 * instrument only what a court ordered.
 */
static int
seal(struct gate *gate, struct ask *ask)
{
	const struct ask_register *reg = &ask->registration;
	bool is_instrument = ask_is(ask, OPERATION_CREATE_INSTRUMENT);
	struct store_seal row = { .ori = ask->operator.ori,
		.kind = reg->kind,
		.number = reg->number,
		.lift_us = is_instrument ? 0 : INT64_MAX,
		.order_us = reg->sealed_until_us };

	if (ask_is(ask, OPERATION_CLOSE_INVESTIGATION) ||
	    ask_is(ask, OPERATION_RECALL_WANTED))
		return seals_end(gate->store, row.ori, row.kind, row.number,
		    ask->now_us + gate->seal_us);
	if (ask_is(ask, OPERATION_CREATE_INVESTIGATION) ||
	    ask_is(ask, OPERATION_CREATE_WANTED) ||
	    (is_instrument && row.order_us > 0))
		return seals_put(gate->store, &row);
	return 0;
}

static int
apply(struct gate *gate, struct ask *ask)
{
	int r = change(gate, ask);

	if (r == 0)
		r = seal(gate, ask);
	return r;
}

int
register_apply(struct gate *gate, struct ask *ask)
{
	int r = apply(gate, ask);

	switch (r) {
	case STORE_E_EXISTS:
		ask_refuse(ask, REFUSAL_CONFLICT, STR("/number"),
		    STR("this number is registered already"));
		return 0;
	case STORE_E_ABSENT:
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return 0;
	case STORE_E_TEXT:
	case STORE_E_TOO_LARGE:
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR(""), STR(""));
		return 0;
	default:
		return r > 0 ? FAULT(EIO) : TRACE(r);
	}
}
