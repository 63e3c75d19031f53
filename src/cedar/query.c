/*
 * Queries: a request made ready, and decisions.
 *
 * For each policy set a query meets it makes a plan: the policies that can
 * match its principal and action. A candidate remembers how many of its leading
 * conditions, which do not depend on the resource, were found true; one of them
 * false and the candidate is dead. Both are sound because && is evaluated from
 * left to right and a scope cannot fail.
 */
#include "cedar/query.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "cedar/entities.h"
#include "cedar/eval.h"
#include "cedar/intern.h"
#include "cedar/policies.h"
#include "limits.h"
#include "stile/cedar.h"
#include "util/fault.h"

struct candidate {
	const struct code_rule *rule;
	uint32_t number;
	uint32_t n_true; /* leading conditions known to be true */
	bool is_dead;	 /* one of them is false */
};

struct candidates {
	struct candidate *items;
	size_t n;
};

struct plan {
	struct plan *next;
	const struct cedar_policies *policies;
	struct candidates all; /* but those that name principal and resource */
	/* Those, by principal; made at the second decision. */
	struct candidates pairs;
	bool has_pairs;
	size_t n_pairs;	  /* filed under the principal; SIZE_MAX: not counted */
	size_t n_decided; /* decisions made with this plan */
};

/* Numbers gathered during one decision; memory kept for the next. */
struct tally {
	uint32_t *numbers;
	size_t n;
	size_t size;
};

struct cedar_query {
	struct eval eval;
	struct names_local local;
	struct plan *plans; /* newest first */
	struct tally reasons[2]; /* by enum cedar_effect */
	struct tally found;	 /* candidates by resource */
	struct cedar_error *errors;
	size_t n_errors;
	size_t size_errors;
	unsigned flags;
};

const struct eval *
cedar_query_eval(const struct cedar_query *query)
{
	return &query->eval;
}

unsigned
cedar_query_flags(const struct cedar_query *query)
{
	return query->flags;
}

/* ------------------------------------------------------------------ */
/* Making a query.						      */

static uint32_t
overlay_place(const struct eval_overlay *overlay, uint32_t uid)
{
	uint32_t i = uid & (overlay->n_slots - 1);

	while (overlay->slots[i] != 0 &&
	    overlay->items[overlay->slots[i] - 1].uid != uid)
		i = (i + 1) & (overlay->n_slots - 1);
	return i;
}

/* The ancestors of an overlay entity, through others of the overlay. */
struct overlay_walk {
	const struct eval *eval;
	uint32_t *gathered;
	size_t n;
	size_t size;
};

static int
walk_add(struct overlay_walk *walk, uint32_t uid)
{
	for (size_t i = 0; i < walk->n; i++) {
		if (walk->gathered[i] == uid)
			return 0;
	}
	if (walk->n == walk->size) {
		size_t size = MAX(walk->size * 2, (size_t)16);
		uint32_t *more =
		    ARENA_ARRAY(walk->eval->arena, size, uint32_t);

		if (more == NULL)
			return walk->eval->arena->is_full ? CEDAR_E_LIMIT
							  : FAULT(ENOMEM);
		if (walk->n > 0)
			memcpy(more, walk->gathered, walk->n * sizeof(*more));
		walk->gathered = more;
		walk->size = size;
	}
	walk->gathered[walk->n++] = uid;
	return 0;
}

static bool
is_overlay(const struct eval *eval, const struct entity *entity)
{
	return entity != NULL &&
	    cedar_entities_find(eval->entities, entity->uid) != entity;
}

/* Breadth first; what is gathered is also what is still to be looked at. */
static int
walk_ancestors(struct overlay_walk *walk, const struct entity *entity)
{
	int r = 0;

	for (uint32_t i = 0; i < entity->n_parents && r == 0; i++)
		r = walk_add(walk, entity->parents[i]);
	for (size_t at = 0; at < walk->n && r == 0; at++) {
		const struct entity *above =
		    cedar_eval_entity(walk->eval, walk->gathered[at]);
		bool is_own = is_overlay(walk->eval, above);
		uint32_t n = above == NULL ? 0
		    : is_own ? above->n_parents : above->n_ancestors;

		for (uint32_t i = 0; i < n && r == 0; i++)
			r = walk_add(walk, is_own ? above->parents[i]
						  : above->ancestors[i]);
	}
	return r;
}

