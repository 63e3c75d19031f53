/* Conditions for the type checker; see check_tree.h. */
#include "cedar/check_tree.h"

#include <stdlib.h>

#include "limits.h"

void
cedar_check_tree_init(struct check_tree *tree, struct arena *arena)
{
	*tree = (struct check_tree){ .arena = arena };
	map_init(&tree->ids, arena, 3);
	buf_init(&tree->key, LIMIT_CEDAR_TEXT * (size_t)8);
}

void
cedar_check_tree_fini(struct check_tree *tree)
{
	buf_fini(&tree->key);
}

/* The number filed under the key in tree->key; *next when it is new. */
static uint32_t
number_of(struct check_tree *tree, uint32_t *next)
{
	struct str key = buf_str(&tree->key);
	uint32_t *number;

	if (buf_finish(&tree->key) != 0) {
		tree->is_out_of_room = true;
		return 0;
	}
	number = map_find(&tree->ids, key);
	if (number != NULL)
		return *number;
	number = ARENA_NEW(tree->arena, uint32_t);
	key = arena_str(tree->arena, key);
	if (number == NULL || key.p == NULL ||
	    map_put(&tree->ids, key, number) != 0) {
		tree->is_out_of_room = true;
		return 0;
	}
	*number = (*next)++;
	return *number;
}

static void
add_number(struct buf *buf, uint64_t number)
{
	buf_add(buf, &number, sizeof(number));
}

static void
add_text(struct buf *buf, struct str text)
{
	add_number(buf, text.len);
	buf_add_str(buf, text);
}

/* What tells the node from others, besides its operands. */
static void
add_content(struct buf *buf, const struct check *node)
{
	switch (node->op) {
	case CHECK_BOOL:
		add_number(buf, node->boolean);
		break;
	case CHECK_LONG:
		add_number(buf, (uint64_t)node->number);
		break;
	case CHECK_STRING:
	case CHECK_IS:
	case CHECK_HAS:
	case CHECK_GET:
		add_text(buf, node->text);
		break;
	case CHECK_UID:
		add_text(buf, node->uid->type.text);
		add_text(buf, node->uid->id);
		break;
	case CHECK_VAR:
		add_number(buf, node->var);
		break;
	case CHECK_METHOD:
		add_number(buf, node->method);
		break;
	case CHECK_CALL:
		add_number(buf, node->function);
		break;
	case CHECK_SUM:
		for (size_t i = 0; i < node->n; i++)
			add_number(buf, node->minus[i]);
		break;
	case CHECK_RECORD:
		for (size_t i = 0; i < node->n; i++)
			add_text(buf, node->names[i]);
		break;
	case CHECK_NOT:
	case CHECK_NEGATE:
	case CHECK_AND:
	case CHECK_OR:
	case CHECK_IF:
	case CHECK_EQUAL:
	case CHECK_LESS:
	case CHECK_LESS_EQUAL:
	case CHECK_IN:
	case CHECK_PRODUCT:
	case CHECK_LIKE:
	case CHECK_SET:
		break;
	}
}

/* What the expression's truth tells: that x has this attribute or tag. */
static void
set_capability(struct check_tree *tree, struct check *node)
{
	struct buf *key = &tree->key;
	bool is_attr = node->op == CHECK_HAS || node->op == CHECK_GET;

	if (!is_attr && (node->op != CHECK_METHOD ||
	    (node->method != AST_HAS_TAG && node->method != AST_GET_TAG)))
		return;
	buf_reset(key);
	buf_add_char(key, is_attr ? 'a' : 't');
	add_number(key, node->operands[0]->id);
	if (is_attr)
		add_text(key, node->text);
	else
		add_number(key, node->operands[1]->id);
	node->capability = number_of(tree, &tree->n_capabilities);
}

/* Number a node whose members are set. pattern: of LIKE. */
static const struct check *
finish(struct check_tree *tree, struct check *node,
    const struct ast_expr *pattern)
{
	struct buf *key = &tree->key;

	if (tree->is_out_of_room)
		return NULL;
	buf_reset(key);
	buf_add_char(key, 'e');
	buf_add_char(key, (char)node->op);
	add_number(key, node->n);
	for (size_t i = 0; i < node->n; i++)
		add_number(key, node->operands[i]->id);
	add_content(key, node);
	for (size_t i = 0; pattern != NULL && i < pattern->like.n; i++) {
		add_number(key, pattern->like.parts[i].is_wildcard);
		add_text(key, pattern->like.parts[i].literal);
	}
	node->id = number_of(tree, &tree->n_ids);
	set_capability(tree, node);
	return tree->is_out_of_room ? NULL : node;
}

