/*
 * Reading the JSON form of policies; see est_read.h.
 *
 * Recursion: the height of the JSON tree, which LIMIT_CEDAR_EST_DEPTH bounds.
 * A function that reads returns NULL or false when it could not; the reason is
 * then in reader->r and, unless it is memory, in the diagnostics.
 */
#include "cedar/est_read.h"

#include <errno.h>
#include <stdarg.h>

#include "cedar/jsontree.h"
#include "cedar/parser.h"
#include "cedar/policy_text.h"
#include "limits.h"
#include "util/fault.h"
#include "util/map.h"

struct reader {
	struct arena *arena;
	struct diag_list *diags;
	int r; /* 0, or why reading stopped */
};

/* One member that an object may have. */
struct field {
	const char *name;
	bool is_optional;
	const struct jsontree *value; /* NULL: absent */
};

static struct ast_expr *expression(struct reader *reader,
    const struct jsontree *json);
static struct ast_expr *value(struct reader *reader,
    const struct jsontree *json);

/* In a function that returns a pointer, and in one that returns a bool. */
#define REFUSE(...) (complain(__VA_ARGS__), NULL)
#define REFUSED(...) (complain(__VA_ARGS__), false)

PRINTF(3, 4) static void
complain(struct reader *reader, const struct jsontree *json, const char *format,
    ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	if (reader->r != 0)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_error(reader->diags, json->span.at, json->span.len, "%s", text);
	reader->r = CEDAR_E_INPUT;
}

static void *
alloc(struct reader *reader, size_t n, size_t size)
{
	void *p = arena_array(reader->arena, n, size);

	if (p == NULL && reader->r == 0)
		reader->r = reader->arena->is_full ? CEDAR_E_LIMIT
						   : FAULT(ENOMEM);
	return p;
}

/* Take the members of an object apart; no others may be there. */
static bool
fields(struct reader *reader, const struct jsontree *json,
    struct field *list, size_t n)
{
	if (json->kind != JSONTREE_OBJECT)
		return REFUSED(reader, json, "expected an object");
	for (size_t i = 0; i < json->object.n; i++) {
		const struct jsontree_member *member = &json->object.items[i];
		size_t j = 0;

		while (j < n && !str_is_equal(str_of(list[j].name),
		    member->name))
			j++;
		if (j == n)
			return REFUSED(reader, &member->value,
			    "unknown member `%.*s`",
			    STR_ARG(member->name));
		list[j].value = &member->value;
	}
	for (size_t j = 0; j < n; j++) {
		if (list[j].value == NULL && !list[j].is_optional)
			return REFUSED(reader, json, "member `%s` is missing",
			    list[j].name);
	}
	return true;
}

static bool
string(struct reader *reader, struct str *text, const struct jsontree *json)
{
	if (json->kind != JSONTREE_STRING)
		return REFUSED(reader, json, "expected a string");
	*text = json->text;
	return true;
}

static bool
type_name(struct reader *reader, struct ast_name *name,
    const struct jsontree *json)
{
	if (!string(reader, &name->text, json))
		return false;
	return ast_is_path(name->text) ||
	    REFUSED(reader, json, "not an entity type name: `%.*s`",
	    STR_ARG(name->text));
}

/* {type, id}, or {__entity: {type, id}} */
static bool
read_uid(struct reader *reader, struct ast_uid *uid,
    const struct jsontree *json)
{
	struct field list[] = { { "type" }, { "id" } };
	const struct jsontree *inner =
	    cedar_jsontree_get(json, STR("__entity"));

	if (inner != NULL) {
		struct field outer[] = { { "__entity" } };

		if (!fields(reader, json, outer, ARRAY_LEN(outer)))
			return false;
		json = inner;
	}
	return fields(reader, json, list, ARRAY_LEN(list)) &&
	    type_name(reader, &uid->type, list[0].value) &&
	    string(reader, &uid->id, list[1].value);
}

/* ------------------------------------------------------------------ */

