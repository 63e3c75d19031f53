/*
 * The form of a transfer: how its bytes become records, as text that is kept
 * with the consignment.
 *
 *	STILE-FORM 1
 *	csv
 *	23 0,1,-,4		columns of the file; for each entry of the
 *				mapping its column, or -
 *	(the mapping, source/import_map.h)
 *
 * The names of the file's columns are not kept: a file without a header would
 * have a person's row there.
 */
#ifndef STILE_CONSIGN_FORM_H
#define STILE_CONSIGN_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "consign/head.h"
#include "limits.h"
#include "source/import_map.h"
#include "source/record.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/csv.h"
#include "util/diag.h"

struct form {
	enum consign_form kind;
	struct import_map map; /* of CSV and JSON */
	struct str map_text;
	bool is_bound; /* the columns are known; CSV: after the header */
};

/* One record read by a form; slices are the arena's. */
struct form_row {
	struct record record;
	struct str keys[LIMIT_CONSIGN_KEYS]; /* canonical, whole */
	size_t n_keys;
};

enum {
	FORM_E_BAD = 1, /* diags say why */
};

/*
 * Begin. map_text: for CSV and JSON, borrowed. JSON is bound at once: the
 * mapping's columns are members of the object on each line.
 *
 * Returns: 0; FORM_E_BAD; fault ENOMEM.
 */
int form_init(struct form *form, struct diag_list *diags, struct arena *arena,
    enum consign_form kind, struct str map_text) MUST_USE NONNULL;

/* Bind to the header, which is the current row. As form_init(). */
int form_bind(struct form *form, struct diag_list *diags,
    const struct csv *header) MUST_USE NONNULL;

/*
 * Bind to columns found by another: index[i] of entry i, below n_columns, or
 * n_columns when the file has none. Returns: 0; FORM_E_BAD.
 */
int form_bind_to(struct form *form, const uint16_t *index, size_t n,
    size_t n_columns) MUST_USE NONNULL;

/* Append the text. Sticky. */
void form_encode(struct buf *text, const struct form *form) NONNULL;

/* Read it back; *text is borrowed. Returns: 0; FORM_E_BAD; fault ENOMEM. */
int form_decode(struct form *form, struct diag_list *diags,
    struct arena *arena, struct str text) MUST_USE NONNULL;

/*
 * Read the bytes of one record: all fields, or is_keys_only. scratch: a reader
 * for rows, csv_init()ed by the caller. What cannot be read has no key.
 *
 * Returns: 0; fault ENOMEM (arena->is_full: larger than a record can be).
 */
int form_read(struct form_row *row, const struct form *form,
    struct csv *scratch, struct arena *arena, struct str bytes, int32_t today,
    bool is_keys_only) MUST_USE NONNULL;

/* As form_read() of a CSV row that was read already. */
int form_read_cells(struct form_row *row, const struct form *form,
    struct arena *arena, const struct csv *cells, int32_t today,
    bool is_keys_only) MUST_USE NONNULL;

#endif
