/*
 * The compiler. A node whose parts are all constant and whose evaluation does
 * not fail becomes a constant; one that fails is left to fail at run time, in
 * its place. What depends on entities is never folded.
 */
#include "cedar/compile.h"

#include <assert.h>
#include <errno.h>

#include "cedar/entities.h"
#include "cedar/eval.h"
#include "limits.h"
#include "util/fault.h"

struct compiler {
	struct arena *arena;
	struct names_scope scope;
	int r; /* 0, or why compiling must stop */
};

static struct code *expr(struct compiler *compiler, const struct ast_expr *ast);

static void *
alloc(struct compiler *compiler, size_t n, size_t size)
{
	void *p = arena_array(compiler->arena, n, size);

	if (p == NULL)
		compiler->r = compiler->arena->is_full ? CEDAR_E_LIMIT
						       : FAULT(ENOMEM);
	return p;
}

static struct code *
new_code(struct compiler *compiler, enum code_op op, struct ast_span span)
{
	struct code *code = alloc(compiler, 1, sizeof(*code));

	if (code != NULL) {
		code->op = (uint8_t)op;
		code->span = span;
	}
	return code;
}

static bool
intern(struct compiler *compiler, uint32_t *number, struct str name)
{
	if (compiler->r == 0)
		compiler->r =
		    cedar_names_intern(number, &compiler->scope, name);
	return compiler->r == 0;
}

static bool
intern_uid(struct compiler *compiler, uint32_t *number,
    const struct ast_uid *uid)
{
	uint32_t type;

	if (!intern(compiler, &type, uid->type.text))
		return false;
	compiler->r = cedar_names_intern_uid(number, &compiler->scope, type,
	    uid->id);
	return compiler->r == 0;
}

static bool
is_constant(const struct code *code)
{
	return code->op == CODE_CONSTANT;
}

/* Replace by its value, if it has one whatever the request. */
static struct code *
fold(struct compiler *compiler, struct code *code)
{
	struct eval eval = { .arena = compiler->arena,
		.scope = compiler->scope };
	struct value value;

	if (!cedar_eval(&eval, &value, code)) {
		if (eval.error.kind == 0)
			compiler->r = compiler->arena->is_full
			    ? CEDAR_E_LIMIT : FAULT(ENOMEM);
		return eval.error.kind == 0 ? NULL : code;
	}
	code->op = CODE_CONSTANT;
	code->n = 0;
	code->constant = value;
	return code;
}

static struct code *
finish(struct compiler *compiler, struct code *code, bool is_foldable)
{
	if (code == NULL || compiler->r != 0)
		return NULL;
	return is_foldable ? fold(compiler, code) : code;
}

static struct code *
unary(struct compiler *compiler, enum code_op op, const struct ast_expr *ast,
    const struct ast_expr *operand)
{
	struct code *code = new_code(compiler, op, ast->span);
	struct code *a = expr(compiler, operand);

	if (code == NULL || a == NULL)
		return NULL;
	code->a = a;
	code->uses_resource = a->uses_resource;
	return finish(compiler, code, is_constant(a));
}

static struct code *
binary(struct compiler *compiler, enum code_op op, const struct ast_expr *ast,
    const struct ast_expr *left, const struct ast_expr *right)
{
	struct code *code = new_code(compiler, op, ast->span);
	struct code *a = expr(compiler, left);
	struct code *b = a != NULL ? expr(compiler, right) : NULL;
	bool needs_entities =
	    op == CODE_IN || op == CODE_HAS_TAG || op == CODE_GET_TAG;

	if (code == NULL || b == NULL)
		return NULL;
	code->a = a;
	code->b = b;
	code->uses_resource = a->uses_resource || b->uses_resource;
	return finish(compiler, code,
	    is_constant(a) && is_constant(b) && !needs_entities);
}

/* The items of a list, and whether all are constant. */
static const struct code **
list(struct compiler *compiler, struct code *code, const struct ast_list *ast,
    bool *are_constant)
{
	const struct code **items =
	    alloc(compiler, ast->n, sizeof(*items));

	*are_constant = true;
	for (size_t i = 0; items != NULL && i < ast->n; i++) {
		struct code *item = expr(compiler, ast->items[i]);

		if (item == NULL)
			return NULL;
		items[i] = item;
		code->uses_resource |= item->uses_resource;
		*are_constant &= is_constant(item);
	}
	return items;
}

static struct code *
many(struct compiler *compiler, enum code_op op, const struct ast_expr *ast,
    const struct ast_list *operands)
{
	struct code *code = new_code(compiler, op, ast->span);
	bool are_constant;

	if (code == NULL)
		return NULL;
	code->items = list(compiler, code, operands, &are_constant);
	code->n = (uint32_t)operands->n;
	if (code->items == NULL)
		return NULL;
	if (op == CODE_SUM)
		code->minus = ast->sum.minus;
	if (op == CODE_CALL)
		code->function = (uint8_t)ast->call.function;
	return finish(compiler, code, are_constant);
}

