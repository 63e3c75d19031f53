/* Writing PDF: places, lengths and the grid are as the file says. */
#include "release/pdf.h"

#include <stdlib.h>
#include <unistd.h>

#include "tap.h"
#include "util/arena.h"

static struct arena arena;

static int
temporary(void)
{
	char path[] = "/tmp/stile-pdf-XXXXXX";
	int fd = mkstemp(path);

	unlink(path);
	return fd;
}

static struct str
bytes_of(int fd)
{
	off_t len = lseek(fd, 0, SEEK_END);
	char *bytes = arena_alloc(&arena, (size_t)len + 1);

	check(pread(fd, bytes, (size_t)len, 0) == len);
	return (struct str){ bytes, (size_t)len };
}

/* Every place in the table of places leads to the object of its number. */
static void
check_places(struct str file)
{
	const char *table = strstr(file.p, "\nxref\n") + 6;
	const char *end = strstr(table, "trailer");
	const char *start = strstr(table, "startxref\n") + 10;
	long n = strtol(table + 2, NULL, 10);
	const char *row = strchr(table, '\n') + 1;

	check(strtol(start, NULL, 10) == table - 5 - file.p);
	check_u64((uint64_t)(end - row), 20 * (uint64_t)n);
	for (long i = 1; i < n; i++) {
		long place = strtol(row + 20 * i, NULL, 10);

		check(strtol(file.p + place, NULL, 10) == i);
	}
}

static void
a_file_of_many_pages_has_its_objects_where_it_says(void)
{
	struct pdf pdf;
	struct str file;
	int fd = temporary();

	arena_init(&arena, 64 << 20);
	check(pdf_init(&pdf, fd, STR("foot")) == 0);
	for (size_t i = 0; i < 100 * PDF_LINES; i++) {
		pdf_add(&pdf, STR("label"), false);
		pdf_tab(&pdf, 20);
		pdf_add_bar(&pdf, STR("(b)(6)"));
		check(pdf_newline(&pdf) == 0);
	}
	check(pdf_end(&pdf) == 0);
	check_u64(pdf.n_pages, 100);
	pdf_fini(&pdf);
	file = bytes_of(fd);
	check(str_has_prefix(file, STR("%PDF-1.4\n")));
	check(str_has_suffix(file, STR("%%EOF\n")));
	check(strstr(file.p, "/Count 100/") != NULL);
	check_places(file);
	close(fd);
	arena_fini(&arena);
}

static void
letters_that_mean_something_are_escaped_and_foreign_ones_named(void)
{
	struct pdf pdf;
	struct str file;
	int fd = temporary();

	arena_init(&arena, 1 << 20);
	check(pdf_init(&pdf, fd, STR("")) == 0);
	pdf_add(&pdf, STR("a) Tj (b\\ J\xc3\xa4ne \xe2\x82\xac \xc5\x81\xff"),
	    true);
	check(pdf_end(&pdf) == 0);
	pdf_fini(&pdf);
	file = bytes_of(fd);
	check(strstr(file.p, "(a\\) Tj \\(b\\\\ J\\344ne \\200 <U+0141>"
			     "<U+FFFD>) Tj") != NULL);
	check_places(file);
	close(fd);
	arena_fini(&arena);
}

static void
text_is_wrapped_at_blanks_and_a_bar_is_as_wide_as_any(void)
{
	struct pdf pdf;
	struct str file;
	struct buf text;
	const char *one;
	const char *two;
	int fd = temporary();

	arena_init(&arena, 1 << 20);
	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < 40; i++)
		buf_add_text(&text, "seven_7 ");
	check(pdf_init(&pdf, fd, STR("")) == 0);
	pdf_tab(&pdf, 20);
	check(pdf_wrap(&pdf, buf_str(&text), false) == 0);
	check_u64(pdf.line, 5);
	pdf_add_bar(&pdf, STR("(b)(6)"));
	check_u64(pdf.column, PDF_BAR);
	check(pdf_newline(&pdf) == 0);
	pdf_add_bar(&pdf, STR("(b)(6),(b)(7)(A),(b)(7)(C),(b)(7)(E),DPPA"));
	check_u64(pdf.column, PDF_BAR);
	check(pdf_end(&pdf) == 0);
	pdf_fini(&pdf);
	file = bytes_of(fd);
	check(strstr(file.p, "seven_7 ) Tj") != NULL);
	check(strstr(file.p, "(seven_7") != NULL);
	/* All of the longest list is there. */
	check(strstr(file.p, "DPPA) Tj") != NULL);
	one = strstr(file.p, " re f");
	two = strstr(one + 1, " re f");
	check(memcmp(one - 8, two - 8, 8) == 0);
	buf_fini(&text);
	close(fd);
	arena_fini(&arena);
}

static void
pages_end_at_their_limit(void)
{
	struct pdf pdf;
	int fd = temporary();

	check(pdf_init(&pdf, fd, STR("")) == 0);
	pdf.n_pages = LIMIT_RELEASE_PAGES - 1;
	pdf.line = PDF_LINES - 1;
	check(pdf_newline(&pdf) == 0);
	pdf.line = PDF_LINES - 1;
	check(pdf_newline(&pdf) == PDF_E_LIMIT);
	pdf_fini(&pdf);
	close(fd);
}

static const struct tap_test tests[] = {
	TEST(a_file_of_many_pages_has_its_objects_where_it_says),
	TEST(letters_that_mean_something_are_escaped_and_foreign_ones_named),
	TEST(text_is_wrapped_at_blanks_and_a_bar_is_as_wide_as_any),
	TEST(pages_end_at_their_limit),
};

TAP_MAIN(tests)