static int
close_overlay(const struct eval *eval, struct entity *items, size_t n,
    const struct intern *intern)
{
	for (size_t i = 0; i < n; i++) {
		struct overlay_walk walk = { .eval = eval };
		int r = walk_ancestors(&walk, &items[i]);

		if (r != 0)
			return r;
		walk.n = cedar_entities_sort(walk.gathered, walk.n);
		items[i].ancestors = walk.gathered;
		items[i].n_ancestors = (uint32_t)walk.n;
		if (value_uids_contain(walk.gathered, walk.n, items[i].uid))
			return cedar_intern_refuse(intern,
			    "the entities of the request have a cycle");
	}
	return 0;
}

static int
make_overlay(struct eval *eval, const struct intern *intern,
    const struct cedar_request *request)
{
	size_t n = request->n_overlay;
	uint32_t n_slots = 2;
	struct entity *items = ARENA_ARRAY(eval->arena, n, struct entity);
	uint32_t *slots;

	while (n_slots < n * 2)
		n_slots *= 2;
	slots = ARENA_ARRAY(eval->arena, n_slots, uint32_t);
	if (items == NULL || slots == NULL)
		return cedar_intern_no_room(intern);
	eval->overlay = (struct eval_overlay){ n_slots, slots, items };
	for (size_t i = 0; i < n; i++) {
		int r = cedar_entities_intern(&items[i], intern,
		    &request->overlay[i]);
		uint32_t place;

		if (r != 0)
			return r;
		place = overlay_place(&eval->overlay, items[i].uid);
		if (slots[place] != 0 || cedar_entities_find(
		    request->entities, items[i].uid) != NULL)
			return cedar_intern_refuse(intern,
			    "duplicate entity entry `%.*s::\"%.*s\"`",
			    STR_ARG(request->overlay[i].uid.type),
			    STR_ARG(request->overlay[i].uid.id));
		slots[place] = (uint32_t)i + 1;
	}
	return close_overlay(eval, items, n, intern);
}

static int
fill(struct cedar_query *query, const struct intern *intern,
    const struct cedar_request *request)
{
	struct eval *eval = &query->eval;
	int r = 0;

	if (request->n_overlay > LIMIT_CEDAR_OVERLAY) {
		(void)cedar_intern_refuse(intern,
		    "more than %d entities come with the request",
		    LIMIT_CEDAR_OVERLAY);
		return CEDAR_E_LIMIT;
	}
	if (request->n_overlay > 0)
		r = make_overlay(eval, intern, request);
	if (r == 0)
		r = cedar_intern_uid(&eval->uids[AST_PRINCIPAL], intern,
		    &request->principal);
	if (r == 0)
		r = cedar_intern_uid(&eval->uids[AST_ACTION], intern,
		    &request->action);
	if (r == 0)
		r = cedar_intern_record(&eval->context, intern,
		    request->context, request->n_context);
	if (r != 0)
		return r;
	for (unsigned i = AST_PRINCIPAL; i <= AST_ACTION; i++)
		eval->entity[i] = cedar_eval_entity(eval, eval->uids[i]);
	return 0;
}

int
cedar_query_new(struct cedar_query **out, struct arena *arena,
    const struct cedar_request *request, struct diag_list *diags)
{
	struct cedar_query *query = ARENA_NEW(arena, struct cedar_query);
	struct cedar_names *names = cedar_entities_names(request->entities);
	struct intern intern = { .arena = arena,
		.diags = diags,
		.where = STR("request") };
	int r;

	assert(cedar_entities_is_finished(request->entities));
	if (query == NULL)
		return cedar_intern_no_room(&intern);
	query->flags = request->flags;
	query->local.arena = arena;
	query->local.stamp = cedar_names_stamp(names);
	query->eval.arena = arena;
	query->eval.entities = request->entities;
	query->eval.scope = (struct names_scope){ names, &query->local };
	query->eval.uids[AST_RESOURCE] = NAMES_NONE;
	intern.scope = query->eval.scope;
	r = fill(query, &intern, request);
	if (r == 0)
		*out = query;
	return r < 0 ? TRACE(r) : r;
}

int
cedar_query_set_action(struct cedar_query *query, struct cedar_uid action)
{
	struct eval *eval = &query->eval;
	struct intern intern = { .scope = eval->scope, .arena = eval->arena };
	uint32_t uid;
	int r = cedar_intern_uid(&uid, &intern, &action);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	eval->uids[AST_ACTION] = uid;
	eval->entity[AST_ACTION] = cedar_eval_entity(eval, uid);
	query->plans = NULL;
	return 0;
}

