/* Members of a request body against a shape; see members.h. */
#include "gate/members.h"

#include <errno.h>

#include "frames.h"
#include "limits.h"
#include "util/fault.h"
#include "util/utf8.h"

static void
refuse(struct refusal *refusal, enum refusal_code code, struct str member,
    struct str detail)
{
	if (refusal->code == REFUSAL_NONE)
		*refusal = (struct refusal){ code, member, detail };
}

/* "type \t pointer \t value" */
static bool
split(struct member *member, struct str field)
{
	size_t tab;

	if (field.len < 3 || field.p[1] != '\t')
		return false;
	member->type = field.p[0];
	tab = str_find(field, '\t', 2);
	if (tab >= field.len)
		return false;
	member->pointer = str_part(field, 2, tab);
	member->value = str_part(field, tab + 1, field.len);
	return memchr("sinb0oa", member->type, 7) != NULL &&
	    utf8_is_valid(member->pointer) && utf8_is_valid(member->value);
}

/* "CODE\npointer\nreason" of a body that the front could not use. */
static void
malformed(struct refusal *refusal, struct str field)
{
	struct str code = STR("");
	struct str pointer = STR("");
	struct str reason = STR("");

	if (!str_split(&code, &field, '\n'))
		code = STR("");
	if (!str_split(&pointer, &field, '\n'))
		pointer = STR("");
	if (!str_split(&reason, &field, '\n'))
		reason = code;
	refuse(refusal, REFUSAL_MALFORMED, pointer, reason);
}

int
members_decode(struct members *members, struct refusal *refusal,
    struct arena *arena, const struct frame *frame)
{
	struct str rest = frame->fields;
	struct str value;
	uint16_t tag;
	size_t n = 0;

	while (frame_next(&tag, &value, &rest))
		n += tag == ASK_MEMBER;
	*members = (struct members){ 0 };
	members->items = ARENA_ARRAY(arena, n, struct member);
	if (members->items == NULL)
		return FAULT(ENOMEM);
	rest = frame->fields;
	while (frame_next(&tag, &value, &rest)) {
		if (tag == ASK_MALFORMED)
			malformed(refusal, value);
		if (tag != ASK_MEMBER)
			continue;
		if (!split(&members->items[members->n_items], value)) {
			refuse(refusal, REFUSAL_MALFORMED, STR(""),
			    STR("a member of the frame is broken"));
			return 0;
		}
		members->n_items++;
	}
	return 0;
}

/* Digits of an array position: "0", "17"; no leading zero. */
static bool
is_position(struct str s)
{
	uint64_t n;

	return str_to_u64(&n, s) && n < LIMIT_FRAME_FIELDS;
}

static bool
is_match(struct str pointer, const char *pattern)
{
	struct str want = str_of(pattern);

	if (want.len < 2 || want.p[want.len - 1] != '*' ||
	    want.p[want.len - 2] != '/')
		return str_is_equal(pointer, want);
	want.len--;
	return str_has_prefix(pointer, want) &&
	    is_position(str_part(pointer, want.len, pointer.len));
}

static const struct member_shape *
find_shape(struct str pointer, const struct member_shape *shape, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_match(pointer, shape[i].pointer))
			return &shape[i];
	}
	return NULL;
}

static bool
is_honest(struct str text)
{
	size_t at = 0;

	while (at < text.len) {
		int32_t code;

		if (text.p[at] >= 0x20 && text.p[at] < 0x7f) {
			at++;
			continue;
		}
		code = utf8_next(text, &at);

		if (code < 0 || utf8_is_deceptive((uint32_t)code))
			return false;
	}
	return true;
}

/* An empty object or array is nothing, where something could have been. */
static bool
is_empty_container(const struct member *member,
    const struct member_shape *shape, size_t n)
{
	if (member->type != 'o' && member->type != 'a')
		return false;
	/* "{}" as the whole body says nothing, and so does no body. */
	if (member->pointer.len == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		struct str want = str_of(shape[i].pointer);

		if (str_has_prefix(want, member->pointer) &&
		    want.len > member->pointer.len &&
		    want.p[member->pointer.len] == '/')
			return true;
	}
	return false;
}

