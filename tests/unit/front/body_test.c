/* Flattening of JSON bodies: leaves, limits at n and n + 1, refusals. */
#include "front/body.h"

#include <stdio.h>
#include <stdlib.h>

#include "frames.h"
#include "tap.h"
#include "util/frame.h"

struct world {
	struct buf frame;
	size_t place;
	struct body_malformed malformed;
	int r;
};

static void
flatten(struct world *w, struct str text)
{
	*w = (struct world){ 0 };
	buf_init(&w->frame, LIMIT_FRAME_BYTES);
	w->place = frame_begin(&w->frame, ASK_KIND_ASK, 1);
	w->r = body_flatten(&w->frame, &w->malformed, text);
}

/* The members of the frame, one a line. */
static struct buf
members(struct world *w)
{
	struct buf all;
	struct frame frame;
	struct str rest;
	struct str value;
	uint16_t tag;
	size_t len;

	buf_init(&all, LIMIT_FRAME_BYTES);
	check(frame_end(&w->frame, w->place) == 0);
	check(frame_parse(&frame, &len, buf_str(&w->frame)) == 0);
	rest = frame.fields;
	while (frame_next(&tag, &value, &rest)) {
		check(tag == ASK_MEMBER);
		buf_add_str(&all, value);
		buf_add_char(&all, '\n');
	}
	return all;
}

static void
check_members(const char *text, const char *want)
{
	struct world w;
	struct buf all;

	flatten(&w, str_of(text));
	check(w.r == 0);
	all = members(&w);
	check_str(buf_str(&all), str_of(want));
	buf_fini(&all);
	buf_fini(&w.frame);
}

static void
check_refused(struct str text, const char *code, const char *path)
{
	struct world w;

	flatten(&w, text);
	if (check(w.r == BODY_E_MALFORMED)) {
		check_str(str_of(w.malformed.code), str_of(code));
		check_str(str_of(w.malformed.path), str_of(path));
	}
	check(w.frame.len == w.place + FRAME_HEAD);
	buf_fini(&w.frame);
}

static void
leaves_come_in_document_order_with_their_types(void)
{
	check_members("{\"b\":\"x\",\"a\":{\"i\":-5,\"n\":1.5,\"t\":true,"
	    "\"f\":false,\"z\":null,\"o\":{},\"l\":[]},\"c\":[\"y\",[2]]}",
	    "s\t/b\tx\ni\t/a/i\t-5\nn\t/a/n\t1.5\nb\t/a/t\ttrue\n"
	    "b\t/a/f\tfalse\n0\t/a/z\t\no\t/a/o\t\na\t/a/l\t\n"
	    "s\t/c/0\ty\ni\t/c/1/0\t2\n");
	check_members("{}", "o\t\t\n");
}

static void
rfc6901_names_are_escaped_in_pointers(void)
{
	check_members("{\"a/b\":1,\"m~n\":2,\"\":3,\"~1\":4}",
	    "i\t/a~1b\t1\ni\t/m~0n\t2\ni\t/\t3\ni\t/~01\t4\n");
}

static void
integers_are_exact_up_to_two_to_the_53_less_one(void)
{
	check_members("{\"a\":9007199254740991,\"b\":-9007199254740991}",
	    "i\t/a\t9007199254740991\ni\t/b\t-9007199254740991\n");
	check_refused(STR("{\"a\":{\"b\":9007199254740992}}"), "bad-number",
	    "/a/b");
	check_refused(STR("{\"a\":-0}"), "bad-number", "");
	check_refused(STR("{\"a\":-0"), "bad-number", "");
	check_refused(STR("{\"a\":-0.0}"), "bad-number", "/a");
}

/* {"":{"":…1…}} with depth objects. */
static struct buf
nested(unsigned depth)
{
	struct buf text;

	buf_init(&text, 1u << 20);
	for (unsigned i = 0; i < depth; i++)
		buf_add_text(&text, "{\"a\":");
	buf_add_char(&text, '1');
	for (unsigned i = 0; i < depth; i++)
		buf_add_char(&text, '}');
	return text;
}

static void
nesting_is_limited(void)
{
	struct buf text = nested(LIMIT_FRONT_JSON_DEPTH);
	struct world w;

	flatten(&w, buf_str(&text));
	check(w.r == 0);
	buf_fini(&w.frame);
	buf_fini(&text);
	text = nested(LIMIT_FRONT_JSON_DEPTH + 1);
	check_refused(buf_str(&text), "too-deep", "");
	buf_fini(&text);
}