/* The record with one value changed. NULL: it has no such name, or no room. */
static const struct value_record *
with_value(struct arena *arena, const struct value_record *old, uint32_t name,
    const struct value *value)
{
	struct value_record *record;
	struct value *values;
	const struct value *at = value_record_find(old, name);

	if (at == NULL)
		return NULL;
	record = ARENA_NEW(arena, struct value_record);
	values = ARENA_ARRAY(arena, old->n, struct value);
	if (record == NULL || values == NULL)
		return NULL;
	memcpy(values, old->values, old->n * sizeof(*values));
	values[at - old->values] = *value;
	*record = (struct value_record){ old->n, old->names, values };
	return record;
}

/* What conditions came to depended on the context. */
static void
forget_truths(struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->n; i++) {
		candidates->items[i].n_true = 0;
		candidates->items[i].is_dead = false;
	}
}

int
cedar_query_set_context(struct cedar_query *query,
    const struct cedar_field *field)
{
	struct eval *eval = &query->eval;
	struct intern intern = { .scope = eval->scope, .arena = eval->arena };
	const struct value_record *context;
	struct value value;
	uint32_t name = cedar_names_look(&intern.scope, field->name);
	int r;

	if (name == NAMES_NONE)
		return CEDAR_E_INPUT;
	r = cedar_intern_value(&value, &intern, &field->value);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	context = with_value(eval->arena, eval->context, name, &value);
	if (context == NULL && value_record_find(eval->context, name) == NULL)
		return CEDAR_E_INPUT;
	if (context == NULL)
		return cedar_intern_no_room(&intern);
	eval->context = context;
	for (struct plan *plan = query->plans; plan != NULL;
	     plan = plan->next) {
		forget_truths(&plan->all);
		forget_truths(&plan->pairs);
	}
	return 0;
}

/* ------------------------------------------------------------------ */
/* Planning: which policies can match this principal and action.      */

static bool
push(struct tally *tally, struct arena *arena, uint32_t number)
{
	if (tally->n == tally->size) {
		size_t size = MAX(tally->size * 2, (size_t)16);
		uint32_t *more = ARENA_ARRAY(arena, size, uint32_t);

		if (more == NULL)
			return false;
		if (tally->n > 0)
			memcpy(more, tally->numbers,
			    tally->n * sizeof(*more));
		tally->numbers = more;
		tally->size = size;
	}
	tally->numbers[tally->n++] = number;
	return true;
}

static bool
push_list(struct tally *tally, struct arena *arena,
    struct scope_index_list list)
{
	for (uint32_t i = 0; i < list.n; i++) {
		if (!push(tally, arena, list.rules[i]))
			return false;
	}
	return true;
}

/* What is filed under an entity and its ancestors. */
static bool
push_entity(const struct cedar_query *query, struct tally *tally,
    const struct scope_index *index, enum scope_index_kind kind,
    enum ast_var var)
{
	const struct entity *entity = query->eval.entity[var];
	struct arena *arena = query->eval.arena;
	bool ok;

	if (index->n_filed[kind] == 0)
		return true;
	ok = push_list(tally, arena,
	    cedar_scope_index_find(index, kind, query->eval.uids[var]));
	for (uint32_t i = 0; entity != NULL && i < entity->n_ancestors && ok;
	    i++)
		ok = push_list(tally, arena, cedar_scope_index_find(index,
		    kind, entity->ancestors[i]));
	return ok;
}

/* How many that would be. */
static size_t
count_entity(const struct cedar_query *query, const struct scope_index *index,
    enum scope_index_kind kind, enum ast_var var)
{
	const struct entity *entity = query->eval.entity[var];
	size_t n =
	    cedar_scope_index_find(index, kind, query->eval.uids[var]).n;

	for (uint32_t i = 0; entity != NULL && i < entity->n_ancestors; i++)
		n += cedar_scope_index_find(index, kind,
		    entity->ancestors[i]).n;
	return n;
}

static bool
push_type(const struct cedar_query *query, struct tally *tally,
    const struct scope_index *index, enum scope_index_kind kind,
    enum ast_var var)
{
	uint32_t uid = query->eval.uids[var];

	return index->n_filed[kind] == 0 ||
	    push_list(tally, query->eval.arena, cedar_scope_index_find(index,
	    kind, cedar_names_uid(&query->eval.scope, uid)->type));
}

