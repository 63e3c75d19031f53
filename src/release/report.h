/*
 * A transparency report: figures with small cells withheld, and the checkpoint
 * of the log they were counted from.
 *
 * The rule, in one place (docs/format/report.md says it to the public):
 *  1. What is open in the log is never withheld: anybody can count it.
 *  2. The rest is protected quarter by quarter, by suppress.h, each table alone:
 *     tables share no figure but totals that are open in the log.
 *  3. A figure of a report is the sum over its whole quarters; it is withheld
 *     when it is withheld in one of them. So all reports are sums of the same
 *     protected quarters, and none can be subtracted from another.
 *  4. A quarter whose values are erased in part gives no tables: it would give
 *     others than before.
 */
#ifndef STILE_RELEASE_REPORT_H
#define STILE_RELEASE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "release/figures.h"
#include "release/suppress.h"
#include "stile/digest.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

/* The log that was counted. */
struct report_log {
	struct str holder;
	struct str origin;
	uint64_t size;
	struct digest root;
	struct str checkpoint; /* the signed note as it was published */
};

struct report_row {
	struct str id;
	struct str title;
	struct suppress_cell cells[LIMIT_REPORT_COLUMNS + 1]; /* last: total */
};

enum report_state {
	REPORT_GIVEN = 0,
	REPORT_NO_QUARTER, /* none lies whole in the period and the log */
	REPORT_ERASED,	   /* values it counts are not kept any more */
};

struct report_table {
	enum figures_table table;
	const struct figures_spec *spec;
	enum report_state state;
	size_t n_columns;
	const char *columns[LIMIT_REPORT_COLUMNS];
	uint64_t totals[LIMIT_REPORT_COLUMNS];
	/* Entries of quarters that have too few of them for a list. */
	uint64_t left_out[LIMIT_REPORT_COLUMNS];
	size_t n_rows;
	struct report_row rows[LIMIT_REPORT_ROWS];
	size_t n_withheld;
};

struct report {
	struct report_log log;
	const struct figures *figures;
	size_t n_quarters; /* whole ones: of figures->first_quarter on */
	uint64_t least;	   /* smaller cells are withheld */
	struct report_table tables[FIGURES_N_TABLES];
};

/*
 * Make the report of what was counted. The arena keeps it; figures and log are
 * borrowed.
 *
 * Returns: 0; fault ENOMEM.
 */
int report_make(struct report **report, struct arena *arena,
    const struct figures *figures, const struct report_log *log) MUST_USE
    NONNULL;

/* "Who asked …: not given, since …": why a table has no rows; "" when it has. */
const char *report_why(enum report_state state);

/*
 * Three forms of the same figures: the same report gives the same bytes.
 *
 * JSON and CSV are described in docs/format/report.md. The page needs nothing
 * from elsewhere and has no script; each plot stands beside its table.
 * Returns: 0; fault ENOMEM (more than LIMIT_REPORT_BYTES too).
 */
int report_json(struct buf *out, const struct report *report) MUST_USE NONNULL;
int report_csv(struct buf *out, const struct report *report) MUST_USE NONNULL;
int report_html(struct buf *out, const struct report *report) MUST_USE NONNULL;

/* "2026-01-01" and "2026-12-31": first and last day of the period. */
void report_days(const struct report *report, char from[static 11],
    char to[static 11]);

#endif