static struct buf
wide(unsigned n)
{
	struct buf text;

	buf_init(&text, 1u << 20);
	buf_add_char(&text, '{');
	for (unsigned i = 0; i < n; i++)
		buf_add_format(&text, "%s\"m%u\":%u", i > 0 ? "," : "", i, i);
	buf_add_char(&text, '}');
	return text;
}

static void
members_are_limited_and_fit_a_frame(void)
{
	struct buf text = wide(LIMIT_FRONT_JSON_MEMBERS);
	struct world w;
	struct buf all;

	flatten(&w, buf_str(&text));
	check(w.r == 0);
	all = members(&w);
	check(all.len > 0);
	buf_fini(&all);
	buf_fini(&w.frame);
	buf_fini(&text);
	text = wide(LIMIT_FRONT_JSON_MEMBERS + 1);
	check_refused(buf_str(&text), "too-many-members", "");
	buf_fini(&text);
}

static void
strings_and_pointers_are_limited(void)
{
	char text[LIMIT_FRONT_STRING_BYTES + 64];
	char fill[LIMIT_FRONT_STRING_BYTES + 2];
	struct world w;

	memset(fill, 'x', sizeof(fill));
	fill[LIMIT_FRONT_STRING_BYTES + 1] = '\0';
	snprintf(text, sizeof(text), "{\"a\":\"%.*s\"}",
	    LIMIT_FRONT_STRING_BYTES, fill);
	flatten(&w, str_of(text));
	check(w.r == 0);
	buf_fini(&w.frame);
	snprintf(text, sizeof(text), "{\"a\":\"%s\"}", fill);
	check_refused(str_of(text), "too-long", "/a");
	snprintf(text, sizeof(text), "{\"%.*s\":1}",
	    LIMIT_FRONT_POINTER_BYTES - 1, fill);
	flatten(&w, str_of(text));
	check(w.r == 0);
	buf_fini(&w.frame);
	snprintf(text, sizeof(text), "{\"%.*s\":1}", LIMIT_FRONT_POINTER_BYTES,
	    fill);
	check_refused(str_of(text), "too-long", "");
}

static void
what_is_no_single_unambiguous_object_is_refused(void)
{
	check_refused(STR(""), "not-json", "");
	check_refused(STR("[1]"), "not-an-object", "");
	check_refused(STR("{} {}"), "trailing-data", "");
	check_refused(STR("{\"a\":1,\"a\":1}"), "duplicate-member", "");
	check_refused(STR("{\"a\":\"\xff\"}"), "bad-utf8", "");
	check_refused(STR("{\"a\":\"\\u0000\"}"), "bad-utf8", "");
	check_refused(STR("{\"a\":1e999}"), "bad-number", "");
	check_refused(STR("{\"a\\n\":1}"), "bad-name", "");
	check_refused(STR("{\"a\":\"\\\""), "not-json", "");
	check_refused(STR("\"\\"), "not-json", "");
}

static void
a_refusal_is_one_field_of_three_lines(void)
{
	struct world w;
	struct frame frame;
	size_t len;

	flatten(&w, STR("{\"a\":-0.0}"));
	body_put_malformed(&w.frame, &w.malformed);
	check(frame_end(&w.frame, w.place) == 0);
	check(frame_parse(&frame, &len, buf_str(&w.frame)) == 0);
	check_str(frame_find(&frame, ASK_MALFORMED),
	    STR("bad-number\n/a\nnegative zero"));
	check(frame_find(&frame, ASK_MEMBER).p == NULL);
	buf_fini(&w.frame);
}

static const struct tap_test tests[] = {
	TEST(leaves_come_in_document_order_with_their_types),
	TEST(rfc6901_names_are_escaped_in_pointers),
	TEST(integers_are_exact_up_to_two_to_the_53_less_one),
	TEST(nesting_is_limited),
	TEST(members_are_limited_and_fit_a_frame),
	TEST(strings_and_pointers_are_limited),
	TEST(what_is_no_single_unambiguous_object_is_refused),
	TEST(a_refusal_is_one_field_of_three_lines),
};

TAP_MAIN(tests)
