/* Texts that may be taken for others; see confusable.h. */
#include "cedar/confusable.h"

#include "cedar/escape.h"
#include "limits.h"
#include "util/buf.h"
#include "util/utf8.h"

#define CODE_BYTES 5 /* four letters and a space */

static const char *const script_sets[] = {
#define X(codes) codes,
#include "cedar/script_sets.def"
#undef X
};

static const struct script_range {
	uint32_t first;
	uint32_t last;
	uint16_t set; /* 0: all scripts; else 1 + place in script_sets[] */
} script_ranges[] = {
#define X(first, last, set) { first, last, set },
#include "cedar/scripts.def"
#undef X
};

static const struct range {
	uint32_t first;
	uint32_t last;
} allowed[] = {
#define X(first, last) { first, last },
#include "cedar/identifier.def"
#undef X
};

/* The codes of the scripts a character belongs to; NULL: to all. */
static const char *
scripts_of(uint32_t code)
{
	size_t low = 0;
	size_t high = ARRAY_LEN(script_ranges);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct script_range *range = &script_ranges[middle];

		if (code < range->first)
			high = middle;
		else if (code > range->last)
			low = middle + 1;
		else
			return range->set == 0 ? NULL
					       : script_sets[range->set - 1];
	}
	return "";
}

static bool
has_code(const char *codes, const char *code)
{
	for (; *codes != '\0'; codes += CODE_BYTES) {
		if (memcmp(codes, code, CODE_BYTES) == 0)
			return true;
	}
	return false;
}

bool
cedar_confusable_is_mixed(struct str text)
{
	char left[32 * CODE_BYTES]; /* scripts that have all so far */
	size_t n = 0;
	bool is_all = true;

	for (size_t at = 0; at < text.len;) {
		const char *codes =
		    scripts_of((uint32_t)utf8_next(text, &at));
		size_t kept = 0;

		if (codes == NULL)
			continue;
		if (is_all) {
			n = MIN(strlen(codes), sizeof(left));
			memcpy(left, codes, n);
			is_all = false;
		}
		for (size_t i = 0; i < n; i += CODE_BYTES) {
			if (!has_code(codes, left + i))
				continue;
			memmove(left + kept, left + i, CODE_BYTES);
			kept += CODE_BYTES;
		}
		n = kept;
		if (n == 0)
			return true;
	}
	return false;
}

/* Embeddings, overrides and isolates. */
static bool
is_turning(uint32_t code)
{
	return (code >= 0x202a && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069);
}

static bool
has_turning(struct str text)
{
	for (size_t at = 0; at < text.len;) {
		if (is_turning((uint32_t)utf8_next(text, &at)))
			return true;
	}
	return false;
}

static bool
is_allowed(uint32_t code)
{
	size_t low = 0;
	size_t high = ARRAY_LEN(allowed);

	if (code < 0x80)
		return code >= ' ' && code != 0x7f;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (code < allowed[middle].first)
			high = middle;
		else if (code > allowed[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------ */

struct looker {
	const struct ast_policy *policy;
	struct diag_list *diags;
};

static bool
is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < ' ' || text.p[i] > '~')
			return false;
	}
	return true;
}

/* The text as it can be shown: escaped. */
static struct str
shown(const struct looker *looker, struct str text)
{
	struct str out;
	struct buf buf;

	buf_init(&buf, LIMIT_DIAG_TEXT / 2);
	cedar_escape_add(&buf, text);
	out = buf_finish(&buf) == 0
	    ? arena_str(looker->diags->arena, buf_str(&buf)) : STR("\"..\"");
	buf_fini(&buf);
	return out;
}

static void
warn(const struct looker *looker, struct ast_span span, const char *what,
    struct str text, const char *why, const char *help)
{
	diag_warning(looker->diags, span.at, span.len,
	    "policy `%.*s`: %s %.*s %s", STR_ARG(looker->policy->id), what,
	    STR_ARG(shown(looker, text)), why);
	diag_help(looker->diags, "%s", help);
}

#define TURNS "contains characters that turn the direction of writing"
#define TURNS_HELP                                                             \
	"what is read may not be what is compared; take the characters out, "  \
	"or write them as escapes"
#define MIXED "contains mixed scripts"
#define MIXED_HELP                                                             \
	"letters of different scripts can look alike; write it in one script"

static void
look_string(const struct looker *looker, struct ast_span span, struct str text)
{
	if (is_ascii(text))
		return;
	if (has_turning(text))
		warn(looker, span, "string", text, TURNS, TURNS_HELP);
	else if (cedar_confusable_is_mixed(text))
		warn(looker, span, "string", text, MIXED, MIXED_HELP);
}

