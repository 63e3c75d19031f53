/*
 * The validator: every policy and template of a set against a schema.
 *
 * A policy is looked at twice. Once as it stands: every entity type and action
 * it names must be declared, every id of an enumeration be one. Then in each
 * environment of the schema that its scope does not rule out: there its
 * conditions must have type Bool (typecheck.h).
 */
#include <errno.h>

#include "cedar/check_tree.h"
#include "cedar/levelcheck.h"
#include "cedar/policies.h"
#include "cedar/schema.h"
#include "cedar/textcheck.h"
#include "cedar/typecheck.h"
#include "limits.h"
#include "util/fault.h"

struct validate {
	struct typecheck check;
	const struct cedar_schema *schema;
	struct arena arena; /* of one policy */
	struct arena types; /* of one environment */
	unsigned flags;
	bool has_level; /* levels are checked, up to: */
	uint32_t level;
	/* Of one policy. */
	const struct ast_policy *policy;
	struct check_tree tree;
	const struct check **conditions; /* `unless` negated */
	struct map told;
	bool is_applicable; /* an environment fits the scope */
	bool is_possible;   /* and its conditions are not always false */
};

/* ------------------------------------------------------------------ */
/* The policy as it stands.					      */

static void
check_type(struct validate *validate, const struct ast_name *name)
{
	struct str near;

	if (cedar_schema_is_action_type(name->text) ||
	    cedar_schema_find_entity(validate->schema, name->text) !=
	    SCHEMA_NONE)
		return;
	cedar_typecheck_tell(&validate->check, name->span,
	    "unrecognized entity type `%.*s`", STR_ARG(name->text));
	near = cedar_schema_near_entity(validate->schema, name->text);
	if (near.len > 0)
		cedar_typecheck_help(&validate->check, "did you mean `%.*s`?",
		    STR_ARG(near));
	else
		cedar_typecheck_help(&validate->check,
		    "declare it in the schema: `entity %.*s;`",
		    STR_ARG(name->text));
}

/* The action of the same type whose id is nearest. Empty: none is near. */
static struct str
near_action(const struct cedar_schema *schema, const struct cedar_uid *uid)
{
	struct str best = { 0 };
	unsigned least = 3;

	for (uint32_t i = 0; i < schema->n_actions; i++) {
		unsigned far = cedar_schema_distance(
		    schema->actions[i].uid.id, uid->id);

		if (far < least && far < uid->id.len) {
			least = far;
			best = schema->actions[i].uid.id;
		}
	}
	return best;
}

static void
check_action(struct validate *validate, const struct ast_uid *uid)
{
	struct cedar_uid name = { uid->type.text, uid->id };
	struct str near;

	if (cedar_schema_find_action(validate->schema, &name) != SCHEMA_NONE)
		return;
	cedar_typecheck_tell(&validate->check, uid->span,
	    "unrecognized action `%.*s::\"%.*s\"`", STR_ARG(name.type),
	    STR_ARG(name.id));
	near = near_action(validate->schema, &name);
	if (near.len > 0)
		cedar_typecheck_help(&validate->check,
		    "did you mean the action \"%.*s\"?", STR_ARG(near));
	else
		cedar_typecheck_help(&validate->check,
		    "declare it in the schema, and mind the namespace");
}

static void
check_uid(struct validate *validate, const struct ast_uid *uid)
{
	uint32_t type;
	const struct schema_entity *entity;

	if (cedar_schema_is_action_type(uid->type.text)) {
		check_action(validate, uid);
		return;
	}
	check_type(validate, &uid->type);
	type = cedar_schema_find_entity(validate->schema, uid->type.text);
	if (type == SCHEMA_NONE)
		return;
	entity = &validate->schema->entities[type];
	if (cedar_schema_has_id(entity, uid->id))
		return;
	cedar_typecheck_tell(&validate->check, uid->span,
	    "entity `%.*s::\"%.*s\"` is of an enumerated entity type, but "
	    "`\"%.*s\"` is not declared as a valid eid", STR_ARG(entity->name),
	    STR_ARG(uid->id), STR_ARG(uid->id));
	cedar_typecheck_help(&validate->check,
	    "%zu ids are declared, the first of them \"%.*s\"", entity->n_ids,
	    STR_ARG(entity->ids[0]));
}

static void check_names(struct validate *validate,
    const struct ast_expr *expr);

static void
check_list(struct validate *validate, const struct ast_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		check_names(validate, list->items[i]);
}

