/* Lines of a file; see lines.h. */
#include "util/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/fault.h"

#define READ_AT_LEAST ((size_t)256 << 10)

int
lines_init(struct lines *lines, int fd, size_t max)
{
	*lines = (struct lines){ .fd = fd,
		.max = max,
		.size = max + READ_AT_LEAST };
	lines->bytes = malloc(lines->size);
	return lines->bytes != NULL ? 0 : FAULT(ENOMEM);
}

void
lines_fini(struct lines *lines)
{
	free(lines->bytes);
	lines->bytes = NULL;
}

/* Make room and read once. */
static int
fill(struct lines *lines)
{
	ssize_t n;

	if (lines->size - lines->to < READ_AT_LEAST && lines->from > 0) {
		memmove(lines->bytes, lines->bytes + lines->from,
		    lines->to - lines->from);
		lines->to -= lines->from;
		lines->from = 0;
	}
	do
		n = read(lines->fd, lines->bytes + lines->to,
		    lines->size - lines->to);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return FAULT(errno);
	lines->is_at_end = n == 0;
	lines->to += (size_t)n;
	return 0;
}

static void
hand_out(struct lines *lines, struct str *line, size_t len, size_t newline)
{
	*line = (struct str){ lines->bytes + lines->from, len };
	lines->from += len + newline;
	lines->n++;
	lines->offset = lines->next;
	lines->next += len + newline;
}

int
lines_next(struct lines *lines, struct str *line)
{
	size_t seen = 0; /* of the window, without a newline */

	for (;;) {
		size_t have = lines->to - lines->from;
		const char *from = lines->bytes + lines->from;
		const char *end = have > seen
		    ? memchr(from + seen, '\n', have - seen)
		    : NULL;
		int r;

		if (end != NULL && (size_t)(end - from) < lines->max) {
			hand_out(lines, line, (size_t)(end - from), 1);
			return 0;
		}
		if (end != NULL || have >= lines->max)
			return LINES_E_LONG;
		if (lines->is_at_end && have == 0)
			return LINES_E_END;
		if (lines->is_at_end) {
			hand_out(lines, line, have, 0);
			return LINES_E_CUT;
		}
		seen = have;
		r = fill(lines);
		if (r < 0)
			return TRACE(r);
	}
}
