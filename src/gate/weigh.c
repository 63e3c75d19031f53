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
weigh(struct gate *gate, const struct ask *ask, int64_t *count,
    enum scope scope, struct str key, int64_t since_us)
{
	struct str subject = { (const char *)ask->indexes[0].b,
		sizeof(ask->indexes[0].b) };
	int64_t seen_us = 0;
	uint64_t n = 0;
	int r = budgets_count(gate->store, &n, (uint32_t)scope, key, since_us,
	    LIMIT_WEIGH_COUNT);

	if (r == 0)
		r = budgets_find(gate->store, &seen_us, (uint32_t)scope, key,
		    subject);
	if (r < 0)
		return TRACE(r);
	*count = (int64_t)n + (r > 0 || seen_us < since_us ? 1 : 0);
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
	r = weigh(gate, ask, &budget->requester_day, SCOPE_REQUESTER,
	    ask->requestor.id, day);
	if (r == 0)
		r = weigh(gate, ask, &budget->agency_day, SCOPE_AGENCY,
		    ask->requestor.ori, day);
	if (r == 0 && ask->facts.ground.registered)
		r = weigh(gate, ask, &budget->ground, SCOPE_GROUND,
		    scopes_ground(&ask->arena, ask), 0);
	return TRACE(r);
}
