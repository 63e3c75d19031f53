/* Escapes of string literals; see unescape.h. */
#include "cedar/unescape.h"

#include <errno.h>

#include "util/fault.h"
#include "util/utf8.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* \xHH, at the x. Returns: the code; -1. */
static int32_t
byte_escape(struct str raw, size_t *at)
{
	int high;
	int low;

	if (raw.len - *at < 3)
		return -1;
	high = hex_digit(raw.p[*at + 1]);
	low = hex_digit(raw.p[*at + 2]);
	if (high < 0 || high > 7 || low < 0)
		return -1;
	*at += 3;
	return high * 16 + low;
}

/* \u{H..}, at the u: one to six digits, `_` between or after. */
static int32_t
code_escape(struct str raw, size_t *at)
{
	size_t i = *at + 2;
	unsigned n_digits = 0;
	int32_t code = 0;

	if (raw.len - *at < 4 || raw.p[*at + 1] != '{' || raw.p[i] == '_')
		return -1;
	for (; i < raw.len && raw.p[i] != '}'; i++) {
		int digit = hex_digit(raw.p[i]);

		if (raw.p[i] == '_')
			continue;
		if (digit < 0 || ++n_digits > 6)
			return -1;
		code = code * 16 + digit;
	}
	if (i >= raw.len || n_digits == 0 || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return -1;
	*at = i + 1;
	return code;
}

/* The escape whose letter stands at *at. Returns: the code; -1. */
static int32_t
escape(struct str raw, size_t *at)
{
	static const char letters[] = "nrt\\0'\"";
	static const char codes[] = "\n\r\t\\\0'\"";

	if (*at >= raw.len)
		return -1;
	if (raw.p[*at] == 'x')
		return byte_escape(raw, at);
	if (raw.p[*at] == 'u')
		return code_escape(raw, at);
	for (size_t i = 0; i < sizeof(letters) - 1; i++) {
		if (letters[i] == raw.p[*at]) {
			(*at)++;
			return codes[i];
		}
	}
	return -1;
}

static struct str
bad_part(struct str raw, size_t from)
{
	size_t end = from + 1;

	if (end < raw.len)
		utf8_next(raw, &end);
	if (end - from == 2 && (raw.p[from + 1] == 'x' || raw.p[from + 1] == 'u'))
		end = MIN(raw.len, str_find(raw, '}', from) + 1);
	if (raw.p[from] == '\\' && from + 1 < raw.len && raw.p[from + 1] == 'x')
		end = MIN(raw.len, from + 4);
	return str_part(raw, from, end);
}

int
cedar_unescape_string(struct str *text, struct str *bad, struct arena *arena,
    struct str raw)
{
	size_t at = 0;
	size_t len = 0;
	char *out;

	while (at < raw.len && raw.p[at] != '\\' && raw.p[at] != '\r')
		at++;
	if (at == raw.len) {
		*text = raw;
		return 0;
	}
	/* No escape is shorter than what it stands for. */
	out = arena_alloc(arena, raw.len + 1);
	if (out == NULL)
		return FAULT(ENOMEM);
	for (at = 0; at < raw.len;) {
		size_t from = at;
		int32_t code;

		if (raw.p[at] != '\\' && raw.p[at] != '\r') {
			out[len++] = raw.p[at++];
			continue;
		}
		at++;
		code = raw.p[from] == '\\' ? escape(raw, &at) : -1;
		if (code < 0) {
			*bad = bad_part(raw, from);
			return UNESCAPE_E_INVALID;
		}
		len += utf8_encode(out + len, (uint32_t)code);
	}
	*text = (struct str){ out, len };
	return 0;
}

struct pattern {
	struct ast_pattern_part *parts;
	size_t n;
	char *literal; /* where the next literal byte goes */
};

static void
add_wildcard(struct pattern *pattern)
{
	pattern->parts[pattern->n++] =
	    (struct ast_pattern_part){ .is_wildcard = true };
}

static void
add_literal(struct pattern *pattern, uint32_t code)
{
	struct ast_pattern_part *part = NULL;
	size_t len;

	if (pattern->n > 0)
		part = &pattern->parts[pattern->n - 1];
	if (part == NULL || part->is_wildcard) {
		part = &pattern->parts[pattern->n++];
		*part = (struct ast_pattern_part){ .literal = {
			pattern->literal, 0 } };
	}
	len = utf8_encode(pattern->literal, code);
	part->literal.len += len;
	pattern->literal += len;
}

/* Upper bound on the number of parts: one per wildcard, one beside each. */
static size_t
count_parts(struct str raw)
{
	size_t n = 1;

	for (size_t i = 0; i < raw.len; i++)
		n += raw.p[i] == '*' || raw.p[i] == '\\' ? 2 : 0;
	return n;
}

int
cedar_unescape_pattern(const struct ast_pattern_part **parts, size_t *n,
    struct str *bad, struct arena *arena, struct str raw)
{
	struct pattern pattern = { 0 };
	size_t at = 0;

	pattern.parts =
	    ARENA_ARRAY(arena, count_parts(raw), struct ast_pattern_part);
	pattern.literal = arena_alloc(arena, raw.len + 4);
	if (pattern.parts == NULL || pattern.literal == NULL)
		return FAULT(ENOMEM);
	while (at < raw.len) {
		size_t from = at;
		int32_t code = utf8_next(raw, &at);

		if (code == '\\' && at < raw.len && raw.p[at] == '*') {
			at++;
			add_literal(&pattern, '*');
			continue;
		}
		if (code == '\\')
			code = escape(raw, &at);
		else if (code == '\r')
			code = -1;
		if (code < 0) {
			*bad = bad_part(raw, from);
			return UNESCAPE_E_INVALID;
		}
		if (code == '*')
			add_wildcard(&pattern);
		else
			add_literal(&pattern, (uint32_t)code);
	}
	*parts = pattern.parts;
	*n = pattern.n;
	return 0;
}
