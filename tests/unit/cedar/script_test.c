/* Scripts of a text, and characters that belong in names. */
#include "cedar/script.h"

#include "tap.h"

static void
a_text_of_one_script_is_single(void)
{
	static const struct {
		const char *text;
		bool is_single;
	} cases[] = {
		{ "", true },
		{ "plain 123 _-!", true },
		{ "M\xc3\xbcller", true },
		{ "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82", true },
		/* Han, Hiragana and Katakana are written together. */
		{ "\xe6\x9d\xb1\xe4\xba\xac\xe3\x81\xa8\xe3\x82\xab", true },
		{ "\xe6\x9d\xb1\xea\xb0\x80", true }, /* and Han with Hangul */
		{ "\xe3\x81\xa8\xea\xb0\x80", false }, /* not Kana with it */
		{ "say_\xd2\xbb" "ello", false }, /* Cyrillic shha */
		{ "p\xd0\xb0" "ypal", false },    /* Cyrillic a */
		{ "\xce\xb1" "bc", false },    /* Greek alpha */
		{ "\xee\x80\x80", false },     /* private use: no script */
		{ "\xf0\x9f\x8d\x8c!", true }, /* a banana is of all */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!check(cedar_script_is_single(str_of(cases[i].text)) ==
			cases[i].is_single))
			printf("# %s\n", cases[i].text);
	}
}

static void
names_have_letters_digits_and_marks(void)
{
	static const uint32_t good[] = { 'a', '_', '{', '~', 0xe9, 0x4e00,
		0x20000 };
	static const uint32_t bad[] = { 0, '\n', ' ', 0x7f, 0xa0, 0x200b,
		0x202e, 0x1f34c, 0xe000, 0x10ffff };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		check(cedar_script_is_identifier(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check(!cedar_script_is_identifier(bad[i]));
}

static void
direction_controls_are_the_nine(void)
{
	unsigned n = 0;

	for (uint32_t code = 0; code < 0x11000; code++)
		n += cedar_script_is_bidi(code);
	check_u64(n, 9);
	check(cedar_script_is_bidi(0x202a) && cedar_script_is_bidi(0x2069));
}

static const struct tap_test tests[] = {
	TEST(a_text_of_one_script_is_single),
	TEST(names_have_letters_digits_and_marks),
	TEST(direction_controls_are_the_nine),
};

TAP_MAIN(tests)
