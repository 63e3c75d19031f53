/* Spelling of string literals; see escape.h. */
#include "cedar/escape.h"

#include "util/utf8.h"

struct range {
	uint32_t from;
	uint32_t to;
};

#define R(from, to) { from, to },
static const struct range ranges[] = {
#include "cedar/escape_ranges.def"
};
#undef R

bool
cedar_escape_is_needed(uint32_t code)
{
	size_t low = 0;
	size_t high = ARRAY_LEN(ranges);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code < ranges[middle].from)
			high = middle;
		else if (code > ranges[middle].to)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

/* Those with a letter of their own. Returns: the letter, or 0. */
static char
short_escape(int32_t code)
{
	static const char codes[] = "\0\t\n\r\"'\\";
	static const char letters[] = "0tnr\"'\\";

	for (size_t i = 0; i < sizeof(codes) - 1; i++) {
		if (code == codes[i])
			return letters[i];
	}
	return 0;
}

void
cedar_escape_add(struct buf *buf, struct str text)
{
	buf_add_char(buf, '"');
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		int32_t code = utf8_next(text, &at);
		char letter = short_escape(code);

		if (code < 0)
			break;
		if (letter != 0)
			buf_add_format(buf, "\\%c", letter);
		else if (cedar_escape_is_needed((uint32_t)code))
			buf_add_format(buf, "\\u{%x}", (unsigned)code);
		else
			buf_add(buf, text.p + from, at - from);
	}
	buf_add_char(buf, '"');
}
