/* `like`: patterns from their spelling to the verdict. */
#include "cedar/unescape.h"
#include "cedar/wildcard.h"
#include "tap.h"

struct wildcard_case {
	const char *text;
	const char *pattern; /* as spelled in a policy */
	bool matches;
};

static bool
match(struct str text, const char *spelling)
{
	CLEANUP(arena_fini) struct arena arena;
	const struct ast_pattern_part *parts;
	struct str bad;
	size_t n;

	arena_init(&arena, 1u << 24);
	if (!check(cedar_unescape_pattern(&parts, &n, &bad, &arena,
	    str_of(spelling)) == 0))
		return false;
	return cedar_wildcard_match(text, parts, n);
}

static void
a_star_stands_for_any_text(void)
{
	static const struct wildcard_case cases[] = {
		{ "", "", true },
		{ "a", "", false },
		{ "", "*", true },
		{ "", "a", false },
		{ "abc", "*", true },
		{ "abc", "**", true },
		{ "abc", "abc", true },
		{ "abc", "ab", false },
		{ "abc", "a*", true },
		{ "abc", "*c", true },
		{ "abc", "*b*", true },
		{ "abc", "a*c", true },
		{ "abc", "a*b", false },
		{ "a", "a*a", false },
		{ "aa", "a*a", true },
		{ "aba", "ab*ba", false },
		{ "abba", "ab*ba", true },
		{ "aXbXc", "*X*X*", true },
		{ "aXbc", "*X*X*", false },
		{ "string*with*stars", "string\\*with\\*stars", true },
		{ "string and with", "string\\*with", false },
		{ "*", "\\*", true },
		{ "**", "\\**", true },
		{ "x*", "*\\*", true },
		{ "ab", "a\\x2a", true },
		{ "ab", "a\\u{2a}", true },
		{ "\xc3\xa9t\xc3\xa9", "*t\\u{e9}", true },
		{ "a\nb", "a*b", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!check(match(str_of(cases[i].text), cases[i].pattern) ==
		    cases[i].matches))
			printf("# \"%s\" like \"%s\"\n", cases[i].text,
			    cases[i].pattern);
	}
}

static void
a_hostile_pattern_takes_no_longer_than_the_text(void)
{
	CLEANUP(arena_fini) struct arena arena;
	char *text;
	char *pattern;
	const size_t n = 1u << 18;

	arena_init(&arena, 1u << 22);
	text = arena_alloc(&arena, n);
	pattern = arena_alloc(&arena, 4096);
	if (!check(text != NULL && pattern != NULL))
		return;
	memset(text, 'a', n - 1);
	for (size_t i = 0; i < 2000; i++)
		memcpy(pattern + i * 2, "*a", 2);
	pattern[4000] = 'b';
	check(!match((struct str){ text, n - 1 }, pattern));
}

static void
strings_unescape_as_in_rust(void)
{
	static const struct {
		const char *raw;
		const char *text; /* NULL: refused */
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "\\n\\r\\t\\\\\\'\\\"", "\n\r\t\\'\"" },
		{ "\\x41\\x7f", "A\x7f" },
		{ "\\u{41}\\u{1_F600}\\u{e9_}", "A\xf0\x9f\x98\x80\xc3\xa9" },
		{ "a\nb", "a\nb" },
		{ "\\x80", NULL },
		{ "\\x4", NULL },
		{ "\\xg1", NULL },
		{ "\\u{}", NULL },
		{ "\\u{_1}", NULL },
		{ "\\u{0000041}", NULL },
		{ "\\u{d800}", NULL },
		{ "\\u{110000}", NULL },
		{ "\\u41", NULL },
		{ "\\u{41", NULL },
		{ "\\a", NULL },
		{ "\\*", NULL },
		{ "\\", NULL },
		{ "a\rb", NULL },
		{ "a\r\nb", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(arena_fini) struct arena arena;
		struct str text = { 0 };
		struct str bad = { 0 };
		int r;

		arena_init(&arena, 1u << 16);
		r = cedar_unescape_string(&text, &bad, &arena,
		    str_of(cases[i].raw));
		if (cases[i].text == NULL)
			check(r == UNESCAPE_E_INVALID && bad.len > 0);
		else if (check(r == 0))
			check_str(text, str_of(cases[i].text));
	}
}

static const struct tap_test tests[] = {
	TEST(a_star_stands_for_any_text),
	TEST(a_hostile_pattern_takes_no_longer_than_the_text),
	TEST(strings_unescape_as_in_rust),
};

TAP_MAIN(tests)
