/*
 * Reading expressions of policies as JSON; see est_expr.h.
 *
 * Recursion: the height of the JSON tree, which LIMIT_CEDAR_EST_DEPTH bounds.
 */
#include "cedar/est_expr.h"

#include "limits.h"
#include "stile/cedar.h"

static struct ast_expr *value(struct est_reader *reader,
    const struct jsontree *json);

static struct ast_expr *
new_node(struct est_reader *reader, enum ast_kind kind)
{
	struct ast_expr *node =
	    cedar_est_fields_alloc(reader, 1, sizeof(*node));

	if (node != NULL) {
		node->kind = kind;
		node->height = 1;
	}
	return node;
}

/* Account for a child. Returns: node; NULL past the depth limit. */
static struct ast_expr *
over(struct est_reader *reader, struct ast_expr *node,
    const struct ast_expr *child, const struct jsontree *json)
{
	if (node == NULL || child == NULL)
		return NULL;
	if (child->height >= LIMIT_CEDAR_DEPTH) {
		cedar_est_fields_complain(reader, json,
		    "expression is nested more than %d deep",
		    LIMIT_CEDAR_DEPTH);
		reader->r = CEDAR_E_LIMIT;
		return NULL;
	}
	if (node->height <= child->height)
		node->height = (uint16_t)(child->height + 1);
	return node;
}

static struct ast_expr *
over_list(struct est_reader *reader, struct ast_expr *node,
    const struct ast_list *list, const struct jsontree *json)
{
	for (size_t i = 0; i < list->n && node != NULL; i++)
		node = over(reader, node, list->items[i], json);
	return node;
}

typedef struct ast_expr *(*read_fn)(struct est_reader *reader,
    const struct jsontree *json);

static bool
read_list(struct est_reader *reader, struct ast_list *list,
    const struct jsontree *json, read_fn read)
{
	if (json->kind != JSONTREE_ARRAY)
		return REFUSED(reader, json, "expected an array");
	list->items =
	    cedar_est_fields_alloc(reader, json->array.n, sizeof(*list->items));
	if (list->items == NULL)
		return false;
	for (; list->n < json->array.n; list->n++) {
		list->items[list->n] =
		    read(reader, &json->array.items[list->n]);
		if (list->items[list->n] == NULL)
			return false;
	}
	return true;
}

static struct ast_expr *
read_set(struct est_reader *reader, const struct jsontree *json, read_fn read)
{
	struct ast_expr *node = new_node(reader, AST_SET);

	if (node == NULL || !read_list(reader, &node->list, json, read))
		return NULL;
	return over_list(reader, node, &node->list, json);
}

static struct ast_expr *
read_record(struct est_reader *reader, const struct jsontree *json,
    read_fn read)
{
	struct ast_expr *node = new_node(reader, AST_RECORD);
	struct ast_record_item *items;

	if (node == NULL)
		return NULL;
	if (json->kind != JSONTREE_OBJECT)
		return REFUSE(reader, json, "expected an object");
	items = cedar_est_fields_alloc(reader, json->object.n, sizeof(*items));
	if (items == NULL)
		return NULL;
	for (size_t i = 0; i < json->object.n; i++) {
		items[i].name = json->object.items[i].name;
		items[i].value = read(reader, &json->object.items[i].value);
		if (over(reader, node, items[i].value, json) == NULL)
			return NULL;
	}
	node->record.items = items;
	node->record.n = json->object.n;
	return node;
}

/* Arguments of an extension function, the receiver of a method first. */
static struct ast_expr *
read_call(struct est_reader *reader, const struct jsontree *json,
    struct str name, const struct jsontree *args, read_fn read)
{
	struct ast_expr *node = new_node(reader, AST_CALL);
	enum ast_function function;

	if (node == NULL)
		return NULL;
	if (!ast_find_function(name, &function))
		return REFUSE(reader, json,
		    "`%.*s` is neither an operator nor an extension function",
		    STR_ARG(name));
	if (!read_list(reader, &node->call.args, args, read))
		return NULL;
	node->call.function = function;
	node->call.is_method = ast_functions[function].is_method;
	if (node->call.is_method && node->call.args.n == 0)
		return REFUSE(reader, json,
		    "method `%.*s` needs an argument, on which it is called",
		    STR_ARG(name));
	return over_list(reader, node, &node->call.args, json);
}