/* A node with room for n operands. */
static struct check *
new_node(struct check_tree *tree, enum check_op op, struct ast_span span,
    size_t n)
{
	struct check *node = ARENA_NEW(tree->arena, struct check);
	const struct check **operands =
	    arena_array(tree->arena, n, sizeof(*operands));

	if (node == NULL || operands == NULL) {
		tree->is_out_of_room = true;
		return NULL;
	}
	*node = (struct check){ .op = op, .span = span, .n = n,
		.operands = operands, .serial = tree->n_nodes++ };
	return node;
}

/* A node with the operands given, of which none may be NULL. */
static const struct check *
make(struct check_tree *tree, enum check_op op, struct ast_span span,
    const struct check *a, const struct check *b)
{
	size_t n = b != NULL ? 2 : 1;
	struct check *node;

	if (a == NULL)
		return NULL;
	node = new_node(tree, op, span, n);
	if (node == NULL)
		return NULL;
	node->operands[0] = a;
	if (n == 2)
		node->operands[1] = b;
	return finish(tree, node, NULL);
}

/* All operands of a list. Returns: false when one could not be made. */
static bool
make_list(struct check_tree *tree, struct check *node,
    const struct ast_list *list)
{
	for (size_t i = 0; node != NULL && i < list->n; i++) {
		node->operands[i] =
		    cedar_check_tree_make(tree, list->items[i]);
		if (node->operands[i] == NULL)
			return false;
	}
	return node != NULL;
}

/*
 * Finish a chain. The original folds literals where it builds `&&` and `||`,
 * from the left, which shows where a literal is asked for: `true == true`.
 */
static const struct check *
finish_chain(struct check_tree *tree, struct check *node)
{
	size_t n = 0;
	struct check *literal;

	while (n < node->n && node->operands[n]->op == CHECK_BOOL)
		n++;
	if (n < 2 || (node->op != CHECK_AND && node->op != CHECK_OR))
		return finish(tree, node, NULL);
	literal = new_node(tree, CHECK_BOOL, node->span, 0);
	if (literal == NULL)
		return NULL;
	literal->boolean = node->op == CHECK_AND;
	for (size_t i = 0; i < n; i++) {
		if (node->operands[i]->boolean != literal->boolean) {
			literal->boolean = !literal->boolean;
			break;
		}
	}
	if (n == node->n || finish(tree, literal, NULL) == NULL)
		return finish(tree, literal, NULL);
	node->operands[0] = literal;
	node->n -= n - 1;
	memmove(node->operands + 1, node->operands + n,
	    (node->n - 1) * sizeof(*node->operands));
	return finish(tree, node, NULL);
}

/*
 * A chain of one operator. `(a && b) && c` is the same expression as
 * `a && b && c`, so that a chain in front is taken into this one.
 */
static const struct check *
make_chain(struct check_tree *tree, enum check_op op,
    const struct ast_expr *expr, const struct ast_list *list,
    const bool *minus)
{
	const struct check *first =
	    cedar_check_tree_make(tree, list->items[0]);
	size_t n_first;
	struct check *node;
	bool *flags = NULL;

	if (first == NULL)
		return NULL;
	n_first = first->op == op ? first->n : 1;
	node = new_node(tree, op, expr->span, list->n - 1 + n_first);
	if (node == NULL)
		return NULL;
	node->operands[0] = first;
	if (minus != NULL) {
		flags = ARENA_ARRAY(tree->arena, node->n, bool);
		if (flags == NULL)
			return NULL;
		memcpy(flags + n_first, minus + 1, list->n - 1);
	}
	if (first->op == op) {
		memcpy(node->operands, first->operands,
		    n_first * sizeof(*node->operands));
		if (flags != NULL)
			memcpy(flags, first->minus, n_first);
	}
	if (flags != NULL)
		node->minus = flags;
	for (size_t i = 1; i < list->n; i++) {
		const struct check *next =
		    cedar_check_tree_make(tree, list->items[i]);

		if (next == NULL)
			return NULL;
		node->operands[n_first + i - 1] = next;
	}
	return finish_chain(tree, node);
}

