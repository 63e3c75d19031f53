/*
 * A policy evaluated once more for one request, expression by expression.
 *
 * The walk follows the syntax tree and has every expression evaluated by the
 * evaluator itself, so that what is told is what happened. Its cost, each part
 * of an expression again for the whole, is nobody's but who asks why.
 */
#ifndef STILE_CEDAR_TRACE_H
#define STILE_CEDAR_TRACE_H

#include "cedar/ast.h"
#include "cedar/eval.h"
#include "cedar/policies.h"
#include "stile/cedar.h"

struct trace_step {
	struct cedar_step told;
	const struct ast_expr *expr; /* NULL: a part of the scope, a condition */
	struct value value;	     /* of CEDAR_STEP_VALUE */
	struct eval_error error; /* its own; kind 0: none, or that of a part */
	uint32_t end; /* number of the first step that is no part of it */
};

struct tracing {
	struct arena *arena;
	const struct cedar_query *query;
	const struct cedar_policies *policies;
	struct eval eval; /* the query's, with this resource and arena */
	struct trace_step *steps;
	uint32_t n;
	uint32_t size;
	int r; /* 0, or why tracing stopped */
};

/*
 * Find what decided the value or error of step i, and mark and explain it.
 * Sets tracing->r when there is no room.
 */
void cedar_trace_note_cause(struct tracing *tracing, uint32_t i) NONNULL;

/* The same for a part of the scope: how var is, or is not, in targets. */
void cedar_trace_note_scope(struct tracing *tracing, uint32_t i,
    const struct ast_scope *scope, enum ast_var var, const uint32_t *targets,
    size_t n);

#endif
