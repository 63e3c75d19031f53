/* Policies, scopes, annotations; expressions are in parser_expr.c. */
#include "cedar/parser.h"

#include <errno.h>
#include <stdarg.h>

#include "cedar/mend.h"
#include "cedar/parser_int.h"
#include "cedar/unescape.h"
#include "limits.h"
#include "util/fault.h"
#include "util/map.h"

void
cedar_parser_advance(struct parser *parser)
{
	parser->end = parser->token.span.at + parser->token.span.len;
	parser->token = cedar_lexer_next(&parser->lexer);
}

bool
cedar_parser_accept(struct parser *parser, enum token_kind kind)
{
	if (parser->token.kind != kind)
		return false;
	cedar_parser_advance(parser);
	return true;
}

bool
cedar_parser_expect(struct parser *parser, enum token_kind kind,
    const char *what)
{
	if (cedar_parser_accept(parser, kind))
		return true;
	cedar_parser_unexpected(parser, what);
	return false;
}

void
cedar_parser_error(struct parser *parser, struct ast_span span,
    const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_error(parser->diags, span.at, span.len, "%s", text);
}

void
cedar_parser_unexpected(struct parser *parser, const char *what)
{
	const struct token *token = &parser->token;

	if (token->kind == TOKEN_BAD)
		return;
	if (token->kind == TOKEN_END) {
		diag_error(parser->diags, token->span.at, 0,
		    "unexpected end of input");
	} else {
		struct str text = cedar_parser_text(parser, token->span);

		diag_error(parser->diags, token->span.at, token->span.len,
		    "unexpected token `%.*s`", STR_ARG(text));
	}
	diag_help(parser->diags, "expected %s", what);
}

void *
cedar_parser_alloc(struct parser *parser, size_t n, size_t size)
{
	void *p = arena_array(parser->arena, n, size);

	if (p == NULL)
		parser->fault = FAULT(ENOMEM);
	return p;
}

bool
cedar_parser_push(struct parser *parser, struct parser_items *items, void *item)
{
	if (items->n == items->size) {
		size_t size = items->size > 0 ? items->size * 2 : 4;
		void **bigger =
		    cedar_parser_alloc(parser, size, sizeof(*bigger));

		if (bigger == NULL)
			return false;
		if (items->n > 0)
			memcpy(bigger, items->items,
			    items->n * sizeof(*bigger));
		items->items = bigger;
		items->size = size;
	}
	items->items[items->n++] = item;
	return true;
}

bool
cedar_parser_enter(struct parser *parser)
{
	if (parser->depth < LIMIT_CEDAR_DEPTH) {
		parser->depth++;
		return true;
	}
	cedar_parser_error(parser, parser->token.span,
	    "expression is nested more than %d deep", LIMIT_CEDAR_DEPTH);
	parser->is_limit = true;
	return false;
}

void
cedar_parser_leave(struct parser *parser)
{
	parser->depth--;
}

bool
cedar_parser_string(struct parser *parser, struct str *text,
    struct ast_span literal)
{
	struct str raw = cedar_parser_text(parser, literal);
	struct str bad;
	int r;

	raw = str_part(raw, 1, raw.len - 1);
	r = cedar_unescape_string(text, &bad, parser->arena, raw);
	if (r == 0)
		return true;
	if (r < 0) {
		parser->fault = TRACE(r);
		return false;
	}
	cedar_parser_error(parser,
	    (struct ast_span){ (uint32_t)(bad.p - parser->source.p),
		(uint32_t)bad.len },
	    "the input `%.*s` is not a valid escape", STR_ARG(bad));
	return false;
}

static bool
check_path_part(struct parser *parser)
{
	struct str word = cedar_parser_text(parser, parser->token.span);

	if (!cedar_lexer_is_word(parser->token.kind)) {
		cedar_parser_unexpected(parser, "an identifier or a string");
		return false;
	}
	if (ast_is_reserved(word)) {
		cedar_parser_error(parser, parser->token.span,
		    "this identifier is reserved and cannot be used: %.*s",
		    STR_ARG(word));
		return false;
	}
	return true;
}

