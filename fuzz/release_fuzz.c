/*
 * Releases. A line that is taken is written again as the same bytes, and
 * nothing but the release that was signed is found sound under its log's key.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crypto/sha256.h"
#include "limits.h"
#include "release/inspect.h"
#include "util/hex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the log that corpus/release/signed is from, and that release. */
static const char vkey[] = "stile.invalid/NYDMV+28364869+ARnkhxr"
			   "JkKHVMuofW3eO6nOTYLM5PslsY8gOlqr/dKi2";
static const char body[] = "3bad9a03ec26c0ceb12306699a03a70434439b396e465bba0b156968a449920e";

static void
read_line(struct str line)
{
	static struct sheet_head head;
	static struct sheet_entry entry;
	static struct sheet_end end;
	struct str receipt;
	struct arena arena;
	struct buf again;
	size_t at = 0;

	arena_init(&arena, LIMIT_RELEASE_ENTRY);
	buf_init(&again, 2 * line.len + 64);
	if (sheet_read_head(&head, &at, &arena, line) == 0)
		sheet_write_head(&again, &head);
	else if (sheet_read_entry(&entry, &at, &arena, line) == 0)
		sheet_write_entry(&again, &entry);
	else if (sheet_read_end(&end, &at, &arena, line) == 0)
		sheet_write_end(&again, &end);
	else if (sheet_read_sign(&receipt, &at, &arena, line) == 0)
		sheet_write_sign(&again, receipt);
	assert(at <= line.len);
	if (again.len > 0)
		assert(str_is_equal(str_part(buf_str(&again), 0,
					again.len - 1),
		    line));
	buf_fini(&again);
	arena_fini(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct str rest = text;
	struct str line;
	struct inspect_terms terms = { 0 };
	struct inspect_visitor nobody = { 0 };
	struct inspect_report report;
	char hex[65];
	int fd = memfd_create("release", MFD_CLOEXEC);
	int r = tlog_note_key_parse(&terms.key, str_of(vkey));

	assert(r == 0 && fd >= 0);
	while (rest.len > 0 && str_split(&line, &rest, '\n'))
		read_line(line);
	if (write(fd, data, size) != (ssize_t)size ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	r = inspect_run(&report, fd, &terms, &nobody);
	assert(r == 0 || (r == INSPECT_E_FLAW && report.flaw != INSPECT_NONE));
	hex_format(hex, report.body.b, sizeof(report.body.b));
	if (r == 0)
		assert(strcmp(hex, body) == 0);
	close(fd);
	return 0;
}
