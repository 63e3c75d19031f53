/* The facts of a pack's test; see pack_facts.h. */
#include "gate/pack_facts.h"

#include <errno.h>

#include "util/fault.h"

static struct str
text_of(const json_t *value)
{
	return (struct str){ json_string_value(value),
		json_string_length(value) };
}

static void
take_bool(bool *out, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (value != NULL)
		*out = json_is_true(value);
}

static void
take_text(struct str *out, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_string(value))
		*out = text_of(value);
}

static void
take_number(int64_t *out, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_integer(value))
		*out = json_integer_value(value);
}

static int
take_list(const struct str **out, size_t *n, struct arena *arena,
    const json_t *object, const char *name)
{
	const json_t *list = json_object_get(object, name);
	struct str *items = ARENA_ARRAY(arena, json_array_size(list),
	    struct str);

	if (items == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < json_array_size(list); i++)
		items[i] = text_of(json_array_get(list, i));
	*out = items;
	*n = json_array_size(list);
	return 0;
}

static void
take_ground(struct facts *facts, const json_t *object)
{
	const json_t *ground = json_object_get(object, "ground");
	const json_t *instrument = json_object_get(object, "instrument");
	const json_t *budget = json_object_get(object, "budget");

	take_text(&facts->ground.kind, ground, "kind");
	take_bool(&facts->ground.registered, ground, "registered");
	take_bool(&facts->ground.open, ground, "open");
	take_bool(&facts->ground.same_agency, ground, "same_agency");
	take_bool(&facts->ground.assigned, ground, "assigned");
	take_bool(&facts->ground.names_subjects, ground, "names_subjects");
	take_bool(&facts->ground.names_subject, ground, "names_subject");
	take_text(&facts->instrument.kind, instrument, "kind");
	take_bool(&facts->instrument.valid, instrument, "valid");
	take_bool(&facts->instrument.names_subject, instrument,
	    "names_subject");
	take_number(&facts->budget.requester_day, budget, "requester_day");
	take_number(&facts->budget.ground, budget, "ground");
	take_number(&facts->budget.agency_day, budget, "agency_day");
}

int
pack_facts_read(struct facts *facts, struct arena *arena, const json_t *object)
{
	const json_t *who = json_object_get(object, "requester");
	int r;

	*facts = (struct facts){
		.requester = { .id = STR("tester"),
			.ori = STR("NY0000000"),
			.unit = STR(""),
			.agency_kind = STR("local"),
			.agency_state = STR("NY"),
			.active = true,
			.training_current = true,
			.rules_current = true,
			.agreement_current = true },
		.ground = { .kind = STR("none") },
		.instrument = { .kind = STR("none") },
		.budget = { 1, 1, 1 },
		.purpose = STR("dppa-1"),
		.end_use = STR("criminal"),
		.subject_kind = STR("plate"),
		.reason_given = true,
	};
	take_bool(&facts->requester.active, who, "active");
	take_bool(&facts->requester.training_current, who, "training_current");
	take_bool(&facts->requester.rules_current, who, "rules_current");
	take_bool(&facts->requester.agreement_current, who,
	    "agreement_current");
	take_text(&facts->requester.agency_kind, who, "agency_kind");
	take_text(&facts->requester.agency_state, who, "agency_state");
	take_ground(facts, object);
	take_text(&facts->purpose, object, "purpose");
	take_text(&facts->end_use, object, "end_use");
	take_text(&facts->subject_kind, object, "subject_kind");
	take_bool(&facts->reason_given, object, "reason_given");
	take_bool(&facts->is_self, object, "is_self");
	r = take_list(&facts->requester.roles, &facts->requester.n_roles, arena,
	    who, "roles");
	if (r == 0)
		r = take_list(&facts->approvals, &facts->n_approvals, arena,
		    object, "approvals");
	if (r == 0)
		r = take_list(&facts->signals, &facts->n_signals, arena,
		    object, "signals");
	if (r == 0)
		r = take_list(&facts->overdue, &facts->n_overdue, arena,
		    object, "overdue");
	if (r == 0)
		r = take_list(&facts->flags, &facts->n_flags, arena, object,
		    "flags");
	return TRACE(r);
}