/* Recursion: a tree is at most LIMIT_CEDAR_DEPTH high. */
static void
check_names(struct validate *validate, const struct ast_expr *expr)
{
	if (expr == NULL)
		return;
	switch (expr->kind) {
	case AST_BOOL:
	case AST_LONG:
	case AST_STRING:
	case AST_VAR:
		return;
	case AST_UID:
		check_uid(validate, &expr->uid);
		return;
	case AST_NOT:
	case AST_NEGATE:
		check_names(validate, expr->operand);
		return;
	case AST_AND:
	case AST_OR:
	case AST_PRODUCT:
	case AST_SET:
		check_list(validate, &expr->list);
		return;
	case AST_SUM:
		check_list(validate, &expr->sum.list);
		return;
	case AST_RELATION:
		check_names(validate, expr->relation.left);
		check_names(validate, expr->relation.right);
		return;
	case AST_HAS:
		check_names(validate, expr->has.left);
		return;
	case AST_LIKE:
		check_names(validate, expr->like.left);
		return;
	case AST_IS:
		check_type(validate, &expr->is.type);
		check_names(validate, expr->is.left);
		check_names(validate, expr->is.in);
		return;
	case AST_IF:
		check_names(validate, expr->branch.condition);
		check_names(validate, expr->branch.yes);
		check_names(validate, expr->branch.no);
		return;
	case AST_GET:
		check_names(validate, expr->get.left);
		return;
	case AST_METHOD:
		check_names(validate, expr->method.left);
		check_names(validate, expr->method.arg);
		return;
	case AST_CALL:
		check_list(validate, &expr->call.args);
		return;
	case AST_RECORD:
		for (size_t i = 0; i < expr->record.n; i++)
			check_names(validate, expr->record.items[i].value);
		return;
	}
}

static void
check_scope_names(struct validate *validate, const struct ast_scope *scope)
{
	if (scope->op == AST_SCOPE_IS || scope->op == AST_SCOPE_IS_IN)
		check_type(validate, &scope->type);
	if ((scope->op == AST_SCOPE_EQUAL || scope->op == AST_SCOPE_IN ||
	    scope->op == AST_SCOPE_IS_IN) && !scope->is_slot)
		check_uid(validate, &scope->uid);
	for (size_t i = 0; scope->op == AST_SCOPE_IN_SET && i < scope->n_uids;
	    i++)
		check_uid(validate, &scope->uids[i]);
}

static void
check_policy_names(struct validate *validate)
{
	const struct ast_policy *policy = validate->policy;

	check_scope_names(validate, &policy->principal);
	check_scope_names(validate, &policy->action);
	check_scope_names(validate, &policy->resource);
	for (size_t i = 0; i < policy->n_conditions; i++)
		check_names(validate, policy->conditions[i].body);
}

/* ------------------------------------------------------------------ */
/* Environments.						      */

/*
 * Whether the scope may hold for an entity of that type. uid: NULL for a slot
 * not filled, which may be anything.
 */
static bool
may_fit(const struct cedar_schema *schema, uint32_t entity,
    const struct ast_scope *scope, const struct str *uid_type)
{
	bool is_in = true;
	uint32_t type = uid_type == NULL ? SCHEMA_NONE
	    : cedar_schema_find_entity(schema, *uid_type);

	if (uid_type != NULL)
		is_in = type != SCHEMA_NONE &&
		    cedar_schema_may_be_in(schema, entity, type);
	switch (scope->op) {
	case AST_SCOPE_ALL:
		return true;
	case AST_SCOPE_EQUAL:
		return uid_type == NULL || type == entity;
	case AST_SCOPE_IN:
		return is_in;
	case AST_SCOPE_IS:
		return str_is_equal(schema->entities[entity].name,
		    scope->type.text);
	case AST_SCOPE_IS_IN:
		return is_in && str_is_equal(schema->entities[entity].name,
		    scope->type.text);
	case AST_SCOPE_IN_SET: /* of actions alone */
		break;
	}
	return false;
}

/* As may_fit() for the scope of a policy or template as it stands. */
static bool
may_fit_policy(const struct cedar_schema *schema, uint32_t entity,
    const struct ast_scope *scope)
{
	return may_fit(schema, entity, scope,
	    scope->is_slot || scope->op == AST_SCOPE_ALL ||
	    scope->op == AST_SCOPE_IS ? NULL : &scope->uid.type.text);
}

