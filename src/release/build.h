/*
 * Building a release: the order and its reviewed draft become the text that
 * two persons sign (docs/format/release.md). One walk, one line an entry,
 * bounded memory.
 */
#ifndef STILE_RELEASE_BUILD_H
#define STILE_RELEASE_BUILD_H

#include <stdint.h>

#include "release/order.h"
#include "release/review.h"
#include "stile/digest.h"
#include "tlog/note.h"
#include "util/attr.h"
#include "util/diag.h"

struct build_input {
	struct stock *stock;
	const struct order *order;
	struct review *review;	    /* NULL: no text is shown */
	struct str holder;
	struct str checkpoint;	    /* signed note of the log */
	struct tlog_note_key key;   /* of the log */
};

struct build_report {
	uint64_t n_shown;
	uint64_t n_bare;
	uint64_t n_open; /* claims */
	uint64_t n_withheld;
	struct digest body; /* what is to be signed */
};

enum {
	BUILD_E_WRONG = 1, /* the diagnostics say what; fd holds a part */
};

/* Write the release to fd. Returns: 0; BUILD_E_WRONG; fault. */
int build_run(struct build_report *report, int fd,
    const struct build_input *input, struct diag_list *diags)
    MUST_USE NONNULL;

#endif