/* The path's text without the spaces that may stand between its parts. */
static bool
name_text(struct parser *parser, struct ast_name *name,
    const struct parser_items *parts, size_t len)
{
	char *text;
	size_t at = 0;

	if (len == name->span.len) {
		name->text = cedar_parser_text(parser, name->span);
		return true;
	}
	text = cedar_parser_alloc(parser, len + 1, 1);
	if (text == NULL)
		return false;
	for (size_t i = 0; i < parts->n; i++) {
		const struct str *part = parts->items[i];

		if (i > 0) {
			memcpy(text + at, "::", 2);
			at += 2;
		}
		memcpy(text + at, part->p, part->len);
		at += part->len;
	}
	name->text = (struct str){ text, at };
	return true;
}

bool
cedar_parser_path(struct parser *parser, struct ast_name *name, bool *is_uid)
{
	uint32_t start = parser->token.span.at;
	struct parser_items parts = { 0 };
	size_t len = 0;

	*is_uid = false;
	do {
		struct str *part;

		if (parts.n > 0 && (parser->token.kind == TOKEN_STRING ||
		    parser->token.kind == TOKEN_OPEN_BRACE)) {
			*is_uid = true;
			break;
		}
		if (!check_path_part(parser))
			return false;
		part = cedar_parser_alloc(parser, 1, sizeof(*part));
		if (part == NULL || !cedar_parser_push(parser, &parts, part))
			return false;
		*part = cedar_parser_text(parser, parser->token.span);
		len += part->len + (parts.n > 1 ? 2 : 0);
		cedar_parser_advance(parser);
		name->span = cedar_parser_span(start, parser->end);
	} while (cedar_parser_accept(parser, TOKEN_COLONS));
	return name_text(parser, name, &parts, len);
}

bool
cedar_parser_uid(struct parser *parser, struct ast_uid *uid,
    const struct ast_name *type)
{
	struct ast_span literal = parser->token.span;

	uid->type = *type;
	if (parser->token.kind != TOKEN_STRING) {
		cedar_parser_error(parser, literal,
		    "invalid entity literal: `%.*s::` must be followed by a "
		    "string", STR_ARG(type->text));
		return false;
	}
	cedar_parser_advance(parser);
	uid->span = cedar_parser_span(type->span.at, parser->end);
	return cedar_parser_string(parser, &uid->id, literal);
}

/* annotation := '@' ANYIDENT ( '(' STR ')' )? */
static bool
annotation(struct parser *parser, struct cedar_annotation *annotation)
{
	struct token value;

	*annotation = (struct cedar_annotation){ .value = STR("") };
	if (!cedar_lexer_is_word(parser->token.kind)) {
		cedar_parser_unexpected(parser, "the annotation's name");
		return false;
	}
	annotation->name = cedar_parser_text(parser, parser->token.span);
	cedar_parser_advance(parser);
	if (!cedar_parser_accept(parser, TOKEN_OPEN_PAREN))
		return true;
	value = parser->token;
	annotation->has_value = true;
	return cedar_parser_expect(parser, TOKEN_STRING, "a string") &&
	    cedar_parser_string(parser, &annotation->value, value.span) &&
	    cedar_parser_expect(parser, TOKEN_CLOSE_PAREN, "`)`");
}

static bool
is_repeated(struct parser *parser, const struct cedar_annotation *list,
    size_t n, const struct cedar_annotation *one, struct ast_span span)
{
	for (size_t i = 0; i < n; i++) {
		if (str_is_equal(list[i].name, one->name)) {
			cedar_parser_error(parser, span,
			    "duplicate annotation: @%.*s", STR_ARG(one->name));
			return true;
		}
	}
	return false;
}