static bool
scope_matches(const struct eval *eval, const struct code_scope *scope,
    enum ast_var var)
{
	uint32_t uid = eval->uids[var];

	switch ((enum ast_scope_op)scope->op) {
	case AST_SCOPE_ALL:
		return true;
	case AST_SCOPE_EQUAL:
		return uid == scope->uid;
	case AST_SCOPE_IN:
		return eval_is_in(uid, eval->entity[var], scope->uid);
	case AST_SCOPE_IS:
	case AST_SCOPE_IS_IN:
		return cedar_names_uid(&eval->scope, uid)->type ==
		    scope->type && (scope->op == AST_SCOPE_IS ||
		    eval_is_in(uid, eval->entity[var], scope->uid));
	case AST_SCOPE_IN_SET:
		break;
	}
	assert(false);
	return false;
}

static bool
action_matches(const struct eval *eval, const struct code_rule *rule)
{
	uint32_t action = eval->uids[AST_ACTION];

	if (rule->action_op == AST_SCOPE_ALL)
		return true;
	if (value_uids_contain(rule->actions, rule->n_actions, action))
		return true;
	if (rule->action_op == AST_SCOPE_EQUAL)
		return false;
	for (uint32_t i = 0; i < rule->n_actions; i++) {
		if (eval_is_in(action, eval->entity[AST_ACTION],
		    rule->actions[i]))
			return true;
	}
	return false;
}

/* Of the numbers found, those whose principal and action match. */
static bool
choose(struct cedar_query *query, struct candidates *candidates,
    const struct cedar_policies *policies)
{
	const struct eval *eval = &query->eval;
	struct tally *found = &query->found;

	/* No number twice: a policy is filed once on a side. */
	candidates->items =
	    ARENA_ARRAY(eval->arena, found->n, struct candidate);
	if (candidates->items == NULL)
		return false;
	for (size_t i = 0; i < found->n; i++) {
		const struct code_rule *rule =
		    &policies->rules[found->numbers[i]];

		if (scope_matches(eval, &rule->principal, AST_PRINCIPAL) &&
		    action_matches(eval, rule))
			candidates->items[candidates->n++] =
			    (struct candidate){ .rule = rule,
				    .number = found->numbers[i] };
	}
	return true;
}

static bool
fill_plan(struct cedar_query *query, struct plan *plan)
{
	const struct scope_index *index = &plan->policies->index;
	struct tally *found = &query->found;

	found->n = 0;
	return push_list(found, query->eval.arena,
	    cedar_scope_index_find(index, SCOPE_INDEX_ALWAYS, 0)) &&
	    push_entity(query, found, index, SCOPE_INDEX_PRINCIPAL,
	    AST_PRINCIPAL) &&
	    push_type(query, found, index, SCOPE_INDEX_PRINCIPAL_TYPE,
	    AST_PRINCIPAL) &&
	    push_entity(query, found, index, SCOPE_INDEX_ACTION,
	    AST_ACTION) &&
	    choose(query, &plan->all, plan->policies);
}

static bool
fill_pairs(struct cedar_query *query, struct plan *plan)
{
	query->found.n = 0;
	plan->has_pairs = true;
	return push_entity(query, &query->found, &plan->policies->index,
	    SCOPE_INDEX_PAIR_PRINCIPAL, AST_PRINCIPAL) &&
	    choose(query, &plan->pairs, plan->policies);
}

static struct plan *
find_plan(struct cedar_query *query, const struct cedar_policies *policies)
{
	struct plan *plan = query->plans;

	while (plan != NULL && plan->policies != policies)
		plan = plan->next;
	if (plan != NULL)
		return plan;
	plan = ARENA_NEW(query->eval.arena, struct plan);
	if (plan == NULL)
		return NULL;
	plan->policies = policies;
	plan->n_pairs = SIZE_MAX;
	if (!fill_plan(query, plan))
		return NULL;
	plan->next = query->plans;
	query->plans = plan;
	return plan;
}

/* ------------------------------------------------------------------ */
/* Deciding.							      */