/* {fn, arg} or {fn, args} */
static struct ast_expr *
extension_value(struct est_reader *reader, const struct jsontree *json)
{
	struct est_field list[] = { { "fn" }, { "arg", true },
		{ "args", true } };
	struct jsontree one = { .kind = JSONTREE_ARRAY };
	struct str name;

	if (!cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)) ||
	    !cedar_est_fields_string(reader, &name, list[0].value))
		return NULL;
	if ((list[1].value == NULL) == (list[2].value == NULL))
		return REFUSE(reader, json,
		    "expected one of the members `arg` and `args`");
	if (list[2].value != NULL)
		return read_call(reader, json, name, list[2].value, value);
	one.span = list[1].value->span;
	one.array.items = list[1].value;
	one.array.n = 1;
	return read_call(reader, json, name, &one, value);
}

static struct ast_expr *
entity_value(struct est_reader *reader, const struct jsontree *json)
{
	struct ast_expr *node = new_node(reader, AST_UID);

	if (node == NULL || !cedar_est_fields_uid(reader, &node->uid, json))
		return NULL;
	return node;
}

static struct ast_expr *
object_value(struct est_reader *reader, const struct jsontree *json)
{
	const struct jsontree *inner;

	if (cedar_jsontree_get(json, STR("__entity")) != NULL)
		return entity_value(reader, json);
	if (cedar_jsontree_get(json, STR("__expr")) != NULL)
		return REFUSE(reader, json,
		    "the `__expr` escape is no longer supported");
	inner = cedar_jsontree_get(json, STR("__extn"));
	if (inner == NULL)
		return read_record(reader, json, value);
	if (json->object.n > 1)
		return REFUSE(reader, json,
		    "nothing may stand beside `__extn`");
	return extension_value(reader, inner);
}

/* What stands in Value: data, with escapes for entities and extensions. */
static struct ast_expr *
value(struct est_reader *reader, const struct jsontree *json)
{
	struct ast_expr *node;

	switch (json->kind) {
	case JSONTREE_BOOL:
		node = new_node(reader, AST_BOOL);
		if (node != NULL)
			node->boolean = json->boolean;
		return node;
	case JSONTREE_INTEGER:
		node = new_node(reader, AST_LONG);
		if (node != NULL)
			node->number = json->number;
		return node;
	case JSONTREE_STRING:
		node = new_node(reader, AST_STRING);
		if (node != NULL)
			node->text = json->text;
		return node;
	case JSONTREE_ARRAY:
		return read_set(reader, json, value);
	case JSONTREE_OBJECT:
		return object_value(reader, json);
	case JSONTREE_NULL:
		return REFUSE(reader, json, "null is no value of Cedar's");
	case JSONTREE_NUMBER:
		break;
	}
	return REFUSE(reader, json,
	    "expected an integer from -2^63 to 2^63 - 1");
}

static struct ast_expr *
variable(struct est_reader *reader, const struct jsontree *json)
{
	struct ast_expr *node = new_node(reader, AST_VAR);
	struct str name;

	if (node == NULL || !cedar_est_fields_string(reader, &name, json))
		return NULL;
	for (unsigned i = 0; i < ARRAY_LEN(ast_var_names); i++) {
		if (str_is_equal(ast_var_names[i], name)) {
			node->var = (enum ast_var)i;
			return node;
		}
	}
	return REFUSE(reader, json, "invalid variable: %.*s", STR_ARG(name));
}

static struct ast_expr *
unary(struct est_reader *reader, const struct jsontree *json,
    enum ast_kind kind)
{
	struct est_field list[] = { { "arg" } };
	struct ast_expr *node = new_node(reader, kind);

	if (node == NULL ||
	    !cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)))
		return NULL;
	node->operand = cedar_est_expr_read(reader, list[0].value);
	return over(reader, node, node->operand, json);
}

/* The one member of a node. Returns: NULL when it is none. */
static const struct jsontree_member *
node_member(const struct jsontree *json)
{
	return json->kind == JSONTREE_OBJECT && json->object.n == 1
	    ? &json->object.items[0]
	    : NULL;
}

/* Operators that make chains; those of one kind share a node. */
static bool
chain_kind(struct str name, enum ast_kind *kind)
{
	static const struct {
		struct str name;
		enum ast_kind kind;
	} table[] = {
		{ STR_INIT("&&"), AST_AND },
		{ STR_INIT("||"), AST_OR },
		{ STR_INIT("*"), AST_PRODUCT },
		{ STR_INIT("+"), AST_SUM },
		{ STR_INIT("-"), AST_SUM },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (str_is_equal(table[i].name, name)) {
			*kind = table[i].kind;
			return true;
		}
	}
	return false;
}

