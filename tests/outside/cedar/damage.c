/* Texts nearly right: see damage.h. */
#include "damage.h"

#define MOST_TOKENS 4096

struct token {
	const char *p;
	size_t len;
	bool is_after_space;
};

struct tokens {
	struct token items[MOST_TOKENS];
	size_t n;
	struct str rest; /* behind the last of them */
};

static const char *const cedar_tokens[] = { "&&", "||", "!", "-", "(", ")", "{",
	"}", "[", "]", ",", ";", ":", "::", ".", "==", "!=", "<", "<=", ">", ">=",
	"=", "+", "*", "/", "%", "@", "?", "?principal", "?resource", "true",
	"false", "if", "then", "else", "in", "is", "has", "like", "principal",
	"action", "resource", "context", "permit", "forbid", "when", "unless", "0",
	"1", "9223372036854775808", "99999999999999999999", "\"a\"", "\"*\"",
	"\"\\*\"", "\"\\u{110000}\"", "\"\\q\"", "'", "#", "ip", "decimal", "Action",
	"User", "contains", "isEmpty", "hasTag", "lessThan", "__cedar", "entity",
	"type", "namespace", "appliesTo", "tags", "enum", "Set", "attributes",
	"// x\n", "/* x */", "\r", "\\", "$", "_", "Long", "é", "\"\\0\"" };
static const char *const json_tokens[] = { "{", "}", "[", "]", ",", ":", "true",
	"false", "null", "0", "-0", "1", "-1", "1.0", "1e3", "9223372036854775807",
	"9223372036854775808", "-9223372036854775808", "-9223372036854775809",
	"18446744073709551616", "1e400", "01", "\"\"", "\"a\"", "\"type\"", "\"id\"",
	"\"__entity\"", "\"__extn\"", "\"__expr\"", "\"fn\"", "\"arg\"", "\"args\"",
	"\"uid\"", "\"attrs\"", "\"parents\"", "\"tags\"", "\"ip\"", "\"offset\"",
	"\"Record\"", "\"Set\"", "\"Entity\"", "\"Long\"", "\"name\"", "\"element\"",
	"\"required\"", "\"Value\"", "\"Var\"", "\"principal\"", "\"op\"", "\"All\"",
	"\"slot\"", "\"?principal\"", "\"in\"", "\"entity\"", "\"A::B\"", "\"A:: B\"",
	"\"a b\"", "\"1.0\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "{}",
	"[]", "\"if\"", "\"has\"", "\"like\"", "\"Literal\"", "\"Wildcard\"",
	"\"attr\"", "\"left\"", "\"right\"", "\"arg\"", "\"==\"", "\"isEmpty\"" };

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (c >= '0' && c <= '9') || c < 0;
}

/* Roughly as both languages do it. */
static size_t
token_len(struct str text, size_t at)
{
	static const char *const pairs[] = { "::", "==", "!=", "<=", ">=", "&&",
		"||" };
	size_t end = at + 1;

	if (text.p[at] == '"') {
		while (end < text.len && text.p[end] != '"')
			end += text.p[end] == '\\' ? 2 : 1;
		return MIN(end + 1, text.len) - at;
	}
	if (is_word(text.p[at])) {
		while (end < text.len && is_word(text.p[end]))
			end++;
		return end - at;
	}
	if (text.p[at] == '/' && end < text.len && text.p[end] == '/')
		return str_find(text, '\n', at) - at;
	for (size_t i = 0; i < ARRAY_LEN(pairs) && end < text.len; i++) {
		if (memcmp(pairs[i], text.p + at, 2) == 0)
			return 2;
	}
	return 1;
}

static void
split(struct tokens *tokens, struct str text)
{
	size_t at = 0;

	tokens->n = 0;
	while (tokens->n < MOST_TOKENS) {
		size_t start = at;

		while (at < text.len && strchr(" \t\r\n", text.p[at]) != NULL &&
		    text.p[at] != '\0')
			at++;
		if (at == text.len)
			break;
		tokens->items[tokens->n++] = (struct token){ text.p + at,
			token_len(text, at), at > start };
		at += tokens->items[tokens->n - 1].len;
	}
	tokens->rest = str_part(text, at, text.len);
}

