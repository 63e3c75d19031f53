/* The JSON form of policies; see est_write.h. */
#include "cedar/est_write.h"

#include "util/json.h"
#include "util/utf8.h"

static void expression(struct json *json, const struct ast_expr *e);

/* The name of the one member of a node. */
static void
open_node(struct json *json, struct str name)
{
	json_open_object(json);
	json_key(json, name);
}

static void
open_binary(struct json *json, struct str name)
{
	open_node(json, name);
	json_open_object(json);
	json_key(json, STR("left"));
}

static void
close_node(struct json *json)
{
	json_close_object(json);
	json_close_object(json);
}

static void
uid_members(struct json *json, struct str type, struct str id)
{
	json_open_object(json);
	json_put_string(json, "type", type);
	json_put_string(json, "id", id);
	json_close_object(json);
}

static void
uid(struct json *json, const struct ast_uid *uid)
{
	uid_members(json, uid->type.text, uid->id);
}

static void
literal(struct json *json, const struct ast_expr *e)
{
	open_node(json, STR("Value"));
	if (e->kind == AST_BOOL) {
		json_bool(json, e->boolean);
	} else if (e->kind == AST_LONG) {
		json_i64(json, e->number);
	} else if (e->kind == AST_STRING) {
		json_string(json, e->text);
	} else {
		open_node(json, STR("__entity"));
		uid(json, &e->uid);
		json_close_object(json);
	}
	json_close_object(json);
}

static void
unary(struct json *json, struct str name, const struct ast_expr *operand)
{
	open_node(json, name);
	json_open_object(json);
	json_key(json, STR("arg"));
	expression(json, operand);
	close_node(json);
}

static struct str
operator_of(const struct ast_expr *e, size_t i)
{
	switch ((int)e->kind) {
	case AST_AND:
		return STR("&&");
	case AST_OR:
		return STR("||");
	case AST_PRODUCT:
		return STR("*");
	default:
		return e->sum.minus[i] ? STR("-") : STR("+");
	}
}

/* a + b - c: the node of the last operator is the outermost. */
static void
chain(struct json *json, const struct ast_expr *e, const struct ast_list *list)
{
	for (size_t i = list->n; i-- > 1 && json->buf->failed == 0;)
		open_binary(json, operator_of(e, i));
	for (size_t i = 0; i < list->n && json->buf->failed == 0; i++) {
		if (i > 0)
			json_key(json, STR("right"));
		expression(json, list->items[i]);
		if (i > 0)
			close_node(json);
	}
}

static void
binary(struct json *json, struct str name, const struct ast_expr *left,
    const struct ast_expr *right)
{
	open_binary(json, name);
	expression(json, left);
	json_key(json, STR("right"));
	expression(json, right);
	close_node(json);
}

/* left.path[0]..path[n - 1] */
static void
attribute(struct json *json, const struct ast_expr *left,
    const struct str *path, size_t n)
{
	for (size_t i = 0; i < n && json->buf->failed == 0; i++)
		open_binary(json, STR("."));
	expression(json, left);
	for (size_t i = 0; i < n && json->buf->failed == 0; i++) {
		json_put_string(json, "attr", path[i]);
		close_node(json);
	}
}

static void
has_list(struct json *json, const struct ast_expr *e)
{
	open_binary(json, STR("has"));
	expression(json, e->has.left);
	json_key(json, STR("attr"));
	json_open_array(json);
	for (size_t i = 0; i < e->has.n; i++)
		json_string(json, e->has.path[i]);
	json_close_array(json);
	close_node(json);
}

/* (left has a && left.a has b) && left.a.b has c */
static void
has(struct json *json, const struct ast_expr *e)
{
	if (e->has.is_list) {
		has_list(json, e);
		return;
	}
	for (size_t i = 1; i < e->has.n && json->buf->failed == 0; i++)
		open_binary(json, STR("&&"));
	for (size_t i = 0; i < e->has.n && json->buf->failed == 0; i++) {
		if (i > 0)
			json_key(json, STR("right"));
		open_binary(json, STR("has"));
		attribute(json, e->has.left, e->has.path, i);
		json_put_string(json, "attr", e->has.path[i]);
		close_node(json);
		if (i > 0)
			close_node(json);
	}
}

/* Every character of a literal run is an element of its own. */
static void
pattern_part(struct json *json, const struct ast_pattern_part *part)
{
	size_t at = 0;

	if (part->is_wildcard)
		json_string(json, STR("Wildcard"));
	while (!part->is_wildcard && at < part->literal.len) {
		size_t from = at;

		utf8_next(part->literal, &at);
		open_node(json, STR("Literal"));
		json_string(json, str_part(part->literal, from, at));
		json_close_object(json);
	}
}

