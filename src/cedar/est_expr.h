/* Expressions of policies as JSON: from {"==": {left, right}} to a tree. */
#ifndef STILE_CEDAR_EST_EXPR_H
#define STILE_CEDAR_EST_EXPR_H

#include "cedar/est_fields.h"

/*
 * Read an expression. Operators that lean to the left become one chain; what
 * stands in Value may hold entities and extension values.
 *
 * Returns: the tree, without spans, in the reader's arena; NULL when it could
 * not, as est_fields.h says.
 */
struct ast_expr *cedar_est_expr_read(struct est_reader *reader,
    const struct jsontree *json) NONNULL;

#endif
