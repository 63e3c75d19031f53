/* Values as Cedar text, read and written; see literal.h. */
#include "cedar/literal.h"

#include <errno.h>
#include <inttypes.h>

#include "cedar/entities_json.h"
#include "cedar/escape.h"
#include "cedar/ext_datetime.h"
#include "cedar/ext_decimal.h"
#include "cedar/ext_ip.h"
#include "cedar/layout.h"
#include "cedar/mend.h"
#include "cedar/parser.h"
#include "limits.h"
#include "util/fault.h"
#include "util/utf8.h"

#define INDENT 2

/* ------------------------------------------------------------------ */
/* Reading.							      */

struct reading {
	struct arena *arena;
	struct diag_list *diags;
	int r; /* 0, or why reading stopped */
};

static bool tree_of(struct reading *reading, struct jsontree *tree,
    const struct ast_expr *expr);

static void *
alloc(struct reading *reading, size_t n, size_t size)
{
	void *p = arena_array(reading->arena, n, size);

	if (p != NULL)
		return p;
	reading->r = reading->arena->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	if (reading->r > 0)
		diag_error_at(reading->diags, STR("value"),
		    "more than %zu bytes are needed", reading->arena->limit);
	return NULL;
}

static struct jsontree_member
string_member(struct str name, struct str text, struct ast_span span)
{
	return (struct jsontree_member){ .name = name,
		.name_span = span,
		.value = { .kind = JSONTREE_STRING, .span = span,
		    .text = text } };
}

/* An object of n members, which the caller fills in. */
static struct jsontree_member *
object(struct reading *reading, struct jsontree *tree, struct ast_span span,
    size_t n)
{
	struct jsontree_member *items = alloc(reading, n, sizeof(*items));

	*tree = (struct jsontree){ .kind = JSONTREE_OBJECT, .span = span };
	tree->object.items = items;
	tree->object.n = n;
	return items;
}

/* {name: {..}}: the escapes that say what an object stands for. */
static struct jsontree_member *
escape(struct reading *reading, struct jsontree *tree, struct ast_span span,
    struct str name, size_t n)
{
	struct jsontree_member *outer = object(reading, tree, span, 1);

	if (outer == NULL)
		return NULL;
	outer->name = name;
	outer->name_span = span;
	return object(reading, &outer->value, span, n);
}

static bool
uid_tree(struct reading *reading, struct jsontree *tree,
    const struct ast_expr *expr)
{
	struct jsontree_member *inner =
	    escape(reading, tree, expr->span, STR("__entity"), 2);

	if (inner == NULL)
		return false;
	inner[0] = string_member(STR("type"), expr->uid.type.text, expr->span);
	inner[1] = string_member(STR("id"), expr->uid.id, expr->span);
	return true;
}

static bool
list_tree(struct reading *reading, struct jsontree *tree,
    const struct ast_expr *expr, const struct ast_list *list)
{
	struct jsontree *items = alloc(reading, list->n, sizeof(*items));

	if (items == NULL)
		return false;
	for (size_t i = 0; i < list->n; i++) {
		if (!tree_of(reading, &items[i], list->items[i]))
			return false;
	}
	*tree = (struct jsontree){ .kind = JSONTREE_ARRAY, .span = expr->span };
	tree->array.items = items;
	tree->array.n = list->n;
	return true;
}

static bool
call_tree(struct reading *reading, struct jsontree *tree,
    const struct ast_expr *expr)
{
	struct jsontree_member *inner =
	    escape(reading, tree, expr->span, STR("__extn"), 2);

	if (inner == NULL)
		return false;
	inner[0] = string_member(STR("fn"),
	    ast_functions[expr->call.function].name, expr->span);
	inner[1].name = STR("args");
	inner[1].name_span = expr->span;
	return list_tree(reading, &inner[1].value, expr, &expr->call.args);
}

static bool
record_tree(struct reading *reading, struct jsontree *tree,
    const struct ast_expr *expr)
{
	struct jsontree_member *items =
	    object(reading, tree, expr->span, expr->record.n);

	for (size_t i = 0; items != NULL && i < expr->record.n; i++) {
		const struct ast_record_item *item = &expr->record.items[i];

		items[i].name = item->name;
		items[i].name_span = item->name_span;
		if (!tree_of(reading, &items[i].value, item->value))
			return false;
	}
	return items != NULL;
}

