/*
 * The formatter: policies in the layout that everybody's policies have.
 *
 * Every token of the source is written once, in its order, with the comments
 * that stand before and behind it, so that no comment can be lost. A comment
 * behind a token on its line stays there; others get lines of their own above
 * the token that follows. Only trailing commas go.
 */
#ifndef STILE_CEDAR_FORMAT_H
#define STILE_CEDAR_FORMAT_H

#include "cedar/ast.h"
#include "stile/cedar.h"
#include "util/arena.h"
#include "util/buf.h"

/*
 * Append a parsed set, laid out.
 *
 * set: of a text that parsed; its source is read again for the comments.
 * scratch: is reset and used.
 * Returns: 0; CEDAR_E_LIMIT (scratch); fault. Whether buf had room: buf_finish().
 */
int cedar_format_set(struct buf *buf, const struct ast_set *set,
    const struct cedar_format *format, struct arena *scratch) MUST_USE NONNULL;

#endif
