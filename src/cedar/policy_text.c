/* The canonical text of a policy; see policy_text.h. */
#include "cedar/policy_text.h"

#include "cedar/escape.h"

struct printer {
	struct buf *buf;
	unsigned flags;
};

static void expression(const struct printer *printer, const struct ast_expr *e);

static void
text(const struct printer *printer, const char *text)
{
	buf_add_text(printer->buf, text);
}

/* An attribute's name, in quotes where it must be. */
static void
name(const struct printer *printer, struct str s)
{
	if (ast_is_path(s) && str_find(s, ':', 0) == s.len)
		buf_add_str(printer->buf, s);
	else
		cedar_escape_add(printer->buf, s);
}

static void
uid(const struct printer *printer, const struct ast_uid *uid)
{
	buf_add_str(printer->buf, uid->type.text);
	text(printer, "::");
	cedar_escape_add(printer->buf, uid->id);
}

/* How tightly an expression holds together; the grammar's own steps. */
enum binding { BIND_IF, BIND_OR, BIND_AND, BIND_RELATION, BIND_SUM,
	BIND_PRODUCT, BIND_UNARY, BIND_MEMBER };

static enum binding
binding_of(const struct ast_expr *e)
{
	switch ((int)e->kind) {
	case AST_IF:
		return BIND_IF;
	case AST_OR:
		return BIND_OR;
	case AST_AND:
		return BIND_AND;
	case AST_RELATION:
	case AST_HAS:
	case AST_LIKE:
	case AST_IS:
		return BIND_RELATION;
	case AST_SUM:
		return BIND_SUM;
	case AST_PRODUCT:
		return BIND_PRODUCT;
	case AST_NOT:
	case AST_NEGATE:
		return BIND_UNARY;
	case AST_LONG:
		return e->number < 0 ? BIND_UNARY : BIND_MEMBER;
	default:
		return BIND_MEMBER;
	}
}

/*
 * As an operand, of which least is asked. Plain: in parentheses if it must be;
 * else unless it is one word or has brackets.
 */
static void
operand(const struct printer *printer, const struct ast_expr *e,
    enum binding least)
{
	bool is_bare = e->kind <= AST_VAR || e->kind == AST_SET ||
	    e->kind == AST_RECORD;

	if ((printer->flags & POLICY_TEXT_PLAIN) != 0)
		is_bare = binding_of(e) >= least;
	if (!is_bare)
		text(printer, "(");
	expression(printer, e);
	if (!is_bare)
		text(printer, ")");
}

static const char *
operator_of(const struct ast_expr *e, size_t i)
{
	switch ((int)e->kind) {
	case AST_AND:
		return " && ";
	case AST_OR:
		return " || ";
	case AST_PRODUCT:
		return " * ";
	default:
		return e->sum.minus[i] ? " - " : " + ";
	}
}

/* ((a && b) && c) && d */
static void
chain(const struct printer *printer, const struct ast_expr *e,
    const struct ast_list *list)
{
	bool is_nested = (printer->flags & POLICY_TEXT_CHAINS) == 0;

	for (size_t i = 2; i < list->n && is_nested; i++)
		text(printer, "(");
	for (size_t i = 0; i < list->n; i++) {
		if (i > 0)
			text(printer, operator_of(e, i));
		operand(printer, list->items[i], binding_of(e) + 1u);
		if (i > 0 && i + 1 < list->n && is_nested)
			text(printer, ")");
	}
}

static void
list(const struct printer *printer, struct ast_expr *const *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			text(printer, ", ");
		expression(printer, items[i]);
	}
}

static void
record(const struct printer *printer, const struct ast_expr *e)
{
	text(printer, "{");
	for (size_t i = 0; i < e->record.n; i++) {
		if (i > 0)
			text(printer, ", ");
		name(printer, e->record.items[i].name);
		text(printer, ": ");
		expression(printer, e->record.items[i].value);
	}
	text(printer, "}");
}

/* left.path[0]..path[n - 1], as an operand. */
static void
path(const struct printer *printer, const struct ast_expr *e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text(printer, "(");
	operand(printer, e->has.left, BIND_MEMBER);
	for (size_t i = 0; i < n; i++) {
		text(printer, ".");
		name(printer, e->has.path[i]);
		text(printer, ")");
	}
}

