/* Properties of characters, from tables; see unicode.h. */
#include "cedar/unicode.h"

#include "util/utf8.h"

struct range {
	uint32_t first;
	uint32_t last;
};

#define X(first, last) { first, last },
static const struct range unprintable[] = {
#include "cedar/unprintable.def"
};
static const struct range joining[] = {
#include "cedar/grapheme_extend.def"
};
static const struct range zero_width[] = {
#include "cedar/zero_width.def"
};
static const struct range wide[] = {
#include "cedar/wide.def"
};
#undef X

static const struct range spaces[] = {
	{ 0x09, 0x0d },
	{ 0x20, 0x20 },
	{ 0x85, 0x85 },
	{ 0xa0, 0xa0 },
	{ 0x1680, 0x1680 },
	{ 0x2000, 0x200a },
	{ 0x2028, 0x2029 },
	{ 0x202f, 0x202f },
	{ 0x205f, 0x205f },
	{ 0x3000, 0x3000 },
};

static bool
is_in(const struct range *ranges, size_t n, uint32_t code)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (code < ranges[middle].first)
			n = middle;
		else if (code > ranges[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

bool
cedar_unicode_is_printable(uint32_t code)
{
	if (code < 0x80)
		return code >= 0x20 && code != 0x7f;
	return !is_in(unprintable, ARRAY_LEN(unprintable), code);
}

bool
cedar_unicode_is_joining(uint32_t code)
{
	return code >= 0x300 && is_in(joining, ARRAY_LEN(joining), code);
}

bool
cedar_unicode_is_space(uint32_t code)
{
	return is_in(spaces, ARRAY_LEN(spaces), code);
}

size_t
cedar_unicode_width(struct str text)
{
	size_t width = 0;
	size_t at = 0;

	while (at < text.len) {
		uint32_t code = (unsigned char)text.p[at];

		if (code < 0x80)
			at++;
		else
			code = (uint32_t)utf8_next(text, &at);
		if (code >= 0x80 &&
		    is_in(zero_width, ARRAY_LEN(zero_width), code))
			continue;
		width += code >= 0x1100 && is_in(wide, ARRAY_LEN(wide), code)
		    ? 2
		    : 1;
	}
	return width;
}
