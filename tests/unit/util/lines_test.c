/* Lines out of a file, however it arrives and however long it is. */
#include "util/lines.h"

#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static int
file_of(const char *bytes, size_t len)
{
	char path[] = "/tmp/stile-lines-XXXXXX";
	int fd = mkstemp(path);

	check(fd >= 0);
	unlink(path);
	check(write(fd, bytes, len) == (ssize_t)len);
	check(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static void
lines_come_one_by_one_with_their_places(void)
{
	int fd = file_of("one\n\nthree\n", 11);
	struct lines lines;
	struct str line;

	check(lines_init(&lines, fd, 16) == 0);
	check(lines_next(&lines, &line) == 0);
	check_str(line, STR("one"));
	check_u64(lines.offset, 0);
	check(lines_next(&lines, &line) == 0);
	check_str(line, STR(""));
	check(lines_next(&lines, &line) == 0);
	check_str(line, STR("three"));
	check_u64(lines.n, 3);
	check_u64(lines.offset, 5);
	check(lines_next(&lines, &line) == LINES_E_END);
	check(lines_next(&lines, &line) == LINES_E_END);
	lines_fini(&lines);
	close(fd);
}

static void
a_line_of_the_limit_is_taken_and_one_more_byte_is_not(void)
{
	int fd = file_of("1234567\n12345678\n", 17);
	struct lines lines;
	struct str line;

	check(lines_init(&lines, fd, 8) == 0);
	check(lines_next(&lines, &line) == 0);
	check_str(line, STR("1234567"));
	check(lines_next(&lines, &line) == LINES_E_LONG);
	lines_fini(&lines);
	close(fd);
}

static void
a_last_line_without_its_end_is_told_apart(void)
{
	int fd = file_of("one\ntwo", 7);
	struct lines lines;
	struct str line;

	check(lines_init(&lines, fd, 8) == 0);
	check(lines_next(&lines, &line) == 0);
	check(lines_next(&lines, &line) == LINES_E_CUT);
	check_str(line, STR("two"));
	check(lines_next(&lines, &line) == LINES_E_END);
	lines_fini(&lines);
	close(fd);
}

/* More than the window holds at once, and lines across its border. */
static void
a_long_file_passes_through_the_window(void)
{
	static char bytes[3 << 20];
	struct lines lines;
	struct str line;
	size_t at = 0;
	uint64_t n = 0;
	int fd;

	while (at + 1000 < sizeof(bytes)) {
		size_t len = n * 37 % 900;

		memset(bytes + at, 'a' + (int)(n % 26), len);
		bytes[at + len] = '\n';
		at += len + 1;
		n++;
	}
	fd = file_of(bytes, at);
	check(lines_init(&lines, fd, 1000) == 0);
	for (uint64_t i = 0; i < n; i++) {
		if (!check(lines_next(&lines, &line) == 0) ||
		    !check_u64(line.len, i * 37 % 900))
			break;
		check(line.len == 0 ||
		    (line.p[0] == 'a' + (int)(i % 26) &&
			line.p[line.len - 1] == 'a' + (int)(i % 26)));
	}
	check(lines_next(&lines, &line) == LINES_E_END);
	lines_fini(&lines);
	close(fd);
}

static const struct tap_test tests[] = {
	TEST(lines_come_one_by_one_with_their_places),
	TEST(a_line_of_the_limit_is_taken_and_one_more_byte_is_not),
	TEST(a_last_line_without_its_end_is_told_apart),
	TEST(a_long_file_passes_through_the_window),
};

TAP_MAIN(tests)