/*
 * && and ||: leading operands that change nothing go away, one that decides
 * takes the whole.
 */
static struct code *
chain(struct compiler *compiler, enum code_op op, const struct ast_expr *ast)
{
	struct code *code = many(compiler, op, ast, &ast->list);
	bool stop = op == CODE_OR;

	while (code != NULL && !is_constant(code) && code->n > 1 &&
	    is_constant(code->items[0])) {
		struct value first = code->items[0]->constant;

		if (first.kind != CEDAR_BOOL)
			break;
		if ((first.number != 0) == stop) {
			code->op = CODE_CONSTANT;
			code->constant = first;
			code->uses_resource = false;
			break;
		}
		code->items++;
		code->n--;
	}
	return code;
}

static struct code *
record(struct compiler *compiler, const struct ast_expr *ast)
{
	struct code *code = new_code(compiler, CODE_RECORD, ast->span);
	size_t n = ast->record.n;
	const struct code **items = alloc(compiler, n, sizeof(*items));
	uint32_t *names = alloc(compiler, n, sizeof(*names));
	bool are_constant = true;

	if (code == NULL || items == NULL || names == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct code *item =
		    expr(compiler, ast->record.items[i].value);

		if (item == NULL || !intern(compiler, &names[i],
		    ast->record.items[i].name))
			return NULL;
		items[i] = item;
		code->uses_resource |= item->uses_resource;
		are_constant &= is_constant(item);
	}
	code->items = items;
	code->item_names = names;
	code->n = (uint32_t)n;
	return finish(compiler, code, are_constant);
}

static struct code *
has(struct compiler *compiler, const struct ast_expr *ast)
{
	struct code *code = new_code(compiler, CODE_HAS, ast->span);
	struct code *a = expr(compiler, ast->has.left);
	uint32_t *path = alloc(compiler, ast->has.n, sizeof(*path));

	if (code == NULL || a == NULL || path == NULL)
		return NULL;
	for (size_t i = 0; i < ast->has.n; i++) {
		if (!intern(compiler, &path[i], ast->has.path[i]))
			return NULL;
	}
	code->left = a;
	code->path = path;
	code->n = (uint32_t)ast->has.n;
	code->uses_resource = a->uses_resource;
	return finish(compiler, code, false);
}

static struct code *
like(struct compiler *compiler, const struct ast_expr *ast)
{
	struct code *code = new_code(compiler, CODE_LIKE, ast->span);
	struct code *a = expr(compiler, ast->like.left);

	if (code == NULL || a == NULL)
		return NULL;
	code->left = a;
	code->parts = ast->like.parts;
	code->n = (uint32_t)ast->like.n;
	code->uses_resource = a->uses_resource;
	return finish(compiler, code, is_constant(a));
}

static struct code *
is(struct compiler *compiler, const struct ast_expr *ast)
{
	struct code *code = new_code(compiler, CODE_IS, ast->span);
	struct code *a = expr(compiler, ast->is.left);
	struct code *b = NULL;

	if (code == NULL || a == NULL ||
	    !intern(compiler, &code->name, ast->is.type.text))
		return NULL;
	if (ast->is.in != NULL) {
		b = expr(compiler, ast->is.in);
		if (b == NULL)
			return NULL;
	}
	code->a = a;
	code->b = b;
	code->uses_resource =
	    a->uses_resource || (b != NULL && b->uses_resource);
	return finish(compiler, code, is_constant(a) && b == NULL);
}

static struct code *
branch(struct compiler *compiler, const struct ast_expr *ast)
{
	struct code *code = new_code(compiler, CODE_IF, ast->span);
	struct code *a = expr(compiler, ast->branch.condition);
	struct code *b = a != NULL ? expr(compiler, ast->branch.yes) : NULL;
	struct code *c = b != NULL ? expr(compiler, ast->branch.no) : NULL;

	if (code == NULL || c == NULL)
		return NULL;
	code->a = a;
	code->b = b;
	code->c = c;
	code->uses_resource =
	    a->uses_resource || b->uses_resource || c->uses_resource;
	if (is_constant(a) && a->constant.kind == CEDAR_BOOL)
		return a->constant.number != 0 ? b : c;
	return finish(compiler, code, false);
}

static struct code *
get(struct compiler *compiler, const struct ast_expr *ast)
{
	struct code *code = new_code(compiler, CODE_GET, ast->span);
	struct code *a = expr(compiler, ast->get.left);

	if (code == NULL || a == NULL ||
	    !intern(compiler, &code->name, ast->get.name))
		return NULL;
	code->a = a;
	code->uses_resource = a->uses_resource;
	return finish(compiler, code,
	    is_constant(a) && a->constant.kind == CEDAR_RECORD);
}

