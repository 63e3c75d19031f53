/* Operations on borrowed slices; see str.h. */
#include "util/str.h"

int
str_compare(struct str a, struct str b)
{
	size_t n = MIN(a.len, b.len);
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool
str_has_prefix(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
	    str_is_equal(str_part(s, 0, prefix.len), prefix);
}

bool
str_has_suffix(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	    str_is_equal(str_part(s, s.len - suffix.len, s.len), suffix);
}

size_t
str_find(struct str s, char c, size_t from)
{
	const char *hit;

	if (from >= s.len)
		return s.len;
	hit = memchr(s.p + from, c, s.len - from);
	return hit != NULL ? (size_t)(hit - s.p) : s.len;
}

struct str
str_part(struct str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	/* to > 0 says that s.p is not NULL. */
	return (struct str){ to > 0 ? s.p + from : s.p, to - from };
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
	while (s.len > 0 && is_space(s.p[0]))
		s = str_part(s, 1, s.len);
	while (s.len > 0 && is_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

bool
str_split(struct str *piece, struct str *rest, char separator)
{
	size_t at;

	if (rest->p == NULL)
		return false;
	at = str_find(*rest, separator, 0);
	*piece = str_part(*rest, 0, at);
	if (at < rest->len)
		*rest = str_part(*rest, at + 1, rest->len);
	else
		*rest = (struct str){ 0 };
	return true;
}

bool
str_to_u64(uint64_t *value, struct str s)
{
	uint64_t n = 0;

	if (s.len == 0 || (s.len > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';

		if (digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, digit, &n))
			return false;
	}
	*value = n;
	return true;
}

bool
str_to_i64(int64_t *value, struct str s)
{
	bool is_negative = s.len > 0 && s.p[0] == '-';
	uint64_t n;

	if (!str_to_u64(&n, is_negative ? str_part(s, 1, s.len) : s))
		return false;
	if (is_negative) {
		if (n > (uint64_t)INT64_MAX + 1 || n == 0)
			return false;
		*value = n == (uint64_t)INT64_MAX + 1 ? INT64_MIN : -(int64_t)n;
		return true;
	}
	if (n > INT64_MAX)
		return false;
	*value = (int64_t)n;
	return true;
}

bool
str_is_equal_constant(struct str a, struct str b)
{
	unsigned char difference = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		difference |= (unsigned char)((unsigned char)a.p[i] ^
		    (unsigned char)b.p[i]);
	return difference == 0;
}
