/* Reading header field values. */
#include "front/header.h"

#include <strings.h>

#include "limits.h"

static bool
is_same(struct str a, struct str b)
{
	return a.len == b.len && a.p != NULL &&
	    strncasecmp(a.p, b.p, a.len) == 0;
}

bool
header_is_json(struct str value)
{
	size_t at = str_find(value, ';', 0);
	struct str rest = str_trim(str_part(value, at, value.len));

	if (!is_same(str_trim(str_part(value, 0, at)), STR("application/json")))
		return false;
	if (rest.len == 0)
		return true;
	rest = str_trim(str_part(rest, 1, rest.len));
	return is_same(rest, STR("charset=utf-8")) ||
	    is_same(rest, STR("charset=\"utf-8\""));
}

struct str
header_bearer(struct str value)
{
	size_t at = str_find(value, ' ', 0);

	if (!is_same(str_part(value, 0, at), STR("Bearer")))
		return STR("");
	return str_trim(str_part(value, at, value.len));
}

bool
header_is_token(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] <= 0x20 || value.p[i] >= 0x7f)
			return false;
	}
	return value.len > 0 && value.len <= LIMIT_FRONT_TOKEN_BYTES;
}

bool
header_is_request_id(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') ||
		    (c != 0 && strchr("-._~:", c) != NULL)))
			return false;
	}
	return value.len > 0 && value.len <= LIMIT_FRONT_TOKEN_BYTES;
}

static bool
is_hex(struct str s, bool may_be_zero)
{
	bool is_zero = true;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		is_zero &= c == '0';
	}
	return may_be_zero || !is_zero;
}

bool
header_is_traceparent(struct str value)
{
	return value.len == 55 && str_has_prefix(value, STR("00-")) &&
	    value.p[35] == '-' && value.p[52] == '-' &&
	    is_hex(str_part(value, 3, 35), false) &&
	    is_hex(str_part(value, 36, 52), false) &&
	    is_hex(str_part(value, 53, 55), true);
}
