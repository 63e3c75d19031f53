/*
 * RFC 9112 taken at its word: a request head that two parsers could read in
 * two ways is refused and its connection closed.
 *
 * The HTTP library takes a bare LF for a line end, joins folded lines and
 * forgives white space. It parses in place, though, so the distance between
 * two strings that it hands out tells what stood between them. framing_check()
 * allows "\r\n" between field lines and nothing else.
 */
#ifndef STILE_FRONT_FRAMING_H
#define STILE_FRONT_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "front/problem.h"
#include "util/attr.h"
#include "util/str.h"

/* The parts of a head, all from one buffer, in the order they were received. */
struct framing {
	const char *method;
	const char *target; /* as received */
	const char *version;
	size_t target_len;
	size_t head_len; /* bytes up to and with the empty line */
	const char *end; /* just behind the last field's value so far */
	bool is_broken;  /* something stood between two parts */

	/* Of the fields: */
	unsigned n_host;
	unsigned n_length;
	unsigned n_coding; /* Transfer-Encoding */
	bool has_body;
	uint64_t length;
	bool is_length_bad;
};

/*
 * Begin with the request line. target.len is that of the target as received,
 * in which the library may have ended a part with NUL since.
 */
void framing_init(struct framing *framing, const char *method,
    struct str target, const char *version, size_t head_len) NONNULL;

/* Take the next field; both strings are the library's own. */
void framing_field(struct framing *framing, const char *name,
    struct str value) NONNULL;

/*
 * Returns: PROBLEM_NONE, or why the head is refused; then the connection must
 * be closed, for where the next request begins is not certain.
 */
enum problem_id framing_check(const struct framing *framing,
    size_t header_bytes, size_t body_bytes) NONNULL;

#endif
