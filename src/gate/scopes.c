/* Keys of the budgets' scopes; see scopes.h. */
#include "gate/scopes.h"

#include <errno.h>

#include "store/store.h"
#include "util/fault.h"

struct str
scopes_ground(struct arena *arena, const struct ask *ask)
{
	return arena_format(arena, "%.*s %.*s %.*s",
	    STR_ARG(ask->requestor.ori), STR_ARG(ask->request.ground_kind),
	    STR_ARG(ask->request.ground));
}

int
scopes_see(struct store *store, struct ask *ask)
{
	struct str subject = { (const char *)ask->indexes[0].b,
		sizeof(ask->indexes[0].b) };
	struct {
		enum scope scope;
		struct str key;
	} rows[] = {
		{ SCOPE_REQUESTER, ask->requestor.id },
		{ SCOPE_GROUND, scopes_ground(&ask->arena, ask) },
		{ SCOPE_AGENCY, ask->requestor.ori },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int r = budgets_see(store, (uint32_t)rows[i].scope,
		    rows[i].key, subject, ask->now_us);

		if (r != 0)
			return r < 0 ? TRACE(r) : FAULT(EIO);
	}
	return 0;
}
