/*
 * Scopes of the budgets: whose distinct subjects are counted (store/budgets.h).
 */
#ifndef STILE_GATE_SCOPES_H
#define STILE_GATE_SCOPES_H

#include "gate/ask.h"
#include "store/budgets.h"

enum scope {
	SCOPE_REQUESTER = 1, /* key: requester id */
	SCOPE_GROUND = 2,    /* key: "ORI kind number" */
	SCOPE_UNIT = 3,	     /* key: "ORI unit" */
	SCOPE_AGENCY = 4,    /* key: ORI */
};

/*
 * What a scope has counted since then, into ask->weights.
 *
 * Returns: 0; fault.
 */
int scopes_weigh(struct store *store, struct ask *ask, enum scope scope,
    int64_t since_us) MUST_USE NONNULL;

/*
 * Count a disclosure in every scope; within the open transaction. What was
 * weighed of this ask must still hold.
 *
 * Returns: 0; fault.
 */
int scopes_see(struct store *store, struct ask *ask) MUST_USE NONNULL;

#endif