static bool
annotations(struct parser *parser, struct ast_policy *policy)
{
	struct cedar_annotation *list = NULL;
	struct ast_span *spans = NULL;
	size_t n = 0;
	size_t size = 0;

	while (parser->token.kind == TOKEN_AT) {
		uint32_t start = parser->token.span.at;

		if (n == LIMIT_CEDAR_ANNOTATIONS) {
			cedar_parser_error(parser, parser->token.span,
			    "policy has more than %d annotations",
			    LIMIT_CEDAR_ANNOTATIONS);
			parser->is_limit = true;
			return false;
		}
		if (n == size) {
			struct cedar_annotation *old = list;
			struct ast_span *old_spans = spans;

			size = size > 0 ? size * 2 : 4;
			list = cedar_parser_alloc(parser, size, sizeof(*list));
			spans =
			    cedar_parser_alloc(parser, size, sizeof(*spans));
			if (list == NULL || spans == NULL)
				return false;
			if (n > 0) {
				memcpy(list, old, n * sizeof(*list));
				memcpy(spans, old_spans, n * sizeof(*spans));
			}
		}
		cedar_parser_advance(parser);
		if (!annotation(parser, &list[n]))
			return false;
		spans[n] = cedar_parser_span(start, parser->end);
		if (is_repeated(parser, list, n, &list[n], spans[n]))
			return false;
		n++;
	}
	policy->annotations = list;
	policy->annotation_spans = spans;
	policy->n_annotations = n;
	return true;
}

static bool
check_slot(struct parser *parser, struct ast_scope *scope, enum ast_var var,
    struct ast_span slot)
{
	struct str text = cedar_parser_text(parser, slot);
	struct str name = str_part(text, 1, text.len);

	if (var == AST_ACTION) {
		cedar_parser_error(parser, slot,
		    "expected single entity uid, found template slot");
		return false;
	}
	if (!str_is_equal(name, ast_var_names[var])) {
		cedar_parser_error(parser, slot,
		    "expected an entity uid or matching template slot, found "
		    "%.*s instead of ?%.*s", STR_ARG(text),
		    STR_ARG(ast_var_names[var]));
		return false;
	}
	scope->is_slot = true;
	return true;
}

static bool
scope_uid(struct parser *parser, struct ast_uid *uid)
{
	struct ast_name name;
	bool is_uid;

	if (!cedar_lexer_is_word(parser->token.kind)) {
		cedar_parser_unexpected(parser, "an entity such as User::\"a\"");
		return false;
	}
	if (!cedar_parser_path(parser, &name, &is_uid))
		return false;
	if (is_uid)
		return cedar_parser_uid(parser, uid, &name);
	cedar_parser_error(parser, name.span,
	    "expected an entity uid or matching template slot, found name "
	    "`%.*s`", STR_ARG(name.text));
	return false;
}

/* '[' E,* ']', for the action only. The bracket has been taken. */
static bool
scope_list(struct parser *parser, struct ast_scope *scope, enum ast_var var)
{
	struct parser_items items = { 0 };
	struct ast_uid *uids;

	while (parser->token.kind != TOKEN_CLOSE_BRACKET) {
		struct ast_uid *uid =
		    cedar_parser_alloc(parser, 1, sizeof(*uid));

		if (uid == NULL || !scope_uid(parser, uid) ||
		    !cedar_parser_push(parser, &items, uid))
			return false;
		if (!cedar_parser_accept(parser, TOKEN_COMMA))
			break;
	}
	if (!cedar_parser_expect(parser, TOKEN_CLOSE_BRACKET, "`,` or `]`"))
		return false;
	if (var != AST_ACTION || scope->op != AST_SCOPE_IN) {
		cedar_parser_error(parser,
		    cedar_parser_span(scope->span.at, parser->end),
		    "expected single entity uid or template slot, found set of "
		    "entity uids");
		return false;
	}
	uids = cedar_parser_alloc(parser, items.n, sizeof(*uids));
	if (uids == NULL)
		return false;
	for (size_t i = 0; i < items.n; i++)
		uids[i] = *(struct ast_uid *)items.items[i];
	scope->op = AST_SCOPE_IN_SET;
	scope->uids = uids;
	scope->n_uids = items.n;
	return true;
}

