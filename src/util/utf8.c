/* UTF-8 decoding and deceptive characters; see utf8.h. */
#include "util/utf8.h"

int32_t
utf8_next(struct str s, size_t *at)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s.p + *at;
	size_t left = s.len - *at;
	size_t more;
	uint32_t code;

	if (left == 0)
		return -1;
	if (p[0] < 0x80) {
		*at += 1;
		return p[0];
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		more = 1;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		more = 2;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		more = 3;
	else
		return -1;
	if (left <= more)
		return -1;
	code = p[0] & (0x3fu >> more);
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[more] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return -1;
	*at += more + 1;
	return (int32_t)code;
}

/* Index behind the ASCII bytes from at on, eight at a time. */
static size_t
skip_ascii(struct str s, size_t at)
{
	uint64_t word;

	for (; s.len - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, s.p + at, sizeof(word));
		if ((word & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	return at;
}

bool
utf8_is_valid(struct str s)
{
	size_t at = skip_ascii(s, 0);

	while (at < s.len) {
		if ((unsigned char)s.p[at] < 0x80)
			at++;
		else if (utf8_next(s, &at) < 0)
			return false;
	}
	return true;
}

size_t
utf8_encode(char bytes[static 4], uint32_t code)
{
	if (code < 0x80) {
		bytes[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		bytes[0] = (char)(0xc0 | code >> 6);
		bytes[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		bytes[0] = (char)(0xe0 | code >> 12);
		bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	bytes[0] = (char)(0xf0 | code >> 18);
	bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
	bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
	bytes[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

bool
utf8_is_deceptive(uint32_t code)
{
	/* Unicode: Cc, Bidi_Control, Default_Ignorable_Code_Point, Zl, Zp, Co */
	static const struct {
		uint32_t from, to;
	} ranges[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad },
		{ 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 },
		{ 0xe000, 0xf8ff }, { 0xfdd0, 0xfdef }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xffff },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0x10ffff },
	};

	/* What nearly every character is. */
	if (code >= 0x20 && code < 0x7f)
		return false; /* nearly all */
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	}
	return (code & 0xfffe) == 0xfffe;
}

bool
utf8_is_honest(struct str text)
{
	size_t at = 0;

	while (at < text.len) {
		int32_t code = utf8_next(text, &at);

		if (code < 0 || utf8_is_deceptive((uint32_t)code))
			return false;
	}
	return true;
}
