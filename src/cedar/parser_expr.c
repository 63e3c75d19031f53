/*
 * Expressions. Above each function stands the piece of grammar it reads.
 *
 * Recursion passes through cedar_parser_expr() or a node's height, and both are
 * bounded by LIMIT_CEDAR_DEPTH.
 */
#include "cedar/parser_int.h"
#include "cedar/unescape.h"
#include "limits.h"
#include "util/fault.h"
#include "util/map.h"

#define MAX_UNARY 4 /* `!` or `-` in a row, by the grammar */

static struct ast_expr *sum(struct parser *parser);

static struct ast_expr *
new_node(struct parser *parser, enum ast_kind kind, struct ast_span span)
{
	struct ast_expr *node = cedar_parser_alloc(parser, 1, sizeof(*node));

	if (node != NULL) {
		node->kind = kind;
		node->height = 1;
		node->span = span;
		node->outer = span;
	}
	return node;
}

/* A node that ends at the last token taken. */
static struct ast_expr *
node_from(struct parser *parser, enum ast_kind kind, uint32_t start)
{
	return new_node(parser, kind, cedar_parser_span(start, parser->end));
}

/* Account for a child. Returns: node; NULL past the depth limit. */
static struct ast_expr *
over(struct parser *parser, struct ast_expr *node, const struct ast_expr *child)
{
	if (node == NULL || child == NULL)
		return NULL;
	if (child->height >= LIMIT_CEDAR_DEPTH) {
		cedar_parser_error(parser, node->span,
		    "expression is nested more than %d deep",
		    LIMIT_CEDAR_DEPTH);
		parser->is_limit = true;
		return NULL;
	}
	if (node->height <= child->height)
		node->height = (uint16_t)(child->height + 1);
	return node;
}

static struct ast_expr *
over_list(struct parser *parser, struct ast_expr *node,
    const struct ast_list *list)
{
	for (size_t i = 0; i < list->n && node != NULL; i++)
		node = over(parser, node, list->items[i]);
	return node;
}

/* The items as a typed list of exactly their number. */
static bool
to_list(struct parser *parser, struct ast_list *list,
    const struct parser_items *items)
{
	list->items =
	    cedar_parser_alloc(parser, items->n, sizeof(*list->items));
	if (list->items == NULL)
		return false;
	list->n = items->n;
	for (size_t i = 0; i < items->n; i++)
		list->items[i] = items->items[i];
	return true;
}

/* expr,* [','] close; what: the closing token, for messages. */
static bool
expressions(struct parser *parser, struct parser_items *items,
    enum token_kind close, const char *what)
{
	while (parser->token.kind != close) {
		struct ast_expr *item = cedar_parser_expr(parser);

		if (item == NULL || !cedar_parser_push(parser, items, item))
			return false;
		if (!cedar_parser_accept(parser, TOKEN_COMMA))
			break;
	}
	return cedar_parser_expect(parser, close, what);
}

static struct ast_expr *
list_node(struct parser *parser, enum ast_kind kind,
    const struct parser_items *items, struct ast_span span)
{
	struct ast_expr *node = new_node(parser, kind, span);

	if (node == NULL || !to_list(parser, &node->list, items))
		return NULL;
	return over_list(parser, node, &node->list);
}

static struct ast_expr *
set_literal(struct parser *parser)
{
	uint32_t start = parser->token.span.at;
	struct parser_items items = { 0 };

	cedar_parser_advance(parser);
	if (!expressions(parser, &items, TOKEN_CLOSE_BRACKET, "`,` or `]`"))
		return NULL;
	return list_node(parser, AST_SET, &items,
	    cedar_parser_span(start, parser->end));
}