/* What stands behind `==` or `in`; parentheses around it are allowed. */
static bool
scope_target(struct parser *parser, struct ast_scope *scope, enum ast_var var)
{
	struct ast_span span = parser->token.span;
	unsigned n_parens = 0;
	bool ok;

	while (cedar_parser_accept(parser, TOKEN_OPEN_PAREN))
		n_parens++;
	if (parser->token.kind == TOKEN_SLOT) {
		span = parser->token.span;
		cedar_parser_advance(parser);
		ok = check_slot(parser, scope, var, span);
	} else if (cedar_parser_accept(parser, TOKEN_OPEN_BRACKET)) {
		ok = scope_list(parser, scope, var);
	} else {
		ok = scope_uid(parser, &scope->uid);
	}
	while (ok && n_parens-- > 0)
		ok = cedar_parser_expect(parser, TOKEN_CLOSE_PAREN, "`)`");
	return ok;
}

static bool
is_action_type(struct str type)
{
	struct str last = STR("Action");

	return str_is_equal(type, last) ||
	    str_has_suffix(type, STR("::Action"));
}

static bool
check_action(struct parser *parser, const struct ast_uid *uid)
{
	if (is_action_type(uid->type.text))
		return true;
	cedar_parser_error(parser, uid->span,
	    "expected an entity uid with type `Action` but got `%.*s`",
	    STR_ARG(cedar_parser_text(parser, uid->span)));
	return false;
}

static bool
check_actions(struct parser *parser, const struct ast_scope *scope)
{
	if (scope->op == AST_SCOPE_IN_SET) {
		bool ok = true;

		for (size_t i = 0; i < scope->n_uids; i++)
			ok = check_action(parser, &scope->uids[i]) && ok;
		return ok;
	}
	return scope->op == AST_SCOPE_ALL ||
	    check_action(parser, &scope->uid);
}

static bool
scope_is(struct parser *parser, struct ast_scope *scope, enum ast_var var)
{
	bool is_uid;

	if (var == AST_ACTION) {
		cedar_parser_error(parser, parser->token.span,
		    "`is` cannot be used in the action scope");
		diag_help(parser->diags,
		    "use `action == Action::\"name\"` or `action in ..`");
		return false;
	}
	cedar_parser_advance(parser);
	if (!cedar_lexer_is_word(parser->token.kind)) {
		cedar_parser_unexpected(parser, "an entity type name");
		return false;
	}
	if (!cedar_parser_path(parser, &scope->type, &is_uid))
		return false;
	if (is_uid) {
		cedar_parser_error(parser, scope->type.span,
		    "right hand side of an `is` expression must be an entity "
		    "type name");
		return false;
	}
	scope->op = AST_SCOPE_IS;
	if (!cedar_parser_accept(parser, TOKEN_IN))
		return true;
	scope->op = AST_SCOPE_IS_IN;
	return scope_target(parser, scope, var);
}

static bool
scope_operator(struct parser *parser, struct ast_scope *scope, enum ast_var var)
{
	switch ((int)parser->token.kind) {
	case TOKEN_COMMA:
	case TOKEN_CLOSE_PAREN:
		return true;
	case TOKEN_IS:
		return scope_is(parser, scope, var);
	case TOKEN_EQUAL:
	case TOKEN_IN:
		scope->op = parser->token.kind == TOKEN_IN ? AST_SCOPE_IN
							   : AST_SCOPE_EQUAL;
		cedar_parser_advance(parser);
		return scope_target(parser, scope, var) &&
		    (var != AST_ACTION || check_actions(parser, scope));
	case TOKEN_COLON:
		cedar_parser_error(parser, parser->token.span,
		    "type constraints using `:` are not supported");
		diag_help(parser->diags, "use `is` instead");
		return false;
	case TOKEN_ASSIGN:
		cedar_parser_error(parser, parser->token.span,
		    "'=' is not a valid operator in Cedar");
		diag_help(parser->diags, "use '==' instead");
		return false;
	default:
		cedar_parser_unexpected(parser,
		    var == AST_ACTION ? "`==`, `in` or `,`"
				      : "`==`, `in`, `is` or `,`");
		return false;
	}
}

