/* Excerpts: what people are shown of a source. */
#include "cli/excerpt.h"

#include "tap.h"
#include "util/arena.h"

static char text[1 << 14];

static struct terminal
open_text(FILE **file)
{
	memset(text, 0, sizeof(text));
	*file = fmemopen(text, sizeof(text), "w");
	return (struct terminal){ .file = *file, .width = 80,
		.has_unicode = true };
}

static void
check_excerpt(const char *source, const struct excerpt_label *labels, size_t n,
    unsigned width, const char *want)
{
	FILE *file;
	struct terminal terminal = open_text(&file);

	terminal.width = width;
	excerpt_print(&terminal, str_of(source), labels, n);
	fclose(file);
	check_str(str_of(text), str_of(want));
}

static void
words_hang_under_what_they_are_about(void)
{
	static const char source[] =
	    "permit (principal, action, resource)\n"
	    "when { resource.county == context.county };\n";
	static const struct excerpt_label labels[] = {
		{ 44, 33, STR_INIT("false"), TERMINAL_BAD, true },
		{ 44, 15, STR_INIT("\"Kings\""), TERMINAL_WAIT, false },
		{ 63, 14, STR_INIT("\"Queens\""), TERMINAL_WAIT, false },
	};

	check_excerpt(source, labels, 3, 80,
	    "  2 | when { resource.county == context.county };\n"
	    "    |        ---------------^^^^-------------- \"Queens\"\n"
	    "    |        |              |\n"
	    "    |        \"Kings\"        false\n");
}

static void
words_that_are_too_near_get_rows_of_their_own(void)
{
	static const struct excerpt_label labels[] = {
		{ 0, 6, STR_INIT("false"), TERMINAL_BAD, true },
		{ 0, 1, STR_INIT("one"), TERMINAL_WAIT, false },
		{ 5, 1, STR_INIT("two"), TERMINAL_WAIT, false },
		{ 8, 1, STR_INIT(""), TERMINAL_WAIT, false },
	};

	check_excerpt("a == b + c", labels, 4, 80,
	    "  1 | a == b + c\n"
	    "    | -^^^^-  -\n"
	    "    | ||   |\n"
	    "    | ||   two\n"
	    "    | |false\n"
	    "    | one\n");
}

static void
a_label_over_lines_is_underlined_on_each(void)
{
	static const struct excerpt_label labels[] = {
		{ 2, 12, STR_INIT("here"), TERMINAL_BAD, true },
	};

	check_excerpt("a one\n\n\tand\xc3\xa9 two", labels, 1, 80,
	    "  1 | a one\n"
	    "    |   ^^^\n"
	    "  2 |\n"
	    "    | ^\n"
	    "  3 |         and\xc3\xa9 two\n"
	    "    |         ^^^^^ here\n");
}

static void
lines_far_apart_have_dots_between(void)
{
	static const struct excerpt_label labels[] = {
		{ 0, 1, STR_INIT("x"), TERMINAL_BAD, true },
		{ 6, 1, STR_INIT("y"), TERMINAL_BAD, true },
	};

	check_excerpt("a\nb\nc\nd\n", labels, 2, 80,
	    "  1 | a\n"
	    "    | ^ x\n"
	    "   ...\n"
	    "  4 | d\n"
	    "    | ^ y\n");
}

static void
a_long_line_is_cut_around_what_is_meant(void)
{
	static const struct excerpt_label labels[] = {
		{ 60, 2, STR_INIT("here"), TERMINAL_BAD, true },
	};

	check_excerpt("0123456789012345678901234567890123456789"
		      "0123456789012345678901234567890123456789",
	    labels, 1, 40,
	    "  1 | ...012345678901234567890123456789...\n"
	    "    |                        ^^ here\n");
}

static void
h12_controls_and_deceiving_characters_are_not_passed_on(void)
{
	static const struct excerpt_label labels[] = {
		{ 1, 9, STR_INIT("\033[31m"), TERMINAL_BAD, true },
	};

	check_excerpt("a\033[2J\xff\xe2\x80\xae" "b", labels, 1, 80,
	    "  1 | a?[2J??b\n"
	    "    |  ^^^^^^^ ?[31m\n");
}

static void
messages_have_their_place_and_help(void)
{
	CLEANUP(arena_fini) struct arena arena;
	struct diag_list diags;
	FILE *file;
	struct terminal terminal = open_text(&file);

	arena_init(&arena, 1 << 20);
	diag_init(&diags, &arena, STR("a.cedar"), STR("one\ntwo\n"));
	diag_error(&diags, 4, 3, "no %s", "good");
	diag_help(&diags, "better");
	diag_warning(&diags, 8, 0, "end");
	diag_error_at(&diags, STR("request"), "none");
	excerpt_print_diags(&terminal, &diags);
	fclose(file);
	check_str(str_of(text),
	    STR("a.cedar:2:1: error: no good\n"
		"  2 | two\n"
		"    | ^^^\n"
		"  help: better\n"
		"a.cedar:3:1: warning: end\n"
		"  3 |\n"
		"    | ^\n"
		"request: error: none\n"));
}

static const struct tap_test tests[] = {
	TEST(words_hang_under_what_they_are_about),
	TEST(words_that_are_too_near_get_rows_of_their_own),
	TEST(a_label_over_lines_is_underlined_on_each),
	TEST(lines_far_apart_have_dots_between),
	TEST(a_long_line_is_cut_around_what_is_meant),
	TEST(h12_controls_and_deceiving_characters_are_not_passed_on),
	TEST(messages_have_their_place_and_help),
};

TAP_MAIN(tests)
