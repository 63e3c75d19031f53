/* Lower-case hexadecimal; see hex.h. */
#include "util/hex.h"

void
hex_format(char *text, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * len] = '\0';
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
hex_parse(uint8_t *bytes, size_t len, struct str s)
{
	if (s.len != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = digit(s.p[2 * i]);
		int low = digit(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}
