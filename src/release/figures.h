/*
 * Figures: what is counted of the entries of a log for a report.
 *
 * Entries are taken one by one, in their order, each with the values that the
 * holder keeps beside it. What is open in the log (kind, decision, time, packs)
 * is counted for the whole period. What is not is counted by quarters of the
 * calendar, so that each quarter can be protected once and for all: every
 * report of whatever period is a sum of the same protected quarters, and two
 * reports together say no more than these.
 */
#ifndef STILE_RELEASE_FIGURES_H
#define STILE_RELEASE_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claims/claims.h"
#include "limits.h"
#include "release/distinct.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/map.h"
#include "util/str.h"

enum figures_kind {
#define K(symbol, type, ...) FIGURES_##symbol,
#include "release/figures.def"
	FIGURES_N_KINDS,
};

enum figures_table {
#define T(symbol, id, kind, shape, label, title, counts) FIGURES_BY_##symbol,
#include "release/figures.def"
	FIGURES_N_TABLES,
};

enum figures_shape {
	FIGURES_SPLIT = 0, /* each entry is in one row */
	FIGURES_ONLY,	   /* likewise, of the first decision alone */
	FIGURES_LIST,	   /* in any number of rows, which the data names */
	FIGURES_LIST_ONLY, /* likewise, of the first decision alone */
	FIGURES_LIST_REST, /* likewise, of all but the first */
};

struct figures_kind_spec {
	const char *type;
	const char *decisions[LIMIT_REPORT_COLUMNS];
	size_t n_decisions;
};

struct figures_spec {
	const char *id;
	enum figures_kind kind;
	enum figures_shape shape;
	const char *label;
	const char *title;
	const char *counts; /* "decisions on requests, by …" */
};

struct figures_row_spec {
	enum figures_table table;
	const char *value;
	const char *title;
	unsigned mask; /* bit of each column where it can be */
};

extern const struct figures_kind_spec figures_kinds[FIGURES_N_KINDS];
extern const struct figures_spec figures_specs[FIGURES_N_TABLES];

static inline bool
figures_is_list(enum figures_table table)
{
	return figures_specs[table].shape >= FIGURES_LIST;
}

/* The columns of a table: [*from, *to) of its kind's decisions. */
void figures_columns(enum figures_table table, size_t *from, size_t *to)
    NONNULL;

/* The i-th row of a split table; NULL behind the last. */
const struct figures_row_spec *figures_row(enum figures_table table, size_t i);

/* Entries of one type and decision; open in the log. */
struct figures_count {
	struct str type;
	struct str decision;
	uint64_t n;
};

struct figures_quarter {
	uint64_t totals[FIGURES_N_KINDS][LIMIT_REPORT_COLUMNS];
	uint64_t n_erased[FIGURES_N_KINDS]; /* whose values are not kept */
	struct distinct subjects;
	uint64_t cells[FIGURES_N_TABLES][LIMIT_REPORT_ROWS]
		      [LIMIT_REPORT_COLUMNS];
};

struct figures {
	struct arena *arena;
	int64_t from_us, to_us; /* the period: [from, to) */
	bool is_exact;		/* the whole period in place of quarters */
	int32_t first_quarter;	/* years * 4 + 0 to 3 */
	size_t n_quarters;
	struct figures_quarter *quarters;

	uint64_t n_entries; /* taken, inside the period or not */
	int64_t last_us;    /* time of the newest of them */
	struct figures_count counts[LIMIT_MONITOR_KINDS];
	size_t n_counts;
	int32_t first_month; /* years * 12 + 0 to 11 */
	size_t n_months;
	uint64_t months[LIMIT_REPORT_MONTHS][LIMIT_REPORT_COLUMNS];
	struct str packs; /* in force at its end: a JSON array */
	uint64_t n_pack_changes;

	struct map agencies; /* ORI -> kind, as they were registered */
	bool has_lost_agencies; /* values of such an entry are not kept */
	struct str names[FIGURES_N_TABLES][LIMIT_REPORT_ROWS]; /* of lists */
	size_t n_names[FIGURES_N_TABLES];
};

enum {
	FIGURES_E_FOREIGN = 1, /* none of a Stile log, or before the last */
	FIGURES_E_PERIOD,      /* empty, or longer than LIMIT_REPORT_QUARTERS */
	FIGURES_E_LIMIT,       /* more kinds, rows or agencies than LIMIT_… */
};

/* Is the label's value counted? Others need not be opened. */
bool figures_is_counted(struct str label);

/* "2026-Q1" */
#define FIGURES_QUARTER_TEXT 16
void figures_quarter_text(char text[static FIGURES_QUARTER_TEXT],
    int32_t quarter);

/* Its first moment. */
int64_t figures_quarter_us(int32_t quarter);

/*
 * Begin to count for [from_us, to_us), both of them midnights. The arena keeps
 * what is counted. Returns: 0; FIGURES_E_PERIOD; fault.
 */
int figures_begin(struct figures *figures, struct arena *arena,
    int64_t from_us, int64_t to_us, bool is_exact) MUST_USE NONNULL;

/*
 * Count the log's next entry.
 *
 * claims: of the entry, opened with what is kept beside it; is_kept: something
 * is. Returns: 0; FIGURES_E_FOREIGN; FIGURES_E_LIMIT; fault.
 */
int figures_take(struct figures *figures, const struct claims *claims,
    bool is_kept) MUST_USE NONNULL;

#endif
