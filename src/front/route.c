/* Matching requests to the rows of routes.def. */
#include "front/route.h"

#include "util/utf8.h"

const struct route route_table[] = {
#define ROUTE(method, path, operation, body, kind)                             \
	{ ROUTE_##method, (path), (operation), ROUTE_##body, ROUTE_##kind },
#include "front/routes.def"
#undef ROUTE
};
const size_t route_n_rows = ARRAY_LEN(route_table);

static const struct str method_names[] = {
	[ROUTE_OTHER] = STR_INIT(""),
	[ROUTE_GET] = STR_INIT("GET"),
	[ROUTE_HEAD] = STR_INIT("HEAD"),
	[ROUTE_POST] = STR_INIT("POST"),
	[ROUTE_OPTIONS] = STR_INIT("OPTIONS"),
};

enum route_method
route_method_of(struct str name)
{
	for (size_t i = ROUTE_GET; i < ARRAY_LEN(method_names); i++) {
		if (str_is_equal(name, method_names[i]))
			return (enum route_method)i;
	}
	return ROUTE_OTHER;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* RFC 3986, 2.1 and 3.3: pchar and nothing else. */
static bool
is_pchar(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || (c != 0 && strchr("-._~!$&'()*+,;=:@", c));
}

static bool
is_plain_text(struct str s)
{
	size_t at = 0;

	while (at < s.len) {
		int32_t code = utf8_next(s, &at);

		if (code < 0x20 || code == 0x7f)
			return false;
	}
	return true;
}

static bool
decode(struct route_parameter *parameter, struct str segment)
{
	parameter->len = 0;
	for (size_t i = 0; i < segment.len; i++) {
		char c = segment.p[i];

		if (c == '%') {
			int high = i + 2 < segment.len ?
			    digit(segment.p[i + 1]) : -1;
			int low = i + 2 < segment.len ?
			    digit(segment.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (!is_pchar(c)) {
			return false;
		}
		if (parameter->len == sizeof(parameter->bytes))
			return false;
		parameter->bytes[parameter->len++] = c;
	}
	return is_plain_text(
	    (struct str){ parameter->bytes, parameter->len });
}

static bool
is_parameter(struct str segment)
{
	return segment.len > 0 && segment.p[0] == '{';
}

/* Whether path has the shape of the row; its parameters are not decoded. */
static bool
is_shape(const struct route *route, struct str path)
{
	struct str template = str_of(route->path);
	struct str want;
	struct str got;

	while (str_split(&want, &template, '/')) {
		/* The last parameter of a log path is all the rest of it. */
		if (route->kind == ROUTE_LOG && is_parameter(want))
			return path.len > 0;
		if (!str_split(&got, &path, '/'))
			return false;
		if (is_parameter(want) ? got.len == 0 : !str_is_equal(want, got))
			return false;
	}
	/* A trailing slash leaves an empty slice that is there. */
	return path.p == NULL;
}

static bool
take_parameters(struct route_match *match, struct str path)
{
	struct str template = str_of(match->route->path);
	struct str want;
	struct str got;

	while (str_split(&want, &template, '/') &&
	    str_split(&got, &path, '/')) {
		if (!is_parameter(want))
			continue;
		if (!decode(&match->parameters[match->n_parameters], got))
			return false;
		match->n_parameters++;
	}
	return true;
}

static bool
is_method(const struct route *route, enum route_method method)
{
	return route->method == method ||
	    (method == ROUTE_HEAD && route->method == ROUTE_GET &&
	    route->kind != ROUTE_GATE);
}

int
route_find(struct route_match *match, enum route_method method,
    struct str path)
{
	bool is_known = false;

	*match = (struct route_match){ 0 };
	for (size_t i = 0; i < route_n_rows; i++) {
		if (!is_shape(&route_table[i], path))
			continue;
		is_known = true;
		if (!is_method(&route_table[i], method))
			continue;
		match->route = &route_table[i];
		if (match->route->kind == ROUTE_LOG) {
			match->rest = str_part(path, strlen("/log/"), path.len);
			return 0;
		}
		return take_parameters(match, path) ? 0 : ROUTE_E_PARAMETER;
	}
	return is_known ? ROUTE_E_METHOD : ROUTE_E_PATH;
}

void
route_allow(struct buf *buf, struct str path)
{
	bool has_any = false;

	for (size_t m = ROUTE_GET; m <= ROUTE_POST; m++) {
		bool is_there = false;

		for (size_t i = 0; i < route_n_rows; i++) {
			is_there |= is_shape(&route_table[i], path) &&
			    is_method(&route_table[i], (enum route_method)m);
		}
		if (!is_there)
			continue;
		buf_add_str(buf, method_names[m]);
		buf_add_text(buf, ", ");
		has_any = true;
	}
	if (has_any)
		buf_add_str(buf, method_names[ROUTE_OPTIONS]);
}