/* One of the three: the variable and what it must be. */
static bool
scope_entry(struct parser *parser, struct ast_scope *scope, enum ast_var var)
{
	struct str want = ast_var_names[var];
	struct ast_span span = parser->token.span;

	if (parser->token.kind == TOKEN_CLOSE_PAREN) {
		cedar_parser_error(parser, span,
		    "this policy is missing the `%.*s` variable in the scope",
		    STR_ARG(want));
		return false;
	}
	if (parser->token.kind != TOKEN_IDENT) {
		cedar_parser_unexpected(parser, "a variable of the scope");
		return false;
	}
	if (!str_is_equal(cedar_parser_text(parser, span), want)) {
		cedar_parser_error(parser, span,
		    "found `%.*s` where the scope must have `%.*s`",
		    STR_ARG(cedar_parser_text(parser, span)), STR_ARG(want));
		diag_help(parser->diags, "the scope must be `principal`, "
		    "`action`, `resource`, in that order");
		return false;
	}
	cedar_parser_advance(parser);
	*scope = (struct ast_scope){ .span = span };
	if (!scope_operator(parser, scope, var))
		return false;
	scope->span = cedar_parser_span(span.at, parser->end);
	return true;
}

static bool
scope(struct parser *parser, struct ast_policy *policy)
{
	struct ast_scope *entries[] = { &policy->principal, &policy->action,
		&policy->resource };

	if (!cedar_parser_expect(parser, TOKEN_OPEN_PAREN, "`(`"))
		return false;
	for (unsigned i = 0; i < ARRAY_LEN(entries); i++) {
		if (!scope_entry(parser, entries[i], (enum ast_var)i))
			return false;
		if (!cedar_parser_accept(parser, TOKEN_COMMA) &&
		    parser->token.kind != TOKEN_CLOSE_PAREN) {
			cedar_parser_unexpected(parser, "`,` or `)`");
			return false;
		}
	}
	if (parser->token.kind == TOKEN_IDENT) {
		cedar_parser_error(parser, parser->token.span,
		    "this policy has an extra element in the scope: %.*s",
		    STR_ARG(cedar_parser_text(parser, parser->token.span)));
		return false;
	}
	return cedar_parser_expect(parser, TOKEN_CLOSE_PAREN, "`)`");
}

/* cond := ('when'|'unless') '{' expr '}' */
static struct ast_condition *
condition(struct parser *parser)
{
	struct ast_span keyword = parser->token.span;
	struct str word = cedar_parser_text(parser, keyword);
	struct ast_condition *condition =
	    cedar_parser_alloc(parser, 1, sizeof(*condition));

	if (condition == NULL)
		return NULL;
	condition->is_unless = str_is_equal(word, STR("unless"));
	if (!condition->is_unless && !str_is_equal(word, STR("when"))) {
		cedar_parser_error(parser, keyword,
		    "invalid policy condition: %.*s", STR_ARG(word));
		diag_help(parser->diags,
		    "a condition must be either `when` or `unless`");
		return NULL;
	}
	cedar_parser_advance(parser);
	if (!cedar_parser_expect(parser, TOKEN_OPEN_BRACE, "`{`"))
		return NULL;
	condition->body = cedar_parser_expr(parser);
	if (condition->body == NULL ||
	    !cedar_parser_expect(parser, TOKEN_CLOSE_BRACE,
	    "`}` or an operator"))
		return NULL;
	condition->span = cedar_parser_span(keyword.at, parser->end);
	return condition;
}

static bool
conditions(struct parser *parser, struct ast_policy *policy)
{
	struct parser_items items = { 0 };
	struct ast_condition *list;

	while (cedar_lexer_is_word(parser->token.kind)) {
		struct ast_condition *one = condition(parser);

		if (one == NULL || !cedar_parser_push(parser, &items, one))
			return false;
	}
	list = cedar_parser_alloc(parser, items.n, sizeof(*list));
	if (list == NULL)
		return false;
	for (size_t i = 0; i < items.n; i++)
		list[i] = *(struct ast_condition *)items.items[i];
	policy->conditions = list;
	policy->n_conditions = items.n;
	return true;
}