/* `has a.b` in full, unless it may stay as it is. */
static void
has(const struct printer *printer, const struct ast_expr *e)
{
	bool is_short = (printer->flags & POLICY_TEXT_CHAINS) != 0;
	size_t n = e->has.n;

	if (is_short) {
		operand(printer, e->has.left, BIND_SUM);
		text(printer, " has ");
		for (size_t i = 0; i < n; i++) {
			if (i > 0)
				text(printer, ".");
			name(printer, e->has.path[i]);
		}
		return;
	}
	for (size_t i = 0; i < n && printer->buf->failed == 0; i++) {
		bool is_last = i + 1 == n;

		if (!is_last || n > 1)
			text(printer, "(");
		path(printer, e, i);
		text(printer, " has ");
		name(printer, e->has.path[i]);
		if (!is_last || n > 1)
			text(printer, ")");
		if (!is_last)
			text(printer, i + 2 < n ? " && (" : " && ");
	}
	for (size_t i = 2; i < n; i++)
		text(printer, ")");
}

static void
get(const struct printer *printer, const struct ast_expr *e)
{
	operand(printer, e->get.left, BIND_MEMBER);
	if (ast_is_path(e->get.name) &&
	    str_find(e->get.name, ':', 0) == e->get.name.len) {
		text(printer, ".");
		buf_add_str(printer->buf, e->get.name);
	} else {
		text(printer, "[");
		cedar_escape_add(printer->buf, e->get.name);
		text(printer, "]");
	}
}

static void
method(const struct printer *printer, const struct ast_expr *e)
{
	operand(printer, e->method.left, BIND_MEMBER);
	text(printer, ".");
	buf_add_str(printer->buf, ast_method_names[e->method.method]);
	text(printer, "(");
	if (e->method.arg != NULL)
		expression(printer, e->method.arg);
	text(printer, ")");
}

static void
call(const struct printer *printer, const struct ast_expr *e)
{
	const struct ast_function_row *row = &ast_functions[e->call.function];
	const struct ast_list *args = &e->call.args;
	size_t first = row->is_method ? 1 : 0;

	if (row->is_method) {
		operand(printer, args->items[0], BIND_MEMBER);
		text(printer, ".");
	}
	buf_add_str(printer->buf, row->name);
	text(printer, "(");
	list(printer, args->items + first, args->n - first);
	text(printer, ")");
}

static void
like(const struct printer *printer, const struct ast_expr *e)
{
	operand(printer, e->like.left, BIND_SUM);
	text(printer, " like ");
	cedar_escape_pattern(printer->buf, e->like.parts, e->like.n);
}

static void
is(const struct printer *printer, const struct ast_expr *e)
{
	operand(printer, e->is.left, BIND_SUM);
	text(printer, " is ");
	buf_add_str(printer->buf, e->is.type.text);
	if (e->is.in != NULL) {
		text(printer, " in ");
		operand(printer, e->is.in, BIND_SUM);
	}
}

static void
branch(const struct printer *printer, const struct ast_expr *e)
{
	text(printer, "if ");
	operand(printer, e->branch.condition, BIND_IF);
	text(printer, " then ");
	operand(printer, e->branch.yes, BIND_IF);
	text(printer, " else ");
	operand(printer, e->branch.no, BIND_IF);
}

static void
relation(const struct printer *printer, const struct ast_expr *e)
{
	operand(printer, e->relation.left, BIND_SUM);
	text(printer, " ");
	buf_add_str(printer->buf, ast_relation_names[e->relation.op]);
	text(printer, " ");
	operand(printer, e->relation.right, BIND_SUM);
}

static void
number(const struct printer *printer, int64_t number)
{
	bool is_bare =
	    number >= 0 || (printer->flags & POLICY_TEXT_PLAIN) != 0;

	if (!is_bare)
		text(printer, "(");
	buf_add_i64(printer->buf, number);
	if (!is_bare)
		text(printer, ")");
}

/* -(5) is no -5. */
static void
negation(const struct printer *printer, const struct ast_expr *e)
{
	bool is_bare = (printer->flags & POLICY_TEXT_PLAIN) != 0 &&
	    e->kind != AST_LONG && binding_of(e) >= BIND_MEMBER;

	text(printer, is_bare ? "-" : "-(");
	expression(printer, e);
	if (!is_bare)
		text(printer, ")");
}

static void
literal(const struct printer *printer, const struct ast_expr *e)
{
	switch ((int)e->kind) {
	case AST_BOOL:
		text(printer, e->boolean ? "true" : "false");
		return;
	case AST_LONG:
		number(printer, e->number);
		return;
	case AST_STRING:
		cedar_escape_add(printer->buf, e->text);
		return;
	case AST_UID:
		uid(printer, &e->uid);
		return;
	default:
		buf_add_str(printer->buf, ast_var_names[e->var]);
		return;
	}
}

