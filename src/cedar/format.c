/*
 * The formatter; see format.h. Each function lays out one piece of the grammar:
 * the tree says what it is, the lexer gives the words.
 */
#include "cedar/format.h"

#include <errno.h>

#include "cedar/layout.h"
#include "cedar/lexer.h"
#include "cedar/parser.h"
#include "cedar/unicode.h"
#include "limits.h"
#include "util/fault.h"
#include "util/utf8.h"

/* What follows a token that has no comment behind it. */
enum after {
	AFTER_NOTHING,
	AFTER_SPACE,
	AFTER_LINE,
	AFTER_NEWLINE,
};

struct formatter {
	struct lexer lexer;
	struct layout layout;
	struct str source;
	struct token token; /* the next one */
	size_t above;	    /* comments from here to the token stand above it */
	unsigned indent;
};

static void expression(struct formatter *f, const struct ast_expr *e,
    unsigned n_parens);

/* The text without white space at its ends. */
static struct str
trim(struct str text)
{
	size_t end = 0;

	for (size_t at = 0; at < text.len;) {
		if (!cedar_unicode_is_space((uint32_t)utf8_next(text, &at)))
			end = at;
	}
	return str_part(text, 0, end);
}

/*
 * The next comment in [*from, to), where only comments, white space and commas
 * stand. is_same_line: it must begin before the line ends.
 */
static bool
next_comment(const struct formatter *f, size_t *from, size_t to,
    bool is_same_line, struct str *comment)
{
	const char *p = f->source.p;

	for (size_t at = *from; at < to; at++) {
		size_t end = at;

		if (p[at] == '\n' && is_same_line)
			return false;
		if (p[at] != '/')
			continue;
		while (end < to && p[end] != '\n' && p[end] != '\r')
			end++;
		*comment = trim(str_part(f->source, at, end));
		*from = end;
		return true;
	}
	return false;
}

/* The comments above the next token, each on its line. */
static void
put_above(struct formatter *f)
{
	size_t to = f->token.span.at;
	struct str comment;
	bool is_any = false;

	while (next_comment(f, &f->above, to, false, &comment)) {
		cedar_layout_newline(&f->layout);
		cedar_layout_text(&f->layout, comment);
		is_any = true;
	}
	if (is_any)
		cedar_layout_newline(&f->layout);
	f->above = to;
}

/* Numbers lose zeros in front; everything else stays as it is spelt. */
static struct str
spelling(const struct formatter *f)
{
	struct ast_span span = f->token.span;
	struct str text =
	    str_part(f->source, span.at, (size_t)span.at + span.len);

	while (f->token.kind == TOKEN_NUMBER && text.len > 1 &&
	    text.p[0] == '0')
		text = str_part(text, 1, text.len);
	return text;
}

static void
put_after(struct formatter *f, enum after after)
{
	switch (after) {
	case AFTER_NOTHING:
		return;
	case AFTER_SPACE:
		cedar_layout_space(&f->layout);
		return;
	case AFTER_LINE:
		cedar_layout_line(&f->layout);
		return;
	case AFTER_NEWLINE:
		cedar_layout_newline(&f->layout);
		return;
	}
}

/* Go to the next token. Returns: whether a comment stood behind this one. */
static bool
advance(struct formatter *f, struct str *comment)
{
	size_t end = (size_t)f->token.span.at + f->token.span.len;

	f->token = cedar_lexer_next(&f->lexer);
	f->above = end;
	return next_comment(f, &f->above, f->token.span.at, true, comment);
}

/* Pass the token, which is written. A comment behind it ends the line. */
static void
pass(struct formatter *f, enum after after)
{
	struct str comment;

	if (advance(f, &comment)) {
		cedar_layout_space(&f->layout);
		cedar_layout_text(&f->layout, comment);
		cedar_layout_newline(&f->layout);
	} else {
		put_after(f, after);
	}
}

/* The next token with its comments. */
static void
token(struct formatter *f, enum after after)
{
	put_above(f);
	cedar_layout_text(&f->layout, spelling(f));
	pass(f, after);
}

static void
word(struct formatter *f)
{
	token(f, AFTER_NOTHING);
}

