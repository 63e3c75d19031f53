/* The walk through a policy; see trace.h. */
#include "cedar/trace.h"

#include <assert.h>
#include <errno.h>

#include "cedar/compile.h"
#include "cedar/entities.h"
#include "cedar/intern.h"
#include "cedar/query.h"
#include "limits.h"
#include "util/fault.h"

static uint32_t walk(struct tracing *tracing, const struct ast_expr *expr,
    uint32_t parent);

static void
no_room(struct tracing *tracing)
{
	tracing->r = tracing->arena->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
}

/* A new step. Returns: its number; 0, which may be overwritten, without room. */
static uint32_t
begin(struct tracing *tracing, enum cedar_step_kind kind, struct ast_span span,
    uint32_t parent)
{
	struct trace_step *step;

	if (tracing->n == tracing->size) {
		uint32_t size = MAX(tracing->size * 2, 32u);
		struct trace_step *more =
		    ARENA_ARRAY(tracing->arena, size, struct trace_step);

		if (more == NULL) {
			no_room(tracing);
			return 0;
		}
		if (tracing->n > 0)
			memcpy(more, tracing->steps,
			    tracing->n * sizeof(*more));
		tracing->steps = more;
		tracing->size = size;
	}
	step = &tracing->steps[tracing->n];
	*step = (struct trace_step){ .end = tracing->n + 1 };
	step->told = (struct cedar_step){ .kind = kind,
		.parent = parent == UINT32_MAX ? tracing->n : parent,
		.offset = span.at,
		.len = span.len };
	return tracing->n++;
}

static void
set_value(struct tracing *tracing, uint32_t i, const struct value *value)
{
	struct trace_step *step = &tracing->steps[i];

	step->value = *value;
	step->told.outcome = CEDAR_STEP_VALUE;
	if (!cedar_intern_back(&step->told.value, tracing->arena,
	    &tracing->eval.scope, value))
		no_room(tracing);
}

static void
set_bool(struct tracing *tracing, uint32_t i, bool boolean)
{
	struct value value = value_bool(boolean);

	set_value(tracing, i, &value);
}

/* ------------------------------------------------------------------ */
/* Expressions.							      */

/* Have a step evaluated as a whole: to a value, or an error of its own. */
static void
evaluate(struct tracing *tracing, uint32_t i)
{
	struct eval *eval = &tracing->eval;
	const struct code *code;
	struct value value;

	tracing->r = cedar_compile_expr(&code, tracing->arena,
	    tracing->policies->names, tracing->steps[i].expr);
	if (tracing->r != 0)
		return;
	if (cedar_eval(eval, &value, code)) {
		set_value(tracing, i, &value);
	} else if (eval->error.kind == 0) {
		no_room(tracing);
	} else {
		tracing->steps[i].told.outcome = CEDAR_STEP_ERROR;
		tracing->steps[i].error = eval->error;
	}
}

/* Part number k of an expression that evaluates its parts in order, or NULL. */
static const struct ast_expr *
part(const struct ast_expr *expr, size_t k)
{
	const struct ast_list *list = NULL;
	const struct ast_expr *pair[2] = { NULL, NULL };

	switch (expr->kind) {
	case AST_NOT:
	case AST_NEGATE:
		pair[0] = expr->operand;
		break;
	case AST_AND:
	case AST_OR:
	case AST_PRODUCT:
	case AST_SET:
		list = &expr->list;
		break;
	case AST_SUM:
		list = &expr->sum.list;
		break;
	case AST_CALL:
		list = &expr->call.args;
		break;
	case AST_RELATION:
		pair[0] = expr->relation.left;
		pair[1] = expr->relation.right;
		break;
	case AST_HAS:
		pair[0] = expr->has.left;
		break;
	case AST_LIKE:
		pair[0] = expr->like.left;
		break;
	case AST_IS:
		pair[0] = expr->is.left;
		pair[1] = expr->is.in;
		break;
	case AST_GET:
		pair[0] = expr->get.left;
		break;
	case AST_METHOD:
		pair[0] = expr->method.left;
		pair[1] = expr->method.arg;
		break;
	case AST_RECORD:
		return k < expr->record.n ? expr->record.items[k].value : NULL;
	case AST_BOOL:
	case AST_LONG:
	case AST_STRING:
	case AST_UID:
	case AST_VAR:
	case AST_IF:
		break;
	}
	if (list != NULL)
		return k < list->n ? list->items[k] : NULL;
	return k < 2 ? pair[k] : NULL;
}

