/*
 * decide: before anything is fetched. Requested, permitted by every pack, and
 * within the instrument's scope, field by field.
 */
#include "gate/path.h"

#include "gate/lawful.h"
#include "gate/lead.h"
#include "gate/pack.h"
#include "util/fault.h"

static bool
is_in_scope(const struct store_instrument *instrument, enum record_field field)
{
	struct str name = record_field_get(field)->name;

	for (size_t i = 0; i < instrument->n_scope; i++) {
		if (str_is_equal(instrument->scope[i], name))
			return true;
	}
	return instrument->n_scope == 0;
}

/* Fields outside what the instrument names are denied, and said so. */
static void
narrow(struct ask *ask)
{
	static const struct ruling ruling = {
		.pack = STR_INIT("instrument"),
		.rule = STR_INIT("not-in-scope"),
		.says = STR_INIT("The instrument does not name this field."),
		.remedy = STR_INIT("Ask for what the instrument names."),
		.cite = STR_INIT("625 ILCS 5/6-110.3(a); 940 CMR 37.04(1); "
				 "DIS-1"),
	};
	struct decision *decision = &ask->decision;
	uint16_t at = UINT16_MAX;

	for (size_t i = 0; i < decision->n_fields; i++) {
		struct decided_field *field = &decision->fields[i];

		if (field->verdict == VERDICT_DENY ||
		    is_in_scope(&ask->instrument, field->field))
			continue;
		if (at == UINT16_MAX)
			at = judge_add_ruling(decision, &ask->arena, &ruling);
		if (field->verdict == VERDICT_PERMIT)
			decision->n_permitted--;
		field->verdict = VERDICT_DENY;
		field->ruling = at;
	}
}

/* The whole again, after fields were taken away. */
static void
conclude(struct decision *decision)
{
	bool is_referred = false;

	for (size_t i = 0; i < decision->n_fields; i++)
		is_referred |= decision->fields[i].verdict == VERDICT_REFER;
	if (decision->verdict == VERDICT_DENY)
		return;
	if (is_referred)
		decision->verdict = VERDICT_REFER;
	else if (decision->n_permitted == 0)
		decision->verdict = VERDICT_DENY;
}

/* A denial says what would make it lawful: for what the instrument names. */
static int
mend(struct gate *gate, struct ask *ask)
{
	enum record_field fields[LIMIT_ASK_FIELDS];
	struct decision *decision = &ask->decision;
	size_t n = 0;

	for (size_t i = 0; i < ask->request.n_fields; i++) {
		enum record_field field = ask->request.fields[i];

		if (!ask->has_instrument || is_in_scope(&ask->instrument, field))
			fields[n++] = field;
	}
	return TRACE(lawful_find(&decision->lawful_if, &decision->n_lawful_if,
	    &ask->arena, &gate->vocabulary, gate->packs, gate->n_packs,
	    &ask->facts, fields, n));
}

int
decide_ask(struct gate *gate, struct batch *batch, struct ask *ask)
{
	int r;

	(void)batch;
	if (ask->is_settled || ask->operation->path != PATH_REQUEST)
		return 0;
	r = judge(&ask->decision, &ask->arena, &gate->vocabulary, gate->packs,
	    gate->n_packs, &ask->facts, ask->request.fields,
	    ask->request.n_fields);
	if (r < 0)
		return TRACE(r);
	if (ask->has_instrument)
		narrow(ask);
	conclude(&ask->decision);
	lead_decide(ask);
	if (ask->decision.verdict == VERDICT_DENY) {
		r = mend(gate, ask);
		if (r < 0)
			return TRACE(r);
	}
	if (ask->decision.verdict == VERDICT_REFER)
		ask_refuse(ask, REFUSAL_REFERRED, STR(""), STR(""));
	else if (ask->decision.verdict == VERDICT_DENY)
		ask_refuse(ask, REFUSAL_DENIED, STR(""), STR(""));
	return 0;
}