static struct ast_expr *
new_node(struct reader *reader, enum ast_kind kind)
{
	struct ast_expr *node = alloc(reader, 1, sizeof(*node));

	if (node != NULL) {
		node->kind = kind;
		node->height = 1;
	}
	return node;
}

/* Account for a child. Returns: node; NULL past the depth limit. */
static struct ast_expr *
over(struct reader *reader, struct ast_expr *node, const struct ast_expr *child,
    const struct jsontree *json)
{
	if (node == NULL || child == NULL)
		return NULL;
	if (child->height >= LIMIT_CEDAR_DEPTH) {
		complain(reader, json,
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
over_list(struct reader *reader, struct ast_expr *node,
    const struct ast_list *list, const struct jsontree *json)
{
	for (size_t i = 0; i < list->n && node != NULL; i++)
		node = over(reader, node, list->items[i], json);
	return node;
}

typedef struct ast_expr *(*read_fn)(struct reader *reader,
    const struct jsontree *json);

static bool
read_list(struct reader *reader, struct ast_list *list,
    const struct jsontree *json, read_fn read)
{
	if (json->kind != JSONTREE_ARRAY)
		return REFUSED(reader, json, "expected an array");
	list->items = alloc(reader, json->array.n, sizeof(*list->items));
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
read_set(struct reader *reader, const struct jsontree *json, read_fn read)
{
	struct ast_expr *node = new_node(reader, AST_SET);

	if (node == NULL || !read_list(reader, &node->list, json, read))
		return NULL;
	return over_list(reader, node, &node->list, json);
}

static struct ast_expr *
read_record(struct reader *reader, const struct jsontree *json, read_fn read)
{
	struct ast_expr *node = new_node(reader, AST_RECORD);
	struct ast_record_item *items;

	if (node == NULL)
		return NULL;
	if (json->kind != JSONTREE_OBJECT)
		return REFUSE(reader, json, "expected an object");
	items = alloc(reader, json->object.n, sizeof(*items));
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
read_call(struct reader *reader, const struct jsontree *json, struct str name,
    const struct jsontree *args, read_fn read)
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
extension_value(struct reader *reader, const struct jsontree *json)
{
	struct field list[] = { { "fn" }, { "arg", true }, { "args", true } };
	struct jsontree one = { .kind = JSONTREE_ARRAY };
	struct str name;

	if (!fields(reader, json, list, ARRAY_LEN(list)) ||
	    !string(reader, &name, list[0].value))
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
entity_value(struct reader *reader, const struct jsontree *json)
{
	struct ast_expr *node = new_node(reader, AST_UID);

	if (node == NULL || !read_uid(reader, &node->uid, json))
		return NULL;
	return node;
}

static struct ast_expr *
object_value(struct reader *reader, const struct jsontree *json)
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
value(struct reader *reader, const struct jsontree *json)
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
variable(struct reader *reader, const struct jsontree *json)
{
	struct ast_expr *node = new_node(reader, AST_VAR);
	struct str name;

	if (node == NULL || !string(reader, &name, json))
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
unary(struct reader *reader, const struct jsontree *json, enum ast_kind kind)
{
	struct field list[] = { { "arg" } };
	struct ast_expr *node = new_node(reader, kind);

	if (node == NULL || !fields(reader, json, list, ARRAY_LEN(list)))
		return NULL;
	node->operand = expression(reader, list[0].value);
	return over(reader, node, node->operand, json);
}

/* The one member of a node. Returns: NULL when it is none. */
static const struct jsontree_member *
node_member(const struct jsontree *json)
{
	return json->kind == JSONTREE_OBJECT && json->object.n == 1
	    ? &json->object.items[0] : NULL;
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
chain(struct reader *reader, const struct jsontree *json, enum ast_kind kind)
{
	struct ast_expr *node = new_node(reader, kind);
	const struct jsontree *at = json;
	const struct jsontree *link;
	struct ast_list list = { .n = 1 };
	bool *minus;
	bool is_minus;

	while ((link = left_link(at, kind, &is_minus)) != NULL) {
		struct field parts[] = { { "left" }, { "right" } };

		if (!fields(reader, link, parts, ARRAY_LEN(parts)))
			return NULL;
		list.n++;
		at = parts[0].value;
	}
	list.items = alloc(reader, list.n, sizeof(*list.items));
	minus = alloc(reader, list.n, sizeof(*minus));
	if (node == NULL || list.items == NULL || minus == NULL)
		return NULL;
	at = json;
	for (size_t i = list.n - 1; i > 0; i--) {
		link = left_link(at, kind, &minus[i]);
		list.items[i] = expression(reader,
		    cedar_jsontree_get(link, STR("right")));
		if (list.items[i] == NULL)
			return NULL;
		at = cedar_jsontree_get(link, STR("left"));
	}
	list.items[0] = expression(reader, at);
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
relation(struct reader *reader, const struct jsontree *json,
    enum ast_relation op)
{
	struct field list[] = { { "left" }, { "right" } };
	struct ast_expr *node = new_node(reader, AST_RELATION);

	if (node == NULL || !fields(reader, json, list, ARRAY_LEN(list)))
		return NULL;
	node->relation.op = op;
	node->relation.left = expression(reader, list[0].value);
	if (over(reader, node, node->relation.left, json) == NULL)
		return NULL;
	node->relation.right = expression(reader, list[1].value);
	return over(reader, node, node->relation.right, json);
}

static struct ast_expr *
own_method(struct reader *reader, const struct jsontree *json,
    enum ast_method method)
{
	struct field two[] = { { "left" }, { "right" } };
	struct field one[] = { { "arg" } };
	bool is_one = method == AST_IS_EMPTY;
	struct ast_expr *node = new_node(reader, AST_METHOD);

	if (node == NULL || !fields(reader, json, is_one ? one : two,
	    is_one ? ARRAY_LEN(one) : ARRAY_LEN(two)))
		return NULL;
	node->method.method = method;
	node->method.left =
	    expression(reader, is_one ? one[0].value : two[0].value);
	if (over(reader, node, node->method.left, json) == NULL || is_one)
		return reader->r == 0 ? node : NULL;
	node->method.arg = expression(reader, two[1].value);
	return over(reader, node, node->method.arg, json);
}

static struct ast_expr *
new_get(struct reader *reader, struct ast_expr *left, struct str name,
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
get(struct reader *reader, const struct jsontree *json)
{
	struct field list[] = { { "left" }, { "attr" } };
	struct ast_expr *left;
	struct str name;

	if (!fields(reader, json, list, ARRAY_LEN(list)) ||
	    !string(reader, &name, list[1].value))
		return NULL;
	left = expression(reader, list[0].value);
	return left == NULL ? NULL : new_get(reader, left, name, json);
}

static struct ast_expr *
new_has(struct reader *reader, struct ast_expr *left, const struct str *path,
    size_t n, const struct jsontree *json)
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
has_chain(struct reader *reader, struct ast_expr *left, const struct str *path,
    size_t n, const struct jsontree *json)
{
	struct ast_expr *node = new_node(reader, AST_AND);
	struct ast_list *list;

	if (node == NULL)
		return NULL;
	list = &node->list;
	list->items = alloc(reader, n, sizeof(*list->items));
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
has(struct reader *reader, const struct jsontree *json)
{
	struct field parts[] = { { "left" }, { "attr" } };
	const struct jsontree *attr;
	struct ast_expr *left;
	bool is_path = true;
	struct str *path;
	size_t n;

	if (!fields(reader, json, parts, ARRAY_LEN(parts)))
		return NULL;
	attr = parts[1].value;
	n = attr->kind == JSONTREE_ARRAY ? attr->array.n : 1;
	if (n == 0)
		return REFUSE(reader, attr, "expected an attribute name");
	path = alloc(reader, n, sizeof(*path));
	if (path == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!string(reader, &path[i],
		    attr->kind == JSONTREE_ARRAY ? &attr->array.items[i]
						 : attr))
			return NULL;
		is_path = is_path && ast_is_path(path[i]) &&
		    str_find(path[i], ':', 0) == path[i].len;
	}
	left = expression(reader, parts[0].value);
	if (left == NULL)
		return NULL;
	return n == 1 || is_path ? new_has(reader, left, path, n, json)
				 : has_chain(reader, left, path, n, json);
}

/* "Wildcard" or {Literal: text}; text is empty for the former. */
static bool
pattern_element(struct reader *reader, const struct jsontree *json,
    struct ast_pattern_part *part)
{
	struct field list[] = { { "Literal" } };

	part->is_wildcard = json->kind == JSONTREE_STRING &&
	    str_is_equal(json->text, STR("Wildcard"));
	if (part->is_wildcard)
		return true;
	return fields(reader, json, list, ARRAY_LEN(list)) &&
	    string(reader, &part->literal, list[0].value);
}

/* Literals that stand side by side are one run. */
static bool
pattern(struct reader *reader, struct ast_expr *node,
    const struct jsontree *json)
{
	struct ast_pattern_part *parts;
	size_t len = 0;
	size_t n = 0;
	char *text;

	if (json->kind != JSONTREE_ARRAY)
		return REFUSED(reader, json, "expected an array");
	parts = alloc(reader, json->array.n, sizeof(*parts));
	for (size_t i = 0; i < json->array.n && parts != NULL; i++) {
		if (!pattern_element(reader, &json->array.items[i], &parts[i]))
			return false;
		len += parts[i].literal.len;
	}
	text = alloc(reader, len + 1, 1);
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
like(struct reader *reader, const struct jsontree *json)
{
	struct field list[] = { { "left" }, { "pattern" } };
	struct ast_expr *node = new_node(reader, AST_LIKE);

	if (node == NULL || !fields(reader, json, list, ARRAY_LEN(list)) ||
	    !pattern(reader, node, list[1].value))
		return NULL;
	node->like.left = expression(reader, list[0].value);
	return over(reader, node, node->like.left, json);
}

static struct ast_expr *
is(struct reader *reader, const struct jsontree *json)
{
	struct field list[] = { { "left" }, { "entity_type" },
		{ "in", true } };
	struct ast_expr *node = new_node(reader, AST_IS);

	if (node == NULL || !fields(reader, json, list, ARRAY_LEN(list)) ||
	    !type_name(reader, &node->is.type, list[1].value))
		return NULL;
	node->is.left = expression(reader, list[0].value);
	if (over(reader, node, node->is.left, json) == NULL ||
	    list[2].value == NULL)
		return reader->r == 0 ? node : NULL;
	node->is.in = expression(reader, list[2].value);
	return over(reader, node, node->is.in, json);
}

static struct ast_expr *
branch(struct reader *reader, const struct jsontree *json)
{
	struct field list[] = { { "if" }, { "then" }, { "else" } };
	struct ast_expr *node = new_node(reader, AST_IF);
	struct ast_expr *parts[3];

	if (node == NULL || !fields(reader, json, list, ARRAY_LEN(list)))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		parts[i] = expression(reader, list[i].value);
		if (over(reader, node, parts[i], json) == NULL)
			return NULL;
	}
	node->branch.condition = parts[0];
	node->branch.yes = parts[1];
	node->branch.no = parts[2];
	return node;
}

static struct ast_expr *
set(struct reader *reader, const struct jsontree *json)
{
	return read_set(reader, json, expression);
}

static struct ast_expr *
record(struct reader *reader, const struct jsontree *json)
{
	return read_record(reader, json, expression);
}

static struct ast_expr *
slot(struct reader *reader, const struct jsontree *json)
{
	return REFUSE(reader, json, "a template slot may stand only in the "
	    "scope, not in a condition");
}

static struct ast_expr *
not(struct reader *reader, const struct jsontree *json)
{
	return unary(reader, json, AST_NOT);
}

static struct ast_expr *
negate(struct reader *reader, const struct jsontree *json)
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
	{ STR_INIT("!"), not },
	{ STR_INIT("neg"), negate },
	{ STR_INIT("."), get },
	{ STR_INIT("has"), has },
	{ STR_INIT("like"), like },
	{ STR_INIT("is"), is },
	{ STR_INIT("if-then-else"), branch },
	{ STR_INIT("Set"), set },
	{ STR_INIT("Record"), record },
};

static struct ast_expr *
expression(struct reader *reader, const struct jsontree *json)
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
	    expression);
}

/* ------------------------------------------------------------------ */

static bool
read_slot(struct reader *reader, struct ast_scope *scope,
    const struct jsontree *json, enum ast_var var)
{
	struct str want = ast_var_names[var];
	struct str name;

	if (!string(reader, &name, json))
		return false;
	scope->is_slot = true;
	return (name.len > 0 && name.p[0] == '?' && var != AST_ACTION &&
	    str_is_equal(str_part(name, 1, name.len), want)) ||
	    REFUSED(reader, json, "slot %.*s cannot stand here",
	    STR_ARG(name));
}

/* One of entity and slot. */
static bool
read_target(struct reader *reader, struct ast_scope *scope,
    const struct jsontree *json, const struct field *entity,
    const struct field *slot, enum ast_var var)
{
	if ((entity->value == NULL) == (slot->value == NULL))
		return REFUSED(reader, json,
		    "expected one of the members `entity` and `slot`");
	return slot->value != NULL
	    ? read_slot(reader, scope, slot->value, var)
	    : read_uid(reader, &scope->uid, entity->value);
}

static bool
check_action(struct reader *reader, const struct ast_uid *uid,
    const struct jsontree *json)
{
	return str_is_equal(uid->type.text, STR("Action")) ||
	    str_has_suffix(uid->type.text, STR("::Action")) ||
	    REFUSED(reader, json,
	    "expected an entity of type `Action` but got `%.*s`",
	    STR_ARG(uid->type.text));
}

static bool
read_actions(struct reader *reader, struct ast_scope *scope,
    const struct jsontree *json)
{
	struct ast_uid *uids;

	if (json->kind != JSONTREE_ARRAY)
		return REFUSED(reader, json, "expected an array");
	uids = alloc(reader, json->array.n, sizeof(*uids));
	if (uids == NULL)
		return false;
	for (size_t i = 0; i < json->array.n; i++) {
		const struct jsontree *one = &json->array.items[i];

		if (!read_uid(reader, &uids[i], one) ||
		    !check_action(reader, &uids[i], one))
			return false;
	}
	scope->op = AST_SCOPE_IN_SET;
	scope->uids = uids;
	scope->n_uids = json->array.n;
	return true;
}

static bool
scope_is(struct reader *reader, struct ast_scope *scope,
    const struct jsontree *json, enum ast_var var)
{
	struct field list[] = { { "op" }, { "entity_type" }, { "in", true } };
	struct field in[] = { { "entity", true }, { "slot", true } };

	if (var == AST_ACTION)
		return REFUSED(reader, json,
		    "`is` cannot be used in the action scope");
	scope->op = AST_SCOPE_IS;
	if (!fields(reader, json, list, ARRAY_LEN(list)) ||
	    !type_name(reader, &scope->type, list[1].value))
		return false;
	if (list[2].value == NULL)
		return true;
	scope->op = AST_SCOPE_IS_IN;
	return fields(reader, list[2].value, in, ARRAY_LEN(in)) &&
	    read_target(reader, scope, list[2].value, &in[0], &in[1], var);
}

static bool
scope_relation(struct reader *reader, struct ast_scope *scope,
    const struct jsontree *json, enum ast_var var)
{
	struct field list[] = { { "op" }, { "entity", true },
		{ "slot", true }, { "entities", true } };
	bool is_list = var == AST_ACTION && scope->op == AST_SCOPE_IN;

	if (!fields(reader, json, list,
	    is_list ? ARRAY_LEN(list) : ARRAY_LEN(list) - 1))
		return false;
	if (list[3].value != NULL && list[1].value == NULL &&
	    list[2].value == NULL)
		return read_actions(reader, scope, list[3].value);
	return read_target(reader, scope, json, &list[1], &list[2], var) &&
	    (var != AST_ACTION ||
	    check_action(reader, &scope->uid, list[1].value));
}

static bool
read_scope(struct reader *reader, struct ast_scope *scope,
    const struct jsontree *json, enum ast_var var)
{
	const struct jsontree *op = cedar_jsontree_get(json, STR("op"));
	struct field only_op[] = { { "op" } };
	struct str name;

	if (op == NULL)
		return fields(reader, json, only_op, ARRAY_LEN(only_op));
	if (!string(reader, &name, op))
		return false;
	if (str_is_equal(name, STR("All")) || str_is_equal(name, STR("all")))
		return fields(reader, json, only_op, ARRAY_LEN(only_op));
	if (str_is_equal(name, STR("is")))
		return scope_is(reader, scope, json, var);
	scope->op = str_is_equal(name, STR("in")) ? AST_SCOPE_IN
						  : AST_SCOPE_EQUAL;
	if (scope->op == AST_SCOPE_EQUAL && !str_is_equal(name, STR("==")))
		return REFUSED(reader, op, "expected `All`, `==`, `in` or `is`");
	return scope_relation(reader, scope, json, var);
}

static bool
is_word(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool is_letter = c == '_' || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z');

		if (!is_letter && !(i > 0 && c >= '0' && c <= '9'))
			return false;
	}
	return s.len > 0;
}

static bool
read_annotations(struct reader *reader, struct ast_policy *policy,
    const struct jsontree *json)
{
	struct cedar_annotation *list;
	size_t n;

	if (json->kind != JSONTREE_OBJECT)
		return REFUSED(reader, json, "expected an object");
	n = json->object.n;
	list = alloc(reader, n, sizeof(*list));
	if (list == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct jsontree_member *one = &json->object.items[i];

		if (!is_word(one->name))
			return REFUSED(reader, &one->value,
			    "not a name of an annotation: `%.*s`",
			    STR_ARG(one->name));
		list[i] = (struct cedar_annotation){ .name = one->name,
			.value = STR(""),
			.has_value = one->value.kind != JSONTREE_NULL };
		if (list[i].has_value &&
		    !string(reader, &list[i].value, &one->value))
			return false;
	}
	policy->annotations = list;
	policy->n_annotations = n;
	return true;
}

static bool
read_conditions(struct reader *reader, struct ast_policy *policy,
    const struct jsontree *json)
{
	struct ast_condition *list;

	if (json->kind != JSONTREE_ARRAY)
		return REFUSED(reader, json, "expected an array");
	list = alloc(reader, json->array.n, sizeof(*list));
	if (list == NULL)
		return false;
	for (size_t i = 0; i < json->array.n; i++) {
		struct field parts[] = { { "kind" }, { "body" } };
		struct str kind;

		if (!fields(reader, &json->array.items[i], parts,
		    ARRAY_LEN(parts)) ||
		    !string(reader, &kind, parts[0].value))
			return false;
		list[i].is_unless = str_is_equal(kind, STR("unless"));
		if (!list[i].is_unless && !str_is_equal(kind, STR("when")))
			return REFUSED(reader, parts[0].value,
			    "expected `when` or `unless`");
		list[i].body = expression(reader, parts[1].value);
		if (list[i].body == NULL)
			return false;
	}
	policy->conditions = list;
	policy->n_conditions = json->array.n;
	return true;
}

static bool
read_policy(struct reader *reader, struct ast_policy *policy,
    const struct jsontree *json)
{
	struct field list[] = { { "effect" }, { "principal" }, { "action" },
		{ "resource" }, { "conditions" }, { "annotations", true } };
	struct str effect;

	*policy = (struct ast_policy){ .effect = CEDAR_FORBID };
	if (!fields(reader, json, list, ARRAY_LEN(list)) ||
	    !string(reader, &effect, list[0].value) ||
	    !read_scope(reader, &policy->principal, list[1].value,
	    AST_PRINCIPAL) ||
	    !read_scope(reader, &policy->action, list[2].value, AST_ACTION) ||
	    !read_scope(reader, &policy->resource, list[3].value,
	    AST_RESOURCE) ||
	    !read_conditions(reader, policy, list[4].value))
		return false;
	if (str_is_equal(effect, STR("permit")))
		policy->effect = CEDAR_PERMIT;
	else if (!str_is_equal(effect, STR("forbid")))
		return REFUSED(reader, list[0].value,
		    "expected `permit` or `forbid`");
	policy->is_template =
	    policy->principal.is_slot || policy->resource.is_slot;
	return list[5].value == NULL ||
	    read_annotations(reader, policy, list[5].value);
}

/* ------------------------------------------------------------------ */

/* A document on its way to be a policy set. */
struct document {
	struct reader reader;
	struct arena arena;	/* the JSON tree and what is read of it */
	struct buf text;	/* the policies, printed */
	struct str *ids;	/* in the order printed */
	size_t n_ids;
	struct map names; /* ids seen */
	struct cedar_link *links;
	size_t n_links;
};

static void
document_fini(struct document *document)
{
	buf_fini(&document->text);
	arena_fini(&document->arena);
}

static bool
take_id(struct document *document, struct str id, const struct jsontree *json)
{
	struct reader *reader = &document->reader;
	struct str key = id.p != NULL ? id : STR("");

	if (map_find(&document->names, key) != NULL)
		return REFUSED(reader, json, "duplicate policy id `%.*s`",
		    STR_ARG(id));
	if (map_put(&document->names, key, document) < 0)
		return alloc(reader, SIZE_MAX, 2) != NULL;
	document->ids[document->n_ids++] = key;
	return true;
}

/* Read, and print as text. */
static bool
take_policy(struct document *document, const struct jsontree *json,
    const bool *is_template)
{
	struct reader *reader = &document->reader;
	struct ast_policy policy;

	if (!read_policy(reader, &policy, json))
		return false;
	if (is_template != NULL && policy.is_template != *is_template)
		return REFUSED(reader, json, *is_template
			? "a template must have a slot"
			: "a static policy must not have a slot");
	cedar_policy_text_print(&document->text, &policy, POLICY_TEXT_CHAINS);
	buf_add_char(&document->text, '\n');
	if (document->text.failed == 0)
		return true;
	reader->r = document->text.failed == ENOMEM ? FAULT(ENOMEM)
						    : CEDAR_E_LIMIT;
	return false;
}

static bool
take_policies(struct document *document, const struct jsontree *json,
    bool is_template)
{
	if (json == NULL)
		return true;
	if (json->kind != JSONTREE_OBJECT)
		return REFUSED(&document->reader, json, "expected an object");
	for (size_t i = 0; i < json->object.n; i++) {
		const struct jsontree_member *one = &json->object.items[i];

		if (!take_id(document, one->name, &one->value) ||
		    !take_policy(document, &one->value, &is_template))
			return false;
	}
	return true;
}

static bool
slot_value(struct document *document, struct cedar_uid *uid,
    const struct jsontree *json)
{
	struct ast_uid read;

	if (json == NULL)
		return true;
	if (!read_uid(&document->reader, &read, json))
		return false;
	*uid = (struct cedar_uid){ read.type.text, read.id };
	return true;
}

static bool
take_link(struct document *document, struct cedar_link *link,
    const struct jsontree *json)
{
	struct reader *reader = &document->reader;
	struct field list[] = { { "templateId" }, { "newId" }, { "values" } };
	struct field slots[] = { { "?principal", true },
		{ "?resource", true } };

	return fields(reader, json, list, ARRAY_LEN(list)) &&
	    string(reader, &link->template_id, list[0].value) &&
	    string(reader, &link->id, list[1].value) &&
	    fields(reader, list[2].value, slots, ARRAY_LEN(slots)) &&
	    slot_value(document, &link->principal, slots[0].value) &&
	    slot_value(document, &link->resource, slots[1].value);
}

static bool
take_links(struct document *document, const struct jsontree *json)
{
	struct reader *reader = &document->reader;

	if (json == NULL)
		return true;
	if (json->kind != JSONTREE_ARRAY)
		return REFUSED(reader, json, "expected an array");
	document->n_links = json->array.n;
	document->links =
	    alloc(reader, json->array.n, sizeof(*document->links));
	for (size_t i = 0; i < json->array.n && document->links != NULL; i++) {
		if (!take_link(document, &document->links[i],
		    &json->array.items[i]))
			return false;
	}
	return document->links != NULL;
}

static size_t
n_members(const struct jsontree *json)
{
	return json != NULL && json->kind == JSONTREE_OBJECT ? json->object.n
							     : 0;
}

static bool
take_document(struct document *document, const struct jsontree *json)
{
	struct reader *reader = &document->reader;
	struct field list[] = { { "staticPolicies", true },
		{ "templates", true }, { "templateLinks", true } };

	map_init(&document->names, &document->arena,
	    (uint64_t)(uintptr_t)document);
	if (cedar_jsontree_get(json, STR("effect")) != NULL) {
		document->ids = alloc(reader, 1, sizeof(*document->ids));
		return document->ids != NULL &&
		    take_id(document, STR("policy0"), json) &&
		    take_policy(document, json, NULL);
	}
	if (!fields(reader, json, list, ARRAY_LEN(list)))
		return false;
	document->ids = alloc(reader,
	    n_members(list[0].value) + n_members(list[1].value),
	    sizeof(*document->ids));
	return document->ids != NULL &&
	    take_policies(document, list[0].value, false) &&
	    take_policies(document, list[1].value, true) &&
	    take_links(document, list[2].value);
}

/* What was printed, parsed. Its errors are told as errors of the document. */
static int
parse(struct cedar_policies *policies, const struct document *document)
{
	struct str text = arena_str(&policies->arena,
	    buf_str(&document->text));
	struct diag_list diags;
	int r;

	if (text.p == NULL)
		return policies->arena.is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	diag_init(&diags, document->reader.arena, STR(""), text);
	r = cedar_parser_parse(&policies->ast, &policies->arena, text, 0,
	    &diags);
	if (r > 0) {
		struct str why = diags.n_items > 0 ? diags.items[0].text
						   : STR("too large");

		diag_error(document->reader.diags, 0, 0, "%.*s",
		    STR_ARG(why));
	}
	for (size_t i = 0; r == 0 && i < policies->ast.n_policies; i++) {
		policies->ast.policies[i].id =
		    arena_str(&policies->arena, document->ids[i]);
		if (policies->ast.policies[i].id.p == NULL)
			r = FAULT(ENOMEM);
	}
	return r < 0 ? TRACE(r) : r;
}

static int
read_document(struct document *document, struct str json)
{
	struct reader *reader = &document->reader;
	struct jsontree tree;
	int r = cedar_jsontree_parse_deep(&tree, &document->arena, json,
	    LIMIT_CEDAR_EST_DEPTH, reader->diags);

	if (r == 0) {
		(void)take_document(document, &tree);
		r = reader->r;
	}
	if (r == CEDAR_E_LIMIT && reader->diags->n_errors == 0)
		diag_error(reader->diags, 0, 0,
		    "the policies need more memory than the limit");
	return r < 0 ? TRACE(r) : r;
}

int
cedar_est_read_set(struct cedar_policies **out, struct cedar_names *names,
    struct str json, struct diag_list *diags)
{
	CLEANUP(document_fini) struct document document = { 0 };
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	int r;

	arena_init(&document.arena, LIMIT_CEDAR_ARENA);
	buf_init(&document.text, LIMIT_CEDAR_TEXT);
	document.reader = (struct reader){ .arena = &document.arena,
		.diags = diags };
	r = read_document(&document, json);
	if (r == 0)
		r = cedar_policies_new(&policies, names);
	if (r == 0)
		r = parse(policies, &document);
	if (r == 0)
		r = cedar_policies_compile(policies, document.links,
		    document.n_links, diags);
	if (r == 0)
		*out = TAKE(policies);
	return r < 0 ? TRACE(r) : r;
}