/* A comma before a closing mark goes; its comments go to that mark. */
static void
drop_comma(struct formatter *f)
{
	size_t above = f->above;
	struct str comment;

	if (f->token.kind != TOKEN_COMMA)
		return;
	(void)advance(f, &comment);
	f->above = above;
}

/* A path, or with a string behind the last `::` an entity. */
static void
path(struct formatter *f)
{
	word(f);
	while (f->token.kind == TOKEN_COLONS) {
		word(f);
		word(f);
	}
}

static void
open_group(struct formatter *f)
{
	cedar_layout_open_group(&f->layout);
}

static void
close_group(struct formatter *f)
{
	cedar_layout_close_group(&f->layout);
}

static void
open_nest(struct formatter *f)
{
	cedar_layout_open_nest(&f->layout, f->indent);
}

static void
close_nest(struct formatter *f)
{
	cedar_layout_close_nest(&f->layout, f->indent);
}

static void
line(struct formatter *f)
{
	cedar_layout_line(&f->layout);
}

static void
space(struct formatter *f)
{
	cedar_layout_space(&f->layout);
}

/* item, line item, line item */
static void
items(struct formatter *f, struct ast_expr *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0) {
			word(f);
			line(f);
		}
		expression(f, list[i], list[i]->n_parens);
	}
	drop_comma(f);
}

static void
set(struct formatter *f, const struct ast_expr *e)
{
	word(f);
	cedar_layout_open_nest(&f->layout, 1);
	items(f, e->list.items, e->list.n);
	cedar_layout_close_nest(&f->layout, 1);
	word(f);
}

static void
record_items(struct formatter *f, const struct ast_expr *e)
{
	for (size_t i = 0; i < e->record.n; i++) {
		struct ast_expr *value = e->record.items[i].value;

		if (i > 0) {
			word(f);
			line(f);
		}
		word(f);
		word(f);
		space(f);
		expression(f, value, value->n_parens);
	}
	drop_comma(f);
}

static void
record(struct formatter *f, const struct ast_expr *e)
{
	word(f);
	if (e->record.n > 0) {
		open_group(f);
		open_nest(f);
		line(f);
		record_items(f, e);
		close_nest(f);
		line(f);
		close_group(f);
	}
	word(f);
}

/* '(' .. ')'; the expression has n_parens - 1 more of them. */
static void
parenthesised(struct formatter *f, const struct ast_expr *e, unsigned n_parens)
{
	open_group(f);
	word(f);
	cedar_layout_open_nest(&f->layout, 1);
	expression(f, e, n_parens - 1);
	cedar_layout_close_nest(&f->layout, 1);
	word(f);
	close_group(f);
}

static void
primary(struct formatter *f, const struct ast_expr *e, unsigned n_parens)
{
	if (n_parens > 0)
		parenthesised(f, e, n_parens);
	else if (e->kind == AST_SET)
		set(f, e);
	else if (e->kind == AST_RECORD)
		record(f, e);
	else
		path(f);
}

/* '(' args ')', the first of which may be a receiver written before. */
static void
arguments(struct formatter *f, struct ast_expr *const *args, size_t n)
{
	word(f);
	if (n > 0) {
		open_nest(f);
		cedar_layout_break(&f->layout);
		items(f, args, n);
		close_nest(f);
		cedar_layout_break(&f->layout);
	}
	drop_comma(f);
	word(f);
}

/* What stands before the last access of the chain; NULL when there is none. */
static const struct ast_expr *
receiver_of(const struct ast_expr *e)
{
	if (e->kind == AST_GET)
		return e->get.left;
	if (e->kind == AST_METHOD)
		return e->method.left;
	return e->kind == AST_CALL && e->call.is_method ? e->call.args.items[0]
							: NULL;
}

/* .name | [name] | .name line (args) */
static void
access(struct formatter *f, const struct ast_expr *e)
{
	word(f);
	word(f);
	if (e->kind == AST_GET) {
		if (e->get.is_index)
			word(f);
		return;
	}
	cedar_layout_break(&f->layout);
	if (e->kind == AST_METHOD)
		arguments(f, &e->method.arg, e->method.arg != NULL ? 1 : 0);
	else
		arguments(f, e->call.args.items + 1, e->call.args.n - 1);
}