/* The same kind of chain further down on the left? */
static const struct jsontree *
left_link(const struct jsontree *json, enum ast_kind kind, bool *is_minus)
{
	const struct jsontree_member *member = node_member(json);
	enum ast_kind other;

	if (member == NULL || !chain_kind(member->name, &other) ||
	    other != kind)
		return NULL;
	*is_minus = str_is_equal(member->name, STR("-"));
	return &member->value;
}

/* Left-leaning operators, as one list. json: the whole node. */
static struct ast_expr *
chain(struct est_reader *reader, const struct jsontree *json,
    enum ast_kind kind)
{
	struct ast_expr *node = new_node(reader, kind);
	const struct jsontree *at = json;
	const struct jsontree *link;
	struct ast_list list = { .n = 1 };
	bool *minus;
	bool is_minus;

	while ((link = left_link(at, kind, &is_minus)) != NULL) {
		struct est_field parts[] = { { "left" }, { "right" } };

		if (!cedar_est_fields_take(reader, link, parts,
			ARRAY_LEN(parts)))
			return NULL;
		list.n++;
		at = parts[0].value;
	}
	list.items =
	    cedar_est_fields_alloc(reader, list.n, sizeof(*list.items));
	minus = cedar_est_fields_alloc(reader, list.n, sizeof(*minus));
	if (node == NULL || list.items == NULL || minus == NULL)
		return NULL;
	at = json;
	for (size_t i = list.n - 1; i > 0; i--) {
		link = left_link(at, kind, &minus[i]);
		list.items[i] = cedar_est_expr_read(reader,
		    cedar_jsontree_get(link, STR("right")));
		if (list.items[i] == NULL)
			return NULL;
		at = cedar_jsontree_get(link, STR("left"));
	}
	list.items[0] = cedar_est_expr_read(reader, at);
	if (list.items[0] == NULL)
		return NULL;
	if (kind == AST_SUM) {
		node->sum.list = list;
		node->sum.minus = minus;
	} else {
		node->list = list;
	}
	return over_list(reader, node, &list, json);
}

static struct ast_expr *
relation(struct est_reader *reader, const struct jsontree *json,
    enum ast_relation op)
{
	struct est_field list[] = { { "left" }, { "right" } };
	struct ast_expr *node = new_node(reader, AST_RELATION);

	if (node == NULL ||
	    !cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)))
		return NULL;
	node->relation.op = op;
	node->relation.left = cedar_est_expr_read(reader, list[0].value);
	if (over(reader, node, node->relation.left, json) == NULL)
		return NULL;
	node->relation.right = cedar_est_expr_read(reader, list[1].value);
	return over(reader, node, node->relation.right, json);
}

static struct ast_expr *
own_method(struct est_reader *reader, const struct jsontree *json,
    enum ast_method method)
{
	struct est_field two[] = { { "left" }, { "right" } };
	struct est_field one[] = { { "arg" } };
	bool is_one = method == AST_IS_EMPTY;
	struct ast_expr *node = new_node(reader, AST_METHOD);

	if (node == NULL ||
	    !cedar_est_fields_take(reader, json, is_one ? one : two,
		is_one ? ARRAY_LEN(one) : ARRAY_LEN(two)))
		return NULL;
	node->method.method = method;
	node->method.left =
	    cedar_est_expr_read(reader, is_one ? one[0].value : two[0].value);
	if (over(reader, node, node->method.left, json) == NULL || is_one)
		return reader->r == 0 ? node : NULL;
	node->method.arg = cedar_est_expr_read(reader, two[1].value);
	return over(reader, node, node->method.arg, json);
}

static struct ast_expr *
new_get(struct est_reader *reader, struct ast_expr *left, struct str name,
    const struct jsontree *json)
{
	struct ast_expr *node = new_node(reader, AST_GET);

	if (over(reader, node, left, json) == NULL)
		return NULL;
	node->get.left = left;
	node->get.name = name;
	return node;
}