/* Keep what went wrong. Returns: false without memory. */
static bool
add_error(struct cedar_query *query, uint32_t number)
{
	const struct eval_error *error = &query->eval.error;
	struct arena *arena = query->eval.arena;
	struct eval_error *detail;

	if (error->kind == 0)
		return false;
	if (query->n_errors == query->size_errors) {
		size_t size = MAX(query->size_errors * 2, (size_t)4);
		struct cedar_error *more =
		    ARENA_ARRAY(arena, size, struct cedar_error);

		if (more == NULL)
			return false;
		if (query->n_errors > 0)
			memcpy(more, query->errors,
			    query->n_errors * sizeof(*more));
		query->errors = more;
		query->size_errors = size;
	}
	detail = ARENA_NEW(arena, struct eval_error);
	if (detail == NULL)
		return false;
	*detail = *error;
	query->errors[query->n_errors++] =
	    (struct cedar_error){ .policy = number,
		    .kind = error->kind,
		    .offset = error->at->span.at,
		    .len = error->at->span.len,
		    .detail = detail };
	return true;
}

/*
 * The conditions of one policy whose principal and action match.
 *
 * Returns: false without memory.
 */
static bool
judge(struct cedar_query *query, struct candidate *candidate)
{
	const struct code_rule *rule = candidate->rule;

	if (!scope_matches(&query->eval, &rule->resource, AST_RESOURCE))
		return true;
	for (uint32_t i = candidate->n_true; i < rule->n_conditions; i++) {
		bool value;

		if (!cedar_eval_bool(&query->eval, &value,
		    rule->conditions[i]))
			return add_error(query, candidate->number);
		if (!value) {
			candidate->is_dead = i < rule->n_free;
			return true;
		}
		if (i < rule->n_free)
			candidate->n_true = i + 1;
	}
	return push(&query->reasons[rule->effect], query->eval.arena,
	    candidate->number);
}

/* The numbers found: all of their scope is still to be looked at. */
static bool
judge_found(struct cedar_query *query, const struct cedar_policies *policies)
{
	struct eval *eval = &query->eval;

	for (size_t i = 0; i < query->found.n; i++) {
		uint32_t number = query->found.numbers[i];
		struct candidate candidate = {
			.rule = &policies->rules[number], .number = number };

		if (!action_matches(eval, candidate.rule) ||
		    !scope_matches(eval, &candidate.rule->principal,
		    AST_PRINCIPAL))
			continue;
		if (!judge(query, &candidate))
			return false;
	}
	return true;
}

static bool
judge_all(struct cedar_query *query, struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->n; i++) {
		if (!candidates->items[i].is_dead &&
		    !judge(query, &candidates->items[i]))
			return false;
	}
	return true;
}

static size_t
n_ancestors(const struct cedar_query *query, enum ast_var var)
{
	const struct entity *entity = query->eval.entity[var];

	return entity != NULL ? entity->n_ancestors : 0;
}

static size_t
count_by_principal(struct cedar_query *query, struct plan *plan)
{
	if (plan->n_pairs == SIZE_MAX)
		plan->n_pairs = count_entity(query, &plan->policies->index,
		    SCOPE_INDEX_PAIR_PRINCIPAL, AST_PRINCIPAL);
	return plan->n_pairs;
}

/*
 * Which side has fewer policies. Counting a side is a look-up for each of its
 * ancestors: begin with the cheaper one, and do not count the other when this
 * one has no more policies than that would cost.
 */
static bool
is_principal_shorter(struct cedar_query *query, struct plan *plan)
{
	const struct scope_index *index = &plan->policies->index;
	size_t n_above_principal = n_ancestors(query, AST_PRINCIPAL);
	size_t n_above_resource = n_ancestors(query, AST_RESOURCE);
	size_t n;

	if (n_above_principal <= n_above_resource) {
		n = count_by_principal(query, plan);
		return n <= n_above_resource * 2 || n <= count_entity(query,
		    index, SCOPE_INDEX_PAIR_RESOURCE, AST_RESOURCE);
	}
	n = count_entity(query, index, SCOPE_INDEX_PAIR_RESOURCE,
	    AST_RESOURCE);
	return n > n_above_principal * 2 &&
	    count_by_principal(query, plan) < n;
}

/* Policies that name principal and resource: from the shorter side. */
static bool
judge_pairs(struct cedar_query *query, struct plan *plan)
{
	bool by_principal = is_principal_shorter(query, plan);

	if (by_principal && plan->n_decided > 0) {
		if (!plan->has_pairs && !fill_pairs(query, plan))
			return false;
		return judge_all(query, &plan->pairs);
	}
	query->found.n = 0;
	return push_entity(query, &query->found, &plan->policies->index,
	    by_principal ? SCOPE_INDEX_PAIR_PRINCIPAL
			 : SCOPE_INDEX_PAIR_RESOURCE,
	    by_principal ? AST_PRINCIPAL : AST_RESOURCE) &&
	    judge_found(query, plan->policies);
}

