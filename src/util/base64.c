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
