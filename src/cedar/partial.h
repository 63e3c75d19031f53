/* A partial query, as what works on residuals sees it. */
#ifndef STILE_CEDAR_PARTIAL_H
#define STILE_CEDAR_PARTIAL_H

#include "cedar/reduce.h"
#include "cedar/residual.h"
#include "stile/cedar.h"

struct cedar_partial {
	struct reduce reduce; /* its eval is a copy of the query's */
	unsigned flags;	      /* of the request */
};

enum judged_state {
	JUDGED_FALSE,
	JUDGED_TRUE,
	JUDGED_ERROR, /* why: error of the eval */
	JUDGED_REST,
};

struct judged {
	enum judged_state state;
	bool can_fail;		  /* REST */
	struct residual residual; /* REST */
};

/* One policy. Returns: true and *judged; false when the arena has no room. */
bool cedar_partial_judge(struct judged *judged, struct reduce *reduce,
    const struct code_rule *rule) NONNULL;

/*
 * Take a resource, unless it is unknown, for decisions by a set.
 *
 * Returns: 0; CEDAR_E_INPUT, CEDAR_E_LIMIT, CEDAR_E_STALE; fault.
 */
int cedar_partial_take(struct cedar_partial *partial,
    const struct cedar_policies *policies,
    const struct cedar_uid *resource) MUST_USE NONNULL;

/* The arena was full or memory ran out. Returns: CEDAR_E_LIMIT or a fault. */
int cedar_partial_no_room(const struct cedar_partial *partial) MUST_USE NONNULL;

#endif