static struct ast_expr *
get(struct est_reader *reader, const struct jsontree *json)
{
	struct est_field list[] = { { "left" }, { "attr" } };
	struct ast_expr *left;
	struct str name;

	if (!cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)) ||
	    !cedar_est_fields_string(reader, &name, list[1].value))
		return NULL;
	left = cedar_est_expr_read(reader, list[0].value);
	return left == NULL ? NULL : new_get(reader, left, name, json);
}

static struct ast_expr *
new_has(struct est_reader *reader, struct ast_expr *left,
    const struct str *path, size_t n, const struct jsontree *json)
{
	struct ast_expr *node = new_node(reader, AST_HAS);

	if (over(reader, node, left, json) == NULL)
		return NULL;
	node->has.left = left;
	node->has.path = path;
	node->has.n = n;
	node->has.is_quoted = n == 1;
	return node;
}

/* left has a && left.a has b: for names that a path cannot have. */
static struct ast_expr *
has_chain(struct est_reader *reader, struct ast_expr *left,
    const struct str *path, size_t n, const struct jsontree *json)
{
	struct ast_expr *node = new_node(reader, AST_AND);
	struct ast_list *list;

	if (node == NULL)
		return NULL;
	list = &node->list;
	list->items = cedar_est_fields_alloc(reader, n, sizeof(*list->items));
	for (; list->items != NULL && list->n < n; list->n++) {
		size_t i = list->n;

		list->items[i] = new_has(reader, left, &path[i], 1, json);
		if (list->items[i] == NULL)
			return NULL;
		left = new_get(reader, left, path[i], json);
		if (left == NULL)
			return NULL;
	}
	return over_list(reader, node, list, json);
}

static struct ast_expr *
has(struct est_reader *reader, const struct jsontree *json)
{
	struct est_field parts[] = { { "left" }, { "attr" } };
	const struct jsontree *attr;
	struct ast_expr *left;
	bool is_path = true;
	struct str *path;
	size_t n;

	if (!cedar_est_fields_take(reader, json, parts, ARRAY_LEN(parts)))
		return NULL;
	attr = parts[1].value;
	n = attr->kind == JSONTREE_ARRAY ? attr->array.n : 1;
	if (n == 0)
		return REFUSE(reader, attr, "expected an attribute name");
	path = cedar_est_fields_alloc(reader, n, sizeof(*path));
	if (path == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!cedar_est_fields_string(reader, &path[i],
			attr->kind == JSONTREE_ARRAY ? &attr->array.items[i]
						     : attr))
			return NULL;
		is_path = is_path && ast_is_path(path[i]) &&
		    str_find(path[i], ':', 0) == path[i].len;
	}
	left = cedar_est_expr_read(reader, parts[0].value);
	if (left == NULL)
		return NULL;
	return n == 1 || is_path ? new_has(reader, left, path, n, json)
				 : has_chain(reader, left, path, n, json);
}

/* "Wildcard" or {Literal: text}; text is empty for the former. */
static bool
pattern_element(struct est_reader *reader, const struct jsontree *json,
    struct ast_pattern_part *part)
{
	struct est_field list[] = { { "Literal" } };

	part->is_wildcard = json->kind == JSONTREE_STRING &&
	    str_is_equal(json->text, STR("Wildcard"));
	if (part->is_wildcard)
		return true;
	return cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)) &&
	    cedar_est_fields_string(reader, &part->literal, list[0].value);
}

/* Literals that stand side by side are one run. */
static bool
pattern(struct est_reader *reader, struct ast_expr *node,
    const struct jsontree *json)
{
	struct ast_pattern_part *parts;
	size_t len = 0;
	size_t n = 0;
	char *text;

	if (json->kind != JSONTREE_ARRAY)
		return REFUSED(reader, json, "expected an array");
	parts = cedar_est_fields_alloc(reader, json->array.n, sizeof(*parts));
	for (size_t i = 0; i < json->array.n && parts != NULL; i++) {
		if (!pattern_element(reader, &json->array.items[i], &parts[i]))
			return false;
		len += parts[i].literal.len;
	}
	text = cedar_est_fields_alloc(reader, len + 1, 1);
	if (parts == NULL || text == NULL)
		return false;
	for (size_t i = 0; i < json->array.n; i++) {
		struct ast_pattern_part part = parts[i];

		if (!part.is_wildcard && part.literal.len == 0)
			continue;
		if (part.is_wildcard || n == 0 || parts[n - 1].is_wildcard)
			parts[n++] = (struct ast_pattern_part){
				.is_wildcard = part.is_wildcard,
				.literal = { text, 0 },
			};
		if (part.literal.len > 0)
			memcpy(text, part.literal.p, part.literal.len);
		parts[n - 1].literal.len += part.literal.len;
		text += part.literal.len;
	}
	node->like.parts = parts;
	node->like.n = n;
	return true;
}

