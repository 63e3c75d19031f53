/*
 * Decisions while not all is known: every policy reduced, what is certain told
 * from what is not.
 */
#include "cedar/partial.h"

#include <errno.h>

#include "cedar/policies.h"
#include "cedar/query.h"
#include "limits.h"
#include "util/fault.h"

int
cedar_partial_no_room(const struct cedar_partial *partial)
{
	return partial->reduce.eval.arena->is_full ? CEDAR_E_LIMIT
						   : FAULT(ENOMEM);
}

/* An unknown principal or action: some uid, which nobody looks at. */
static const struct cedar_uid nobody = { STR_INIT("Unknown"), STR_INIT("") };

static bool
is_unknown(const struct cedar_unknown *unknowns, size_t n,
    enum cedar_unknown_kind what)
{
	for (size_t i = 0; i < n; i++) {
		if (unknowns[i].what == what)
			return true;
	}
	return false;
}

/* The query that would be asked, were all known. */
static int
base_query(struct cedar_query **query, struct arena *arena,
    const struct cedar_request *request, const struct cedar_unknown *unknowns,
    size_t n, struct diag_list *diags)
{
	struct cedar_request base = *request;

	if (is_unknown(unknowns, n, CEDAR_UNKNOWN_PRINCIPAL))
		base.principal = nobody;
	if (is_unknown(unknowns, n, CEDAR_UNKNOWN_ACTION))
		base.action = nobody;
	return cedar_query_new(query, arena, &base, diags);
}

int
cedar_partial_new(struct cedar_partial **out, struct arena *arena,
    const struct cedar_request *request, const struct cedar_unknown *unknowns,
    size_t n, struct diag_list *diags)
{
	struct intern intern = { .arena = arena,
		.diags = diags,
		.where = STR("request") };
	struct cedar_partial *partial = ARENA_NEW(arena, struct cedar_partial);
	struct cedar_query *query;
	struct eval *eval;
	int r;

	if (partial == NULL)
		return cedar_intern_no_room(&intern);
	r = base_query(&query, arena, request, unknowns, n, diags);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	eval = &partial->reduce.eval;
	*eval = *cedar_query_eval(query);
	intern.scope = eval->scope;
	r = cedar_unknowns_init(&partial->reduce.unknowns, eval, &intern,
	    unknowns, n);
	for (unsigned i = AST_PRINCIPAL; i <= AST_RESOURCE; i++) {
		if (!partial->reduce.unknowns.vars[i].is_unknown)
			continue;
		eval->uids[i] = NAMES_NONE;
		eval->entity[i] = NULL;
	}
	partial->flags = request->flags;
	if (r == 0)
		*out = partial;
	return r < 0 ? TRACE(r) : r;
}

int
cedar_partial_take(struct cedar_partial *partial,
    const struct cedar_policies *policies, const struct cedar_uid *resource)
{
	struct eval *eval = &partial->reduce.eval;
	struct intern intern = { .scope = eval->scope, .arena = eval->arena };
	const struct names_stamp *stamp = &eval->scope.local->stamp;
	uint32_t uid = NAMES_NONE;
	int r;

	if (policies->names != eval->scope.names ||
	    policies->stamp.n_names > stamp->n_names ||
	    policies->stamp.n_uids > stamp->n_uids)
		return CEDAR_E_STALE;
	if (partial->reduce.unknowns.vars[AST_RESOURCE].is_unknown)
		return 0;
	r = cedar_intern_uid(&uid, &intern, resource);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	eval->uids[AST_RESOURCE] = uid;
	eval->entity[AST_RESOURCE] = NULL;
	eval->entity[AST_RESOURCE] = cedar_eval_entity(eval, uid);
	return 0;
}

/* ------------------------------------------------------------------ */
/* One policy.							      */

enum match { MATCH_NO, MATCH_YES, MATCH_MAYBE };

static enum match
match_of(bool is_match)
{
	return is_match ? MATCH_YES : MATCH_NO;
}

