/*
 * A release on paper: as PDF, to be printed and filed. As webpage.h, a function
 * of the release alone, in a second run over it.
 */
#ifndef STILE_RELEASE_PAPER_H
#define STILE_RELEASE_PAPER_H

#include "release/inspect.h"
#include "release/pdf.h"
#include "util/attr.h"

struct paper {
	struct pdf pdf;
	const struct inspect_report *report; /* of an earlier, sound run */
	const struct sheet_head *head;
	int fd;
	bool is_open;
	bool is_full; /* more pages than LIMIT_RELEASE_PAGES */
	struct arena arena; /* of one line */
	uint64_t n_bare;
	uint64_t first_bare;
};

/* report: what inspect_run() said of the same release. */
void paper_init(struct paper *paper, int fd,
    const struct inspect_report *report) NONNULL;
void paper_fini(struct paper *paper) NONNULL;

/* The visitor that writes it. */
struct inspect_visitor paper_visitor(struct paper *paper) NONNULL;

#endif