static bool
record_key(struct parser *parser, struct ast_record_item *item)
{
	struct token key = parser->token;

	item->name_span = key.span;
	item->name = cedar_parser_text(parser, key.span);
	item->is_quoted = key.kind == TOKEN_STRING;
	if (key.kind != TOKEN_IDENT && key.kind != TOKEN_STRING) {
		if (key.kind == TOKEN_BAD || key.kind == TOKEN_END)
			cedar_parser_unexpected(parser, "an attribute name");
		else
			cedar_parser_error(parser, key.span,
			    "invalid attribute name: %.*s",
			    STR_ARG(item->name));
		return false;
	}
	cedar_parser_advance(parser);
	if (item->is_quoted)
		return cedar_parser_string(parser, &item->name, key.span);
	if (ast_is_reserved(item->name)) {
		cedar_parser_error(parser, key.span,
		    "this identifier is reserved and cannot be used: %.*s",
		    STR_ARG(item->name));
		return false;
	}
	return true;
}

static bool
check_keys(struct parser *parser, const struct ast_record_item *items, size_t n)
{
	struct map names;

	map_init(&names, parser->arena, (uint64_t)(uintptr_t)items);
	for (size_t i = 0; i < n; i++) {
		struct str name = items[i].name;

		if (map_find(&names, name) != NULL) {
			cedar_parser_error(parser, items[i].name_span,
			    "duplicate key `%.*s` in record literal",
			    STR_ARG(name));
			return false;
		}
		parser->fault = map_put(&names, name, parser);
		if (parser->fault < 0)
			return false;
	}
	return true;
}

/* '{' ( (IDENT|STR) ':' expr ),* [','] '}' */
static struct ast_expr *
record_literal(struct parser *parser)
{
	uint32_t start = parser->token.span.at;
	struct parser_items items = { 0 };
	struct ast_record_item *list;
	struct ast_expr *node;

	cedar_parser_advance(parser);
	while (parser->token.kind != TOKEN_CLOSE_BRACE) {
		struct ast_record_item *item =
		    cedar_parser_alloc(parser, 1, sizeof(*item));

		if (item == NULL || !record_key(parser, item) ||
		    !cedar_parser_expect(parser, TOKEN_COLON, "`:`"))
			return NULL;
		item->value = cedar_parser_expr(parser);
		if (item->value == NULL ||
		    !cedar_parser_push(parser, &items, item))
			return NULL;
		if (!cedar_parser_accept(parser, TOKEN_COMMA))
			break;
	}
	if (!cedar_parser_expect(parser, TOKEN_CLOSE_BRACE, "`,` or `}`"))
		return NULL;
	node = node_from(parser, AST_RECORD, start);
	list = cedar_parser_alloc(parser, items.n, sizeof(*list));
	if (node == NULL || list == NULL)
		return NULL;
	for (size_t i = 0; i < items.n; i++) {
		list[i] = *(struct ast_record_item *)items.items[i];
		if (over(parser, node, list[i].value) == NULL)
			return NULL;
	}
	node->record.items = list;
	node->record.n = items.n;
	return check_keys(parser, list, items.n) ? node : NULL;
}

static struct ast_expr *
parenthesised(struct parser *parser)
{
	uint32_t start = parser->token.span.at;
	struct ast_expr *node;

	cedar_parser_advance(parser);
	node = cedar_parser_expr(parser);
	if (node == NULL ||
	    !cedar_parser_expect(parser, TOKEN_CLOSE_PAREN,
	    "`)` or an operator"))
		return NULL;
	node->n_parens++;
	node->outer = cedar_parser_span(start, parser->end);
	return node;
}