/* Is the variable, or something that it is in, the entity? */
static enum match
match_in(const struct reduce *reduce, enum ast_var var, uint32_t target)
{
	uint32_t uid = reduce->eval.uids[var];
	const struct entity *entity = reduce->eval.entity[var];

	if (reduce->unknowns.vars[var].is_unknown)
		return MATCH_MAYBE;
	if (eval_is_in(uid, entity, target))
		return MATCH_YES;
	return cedar_unknowns_has_more_ancestors(&reduce->unknowns, uid,
	    entity) ? MATCH_MAYBE : MATCH_NO;
}

static enum match
match_type(const struct reduce *reduce, enum ast_var var, uint32_t type)
{
	const struct hole *hole = &reduce->unknowns.vars[var];
	const struct eval *eval = &reduce->eval;

	if (!hole->is_unknown)
		return match_of(cedar_names_uid(&eval->scope,
		    eval->uids[var])->type == type);
	return hole->type == NAMES_NONE ? MATCH_MAYBE
					: match_of(hole->type == type);
}

static enum match
match_equal(const struct reduce *reduce, enum ast_var var, uint32_t uid)
{
	const struct eval *eval = &reduce->eval;
	uint32_t type = cedar_names_uid(&eval->scope, uid)->type;

	if (!reduce->unknowns.vars[var].is_unknown)
		return match_of(eval->uids[var] == uid);
	return match_type(reduce, var, type) == MATCH_NO ? MATCH_NO
							 : MATCH_MAYBE;
}

static enum match
match_scope(const struct reduce *reduce, enum ast_var var,
    const struct code_scope *scope)
{
	enum match type;

	switch ((enum ast_scope_op)scope->op) {
	case AST_SCOPE_EQUAL:
		return match_equal(reduce, var, scope->uid);
	case AST_SCOPE_IN:
		return match_in(reduce, var, scope->uid);
	case AST_SCOPE_IS:
		return match_type(reduce, var, scope->type);
	case AST_SCOPE_IS_IN:
		type = match_type(reduce, var, scope->type);
		return type == MATCH_YES ? match_in(reduce, var, scope->uid)
					 : type;
	case AST_SCOPE_ALL:
	case AST_SCOPE_IN_SET:
		break;
	}
	return MATCH_YES;
}

static enum match
match_action(const struct reduce *reduce, const struct code_rule *rule)
{
	enum match match = MATCH_NO;

	if (rule->action_op == AST_SCOPE_ALL)
		return MATCH_YES;
	for (uint32_t i = 0; i < rule->n_actions; i++) {
		enum match one = rule->action_op == AST_SCOPE_EQUAL
		    ? match_equal(reduce, AST_ACTION, rule->actions[i])
		    : match_in(reduce, AST_ACTION, rule->actions[i]);

		if (one == MATCH_YES)
			return MATCH_YES;
		if (one == MATCH_MAYBE)
			match = MATCH_MAYBE;
	}
	return match;
}

/* Scopes cannot fail, so that the order of the parts does not matter. */
bool
cedar_partial_judge(struct judged *judged, struct reduce *reduce,
    const struct code_rule *rule)
{
	enum match matches[3] = {
		match_scope(reduce, AST_PRINCIPAL, &rule->principal),
		match_action(reduce, rule),
		match_scope(reduce, AST_RESOURCE, &rule->resource),
	};
	bool is_scope_open = false;
	struct code *all;
	struct reduced body;

	*judged = (struct judged){ .residual = { .rule = rule } };
	for (unsigned i = 0; i < ARRAY_LEN(matches); i++) {
		if (matches[i] == MATCH_NO)
			return true;
		judged->residual.keeps[i] = matches[i] == MATCH_MAYBE;
		is_scope_open |= judged->residual.keeps[i];
	}
	all = ARENA_NEW(reduce->eval.arena, struct code);
	if (all == NULL)
		return false;
	*all = (struct code){ .op = CODE_AND,
		.n = rule->n_conditions,
		.span = rule->ast->span,
		.items = rule->conditions };
	if (!cedar_reduce(reduce, &body, all))
		return false;
	if (body.state == REDUCED_VALUE && body.value.number == 0)
		return true;
	judged->state = body.state == REDUCED_VALUE ? JUDGED_TRUE
	    : body.state == REDUCED_ERROR	    ? JUDGED_ERROR
						    : JUDGED_REST;
	if (judged->state != JUDGED_REST && !is_scope_open)
		return true;
	if (judged->state != JUDGED_TRUE) {
		judged->residual.body = body.code;
		judged->can_fail =
		    body.state == REDUCED_ERROR || !reduced_is_total(&body);
	}
	judged->state = JUDGED_REST;
	return true;
}

