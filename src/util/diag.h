/*
 * Diagnostics: what is wrong with an input, where, and how to mend it.
 *
 * Code is controlled by outcomes; diagnostics are for people. A list holds at
 * most LIMIT_DIAGS messages and counts the rest.
 */
#ifndef STILE_UTIL_DIAG_H
#define STILE_UTIL_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

struct diag {
	struct str where; /* file name, field or document part; may be empty */
	size_t offset;	  /* bytes from the start of the source text */
	size_t len;	  /* bytes the message is about; 0 = the point itself */
	size_t line;	  /* 1-based; 0 = has no place in a text */
	size_t column;	  /* 1-based, in bytes */
	struct str text;  /* one line, no full stop */
	struct str help;  /* how to mend it; may be empty */
	bool is_warning;
};

struct diag_list {
	struct arena *arena; /* owns the texts; outlives the list */
	struct str where;    /* copied into each new message */
	struct str source;   /* text that offsets refer to; may be absent */
	struct diag *items;
	size_t n_items;
	size_t n_dropped; /* messages past LIMIT_DIAGS */
	size_t n_errors;  /* of those kept and dropped: not warnings */
};

/* Begin an empty list whose texts live in the arena. */
void diag_init(struct diag_list *list, struct arena *arena, struct str where,
    struct str source) NONNULL;

/* Add an error about [offset, offset+len) of the source. */
void diag_error(struct diag_list *list, size_t offset, size_t len,
    const char *format, ...) PRINTF(4, 5);

/* Add an error that has no place in a text. */
void diag_error_at(struct diag_list *list, struct str where,
    const char *format, ...) PRINTF(3, 4);

void diag_warning(struct diag_list *list, size_t offset, size_t len,
    const char *format, ...) PRINTF(4, 5);

/* Attach help to the newest message; nothing when that was dropped. */
void diag_help(struct diag_list *list, const char *format, ...) PRINTF(2, 3);

/*
 * Print all messages: "where:line:column: error: text", the source line with a
 * caret under it, and the help.
 */
void diag_print(const struct diag_list *list, FILE *out) NONNULL;

/* The first error as one line without the excerpt; empty when there is none. */
struct str diag_first(const struct diag_list *list) NONNULL;

#endif
