/* Matching a text against a `like` pattern. */
#ifndef STILE_CEDAR_WILDCARD_H
#define STILE_CEDAR_WILDCARD_H

#include <stdbool.h>

#include "cedar/ast.h"
#include "util/str.h"

/*
 * Whether the whole text matches. Both are UTF-8, so that comparing bytes is
 * comparing characters. Time: linear in the text, whatever the pattern.
 */
bool cedar_wildcard_match(struct str text,
    const struct ast_pattern_part *parts, size_t n);

#endif
