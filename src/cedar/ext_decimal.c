/* Decimals; see ext_decimal.h. */
#include "cedar/ext_decimal.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#define SCALE 10000u

static size_t
digits_end(struct str text, size_t at)
{
	while (at < text.len && text.p[at] >= '0' && text.p[at] <= '9')
		at++;
	return at;
}

int
cedar_ext_decimal_parse(int64_t *value, struct str text)
{
	bool is_negative = text.len > 0 && text.p[0] == '-';
	size_t start = is_negative;
	size_t point = digits_end(text, start);
	size_t end;
	uint64_t units = 0;
	unsigned n_digits = 0;

	if (point == start || point >= text.len || text.p[point] != '.')
		return EXT_DECIMAL_E_FORM;
	end = digits_end(text, point + 1);
	if (end == point + 1 || end != text.len)
		return EXT_DECIMAL_E_FORM;
	if (end - point - 1 > 4)
		return EXT_DECIMAL_E_DIGITS;
	for (size_t i = start; i < end || n_digits < 4; i++) {
		unsigned digit = 0;

		if (i == point)
			continue;
		if (i < end)
			digit = (unsigned)(text.p[i] - '0');
		n_digits += i > point;
		if (__builtin_mul_overflow(units, (uint64_t)10, &units) ||
		    __builtin_add_overflow(units, (uint64_t)digit, &units))
			return EXT_DECIMAL_E_OVERFLOW;
	}
	if (units > (uint64_t)INT64_MAX + is_negative)
		return EXT_DECIMAL_E_OVERFLOW;
	*value = is_negative ? (int64_t)(0 - units) : (int64_t)units;
	return 0;
}

size_t
cedar_ext_decimal_format(char text[static 24], int64_t value)
{
	uint64_t units = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	int len = snprintf(text, 24, "%s%" PRIu64 ".%04u",
	    value < 0 ? "-" : "", units / SCALE, (unsigned)(units % SCALE));

	for (unsigned i = 0; i < 3 && text[len - 1] == '0'; i++)
		text[--len] = '\0';
	return (size_t)len;
}
