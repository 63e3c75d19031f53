/*
 * The redactions of a release: how many claims it withholds under which exemptions.
 * A visitor of inspect.h, so it counts only what was checked.
 */
#ifndef STILE_RELEASE_REDACTIONS_H
#define STILE_RELEASE_REDACTIONS_H

#include "release/inspect.h"
#include "util/attr.h"

struct redactions {
	struct arena *arena; /* the caller's; texts are kept in it */
	/* code, title and cite of each that the release explains */
	struct sheet_exemption exemptions[64];
	size_t n_exemptions;
	struct {
		struct str exemptions; /* "(b)(6),(b)(7)(C)" */
		uint64_t n;
	} rows[LIMIT_RELEASE_CLAIMS];
	size_t n_rows;
	uint64_t n_others; /* under sets for which no row was left */
};

/* Counts; of the struct only the arena is set. */
struct inspect_visitor redactions_visitor(struct redactions *redactions)
    NONNULL;

#endif
