/* JSON writer; see json.h. */
#include "util/json.h"

#include <assert.h>

void
json_init(struct json *json, struct buf *buf)
{
	*json = (struct json){ .buf = buf };
}

static void
separate(struct json *json)
{
	if (json->needs_comma)
		buf_add_char(json->buf, ',');
	json->needs_comma = true;
}

static void
open(struct json *json, char c)
{
	separate(json);
	buf_add_char(json->buf, c);
	json->depth++;
	json->needs_comma = false;
}

static void
close(struct json *json, char c)
{
	assert(json->depth > 0);
	json->depth--;
	buf_add_char(json->buf, c);
	json->needs_comma = true;
}

void
json_open_object(struct json *json)
{
	open(json, '{');
}

void
json_close_object(struct json *json)
{
	close(json, '}');
}

void
json_open_array(struct json *json)
{
	open(json, '[');
}

void
json_close_array(struct json *json)
{
	close(json, ']');
}

/* A byte of the eight is not plain: below 0x20, above 0x7f, quote, backslash. */
static bool
has_special(uint64_t eight)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t tops = ones << 7;
	uint64_t quote = eight ^ ones * '"';
	uint64_t slash = eight ^ ones * '\\';

	return ((eight | (eight - ones * 0x20) | (quote - ones) |
		    (slash - ones)) &
		   tops) != 0;
}

size_t
json_plain(struct str s, size_t from)
{
	size_t at = from;

	while (s.len - at >= sizeof(uint64_t)) {
		uint64_t eight;

		memcpy(&eight, s.p + at, sizeof(eight));
		if (has_special(eight))
			break;
		at += sizeof(eight);
	}
	while (at < s.len) {
		unsigned char c = (unsigned char)s.p[at];

		if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
			break;
		at++;
	}
	return at - from;
}

void
json_add_string(struct buf *buf, struct str s)
{
	size_t from = 0;

	buf_add_char(buf, '"');
	for (size_t i = json_plain(s, 0); i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(buf, s.p + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\') {
			buf_add_char(buf, '\\');
			buf_add_char(buf, (char)c);
		} else if (c == '\n') {
			buf_add_text(buf, "\\n");
		} else {
			buf_add_format(buf, "\\u%04x", c);
		}
	}
	if (s.len > from)
		buf_add(buf, s.p + from, s.len - from);
	buf_add_char(buf, '"');
}

void
json_key(struct json *json, struct str name)
{
	separate(json);
	json_add_string(json->buf, name);
	buf_add_char(json->buf, ':');
	json->needs_comma = false;
}

void
json_string(struct json *json, struct str s)
{
	separate(json);
	json_add_string(json->buf, s);
}

void
json_i64(struct json *json, int64_t value)
{
	separate(json);
	buf_add_i64(json->buf, value);
}

void
json_bool(struct json *json, bool value)
{
	separate(json);
	buf_add_text(json->buf, value ? "true" : "false");
}

void
json_null(struct json *json)
{
	separate(json);
	buf_add_text(json->buf, "null");
}

void
json_raw(struct json *json, struct str text)
{
	separate(json);
	buf_add_str(json->buf, text);
}

void
json_put_string(struct json *json, const char *name, struct str s)
{
	json_key(json, str_of(name));
	json_string(json, s);
}

void
json_put_i64(struct json *json, const char *name, int64_t value)
{
	json_key(json, str_of(name));
	json_i64(json, value);
}

void
json_put_bool(struct json *json, const char *name, bool value)
{
	json_key(json, str_of(name));
	json_bool(json, value);
}

void
json_put_raw(struct json *json, const char *name, struct str text)
{
	json_key(json, str_of(name));
	json_raw(json, text);
}