static const struct check *
make_relation(struct check_tree *tree, const struct ast_expr *expr)
{
	static const struct {
		enum check_op op;
		bool is_negated;
	} rows[] = {
		[AST_EQUAL] = { CHECK_EQUAL, false },
		[AST_NOT_EQUAL] = { CHECK_EQUAL, true },
		[AST_LESS] = { CHECK_LESS, false },
		[AST_LESS_EQUAL] = { CHECK_LESS_EQUAL, false },
		[AST_GREATER] = { CHECK_LESS_EQUAL, true },
		[AST_GREATER_EQUAL] = { CHECK_LESS, true },
		[AST_IN] = { CHECK_IN, false },
	};
	const struct check *left =
	    cedar_check_tree_make(tree, expr->relation.left);
	const struct check *right = left == NULL ? NULL
	    : cedar_check_tree_make(tree, expr->relation.right);
	const struct check *relation = right == NULL ? NULL
	    : make(tree, rows[expr->relation.op].op, expr->span, left, right);

	if (relation == NULL || !rows[expr->relation.op].is_negated)
		return relation;
	return make(tree, CHECK_NOT, expr->span, relation, NULL);
}

/* HAS, GET and IS: one operand and a text. */
static const struct check *
make_texted(struct check_tree *tree, enum check_op op, struct ast_span span,
    const struct check *operand, struct str text)
{
	struct check *node;

	if (operand == NULL)
		return NULL;
	node = new_node(tree, op, span, 1);
	if (node == NULL)
		return NULL;
	node->operands[0] = operand;
	node->text = text;
	return finish(tree, node, NULL);
}

/* x has a.b.c: x has a && x.a has b && x.a.b has c */
static const struct check *
make_has(struct check_tree *tree, const struct ast_expr *expr)
{
	const struct check *left = cedar_check_tree_make(tree, expr->has.left);
	struct check *chain;

	if (expr->has.n == 1 || left == NULL)
		return make_texted(tree, CHECK_HAS, expr->span, left,
		    expr->has.path[0]);
	chain = new_node(tree, CHECK_AND, expr->span, expr->has.n);
	if (chain == NULL)
		return NULL;
	for (size_t i = 0; i < expr->has.n; i++) {
		chain->operands[i] = make_texted(tree, CHECK_HAS, expr->span,
		    left, expr->has.path[i]);
		left = make_texted(tree, CHECK_GET, expr->span, left,
		    expr->has.path[i]);
		if (chain->operands[i] == NULL || left == NULL)
			return NULL;
	}
	return finish(tree, chain, NULL);
}

/* x is T in y: x is T && x in y */
static const struct check *
make_is(struct check_tree *tree, const struct ast_expr *expr)
{
	const struct check *left = cedar_check_tree_make(tree, expr->is.left);
	const struct check *is = make_texted(tree, CHECK_IS, expr->span, left,
	    expr->is.type.text);
	const struct check *in;

	if (is == NULL || expr->is.in == NULL)
		return is;
	in = cedar_check_tree_make(tree, expr->is.in);
	if (in != NULL)
		in = make(tree, CHECK_IN, expr->span, left, in);
	return in == NULL ? NULL : make(tree, CHECK_AND, expr->span, is, in);
}

static const struct check *
make_like(struct check_tree *tree, const struct ast_expr *expr)
{
	const struct check *left = cedar_check_tree_make(tree, expr->like.left);
	struct check *node = left == NULL ? NULL
	    : new_node(tree, CHECK_LIKE, expr->span, 1);

	if (node == NULL)
		return NULL;
	node->operands[0] = left;
	return finish(tree, node, expr);
}

static const struct check *
make_if(struct check_tree *tree, const struct ast_expr *expr)
{
	struct ast_expr *items[] = { expr->branch.condition, expr->branch.yes,
		expr->branch.no };
	struct ast_list list = { items, 3 };
	struct check *node = new_node(tree, CHECK_IF, expr->span, 3);

	return make_list(tree, node, &list) ? finish(tree, node, NULL) : NULL;
}

static const struct check *
make_method(struct check_tree *tree, const struct ast_expr *expr)
{
	struct ast_expr *items[] = { expr->method.left, expr->method.arg };
	struct ast_list list = { items, expr->method.arg != NULL ? 2 : 1 };
	struct check *node =
	    new_node(tree, CHECK_METHOD, expr->span, list.n);

	if (!make_list(tree, node, &list))
		return NULL;
	node->method = expr->method.method;
	return finish(tree, node, NULL);
}