static void
like(struct json *json, const struct ast_expr *e)
{
	open_binary(json, STR("like"));
	expression(json, e->like.left);
	json_key(json, STR("pattern"));
	json_open_array(json);
	for (size_t i = 0; i < e->like.n; i++)
		pattern_part(json, &e->like.parts[i]);
	json_close_array(json);
	close_node(json);
}

static void
is(struct json *json, const struct ast_expr *e)
{
	open_binary(json, STR("is"));
	expression(json, e->is.left);
	json_put_string(json, "entity_type", e->is.type.text);
	if (e->is.in != NULL) {
		json_key(json, STR("in"));
		expression(json, e->is.in);
	}
	close_node(json);
}

static void
branch(struct json *json, const struct ast_expr *e)
{
	open_node(json, STR("if-then-else"));
	json_open_object(json);
	json_key(json, STR("if"));
	expression(json, e->branch.condition);
	json_key(json, STR("then"));
	expression(json, e->branch.yes);
	json_key(json, STR("else"));
	expression(json, e->branch.no);
	close_node(json);
}

static void
array(struct json *json, struct str name, const struct ast_list *list)
{
	open_node(json, name);
	json_open_array(json);
	for (size_t i = 0; i < list->n; i++)
		expression(json, list->items[i]);
	json_close_array(json);
	json_close_object(json);
}

static void
record(struct json *json, const struct ast_expr *e)
{
	open_node(json, STR("Record"));
	json_open_object(json);
	for (size_t i = 0; i < e->record.n; i++) {
		json_key(json, e->record.items[i].name);
		expression(json, e->record.items[i].value);
	}
	close_node(json);
}

static void
variable(struct json *json, const struct ast_expr *e)
{
	open_node(json, STR("Var"));
	json_string(json, ast_var_names[e->var]);
	json_close_object(json);
}

static void
compound(struct json *json, const struct ast_expr *e)
{
	switch ((int)e->kind) {
	case AST_RELATION:
		binary(json, ast_relation_names[e->relation.op],
		    e->relation.left, e->relation.right);
		return;
	case AST_METHOD:
		if (e->method.arg == NULL)
			unary(json, ast_method_names[e->method.method],
			    e->method.left);
		else
			binary(json, ast_method_names[e->method.method],
			    e->method.left, e->method.arg);
		return;
	case AST_GET:
		attribute(json, e->get.left, &e->get.name, 1);
		return;
	case AST_CALL:
		array(json, ast_functions[e->call.function].name,
		    &e->call.args);
		return;
	case AST_HAS:
		has(json, e);
		return;
	case AST_LIKE:
		like(json, e);
		return;
	case AST_IS:
		is(json, e);
		return;
	default:
		branch(json, e);
		return;
	}
}

/* `has` repeats its left side, so that a small text can have a huge form. */
static void
expression(struct json *json, const struct ast_expr *e)
{
	if (json->buf->failed != 0)
		return;
	switch ((int)e->kind) {
	case AST_BOOL:
	case AST_LONG:
	case AST_STRING:
	case AST_UID:
		literal(json, e);
		return;
	case AST_VAR:
		variable(json, e);
		return;
	case AST_NOT:
		unary(json, STR("!"), e->operand);
		return;
	case AST_NEGATE:
		unary(json, STR("neg"), e->operand);
		return;
	case AST_AND:
	case AST_OR:
	case AST_PRODUCT:
		chain(json, e, &e->list);
		return;
	case AST_SUM:
		chain(json, e, &e->sum.list);
		return;
	case AST_SET:
		array(json, STR("Set"), &e->list);
		return;
	case AST_RECORD:
		record(json, e);
		return;
	default:
		compound(json, e);
		return;
	}
}

/* ------------------------------------------------------------------ */

/* What stands behind `==` or `in`. */
static void
target(struct json *json, const struct ast_scope *scope, struct str slot)
{
	if (scope->is_slot) {
		json_put_string(json, "slot", slot);
	} else {
		json_key(json, STR("entity"));
		uid(json, &scope->uid);
	}
}

static void
action_list(struct json *json, const struct ast_scope *scope)
{
	json_put_string(json, "op", STR("in"));
	if (scope->n_uids == 1) {
		json_key(json, STR("entity"));
		uid(json, &scope->uids[0]);
		return;
	}
	json_key(json, STR("entities"));
	json_open_array(json);
	for (size_t i = 0; i < scope->n_uids; i++)
		uid(json, &scope->uids[i]);
	json_close_array(json);
}

