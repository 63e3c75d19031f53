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

static uint64_t
load_be64(const uint8_t *p)
{
	return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 |
	    (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 |
	    (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
	    (uint64_t)p[6] << 8 | (uint64_t)p[7];
}

void
base64_format(char *text, enum base64_kind kind, const void *bytes, size_t len)
{
	const char(*pair)[2] = pairs[kind];
	const uint8_t *in = bytes;

	/* Six of eight bytes at once: four pairs. */
	for (; len >= 8; len -= 6, in += 6, text += 8) {
		uint64_t word = load_be64(in);

		memcpy(text, pair[word >> 52], 2);
		memcpy(text + 2, pair[word >> 40 & 4095], 2);
		memcpy(text + 4, pair[word >> 28 & 4095], 2);
		memcpy(text + 6, pair[word >> 16 & 4095], 2);
	}
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
