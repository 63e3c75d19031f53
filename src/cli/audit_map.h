/*
 * Mapping files of audit logs: which column of an agency's file is what.
 *
 *	agency = "Mount Pleasant Police Department";
 *	columns = { when = "Search Time"; who = "userId"; reason = "Reason";
 *		    case = "caseNumber"; };
 *	case_forms = [ "2026*", "99-99999*" ];	# 9 a digit, A a letter, * more
 *	separator = "tab";			# else guessed
 *	dates = "dmy";				# 01/02/2025; else guessed
 *	header = false;				# then columns are "#1", "#2"
 *
 * Every setting may be left out; an unknown one is an error.
 */
#ifndef STILE_CLI_AUDIT_MAP_H
#define STILE_CLI_AUDIT_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/diag.h"
#include "util/str.h"

/* What a column is for. */
enum audit_map_column {
	AUDIT_MAP_WHEN,
	AUDIT_MAP_TIME,	      /* of day, where it has a column of its own */
	AUDIT_MAP_WHO,
	AUDIT_MAP_AGENCY,     /* several agencies in one log */
	AUDIT_MAP_REASON,
	AUDIT_MAP_CASE,
	AUDIT_MAP_OFFENCE,
	AUDIT_MAP_BREADTH,    /* cameras or devices searched */
	AUDIT_MAP_NETWORKS,   /* agencies' networks searched */
	AUDIT_MAP_KIND,	      /* of the search */
	AUDIT_MAP_MODERATION, /* what the system itself said to it */
	AUDIT_MAP_SUBJECT,    /* the plate */
	AUDIT_MAP_N_COLUMNS,
};

/* How dates of the form 01/02/2025 are meant. */
enum audit_map_dates {
	AUDIT_MAP_DATES_GUESS = 0,
	AUDIT_MAP_DATES_MDY,
	AUDIT_MAP_DATES_DMY,
};

/* A mapping file, or what to guess. */
struct audit_map {
	struct str agency; /* for headings; may be empty */
	/* Names of columns, or "#3" for the third; absent: guess, empty: none. */
	struct str columns[AUDIT_MAP_N_COLUMNS];
	bool is_given[AUDIT_MAP_N_COLUMNS];
	bool has_no_header;
	char separator; /* 0: guess */
	enum audit_map_dates dates;
	struct str *case_forms; /* see case_ref.h */
	size_t n_case_forms;
};

enum {
	AUDIT_MAP_E_WRONG = 1, /* diags say where */
};

/*
 * Read a mapping file (libconfig); texts are the arena's.
 *
 * Returns: 0; AUDIT_MAP_E_WRONG; fault.
 */
int audit_map_parse(struct audit_map *map, struct diag_list *diags,
    struct arena *arena, struct str text) MUST_USE NONNULL;

/* "when": the name of a column in mapping files. */
const char *audit_map_name(enum audit_map_column column);

/* "when it was": for people. */
const char *audit_map_title(enum audit_map_column column);

/*
 * Guess the columns of a header by their names.
 *
 * at[column]: the index of the cell, SIZE_MAX for none. is_sure: one of the
 * names is known as it stands, not only in part. Returns: how many columns were
 * told.
 */
size_t audit_map_guess(size_t at[static AUDIT_MAP_N_COLUMNS], bool *is_sure,
    const struct str *header, size_t n) NONNULL;

/*
 * A mapping file to fill in: what was found, what was not, and the names of all
 * columns of the log, in comments. names: as struct audit_log has them; file:
 * for the heading.
 */
void audit_map_write(struct buf *buf, const char *file,
    const struct audit_map *map, const struct str names[AUDIT_MAP_N_COLUMNS],
    const struct str *header, size_t n_header) NONNULL;

#endif
