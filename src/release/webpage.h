/*
 * A release as one page of HTML: self-contained, no script, nothing fetched.
 *
 * A function of the release alone, written in a second run over it: what is
 * not in the release cannot be in the page. Every blackout has one width.
 */
#ifndef STILE_RELEASE_WEBPAGE_H
#define STILE_RELEASE_WEBPAGE_H

#include "release/inspect.h"
#include "util/attr.h"
#include "util/sink.h"

struct webpage {
	struct sink sink;
	const struct inspect_report *report; /* of an earlier, sound run */
	const struct sheet_head *head;
	uint64_t n_bare; /* entries not shown since the last that was */
	uint64_t first_bare;
};

/* report: what inspect_run() said of the same release. */
void webpage_init(struct webpage *page, int fd,
    const struct inspect_report *report) NONNULL;
void webpage_fini(struct webpage *page) NONNULL;

/* The visitor that writes it. */
struct inspect_visitor webpage_visitor(struct webpage *page) NONNULL;

#endif
