/*
 * minimise: keep of the record what was requested, permitted and in scope, and
 * what the packs still permit once they know the holder's flags. Can only take
 * away (G4). Without a record the same work is done on an empty one, so that
 * the path tells nothing.
 */
#include "gate/path.h"

#include "util/fault.h"

/* The packs once more, now with the flags of the record. */
static int
judge_flags(struct gate *gate, struct ask *ask, struct decision *again)
{
	struct str flags[2];
	size_t n = 0;

	if (ask->record.is_protected)
		flags[n++] = STR("protected");
	if (ask->record.is_sealed)
		flags[n++] = STR("sealed");
	return TRACE(judge_again(again, &ask->decision, &ask->arena,
	    gate->packs, gate->n_packs, flags, n));
}

static uint64_t
permitted(const struct decision *decision)
{
	uint64_t set = 0;

	for (size_t i = 0; i < decision->n_fields; i++) {
		if (decision->fields[i].verdict == VERDICT_PERMIT)
			set |= RECORD_BIT(decision->fields[i].field);
	}
	return set;
}

static bool
has_value(const struct record *record)
{
	for (int i = 0; i < RECORD_N_FIELDS; i++) {
		if (record->values[i].len > 0)
			return true;
	}
	return false;
}

int
minimise_ask(struct gate *gate, struct batch *batch, struct ask *ask)
{
	struct decision again = { 0 };
	int r;

	(void)batch;
	if (ask->is_settled || ask->operation->path != PATH_REQUEST)
		return 0;
	r = judge_flags(gate, ask, &again);
	if (r < 0)
		return TRACE(r);
	ask->disclosed = permitted(&ask->decision) & permitted(&again);
	record_keep(&ask->record, ask->disclosed);
	if (has_value(&ask->record))
		return 0;
	if (str_is_equal(ask->outcome, STR("one")))
		ask->outcome = ask->record.is_sealed ? STR("sealed")
						     : STR("withheld");
	ask->disclosed = 0;
	ask->record = (struct record){ 0 };
	ask_refuse(ask, REFUSAL_NO_RECORD, STR(""), STR(""));
	return 0;
}
