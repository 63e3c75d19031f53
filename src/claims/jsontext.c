/* Walking JSON text (RFC 8259); see jsontext.h. */
#include "claims/jsontext.h"

#include "limits.h"
#include "util/json.h"
#include "util/utf8.h"

static const char *const literals[] = { "true", "false", "null" };

void
claims_jsontext_init(struct claims_jsontext *walk, struct str text)
{
	*walk = (struct claims_jsontext){ .text = text };
}

static char
peek(const struct claims_jsontext *walk)
{
	return walk->at < walk->text.len ? walk->text.p[walk->at] : '\0';
}

static void
skip_space(struct claims_jsontext *walk)
{
	for (;;) {
		char c = peek(walk);

		if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			return;
		walk->at++;
	}
}

static bool
skip_char(struct claims_jsontext *walk, char c)
{
	skip_space(walk);
	if (peek(walk) != c || walk->at == walk->text.len)
		return false;
	walk->at++;
	return true;
}

char
claims_jsontext_peek(struct claims_jsontext *walk)
{
	skip_space(walk);
	return peek(walk);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits of a \u escape at s.p[*at]. Returns: -1 when not there. */
static int32_t
read_unit(struct str s, size_t *at)
{
	int32_t unit = 0;

	if (s.len - *at < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		int digit = hex_digit(s.p[*at + i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	*at += 4;
	return unit;
}

/*
 * The character of the escape behind the backslash at s.p[*at - 1]; a pair of
 * surrogates is one. Returns: -1 when it is none.
 */
static int32_t
read_escape(struct str s, size_t *at)
{
	static const char names[] = "\"\\/bfnrt";
	static const char means[] = "\"\\/\b\f\n\r\t";
	char c = *at < s.len ? s.p[(*at)++] : '\0';
	const char *name = c != '\0' ? strchr(names, c) : NULL;
	int32_t high;
	int32_t low;

	if (name != NULL)
		return means[name - names];
	high = c == 'u' ? read_unit(s, at) : -1;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || s.len - *at < 2 || s.p[*at] != '\\' ||
	    s.p[*at + 1] != 'u')
		return -1;
	*at += 2;
	low = read_unit(s, at);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

int
claims_jsontext_string(struct claims_jsontext *walk, struct str *string)
{
	struct str text = walk->text;
	size_t from;

	if (!skip_char(walk, '"'))
		return CLAIMS_JSONTEXT_E_FORMAT;
	from = walk->at;
	for (;;) {
		unsigned char c;

		walk->at += json_plain(text, walk->at);
		if (walk->at == text.len)
			return CLAIMS_JSONTEXT_E_FORMAT;
		c = (unsigned char)text.p[walk->at];
		if (c == '"') {
			*string = str_part(text, from, walk->at++);
			return 0;
		}
		if (c < 0x20)
			return CLAIMS_JSONTEXT_E_FORMAT;
		if (c >= 0x80) {
			if (utf8_next(text, &walk->at) < 0)
				return CLAIMS_JSONTEXT_E_FORMAT;
			continue;
		}
		walk->at++;
		if (c == '\\' && read_escape(text, &walk->at) < 0)
			return CLAIMS_JSONTEXT_E_FORMAT;
	}
}

/* "..." or "_sd", however it is spelt. */
static bool
is_reserved(struct str name)
{
	char first = name.len > 0 ? name.p[0] : '\0';

	return (first == '.' || first == '_' || first == '\\') &&
	    (claims_jsontext_is_equal(name, STR("...")) ||
		claims_jsontext_is_equal(name, STR("_sd")));
}

int
claims_jsontext_name(struct claims_jsontext *walk, struct str *name)
{
	int r = claims_jsontext_string(walk, name);

	if (r != 0)
		return r;
	if (!skip_char(walk, ':'))
		return CLAIMS_JSONTEXT_E_FORMAT;
	walk->n_reserved += is_reserved(*name);
	return 0;
}

int
claims_jsontext_open(struct claims_jsontext *walk, char bracket)
{
	if (!skip_char(walk, bracket))
		return CLAIMS_JSONTEXT_E_FORMAT;
	if (walk->depth == LIMIT_CLAIMS_DEPTH)
		return CLAIMS_JSONTEXT_E_LIMIT;
	walk->depth++;
	return 0;
}

int
claims_jsontext_next(struct claims_jsontext *walk, char bracket, bool is_first)
{
	if (skip_char(walk, bracket == '[' ? ']' : '}')) {
		walk->depth--;
		return CLAIMS_JSONTEXT_E_END;
	}
	if (!is_first && !skip_char(walk, ','))
		return CLAIMS_JSONTEXT_E_FORMAT;
	return 0;
}

static size_t
skip_digits(struct claims_jsontext *walk)
{
	size_t from = walk->at;

	while (peek(walk) >= '0' && peek(walk) <= '9')
		walk->at++;
	return walk->at - from;
}

static int
walk_number(struct claims_jsontext *walk)
{
	bool starts_with_zero;
	size_t n;

	if (peek(walk) == '-')
		walk->at++;
	starts_with_zero = peek(walk) == '0';
	n = skip_digits(walk);
	if (n == 0 || (starts_with_zero && n > 1))
		return CLAIMS_JSONTEXT_E_FORMAT;
	if (peek(walk) == '.') {
		walk->at++;
		if (skip_digits(walk) == 0)
			return CLAIMS_JSONTEXT_E_FORMAT;
	}
	if (peek(walk) == 'e' || peek(walk) == 'E') {
		walk->at++;
		if (peek(walk) == '+' || peek(walk) == '-')
			walk->at++;
		if (skip_digits(walk) == 0)
			return CLAIMS_JSONTEXT_E_FORMAT;
	}
	return 0;
}

static int
walk_literal(struct claims_jsontext *walk)
{
	struct str rest = str_part(walk->text, walk->at, walk->text.len);

	for (size_t i = 0; i < ARRAY_LEN(literals); i++) {
		struct str literal = str_of(literals[i]);

		if (str_has_prefix(rest, literal)) {
			walk->at += literal.len;
			return 0;
		}
	}
	return CLAIMS_JSONTEXT_E_FORMAT;
}

static int
walk_array(struct claims_jsontext *walk)
{
	struct str value;
	int r = claims_jsontext_open(walk, '[');

	for (bool is_first = true; r == 0; is_first = false) {
		r = claims_jsontext_next(walk, '[', is_first);
		if (r == 0)
			r = claims_jsontext_value(walk, &value);
	}
	return r == CLAIMS_JSONTEXT_E_END ? 0 : r;
}

static bool
is_among(struct str name, const struct str *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (claims_jsontext_is_equal(name, names[i]))
			return true;
	}
	return false;
}

static int
walk_object(struct claims_jsontext *walk)
{
	struct str names[LIMIT_CLAIMS_MEMBERS];
	struct str value;
	size_t n = 0;
	int r = claims_jsontext_open(walk, '{');

	while (r == 0) {
		r = claims_jsontext_next(walk, '{', n == 0);
		if (r == 0 && n == ARRAY_LEN(names))
			r = CLAIMS_JSONTEXT_E_LIMIT;
		if (r == 0)
			r = claims_jsontext_name(walk, &names[n]);
		if (r == 0 && is_among(names[n], names, n))
			r = CLAIMS_JSONTEXT_E_FORMAT;
		if (r == 0)
			r = claims_jsontext_value(walk, &value);
		n++;
	}
	return r == CLAIMS_JSONTEXT_E_END ? 0 : r;
}

static int
walk_value(struct claims_jsontext *walk)
{
	struct str string;

	switch (peek(walk)) {
	case '{':
		return walk_object(walk);
	case '[':
		return walk_array(walk);
	case '"':
		return claims_jsontext_string(walk, &string);
	case 't':
	case 'f':
	case 'n':
		return walk_literal(walk);
	default:
		return walk_number(walk);
	}
}

int
claims_jsontext_value(struct claims_jsontext *walk, struct str *value)
{
	size_t from;
	int r;

	skip_space(walk);
	from = walk->at;
	r = walk_value(walk);
	if (r == 0)
		*value = str_part(walk->text, from, walk->at);
	return r;
}

bool
claims_jsontext_is_done(struct claims_jsontext *walk)
{
	skip_space(walk);
	return walk->at == walk->text.len;
}

/* The next character of a walked-over string, as UTF-8; 0 at its end. */
static size_t
next_plain(struct str string, size_t *at, char bytes[static 4])
{
	if (*at == string.len)
		return 0;
	bytes[0] = string.p[(*at)++];
	if (bytes[0] != '\\')
		return 1;
	return utf8_encode(bytes, (uint32_t)read_escape(string, at));
}

void
claims_jsontext_unescape(struct buf *plain, struct str string)
{
	char bytes[4];
	size_t at = 0;
	size_t n;

	while ((n = next_plain(string, &at, bytes)) > 0)
		buf_add(plain, bytes, n);
}

static bool
is_escaped(struct str s)
{
	return s.len > 0 && memchr(s.p, '\\', s.len) != NULL;
}

bool
claims_jsontext_is_equal(struct str a, struct str b)
{
	size_t at_a = 0;
	size_t at_b = 0;
	char bytes_a[4];
	char bytes_b[4];
	size_t n_a = 0;
	size_t n_b = 0;
	size_t i_a = 0;
	size_t i_b = 0;

	if (!is_escaped(a) && !is_escaped(b))
		return str_is_equal(a, b);
	for (;;) {
		if (i_a == n_a) {
			n_a = next_plain(a, &at_a, bytes_a);
			i_a = 0;
		}
		if (i_b == n_b) {
			n_b = next_plain(b, &at_b, bytes_b);
			i_b = 0;
		}
		if (n_a == 0 || n_b == 0)
			return n_a == n_b;
		if (bytes_a[i_a++] != bytes_b[i_b++])
			return false;
	}
}