/* EXTFN '(' args ')'; the name has been taken. */
static struct ast_expr *
function_call(struct parser *parser, const struct ast_name *name)
{
	struct parser_items items = { 0 };
	enum ast_function function = AST_FN_DECIMAL;
	enum ast_method method;
	struct ast_expr *node;
	bool is_known = ast_find_function(name->text, &function);

	if (ast_find_method(name->text, &method) ||
	    (is_known && ast_functions[function].is_method)) {
		cedar_parser_error(parser, name->span,
		    "`%.*s` is a method, not a function", STR_ARG(name->text));
		diag_help(parser->diags, "use a method-style call `e.%.*s(..)`",
		    STR_ARG(name->text));
		return NULL;
	}
	if (!is_known) {
		cedar_parser_error(parser, name->span,
		    "`%.*s` is not a valid function", STR_ARG(name->text));
		return NULL;
	}
	cedar_parser_advance(parser);
	if (!expressions(parser, &items, TOKEN_CLOSE_PAREN, "`,` or `)`"))
		return NULL;
	node = node_from(parser, AST_CALL, name->span.at);
	if (node == NULL || !to_list(parser, &node->call.args, &items))
		return NULL;
	node->call.function = function;
	return over_list(parser, node, &node->call.args);
}

/* VAR | PATH '::' STR | EXTFN '(' args ')' */
static struct ast_expr *
named(struct parser *parser)
{
	struct ast_name name;
	struct ast_expr *node;
	bool is_uid;

	if (!cedar_parser_path(parser, &name, &is_uid))
		return NULL;
	if (is_uid) {
		struct ast_uid uid;

		if (!cedar_parser_uid(parser, &uid, &name))
			return NULL;
		node = new_node(parser, AST_UID, uid.span);
		if (node != NULL)
			node->uid = uid;
		return node;
	}
	if (parser->token.kind == TOKEN_OPEN_PAREN)
		return function_call(parser, &name);
	for (unsigned i = 0; i < ARRAY_LEN(ast_var_names); i++) {
		if (!str_is_equal(ast_var_names[i], name.text))
			continue;
		node = new_node(parser, AST_VAR, name.span);
		if (node != NULL)
			node->var = (enum ast_var)i;
		return node;
	}
	cedar_parser_error(parser, name.span, "invalid variable: %.*s",
	    STR_ARG(name.text));
	diag_help(parser->diags, "the valid Cedar variables are `principal`, "
	    "`action`, `resource`, and `context`; did you mean to enclose "
	    "`%.*s` in quotes to make a string?", STR_ARG(name.text));
	return NULL;
}

static bool
number_value(struct parser *parser, uint64_t *value, struct ast_span span)
{
	struct str digits = cedar_parser_text(parser, span);

	*value = 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (__builtin_mul_overflow(*value, (uint64_t)10, value) ||
		    __builtin_add_overflow(*value,
		    (uint64_t)(digits.p[i] - '0'), value)) {
			cedar_parser_error(parser, span,
			    "integer literal `%.*s` is too large",
			    STR_ARG(digits));
			return false;
		}
	}
	return true;
}

static struct ast_expr *
number(struct parser *parser, uint64_t value, struct ast_span span)
{
	struct ast_expr *node;

	if (value > INT64_MAX) {
		cedar_parser_error(parser, span,
		    "integer literal `%llu` is too large",
		    (unsigned long long)value);
		diag_help(parser->diags,
		    "maximum allowed integer literal is `%lld`",
		    (long long)INT64_MAX);
		return NULL;
	}
	node = new_node(parser, AST_LONG, span);
	if (node != NULL)
		node->number = (int64_t)value;
	return node;
}

static struct ast_expr *
literal(struct parser *parser)
{
	struct token token = parser->token;
	struct ast_expr *node;
	uint64_t value;

	cedar_parser_advance(parser);
	if (token.kind == TOKEN_NUMBER)
		return number_value(parser, &value, token.span)
		    ? number(parser, value, token.span) : NULL;
	node = new_node(parser,
	    token.kind == TOKEN_STRING ? AST_STRING : AST_BOOL, token.span);
	if (node == NULL)
		return NULL;
	if (token.kind != TOKEN_STRING)
		node->boolean = token.kind == TOKEN_TRUE;
	else if (!cedar_parser_string(parser, &node->text, token.span))
		return NULL;
	return node;
}