/* ------------------------------------------------------------------ */
/* The set.							      */

/* Arrays that grow in the query's arena. */
struct numbers {
	uint32_t *items;
	size_t n;
	size_t size;
};

struct gathering {
	struct cedar_partial *partial;
	const struct cedar_policies *policies;
	struct numbers satisfied[2]; /* by enum cedar_effect */
	struct numbers rest[2];
	struct cedar_residual *residuals;
	size_t n_residuals;
	size_t size_residuals;
	struct cedar_error *errors;
	size_t n_errors;
	size_t size_errors;
	bool can_fail; /* one of the residuals */
};

/* Room for one more. Returns: the array, perhaps a new one; NULL: none. */
static void *
grow(struct arena *arena, void *items, size_t n, size_t *size, size_t width)
{
	void *more;

	if (n < *size)
		return items;
	*size = MAX(*size * 2, (size_t)8);
	more = arena_array(arena, *size, width);
	if (more != NULL && n > 0)
		memcpy(more, items, n * width);
	return more;
}

static bool
add_number(struct numbers *numbers, struct arena *arena, uint32_t number)
{
	uint32_t *items = grow(arena, numbers->items, numbers->n,
	    &numbers->size, sizeof(*items));

	if (items == NULL)
		return false;
	numbers->items = items;
	numbers->items[numbers->n++] = number;
	return true;
}

static bool
add_error(struct gathering *gathering, uint32_t number)
{
	const struct eval *eval = &gathering->partial->reduce.eval;
	struct eval_error *detail = ARENA_NEW(eval->arena, struct eval_error);

	gathering->errors = grow(eval->arena, gathering->errors,
	    gathering->n_errors, &gathering->size_errors,
	    sizeof(*gathering->errors));
	if (detail == NULL || gathering->errors == NULL)
		return false;
	*detail = eval->error;
	gathering->errors[gathering->n_errors++] =
	    (struct cedar_error){ .policy = number,
		    .kind = detail->kind,
		    .offset = detail->at->span.at,
		    .len = detail->at->span.len,
		    .detail = detail };
	return true;
}

static bool
add_rest(struct gathering *gathering, uint32_t number,
    const struct judged *judged)
{
	struct arena *arena = gathering->partial->reduce.eval.arena;
	struct residual *residual = ARENA_NEW(arena, struct residual);
	uint8_t effect = judged->residual.rule->effect;

	gathering->residuals = grow(arena, gathering->residuals,
	    gathering->n_residuals, &gathering->size_residuals,
	    sizeof(*gathering->residuals));
	if (residual == NULL || gathering->residuals == NULL)
		return false;
	*residual = judged->residual;
	gathering->residuals[gathering->n_residuals++] =
	    (struct cedar_residual){ number, judged->can_fail, residual };
	gathering->can_fail |= judged->can_fail;
	return add_number(&gathering->rest[effect], arena, number);
}

static bool
add(struct gathering *gathering, uint32_t number, const struct judged *judged)
{
	uint8_t effect = judged->residual.rule->effect;

	switch (judged->state) {
	case JUDGED_TRUE:
		return add_number(&gathering->satisfied[effect],
		    gathering->partial->reduce.eval.arena, number);
	case JUDGED_ERROR:
		return add_error(gathering, number);
	case JUDGED_REST:
		return add_rest(gathering, number, judged);
	case JUDGED_FALSE:
		break;
	}
	return true;
}

static bool
gather(struct gathering *gathering)
{
	struct reduce *reduce = &gathering->partial->reduce;

	for (uint32_t i = 0; i < gathering->policies->n_rules; i++) {
		const struct code_rule *rule = &gathering->policies->rules[i];
		struct judged judged;

		if (!cedar_partial_judge(&judged, reduce, rule) ||
		    !add(gathering, i, &judged))
			return false;
	}
	return true;
}

