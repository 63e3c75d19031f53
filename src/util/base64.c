/* Strict Base64; see base64.h. */
#include "util/base64.h"

/*
 * The two characters of every twelve bits, a table for each alphabet: half the
 * look-ups, and every receipt is written this way. FIRST_… and SECOND_… count
 * through the alphabet, c62 and c63 being its last two characters.
 */
#define SECOND_2(a, c) { a, c }, { a, (c) + 1 }
#define SECOND_8(a, c)                                                         \
	SECOND_2(a, c), SECOND_2(a, (c) + 2), SECOND_2(a, (c) + 4),            \
	    SECOND_2(a, (c) + 6)
#define SECOND_26(a, c)                                                        \
	SECOND_8(a, c), SECOND_8(a, (c) + 8), SECOND_8(a, (c) + 16),           \
	    SECOND_2(a, (c) + 24)
#define SECOND(a, c62, c63)                                                    \
	SECOND_26(a, 'A'), SECOND_26(a, 'a'), SECOND_8(a, '0'),                \
	    SECOND_2(a, '8'), { a, c62 }, { a, c63 }
#define FIRST_2(c, c62, c63) SECOND(c, c62, c63), SECOND((c) + 1, c62, c63)
#define FIRST_8(c, c62, c63)                                                   \
	FIRST_2(c, c62, c63), FIRST_2((c) + 2, c62, c63),                      \
	    FIRST_2((c) + 4, c62, c63), FIRST_2((c) + 6, c62, c63)
#define FIRST_26(c, c62, c63)                                                  \
	FIRST_8(c, c62, c63), FIRST_8((c) + 8, c62, c63),                      \
	    FIRST_8((c) + 16, c62, c63), FIRST_2((c) + 24, c62, c63)
#define PAIRS(c62, c63)                                                        \
	{                                                                      \
		FIRST_26('A', c62, c63), FIRST_26('a', c62, c63),              \
		    FIRST_8('0', c62, c63), FIRST_2('8', c62, c63),            \
		    SECOND(c62, c62, c63), SECOND(c63, c62, c63)               \
	}

static const char pairs[][4096][2] = {
	[BASE64_STANDARD] = PAIRS('+', '/'),
	[BASE64_URL] = PAIRS('-', '_'),
};

size_t
base64_text_len(enum base64_kind kind, size_t len)
{
	size_t tail = len % 3;

	if (kind == BASE64_STANDARD)
		return (len + 2) / 3 * 4;
	return len / 3 * 4 + (tail > 0 ? tail + 1 : 0);
}

void
base64_format(char *text, enum base64_kind kind, const void *bytes, size_t len)
{
	const char(*pair)[2] = pairs[kind];
	const uint8_t *in = bytes;

	for (; len >= 3; len -= 3, in += 3, text += 4) {
		memcpy(text, pair[in[0] << 4 | in[1] >> 4], 2);
		memcpy(text + 2, pair[(in[1] & 15) << 8 | in[2]], 2);
	}
	if (len == 0)
		return;
	memcpy(text, pair[in[0] << 4 | (len == 2 ? in[1] >> 4 : 0)], 2);
	text += 2;
	if (len == 2)
		*text++ = pair[(in[1] & 15) << 2][1];
	if (kind == BASE64_STANDARD)
		memcpy(text, "==", 3 - len);
}

void
base64_add(struct buf *buf, enum base64_kind kind, const void *bytes,
    size_t len)
{
	size_t text_len = base64_text_len(kind, len);
	char *room = buf_reserve(buf, text_len);

	if (room == NULL || text_len == 0)
		return;
	base64_format(room, kind, bytes, len);
	buf_grow(buf, text_len);
}

static int
sextet(enum base64_kind kind, char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (kind == BASE64_URL ? '-' : '+'))
		return 62;
	if (c == (kind == BASE64_URL ? '_' : '/'))
		return 63;
	return -1;
}

int
base64_parse(uint8_t *bytes, size_t *len, size_t size, enum base64_kind kind,
    struct str text)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t out = 0;

	if (kind == BASE64_STANDARD) {
		if (text.len % 4 != 0)
			return BASE64_E_FORMAT;
		for (int i = 0; i < 2 && text.len > 0; i++) {
			if (text.p[text.len - 1] == '=')
				text.len--;
		}
	}
	if (text.len % 4 == 1)
		return BASE64_E_FORMAT;
	if (text.len / 4 * 3 + (text.len % 4) * 3 / 4 > size)
		return BASE64_E_SIZE;
	for (size_t i = 0; i < text.len; i++) {
		int value = sextet(kind, text.p[i]);

		if (value < 0)
			return BASE64_E_FORMAT;
		bits = (bits << 6 | (uint32_t)value) & 0xffffff;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			bytes[out++] = (uint8_t)(bits >> n_bits);
		}
	}
	if ((bits & ((1u << n_bits) - 1)) != 0)
		return BASE64_E_FORMAT;
	*len = out;
	return 0;
}