/* BOOL | INT | STR | VAR | E | call | '(' expr ')' | '[' .. ']' | '{' .. '}' */
static struct ast_expr *
primary(struct parser *parser)
{
	switch ((int)parser->token.kind) {
	case TOKEN_TRUE:
	case TOKEN_FALSE:
	case TOKEN_NUMBER:
	case TOKEN_STRING:
		return literal(parser);
	case TOKEN_IDENT:
		return named(parser);
	case TOKEN_OPEN_PAREN:
		return parenthesised(parser);
	case TOKEN_OPEN_BRACKET:
		return set_literal(parser);
	case TOKEN_OPEN_BRACE:
		return record_literal(parser);
	case TOKEN_SLOT:
		cedar_parser_error(parser, parser->token.span,
		    "found template slot %.*s in a condition",
		    STR_ARG(cedar_parser_text(parser, parser->token.span)));
		diag_help(parser->diags,
		    "slots are currently unsupported in conditions");
		return NULL;
	default:
		cedar_parser_unexpected(parser, "an expression");
		return NULL;
	}
}

static struct ast_expr *
own_method(struct parser *parser, struct ast_expr *left, enum ast_method method,
    const struct parser_items *args, struct ast_span name)
{
	size_t want = method == AST_IS_EMPTY ? 0 : 1;
	struct ast_expr *node;

	if (args->n != want) {
		cedar_parser_error(parser, name,
		    "call to `%.*s` requires exactly %zu argument%s, but got "
		    "%zu argument%s", STR_ARG(ast_method_names[method]), want,
		    want == 1 ? "" : "s", args->n, args->n == 1 ? "" : "s");
		return NULL;
	}
	node = node_from(parser, AST_METHOD, left->outer.at);
	if (over(parser, node, left) == NULL)
		return NULL;
	node->method.method = method;
	node->method.left = left;
	node->method.arg = want == 1 ? args->items[0] : NULL;
	return want == 1 ? over(parser, node, node->method.arg) : node;
}

static struct ast_expr *
extension_method(struct parser *parser, struct ast_expr *left,
    enum ast_function function, const struct parser_items *args)
{
	struct parser_items all = { 0 };
	struct ast_expr *node =
	    node_from(parser, AST_CALL, left->outer.at);

	if (node == NULL || !cedar_parser_push(parser, &all, left))
		return NULL;
	for (size_t i = 0; i < args->n; i++) {
		if (!cedar_parser_push(parser, &all, args->items[i]))
			return NULL;
	}
	if (!to_list(parser, &node->call.args, &all))
		return NULL;
	node->call.function = function;
	node->call.is_method = true;
	return over_list(parser, node, &node->call.args);
}

/* '.' METHOD '(' args ')'; the next token is the parenthesis. */
static struct ast_expr *
method_call(struct parser *parser, struct ast_expr *left, struct ast_span span)
{
	struct str name = cedar_parser_text(parser, span);
	struct parser_items args = { 0 };
	enum ast_function function = AST_FN_DECIMAL;
	enum ast_method method = AST_CONTAINS;
	bool is_own = ast_find_method(name, &method);

	if (!is_own && !ast_find_function(name, &function)) {
		cedar_parser_error(parser, span,
		    "`%.*s` is not a valid method", STR_ARG(name));
		return NULL;
	}
	if (!is_own && !ast_functions[function].is_method) {
		cedar_parser_error(parser, span,
		    "`%.*s` is a function, not a method", STR_ARG(name));
		diag_help(parser->diags,
		    "use a function-style call `%.*s(..)`", STR_ARG(name));
		return NULL;
	}
	cedar_parser_advance(parser);
	if (!expressions(parser, &args, TOKEN_CLOSE_PAREN, "`,` or `)`"))
		return NULL;
	if (is_own)
		return own_method(parser, left, method, &args, span);
	return extension_method(parser, left, function, &args);
}