static const struct check *
make_call(struct check_tree *tree, const struct ast_expr *expr)
{
	struct check *node =
	    new_node(tree, CHECK_CALL, expr->span, expr->call.args.n);

	if (!make_list(tree, node, &expr->call.args))
		return NULL;
	node->function = expr->call.function;
	return finish(tree, node, NULL);
}

static const struct check *
make_set(struct check_tree *tree, const struct ast_expr *expr)
{
	struct check *node =
	    new_node(tree, CHECK_SET, expr->span, expr->list.n);

	return make_list(tree, node, &expr->list) ? finish(tree, node, NULL)
						  : NULL;
}

struct member {
	struct str name;
	const struct check *value;
};

static int
compare_members(const void *a, const void *b)
{
	return str_compare(((const struct member *)a)->name,
	    ((const struct member *)b)->name);
}

/* Members ascending by name, which makes equal records the same expression. */
static const struct check *
make_record(struct check_tree *tree, const struct ast_expr *expr)
{
	size_t n = expr->record.n;
	struct check *node = new_node(tree, CHECK_RECORD, expr->span, n);
	struct member *members = ARENA_ARRAY(tree->arena, n, struct member);
	struct str *names = ARENA_ARRAY(tree->arena, n, struct str);

	if (node == NULL || names == NULL || members == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		members[i].name = expr->record.items[i].name;
		members[i].value = cedar_check_tree_make(tree,
		    expr->record.items[i].value);
		if (members[i].value == NULL)
			return NULL;
	}
	if (n > 1)
		qsort(members, n, sizeof(*members), compare_members);
	for (size_t i = 0; i < n; i++) {
		names[i] = members[i].name;
		node->operands[i] = members[i].value;
	}
	node->names = names;
	return finish(tree, node, NULL);
}

static const struct check *
make_leaf(struct check_tree *tree, const struct ast_expr *expr)
{
	struct check *node = new_node(tree, CHECK_BOOL, expr->span, 0);

	if (node == NULL)
		return NULL;
	if (expr->kind == AST_BOOL) {
		node->boolean = expr->boolean;
	} else if (expr->kind == AST_LONG) {
		node->op = CHECK_LONG;
		node->number = expr->number;
	} else if (expr->kind == AST_STRING) {
		node->op = CHECK_STRING;
		node->text = expr->text;
	} else if (expr->kind == AST_UID) {
		node->op = CHECK_UID;
		node->uid = &expr->uid;
	} else {
		node->op = CHECK_VAR;
		node->var = expr->var;
	}
	return finish(tree, node, NULL);
}

/* Recursion: a tree is at most LIMIT_CEDAR_DEPTH high. */
const struct check *
cedar_check_tree_make(struct check_tree *tree, const struct ast_expr *expr)
{
	switch (expr->kind) {
	case AST_BOOL:
	case AST_LONG:
	case AST_STRING:
	case AST_UID:
	case AST_VAR:
		return make_leaf(tree, expr);
	case AST_NOT:
		return make(tree, CHECK_NOT, expr->span,
		    cedar_check_tree_make(tree, expr->operand), NULL);
	case AST_NEGATE:
		return make(tree, CHECK_NEGATE, expr->span,
		    cedar_check_tree_make(tree, expr->operand), NULL);
	case AST_AND:
		return make_chain(tree, CHECK_AND, expr, &expr->list, NULL);
	case AST_OR:
		return make_chain(tree, CHECK_OR, expr, &expr->list, NULL);
	case AST_SUM:
		return make_chain(tree, CHECK_SUM, expr, &expr->sum.list,
		    expr->sum.minus);
	case AST_PRODUCT:
		return make_chain(tree, CHECK_PRODUCT, expr, &expr->list,
		    NULL);
	case AST_RELATION:
		return make_relation(tree, expr);
	case AST_HAS:
		return make_has(tree, expr);
	case AST_LIKE:
		return make_like(tree, expr);
	case AST_IS:
		return make_is(tree, expr);
	case AST_IF:
		return make_if(tree, expr);
	case AST_GET:
		return make_texted(tree, CHECK_GET, expr->span,
		    cedar_check_tree_make(tree, expr->get.left),
		    expr->get.name);
	case AST_METHOD:
		return make_method(tree, expr);
	case AST_CALL:
		return make_call(tree, expr);
	case AST_SET:
		return make_set(tree, expr);
	case AST_RECORD:
		break;
	}
	return make_record(tree, expr);
}
