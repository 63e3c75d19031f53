/* Tokens of Cedar text; see lexer.h. Grammar: cedar-policy-core, 4.12. */
#include "cedar/lexer.h"

#include "limits.h"
#include "util/utf8.h"

struct spelling {
	struct str text;
	enum token_kind kind;
};

static const struct spelling words[] = {
	{ STR_INIT("true"), TOKEN_TRUE },
	{ STR_INIT("false"), TOKEN_FALSE },
	{ STR_INIT("if"), TOKEN_IF },
	{ STR_INIT("then"), TOKEN_THEN },
	{ STR_INIT("else"), TOKEN_ELSE },
	{ STR_INIT("in"), TOKEN_IN },
	{ STR_INIT("like"), TOKEN_LIKE },
	{ STR_INIT("has"), TOKEN_HAS },
	{ STR_INIT("is"), TOKEN_IS },
};

static const struct spelling marks[] = {
	{ STR_INIT("::"), TOKEN_COLONS },
	{ STR_INIT("=="), TOKEN_EQUAL },
	{ STR_INIT("!="), TOKEN_NOT_EQUAL },
	{ STR_INIT("<="), TOKEN_LESS_EQUAL },
	{ STR_INIT(">="), TOKEN_GREATER_EQUAL },
	{ STR_INIT("&&"), TOKEN_AND },
	{ STR_INIT("||"), TOKEN_OR },
	{ STR_INIT("@"), TOKEN_AT },
	{ STR_INIT("."), TOKEN_DOT },
	{ STR_INIT(","), TOKEN_COMMA },
	{ STR_INIT(";"), TOKEN_SEMICOLON },
	{ STR_INIT(":"), TOKEN_COLON },
	{ STR_INIT("("), TOKEN_OPEN_PAREN },
	{ STR_INIT(")"), TOKEN_CLOSE_PAREN },
	{ STR_INIT("{"), TOKEN_OPEN_BRACE },
	{ STR_INIT("}"), TOKEN_CLOSE_BRACE },
	{ STR_INIT("["), TOKEN_OPEN_BRACKET },
	{ STR_INIT("]"), TOKEN_CLOSE_BRACKET },
	{ STR_INIT("<"), TOKEN_LESS },
	{ STR_INIT(">"), TOKEN_GREATER },
	{ STR_INIT("+"), TOKEN_PLUS },
	{ STR_INIT("-"), TOKEN_MINUS },
	{ STR_INIT("*"), TOKEN_STAR },
	{ STR_INIT("/"), TOKEN_SLASH },
	{ STR_INIT("%"), TOKEN_PERCENT },
	{ STR_INIT("!"), TOKEN_NOT },
	{ STR_INIT("?"), TOKEN_QUESTION },
	{ STR_INIT("="), TOKEN_ASSIGN },
};

int
cedar_lexer_init(struct lexer *lexer, struct str source,
    struct diag_list *diags)
{
	size_t at = 0;

	*lexer = (struct lexer){ .source = source, .diags = diags };
	if (source.len > LIMIT_CEDAR_TEXT) {
		diag_error(diags, 0, 0, "text is longer than %u bytes",
		    LIMIT_CEDAR_TEXT);
		return CEDAR_E_LIMIT;
	}
	while (at < source.len) {
		size_t from = at;

		if ((unsigned char)source.p[at] < 0x80) {
			at++;
		} else if (utf8_next(source, &at) < 0) {
			diag_error(diags, from, 1, "text is not valid UTF-8");
			return CEDAR_E_INPUT;
		}
	}
	return 0;
}

/* Unicode property White_Space. */
static bool
is_space(int32_t code)
{
	return (code >= 9 && code <= 13) || code == 0x20 || code == 0x85 ||
	    code == 0xa0 || code == 0x1680 ||
	    (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
	    code == 0x2029 || code == 0x202f || code == 0x205f ||
	    code == 0x3000;
}

static bool
is_word_byte(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
skip_space(struct lexer *lexer)
{
	struct str s = lexer->source;

	for (;;) {
		size_t at = lexer->at;

		if (at + 1 < s.len && s.p[at] == '/' && s.p[at + 1] == '/') {
			while (at < s.len && s.p[at] != '\n' && s.p[at] != '\r')
				at++;
			lexer->at = at;
		} else if (at < s.len && is_space(utf8_next(s, &at))) {
			lexer->at = at;
		} else {
			return;
		}
	}
}

static size_t
word_end(struct str s, size_t at)
{
	while (at < s.len && is_word_byte(s.p[at]))
		at++;
	return at;
}

static struct token
finish(struct lexer *lexer, enum token_kind kind, size_t end)
{
	struct token token = { kind,
		{ (uint32_t)lexer->at, (uint32_t)(end - lexer->at) } };

	lexer->at = end;
	return token;
}

static struct token
word(struct lexer *lexer)
{
	size_t end = word_end(lexer->source, lexer->at);
	struct str text = str_part(lexer->source, lexer->at, end);

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_is_equal(words[i].text, text))
			return finish(lexer, words[i].kind, end);
	}
	return finish(lexer, TOKEN_IDENT, end);
}

static struct token
string(struct lexer *lexer)
{
	struct str s = lexer->source;
	size_t at = lexer->at + 1;

	while (at < s.len && s.p[at] != '"') {
		if (s.p[at] == '\\' && at + 1 < s.len && s.p[at + 1] != '\n')
			at++;
		else if (s.p[at] == '\\')
			break;
		at++;
	}
	if (at >= s.len || s.p[at] != '"') {
		diag_error(lexer->diags, lexer->at, 1,
		    "string has no closing quote");
		return finish(lexer, TOKEN_BAD, s.len);
	}
	return finish(lexer, TOKEN_STRING, at + 1);
}

static struct token
mark(struct lexer *lexer)
{
	struct str rest =
	    str_part(lexer->source, lexer->at, lexer->source.len);
	size_t end = lexer->at;

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (str_has_prefix(rest, marks[i].text))
			return finish(lexer, marks[i].kind,
			    lexer->at + marks[i].text.len);
	}
	utf8_next(lexer->source, &end);
	diag_error(lexer->diags, lexer->at, end - lexer->at, "invalid token");
	return finish(lexer, TOKEN_BAD, end);
}

struct token
cedar_lexer_next(struct lexer *lexer)
{
	struct str s = lexer->source;
	size_t at;

	skip_space(lexer);
	at = lexer->at;
	if (at >= s.len)
		return finish(lexer, TOKEN_END, at);
	if (is_digit(s.p[at])) {
		while (at < s.len && is_digit(s.p[at]))
			at++;
		return finish(lexer, TOKEN_NUMBER, at);
	}
	if (is_word_byte(s.p[at]))
		return word(lexer);
	if (s.p[at] == '"')
		return string(lexer);
	if (s.p[at] == '?' && word_end(s, at + 1) > at + 1 &&
	    !is_digit(s.p[at + 1]))
		return finish(lexer, TOKEN_SLOT, word_end(s, at + 1));
	return mark(lexer);
}
