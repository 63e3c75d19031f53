/*
 * String literals and `like` patterns: from their spelling to their text.
 * Escapes are those of a Rust string: \n \r \t \\ \0 \' \" \xHH \u{H..}.
 */
#ifndef STILE_CEDAR_UNESCAPE_H
#define STILE_CEDAR_UNESCAPE_H

#include "cedar/ast.h"
#include "util/arena.h"
#include "util/str.h"

enum {
	UNESCAPE_E_INVALID = 1, /* *bad is the offending part of raw */
};

/*
 * raw: the text between the quotes, valid UTF-8.
 *
 * Returns: 0 and *text (borrowed from raw when nothing is escaped, else in the
 * arena); UNESCAPE_E_INVALID; fault ENOMEM.
 */
int cedar_unescape_string(struct str *text, struct str *bad,
    struct arena *arena, struct str raw) MUST_USE NONNULL;

/*
 * As above for a pattern, where `*` (escaped as \x2a too, like the original)
 * is a wildcard and `\*` a star.
 */
int cedar_unescape_pattern(const struct ast_pattern_part **parts, size_t *n,
    struct str *bad, struct arena *arena, struct str raw) MUST_USE NONNULL;

#endif
