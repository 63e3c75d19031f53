/*
 * Residuals: what the reducer left of a policy, made a policy again.
 *
 * The code is taken back into a syntax tree, so that whatever prints policies
 * prints residuals: values become literals, or calls of their constructors, and
 * unknowns are the expressions that they were.
 */
#ifndef STILE_CEDAR_RESIDUAL_H
#define STILE_CEDAR_RESIDUAL_H

#include "cedar/code.h"
#include "cedar/names.h"
#include "util/arena.h"

/* What is left of one policy. */
struct residual {
	const struct code_rule *rule;
	bool keeps[3];		 /* by enum ast_var: its scope is undecided */
	const struct code *body; /* NULL: only the scope is */
};

/*
 * The tree of a residual: no spans, the annotations of its policy, slots
 * filled.
 *
 * Returns: the tree in the arena; NULL when it has no room.
 */
const struct ast_policy *cedar_residual_tree(struct arena *arena,
    const struct names_scope *scope, const struct residual *residual) NONNULL;

#endif
