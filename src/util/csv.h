/*
 * CSV (RFC 4180), read row by row from memory, tolerant of what real files do:
 * LF or CRLF ends, a UTF-8 byte order mark, blank lines, a last line without an
 * end, quotes that appear inside an unquoted cell. Any single-byte separator.
 *
 * A row whose quotes are broken is refused, unless is_lenient is set: then it
 * is read once more, as one line in which only a quote at the end of a cell
 * closes it, so that a stray quote costs neither its row nor the next.
 */
#ifndef STILE_UTIL_CSV_H
#define STILE_UTIL_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "limits.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

struct csv {
	struct str text;
	size_t at;	/* next byte */
	size_t line;	/* line the row read last begins on, 1-based */
	size_t counted; /* bytes whose line ends are in line */
	char separator;
	bool is_lenient; /* the reader's choice, after csv_init() */
	bool is_mended;	 /* the current row's quotes were broken */
	struct buf cell; /* unescaped cells of the current row */
	size_t n_cells;
	size_t start[LIMIT_CSV_COLUMNS + 1]; /* offsets in cell.bytes */
};

enum {
	CSV_E_END = 1,	  /* no more rows */
	CSV_E_QUOTE,	  /* a quoted cell has no end, or text follows it */
	CSV_E_COLUMNS,	  /* more than LIMIT_CSV_COLUMNS cells */
	CSV_E_CELL,	  /* the row is larger than LIMIT_CSV_FIELD */
};

/* Begin; text is borrowed for the life of the reader. */
void csv_init(struct csv *csv, struct str text, char separator) NONNULL;
void csv_fini(struct csv *csv) NONNULL;

/*
 * Read the next row that is not blank. After an outcome other than 0 and
 * CSV_E_END the reader stands at the next line and may go on.
 *
 * Returns: 0; CSV_E_*; fault ENOMEM.
 */
int csv_next(struct csv *csv) MUST_USE NONNULL;

/*
 * Go on with other text: the first n_gone bytes, all read already, are left
 * out, and text is what was behind them and more. Line numbers go on.
 */
void csv_shift(struct csv *csv, struct str text, size_t n_gone) NONNULL;

/*
 * Make the current row by hand: no cells, then one more. For rows that are
 * members of another format and are to be read by the same mapping.
 *
 * csv_push() returns: 0; CSV_E_COLUMNS; CSV_E_CELL; fault ENOMEM.
 */
void csv_clear(struct csv *csv) NONNULL;
int csv_push(struct csv *csv, struct str cell) MUST_USE NONNULL;

/* Cell i of the current row, valid until the next csv_next(). Empty past the end. */
struct str csv_cell(const struct csv *csv, size_t i) NONNULL;

/* One line for people about an outcome of csv_next(). */
const char *csv_text(int outcome);

/* Append one cell, quoted when it has to be. Cells a spreadsheet would run as a
 * formula (= + - @ tab CR first) get a leading apostrophe. */
void csv_add_cell(struct buf *buf, struct str cell) NONNULL;

#endif