static bool
refuse(struct reading *reading, const struct ast_expr *expr)
{
	diag_error(reading->diags, expr->outer.at, expr->outer.len,
	    "a value is expected here, not an expression to be evaluated");
	diag_help(reading->diags,
	    "a value is a literal, an entity as User::\"ann\", a set [..], a "
	    "record {..} or an extension value as ip(\"10.0.0.1\")");
	reading->r = CEDAR_E_INPUT;
	return false;
}

/* Recursion: the height of the tree is bounded by LIMIT_CEDAR_DEPTH. */
static bool
tree_of(struct reading *reading, struct jsontree *tree,
    const struct ast_expr *expr)
{
	*tree = (struct jsontree){ .span = expr->span };
	switch ((int)expr->kind) {
	case AST_BOOL:
		tree->kind = JSONTREE_BOOL;
		tree->boolean = expr->boolean;
		return true;
	case AST_LONG:
		tree->kind = JSONTREE_INTEGER;
		tree->number = expr->number;
		return true;
	case AST_STRING:
		tree->kind = JSONTREE_STRING;
		tree->text = expr->text;
		return true;
	case AST_UID:
		return uid_tree(reading, tree, expr);
	case AST_SET:
		return list_tree(reading, tree, expr, &expr->list);
	case AST_RECORD:
		return record_tree(reading, tree, expr);
	case AST_CALL:
		return call_tree(reading, tree, expr);
	default:
		return refuse(reading, expr);
	}
}

int
cedar_literal_tree(struct jsontree *tree, struct arena *arena, struct str text,
    struct diag_list *diags)
{
	struct reading reading = { arena, diags, 0 };
	struct ast_expr *expr;
	int r = cedar_parser_parse_expr(&expr, arena, text, diags);

	if (r == 0 && !tree_of(&reading, tree, expr))
		r = reading.r;
	return r < 0 ? TRACE(r) : r;
}

int
cedar_literal_parse(struct cedar_value *value, struct arena *arena,
    struct str text, struct diag_list *diags)
{
	struct entities_json reader = { arena, diags, STR("value") };
	struct jsontree tree;
	int r = cedar_literal_tree(&tree, arena, text, diags);

	if (r == 0)
		r = cedar_entities_json_value(value, &reader, &tree);
	return r < 0 ? TRACE(r) : cedar_mend(r, diags);
}

int
cedar_literal_parse_uid(struct cedar_uid *uid, struct arena *arena,
    struct str text, struct diag_list *diags)
{
	struct ast_uid parsed;
	int r = cedar_parser_parse_uid(&parsed, arena, text, diags);

	if (r == 0)
		*uid = (struct cedar_uid){ parsed.type.text, parsed.id };
	return r < 0 ? TRACE(r) : r;
}

/* ------------------------------------------------------------------ */
/* Writing.							      */

bool
cedar_literal_call(struct str *function, char text[static LITERAL_CALL_TEXT],
    const struct cedar_value *value)
{
	text[0] = '\0';
	switch ((int)value->kind) {
	case CEDAR_DECIMAL:
		*function = STR("decimal");
		cedar_ext_decimal_format(text, value->number);
		return true;
	case CEDAR_IP:
		*function = STR("ip");
		cedar_ext_ip_format(text, &value->ip);
		/* All of an address is what is meant without a prefix. */
		if (value->ip.prefix == (value->ip.is_v6 ? 128 : 32))
			*strchr(text, '/') = '\0';
		return true;
	case CEDAR_DURATION:
		*function = STR("duration");
		cedar_ext_datetime_format_duration(text, value->number);
		return true;
	default:
		*function = STR("datetime");
		if (cedar_ext_datetime_format(text, value->number))
			return true;
		cedar_ext_datetime_format_duration(text, value->number);
		return false;
	}
}

struct printing {
	struct layout layout;
	struct arena *arena;
};

static void print(struct printing *printing, const struct cedar_value *value);

static void
print_static(struct printing *printing, const char *text)
{
	cedar_layout_text(&printing->layout, str_of(text));
}

/* What buf holds, which goes after. */
static void
print_buf(struct printing *printing, struct buf *buf)
{
	struct str text = arena_str(printing->arena, buf_str(buf));

	if (buf_finish(buf) != 0 || text.p == NULL)
		printing->layout.is_full = true;
	else
		cedar_layout_text(&printing->layout, text);
	buf_fini(buf);
}

static void
add_quoted(struct buf *buf, struct str text)
{
	if (utf8_is_valid(text))
		cedar_escape_add(buf, text);
	else
		buf_add_text(buf, "\"\\u{fffd}\"");
}