/*
 * The links of a.b.c, first to last. A function's arguments are its name's
 * first link.
 */
static void
accesses(struct formatter *f, const struct ast_expr *e, unsigned n_parens)
{
	const struct ast_expr *receiver = n_parens > 0 ? NULL : receiver_of(e);

	if (receiver != NULL) {
		accesses(f, receiver, receiver->n_parens);
		if (receiver->n_parens == 0 &&
		    (receiver->kind == AST_CALL ||
			receiver_of(receiver) != NULL))
			cedar_layout_break(&f->layout);
		access(f, e);
		return;
	}
	primary(f, e, n_parens);
	open_nest(f);
	if (n_parens == 0 && e->kind == AST_CALL)
		arguments(f, e->call.args.items, e->call.args.n);
}

static void
member(struct formatter *f, const struct ast_expr *e, unsigned n_parens)
{
	open_group(f);
	accesses(f, e, n_parens);
	close_nest(f);
	close_group(f);
}

/* Signs in a row, then a member. A negative literal has one of its own. */
static void
unary(struct formatter *f, const struct ast_expr *e, unsigned n_parens)
{
	while (n_parens == 0 &&
	    (f->token.kind == TOKEN_NOT || f->token.kind == TOKEN_MINUS)) {
		word(f);
		if (e->kind == AST_LONG)
			break;
		e = e->operand;
		n_parens = e->n_parens;
	}
	member(f, e, n_parens);
}

typedef void (*operand_fn)(struct formatter *f, const struct ast_expr *e,
    unsigned n_parens);

/* operand op line operand op line operand */
static void
chain(struct formatter *f, const struct ast_list *list, operand_fn operand)
{
	for (size_t i = 0; i < list->n; i++) {
		if (i > 0) {
			space(f);
			token(f, AFTER_LINE);
		}
		operand(f, list->items[i], list->items[i]->n_parens);
	}
}

static void
product(struct formatter *f, const struct ast_expr *e, unsigned n_parens)
{
	open_group(f);
	if (n_parens == 0 && e->kind == AST_PRODUCT)
		chain(f, &e->list, unary);
	else
		unary(f, e, n_parens);
	close_group(f);
}

static void
sum(struct formatter *f, const struct ast_expr *e, unsigned n_parens)
{
	open_group(f);
	if (n_parens == 0 && e->kind == AST_SUM)
		chain(f, &e->sum.list, product);
	else
		product(f, e, n_parens);
	close_group(f);
}

static void
operand(struct formatter *f, const struct ast_expr *e)
{
	sum(f, e, e->n_parens);
}

/* a, or a line .b line .c; or a string */
static void
attributes(struct formatter *f, const struct ast_expr *e)
{
	open_group(f);
	word(f);
	open_nest(f);
	for (size_t i = 1; i < e->has.n; i++) {
		if (i > 1)
			cedar_layout_break(&f->layout);
		word(f);
		word(f);
	}
	close_nest(f);
	close_group(f);
}

static void
has_or_like(struct formatter *f, const struct ast_expr *e)
{
	open_group(f);
	operand(f, e->kind == AST_HAS ? e->has.left : e->like.left);
	line(f);
	word(f);
	line(f);
	open_nest(f);
	if (e->kind == AST_HAS)
		attributes(f, e);
	else
		word(f);
	close_nest(f);
	close_group(f);
}

static void
is(struct formatter *f, const struct ast_expr *e)
{
	open_group(f);
	operand(f, e->is.left);
	space(f);
	word(f);
	space(f);
	open_nest(f);
	path(f);
	close_nest(f);
	if (e->is.in != NULL) {
		line(f);
		word(f);
		space(f);
		open_nest(f);
		operand(f, e->is.in);
		close_nest(f);
	}
	close_group(f);
}

static void
relation(struct formatter *f, const struct ast_expr *e, unsigned n_parens)
{
	if (n_parens > 0) {
		sum(f, e, n_parens);
	} else if (e->kind == AST_RELATION) {
		operand(f, e->relation.left);
		space(f);
		word(f);
		space(f);
		operand(f, e->relation.right);
	} else if (e->kind == AST_HAS || e->kind == AST_LIKE) {
		has_or_like(f, e);
	} else if (e->kind == AST_IS) {
		is(f, e);
	} else {
		sum(f, e, n_parens);
	}
}

