/* JSON writer; see json.h. */
#include "util/json.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

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
has_odd(uint64_t eight)
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
		if (has_odd(eight))
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

static bool
is_special(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

/*
 * Whether one of the bytes must be escaped. Without a branch and of a fixed
 * number, so that the compiler looks at all of them at once.
 */
#define STRIDE 32

static bool
has_special(const char bytes[static STRIDE])
{
	unsigned char any = 0;

	for (size_t i = 0; i < STRIDE; i++) {
		unsigned char c = (unsigned char)bytes[i];

		any |= (unsigned char)((c < 0x20) | (c == '"') | (c == '\\'));
	}
	return any != 0;
}

/*
 * The same of eight: the high bit of a byte of word - n, where that of the word
 * is clear, says that the byte, or the borrow of one before it, is below n.
 */
static bool
has_special_word(const char bytes[static 8])
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t word;
	uint64_t quote;
	uint64_t backslash;
	uint64_t special;

	memcpy(&word, bytes, sizeof(word));
	quote = word ^ ones * '"';
	backslash = word ^ ones * '\\';
	special = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
	    ((backslash - ones) & ~backslash);
	return (special & ones << 7) != 0;
}

/* Index of the first byte at or after from that must be escaped; s.len. */
static size_t
find_special(struct str s, size_t from)
{
	size_t i = from;

	while (s.len - i >= STRIDE && !has_special(s.p + i))
		i += STRIDE;
	while (s.len - i >= 8 && !has_special_word(s.p + i))
		i += 8;
	while (i < s.len && !is_special((unsigned char)s.p[i]))
		i++;
	return i;
}

static void
add_escaped(struct buf *buf, char c)
{
	if (c == '"' || c == '\\') {
		buf_add_char(buf, '\\');
		buf_add_char(buf, c);
	} else if (c == '\n') {
		buf_add_text(buf, "\\n");
	} else {
		buf_add_format(buf, "\\u%04x", (unsigned)c);
	}
}

void
json_add_string(struct buf *buf, struct str s)
{
	size_t from = 0;

	buf_add_char(buf, '"');
	while (from < s.len) {
		size_t to = find_special(s, from);

		buf_add(buf, s.p + from, to - from);
		if (to < s.len)
			add_escaped(buf, s.p[to]);
		from = to + 1;
	}
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
