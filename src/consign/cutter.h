/*
 * Cutting a transfer into records, as far as it has come.
 *
 * Every byte is in exactly one stretch, in order: what is not a record (blank
 * lines, a header, a row that cannot be read or is too long) is cut too, as
 * bytes. No format is believed: the worst that a file can do is to have no
 * record that is found.
 */
#ifndef STILE_CONSIGN_CUTTER_H
#define STILE_CONSIGN_CUTTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "consign/form.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/csv.h"
#include "util/str.h"

struct cutter {
	struct form *form; /* CSV: bound when the header is cut */
	struct csv csv;
	struct arena rows; /* of one row */
	int32_t today;
	bool is_begun;	  /* not at the first byte any more */
	bool is_skipping; /* in a line that is too long for a record */
};

enum {
	CUTTER_E_REFUSED = 1, /* the last cut says why; nothing more is cut */
};

/* Begin, or go on where a form that is bound was left. Returns: 0; fault. */
int cutter_init(struct cutter *cutter, struct form *form, int32_t today)
    MUST_USE NONNULL;
void cutter_fini(struct cutter *cutter) NONNULL;

/*
 * Cut what is whole at the front of view, while out has room. is_end: nothing
 * comes after view.
 *
 * Returns: 0 and *n_used bytes cut; CUTTER_E_REFUSED; fault.
 */
int cutter_cut(struct cutter *cutter, size_t *n_used, struct buf *out,
    struct str view, bool is_end) MUST_USE NONNULL;

#endif
