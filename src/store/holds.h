/*
 * Legal holds: entries whose sealed values are kept past their period, because
 * a court, an inquiry or a dispute needs them. A hold is of a range of entries
 * and stays until it is lifted; what was held is on record for ever.
 */
#ifndef STILE_STORE_HOLDS_H
#define STILE_STORE_HOLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct store_hold {
	struct str id; /* "2026-CV-117" */
	uint64_t from; /* first entry */
	uint64_t to;   /* first that is not held */
	struct str reason;
	struct str placed_by;
	int64_t placed_us;
	struct str lifted_by; /* empty: in force */
	int64_t lifted_us;    /* 0: in force */
};

/* Called for each row; as entries_each_fn. */
typedef int holds_each_fn(void *context, const struct store_hold *hold);

/* Returns: 0; STORE_E_EXISTS; STORE_E_TEXT; STORE_E_TOO_LARGE; fault. */
int holds_put(struct store *store, const struct store_hold *hold)
    MUST_USE NONNULL;

/* Returns: 0; STORE_E_ABSENT (no such hold, or lifted before); fault. */
int holds_lift(struct store *store, struct str id, struct str by,
    int64_t now_us) MUST_USE NONNULL;

/* Is the entry under a hold in force? Returns: 0 and *is_held; fault. */
int holds_is_held(struct store *store, bool *is_held, uint64_t index)
    MUST_USE NONNULL;

/* Walk all holds, lifted ones too, by id. Returns: 0; fault. */
int holds_each(struct store *store, holds_each_fn *each, void *context)
    MUST_USE;

#endif