/* A step that is not evaluated, its parts not told. */
static void
skip(struct tracing *tracing, const struct ast_expr *expr, uint32_t parent)
{
	uint32_t i = begin(tracing, CEDAR_STEP_EXPRESSION, expr->span, parent);

	if (tracing->r == 0)
		tracing->steps[i].expr = expr;
}

/* Whether what a part came to leaves those behind it without a say. */
static bool
stops(struct tracing *tracing, const struct ast_expr *expr, uint32_t at)
{
	const struct trace_step *step = &tracing->steps[at];
	uint32_t type;

	if (step->told.outcome != CEDAR_STEP_VALUE)
		return true;
	if (expr->kind == AST_AND || expr->kind == AST_OR)
		return step->value.kind != CEDAR_BOOL ||
		    (step->value.number != 0) == (expr->kind == AST_OR);
	if (expr->kind != AST_IS)
		return false;
	if (step->value.kind != CEDAR_ENTITY)
		return true;
	type = cedar_names_uid(&tracing->eval.scope, step->value.uid)->type;
	return !str_is_equal(cedar_names_text(&tracing->eval.scope, type),
	    expr->is.type.text);
}

static bool
is_within(struct ast_span inner, struct ast_span outer)
{
	return inner.at >= outer.at &&
	    inner.at + inner.len <= outer.at + outer.len;
}

/*
 * A sum is taken as it goes: it may have failed before the part that could not
 * be evaluated was looked at.
 */
static void
settle_chain(struct tracing *tracing, const struct ast_expr *expr, uint32_t i,
    uint32_t failed, const struct ast_expr *at)
{
	if (expr->kind != AST_SUM && expr->kind != AST_PRODUCT)
		return;
	evaluate(tracing, i);
	if (tracing->r != 0)
		return;
	if (is_within(tracing->steps[i].error.at->span, at->outer)) {
		tracing->steps[i].error.kind = 0;
		return;
	}
	tracing->n = failed;
	skip(tracing, at, i);
}

/* The parts in order, then the whole. */
static void
walk_parts(struct tracing *tracing, const struct ast_expr *expr, uint32_t i)
{
	const struct ast_expr *one;
	bool is_over = false;

	for (size_t k = 0; (one = part(expr, k)) != NULL; k++) {
		uint32_t at;

		if (is_over) {
			skip(tracing, one, i);
			continue;
		}
		at = walk(tracing, one, i);
		if (tracing->r != 0)
			return;
		is_over = stops(tracing, expr, at);
		if (tracing->steps[at].told.outcome == CEDAR_STEP_ERROR) {
			tracing->steps[i].told.outcome = CEDAR_STEP_ERROR;
			settle_chain(tracing, expr, i, at, one);
		}
	}
	if (tracing->r == 0 &&
	    tracing->steps[i].told.outcome != CEDAR_STEP_ERROR)
		evaluate(tracing, i);
}