static bool
judge_by_resource(struct cedar_query *query, const struct plan *plan)
{
	const struct scope_index *index = &plan->policies->index;

	query->found.n = 0;
	return push_entity(query, &query->found, index, SCOPE_INDEX_RESOURCE,
	    AST_RESOURCE) &&
	    push_type(query, &query->found, index, SCOPE_INDEX_RESOURCE_TYPE,
	    AST_RESOURCE) && judge_found(query, plan->policies);
}

static int
compare_errors(const void *a, const void *b)
{
	uint32_t x = ((const struct cedar_error *)a)->policy;
	uint32_t y = ((const struct cedar_error *)b)->policy;

	return x < y ? -1 : x > y;
}

/* Copy the gathered results out of the memory that the next decision uses. */
static bool
conclude(struct cedar_query *query, struct cedar_answer *answer)
{
	struct arena *arena = query->eval.arena;
	bool is_allowed = query->reasons[CEDAR_FORBID].n == 0 &&
	    query->reasons[CEDAR_PERMIT].n > 0;
	struct tally *reasons =
	    &query->reasons[is_allowed ? CEDAR_PERMIT : CEDAR_FORBID];
	uint32_t *numbers = NULL;
	struct cedar_error *errors = NULL;

	if (reasons->n > 0) {
		numbers = ARENA_ARRAY(arena, reasons->n, uint32_t);
		if (numbers == NULL)
			return false;
		reasons->n =
		    cedar_entities_sort(reasons->numbers, reasons->n);
		memcpy(numbers, reasons->numbers,
		    reasons->n * sizeof(*numbers));
	}
	if (query->n_errors > 0) {
		errors = ARENA_ARRAY(arena, query->n_errors,
		    struct cedar_error);
		if (errors == NULL)
			return false;
		qsort(query->errors, query->n_errors, sizeof(*errors),
		    compare_errors);
		memcpy(errors, query->errors,
		    query->n_errors * sizeof(*errors));
	}
	answer->reasons = numbers;
	answer->n_reasons = reasons->n;
	answer->errors = errors;
	answer->n_errors = query->n_errors;
	answer->is_denied_by_error = is_allowed && query->n_errors > 0 &&
	    (query->flags & CEDAR_DENY_ON_ERROR) != 0;
	answer->decision = is_allowed && !answer->is_denied_by_error
	    ? CEDAR_ALLOW : CEDAR_DENY;
	return true;
}

static bool
decide(struct cedar_answer *answer, struct cedar_query *query,
    const struct cedar_policies *policies)
{
	struct plan *plan = find_plan(query, policies);

	if (plan == NULL)
		return false;
	query->reasons[CEDAR_FORBID].n = 0;
	query->reasons[CEDAR_PERMIT].n = 0;
	query->n_errors = 0;
	if (!judge_all(query, &plan->all) || !judge_by_resource(query, plan))
		return false;
	if (policies->index.n_filed[SCOPE_INDEX_PAIR_RESOURCE] > 0 &&
	    !judge_pairs(query, plan))
		return false;
	plan->n_decided++;
	return conclude(query, answer);
}

static int
set_resource(struct cedar_query *query, const struct cedar_uid *resource)
{
	struct eval *eval = &query->eval;
	struct intern intern = { .scope = eval->scope, .arena = eval->arena };
	uint32_t uid = NAMES_NONE;
	int r = cedar_intern_uid(&uid, &intern, resource);

	if (r != 0)
		return r;
	if (uid != eval->uids[AST_RESOURCE]) {
		/* Forget the last one first: it would be found by its uid. */
		eval->uids[AST_RESOURCE] = uid;
		eval->entity[AST_RESOURCE] = cedar_eval_entity(eval, uid);
	}
	return 0;
}

int
cedar_query_decide(struct cedar_answer *answer, struct cedar_query *query,
    const struct cedar_policies *policies, struct cedar_uid resource)
{
	int r;

	*answer = (struct cedar_answer){ .decision = CEDAR_DENY };
	if (policies->names != query->eval.scope.names ||
	    policies->stamp.n_names > query->local.stamp.n_names ||
	    policies->stamp.n_uids > query->local.stamp.n_uids)
		return CEDAR_E_STALE;
	r = set_resource(query, &resource);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (decide(answer, query, policies))
		return 0;
	*answer = (struct cedar_answer){ .decision = CEDAR_DENY };
	return query->eval.arena->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
}