static void
compound(const struct printer *printer, const struct ast_expr *e)
{
	switch ((int)e->kind) {
	case AST_RELATION:
		relation(printer, e);
		return;
	case AST_HAS:
		has(printer, e);
		return;
	case AST_LIKE:
		like(printer, e);
		return;
	case AST_IS:
		is(printer, e);
		return;
	case AST_IF:
		branch(printer, e);
		return;
	case AST_GET:
		get(printer, e);
		return;
	case AST_METHOD:
		method(printer, e);
		return;
	default:
		call(printer, e);
		return;
	}
}

/* Stops at a failure: `has` written in full can be huge. */
static void
expression(const struct printer *printer, const struct ast_expr *e)
{
	if (printer->buf->failed != 0)
		return;
	switch ((int)e->kind) {
	case AST_BOOL:
	case AST_LONG:
	case AST_STRING:
	case AST_UID:
	case AST_VAR:
		literal(printer, e);
		return;
	case AST_NOT:
		text(printer, "!");
		operand(printer, e->operand, BIND_MEMBER);
		return;
	case AST_NEGATE:
		negation(printer, e->operand);
		return;
	case AST_AND:
	case AST_OR:
	case AST_PRODUCT:
		chain(printer, e, &e->list);
		return;
	case AST_SUM:
		chain(printer, e, &e->sum.list);
		return;
	case AST_SET:
		text(printer, "[");
		list(printer, e->list.items, e->list.n);
		text(printer, "]");
		return;
	case AST_RECORD:
		record(printer, e);
		return;
	default:
		compound(printer, e);
		return;
	}
}

/* ------------------------------------------------------------------ */

static void
target(const struct printer *printer, const struct ast_scope *scope,
    enum ast_var var)
{
	if (scope->is_slot) {
		text(printer, "?");
		buf_add_str(printer->buf, ast_var_names[var]);
	} else {
		uid(printer, &scope->uid);
	}
}

static void
action_list(const struct printer *printer, const struct ast_scope *scope)
{
	text(printer, " in ");
	if (scope->n_uids != 1)
		text(printer, "[");
	for (size_t i = 0; i < scope->n_uids; i++) {
		if (i > 0)
			text(printer, ", ");
		uid(printer, &scope->uids[i]);
	}
	if (scope->n_uids != 1)
		text(printer, "]");
}

static void
scope(const struct printer *printer, const struct ast_scope *scope,
    enum ast_var var)
{
	buf_add_str(printer->buf, ast_var_names[var]);
	switch (scope->op) {
	case AST_SCOPE_ALL:
		return;
	case AST_SCOPE_EQUAL:
	case AST_SCOPE_IN:
		text(printer, scope->op == AST_SCOPE_IN ? " in " : " == ");
		target(printer, scope, var);
		return;
	case AST_SCOPE_IS:
	case AST_SCOPE_IS_IN:
		text(printer, " is ");
		buf_add_str(printer->buf, scope->type.text);
		if (scope->op == AST_SCOPE_IS)
			return;
		text(printer, " in ");
		target(printer, scope, var);
		return;
	case AST_SCOPE_IN_SET:
		action_list(printer, scope);
		return;
	}
}

static void
annotations(const struct printer *printer, const struct ast_policy *policy)
{
	for (size_t i = 0; i < policy->n_annotations; i++) {
		const struct cedar_annotation *one = &policy->annotations[i];

		text(printer, "@");
		buf_add_str(printer->buf, one->name);
		if (one->has_value) {
			text(printer, "(");
			cedar_escape_add(printer->buf, one->value);
			text(printer, ")");
		}
		text(printer, "\n");
	}
}

void
cedar_policy_text_print(struct buf *buf, const struct ast_policy *policy,
    unsigned flags)
{
	struct printer printer = { buf, flags };

	annotations(&printer, policy);
	text(&printer, policy->effect == CEDAR_PERMIT ? "permit(" : "forbid(");
	scope(&printer, &policy->principal, AST_PRINCIPAL);
	text(&printer, ", ");
	scope(&printer, &policy->action, AST_ACTION);
	text(&printer, ", ");
	scope(&printer, &policy->resource, AST_RESOURCE);
	text(&printer, ")");
	for (size_t i = 0; i < policy->n_conditions; i++) {
		text(&printer,
		    policy->conditions[i].is_unless ? " unless { "
						    : " when { ");
		expression(&printer, policy->conditions[i].body);
		text(&printer, " }");
	}
	text(&printer, ";");
}