static struct code *
method(struct compiler *compiler, const struct ast_expr *ast)
{
	static const uint8_t ops[] = {
		[AST_CONTAINS] = CODE_CONTAINS,
		[AST_CONTAINS_ALL] = CODE_CONTAINS_ALL,
		[AST_CONTAINS_ANY] = CODE_CONTAINS_ANY,
		[AST_IS_EMPTY] = CODE_IS_EMPTY,
		[AST_HAS_TAG] = CODE_HAS_TAG,
		[AST_GET_TAG] = CODE_GET_TAG,
	};
	enum code_op op = (enum code_op)ops[ast->method.method];

	if (op == CODE_IS_EMPTY)
		return unary(compiler, op, ast, ast->method.left);
	return binary(compiler, op, ast, ast->method.left, ast->method.arg);
}

static struct code *
relation(struct compiler *compiler, const struct ast_expr *ast)
{
	static const uint8_t ops[] = {
		[AST_EQUAL] = CODE_EQUAL,
		[AST_NOT_EQUAL] = CODE_NOT_EQUAL,
		[AST_LESS] = CODE_LESS,
		[AST_LESS_EQUAL] = CODE_LESS_EQUAL,
		[AST_GREATER] = CODE_GREATER,
		[AST_GREATER_EQUAL] = CODE_GREATER_EQUAL,
		[AST_IN] = CODE_IN,
	};

	return binary(compiler, (enum code_op)ops[ast->relation.op], ast,
	    ast->relation.left, ast->relation.right);
}

static struct code *
constant(struct compiler *compiler, const struct ast_expr *ast)
{
	struct code *code = new_code(compiler, CODE_CONSTANT, ast->span);
	uint32_t uid = 0;

	if (code == NULL)
		return NULL;
	if (ast->kind == AST_BOOL)
		code->constant = value_bool(ast->boolean);
	else if (ast->kind == AST_LONG)
		code->constant = value_number(CEDAR_LONG, ast->number);
	else if (ast->kind == AST_STRING)
		code->constant = value_string(ast->text);
	else if (!intern_uid(compiler, &uid, &ast->uid))
		return NULL;
	else
		code->constant = value_uid(uid);
	return code;
}

static struct code *
variable(struct compiler *compiler, const struct ast_expr *ast)
{
	struct code *code = new_code(compiler,
	    (enum code_op)(CODE_PRINCIPAL + ast->var), ast->span);

	if (code != NULL)
		code->uses_resource = ast->var == AST_RESOURCE;
	return code;
}

/* Recursion: the height of the tree is bounded by LIMIT_CEDAR_DEPTH. */
static struct code *
expr(struct compiler *compiler, const struct ast_expr *ast)
{
	switch (ast->kind) {
	case AST_BOOL:
	case AST_LONG:
	case AST_STRING:
	case AST_UID:
		return constant(compiler, ast);
	case AST_VAR:
		return variable(compiler, ast);
	case AST_NOT:
		return unary(compiler, CODE_NOT, ast, ast->operand);
	case AST_NEGATE:
		return unary(compiler, CODE_NEGATE, ast, ast->operand);
	case AST_AND:
		return chain(compiler, CODE_AND, ast);
	case AST_OR:
		return chain(compiler, CODE_OR, ast);
	case AST_SUM:
		return many(compiler, CODE_SUM, ast, &ast->sum.list);
	case AST_PRODUCT:
		return many(compiler, CODE_PRODUCT, ast, &ast->list);
	case AST_RELATION:
		return relation(compiler, ast);
	case AST_HAS:
		return has(compiler, ast);
	case AST_LIKE:
		return like(compiler, ast);
	case AST_IS:
		return is(compiler, ast);
	case AST_IF:
		return branch(compiler, ast);
	case AST_GET:
		return get(compiler, ast);
	case AST_METHOD:
		return method(compiler, ast);
	case AST_CALL:
		return many(compiler, CODE_CALL, ast, &ast->call.args);
	case AST_SET:
		return many(compiler, CODE_SET, ast, &ast->list);
	case AST_RECORD:
		return record(compiler, ast);
	}
	assert(false);
	return NULL;
}

/* ------------------------------------------------------------------ */
/* Conditions and scopes.					      */

struct conditions {
	const struct code **items;
	size_t n;
	size_t size;
};

static bool
push(struct compiler *compiler, struct conditions *conditions,
    const struct code *code)
{
	if (conditions->n == conditions->size) {
		size_t size = MAX(conditions->size * 2, (size_t)4);
		const struct code **items =
		    alloc(compiler, size, sizeof(*items));

		if (items == NULL)
			return false;
		if (conditions->n > 0)
			memcpy(items, conditions->items,
			    conditions->n * sizeof(*items));
		conditions->items = items;
		conditions->size = size;
	}
	conditions->items[conditions->n++] = code;
	return true;
}

