/*
 * Published logs of look-ups, of any agency, read into one normal form.
 *
 * Agencies publish what their systems export: other column names, commas,
 * semicolons or tabs, UTF-8 or UTF-16 or a Windows code page, title lines in
 * front of the header, dates in a dozen forms. A mapping file names the columns;
 * without one they are guessed by their names, and the guess is part of the
 * result. What cannot be read is counted, never dropped in silence.
 */
#ifndef STILE_CLI_AUDIT_LOG_H
#define STILE_CLI_AUDIT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/audit_map.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

struct audit_log_row {
	size_t line;	 /* of the file, 1-based */
	int64_t when_us; /* as written; INT64_MIN: none that can be read */
	struct str cells[AUDIT_MAP_N_COLUMNS]; /* trimmed UTF-8; may be empty */
};

struct audit_log {
	struct str agency;
	/* Names as the file has them; p == NULL: the log has no such column. */
	struct str names[AUDIT_MAP_N_COLUMNS];
	bool is_guess[AUDIT_MAP_N_COLUMNS];
	struct str *others; /* columns that are not used */
	size_t n_others;
	char separator;
	const char *encoding; /* "UTF-8", "UTF-16", "Windows-1252" */
	struct audit_log_row *rows;
	size_t n_rows;
	size_t n_unreadable; /* rows that are no CSV; diags name the first */
	size_t n_no_time;    /* rows without a time, where there is a column */
	size_t n_short;	     /* rows with fewer cells than the header */
	bool is_day_first;   /* dates were read as day/month/year */
};

enum {
	AUDIT_LOG_E_COLUMNS = 1, /* no column could be told; diags say what to do */
	AUDIT_LOG_E_EMPTY,	 /* no rows */
	AUDIT_LOG_E_LIMIT,	 /* more than LIMIT_LOOKBACK_ROWS rows */
};

typedef void (*audit_log_progress_fn)(void *context, size_t done, size_t all);

/*
 * Read a whole log. map: zeroed to guess everything. progress may be NULL.
 *
 * Returns: 0, all in the arena; AUDIT_LOG_E_*; fault.
 */
int audit_log_read(struct audit_log *log, struct diag_list *diags,
    struct arena *arena, struct str text, const struct audit_map *map,
    audit_log_progress_fn progress, void *context) MUST_USE;

#endif
