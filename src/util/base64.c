/* Strict Base64; see base64.h. */
#include "util/base64.h"

static const char *const alphabets[] = {
	[BASE64_STANDARD] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789+/",
	[BASE64_URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		       "abcdefghijklmnopqrstuvwxyz0123456789-_",
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
	const char *alphabet = alphabets[kind];
	const uint8_t *in = bytes;

	for (; len >= 3; len -= 3, in += 3) {
		*text++ = alphabet[in[0] >> 2];
		*text++ = alphabet[(in[0] & 3) << 4 | in[1] >> 4];
		*text++ = alphabet[(in[1] & 15) << 2 | in[2] >> 6];
		*text++ = alphabet[in[2] & 63];
	}
	if (len == 0)
		return;
	*text++ = alphabet[in[0] >> 2];
	if (len == 1) {
		*text++ = alphabet[(in[0] & 3) << 4];
	} else {
		*text++ = alphabet[(in[0] & 3) << 4 | in[1] >> 4];
		*text++ = alphabet[(in[1] & 15) << 2];
	}
	if (kind == BASE64_STANDARD) {
		*text++ = '=';
		if (len == 1)
			*text++ = '=';
	}
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

/* Six bits a letter; 64 and more: not one of the alphabet. */
#define LETTER(c, n) [(unsigned char)(c)] = (n) ^ 64
#define LETTERS(f, n)                                                          \
	LETTER(f, n), LETTER((f) + 1, n + 1), LETTER((f) + 2, n + 2),          \
	    LETTER((f) + 3, n + 3), LETTER((f) + 4, n + 4),                    \
	    LETTER((f) + 5, n + 5)
#define BOTH                                                                   \
	LETTERS('A', 0), LETTERS('G', 6), LETTERS('M', 12), LETTERS('S', 18),  \
	    LETTER('Y', 24), LETTER('Z', 25), LETTERS('a', 26),                \
	    LETTERS('g', 32), LETTERS('m', 38), LETTERS('s', 44),              \
	    LETTER('y', 50), LETTER('z', 51), LETTERS('0', 52),                \
	    LETTER('6', 58), LETTER('7', 59), LETTER('8', 60), LETTER('9', 61)

/* Zero is no letter, so what is not written here is none; see sextet(). */
static const uint8_t sextets[2][256] = {
	[BASE64_STANDARD] = { BOTH, LETTER('+', 62), LETTER('/', 63) },
	[BASE64_URL] = { BOTH, LETTER('-', 62), LETTER('_', 63) },
};

static unsigned
sextet(enum base64_kind kind, char c)
{
	return sextets[kind][(unsigned char)c] ^ 64u;
}

/* Whole groups of four letters. Returns: false when one is no letter. */
static bool
parse_groups(uint8_t *bytes, enum base64_kind kind, const char *text, size_t n)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i++, text += 4, bytes += 3) {
		unsigned a = sextet(kind, text[0]);
		unsigned b = sextet(kind, text[1]);
		unsigned c = sextet(kind, text[2]);
		unsigned d = sextet(kind, text[3]);

		wrong |= a | b | c | d;
		bytes[0] = (uint8_t)(a << 2 | b >> 4);
		bytes[1] = (uint8_t)(b << 4 | c >> 2);
		bytes[2] = (uint8_t)(c << 6 | d);
	}
	return wrong < 64;
}

/* The last two or three letters; no bits may be left over. */
static bool
parse_tail(uint8_t *bytes, enum base64_kind kind, const char *text, size_t n)
{
	unsigned a = sextet(kind, text[0]);
	unsigned b = sextet(kind, text[1]);
	unsigned c = n == 3 ? sextet(kind, text[2]) : 0;

	bytes[0] = (uint8_t)(a << 2 | b >> 4);
	if (n == 3)
		bytes[1] = (uint8_t)(b << 4 | c >> 2);
	return (a | b | c) < 64 && ((n == 3 ? c & 3 : b & 15) == 0);
}

int
base64_parse(uint8_t *bytes, size_t *len, size_t size, enum base64_kind kind,
    struct str text)
{
	size_t n_groups;
	size_t tail;

	if (kind == BASE64_STANDARD) {
		if (text.len % 4 != 0)
			return BASE64_E_FORMAT;
		for (int i = 0; i < 2 && text.len > 0; i++) {
			if (text.p[text.len - 1] == '=')
				text.len--;
		}
	}
	n_groups = text.len / 4;
	tail = text.len % 4;
	if (tail == 1)
		return BASE64_E_FORMAT;
	if (n_groups * 3 + tail * 3 / 4 > size)
		return BASE64_E_SIZE;
	if (!parse_groups(bytes, kind, text.p, n_groups))
		return BASE64_E_FORMAT;
	if (tail > 0 &&
	    !parse_tail(bytes + n_groups * 3, kind, text.p + n_groups * 4,
		tail))
		return BASE64_E_FORMAT;
	*len = n_groups * 3 + tail * 3 / 4;
	return 0;
}
