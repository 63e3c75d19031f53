/* From JSON text to ASK_MEMBER fields; jansson reads, this file is strict. */
#include "front/body.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "frames.h"
#include "util/arena.h"
#include "util/fault.h"
#include "util/frame.h"

/* RFC 7493, 2.2: integers that every reader holds exactly. */
#define INTEGER_MAX ((INT64_C(1) << 53) - 1)

/*
 * Where the tree of one body lives, while it is walked: jansson asks for room
 * some hundred times a body, and gives none back before the end. What it may
 * need is bounded by the length of a body and the number of its values.
 */
static struct arena memory = { .limit = SIZE_MAX };

static void *
take(size_t size)
{
	return arena_alloc(&memory, size);
}

static void
give(void *p)
{
	(void)p; /* all at once: see flatten() */
}

struct flat {
	struct buf *frame;
	struct buf pointer;
	unsigned n_leaves;
	struct body_malformed *malformed;
};

static int
refuse(struct body_malformed *malformed, const char *code, struct str path,
    const char *reason)
{
	size_t len = MIN(path.len, sizeof(malformed->path) - 1);

	malformed->code = code;
	if (len > 0)
		memcpy(malformed->path, path.p, len);
	malformed->path[len] = '\0';
	snprintf(malformed->reason, sizeof(malformed->reason), "%s", reason);
	return BODY_E_MALFORMED;
}

static int
refuse_at(struct body_malformed *malformed, const char *code, size_t offset,
    const char *what)
{
	refuse(malformed, code, STR(""), "");
	snprintf(malformed->reason, sizeof(malformed->reason),
	    "%s at byte %zu", what, offset);
	return BODY_E_MALFORMED;
}

/* Index behind the string that begins at its quote. */
static size_t
skip_string(struct str text, size_t at)
{
	for (at++; at < text.len && text.p[at] != '"'; at++) {
		if (text.p[at] == '\\')
			at++;
	}
	return at;
}

static bool
is_minus_zero(struct str text, size_t at)
{
	return text.p[at] == '-' && at + 1 < text.len &&
	    text.p[at + 1] == '0' &&
	    (at + 2 >= text.len || strchr(".eE", text.p[at + 2]) == NULL ||
	    text.p[at + 2] == '\0');
}

/*
 * What the parser must not meet, and what it would not tell: nesting and
 * number of values, before any memory is spent on them, and -0.
 */
static int
scan(struct body_malformed *malformed, struct str text)
{
	unsigned depth = 0;
	unsigned n_values = 1;

	for (size_t i = 0; i < text.len; i++) {
		switch (text.p[i]) {
		case '"':
			i = skip_string(text, i);
			break;
		case '{':
		case '[':
			if (++depth > LIMIT_FRONT_JSON_DEPTH)
				return refuse_at(malformed, "too-deep", i,
				    "more than 16 levels");
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			break;
		case ',':
			if (++n_values > LIMIT_FRONT_JSON_MEMBERS)
				return refuse_at(malformed, "too-many-members",
				    i, "more than 256 values");
			break;
		case '-':
			if (is_minus_zero(text, i))
				return refuse_at(malformed, "bad-number", i,
				    "negative zero");
			break;
		default:
			break;
		}
	}
	return 0;
}

/* The parser's own text repeats what the client wrote, so it is not used. */
static int
refuse_parse(struct body_malformed *malformed, const json_error_t *error)
{
	size_t at = error->position > 0 ? (size_t)error->position : 0;

	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		return refuse_at(malformed, "duplicate-member", at,
		    "a name came twice in one object,");
	case json_error_invalid_utf8:
		return refuse_at(malformed, "bad-utf8", at, "not UTF-8");
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return refuse_at(malformed, "bad-utf8", at, "NUL in a string");
	case json_error_end_of_input_expected:
		return refuse_at(malformed, "trailing-data", at,
		    "something behind the document,");
	case json_error_numeric_overflow:
		return refuse_at(malformed, "bad-number", at,
		    "a number out of range");
	case json_error_stack_overflow:
		return refuse_at(malformed, "too-deep", at, "nested too deep");
	case json_error_unknown:
	case json_error_out_of_memory:
	case json_error_cannot_open_file:
	case json_error_invalid_argument:
	case json_error_premature_end_of_input:
	case json_error_invalid_syntax:
	case json_error_invalid_format:
	case json_error_wrong_type:
	case json_error_null_value:
	case json_error_item_not_found:
	case json_error_index_out_of_range:
	default:
		return refuse_at(malformed, "not-json", at,
		    "not JSON (RFC 8259)");
	}
}

static int put_value(struct flat *flat, const json_t *value);

static int
refuse_here(struct flat *flat, const char *code, const char *reason)
{
	return refuse(flat->malformed, code, buf_str(&flat->pointer), reason);
}

static int
put_leaf(struct flat *flat, char type, struct str value)
{
	const char head[] = { type, '\t' };
	const struct str parts[] = { { head, sizeof(head) },
		buf_str(&flat->pointer), STR("\t"), value };

	if (++flat->n_leaves > LIMIT_FRONT_JSON_MEMBERS)
		return refuse_here(flat, "too-many-members",
		    "more than 256 values");
	if (value.len > LIMIT_FRONT_STRING_BYTES)
		return refuse_here(flat, "too-long",
		    "a string of more than 4,096 bytes");
	frame_put_parts(flat->frame, ASK_MEMBER, parts, ARRAY_LEN(parts));
	return 0;
}