static void
walk_branch(struct tracing *tracing, const struct ast_expr *expr, uint32_t i)
{
	uint32_t at = walk(tracing, expr->branch.condition, i);
	const struct trace_step *guard = &tracing->steps[at];
	bool is_value = tracing->r == 0 &&
	    guard->told.outcome == CEDAR_STEP_VALUE;
	bool is_bool = is_value && guard->value.kind == CEDAR_BOOL;
	bool takes_yes = is_bool && guard->value.number != 0;
	const struct ast_expr *taken =
	    takes_yes ? expr->branch.yes : expr->branch.no;

	if (tracing->r != 0)
		return;
	if (!takes_yes)
		skip(tracing, expr->branch.yes, i);
	if (is_bool && tracing->r == 0) {
		at = walk(tracing, taken, i);
		is_value = tracing->r == 0 &&
		    tracing->steps[at].told.outcome == CEDAR_STEP_VALUE;
	}
	if ((takes_yes || !is_bool) && tracing->r == 0)
		skip(tracing, expr->branch.no, i);
	if (tracing->r != 0)
		return;
	if (is_value)
		evaluate(tracing, i);
	else
		tracing->steps[i].told.outcome = CEDAR_STEP_ERROR;
}

static enum cedar_step_kind
kind_of(const struct ast_expr *expr)
{
	switch ((int)expr->kind) {
	case AST_BOOL:
	case AST_LONG:
	case AST_STRING:
	case AST_UID:
		return CEDAR_STEP_LITERAL;
	case AST_VAR:
		return CEDAR_STEP_VARIABLE;
	default:
		return CEDAR_STEP_EXPRESSION;
	}
}

/* Recursion: the height of the tree is bounded by LIMIT_CEDAR_DEPTH. */
static uint32_t
walk(struct tracing *tracing, const struct ast_expr *expr, uint32_t parent)
{
	uint32_t i = begin(tracing, kind_of(expr), expr->span, parent);

	if (tracing->r != 0)
		return i;
	tracing->steps[i].expr = expr;
	if (expr->kind == AST_IF)
		walk_branch(tracing, expr, i);
	else
		walk_parts(tracing, expr, i);
	tracing->steps[i].end = tracing->n;
	return i;
}

/* ------------------------------------------------------------------ */
/* Conditions.							      */

/* The body of a condition must be true or false. */
static void
refuse_body(struct tracing *tracing, uint32_t at)
{
	struct trace_step *step = &tracing->steps[at];
	struct code *where = ARENA_NEW(tracing->arena, struct code);

	if (where == NULL) {
		no_room(tracing);
		return;
	}
	where->span = step->expr->span;
	cedar_eval_type_error(&tracing->eval, where, EVAL_BIT(CEDAR_BOOL),
	    &step->value);
	step->error = tracing->eval.error;
}

/* Returns: what the policy comes to if nothing follows. */
static enum cedar_trace_outcome
condition(struct tracing *tracing, const struct ast_condition *condition)
{
	uint32_t i = begin(tracing, condition->is_unless ? CEDAR_STEP_UNLESS
							 : CEDAR_STEP_WHEN,
	    condition->span, UINT32_MAX);
	const struct trace_step *body;
	uint32_t at;
	bool is_met;

	if (tracing->r != 0)
		return CEDAR_TRACE_ERROR;
	at = walk(tracing, condition->body, i);
	if (tracing->r != 0)
		return CEDAR_TRACE_ERROR;
	tracing->steps[i].end = tracing->n;
	body = &tracing->steps[at];
	if (body->told.outcome == CEDAR_STEP_VALUE &&
	    body->value.kind == CEDAR_BOOL) {
		is_met = (body->value.number != 0) != condition->is_unless;
		set_bool(tracing, i, is_met);
		cedar_trace_note_cause(tracing, at);
		return is_met ? CEDAR_TRACE_SATISFIED : CEDAR_TRACE_FALSE;
	}
	tracing->steps[i].told.outcome = CEDAR_STEP_ERROR;
	if (body->told.outcome == CEDAR_STEP_VALUE)
		refuse_body(tracing, at);
	if (tracing->r == 0)
		cedar_trace_note_cause(tracing, at);
	return CEDAR_TRACE_ERROR;
}

