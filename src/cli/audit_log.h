/*
 * Published logs of look-ups, of any agency, read row by row into one form.
 *
 * Agencies publish what their systems export: other column names, commas,
 * semicolons or tabs, UTF-8 or UTF-16 or a Windows code page, title lines in
 * front of the header, dates in a dozen forms, broken quotes. A mapping file
 * names the columns; without one they are guessed by their names, and the guess
 * is part of the result. What cannot be read is counted, never dropped in
 * silence. Memory does not grow with the log.
 */
#ifndef STILE_CLI_AUDIT_LOG_H
#define STILE_CLI_AUDIT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/audit_map.h"
#include "cli/audit_text.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/csv_file.h"
#include "util/diag.h"
#include "util/str.h"

struct audit_log_row {
	size_t line;	 /* of the file, 1-based */
	int64_t when_us; /* as written; INT64_MIN: none that can be read */
	int64_t swap_us; /* the same with day and month changed over, if both go */
	struct str cells[AUDIT_MAP_N_COLUMNS]; /* trimmed UTF-8; may be empty */
};

struct audit_log {
	struct str agency;
	/* Names as the file has them; p == NULL: the log has no such column. */
	struct str names[AUDIT_MAP_N_COLUMNS];
	bool is_guess[AUDIT_MAP_N_COLUMNS];
	struct str *header; /* all columns; of #1, #2 … without a header */
	bool *is_used;
	size_t n_header;
	char separator;

	/* Known in full after the last row. */
	uint64_t n_rows;
	uint64_t n_unreadable; /* rows that are no CSV; diags name the first */
	uint64_t n_mended;     /* rows whose quotes were broken */
	uint64_t n_no_time;    /* rows without a time, where there is a column */
	uint64_t n_short;      /* rows with fewer cells than the header */
	uint64_t n_long;       /* rows with more */
	uint64_t n_blank;      /* rows of separators, left out */
	uint64_t n_headers;    /* the header once more, left out */
	uint64_t n_day_first;  /* dates that can only be day/month/year */
	uint64_t n_month_first; /* or only month/day/year */
	bool is_day_first;     /* all others are to be read so: swap_us */

	/* How it is read. */
	struct diag_list *diags;
	struct csv_file file;
	struct audit_text text;
	size_t at[AUDIT_MAP_N_COLUMNS]; /* cell of each column; SIZE_MAX */
	size_t n_skip; /* rows in front of the first */
	bool has_header;
	enum audit_map_dates dates;
	char moment[64]; /* a date and a time of day, put together */
};

enum {
	AUDIT_LOG_E_END = 1, /* no more rows */
	AUDIT_LOG_E_COLUMNS, /* no column could be told; diags say what to do */
	AUDIT_LOG_E_EMPTY,   /* nothing but blanks; diags say so */
	AUDIT_LOG_E_KIND,    /* no text at all; diags say what it is */
};

/*
 * Begin: find the separator, the header and the columns in the first window of
 * what source hands out. map: zeroed to guess everything. The log is not moved
 * afterwards; names live in the arena, messages in diags, as long as the log.
 *
 * Returns: 0, to be ended by audit_log_close(); AUDIT_LOG_E_*; fault.
 */
int audit_log_open(struct audit_log *log, struct diag_list *diags,
    struct arena *arena, csv_file_source_fn *source, void *context,
    const struct audit_map *map) MUST_USE;

/*
 * The next row; its cells are valid until the next call.
 *
 * Returns: 0; AUDIT_LOG_E_END; fault.
 */
int audit_log_next(struct audit_log *log, struct audit_log_row *row)
    MUST_USE NONNULL;

/* Bytes of the source taken so far, for progress. */
uint64_t audit_log_done(const struct audit_log *log) NONNULL;

/* Safe on a zeroed one and twice; names and counts stay. */
void audit_log_close(struct audit_log *log) NONNULL;

#endif
