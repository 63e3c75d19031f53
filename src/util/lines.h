/*
 * A file line by line, however long it is, in a window of fixed size.
 */
#ifndef STILE_UTIL_LINES_H
#define STILE_UTIL_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

struct lines {
	int fd;		 /* borrowed */
	char *bytes;	 /* the window */
	size_t size;	 /* of it */
	size_t from;	 /* what is not handed out yet */
	size_t to;
	size_t max;	 /* longest line, newline included */
	uint64_t n;	 /* number of the line handed out last, from 1 */
	uint64_t offset; /* of its first byte in the file */
	uint64_t next;	 /* of the first byte behind it */
	bool is_at_end;	 /* the file has no more to read */
};

enum {
	LINES_E_END = 1, /* no more lines */
	LINES_E_LONG,	 /* the line is longer than allowed */
	LINES_E_CUT,	 /* the last line has no newline; it is handed out */
};

/* Begin at the present place of fd. max: longest line with its newline.
 * Returns: 0; fault ENOMEM. */
int lines_init(struct lines *lines, int fd, size_t max) MUST_USE NONNULL;
void lines_fini(struct lines *lines) NONNULL;

/*
 * The next line, without its newline, borrowed until the next call.
 *
 * Returns: 0; LINES_E_*; fault of read().
 */
int lines_next(struct lines *lines, struct str *line) MUST_USE NONNULL;

#endif
