/*
 * The Vaughn index of a release: one row for each withheld claim, what it is,
 * under which exemptions, what its release would harm (Vaughn v. Rosen, D.C.
 * Cir. 1973; 5 USC 552(a)(8)). As CSV and as a page of HTML, both functions of
 * the release alone, so that they cannot say more than it does.
 *
 * Columns: release (SHA-256 of its text), root (of the log), entry, time, type,
 * label, exemptions, harm, statement, segregated (was a part released: y, n),
 * reviewer (of texts), made.
 */
#ifndef STILE_RELEASE_VAUGHN_H
#define STILE_RELEASE_VAUGHN_H

#include "release/inspect.h"
#include "util/attr.h"
#include "util/sink.h"

struct vaughn {
	struct sink sink;
	bool is_html;
	const struct inspect_report *report; /* of an earlier, sound run */
	const struct sheet_head *head;
	char release[65];
	char root[45];
	struct arena arena; /* of one row */
};

/* Begin an index; report: what inspect_run() said of the same release. */
void vaughn_init(struct vaughn *vaughn, int fd, bool is_html,
    const struct inspect_report *report) NONNULL;
void vaughn_fini(struct vaughn *vaughn) NONNULL;

/* The visitor that writes it in a second run. */
struct inspect_visitor vaughn_visitor(struct vaughn *vaughn) NONNULL;

#endif
