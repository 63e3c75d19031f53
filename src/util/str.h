/*
 * A borrowed slice of bytes.
 *
 * A str never owns: whoever made the bytes does. It need not end in NUL and may
 * hold any byte. { NULL, 0 } is the absent slice; it equals the empty one.
 */
#ifndef STILE_UTIL_STR_H
#define STILE_UTIL_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "util/attr.h"

struct str {
	const char *p;
	size_t len;
};

/* A slice of a string literal, usable in constant initialisers. */
#define STR(literal) ((struct str){ ("" literal ""), sizeof(literal) - 1 })
#define STR_INIT(literal) { ("" literal ""), sizeof(literal) - 1 }

/* For printf("%.*s", STR_ARG(s)). Slices longer than INT_MAX are cut. */
#define STR_ARG(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), (s).p

static inline struct str
str_of(const char *text)
{
	struct str s = { text, text != NULL ? strlen(text) : 0 };

	return s;
}

static inline bool
str_is_equal(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* Bytewise order, shorter first among equals: <0, 0, >0. */
int str_compare(struct str a, struct str b);

bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);

/* Index of the first byte c at or after from; s.len when there is none. */
size_t str_find(struct str s, char c, size_t from);

/* The part [from, to), both clamped to the slice. */
struct str str_part(struct str s, size_t from, size_t to);

/* Without leading and trailing space, tab, CR and LF. */
struct str str_trim(struct str s);

/*
 * Cut the next piece up to the separator off *rest.
 *
 * Returns: true and the piece; false when nothing was left.
 */
bool str_split(struct str *piece, struct str *rest, char separator) NONNULL;

/*
 * Decimal digits only: no sign, no space, no leading zero except "0" itself.
 *
 * Returns: true and the number; false when it is anything else or overflows.
 */
bool str_to_u64(uint64_t *value, struct str s) NONNULL;

/* As str_to_u64 with an optional leading '-'. */
bool str_to_i64(int64_t *value, struct str s) NONNULL;

/* Compare without a data-dependent branch; the lengths are not secret. */
bool str_is_equal_constant(struct str a, struct str b);

#endif
