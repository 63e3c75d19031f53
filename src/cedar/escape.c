/* Texts between quotes; see escape.h. */
#include "cedar/escape.h"

#include "cedar/unicode.h"
#include "util/utf8.h"

/* Characters that have an escape of two bytes. Returns: its letter, or 0. */
static char
letter(uint32_t code)
{
	switch (code) {
	case 0:
		return '0';
	case '\t':
		return 't';
	case '\r':
		return 'r';
	case '\n':
		return 'n';
	case '\\':
	case '"':
	case '\'':
		return (char)code;
	default:
		return 0;
	}
}

/* is_alone: a character that joins the one before it is escaped. */
static void
add(struct buf *buf, uint32_t code, struct str bytes, bool is_alone)
{
	char c = letter(code);

	if (c != 0) {
		buf_add_char(buf, '\\');
		buf_add_char(buf, c);
	} else if (!cedar_unicode_is_printable(code) ||
	    (is_alone && cedar_unicode_is_joining(code))) {
		buf_add_format(buf, "\\u{%x}", code);
	} else {
		buf_add_str(buf, bytes);
	}
}

void
cedar_escape_add(struct buf *buf, struct str text)
{
	size_t at = 0;

	buf_add_char(buf, '"');
	while (at < text.len) {
		size_t from = at;
		int32_t code = utf8_next(text, &at);

		add(buf, (uint32_t)code, str_part(text, from, at), from == 0);
	}
	buf_add_char(buf, '"');
}

void
cedar_escape_pattern(struct buf *buf, const struct ast_pattern_part *parts,
    size_t n)
{
	buf_add_char(buf, '"');
	for (size_t i = 0; i < n; i++) {
		struct str text = parts[i].literal;
		size_t at = 0;

		if (parts[i].is_wildcard)
			buf_add_char(buf, '*');
		while (!parts[i].is_wildcard && at < text.len) {
			size_t from = at;
			int32_t code = utf8_next(text, &at);

			if (code == '*')
				buf_add_text(buf, "\\*");
			else
				add(buf, (uint32_t)code,
				    str_part(text, from, at), true);
		}
	}
	buf_add_char(buf, '"');
}
