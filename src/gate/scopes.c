/* Keys of the budgets' scopes; see scopes.h. */
#include "gate/scopes.h"

#include <assert.h>
#include <errno.h>

#include "store/store.h"
#include "util/fault.h"

static_assert(SCOPE_AGENCY < ASK_SCOPES, "a place for each scope");

static struct str
subject_of(const struct ask *ask)
{
	return (struct str){ (const char *)ask->indexes[0].b,
		sizeof(ask->indexes[0].b) };
}

/* p == NULL: no memory. */
static struct str
key_of(struct ask *ask, enum scope scope)
{
	struct str unit[] = { ask->requestor.ori, STR(" "),
		ask->requestor.unit };
	struct str ground[] = { ask->requestor.ori, STR(" "),
		ask->request.ground_kind, STR(" "), ask->request.ground };

	switch (scope) {
	case SCOPE_REQUESTER:
		return ask->requestor.id;
	case SCOPE_GROUND:
		return arena_join(&ask->arena, ground, ARRAY_LEN(ground));
	case SCOPE_UNIT:
		return arena_join(&ask->arena, unit, ARRAY_LEN(unit));
	case SCOPE_AGENCY:
	default:
		return ask->requestor.ori;
	}
}

int
scopes_weigh(struct store *store, struct ask *ask, enum scope scope,
    int64_t since_us)
{
	struct str key = key_of(ask, scope);
	int r = key.p == NULL
	    ? FAULT(ENOMEM)
	    : budgets_weigh(store, &ask->weights[scope], (uint32_t)scope, key,
		  subject_of(ask), since_us, LIMIT_WEIGH_COUNT);

	if (r == 0)
		ask->weighed |= 1u << scope;
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

static int
see(struct store *store, struct ask *ask, enum scope scope)
{
	struct str key = key_of(ask, scope);

	if (key.p == NULL)
		return FAULT(ENOMEM);
	if ((ask->weighed & 1u << scope) == 0)
		return budgets_see(store, (uint32_t)scope, key,
		    subject_of(ask), ask->now_us);
	return budgets_see_after(store, (uint32_t)scope, key, subject_of(ask),
	    ask->weights[scope].seen_us, ask->now_us);
}

int
scopes_see(struct store *store, struct ask *ask)
{
	static const enum scope scopes[] = { SCOPE_REQUESTER, SCOPE_GROUND,
		SCOPE_AGENCY };

	for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
		int r = see(store, ask, scopes[i]);

		if (r != 0)
			return r < 0 ? TRACE(r) : FAULT(EIO);
	}
	return 0;
}
