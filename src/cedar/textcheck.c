/* Texts that are not what they look like; see textcheck.h. */
#include "cedar/textcheck.h"

#include "cedar/escape.h"
#include "cedar/script.h"
#include "limits.h"
#include "util/buf.h"
#include "util/utf8.h"

struct texts {
	struct str policy; /* its id */
	struct diag_list *diags;
};

enum kind {
	STRING,
	PATTERN, /* its text is as it was written, quotes and escapes too */
	IDENTIFIER,
};

static void look(const struct texts *texts, const struct ast_expr *expr);

/* The first character of a kind. Returns: -1 when there is none. */
static int32_t
find(struct str text, bool (*is_it)(uint32_t code))
{
	for (size_t at = 0; at < text.len;) {
		int32_t code = utf8_next(text, &at);

		if (code < 0)
			return -1;
		if (is_it((uint32_t)code))
			return code;
	}
	return -1;
}

static bool
is_no_name(uint32_t code)
{
	return code != ' ' && !cedar_script_is_identifier(code);
}

static void
warn(const struct texts *texts, struct ast_span span, enum kind kind,
    struct str text, const char *why, int32_t code)
{
	char character[16] = "";
	struct buf buf;

	buf_init(&buf, LIMIT_DIAG_TEXT / 2);
	if (kind == PATTERN)
		buf_add_str(&buf, text);
	else
		cedar_escape_add(&buf, text);
	if (code >= 0)
		snprintf(character, sizeof(character), " U+%04X",
		    (unsigned)code);
	diag_warning(texts->diags, span.at, span.len,
	    "policy `%.*s`: %s `%.*s` contains %s%s", STR_ARG(texts->policy),
	    kind == IDENTIFIER ? "identifier" : "string",
	    STR_ARG(buf_str(&buf)), why, character);
	buf_fini(&buf);
}

/* What both kinds of text are looked at for. Returns: true when warned of. */
static bool
look_at_direction(const struct texts *texts, struct ast_span span,
    enum kind kind, struct str text)
{
	int32_t code = find(text, cedar_script_is_bidi);

	if (code < 0)
		return false;
	warn(texts, span, kind, text, "the direction control", code);
	diag_help(texts->diags, "what is shown is not what is decided by: take "
	    "the character out");
	return true;
}

static void
look_at_scripts(const struct texts *texts, struct ast_span span,
    enum kind kind, struct str text)
{
	if (cedar_script_is_single(text))
		return;
	warn(texts, span, kind, text, "mixed scripts", -1);
	diag_help(texts->diags, "a letter of another script may look like the "
	    "one that is meant: type it anew");
}

static void
look_at_text(const struct texts *texts, struct ast_span span, enum kind kind,
    struct str text)
{
	if (!look_at_direction(texts, span, kind, text))
		look_at_scripts(texts, span, kind, text);
}

static void
look_at_name(const struct texts *texts, struct ast_span span, struct str text)
{
	int32_t code;

	if (look_at_direction(texts, span, IDENTIFIER, text))
		return;
	code = find(text, is_no_name);
	if (code < 0) {
		look_at_scripts(texts, span, IDENTIFIER, text);
		return;
	}
	warn(texts, span, IDENTIFIER, text,
	    "a character that does not belong in names,", code);
	diag_help(texts->diags,
	    "see UTS 39, General Security Profile for Identifiers");
}

/* Looked at as it is written: most of what is odd is an escape then. */
static void
look_at_pattern(const struct texts *texts, const struct ast_expr *expr)
{
	struct buf buf;

	buf_init(&buf, LIMIT_CEDAR_TEXT);
	cedar_escape_pattern(&buf, expr->like.parts, expr->like.n);
	if (buf_finish(&buf) == 0)
		look_at_text(texts, expr->like.pattern, PATTERN,
		    buf_str(&buf));
	buf_fini(&buf);
}

static void
look_at_list(const struct texts *texts, const struct ast_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		look(texts, list->items[i]);
}

static void
look_at_record(const struct texts *texts, const struct ast_expr *expr)
{
	for (size_t i = 0; i < expr->record.n; i++) {
		const struct ast_record_item *item = &expr->record.items[i];

		look_at_name(texts, item->name_span, item->name);
		look(texts, item->value);
	}
}

static void
look_at_has(const struct texts *texts, const struct ast_expr *expr)
{
	look(texts, expr->has.left);
	for (size_t i = 0; i < expr->has.n; i++)
		look_at_name(texts, expr->span, expr->has.path[i]);
}

/* Recursion: a tree is at most LIMIT_CEDAR_DEPTH high. */
static void
look(const struct texts *texts, const struct ast_expr *expr)
{
	if (expr == NULL)
		return;
	switch (expr->kind) {
	case AST_BOOL:
	case AST_LONG:
	case AST_VAR:
		return;
	case AST_STRING:
		look_at_text(texts, expr->span, STRING, expr->text);
		return;
	case AST_UID:
		look_at_name(texts, expr->span, expr->uid.id);
		return;
	case AST_NOT:
	case AST_NEGATE:
		look(texts, expr->operand);
		return;
	case AST_AND:
	case AST_OR:
	case AST_PRODUCT:
	case AST_SET:
		look_at_list(texts, &expr->list);
		return;
	case AST_SUM:
		look_at_list(texts, &expr->sum.list);
		return;
	case AST_RELATION:
		look(texts, expr->relation.left);
		look(texts, expr->relation.right);
		return;
	case AST_HAS:
		look_at_has(texts, expr);
		return;
	case AST_LIKE:
		look(texts, expr->like.left);
		look_at_pattern(texts, expr);
		return;
	case AST_IS:
		look(texts, expr->is.left);
		look(texts, expr->is.in);
		return;
	case AST_IF:
		look(texts, expr->branch.condition);
		look(texts, expr->branch.yes);
		look(texts, expr->branch.no);
		return;
	case AST_GET:
		look(texts, expr->get.left);
		look_at_name(texts, expr->get.name_span, expr->get.name);
		return;
	case AST_METHOD:
		look(texts, expr->method.left);
		look(texts, expr->method.arg);
		return;
	case AST_CALL:
		look_at_list(texts, &expr->call.args);
		return;
	case AST_RECORD:
		look_at_record(texts, expr);
		return;
	}
}

static void
look_at_scope(const struct texts *texts, const struct ast_scope *scope)
{
	bool has_uid = scope->op == AST_SCOPE_EQUAL ||
	    scope->op == AST_SCOPE_IN || scope->op == AST_SCOPE_IS_IN;

	if (has_uid && !scope->is_slot)
		look_at_name(texts, scope->uid.span, scope->uid.id);
	for (size_t i = 0; scope->op == AST_SCOPE_IN_SET && i < scope->n_uids;
	     i++)
		look_at_name(texts, scope->uids[i].span, scope->uids[i].id);
}

void
cedar_textcheck_policy(const struct ast_policy *policy,
    struct diag_list *diags)
{
	const struct texts texts = { policy->id, diags };

	look_at_scope(&texts, &policy->principal);
	look_at_scope(&texts, &policy->action);
	look_at_scope(&texts, &policy->resource);
	for (size_t i = 0; i < policy->n_conditions; i++)
		look(&texts, policy->conditions[i].body);
}