static enum cedar_trace_outcome
conditions(struct tracing *tracing, const struct ast_policy *ast, bool is_about)
{
	enum cedar_trace_outcome outcome =
	    is_about ? CEDAR_TRACE_SATISFIED : CEDAR_TRACE_SCOPE;

	for (size_t k = 0; k < ast->n_conditions && tracing->r == 0; k++) {
		const struct ast_condition *one = &ast->conditions[k];

		if (outcome == CEDAR_TRACE_SATISFIED)
			outcome = condition(tracing, one);
		else
			begin(tracing, one->is_unless ? CEDAR_STEP_UNLESS
						      : CEDAR_STEP_WHEN,
			    one->span, UINT32_MAX);
	}
	return outcome;
}

/* ------------------------------------------------------------------ */
/* The scope.							      */

/* What a part of the scope asks for, slots filled. */
struct wanted {
	const struct ast_scope *ast;
	enum ast_var var;
	uint32_t type; /* NAMES_NONE: any */
	const uint32_t *uids;
	size_t n; /* 0: no entity is asked for, unless is_list */
	bool is_list;
	bool is_exact; /* == */
};

static bool
is_in(const struct tracing *tracing, const struct wanted *wanted)
{
	const struct eval *eval = &tracing->eval;
	uint32_t uid = eval->uids[wanted->var];

	for (size_t k = 0; k < wanted->n; k++) {
		if (wanted->is_exact ? uid == wanted->uids[k]
				     : eval_is_in(uid, eval->entity[wanted->var],
					   wanted->uids[k]))
			return true;
	}
	return wanted->n == 0 && !wanted->is_list;
}

/* The word and the slot of a constraint, with what stands for them. */
static void
tell_operands(struct tracing *tracing, const struct wanted *wanted, uint32_t i)
{
	const struct ast_scope *ast = wanted->ast;
	struct str text = str_part(tracing->policies->ast.source, ast->span.at,
	    (size_t)ast->span.at + ast->span.len);
	size_t slot = str_find(text, '?', 0);
	struct ast_span span = { ast->span.at,
		(uint32_t)ast_var_names[wanted->var].len };
	struct value value = value_uid(tracing->eval.uids[wanted->var]);
	uint32_t at = begin(tracing, CEDAR_STEP_VARIABLE, span, i);

	if (tracing->r == 0)
		set_value(tracing, at, &value);
	if (!ast->is_slot || tracing->r != 0)
		return;
	span = (struct ast_span){ ast->span.at + (uint32_t)slot,
		(uint32_t)(text.len - slot) };
	value = value_uid(wanted->uids[0]);
	at = begin(tracing, CEDAR_STEP_VARIABLE, span, i);
	if (tracing->r == 0)
		set_value(tracing, at, &value);
}

/* Returns: whether the request is in this part of the scope. */
static bool
scope_part(struct tracing *tracing, const struct wanted *wanted)
{
	static const enum cedar_step_kind kinds[] = { CEDAR_STEP_PRINCIPAL,
		CEDAR_STEP_ACTION, CEDAR_STEP_RESOURCE };
	const struct eval *eval = &tracing->eval;
	uint32_t type = cedar_names_uid(&eval->scope,
	    eval->uids[wanted->var])->type;
	bool is_met = (wanted->type == NAMES_NONE || wanted->type == type) &&
	    is_in(tracing, wanted);
	uint32_t i = begin(tracing, kinds[wanted->var], wanted->ast->span,
	    UINT32_MAX);

	if (tracing->r != 0)
		return false;
	set_bool(tracing, i, is_met);
	if (wanted->ast->op == AST_SCOPE_ALL || tracing->r != 0)
		return is_met;
	tell_operands(tracing, wanted, i);
	if (tracing->r != 0)
		return false;
	tracing->steps[i].end = tracing->n;
	cedar_trace_note_scope(tracing, i, wanted->ast, wanted->var,
	    wanted->uids, wanted->n);
	return is_met;
}

static struct wanted
wanted_of(const struct code_scope *scope, const struct ast_scope *ast,
    enum ast_var var)
{
	return (struct wanted){ .ast = ast, .var = var, .type = scope->type,
		.uids = &scope->uid, .n = scope->uid != NAMES_NONE,
		.is_exact = ast->op == AST_SCOPE_EQUAL };
}