static struct str
join(struct generator *g, const struct tokens *tokens)
{
	struct buf buf;
	struct str text;

	buf_init(&buf, (size_t)1 << 26);
	for (size_t i = 0; i < tokens->n; i++) {
		if (tokens->items[i].is_after_space)
			buf_add_char(&buf, ' ');
		buf_add(&buf, tokens->items[i].p, tokens->items[i].len);
		if (tokens->items[i].p[0] == '/')
			buf_add_char(&buf, '\n');
	}
	buf_add_str(&buf, tokens->rest);
	text = arena_str(g->arena, buf_str(&buf));
	buf_fini(&buf);
	return text;
}

static struct token
draw_token(struct generator *g, const struct tokens *tokens,
    enum damage_language language)
{
	const char *text;

	if (!once_in(g, 2))
		return tokens->items[below(g, tokens->n)];
	text = language == DAMAGE_CEDAR ? ONE_OF(g, cedar_tokens) :
	    ONE_OF(g, json_tokens);
	return (struct token){ text, strlen(text), true };
}

static void
change_token(struct generator *g, struct tokens *tokens,
    enum damage_language language)
{
	size_t at = below(g, tokens->n);
	struct token *items = tokens->items;
	struct token kept = items[at];
	size_t to;

	switch (below(g, 4)) {
	case 0: /* dropped */
		tokens->n--;
		memmove(items + at, items + at + 1,
		    (tokens->n - at) * sizeof(*items));
		return;
	case 1: /* replaced */
		items[at] = draw_token(g, tokens, language);
		return;
	case 2: /* put in */
		if (tokens->n == MOST_TOKENS)
			return;
		kept = draw_token(g, tokens, language);
		memmove(items + at + 1, items + at,
		    (tokens->n - at) * sizeof(*items));
		items[at] = kept;
		tokens->n++;
		return;
	default: /* exchanged with one near it */
		to = MIN(at + 1 + below(g, 6), tokens->n - 1);
		items[at] = items[to];
		items[to] = kept;
	}
}

static struct str
damage_bytes(struct generator *g, struct str text)
{
	static const char bytes[] = " \n\"'();{}[],.:@?!&|=<>-+*\\/#ax0189_\t\r";
	char *p = arena_dup(g->arena, text.p, text.len);
	size_t len = text.len;

	for (uint32_t i = 0, n = 1 + below(g, 3); i < n && len > 1; i++) {
		size_t at = below(g, len - 1);

		if (p[at] < 0 || p[at + 1] < 0) /* it stays UTF-8 */
			continue;
		switch (below(g, 3)) {
		case 0:
			memmove(p + at, p + at + 1, len - at - 1);
			len--;
			break;
		case 1:
			p[at] = bytes[below(g, sizeof(bytes) - 1)];
			break;
		default:
			p[at] = p[at + 1];
		}
	}
	return (struct str){ p, len };
}

struct str
damage(struct generator *g, struct str text, enum damage_language language)
{
	static struct tokens tokens;

	if (once_in(g, 3))
		return damage_bytes(g, text);
	split(&tokens, text);
	for (uint32_t i = 0, n = 1 + below(g, 2); i < n && tokens.n > 1; i++)
		change_token(g, &tokens, language);
	return join(g, &tokens);
}

struct str
damage_respace(struct generator *g, struct str text)
{
	static const char *const spaces[] = { " ", " ", "\n", "\t", "  ", "\n\n",
		" // c\n", "\n// d e\n", "//\n", "// \"f\n// g\n", "\u00a0", "\u3000",
		"\v", "\f", " //é😀 wide\n" };
	static struct tokens tokens;
	struct buf buf;

	split(&tokens, text);
	buf_init(&buf, (size_t)1 << 26);
	for (size_t i = 0; i < tokens.n; i++) {
		const struct token *token = &tokens.items[i];
		bool is_joined = i > 0 && is_word(token->p[0]) &&
		    is_word(token[-1].p[token[-1].len - 1]);

		if (is_joined || token->is_after_space || once_in(g, 4))
			buf_add_text(&buf, spaces[below(g, once_in(g, 4)
			    ? ARRAY_LEN(spaces) : 3)]);
		buf_add(&buf, token->p, token->len);
		if (token->p[0] == '/' && token->len > 1)
			buf_add_char(&buf, '\n');
	}
	if (once_in(g, 4))
		buf_add_text(&buf, ONE_OF(g, spaces));
	text = arena_str(g->arena, buf_str(&buf));
	buf_fini(&buf);
	return text;
}
