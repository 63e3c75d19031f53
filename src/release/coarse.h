/*
 * Coarsening: saying less than a value says.
 *
 * FOIA asks for what can be segregated: of a birth date the month and year are
 * released while the day is withheld (AIC v. ICE, 2020). A digest opens whole
 * or not at all, so a coarse value is a statement of the holder beside the
 * withheld claim: signed, but not proved by the log. What shall be proved must
 * have been logged as a claim of its own (birth_month in gate/entries.def).
 */
#ifndef STILE_RELEASE_COARSE_H
#define STILE_RELEASE_COARSE_H

#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

enum coarse {
	COARSE_NONE = 0,
	COARSE_YEAR,  /* "1984-03-09" -> "1984" */
	COARSE_MONTH, /* "1984-03-09" -> "1984-03" */
	COARSE_STATE, /* of an ORI: "NY0303000" -> "NY" */
	COARSE_COUNT, /* of a list: its length */
	COARSE_SUMMARY, /* in a reviewer's words; no profile names it */
	COARSE_N,
};

/* "year", "month", …; STR("") for COARSE_NONE. */
struct str coarse_name(enum coarse coarse);

/* Returns: COARSE_NONE when there is no such name. */
enum coarse coarse_find(struct str name);

/*
 * Say less: value is JSON text.
 *
 * Returns: the statement in the arena; "none" for null; "other" for a value
 * that has no such coarse form. p == NULL: no memory.
 */
struct str coarse_apply(enum coarse coarse, struct arena *arena,
    struct str value) NONNULL;

#endif