static struct ast_expr *
like(struct est_reader *reader, const struct jsontree *json)
{
	struct est_field list[] = { { "left" }, { "pattern" } };
	struct ast_expr *node = new_node(reader, AST_LIKE);

	if (node == NULL ||
	    !cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)) ||
	    !pattern(reader, node, list[1].value))
		return NULL;
	node->like.left = cedar_est_expr_read(reader, list[0].value);
	return over(reader, node, node->like.left, json);
}

static struct ast_expr *
is(struct est_reader *reader, const struct jsontree *json)
{
	struct est_field list[] = { { "left" }, { "entity_type" },
		{ "in", true } };
	struct ast_expr *node = new_node(reader, AST_IS);

	if (node == NULL ||
	    !cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)) ||
	    !cedar_est_fields_type(reader, &node->is.type, list[1].value))
		return NULL;
	node->is.left = cedar_est_expr_read(reader, list[0].value);
	if (over(reader, node, node->is.left, json) == NULL ||
	    list[2].value == NULL)
		return reader->r == 0 ? node : NULL;
	node->is.in = cedar_est_expr_read(reader, list[2].value);
	return over(reader, node, node->is.in, json);
}

static struct ast_expr *
branch(struct est_reader *reader, const struct jsontree *json)
{
	struct est_field list[] = { { "if" }, { "then" }, { "else" } };
	struct ast_expr *node = new_node(reader, AST_IF);
	struct ast_expr *parts[3];

	if (node == NULL ||
	    !cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		parts[i] = cedar_est_expr_read(reader, list[i].value);
		if (over(reader, node, parts[i], json) == NULL)
			return NULL;
	}
	node->branch.condition = parts[0];
	node->branch.yes = parts[1];
	node->branch.no = parts[2];
	return node;
}

static struct ast_expr *
set(struct est_reader *reader, const struct jsontree *json)
{
	return read_set(reader, json, cedar_est_expr_read);
}

static struct ast_expr *
record(struct est_reader *reader, const struct jsontree *json)
{
	return read_record(reader, json, cedar_est_expr_read);
}

static struct ast_expr *
slot(struct est_reader *reader, const struct jsontree *json)
{
	return REFUSE(reader, json,
	    "a template slot may stand only in the "
	    "scope, not in a condition");
}

static struct ast_expr *
logical_not(struct est_reader *reader, const struct jsontree *json)
{
	return unary(reader, json, AST_NOT);
}

static struct ast_expr *
negate(struct est_reader *reader, const struct jsontree *json)
{
	return unary(reader, json, AST_NEGATE);
}

static const struct {
	struct str name;
	read_fn read;
} nodes[] = {
	{ STR_INIT("Value"), value },
	{ STR_INIT("Var"), variable },
	{ STR_INIT("Slot"), slot },
	{ STR_INIT("!"), logical_not },
	{ STR_INIT("neg"), negate },
	{ STR_INIT("."), get },
	{ STR_INIT("has"), has },
	{ STR_INIT("like"), like },
	{ STR_INIT("is"), is },
	{ STR_INIT("if-then-else"), branch },
	{ STR_INIT("Set"), set },
	{ STR_INIT("Record"), record },
};

struct ast_expr *
cedar_est_expr_read(struct est_reader *reader, const struct jsontree *json)
{
	const struct jsontree_member *member = node_member(json);
	enum ast_method method;
	enum ast_kind kind;

	if (member == NULL)
		return REFUSE(reader, json,
		    "expected an expression: an object of one member");
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		if (str_is_equal(nodes[i].name, member->name))
			return nodes[i].read(reader, &member->value);
	}
	for (unsigned i = 0; i < ARRAY_LEN(ast_relation_names); i++) {
		if (str_is_equal(ast_relation_names[i], member->name))
			return relation(reader, &member->value,
			    (enum ast_relation)i);
	}
	if (chain_kind(member->name, &kind))
		return chain(reader, json, kind);
	if (ast_find_method(member->name, &method))
		return own_method(reader, &member->value, method);
	return read_call(reader, json, member->name, &member->value,
	    cedar_est_expr_read);
}
