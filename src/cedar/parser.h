/* Text to syntax tree: a recursive descent over the grammar of Cedar 4.5. */
#ifndef STILE_CEDAR_PARSER_H
#define STILE_CEDAR_PARSER_H

#include "cedar/ast.h"
#include "util/arena.h"
#include "util/diag.h"

/*
 * Parse a policy set. After an error in a policy the parser goes on behind the
 * next semicolon, so that one run reports all errors.
 *
 * arena: takes the tree; text must live as long (it is the set's source).
 * flags: CEDAR_ID_ANNOTATION.
 * Returns: 0 and *set; CEDAR_E_INPUT, CEDAR_E_LIMIT with diagnostics; fault.
 */
int cedar_parser_parse(struct ast_set *set, struct arena *arena,
    struct str text, unsigned flags, struct diag_list *diags) MUST_USE NONNULL;

/*
 * Parse one expression and nothing behind it.
 *
 * Returns: 0 and *expr; as above.
 */
int cedar_parser_parse_expr(struct ast_expr **expr, struct arena *arena,
    struct str text, struct diag_list *diags) MUST_USE NONNULL;

/* The same of one entity, as User::"ann". */
int cedar_parser_parse_uid(struct ast_uid *uid, struct arena *arena,
    struct str text, struct diag_list *diags) MUST_USE NONNULL;

#endif