/* RFC 6901, 3. */
static int
push_name(struct flat *flat, struct str name)
{
	buf_add_char(&flat->pointer, '/');
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c < 0x20 || c == 0x7f)
			return refuse(flat->malformed, "bad-name", STR(""),
			    "a name with a control character");
		if (c == '~')
			buf_add_text(&flat->pointer, "~0");
		else if (c == '/')
			buf_add_text(&flat->pointer, "~1");
		else
			buf_add_char(&flat->pointer, (char)c);
	}
	switch (buf_finish(&flat->pointer)) {
	case 0:
		return 0;
	case BUF_E_LIMIT:
		return refuse(flat->malformed, "too-long", STR(""),
		    "names of more than 256 bytes from root to leaf");
	default:
		return FAULT(ENOMEM);
	}
}

static void
pop_name(struct flat *flat, size_t len)
{
	flat->pointer.len = len;
	if (flat->pointer.bytes != NULL)
		flat->pointer.bytes[len] = '\0';
}

static int
put_object(struct flat *flat, const json_t *object)
{
	size_t len = flat->pointer.len;
	/* jansson iterates over const objects through non-const pointers. */
	json_t *members = json_incref((json_t *)(uintptr_t)object);
	const char *name;
	json_t *value;
	int r = 0;

	if (json_object_size(members) == 0)
		r = put_leaf(flat, 'o', STR(""));
	json_object_foreach(members, name, value) {
		r = push_name(flat, str_of(name));
		if (r == 0)
			r = put_value(flat, value);
		if (r != 0)
			break;
		pop_name(flat, len);
	}
	json_decref(members);
	return r;
}

static int
put_array(struct flat *flat, const json_t *array)
{
	size_t len = flat->pointer.len;
	size_t n = json_array_size(array);
	int r = 0;

	if (n == 0)
		return put_leaf(flat, 'a', STR(""));
	for (size_t i = 0; i < n; i++) {
		char index[24];

		snprintf(index, sizeof(index), "%zu", i);
		r = push_name(flat, str_of(index));
		if (r == 0)
			r = put_value(flat, json_array_get(array, i));
		if (r != 0)
			return r;
		pop_name(flat, len);
	}
	return 0;
}

static int
put_integer(struct flat *flat, json_int_t value)
{
	char text[24];

	if (value > INTEGER_MAX || value < -INTEGER_MAX)
		return refuse_here(flat, "bad-number",
		    "an integer beyond 2^53 - 1 (RFC 7493)");
	snprintf(text, sizeof(text), "%lld", (long long)value);
	return put_leaf(flat, 'i', str_of(text));
}

static int
put_real(struct flat *flat, double value)
{
	char text[32];

	if (signbit(value) && fpclassify(value) == FP_ZERO)
		return refuse_here(flat, "bad-number", "negative zero");
	snprintf(text, sizeof(text), "%.17g", value);
	return put_leaf(flat, 'n', str_of(text));
}

static int
put_value(struct flat *flat, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return put_object(flat, value);
	case JSON_ARRAY:
		return put_array(flat, value);
	case JSON_STRING:
		return put_leaf(flat, 's',
		    (struct str){ json_string_value(value),
		    json_string_length(value) });
	case JSON_INTEGER:
		return put_integer(flat, json_integer_value(value));
	case JSON_REAL:
		return put_real(flat, json_real_value(value));
	case JSON_TRUE:
		return put_leaf(flat, 'b', STR("true"));
	case JSON_FALSE:
		return put_leaf(flat, 'b', STR("false"));
	case JSON_NULL:
	default:
		return put_leaf(flat, '0', STR(""));
	}
}

static int
parse(struct flat *flat, struct str text)
{
	json_error_t error;
	json_t *root = json_loadb(text.p, text.len,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (root == NULL)
		return refuse_parse(flat->malformed, &error);
	if (json_is_object(root))
		return put_value(flat, root);
	return refuse(flat->malformed, "not-an-object", STR(""),
	    "the body must be one JSON object");
}

/* The tree is in the arena: it is not taken apart, but left with it. */
static int
flatten(struct flat *flat, struct str text)
{
	json_malloc_t old_take;
	json_free_t old_give;
	int r = scan(flat->malformed, text);

	if (r != 0)
		return r;
	json_get_alloc_funcs(&old_take, &old_give);
	json_set_alloc_funcs(take, give);
	r = parse(flat, text);
	json_set_alloc_funcs(old_take, old_give);
	return r;
}

int
body_flatten(struct buf *frame, struct body_malformed *malformed,
    struct str text)
{
	struct flat flat = { .frame = frame, .malformed = malformed };
	size_t place = frame->len;
	int r;

	buf_init_in(&flat.pointer, &memory, LIMIT_FRONT_POINTER_BYTES);
	r = flatten(&flat, text);
	arena_reset(&memory);
	if (r != 0 && frame->bytes != NULL) {
		frame->len = place;
		frame->bytes[place] = '\0';
	}
	return r < 0 ? TRACE(r) : r;
}

void
body_put_malformed(struct buf *frame, const struct body_malformed *malformed)
{
	char text[LIMIT_FRONT_POINTER_BYTES + 160];

	snprintf(text, sizeof(text), "%s\n%s\n%s", malformed->code,
	    malformed->path, malformed->reason);
	frame_put(frame, ASK_MALFORMED, str_of(text));
}
