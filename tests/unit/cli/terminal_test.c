/* What people see: widths, cuts, numbers, shares; no colour in a file. */
#include "cli/terminal.h"

#include <stdlib.h>

#include "tap.h"

static char text[4096];

static FILE *
begin(struct terminal *terminal)
{
	FILE *file = fmemopen(text, sizeof(text), "w");

	memset(text, 0, sizeof(text));
	setenv("COLUMNS", "60", 1);
	terminal_init(terminal, file, true);
	terminal->has_unicode = true;
	return file;
}

static void
foreign_text_is_made_harmless_and_cut(void)
{
	struct terminal terminal;
	FILE *file = begin(&terminal);

	terminal_cell(&terminal, STR("a\033[31mb\xe2\x80\xae" "c\xff"), 12);
	fputc('|', file);
	terminal_cell(&terminal, STR("abcdefgh"), 5);
	fclose(file);
	check_str(str_of(text), STR("a?[31mb?c?  |abcd\xe2\x80\xa6"));
	check_u64(terminal_width_of(STR("\xc3\xa9t\xc3\xa9")), 3);
}

static void
a_file_gets_no_colour_and_no_progress(void)
{
	struct terminal terminal;
	FILE *file = begin(&terminal);

	check(!terminal.has_colour && !terminal.is_tty);
	terminal_print(&terminal, TERMINAL_BAD, "%s", "no");
	terminal_progress(&terminal, "reading", 1, 2);
	fclose(file);
	check_str(str_of(text), STR("no"));
}

static void
bars_are_as_long_as_their_share(void)
{
	struct terminal terminal;
	FILE *file = begin(&terminal);

	terminal_bar(&terminal, TERMINAL_PLAIN, 1, 2, 4);
	fputc('|', file);
	terminal_bar(&terminal, TERMINAL_PLAIN, 0, 2, 4);
	fputc('|', file);
	terminal_bar(&terminal, TERMINAL_PLAIN, 1, 1000000, 4);
	fclose(file);
	check_str(str_of(text),
	    STR("\xe2\x96\x88\xe2\x96\x88||\xe2\x96\x8f"));
}

static void
numbers_and_shares_are_written_for_people(void)
{
	char t[32];

	check_str(str_of(terminal_number(t, 0)), STR("0"));
	check_str(str_of(terminal_number(t, 999)), STR("999"));
	check_str(str_of(terminal_number(t, 1234567)), STR("1,234,567"));
	check_str(str_of(terminal_share(t, 0, 10)), STR("0 %"));
	check_str(str_of(terminal_share(t, 1, 100000)), STR("<0.1 %"));
	check_str(str_of(terminal_share(t, 99999, 100000)), STR(">99.9 %"));
	check_str(str_of(terminal_share(t, 1, 3)), STR("33.3 %"));
	check_str(str_of(terminal_share(t, 3, 3)), STR("100.0 %"));
	check_str(str_of(terminal_share(t, 3, 0)), STR("0 %"));
}

static void
long_text_is_broken_at_blanks(void)
{
	struct terminal terminal;
	FILE *file = begin(&terminal);

	terminal_wrap(&terminal, 40, STR("one two three four five six"));
	fclose(file);
	check(strstr(text, "one two three four\n") != NULL);
}

static const struct tap_test tests[] = {
	TEST(foreign_text_is_made_harmless_and_cut),
	TEST(a_file_gets_no_colour_and_no_progress),
	TEST(bars_are_as_long_as_their_share),
	TEST(numbers_and_shares_are_written_for_people),
	TEST(long_text_is_broken_at_blanks),
};

TAP_MAIN(tests)
