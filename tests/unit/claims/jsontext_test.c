/* JSON text: what RFC 8259 allows is walked, everything else refused. */
#include "claims/jsontext.h"

#include "limits.h"
#include "tap.h"

static int
walk(struct str text)
{
	struct claims_jsontext jsontext;
	struct str value;
	int r;

	claims_jsontext_init(&jsontext, text);
	r = claims_jsontext_value(&jsontext, &value);
	if (r == 0 && !claims_jsontext_is_done(&jsontext))
		r = CLAIMS_JSONTEXT_E_FORMAT;
	return r;
}

static void
valid_texts_are_taken(void)
{
	static const char *const good[] = { "0", "-0", "1.5", "1e9", "-1.25E-7",
		"123456789012345678901234567890", "true", "false", "null",
		"\"\"", "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u00e9\"",
		"\"\\ud83d\\ude00\"", "\"\xc3\xa9\xf0\x9f\x98\x80\"", "[]",
		"[ 1 , [ ] , { } ]", "{}", " {\n\"a\" : 1 ,\t\"b\":[2]}\r\n",
		"{\"\":0}", "[[[[1]]]]", "\"\x7f\"" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (!check(walk(str_of(good[i])) == 0))
			printf("# %s\n", good[i]);
	}
}

static void
invalid_texts_are_refused(void)
{
	static const char *const bad[] = { "", " ", "01", "-", "+1", ".5", "1.",
		"1e", "1e+", "0x1", "NaN", "tru", "True", "nul", "1 2",
		"\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u123g\"",
		"\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
		"\"\\ud800\\\"", "\"\n\"", "\"\t\"", "\"\x01\"", "'a'", "[",
		"[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"",
		"{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}",
		"{1:2}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{,}", "[1}", "{]",
		"\xef\xbb\xbf[1]", "\"\xff\"", "\"\xc3\"", "\"\xc0\xaf\"",
		"\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "// 1", "[1]x",
		"{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
		"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}",
		"[{\"b\":{\"x\":1,\"y\":2,\"x\":3}}]" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (!check(walk(str_of(bad[i])) == CLAIMS_JSONTEXT_E_FORMAT))
			printf("# %s\n", bad[i]);
	}
	check(walk((struct str){ "1\0", 2 }) == CLAIMS_JSONTEXT_E_FORMAT);
	check(walk((struct str){ "\0", 1 }) == CLAIMS_JSONTEXT_E_FORMAT);
}

static void
nesting_ends_at_limit_claims_depth(void)
{
	char text[2 * LIMIT_CLAIMS_DEPTH + 2];

	memset(text, '[', LIMIT_CLAIMS_DEPTH);
	memset(text + LIMIT_CLAIMS_DEPTH, ']', LIMIT_CLAIMS_DEPTH);
	check(walk((struct str){ text, 2 * LIMIT_CLAIMS_DEPTH }) == 0);
	memset(text, '[', LIMIT_CLAIMS_DEPTH + 1);
	memset(text + LIMIT_CLAIMS_DEPTH + 1, ']', LIMIT_CLAIMS_DEPTH + 1);
	check(walk((struct str){ text, sizeof(text) }) ==
	    CLAIMS_JSONTEXT_E_LIMIT);
}

static void
an_object_has_at_most_limit_claims_members(void)
{
	for (size_t n = LIMIT_CLAIMS_MEMBERS; n <= LIMIT_CLAIMS_MEMBERS + 1;
	     n++) {
		CLEANUP(buf_fini) struct buf text = { 0 };

		buf_init(&text, 100000);
		for (size_t i = 0; i < n; i++)
			buf_add_format(&text, "%c\"%zu\":0", i == 0 ? '{' : ',',
			    i);
		buf_add_char(&text, '}');
		check_u64(walk(buf_str(&text)),
		    n > LIMIT_CLAIMS_MEMBERS ? CLAIMS_JSONTEXT_E_LIMIT : 0);
	}
}

static void
escapes_are_undone_and_compared(void)
{
	CLEANUP(buf_fini) struct buf plain = { 0 };

	buf_init(&plain, 100);
	claims_jsontext_unescape(&plain, STR("a\\n\\u00e9\\ud83d\\ude00\\/z"));
	check_str(buf_str(&plain), STR("a\n\xc3\xa9\xf0\x9f\x98\x80/z"));
	check(claims_jsontext_is_equal(STR("\\u0061b"), STR("ab")));
	check(claims_jsontext_is_equal(STR("\\u00e9"), STR("\xc3\xa9")));
	check(claims_jsontext_is_equal(STR("\\ud83d\\ude00"),
	    STR("\xf0\x9f\x98\x80")));
	check(!claims_jsontext_is_equal(STR("\\u0061"), STR("ab")));
	check(!claims_jsontext_is_equal(STR("ab"), STR("\\u0061")));
	check(!claims_jsontext_is_equal(STR("\\u0061"), STR("b")));
	check(claims_jsontext_is_equal(STR(""), STR("")));
}

static const struct tap_test tests[] = {
	TEST(valid_texts_are_taken),
	TEST(invalid_texts_are_refused),
	TEST(nesting_ends_at_limit_claims_depth),
	TEST(an_object_has_at_most_limit_claims_members),
	TEST(escapes_are_undone_and_compared),
};

TAP_MAIN(tests)