static bool
effect(struct parser *parser, struct ast_policy *policy)
{
	struct str word = cedar_parser_text(parser, parser->token.span);

	if (!cedar_lexer_is_word(parser->token.kind)) {
		cedar_parser_unexpected(parser, "`permit` or `forbid`");
		return false;
	}
	policy->effect = str_is_equal(word, STR("permit")) ? CEDAR_PERMIT
							    : CEDAR_FORBID;
	if (policy->effect == CEDAR_FORBID &&
	    !str_is_equal(word, STR("forbid"))) {
		cedar_parser_error(parser, parser->token.span,
		    "invalid policy effect: %.*s", STR_ARG(word));
		diag_help(parser->diags,
		    "effect must be either `permit` or `forbid`");
		return false;
	}
	cedar_parser_advance(parser);
	return true;
}

static struct ast_policy *
policy(struct parser *parser)
{
	struct ast_policy *policy =
	    cedar_parser_alloc(parser, 1, sizeof(*policy));
	uint32_t start = parser->token.span.at;

	if (policy == NULL || !annotations(parser, policy) ||
	    !effect(parser, policy) || !scope(parser, policy) ||
	    !conditions(parser, policy) ||
	    !cedar_parser_expect(parser, TOKEN_SEMICOLON,
	    "`when`, `unless` or `;`"))
		return NULL;
	policy->span = cedar_parser_span(start, parser->end);
	policy->is_template =
	    policy->principal.is_slot || policy->resource.is_slot;
	return policy;
}

static void
recover(struct parser *parser)
{
	while (parser->token.kind != TOKEN_END &&
	    parser->token.kind != TOKEN_SEMICOLON)
		cedar_parser_advance(parser);
	cedar_parser_accept(parser, TOKEN_SEMICOLON);
	parser->depth = 0;
}

static struct str
annotated_id(const struct ast_policy *policy)
{
	for (size_t i = 0; i < policy->n_annotations; i++) {
		if (str_is_equal(policy->annotations[i].name, STR("id")))
			return policy->annotations[i].value;
	}
	return (struct str){ 0 };
}

static bool
name_policies(struct parser *parser, struct ast_set *set, unsigned flags)
{
	struct map ids;

	map_init(&ids, parser->arena, 0);
	for (size_t i = 0; i < set->n_policies; i++) {
		struct ast_policy *policy = &set->policies[i];

		if ((flags & CEDAR_ID_ANNOTATION) != 0)
			policy->id = annotated_id(policy);
		if (policy->id.p == NULL)
			policy->id =
			    arena_format(parser->arena, "policy%zu", i);
		if (policy->id.p == NULL) {
			parser->fault = FAULT(ENOMEM);
			return false;
		}
		if (map_find(&ids, policy->id) != NULL) {
			cedar_parser_error(parser, policy->span,
			    "duplicate policy id `%.*s`", STR_ARG(policy->id));
			return false;
		}
		parser->fault = map_put(&ids, policy->id, policy);
		if (parser->fault < 0)
			return false;
	}
	return true;
}

static bool
collect(struct parser *parser, struct ast_set *set,
    const struct parser_items *items)
{
	set->policies =
	    cedar_parser_alloc(parser, items->n, sizeof(*set->policies));
	if (set->policies == NULL)
		return false;
	for (size_t i = 0; i < items->n; i++)
		set->policies[i] = *(struct ast_policy *)items->items[i];
	set->n_policies = items->n;
	return true;
}