static bool
is_action_below(const struct cedar_schema *schema, uint32_t action,
    const struct ast_uid *uid)
{
	struct cedar_uid name = { uid->type.text, uid->id };
	uint32_t other = cedar_schema_find_action(schema, &name);

	return other == action || cedar_schema_numbers_contain(
	    &schema->actions[action].ancestors, other);
}

static bool
is_action_fit(const struct cedar_schema *schema, uint32_t action,
    const struct ast_scope *scope)
{
	if (scope->op == AST_SCOPE_ALL)
		return true;
	if (scope->op == AST_SCOPE_EQUAL)
		return str_is_equal(schema->actions[action].uid.type,
			   scope->uid.type.text) &&
		    str_is_equal(schema->actions[action].uid.id,
		    scope->uid.id);
	if (scope->op == AST_SCOPE_IN)
		return is_action_below(schema, action, &scope->uid);
	for (size_t i = 0; i < scope->n_uids; i++) {
		if (is_action_below(schema, action, &scope->uids[i]))
			return true;
	}
	return false;
}

/* In strict mode `action in [..]` is a set like any other. */
static void
check_action_list(struct validate *validate)
{
	const struct ast_scope *scope = &validate->policy->action;

	if (scope->op != AST_SCOPE_IN_SET || validate->check.join.is_permissive)
		return;
	if (scope->n_uids == 0) {
		cedar_typecheck_tell(&validate->check, scope->span,
		    "empty set literals are forbidden in policies");
		cedar_typecheck_help(&validate->check,
		    "name an action, or write `action` alone");
	}
	for (size_t i = 1; i < scope->n_uids; i++) {
		if (str_is_equal(scope->uids[0].type.text,
		    scope->uids[i].type.text))
			continue;
		cedar_typecheck_tell(&validate->check, scope->span,
		    "the types %.*s and %.*s are not compatible",
		    STR_ARG(scope->uids[0].type.text),
		    STR_ARG(scope->uids[i].type.text));
		cedar_typecheck_help(&validate->check,
		    "write a policy for each namespace of actions");
		return;
	}
}

/* The conditions in the environment that is set in the checker. */
static void
check_conditions(struct validate *validate)
{
	bool is_false = false;

	if (validate->has_level)
		memset(validate->check.notes, 0, validate->tree.n_nodes);
	for (size_t i = 0; i < validate->policy->n_conditions && !is_false;
	    i++) {
		const struct schema_type *type = cedar_typecheck_assume(
		    &validate->check, validate->conditions[i]);

		if (type == NULL)
			break;
		is_false = type->kind == TYPE_FALSE;
		if (validate->has_level)
			cedar_levelcheck(&validate->check,
			    validate->conditions[i], validate->level);
	}
	cedar_typecheck_forget(&validate->check);
	validate->is_possible |= !is_false;
}

/* `in` in a scope looks into the entity, which costs a level. */
static void
check_scope_level(struct validate *validate, const struct ast_scope *scope,
    uint32_t entity)
{
	bool is_in = scope->op == AST_SCOPE_IN || scope->op == AST_SCOPE_IN_SET;

	if (scope->op == AST_SCOPE_IS_IN)
		is_in = str_is_equal(scope->type.text,
		    validate->schema->entities[entity].name);
	if (validate->has_level && validate->level == 0 && is_in)
		cedar_levelcheck_tell(&validate->check, scope->span, 0, 1);
}

static void
check_resources(struct validate *validate, const struct schema_action *action)
{
	struct typecheck *check = &validate->check;

	for (uint32_t i = 0; i < action->resources.n && !check->is_stopped;
	    i++) {
		check->resource = action->resources.items[i];
		check->n_checks++;
		check_scope_level(validate, &validate->policy->resource,
		    check->resource);
		if (!may_fit_policy(validate->schema, check->resource,
		    &validate->policy->resource))
			continue;
		validate->is_applicable = true;
		check_conditions(validate);
	}
}

static void
check_environments(struct validate *validate)
{
	const struct cedar_schema *schema = validate->schema;
	struct typecheck *check = &validate->check;

	for (uint32_t i = 0; i < schema->n_actions; i++) {
		const struct schema_action *action = &schema->actions[i];
		bool is_fit = is_action_fit(schema, i,
		    &validate->policy->action);

		check->action = action;
		for (uint32_t j = 0; j < action->principals.n &&
		    action->resources.n > 0 && !check->is_stopped; j++) {
			check->principal = action->principals.items[j];
			check->n_checks++;
			check_scope_level(validate,
			    &validate->policy->principal, check->principal);
			if (!may_fit_policy(schema, check->principal,
			    &validate->policy->principal))
				continue;
			check_action_list(validate);
			check_scope_level(validate, &validate->policy->action,
			    0);
			if (is_fit)
				check_resources(validate, action);
		}
	}
}