static struct ast_expr *
get_node(struct parser *parser, struct ast_expr *left, struct str name,
    struct ast_span span, bool is_index)
{
	struct ast_expr *node = node_from(parser, AST_GET, left->outer.at);

	if (over(parser, node, left) == NULL)
		return NULL;
	node->get.left = left;
	node->get.name = name;
	node->get.name_span = span;
	node->get.is_index = is_index;
	return node;
}

/* '.' IDENT | '.' METHOD '(' args ')' */
static struct ast_expr *
dot_access(struct parser *parser, struct ast_expr *left)
{
	struct ast_span span;
	struct str name;

	cedar_parser_advance(parser);
	span = parser->token.span;
	name = cedar_parser_text(parser, span);
	if (!cedar_lexer_is_word(parser->token.kind)) {
		cedar_parser_unexpected(parser, "an attribute or method name");
		return NULL;
	}
	cedar_parser_advance(parser);
	if (parser->token.kind == TOKEN_OPEN_PAREN)
		return method_call(parser, left, span);
	if (ast_is_reserved(name)) {
		cedar_parser_error(parser, span,
		    "this identifier is reserved and cannot be used: %.*s",
		    STR_ARG(name));
		diag_help(parser->diags, "write `[\"%.*s\"]`", STR_ARG(name));
		return NULL;
	}
	return get_node(parser, left, name, span, false);
}

/* '[' STR ']' */
static struct ast_expr *
index_access(struct parser *parser, struct ast_expr *left)
{
	struct ast_span span;
	struct str name;

	cedar_parser_advance(parser);
	span = parser->token.span;
	if (!cedar_parser_expect(parser, TOKEN_STRING,
	    "an attribute name in quotes") ||
	    !cedar_parser_string(parser, &name, span) ||
	    !cedar_parser_expect(parser, TOKEN_CLOSE_BRACKET, "`]`"))
		return NULL;
	return get_node(parser, left, name, span, true);
}

static struct ast_expr *
accesses(struct parser *parser, struct ast_expr *node)
{
	while (node != NULL) {
		if (parser->token.kind == TOKEN_DOT)
			node = dot_access(parser, node);
		else if (parser->token.kind == TOKEN_OPEN_BRACKET)
			node = index_access(parser, node);
		else
			break;
	}
	return node;
}

/* Under a minus: an integer alone joins it (so that i64's least is written). */
static struct ast_expr *
negated_number(struct parser *parser, size_t *n_minus, uint32_t last_minus)
{
	struct ast_span span = parser->token.span;
	struct ast_expr *node;
	uint64_t value;

	if (!number_value(parser, &value, span))
		return NULL;
	cedar_parser_advance(parser);
	if (parser->token.kind == TOKEN_DOT ||
	    parser->token.kind == TOKEN_OPEN_BRACKET ||
	    value > (uint64_t)INT64_MAX + 1)
		return accesses(parser, number(parser, value, span));
	node = node_from(parser, AST_LONG, last_minus);
	if (node != NULL)
		node->number = (int64_t)(0 - value);
	(*n_minus)--;
	return node;
}

/* unary := up to 4 '!' or up to 4 '-', then member */
static struct ast_expr *
unary(struct parser *parser)
{
	enum token_kind op = parser->token.kind;
	uint32_t starts[MAX_UNARY];
	struct ast_expr *node;
	size_t n = 0;

	if (op != TOKEN_NOT && op != TOKEN_MINUS)
		return accesses(parser, primary(parser));
	while (parser->token.kind == op) {
		if (n == MAX_UNARY) {
			cedar_parser_error(parser, parser->token.span,
			    "too many occurrences of `%s`",
			    op == TOKEN_NOT ? "!" : "-");
			diag_help(parser->diags,
			    "at most %d in a row; use parentheses", MAX_UNARY);
			return NULL;
		}
		starts[n++] = parser->token.span.at;
		cedar_parser_advance(parser);
	}
	if (op == TOKEN_MINUS && parser->token.kind == TOKEN_NUMBER)
		node = negated_number(parser, &n, starts[n - 1]);
	else
		node = accesses(parser, primary(parser));
	while (node != NULL && n > 0) {
		struct ast_expr *inner = node;

		node = node_from(parser,
		    op == TOKEN_NOT ? AST_NOT : AST_NEGATE, starts[--n]);
		node = over(parser, node, inner);
		if (node != NULL)
			node->operand = inner;
	}
	return node;
}

