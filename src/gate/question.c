/* Facts in the form of a Cedar request; see question.h. */
#include "gate/question.h"

#include <assert.h>
#include <errno.h>

#include "gate/vocabulary.h"
#include "util/fault.h"

static struct cedar_field
text_field(const char *name, struct str value)
{
	return (struct cedar_field){ str_of(name), cedar_string(value) };
}

static struct cedar_field
bool_field(const char *name, bool value)
{
	return (struct cedar_field){ str_of(name), cedar_bool(value) };
}

static struct cedar_field
long_field(const char *name, int64_t value)
{
	return (struct cedar_field){ str_of(name), cedar_long(value) };
}

int
question_set(struct cedar_field *field, struct arena *arena, const char *name,
    const struct str *items, size_t n)
{
	struct cedar_value *values = ARENA_ARRAY(arena, n, struct cedar_value);

	if (values == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < n; i++)
		values[i] = cedar_string(items[i]);
	*field = (struct cedar_field){ str_of(name), cedar_set(values, n) };
	return 0;
}

static int
fill_principal(struct question *q, struct arena *arena,
    const struct facts_requester *who)
{
	size_t n = 0;
	int r;

	q->attrs[n++] = bool_field("active", who->active);
	q->attrs[n++] = text_field("unit", who->unit);
	q->attrs[n++] = text_field("agency_kind", who->agency_kind);
	q->attrs[n++] = text_field("agency_state", who->agency_state);
	q->attrs[n++] = bool_field("training_current", who->training_current);
	q->attrs[n++] = bool_field("rules_current", who->rules_current);
	q->attrs[n++] = bool_field("agreement_current", who->agreement_current);
	r = question_set(&q->attrs[n++], arena, "roles", who->roles, who->n_roles);
	if (r < 0)
		return TRACE(r);
	assert(n == QUESTION_ATTRS);
	q->parents[0] = (struct cedar_uid){ STR("Agency"), who->ori };
	q->overlay[0] = (struct cedar_entity){ .uid = { STR("Requester"),
						   who->id },
		.parents = q->parents,
		.n_parents = 1,
		.attrs = q->attrs,
		.n_attrs = n };
	q->overlay[1] = (struct cedar_entity){ .uid = q->parents[0] };
	return 0;
}

static void
fill_ground(struct question *q, const struct facts *facts)
{
	const struct facts_ground *g = &facts->ground;

	q->ground[0] = text_field("kind", g->kind);
	q->ground[1] = bool_field("registered", g->registered);
	q->ground[2] = bool_field("open", g->open);
	q->ground[3] = bool_field("same_agency", g->same_agency);
	q->ground[4] = bool_field("assigned", g->assigned);
	q->ground[5] = bool_field("names_subjects", g->names_subjects);
	q->ground[6] = bool_field("names_subject", g->names_subject);
	q->instrument[0] = text_field("kind", facts->instrument.kind);
	q->instrument[1] = bool_field("valid", facts->instrument.valid);
	q->instrument[2] = bool_field("names_subject",
	    facts->instrument.names_subject);
	q->budget[0] = long_field("requester_day", facts->budget.requester_day);
	q->budget[1] = long_field("ground", facts->budget.ground);
	q->budget[2] = long_field("agency_day", facts->budget.agency_day);
}

static struct cedar_field
record_field_of(const char *name, const struct cedar_field *items, size_t n)
{
	return (struct cedar_field){ str_of(name), cedar_record(items, n) };
}

static int
fill_context(struct question *q, struct arena *arena, const struct facts *facts)
{
	struct cedar_field *c = q->context;
	int r;

	fill_ground(q, facts);
	c[0] = record_field_of("ground", q->ground, QUESTION_GROUND);
	c[1] = record_field_of("instrument", q->instrument, 3);
	c[2] = record_field_of("budget", q->budget, 3);
	c[3] = text_field("purpose", facts->purpose);
	c[4] = text_field("end_use", facts->end_use);
	c[5] = bool_field("reason_given", facts->reason_given);
	c[6] = text_field("subject_kind", facts->subject_kind);
	c[7] = bool_field("is_self", facts->is_self);
	r = question_set(&c[8], arena, "approvals", facts->approvals,
	    facts->n_approvals);
	if (r == 0)
		r = question_set(&c[9], arena, "signals", facts->signals,
		    facts->n_signals);
	if (r == 0)
		r = question_set(&c[10], arena, "overdue", facts->overdue,
		    facts->n_overdue);
	if (r == 0)
		r = question_set(&c[11], arena, "flags", facts->flags,
		    facts->n_flags);
	c[12] = (struct cedar_field){ STR("now"),
		cedar_datetime(facts->now_us / 1000) };
	return TRACE(r);
}

int
question_make(struct question **out, struct arena *arena,
    const struct vocabulary *vocabulary, const struct facts *facts,
    struct str action)
{
	struct question *q = ARENA_NEW(arena, struct question);
	int r;

	if (q == NULL)
		return FAULT(ENOMEM);
	r = fill_principal(q, arena, &facts->requester);
	if (r == 0)
		r = fill_context(q, arena, facts);
	if (r < 0)
		return TRACE(r);
	q->request = (struct cedar_request){ .principal = q->overlay[0].uid,
		.action = { STR("Action"), action },
		.entities = vocabulary->entities,
		.overlay = q->overlay,
		.n_overlay = ARRAY_LEN(q->overlay),
		.context = q->context,
		.n_context = QUESTION_CONTEXT,
		.flags = CEDAR_DENY_ON_ERROR };
	*out = q;
	return 0;
}