static void
conjunction(struct formatter *f, const struct ast_expr *e, unsigned n_parens)
{
	if (n_parens == 0 && e->kind == AST_AND)
		chain(f, &e->list, relation);
	else
		relation(f, e, n_parens);
}

/* if, then or else, and what follows it */
static void
branch_part(struct formatter *f, const struct ast_expr *e)
{
	word(f);
	open_nest(f);
	line(f);
	expression(f, e, e->n_parens);
	close_nest(f);
}

static void
branch(struct formatter *f, const struct ast_expr *e)
{
	open_group(f);
	branch_part(f, e->branch.condition);
	line(f);
	branch_part(f, e->branch.yes);
	line(f);
	branch_part(f, e->branch.no);
	close_group(f);
}

static void
expression(struct formatter *f, const struct ast_expr *e, unsigned n_parens)
{
	if (n_parens == 0 && e->kind == AST_IF)
		branch(f, e);
	else if (n_parens == 0 && e->kind == AST_OR)
		chain(f, &e->list, conjunction);
	else
		conjunction(f, e, n_parens);
}

/* ------------------------------------------------------------------ */

/* `(` .. `)` around the target of a scope are kept. */
static void
target(struct formatter *f, const struct ast_scope *scope)
{
	open_group(f);
	if (f->token.kind == TOKEN_OPEN_PAREN) {
		word(f);
		cedar_layout_open_nest(&f->layout, 1);
		target(f, scope);
		cedar_layout_close_nest(&f->layout, 1);
		word(f);
	} else if (f->token.kind == TOKEN_OPEN_BRACKET) {
		word(f);
		cedar_layout_open_nest(&f->layout, 1);
		for (size_t i = 0; i < scope->n_uids; i++) {
			if (i > 0) {
				word(f);
				line(f);
			}
			path(f);
		}
		drop_comma(f);
		cedar_layout_close_nest(&f->layout, 1);
		word(f);
	} else {
		path(f);
	}
	close_group(f);
}

/* line is line TYPE */
static void
scope_type(struct formatter *f)
{
	open_group(f);
	open_nest(f);
	open_group(f);
	line(f);
	word(f);
	close_group(f);
	line(f);
	path(f);
	close_nest(f);
	close_group(f);
}

static void
scope(struct formatter *f, const struct ast_scope *scope)
{
	bool is_type = scope->op == AST_SCOPE_IS ||
	    scope->op == AST_SCOPE_IS_IN;

	put_above(f);
	if (scope->op == AST_SCOPE_ALL || scope->op == AST_SCOPE_IS) {
		word(f);
		if (is_type)
			scope_type(f);
		return;
	}
	open_group(f);
	open_group(f);
	word(f);
	if (is_type)
		scope_type(f);
	line(f);
	word(f);
	close_group(f);
	open_nest(f);
	line(f);
	target(f, scope);
	close_nest(f);
	close_group(f);
}

static void
scopes(struct formatter *f, const struct ast_policy *policy, enum after comma)
{
	scope(f, &policy->principal);
	if (f->token.kind == TOKEN_COMMA)
		token(f, comma);
	scope(f, &policy->action);
	if (f->token.kind == TOKEN_COMMA)
		token(f, comma);
	scope(f, &policy->resource);
}

static void
all_scopes(struct formatter *f, const struct ast_policy *policy)
{
	bool is_simple = policy->principal.op == AST_SCOPE_ALL &&
	    policy->action.op == AST_SCOPE_ALL &&
	    policy->resource.op == AST_SCOPE_ALL;

	if (is_simple) {
		open_group(f);
		open_nest(f);
		scopes(f, policy, AFTER_SPACE);
		close_nest(f);
		close_group(f);
		return;
	}
	open_nest(f);
	cedar_layout_newline(&f->layout);
	scopes(f, policy, AFTER_NEWLINE);
	close_nest(f);
	cedar_layout_newline(&f->layout);
}