typedef struct ast_expr *(*operand_fn)(struct parser *parser);

/* operand (op operand)*, as one node when there is more than one operand. */
static struct ast_expr *
chain(struct parser *parser, enum ast_kind kind, enum token_kind op,
    operand_fn operand)
{
	struct ast_expr *first = operand(parser);
	struct parser_items items = { 0 };

	if (first == NULL || parser->token.kind != op)
		return first;
	if (!cedar_parser_push(parser, &items, first))
		return NULL;
	while (cedar_parser_accept(parser, op)) {
		struct ast_expr *next = operand(parser);

		if (next == NULL || !cedar_parser_push(parser, &items, next))
			return NULL;
	}
	return list_node(parser, kind, &items,
	    cedar_parser_span(first->outer.at, parser->end));
}

/* mult := unary ('*' unary)* */
static struct ast_expr *
product(struct parser *parser)
{
	struct ast_expr *node = chain(parser, AST_PRODUCT, TOKEN_STAR, unary);

	if (node != NULL && (parser->token.kind == TOKEN_SLASH ||
	    parser->token.kind == TOKEN_PERCENT)) {
		cedar_parser_error(parser, parser->token.span,
		    parser->token.kind == TOKEN_SLASH
		    ? "division is not supported"
		    : "remainder/modulo is not supported");
		return NULL;
	}
	return node;
}

/* add := mult (('+'|'-') mult)* */
static struct ast_expr *
sum(struct parser *parser)
{
	struct ast_expr *first = product(parser);
	struct parser_items items = { 0 };
	struct ast_expr *node;
	bool *minus = NULL;
	size_t size = 0;

	if (first == NULL || (parser->token.kind != TOKEN_PLUS &&
	    parser->token.kind != TOKEN_MINUS))
		return first;
	if (!cedar_parser_push(parser, &items, first))
		return NULL;
	while (parser->token.kind == TOKEN_PLUS ||
	    parser->token.kind == TOKEN_MINUS) {
		bool is_minus = parser->token.kind == TOKEN_MINUS;

		if (items.n >= size) {
			bool *old = minus;

			minus = cedar_parser_alloc(parser, items.size * 2, 1);
			if (minus == NULL)
				return NULL;
			if (old != NULL)
				memcpy(minus, old, size);
			size = items.size * 2;
		}
		minus[items.n] = is_minus;
		cedar_parser_advance(parser);
		node = product(parser);
		if (node == NULL || !cedar_parser_push(parser, &items, node))
			return NULL;
	}
	node = new_node(parser, AST_SUM,
	    cedar_parser_span(first->outer.at, parser->end));
	if (node == NULL || !to_list(parser, &node->sum.list, &items))
		return NULL;
	node->sum.minus = minus;
	return over_list(parser, node, &node->sum.list);
}

