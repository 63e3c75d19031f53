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

/* Key of the ask's ground. p == NULL: no memory. */
struct str scopes_ground(struct arena *arena, const struct ask *ask) NONNULL;

/*
 * Count a disclosure in every scope; within the open transaction.
 *
 * Returns: 0; fault.
 */
int scopes_see(struct store *store, struct ask *ask) MUST_USE NONNULL;

#endif
