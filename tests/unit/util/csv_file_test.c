/* CSV files through a window give the rows that the whole text gives. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"
#include "limits.h"
#include "util/csv_file.h"
#include "util/file.h"
#include "util/map.h"
#include "util/random.h"

static char path[] = "/tmp/stile_csv_file_XXXXXX";

static void
write_text(struct str text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	check(fd >= 0 && file_write_all(fd, text) == 0);
	close(fd);
}

/* Outcome, line and cells of a row as one number. */
static uint64_t
hash_row(uint64_t hash, int r, const struct csv *csv)
{
	hash = map_hash(hash, (struct str){ (const char *)&r, sizeof(r) });
	hash = map_hash(hash, (struct str){ (const char *)&csv->line,
				  sizeof(csv->line) });
	for (size_t i = 0; r == 0 && i < csv->n_cells; i++)
		hash = map_hash(hash, csv_cell(csv, i));
	return hash;
}

static void
compare(struct str text)
{
	struct csv_file file;
	struct csv csv;
	uint64_t want = 1;
	uint64_t got = 1;
	size_t n_want = 0;
	size_t n_got = 0;
	int r;

	write_text(text);
	csv_init(&csv, text, ',');
	do {
		r = csv_next(&csv);
		want = hash_row(want, r, &csv);
		n_want++;
	} while (r != CSV_E_END);
	csv_fini(&csv);
	check_u64(csv_file_open(&file, path, ','), 0);
	do {
		r = csv_file_next(&file);
		got = hash_row(got, r, &file.csv);
		n_got++;
		check(file.window.size <= LIMIT_CSV_WINDOW + 1);
	} while (r != CSV_E_END);
	check_u64(csv_file_done(&file), file.n_all);
	csv_file_close(&file);
	csv_file_close(&file);
	check_u64(n_got, n_want);
	check_u64(got, want);
}

static void
rows_are_the_same_through_the_window(void)
{
	struct random_state state;
	struct buf text;

	random_seeded(&state, 11);
	buf_init(&text, 8u << 20);
	buf_add_text(&text, "\xef\xbb\xbfhead,er\n");
	for (int i = 0; i < 30000; i++) {
		uint64_t kind = random_below(&state, 8);

		buf_add_format(&text, "%d,", i);
		if (kind == 0)
			buf_add_text(&text, "\"a \"\"b\"\"\n c\"");
		else if (kind == 1)
			buf_add_text(&text, "\r\n\r\n");
		else if (kind == 2 && i % 50 == 0)
			buf_add_text(&text, "\"x\"y");
		for (uint64_t n = random_below(&state, 60); n > 0; n--)
			buf_add_char(&text, 'z');
		buf_add_char(&text, '\n');
	}
	buf_add_text(&text, "last,row");
	check_u64(buf_finish(&text), 0);
	compare(buf_str(&text));
	buf_fini(&text);
}

static void
the_longest_row_fits_and_one_more_byte_is_refused(void)
{
	struct csv_file file;
	struct buf text;

	buf_init(&text, 8u << 20);
	buf_add_text(&text, "first\n");
	for (int i = 0; i < LIMIT_CSV_WINDOW; i++)
		buf_add_char(&text, '\n');
	buf_add_char(&text, '"');
	for (int i = 0; i < LIMIT_CSV_FIELD; i++)
		buf_add_text(&text, "\"\"");
	buf_add_text(&text, "\"\n\"");
	for (int i = 0; i < LIMIT_CSV_FIELD + 1; i++)
		buf_add_text(&text, "\"\"");
	buf_add_text(&text, "\"\nlast\n");
	write_text(buf_str(&text));
	check_u64(csv_file_open(&file, path, ','), 0);
	check_u64(csv_file_next(&file), 0);
	check_u64(csv_file_next(&file), 0);
	check_u64(csv_cell(&file.csv, 0).len, LIMIT_CSV_FIELD);
	check_u64(csv_file_next(&file), CSV_E_CELL);
	check_u64(csv_file_next(&file), 0);
	check_str(csv_cell(&file.csv, 0), STR("last"));
	check_u64(file.csv.line, LIMIT_CSV_WINDOW + 4);
	check_u64(csv_file_next(&file), CSV_E_END);
	csv_file_close(&file);
	buf_fini(&text);
}

static void
a_line_longer_than_the_window_is_one_bad_row(void)
{
	struct csv_file file;
	struct buf text;

	buf_init(&text, 8u << 20);
	for (int i = 0; i < 3 * LIMIT_CSV_WINDOW + 7; i++)
		buf_add_char(&text, 'x');
	buf_add_text(&text, "\nnext\n");
	write_text(buf_str(&text));
	check_u64(csv_file_open(&file, path, ','), 0);
	check_u64(csv_file_next(&file), CSV_E_CELL);
	check_u64(csv_file_next(&file), 0);
	check_str(csv_cell(&file.csv, 0), STR("next"));
	check_u64(file.csv.line, 2);
	check_u64(csv_file_next(&file), CSV_E_END);
	csv_file_close(&file);
	buf_fini(&text);
}

static void
what_is_no_csv_file_is_said_to_be_none(void)
{
	struct csv_file file;

	check_u64(csv_file_open(&file, "/tmp/stile/none.csv", ','),
	    CSV_FILE_E_ABSENT);
	check_u64(csv_file_open(&file, "/tmp", ','), CSV_FILE_E_KIND);
	write_text(STR("\xff\xfe"
		       "a\0"));
	check_u64(csv_file_open(&file, path, ','), CSV_FILE_E_UTF16);
	write_text(STR(""));
	check_u64(csv_file_open(&file, path, ','), 0);
	check_u64(csv_file_next(&file), CSV_E_END);
	csv_file_close(&file);
}

static const struct tap_test tests[] = {
	TEST(rows_are_the_same_through_the_window),
	TEST(the_longest_row_fits_and_one_more_byte_is_refused),
	TEST(a_line_longer_than_the_window_is_one_bad_row),
	TEST(what_is_no_csv_file_is_said_to_be_none),
};

int
main(int argc, char **argv)
{
	int fd = mkstemp(path);
	int r;

	if (fd < 0)
		return 1;
	close(fd);
	r = tap_main(tests, ARRAY_LEN(tests), argc, argv);
	unlink(path);
	return r;
}