static bool
add_condition(struct compiler *compiler, struct conditions *conditions,
    const struct code *code)
{
	/* `when { true }` is common and says nothing. */
	if (is_constant(code) && code->constant.kind == CEDAR_BOOL &&
	    code->constant.number != 0)
		return true;
	if (code->op != CODE_AND)
		return push(compiler, conditions, code);
	for (uint32_t i = 0; i < code->n; i++) {
		if (!add_condition(compiler, conditions, code->items[i]))
			return false;
	}
	return true;
}

/* unless { a || b } is !a && !b, with the same order and the same errors. */
static bool
add_negated(struct compiler *compiler, struct conditions *conditions,
    const struct code *code)
{
	struct code *not;

	if (code->op == CODE_OR) {
		for (uint32_t i = 0; i < code->n; i++) {
			if (!add_negated(compiler, conditions,
			    code->items[i]))
				return false;
		}
		return true;
	}
	not = new_code(compiler, CODE_NOT, code->span);
	if (not == NULL)
		return false;
	not->a = code;
	not->uses_resource = code->uses_resource;
	not = finish(compiler, not, is_constant(code));
	return not != NULL && add_condition(compiler, conditions, not);
}

static bool
conditions(struct compiler *compiler, struct code_rule *rule,
    const struct ast_policy *ast)
{
	struct conditions list = { 0 };
	size_t n_free = 0;

	for (size_t i = 0; i < ast->n_conditions; i++) {
		const struct ast_condition *condition = &ast->conditions[i];
		struct code *code = expr(compiler, condition->body);

		if (code == NULL)
			return false;
		if (condition->is_unless
		    ? !add_negated(compiler, &list, code)
		    : !add_condition(compiler, &list, code))
			return false;
	}
	while (n_free < list.n && n_free < UINT16_MAX &&
	    !list.items[n_free]->uses_resource)
		n_free++;
	rule->conditions = list.items;
	rule->n_conditions = (uint32_t)list.n;
	rule->n_free = (uint16_t)n_free;
	return true;
}

static bool
scope(struct compiler *compiler, struct code_scope *scope,
    const struct ast_scope *ast)
{
	*scope = (struct code_scope){ .op = (uint8_t)ast->op,
		.type = NAMES_NONE,
		.uid = NAMES_NONE };
	if (ast->op == AST_SCOPE_IS || ast->op == AST_SCOPE_IS_IN) {
		if (!intern(compiler, &scope->type, ast->type.text))
			return false;
	}
	if (ast->op == AST_SCOPE_ALL || ast->op == AST_SCOPE_IS || ast->is_slot)
		return true;
	return intern_uid(compiler, &scope->uid, &ast->uid);
}

static bool
actions(struct compiler *compiler, struct code_rule *rule,
    const struct ast_scope *ast)
{
	bool is_set = ast->op == AST_SCOPE_IN_SET;
	const struct ast_uid *uids = is_set ? ast->uids : &ast->uid;
	size_t n = ast->op == AST_SCOPE_ALL ? 0 : is_set ? ast->n_uids : 1;
	uint32_t *numbers = alloc(compiler, n, sizeof(*numbers));

	for (size_t i = 0; numbers != NULL && i < n; i++) {
		if (!intern_uid(compiler, &numbers[i], &uids[i]))
			return false;
	}
	rule->action_op = (uint8_t)(is_set ? AST_SCOPE_IN : ast->op);
	rule->actions = numbers;
	rule->n_actions =
	    numbers != NULL ? (uint32_t)cedar_entities_sort(numbers, n) : 0;
	return numbers != NULL;
}

int
cedar_compile_policy(struct code_rule *rule, struct arena *arena,
    struct cedar_names *names, const struct ast_policy *ast)
{
	struct compiler compiler = { .arena = arena,
		.scope = { .names = names } };

	*rule = (struct code_rule){ .effect = (uint8_t)ast->effect,
		.ast = ast,
		.id = ast->id };
	(void)(scope(&compiler, &rule->principal, &ast->principal) &&
	    actions(&compiler, rule, &ast->action) &&
	    scope(&compiler, &rule->resource, &ast->resource) &&
	    conditions(&compiler, rule, ast));
	return compiler.r;
}

int
cedar_compile_expr(const struct code **code, struct arena *arena,
    struct cedar_names *names, const struct ast_expr *ast)
{
	struct compiler compiler = { .arena = arena,
		.scope = { .names = names } };

	*code = expr(&compiler, ast);
	return compiler.r;
}
