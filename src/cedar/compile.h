/* Syntax tree to code (code.h): interning, folding, cutting conditions. */
#ifndef STILE_CEDAR_COMPILE_H
#define STILE_CEDAR_COMPILE_H

#include "cedar/code.h"
#include "cedar/names.h"
#include "util/arena.h"

/*
 * Compile one policy or template; slots stay empty (uid NAMES_NONE).
 *
 * arena: takes the code; ast must live as long.
 * Returns: 0; CEDAR_E_LIMIT (arena or dictionary full); fault ENOMEM.
 */
int cedar_compile_policy(struct code_rule *rule, struct arena *arena,
    struct cedar_names *names, const struct ast_policy *ast) MUST_USE NONNULL;

/*
 * Compile one expression of a policy that was compiled before: it names nothing
 * new.
 *
 * Returns: as above.
 */
int cedar_compile_expr(const struct code **code, struct arena *arena,
    struct cedar_names *names, const struct ast_expr *ast) MUST_USE NONNULL;

#endif
