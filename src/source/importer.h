/*
 * Bring a holder's CSV file into the record database.
 *
 * A mapping file (docs: data/vehicles/ny.map is one) says which column is which
 * field; see import_map.h. The import is one transaction on a copy of the
 * database, which then replaces the old one by rename: whoever has the old one
 * open reads it to the end, and a failed import leaves it in place.
 * A row whose key is already stored updates that record.
 *
 * Columns that the design keeps out of a gate (birthplace, citizenship and
 * immigration status, documents, social security number, race; CRS 24-74-104,
 * OMB M-07-16) are dropped by name even when the mapping asks for them, and
 * the report says so (PII-10).
 */
#ifndef STILE_SOURCE_IMPORTER_H
#define STILE_SOURCE_IMPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "limits.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

/* A column that was not imported. */
struct importer_column {
	struct str name;
	struct str reason; /* empty: ignored, the mapping does not name it */
};

/* A row that was not imported. */
struct importer_row {
	size_t line; /* of the CSV file, 1-based */
	struct str reason;
};

struct importer_report {
	size_t n_rows;	    /* rows read, the header left out */
	size_t n_new;	    /* records added */
	size_t n_updated;   /* records whose key was stored already */
	size_t n_rejected;  /* rows with a reason not to be stored */
	size_t n_one_way;   /* stored, but one of the two keys is not whole */
	size_t n_bad_digit; /* stored, VIN check digit does not hold */
	struct importer_row rejected[LIMIT_IMPORT_REASONS]; /* the first ones */
	struct importer_column *dropped;
	size_t n_dropped;
	struct importer_column *ignored;
	size_t n_ignored;
};

/* Called about every thousand rows: how far the import is. */
typedef void (*importer_progress_fn)(void *context, uint64_t bytes_done,
    uint64_t bytes_all, const struct importer_report *so_far);

struct importer_options {
	const char *csv; /* path of the CSV file */
	const char *map; /* path of the mapping file */
	const char *dir; /* the holder's directory; records/records.db in it */
	int64_t now_us;	 /* for plate years, ages and the provenance */
	bool is_check;	 /* read and report only, store nothing */
	importer_progress_fn progress; /* may be NULL */
	void *context;
};

enum {
	IMPORTER_E_MAP = 1, /* the mapping is wrong; diags say where */
	IMPORTER_E_FILE,    /* a file is not what it should be; diags say which */
	IMPORTER_E_CANNOT,  /* one is absent, or cannot be read or written */
	IMPORTER_E_EMPTY,   /* no row could be imported; the report says why */
};

/*
 * Import. The texts of *report and diags are the arena's; memory does not grow
 * with the file.
 *
 * Returns: 0, and the new database is in place and durable; IMPORTER_E_* or a
 * fault, and the old one is untouched.
 */
int importer_run(struct importer_report *report, struct diag_list *diags,
    struct arena *arena, const struct importer_options *options)
    MUST_USE NONNULL;

/* Print the report for people: counts, columns, first rejected rows. */
void importer_print(const struct importer_report *report, FILE *out) NONNULL;

#endif
