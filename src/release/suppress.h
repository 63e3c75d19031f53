/*
 * Small cells: which cells of a table are withheld so that none of them can be
 * worked out from the others.
 *
 * A table splits entries by a quality (rows) and by decision (columns). How
 * many entries of each decision there are is open in the log, so the columns'
 * totals are known to everybody and are never withheld. A cell or a row's
 * total from 1 to least - 1 is withheld; then others with it, until every cell
 * that is withheld for its size could, as far as the published figures go, as
 * well be 0, and as well be least or more (or the most, where that is less,
 * that the columns' totals allow); and every other withheld cell could be
 * another number too.
 *
 * What a withheld cell could be is worked out exactly. Rows and columns are the
 * nodes of a network, withheld cells its arcs, and the least and the most that
 * an arc can carry beside fixed totals are found by augmenting the flow that is
 * there (integral, as the totals are).
 */
#ifndef STILE_RELEASE_SUPPRESS_H
#define STILE_RELEASE_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "util/attr.h"

/* A cell. The last column of a table is the rows' totals. */
struct suppress_cell {
	uint64_t n;
	bool is_impossible; /* 0, and everybody knows: never withheld */
	bool is_withheld;
};

struct suppress_table {
	size_t n_rows;
	size_t n_columns; /* without the totals; at most LIMIT_REPORT_COLUMNS */
	/* [row][column]; [row][n_columns] is the row's total. */
	struct suppress_cell cells[LIMIT_REPORT_ROWS][LIMIT_REPORT_COLUMNS + 1];
};

/* What a cell could be, as far as the published figures go. */
struct suppress_range {
	uint64_t least, most;
};

/* Fill in the rows' totals and decide what is withheld. least: 3 or more. */
void suppress_split(struct suppress_table *table, uint64_t least) NONNULL;

/* The range of a cell; of a published one its number alone. */
struct suppress_range suppress_range_of(const struct suppress_table *table,
    size_t row, size_t column) NONNULL;

/*
 * A list: how many of n_entries entries say this, and this; one entry may say
 * several, so there is no total. n_entries is open in the log. With fewer than
 * least of them the whole column is withheld; else cells from 1 to least - 1
 * are, and one more where cells could be worked out from that every entry says
 * something.
 */
void suppress_list(struct suppress_table *table, size_t column,
    uint64_t n_entries, uint64_t least) NONNULL;

#endif