static void
check_member(struct refusal *refusal, const struct member *member,
    const struct member_shape *shape, size_t n)
{
	const struct member_shape *rule = find_shape(member->pointer, shape, n);

	if (rule == NULL) {
		if (!is_empty_container(member, shape, n))
			refuse(refusal, REFUSAL_UNKNOWN_MEMBER,
			    member->pointer, STR(""));
		return;
	}
	if (member->type != rule->type)
		refuse(refusal, REFUSAL_WRONG_TYPE, member->pointer,
		    rule->type == 's' ? STR("text is expected") :
			rule->type == 'i'
			? STR("a whole number is expected")
			: STR("true or false is expected"));
	else if (member->value.len > rule->max)
		refuse(refusal, REFUSAL_TOO_LONG, member->pointer, STR(""));
	else if (member->type == 's' && !is_honest(member->value))
		refuse(refusal, REFUSAL_BAD_TEXT, member->pointer,
		    STR("control, bidirectional, zero-width and private "
			"characters are refused"));
}

static void
check_repeated(struct refusal *refusal, const struct members *members)
{
	for (size_t i = 0; i < members->n_items; i++) {
		for (size_t k = 0; k < i; k++) {
			if (str_is_equal(members->items[i].pointer,
				members->items[k].pointer))
				refuse(refusal, REFUSAL_MALFORMED,
				    members->items[i].pointer,
				    STR("the member is given twice"));
		}
	}
}

bool
members_check(struct refusal *refusal, const struct members *members,
    const struct member_shape *shape, size_t n_shape)
{
	for (size_t i = 0; i < members->n_items; i++)
		check_member(refusal, &members->items[i], shape, n_shape);
	check_repeated(refusal, members);
	for (size_t i = 0; i < n_shape; i++) {
		if (shape[i].is_required &&
		    members_find(members, shape[i].pointer).p == NULL)
			refuse(refusal, REFUSAL_MISSING_MEMBER,
			    str_of(shape[i].pointer), STR(""));
	}
	return refusal->code == REFUSAL_NONE;
}

struct str
members_find(const struct members *members, const char *pointer)
{
	for (size_t i = 0; i < members->n_items; i++) {
		if (is_match(members->items[i].pointer, pointer))
			return members->items[i].value;
	}
	return (struct str){ 0 };
}

struct str
members_below(const struct members *members, struct str prefix,
    struct str rest)
{
	for (size_t i = 0; i < members->n_items; i++) {
		struct str have = members->items[i].pointer;

		if (have.len == prefix.len + rest.len &&
		    memcmp(have.p, prefix.p, prefix.len) == 0 &&
		    memcmp(have.p + prefix.len, rest.p, rest.len) == 0)
			return members->items[i].value;
	}
	return (struct str){ 0 };
}

bool
members_has(const struct members *members, const char *pointer)
{
	struct str want = str_of(pointer);

	for (size_t i = 0; i < members->n_items; i++) {
		struct str have = members->items[i].pointer;

		if (str_has_prefix(have, want) &&
		    (have.len == want.len || have.p[want.len] == '/'))
			return true;
	}
	return false;
}

size_t
members_list(struct str *values, size_t max, const struct members *members,
    const char *prefix)
{
	struct str want = str_of(prefix);
	size_t n = 0;

	for (size_t i = 0; i < members->n_items && n < max; i++) {
		struct str have = members->items[i].pointer;

		if (str_has_prefix(have, want) && have.len > want.len &&
		    have.p[want.len] == '/' &&
		    is_position(str_part(have, want.len + 1, have.len)))
			values[n++] = members->items[i].value;
	}
	return n;
}