/* add 'has' ( IDENT ('.' IDENT)* | STR ); `has` has been taken. */
static struct ast_expr *
has(struct parser *parser, struct ast_expr *left)
{
	struct parser_items items = { 0 };
	bool is_quoted = parser->token.kind == TOKEN_STRING;
	struct ast_expr *node;
	struct str *path;

	do {
		struct ast_span span = parser->token.span;
		struct str *name = cedar_parser_alloc(parser, 1, sizeof(*name));

		if (name == NULL || !cedar_parser_push(parser, &items, name))
			return NULL;
		*name = cedar_parser_text(parser, span);
		if (!cedar_lexer_is_word(parser->token.kind) && !is_quoted) {
			cedar_parser_unexpected(parser, "an attribute name");
			return NULL;
		}
		cedar_parser_advance(parser);
		if (is_quoted) {
			if (!cedar_parser_string(parser, name, span))
				return NULL;
		} else if (ast_is_reserved(*name)) {
			cedar_parser_error(parser, span, "this identifier is "
			    "reserved and cannot be used: %.*s",
			    STR_ARG(*name));
			return NULL;
		}
	} while (!is_quoted && cedar_parser_accept(parser, TOKEN_DOT));
	node = node_from(parser, AST_HAS, left->outer.at);
	path = cedar_parser_alloc(parser, items.n, sizeof(*path));
	if (path == NULL || over(parser, node, left) == NULL)
		return NULL;
	for (size_t i = 0; i < items.n; i++)
		path[i] = *(struct str *)items.items[i];
	node->has.left = left;
	node->has.path = path;
	node->has.n = items.n;
	node->has.is_quoted = is_quoted;
	return node;
}

/* add 'like' STR; `like` has been taken. */
static struct ast_expr *
like(struct parser *parser, struct ast_expr *left)
{
	struct ast_span span = parser->token.span;
	struct str raw = cedar_parser_text(parser, span);
	struct ast_expr *node;
	struct str bad;
	int r;

	if (!cedar_parser_expect(parser, TOKEN_STRING,
	    "a pattern such as \"a*\""))
		return NULL;
	node = node_from(parser, AST_LIKE, left->outer.at);
	if (over(parser, node, left) == NULL)
		return NULL;
	node->like.left = left;
	node->like.pattern = span;
	r = cedar_unescape_pattern(&node->like.parts, &node->like.n, &bad,
	    parser->arena, str_part(raw, 1, raw.len - 1));
	if (r < 0) {
		parser->fault = TRACE(r);
		return NULL;
	}
	if (r == UNESCAPE_E_INVALID) {
		cedar_parser_error(parser,
		    (struct ast_span){ (uint32_t)(bad.p - parser->source.p),
			(uint32_t)bad.len },
		    "the input `%.*s` is not a valid escape", STR_ARG(bad));
		return NULL;
	}
	return node;
}

/* add 'is' PATH ['in' add]; `is` has been taken. */
static struct ast_expr *
is(struct parser *parser, struct ast_expr *left)
{
	struct ast_expr *in = NULL;
	struct ast_expr *node;
	struct ast_name type;
	bool is_uid;

	if (!cedar_lexer_is_word(parser->token.kind)) {
		cedar_parser_error(parser, parser->token.span,
		    "right hand side of an `is` expression must be an entity "
		    "type name, but got `%.*s`",
		    STR_ARG(cedar_parser_text(parser, parser->token.span)));
		return NULL;
	}
	if (!cedar_parser_path(parser, &type, &is_uid))
		return NULL;
	if (is_uid) {
		cedar_parser_error(parser, type.span,
		    "right hand side of an `is` expression must be an entity "
		    "type name, but got an entity");
		diag_help(parser->diags, "use `==` to compare with an entity");
		return NULL;
	}
	if (cedar_parser_accept(parser, TOKEN_IN)) {
		in = sum(parser);
		if (in == NULL)
			return NULL;
	}
	node = node_from(parser, AST_IS, left->outer.at);
	if (over(parser, node, left) == NULL)
		return NULL;
	node->is.left = left;
	node->is.type = type;
	node->is.in = in;
	return in != NULL ? over(parser, node, in) : node;
}

