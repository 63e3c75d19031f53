/*
 * Texts as they are written between quotes: the other way of unescape.h.
 *
 * What is written is what a Rust program's `escape_debug` gives, so that texts
 * agree with the original's: controls, unassigned, private and format
 * characters, and spaces other than U+0020, as \u{..}; both quotes with a
 * backslash; everything else as it is.
 */
#ifndef STILE_CEDAR_ESCAPE_H
#define STILE_CEDAR_ESCAPE_H

#include "cedar/ast.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

/* Append text in quotes. text: valid UTF-8. */
void cedar_escape_add(struct buf *buf, struct str text) NONNULL;

/* Append a pattern in quotes: a star that is no wildcard is `\*`. */
void cedar_escape_pattern(struct buf *buf, const struct ast_pattern_part *parts,
    size_t n);

#endif