/* policies := policy* */
static void
policies(struct parser *parser, struct parser_items *items)
{
	while (parser->token.kind != TOKEN_END && parser->fault == 0) {
		struct ast_policy *one;

		if (items->n == LIMIT_CEDAR_POLICIES) {
			cedar_parser_error(parser, parser->token.span,
			    "more than %u policies", LIMIT_CEDAR_POLICIES);
			parser->is_limit = true;
			return;
		}
		one = policy(parser);
		if (one == NULL)
			recover(parser);
		else if (!cedar_parser_push(parser, items, one))
			return;
	}
}

/* What a parse has come to. */
static int
outcome(const struct parser *parser, size_t n_errors_before)
{
	if (parser->fault < 0)
		return parser->arena->is_full ? CEDAR_E_LIMIT
					      : TRACE(parser->fault);
	if (parser->is_limit)
		return cedar_mend(CEDAR_E_LIMIT, parser->diags);
	return parser->diags->n_errors == n_errors_before
	    ? 0 : cedar_mend(CEDAR_E_INPUT, parser->diags);
}

/* Begin with a text. Returns: 0; CEDAR_E_INPUT, CEDAR_E_LIMIT. */
static int
begin(struct parser *parser, struct arena *arena, struct str text,
    struct diag_list *diags)
{
	int r;

	*parser = (struct parser){ .arena = arena, .diags = diags,
		.source = text };
	r = cedar_lexer_init(&parser->lexer, text, diags);
	if (r != 0)
		return cedar_mend(r, diags);
	cedar_parser_advance(parser);
	return 0;
}

/* Nothing may follow. Returns: what a parse has come to. */
static int
end(struct parser *parser, bool is_parsed, size_t n_errors_before)
{
	struct diag_list *diags = parser->diags;
	int r;

	if (is_parsed && parser->token.kind != TOKEN_END)
		cedar_parser_unexpected(parser, "nothing more");
	r = outcome(parser, n_errors_before);
	if (r == CEDAR_E_LIMIT && diags->n_errors == n_errors_before)
		diag_error(diags, 0, 0, "more than %zu bytes are needed",
		    parser->arena->limit);
	return r;
}

int
cedar_parser_parse_expr(struct ast_expr **expr, struct arena *arena,
    struct str text, struct diag_list *diags)
{
	size_t n_errors = diags->n_errors;
	struct parser parser;
	int r = begin(&parser, arena, text, diags);

	if (r != 0)
		return r;
	*expr = cedar_parser_expr(&parser);
	return end(&parser, *expr != NULL, n_errors);
}

static bool
lone_uid(struct parser *parser, struct ast_uid *uid)
{
	struct ast_name name;
	bool is_uid;

	if (!cedar_lexer_is_word(parser->token.kind)) {
		cedar_parser_unexpected(parser, "an entity such as User::\"a\"");
		return false;
	}
	if (!cedar_parser_path(parser, &name, &is_uid))
		return false;
	if (is_uid)
		return cedar_parser_uid(parser, uid, &name);
	cedar_parser_error(parser, name.span,
	    "an entity is expected, not the name `%.*s`", STR_ARG(name.text));
	diag_help(parser->diags, "an entity has an id: %.*s::\"ann\"",
	    STR_ARG(name.text));
	return false;
}

int
cedar_parser_parse_uid(struct ast_uid *uid, struct arena *arena,
    struct str text, struct diag_list *diags)
{
	size_t n_errors = diags->n_errors;
	struct parser parser;
	int r = begin(&parser, arena, text, diags);

	return r != 0 ? r : end(&parser, lone_uid(&parser, uid), n_errors);
}

int
cedar_parser_parse(struct ast_set *set, struct arena *arena, struct str text,
    unsigned flags, struct diag_list *diags)
{
	struct parser parser;
	struct parser_items items = { 0 };
	size_t n_errors = diags->n_errors;
	int r = begin(&parser, arena, text, diags);

	if (r != 0)
		return r;
	*set = (struct ast_set){ .source = text };
	policies(&parser, &items);
	if (parser.fault == 0 && diags->n_errors == n_errors &&
	    collect(&parser, set, &items))
		(void)name_policies(&parser, set, flags);
	return outcome(&parser, n_errors);
}