/* All three parts are told, whatever the first came to. */
static bool
scope(struct tracing *tracing, const struct code_rule *rule)
{
	const struct ast_policy *ast = rule->ast;
	struct wanted principal =
	    wanted_of(&rule->principal, &ast->principal, AST_PRINCIPAL);
	struct wanted resource =
	    wanted_of(&rule->resource, &ast->resource, AST_RESOURCE);
	struct wanted action = { .ast = &ast->action, .var = AST_ACTION,
		.type = NAMES_NONE, .uids = rule->actions,
		.n = rule->n_actions,
		.is_list = ast->action.op == AST_SCOPE_IN_SET,
		.is_exact = ast->action.op == AST_SCOPE_EQUAL };
	bool is_about = scope_part(tracing, &principal);

	is_about &= tracing->r == 0 && scope_part(tracing, &action);
	is_about &= tracing->r == 0 && scope_part(tracing, &resource);
	return is_about;
}

/* ------------------------------------------------------------------ */

static int
set_resource(struct tracing *tracing, const struct cedar_uid *resource)
{
	struct eval *eval = &tracing->eval;
	struct intern intern = { .scope = eval->scope, .arena = eval->arena };
	uint32_t uid;
	int r = cedar_intern_uid(&uid, &intern, resource);

	if (r != 0)
		return r;
	/* Forget the last one first: it would be found by its uid. */
	eval->uids[AST_RESOURCE] = uid;
	eval->entity[AST_RESOURCE] = cedar_eval_entity(eval, uid);
	return 0;
}

/* The parts of the scope are causes of what a policy came to by its scope only. */
static void
clear_scope_causes(struct tracing *tracing, enum cedar_trace_outcome outcome)
{
	for (uint32_t i = 0; i < tracing->n; i++) {
		struct cedar_step *step = &tracing->steps[i].told;

		if (step->kind > CEDAR_STEP_RESOURCE || !step->is_cause)
			continue;
		if (outcome == CEDAR_TRACE_SCOPE)
			step->is_cause = !step->value.boolean;
		else
			step->is_cause = outcome == CEDAR_TRACE_SATISFIED;
	}
}

static int
finish(struct tracing *tracing, struct cedar_trace *trace)
{
	struct cedar_step *steps =
	    ARENA_ARRAY(tracing->arena, tracing->n, struct cedar_step);

	if (steps == NULL)
		no_room(tracing);
	for (uint32_t i = 0; steps != NULL && i < tracing->n; i++)
		steps[i] = tracing->steps[i].told;
	trace->steps = steps;
	trace->n_steps = tracing->n;
	return tracing->r;
}

int
cedar_trace_policy(struct cedar_trace *trace, struct arena *arena,
    const struct cedar_query *query, const struct cedar_policies *policies,
    size_t i, struct cedar_uid resource)
{
	struct tracing tracing = { .arena = arena, .query = query,
		.policies = policies, .eval = *cedar_query_eval(query) };
	const struct eval *eval = &tracing.eval;
	const struct code_rule *rule = &policies->rules[i];
	bool is_about;
	int r;

	assert(i < policies->n_rules);
	*trace = (struct cedar_trace){ .outcome = CEDAR_TRACE_ERROR };
	if (policies->names != eval->scope.names ||
	    policies->stamp.n_names > eval->scope.local->stamp.n_names ||
	    policies->stamp.n_uids > eval->scope.local->stamp.n_uids)
		return CEDAR_E_STALE;
	tracing.eval.arena = arena;
	r = set_resource(&tracing, &resource);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	is_about = scope(&tracing, rule);
	if (tracing.r == 0)
		trace->outcome = conditions(&tracing, rule->ast, is_about);
	clear_scope_causes(&tracing, trace->outcome);
	r = finish(&tracing, trace);
	return r < 0 ? TRACE(r) : r;
}