/* ------------------------------------------------------------------ */

static const struct check *
negate(struct validate *validate, const struct ast_condition *condition)
{
	struct ast_expr expr = { .kind = AST_NOT, .span = condition->span,
		.operand = condition->body };

	return cedar_check_tree_make(&validate->tree,
	    condition->is_unless ? &expr : condition->body);
}

static bool
make_conditions(struct validate *validate)
{
	const struct ast_policy *policy = validate->policy;

	validate->conditions = arena_array(&validate->arena,
	    policy->n_conditions, sizeof(*validate->conditions));
	if (validate->conditions == NULL)
		return false;
	for (size_t i = 0; i < policy->n_conditions; i++) {
		validate->conditions[i] =
		    negate(validate, &policy->conditions[i]);
		if (validate->conditions[i] == NULL)
			return false;
	}
	if (validate->has_level)
		validate->check.notes = arena_alloc(&validate->arena,
		    validate->tree.n_nodes);
	return !validate->has_level || validate->check.notes != NULL;
}

static void
refuse_inapplicable(struct validate *validate, struct diag_list *diags,
    struct str id, struct ast_span span)
{
	static const char text[] = "policy `%.*s`: unable to find an "
	    "applicable action given the policy scope constraints";

	if (validate->flags & CEDAR_VALIDATE_4_13)
		diag_warning(diags, span.at, span.len, text, STR_ARG(id));
	else
		diag_error(diags, span.at, span.len, text, STR_ARG(id));
	diag_help(diags, "no action of the schema applies to such a principal "
	    "and resource: see its appliesTo");
}

static void
warn_impossible(struct validate *validate, size_t before)
{
	struct diag_list *diags = validate->check.diags;
	const struct ast_policy *policy = validate->policy;

	if (validate->is_possible || diags->n_errors > before)
		return;
	diag_warning(diags, policy->span.at, policy->span.len,
	    "policy `%.*s`: policy is impossible: the policy expression "
	    "evaluates to false for all valid requests", STR_ARG(policy->id));
	diag_help(diags, "it has no effect; correct its conditions or take it "
	    "out");
}

static void
validate_policy(struct validate *validate, const struct ast_policy *policy)
{
	struct typecheck *check = &validate->check;
	size_t before = check->diags->n_errors;
	int r;

	validate->policy = policy;
	validate->is_applicable = false;
	validate->is_possible = false;
	check->policy = policy->id;
	arena_reset(&validate->arena);
	map_init(&validate->told, &validate->arena, 4);
	cedar_check_tree_init(&validate->tree, &validate->arena);
	if (!make_conditions(validate)) {
		cedar_typecheck_stop(check, validate->arena.is_full
		    ? CEDAR_E_LIMIT : FAULT(ENOMEM));
		if (validate->arena.is_full)
			diag_error(check->diags, policy->span.at,
			    policy->span.len, "policy is too large to be "
			    "validated: %zu bytes are needed",
			    validate->arena.limit);
	} else {
		r = cedar_typecheck_begin(check, &validate->tree,
		    &validate->told);
		if (r != 0)
			cedar_typecheck_stop(check, r);
	}
	cedar_check_tree_fini(&validate->tree);
	if (check->is_stopped)
		return;
	check_policy_names(validate);
	check_environments(validate);
	if (!validate->is_applicable && !check->is_stopped)
		refuse_inapplicable(validate, check->diags, policy->id,
		    policy->span);
	if (!check->is_stopped)
		warn_impossible(validate, before);
}

/* ------------------------------------------------------------------ */
/* Links: their template was validated; what fills its slots was not. */

static struct str
type_of_slot(const struct cedar_policies *policies,
    const struct code_scope *scope)
{
	struct names_scope names = { .names = policies->names };

	return cedar_names_text(&names,
	    cedar_names_uid(&names, scope->uid)->type);
}

static void
check_slot(struct validate *validate, const struct ast_scope *scope,
    struct str id, struct str type)
{
	struct diag_list *diags = validate->check.diags;