static bool
has_other(struct str text)
{
	for (size_t at = 0; at < text.len;) {
		if (!is_allowed((uint32_t)utf8_next(text, &at)))
			return true;
	}
	return false;
}

static void
look_name(const struct looker *looker, struct ast_span span, struct str text)
{
	if (is_ascii(text))
		return;
	if (has_turning(text))
		warn(looker, span, "identifier", text, TURNS, TURNS_HELP);
	else if (has_other(text))
		warn(looker, span, "identifier", text, "contains a character "
		    "that is not printable ASCII and falls outside of the "
		    "General Security Profile for Identifiers",
		    "choose an id of letters and digits");
	else if (cedar_confusable_is_mixed(text))
		warn(looker, span, "identifier", text, MIXED, MIXED_HELP);
}

/* As it is written: most of what is odd is an escape then. */
static void
look_pattern(const struct looker *looker, const struct ast_expr *expr)
{
	struct buf buf;

	buf_init(&buf, LIMIT_CEDAR_TEXT);
	cedar_escape_pattern(&buf, expr->like.parts, expr->like.n);
	if (buf_finish(&buf) == 0)
		look_string(looker, expr->span, buf_str(&buf));
	buf_fini(&buf);
}

static void look(const struct looker *looker, const struct ast_expr *expr);

static void
look_list(const struct looker *looker, const struct ast_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		look(looker, list->items[i]);
}

static void
look_record(const struct looker *looker, const struct ast_expr *expr)
{
	for (size_t i = 0; i < expr->record.n; i++) {
		look_name(looker, expr->span, expr->record.items[i].name);
		look(looker, expr->record.items[i].value);
	}
}

static void
look_has(const struct looker *looker, const struct ast_expr *expr)
{
	look(looker, expr->has.left);
	for (size_t i = 0; i < expr->has.n; i++)
		look_name(looker, expr->span, expr->has.path[i]);
}

/* Recursion: a tree is at most LIMIT_CEDAR_DEPTH high. */
static void
look(const struct looker *looker, const struct ast_expr *expr)
{
	if (expr == NULL)
		return;
	switch (expr->kind) {
	case AST_BOOL:
	case AST_LONG:
	case AST_VAR:
		return;
	case AST_STRING:
		look_string(looker, expr->span, expr->text);
		return;
	case AST_UID: /* types are ASCII */
		look_name(looker, expr->span, expr->uid.id);
		return;
	case AST_NOT:
	case AST_NEGATE:
		look(looker, expr->operand);
		return;
	case AST_AND:
	case AST_OR:
	case AST_PRODUCT:
	case AST_SET:
		look_list(looker, &expr->list);
		return;
	case AST_SUM:
		look_list(looker, &expr->sum.list);
		return;
	case AST_RELATION:
		look(looker, expr->relation.left);
		look(looker, expr->relation.right);
		return;
	case AST_HAS:
		look_has(looker, expr);
		return;
	case AST_LIKE:
		look(looker, expr->like.left);
		look_pattern(looker, expr);
		return;
	case AST_IS:
		look(looker, expr->is.left);
		look(looker, expr->is.in);
		return;
	case AST_IF:
		look(looker, expr->branch.condition);
		look(looker, expr->branch.yes);
		look(looker, expr->branch.no);
		return;
	case AST_GET:
		look(looker, expr->get.left);
		look_name(looker, expr->span, expr->get.name);
		return;
	case AST_METHOD:
		look(looker, expr->method.left);
		look(looker, expr->method.arg);
		return;
	case AST_CALL:
		look_list(looker, &expr->call.args);
		return;
	case AST_RECORD:
		look_record(looker, expr);
		return;
	}
}

static void
look_scope(const struct looker *looker, const struct ast_scope *scope)
{
	bool has_uid = scope->op == AST_SCOPE_EQUAL ||
	    scope->op == AST_SCOPE_IN || scope->op == AST_SCOPE_IS_IN;

	if (has_uid && !scope->is_slot)
		look_name(looker, scope->uid.span, scope->uid.id);
	for (size_t i = 0; scope->op == AST_SCOPE_IN_SET && i < scope->n_uids;
	    i++)
		look_name(looker, scope->uids[i].span, scope->uids[i].id);
}

void
cedar_confusable_check(const struct ast_policy *policy,
    struct diag_list *diags)
{
	const struct looker looker = { policy, diags };

	look_scope(&looker, &policy->principal);
	look_scope(&looker, &policy->action);
	look_scope(&looker, &policy->resource);
	for (size_t i = 0; i < policy->n_conditions; i++)
		look(&looker, policy->conditions[i].body);
}