static bool
relation_of(enum token_kind kind, enum ast_relation *op)
{
	static const struct {
		enum token_kind kind;
		enum ast_relation op;
	} table[] = {
		{ TOKEN_EQUAL, AST_EQUAL },
		{ TOKEN_NOT_EQUAL, AST_NOT_EQUAL },
		{ TOKEN_LESS, AST_LESS },
		{ TOKEN_LESS_EQUAL, AST_LESS_EQUAL },
		{ TOKEN_GREATER, AST_GREATER },
		{ TOKEN_GREATER_EQUAL, AST_GREATER_EQUAL },
		{ TOKEN_IN, AST_IN },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].kind == kind) {
			*op = table[i].op;
			return true;
		}
	}
	return false;
}

static struct ast_expr *
comparison(struct parser *parser, struct ast_expr *left, enum ast_relation op)
{
	struct ast_expr *right = sum(parser);
	struct ast_expr *node;

	if (right == NULL)
		return NULL;
	node = node_from(parser, AST_RELATION, left->outer.at);
	if (over(parser, node, left) == NULL ||
	    over(parser, node, right) == NULL)
		return NULL;
	node->relation.op = op;
	node->relation.left = left;
	node->relation.right = right;
	return node;
}

/* rel := add [ RELOP add ] | add has .. | add like .. | add is .. */
static struct ast_expr *
relation(struct parser *parser)
{
	struct ast_expr *node = sum(parser);
	enum ast_relation op;

	if (node == NULL)
		return NULL;
	if (parser->token.kind == TOKEN_ASSIGN) {
		cedar_parser_error(parser, parser->token.span,
		    "'=' is not a valid operator in Cedar");
		diag_help(parser->diags, "use '==' instead");
		return NULL;
	}
	if (cedar_parser_accept(parser, TOKEN_HAS))
		return has(parser, node);
	if (cedar_parser_accept(parser, TOKEN_LIKE))
		return like(parser, node);
	if (cedar_parser_accept(parser, TOKEN_IS))
		return is(parser, node);
	if (!relation_of(parser->token.kind, &op))
		return node;
	cedar_parser_advance(parser);
	node = comparison(parser, node, op);
	if (node != NULL && relation_of(parser->token.kind, &op)) {
		cedar_parser_error(parser, parser->token.span,
		    "multiple relational operators (>, ==, in, etc.) must be "
		    "used with parentheses to make ordering explicit");
		return NULL;
	}
	return node;
}

/* and := rel ('&&' rel)* */
static struct ast_expr *
conjunction(struct parser *parser)
{
	return chain(parser, AST_AND, TOKEN_AND, relation);
}

/* 'if' expr 'then' expr 'else' expr */
static struct ast_expr *
branch(struct parser *parser)
{
	uint32_t start = parser->token.span.at;
	struct ast_expr *parts[3] = { 0 };
	static const enum token_kind words[] = { TOKEN_IF, TOKEN_THEN,
		TOKEN_ELSE };
	static const char *const names[] = { "`if`", "`then`", "`else`" };
	struct ast_expr *node;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (!cedar_parser_expect(parser, words[i], names[i]))
			return NULL;
		parts[i] = cedar_parser_expr(parser);
		if (parts[i] == NULL)
			return NULL;
	}
	node = node_from(parser, AST_IF, start);
	for (size_t i = 0; i < ARRAY_LEN(parts) && node != NULL; i++)
		node = over(parser, node, parts[i]);
	if (node == NULL)
		return NULL;
	node->branch.condition = parts[0];
	node->branch.yes = parts[1];
	node->branch.no = parts[2];
	return node;
}

/* expr := and ('||' and)* | 'if' .. */
struct ast_expr *
cedar_parser_expr(struct parser *parser)
{
	struct ast_expr *node;

	if (!cedar_parser_enter(parser))
		return NULL;
	if (parser->token.kind == TOKEN_IF)
		node = branch(parser);
	else
		node = chain(parser, AST_OR, TOKEN_OR, conjunction);
	cedar_parser_leave(parser);
	return node;
}