/* The two lists as one, ascending. */
static bool
merge(struct numbers *out, struct arena *arena, const struct numbers *a,
    const struct numbers *b)
{
	size_t i = 0;
	size_t j = 0;

	*out = (struct numbers){ 0 };
	while (i < a->n || j < b->n) {
		bool is_a = j == b->n ||
		    (i < a->n && a->items[i] < b->items[j]);

		if (!add_number(out, arena,
		    is_a ? a->items[i++] : b->items[j++]))
			return false;
	}
	return true;
}

/* What would be the decision, were no policy to fail. */
static bool
is_decided(const struct gathering *gathering, enum cedar_decision *decision)
{
	*decision = CEDAR_DENY;
	if (gathering->satisfied[CEDAR_FORBID].n > 0)
		return true;
	if (gathering->satisfied[CEDAR_PERMIT].n == 0)
		return gathering->rest[CEDAR_PERMIT].n == 0;
	if (gathering->rest[CEDAR_FORBID].n > 0)
		return false;
	*decision = CEDAR_ALLOW;
	return true;
}

static void
decide(struct cedar_partial_answer *answer, const struct gathering *gathering)
{
	bool denies_on_error =
	    (gathering->partial->flags & CEDAR_DENY_ON_ERROR) != 0;
	enum cedar_decision decision;

	answer->is_decided = is_decided(gathering, &decision);
	if (denies_on_error && gathering->n_errors > 0) {
		answer->is_denied_by_error =
		    answer->is_decided && decision == CEDAR_ALLOW;
		answer->is_decided = true;
		return;
	}
	if (answer->is_decided && decision == CEDAR_ALLOW && denies_on_error &&
	    gathering->can_fail)
		answer->is_decided = false;
	if (answer->is_decided)
		answer->decision = decision;
}

/* Reasons are the forbids that apply, or if there are none the permits. */
static bool
conclude(struct cedar_partial_answer *answer,
    const struct gathering *gathering)
{
	struct arena *arena = gathering->partial->reduce.eval.arena;
	const struct numbers *sure = gathering->satisfied;
	const struct numbers *rest = gathering->rest;
	bool is_forbidden = sure[CEDAR_FORBID].n > 0;
	struct numbers satisfied;
	struct numbers permits;
	struct numbers may;
	const struct numbers *must = &sure[
	    is_forbidden || rest[CEDAR_FORBID].n > 0 ? CEDAR_FORBID
						     : CEDAR_PERMIT];

	if (!merge(&satisfied, arena, &sure[CEDAR_FORBID],
	    &sure[CEDAR_PERMIT]) ||
	    !merge(&permits, arena, &sure[CEDAR_PERMIT], &rest[CEDAR_PERMIT]) ||
	    !merge(&may, arena, is_forbidden ? &sure[CEDAR_FORBID] : &permits,
	    &rest[CEDAR_FORBID]))
		return false;
	*answer = (struct cedar_partial_answer){ .satisfied = satisfied.items,
		.n_satisfied = satisfied.n,
		.errors = gathering->errors,
		.n_errors = gathering->n_errors,
		.residuals = gathering->residuals,
		.n_residuals = gathering->n_residuals,
		.may = may.items,
		.n_may = may.n,
		.must = must->items,
		.n_must = must->n };
	decide(answer, gathering);
	return true;
}

int
cedar_partial_decide(struct cedar_partial_answer *answer,
    struct cedar_partial *partial, const struct cedar_policies *policies,
    struct cedar_uid resource)
{
	struct gathering gathering = { .partial = partial,
		.policies = policies };
	int r;

	*answer = (struct cedar_partial_answer){ .decision = CEDAR_DENY };
	r = cedar_partial_take(partial, policies, &resource);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (gather(&gathering) && conclude(answer, &gathering))
		return 0;
	*answer = (struct cedar_partial_answer){ .decision = CEDAR_DENY };
	return cedar_partial_no_room(partial);
}

struct str
cedar_partial_explain(const struct cedar_partial *partial,
    const struct cedar_error *error, struct arena *arena)
{
	return cedar_query_explain_in(&partial->reduce.eval, error, arena);
}