/* `)`. A comma before it goes; what stood behind that stands behind this. */
static void
close_scope(struct formatter *f, enum after after)
{
	struct str comment;
	bool has_comment = false;

	if (f->token.kind == TOKEN_COMMA) {
		put_above(f);
		has_comment = advance(f, &comment);
	}
	put_above(f);
	cedar_layout_text(&f->layout, spelling(f));
	if (!has_comment) {
		pass(f, after);
		return;
	}
	cedar_layout_space(&f->layout);
	cedar_layout_text(&f->layout, comment);
	cedar_layout_newline(&f->layout);
	if (advance(f, &comment)) {
		cedar_layout_text(&f->layout, comment);
		cedar_layout_newline(&f->layout);
	}
}

static void
annotations(struct formatter *f, const struct ast_policy *policy)
{
	for (size_t i = 0; i < policy->n_annotations; i++) {
		word(f);
		word(f);
		if (f->token.kind == TOKEN_OPEN_PAREN) {
			word(f);
			word(f);
			word(f);
		}
		cedar_layout_newline(&f->layout);
	}
}

/* when line { line expression line } */
static void
condition(struct formatter *f, const struct ast_condition *condition)
{
	put_above(f);
	open_group(f);
	token(f, AFTER_LINE);
	put_above(f);
	cedar_layout_text(&f->layout, spelling(f));
	open_group(f);
	open_nest(f);
	pass(f, AFTER_LINE);
	put_above(f);
	open_group(f);
	expression(f, condition->body, condition->body->n_parens);
	close_group(f);
	close_nest(f);
	line(f);
	word(f);
	close_group(f);
	close_group(f);
}

static void
policy(struct formatter *f, const struct ast_policy *policy)
{
	annotations(f, policy);
	put_above(f);
	open_group(f);
	word(f);
	line(f);
	word(f);
	close_group(f);
	all_scopes(f, policy);
	close_scope(f,
	    policy->n_conditions > 0 ? AFTER_NEWLINE : AFTER_NOTHING);
	for (size_t i = 0; i < policy->n_conditions; i++) {
		if (i > 0)
			cedar_layout_newline(&f->layout);
		condition(f, &policy->conditions[i]);
	}
	word(f);
}

/* One policy at a time, so that the scratch memory is that of the largest. */
static int
put_policy(struct formatter *f, struct buf *buf, struct arena *scratch,
    const struct ast_policy *one, unsigned width)
{
	arena_reset(scratch);
	cedar_layout_init(&f->layout, scratch);
	policy(f, one);
	if (f->layout.is_full)
		return scratch->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	cedar_layout_render(&f->layout, buf, width);
	buf_add_char(buf, '\n');
	return 0;
}

int
cedar_format_set(struct buf *buf, const struct ast_set *set,
    const struct cedar_format *format, struct arena *scratch)
{
	struct formatter f = { .source = set->source,
		.lexer = { .source = set->source },
		.indent = format->indent > 0 ? format->indent : 2 };
	unsigned width = format->width > 0 ? format->width : 80;
	struct str comment;
	int r = 0;

	f.token = cedar_lexer_next(&f.lexer);
	for (size_t i = 0; i < set->n_policies && r == 0; i++) {
		if (i > 0)
			buf_add_char(buf, '\n');
		r = put_policy(&f, buf, scratch, &set->policies[i], width);
	}
	while (r == 0 &&
	    next_comment(&f, &f.above, set->source.len, false, &comment)) {
		buf_add_str(buf, comment);
		buf_add_char(buf, '\n');
	}
	return r < 0 ? TRACE(r) : r;
}

int
cedar_format_text(struct buf *buf, struct str text,
    const struct cedar_format *format, struct diag_list *diags)
{
	static const struct cedar_format usual;
	CLEANUP(arena_fini) struct arena arena;
	CLEANUP(arena_fini) struct arena scratch;
	struct ast_set set;
	int r;

	arena_init(&arena, LIMIT_CEDAR_ARENA);
	arena_init(&scratch, LIMIT_CEDAR_ARENA);
	r = cedar_parser_parse(&set, &arena, text, 0, diags);
	if (r == 0)
		r = cedar_format_set(buf, &set,
		    format != NULL ? format : &usual, &scratch);
	if (r == 0 && buf_finish(buf) != 0)
		r = buf->failed == ENOMEM ? FAULT(ENOMEM) : CEDAR_E_LIMIT;
	return r < 0 ? TRACE(r) : r;
}