	if (!scope->is_slot || cedar_schema_is_action_type(type) ||
	    cedar_schema_find_entity(validate->schema, type) != SCHEMA_NONE)
		return;
	diag_error(diags, scope->span.at, scope->span.len,
	    "policy `%.*s`: unrecognized entity type `%.*s`", STR_ARG(id),
	    STR_ARG(type));
	diag_help(diags, "it is the value given for this slot");
}

/* Of a list with an unknown action, the original takes none. */
static bool
are_actions_known(const struct cedar_schema *schema,
    const struct ast_scope *scope)
{
	for (size_t i = 0; scope->op == AST_SCOPE_IN_SET && i < scope->n_uids;
	    i++) {
		struct cedar_uid uid = { scope->uids[i].type.text,
			scope->uids[i].id };

		if (cedar_schema_find_action(schema, &uid) == SCHEMA_NONE)
			return false;
	}
	return true;
}

static bool
is_any_fit(const struct cedar_schema *schema,
    const struct schema_numbers *types, const struct ast_scope *scope,
    const struct str *slot)
{
	for (uint32_t i = 0; i < types->n; i++) {
		if (scope->is_slot ? may_fit(schema, types->items[i], scope,
			slot) : may_fit_policy(schema, types->items[i], scope))
			return true;
	}
	return false;
}

static void
validate_link(struct validate *validate, const struct cedar_policies *policies,
    const struct code_rule *rule)
{
	const struct cedar_schema *schema = validate->schema;
	const struct ast_policy *policy = rule->ast;
	struct str principal = { 0 };
	struct str resource = { 0 };

	if (policy->principal.is_slot)
		principal = type_of_slot(policies, &rule->principal);
	if (policy->resource.is_slot)
		resource = type_of_slot(policies, &rule->resource);
	check_slot(validate, &policy->principal, rule->id, principal);
	check_slot(validate, &policy->resource, rule->id, resource);
	for (uint32_t i = 0; i < schema->n_actions &&
	    are_actions_known(schema, &policy->action); i++) {
		const struct schema_action *action = &schema->actions[i];

		if (is_action_fit(schema, i, &policy->action) &&
		    is_any_fit(schema, &action->principals, &policy->principal,
		    &principal) && is_any_fit(schema, &action->resources,
		    &policy->resource, &resource))
			return;
	}
	refuse_inapplicable(validate, validate->check.diags, rule->id,
	    policy->span);
}

static int
run(struct validate *validate, const struct cedar_policies *policies,
    struct diag_list *diags)
{
	const struct ast_set *set = cedar_policies_ast(policies);
	struct typecheck *check = &validate->check;
	size_t before = diags->n_errors;

	arena_init(&validate->arena, LIMIT_CEDAR_SCHEMA_ARENA);
	arena_init(&validate->types, LIMIT_CEDAR_SCHEMA_ARENA);
	*check = (struct typecheck){ .schema = validate->schema,
		.arena = &validate->arena, .types = &validate->types,
		.diags = diags, .join = { .schema = validate->schema,
		    .arena = &validate->types,
		    .is_permissive =
			validate->flags & CEDAR_VALIDATE_PERMISSIVE } };
	for (size_t i = 0; i < set->n_policies && !check->is_stopped; i++)
		validate_policy(validate, &set->policies[i]);
	for (size_t i = 0; i < policies->n_rules && !check->is_stopped; i++) {
		if (policies->rules[i].ast->is_template)
			validate_link(validate, policies, &policies->rules[i]);
	}
	cedar_typecheck_fini(check);
	arena_fini(&validate->types);
	arena_fini(&validate->arena);
	/* Last: warnings must not crowd out errors. */
	for (size_t i = 0; i < set->n_policies && !check->is_stopped; i++)
		cedar_textcheck_policy(&set->policies[i], diags);
	if (check->is_stopped)
		return check->r < 0 ? TRACE(check->r) : check->r;
	return diags->n_errors > before ? CEDAR_E_INPUT : 0;
}

int
cedar_policies_validate(const struct cedar_policies *policies,
    const struct cedar_schema *schema, unsigned flags, struct diag_list *diags)
{
	struct validate validate = { .schema = schema, .flags = flags };

	return run(&validate, policies, diags);
}

int
cedar_policies_validate_level(const struct cedar_policies *policies,
    const struct cedar_schema *schema, uint32_t level, unsigned flags,
    struct diag_list *diags)
{
	struct validate validate = { .schema = schema, .flags = flags,
		.has_level = true, .level = level };

	return run(&validate, policies, diags);
}
