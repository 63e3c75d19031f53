/*
 * Walking JSON text (RFC 8259) without building a tree.
 *
 * Strict: UTF-8 checked, no control characters, no lone surrogates in escapes,
 * no byte order mark, no member name twice in one object, nesting and members
 * bounded. Values are slices of the text as it stands, since a digest is made
 * over exactly these bytes.
 */
#ifndef STILE_CLAIMS_JSONTEXT_H
#define STILE_CLAIMS_JSONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

struct claims_jsontext {
	struct str text;
	size_t at;
	unsigned depth;
	size_t n_reserved; /* member names "_sd" and "..." met so far */
};

enum {
	CLAIMS_JSONTEXT_E_FORMAT = 1, /* not JSON as it is wanted here */
	CLAIMS_JSONTEXT_E_LIMIT,      /* deeper or wider than allowed */
	CLAIMS_JSONTEXT_E_END,	      /* the object or array is at its end */
};

/* Begin at the first byte of text. */
void claims_jsontext_init(struct claims_jsontext *walk, struct str text)
    NONNULL;

/* Step over white space and one value of any kind. Returns: 0; _E_*. */
int claims_jsontext_value(struct claims_jsontext *walk, struct str *value)
    MUST_USE NONNULL;

/*
 * Step into an array or object ('[' or '{'), and from element to element.
 *
 * next: is_first for the first. Leaves the walk before the element (array) or
 * before the member's name (object). Returns: 0; CLAIMS_JSONTEXT_E_FORMAT;
 * next also CLAIMS_JSONTEXT_E_END behind the closing bracket.
 */
int claims_jsontext_open(struct claims_jsontext *walk, char bracket)
    MUST_USE NONNULL;
int claims_jsontext_next(struct claims_jsontext *walk, char bracket,
    bool is_first) MUST_USE NONNULL;

/*
 * Step over a string and, for a member's name, the colon behind it.
 * string: without quotes, escapes as they stand. Returns: 0; _E_FORMAT.
 */
int claims_jsontext_string(struct claims_jsontext *walk, struct str *string)
    MUST_USE NONNULL;
int claims_jsontext_name(struct claims_jsontext *walk, struct str *name)
    MUST_USE NONNULL;

/* The next byte that is not white space, without stepping; '\0' at the end. */
char claims_jsontext_peek(struct claims_jsontext *walk) NONNULL;

/* Nothing but white space is left. */
bool claims_jsontext_is_done(struct claims_jsontext *walk) NONNULL;

/* Append a string's content with its escapes undone; it was walked over. */
void claims_jsontext_unescape(struct buf *plain, struct str string) NONNULL;

/* Do two walked-over strings mean the same, however they are escaped? */
bool claims_jsontext_is_equal(struct str a, struct str b);

#endif