static void
print_text(struct printing *printing, struct str before, struct str text)
{
	struct buf buf;

	buf_init(&buf, LIMIT_CEDAR_STRING);
	buf_add_str(&buf, before);
	add_quoted(&buf, text);
	print_buf(printing, &buf);
}

static void
print_number(struct printing *printing, int64_t number)
{
	struct buf buf;

	buf_init(&buf, 32);
	buf_add_i64(&buf, number);
	print_buf(printing, &buf);
}

static void
print_call(struct printing *printing, const struct cedar_value *value)
{
	char text[LITERAL_CALL_TEXT];
	struct str function;
	struct buf buf;

	buf_init(&buf, 4 * LITERAL_CALL_TEXT);
	if (cedar_literal_call(&function, text, value))
		buf_add_format(&buf, "%.*s(\"%s\")", STR_ARG(function), text);
	else
		buf_add_format(&buf, "datetime(\"1970-01-01\")"
		    ".offset(duration(\"%s\"))", text);
	print_buf(printing, &buf);
}

static void
print_uid(struct printing *printing, const struct cedar_uid *uid)
{
	struct buf buf;

	buf_init(&buf, LIMIT_CEDAR_STRING);
	buf_add_str(&buf, uid->type);
	buf_add_text(&buf, "::");
	add_quoted(&buf, uid->id);
	print_buf(printing, &buf);
}

static void
print_set(struct printing *printing, const struct cedar_value *value)
{
	print_static(printing, "[");
	cedar_layout_open_nest(&printing->layout, INDENT);
	for (size_t i = 0; i < value->set.n; i++) {
		if (i > 0)
			print_static(printing, ",");
		if (i > 0)
			cedar_layout_line(&printing->layout);
		else
			cedar_layout_break(&printing->layout);
		print(printing, &value->set.items[i]);
	}
	cedar_layout_close_nest(&printing->layout, INDENT);
	if (value->set.n > 0)
		cedar_layout_break(&printing->layout);
	print_static(printing, "]");
}

/* A name that needs no quotes. */
static bool
is_identifier(struct str name)
{
	return ast_is_path(name) && str_find(name, ':', 0) == name.len;
}

static void
print_record(struct printing *printing, const struct cedar_value *value)
{
	print_static(printing, "{");
	cedar_layout_open_nest(&printing->layout, INDENT);
	for (size_t i = 0; i < value->record.n; i++) {
		const struct cedar_field *field = &value->record.items[i];

		if (i > 0)
			print_static(printing, ",");
		cedar_layout_line(&printing->layout);
		if (is_identifier(field->name))
			cedar_layout_text(&printing->layout, field->name);
		else
			print_text(printing, STR(""), field->name);
		print_static(printing, ":");
		cedar_layout_space(&printing->layout);
		print(printing, &field->value);
	}
	cedar_layout_close_nest(&printing->layout, INDENT);
	if (value->record.n > 0)
		cedar_layout_line(&printing->layout);
	print_static(printing, "}");
}

/* Recursion: as deep as the value, which its reader bounded. */
static void
print(struct printing *printing, const struct cedar_value *value)
{
	cedar_layout_open_group(&printing->layout);
	switch (value->kind) {
	case CEDAR_BOOL:
		print_static(printing, value->boolean ? "true" : "false");
		break;
	case CEDAR_LONG:
		print_number(printing, value->number);
		break;
	case CEDAR_STRING:
		print_text(printing, STR(""), value->text);
		break;
	case CEDAR_ENTITY:
		print_uid(printing, &value->uid);
		break;
	case CEDAR_SET:
		print_set(printing, value);
		break;
	case CEDAR_RECORD:
		print_record(printing, value);
		break;
	case CEDAR_DECIMAL:
	case CEDAR_DATETIME:
	case CEDAR_DURATION:
	case CEDAR_IP:
		print_call(printing, value);
		break;
	}
	cedar_layout_close_group(&printing->layout);
}

int
cedar_literal_print(struct buf *buf, const struct cedar_value *value,
    unsigned width)
{
	CLEANUP(arena_fini) struct arena arena;
	struct printing printing = { .arena = &arena };
	int r;

	arena_init(&arena, LIMIT_CEDAR_ARENA);
	cedar_layout_init(&printing.layout, &arena);
	print(&printing, value);
	if (printing.layout.is_full)
		return arena.is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	cedar_layout_render(&printing.layout, buf,
	    width > 0 ? width : SIZE_MAX / 2);
	r = buf_finish(buf);
	return r < 0 ? TRACE(r) : r > 0 ? CEDAR_E_LIMIT : 0;
}
