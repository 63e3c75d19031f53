/* UTF-8 (RFC 3629) and the characters that must not be in an identifier. */
#ifndef STILE_UTIL_UTF8_H
#define STILE_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

/*
 * Decode the code point at s.p[*at] and advance *at past it.
 *
 * Returns: the code point; -1 when the bytes are not well-formed UTF-8
 * (overlong forms, surrogates and values above U+10FFFF included).
 */
int32_t utf8_next(struct str s, size_t *at) NONNULL;

bool utf8_is_valid(struct str s);

/* Write the code point; returns the number of bytes, 1 to 4. */
size_t utf8_encode(char bytes[static 4], uint32_t code);

/*
 * Characters that make text look like something else: C0 and C1 controls,
 * bidirectional controls, zero-width and other default-ignorable characters,
 * line and paragraph separators, private use, noncharacters.
 */
bool utf8_is_deceptive(uint32_t code);

/* Valid, and none of its characters is deceptive: fit to be shown to people. */
bool utf8_is_honest(struct str text);

#endif
