/*
 * weigh: how many persons and vehicles does this make? Distinct subjects of the
 * requester and the agency in 24 hours, and under the ground, this one
 * included. Counted from rows that are written with the entry (enter.c), so a
 * restart forgets nothing.
 */
#include "gate/path.h"

#include "gate/scopes.h"
#include "util/fault.h"
#include "util/instant.h"

static int
weigh(struct gate *gate, struct ask *ask, int64_t *count, enum scope scope,
    int64_t since_us)
{
	struct budgets_weight *weight = &ask->weights[scope];
	int r = scopes_weigh(gate->store, ask, scope, since_us);

	if (r < 0)
		return TRACE(r);
	*count = (int64_t)weight->count + (weight->seen_us < since_us);
	return 0;
}

int
weigh_ask(struct gate *gate, struct batch *batch, struct ask *ask)
{
	struct facts_budget *budget = &ask->facts.budget;
	int64_t day = ask->now_us - INSTANT_DAY;
	int r;

	(void)batch;
	if (ask->is_settled || ask->operation->path != PATH_REQUEST)
		return 0;
	r = weigh(gate, ask, &budget->requester_day, SCOPE_REQUESTER, day);
	if (r == 0)
		r = weigh(gate, ask, &budget->agency_day, SCOPE_AGENCY, day);
	if (r == 0 && ask->facts.ground.registered)
		r = weigh(gate, ask, &budget->ground, SCOPE_GROUND, 0);
	return TRACE(r);
}