static void
scope_is(struct json *json, const struct ast_scope *scope, struct str slot)
{
	json_put_string(json, "op", STR("is"));
	json_put_string(json, "entity_type", scope->type.text);
	if (scope->op == AST_SCOPE_IS_IN) {
		json_key(json, STR("in"));
		json_open_object(json);
		target(json, scope, slot);
		json_close_object(json);
	}
}

static void
scope(struct json *json, const char *name, const struct ast_scope *scope,
    struct str slot)
{
	json_key(json, str_of(name));
	json_open_object(json);
	switch (scope->op) {
	case AST_SCOPE_ALL:
		json_put_string(json, "op", STR("All"));
		break;
	case AST_SCOPE_EQUAL:
	case AST_SCOPE_IN:
		json_put_string(json, "op",
		    scope->op == AST_SCOPE_IN ? STR("in") : STR("=="));
		target(json, scope, slot);
		break;
	case AST_SCOPE_IS:
	case AST_SCOPE_IS_IN:
		scope_is(json, scope, slot);
		break;
	case AST_SCOPE_IN_SET:
		action_list(json, scope);
		break;
	}
	json_close_object(json);
}

static void
annotations(struct json *json, const struct ast_policy *policy)
{
	if (policy->n_annotations == 0)
		return;
	json_key(json, STR("annotations"));
	json_open_object(json);
	for (size_t i = 0; i < policy->n_annotations; i++) {
		json_key(json, policy->annotations[i].name);
		if (policy->annotations[i].has_value)
			json_string(json, policy->annotations[i].value);
		else
			json_null(json);
	}
	json_close_object(json);
}

static void
write_policy(struct json *json, const struct ast_policy *policy)
{
	json_open_object(json);
	json_put_string(json, "effect",
	    policy->effect == CEDAR_PERMIT ? STR("permit") : STR("forbid"));
	scope(json, "principal", &policy->principal, STR("?principal"));
	scope(json, "action", &policy->action, STR(""));
	scope(json, "resource", &policy->resource, STR("?resource"));
	json_key(json, STR("conditions"));
	json_open_array(json);
	for (size_t i = 0; i < policy->n_conditions; i++) {
		json_open_object(json);
		json_put_string(json, "kind",
		    policy->conditions[i].is_unless ? STR("unless")
						    : STR("when"));
		json_key(json, STR("body"));
		expression(json, policy->conditions[i].body);
		json_close_object(json);
	}
	json_close_array(json);
	annotations(json, policy);
	json_close_object(json);
}

void
cedar_est_write_policy(struct buf *buf, const struct ast_policy *policy)
{
	struct json json;

	json_init(&json, buf);
	write_policy(&json, policy);
}

static void
write_policies(struct json *json, const struct ast_set *set, bool is_template)
{
	json_open_object(json);
	for (size_t i = 0; i < set->n_policies; i++) {
		const struct ast_policy *policy = &set->policies[i];

		if (policy->is_template != is_template ||
		    json->buf->failed != 0)
			continue;
		json_key(json, policy->id);
		write_policy(json, policy);
	}
	json_close_object(json);
}

static void
slot_value(struct json *json, struct str slot,
    const struct cedar_policies *policies, uint32_t uid)
{
	struct names_scope scope = { .names = policies->names };
	const struct names_entry *entry = cedar_names_uid(&scope, uid);

	json_key(json, slot);
	uid_members(json, cedar_names_text(&scope, entry->type), entry->text);
}

static void
write_link(struct json *json, const struct cedar_policies *policies,
    const struct code_rule *rule)
{
	json_open_object(json);
	json_put_string(json, "templateId", rule->ast->id);
	json_put_string(json, "newId", rule->id);
	json_key(json, STR("values"));
	json_open_object(json);
	if (rule->ast->principal.is_slot)
		slot_value(json, STR("?principal"), policies,
		    rule->principal.uid);
	if (rule->ast->resource.is_slot)
		slot_value(json, STR("?resource"), policies,
		    rule->resource.uid);
	json_close_object(json);
	json_close_object(json);
}

void
cedar_est_write_set(struct buf *buf, const struct cedar_policies *policies)
{
	struct json json;

	json_init(&json, buf);
	json_open_object(&json);
	json_key(&json, STR("staticPolicies"));
	write_policies(&json, &policies->ast, false);
	json_key(&json, STR("templates"));
	write_policies(&json, &policies->ast, true);
	json_key(&json, STR("templateLinks"));
	json_open_array(&json);
	for (size_t i = 0; i < policies->n_rules; i++) {
		if (policies->rules[i].ast->is_template)
			write_link(&json, policies, &policies->rules[i]);
	}
	json_close_array(&json);
	json_close_object(&json);
}
