/* A window over a CSV file; see csv_file.h. */
#include "util/csv_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fault.h"

/*
 * With this much in the window no row is cut that csv.h would accept: each byte
 * of its cells doubled, two quotes and a separator for each cell, a line end.
 */
#define ENOUGH (2 * LIMIT_CSV_FIELD + 3 * LIMIT_CSV_COLUMNS + 2)

_Static_assert(ENOUGH + CSV_FILE_ROOM <= LIMIT_CSV_WINDOW,
    "a row fits the window");

/* Bytes of the file, or of whoever hands them out. */
static int
read_some(struct csv_file *file, char *bytes, size_t room, size_t *n)
{
	ssize_t got;

	if (file->source != NULL)
		return TRACE(file->source(file->context, bytes, room, n));
	do
		got = read(file->fd, bytes, room);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return FAULT(errno);
	*n = (size_t)got;
	return 0;
}

/* Fill what is free of the window. */
static int
fill(struct csv_file *file)
{
	while (!file->is_read &&
	    file->window.len + CSV_FILE_ROOM <= LIMIT_CSV_WINDOW) {
		size_t room = LIMIT_CSV_WINDOW - file->window.len;
		char *p = buf_reserve(&file->window, room);
		size_t n = 0;
		int r;

		if (p == NULL)
			return FAULT(ENOMEM);
		r = read_some(file, p, room, &n);
		if (r < 0)
			return TRACE(r);
		file->is_read = n == 0;
		buf_grow(&file->window, n);
	}
	return 0;
}

/* Open and look at what it is. */
static int
open_fd(struct csv_file *file, const char *path)
{
	struct stat info;

	if (strcmp(path, "-") == 0) {
		file->fd = dup(STDIN_FILENO);
		return file->fd < 0 ? FAULT(errno) : 0;
	}
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file->fd < 0)
		return errno == ENOENT ? CSV_FILE_E_ABSENT : FAULT(errno);
	if (fstat(file->fd, &info) < 0)
		return FAULT(errno);
	if (!S_ISREG(info.st_mode))
		return CSV_FILE_E_KIND;
	file->n_all = (uint64_t)info.st_size;
	return 0;
}

int
csv_file_open(struct csv_file *file, const char *path, char separator)
{
	struct str start;
	int r;

	*file = (struct csv_file){ .fd = -1 };
	buf_init(&file->window, LIMIT_CSV_WINDOW);
	r = open_fd(file, path);
	if (r == 0)
		r = fill(file);
	start = buf_str(&file->window);
	csv_init(&file->csv, start, separator);
	if (r == 0 && (str_has_prefix(start, STR("\xff\xfe")) ||
		str_has_prefix(start, STR("\xfe\xff"))))
		r = CSV_FILE_E_UTF16;
	if (r != 0)
		csv_file_close(file);
	return r;
}

int
csv_file_from(struct csv_file *file, csv_file_source_fn *source, void *context,
    char separator)
{
	int r;

	*file = (struct csv_file){ .fd = -1, .source = source,
		.context = context };
	buf_init(&file->window, LIMIT_CSV_WINDOW);
	r = fill(file);
	csv_init(&file->csv, buf_str(&file->window), separator);
	if (r < 0)
		csv_file_close(file);
	return TRACE(r);
}

/* Drop what was read of the window and fill it again. */
static int
slide(struct csv_file *file)
{
	size_t n_gone = file->csv.at;
	int r;

	/* Counts the lines, so before the bytes move. */
	csv_shift(&file->csv, str_part(file->csv.text, n_gone, SIZE_MAX),
	    n_gone);
	buf_drop(&file->window, n_gone);
	file->n_done += n_gone;
	r = fill(file);
	if (r < 0)
		return TRACE(r);
	csv_shift(&file->csv, buf_str(&file->window), 0);
	return 0;
}

static bool
is_at_line_end(const struct csv *csv)
{
	return csv->at < csv->text.len && (csv->text.p[csv->at] == '\n' ||
	    csv->text.p[csv->at] == '\r');
}

/* Go on to the next line when a refused row is longer than the window. */
static int
skip_rest(struct csv_file *file)
{
	struct csv *csv = &file->csv;

	while (!file->is_read && csv->at == csv->text.len && csv->at > 0 &&
	    csv->text.p[csv->at - 1] != '\n') {
		int r = slide(file);

		if (r < 0)
			return TRACE(r);
		csv->at = str_find(csv->text, '\n', 0);
	}
	return 0;
}

int
csv_file_next(struct csv_file *file)
{
	struct csv *csv = &file->csv;
	int r;
	int skipped;

	for (;;) {
		/* Blank lines do not count against what a row needs. */
		while (is_at_line_end(csv))
			csv->at++;
		if (file->is_read || csv->text.len - csv->at >= ENOUGH)
			break;
		r = slide(file);
		if (r < 0)
			return TRACE(r);
	}
	r = csv_next(csv);
	if (r <= 0 || r == CSV_E_END)
		return TRACE(r);
	skipped = skip_rest(file);
	return skipped < 0 ? TRACE(skipped) : r;
}

uint64_t
csv_file_done(const struct csv_file *file)
{
	return file->n_done + file->csv.at;
}

void
csv_file_close(struct csv_file *file)
{
	if (file->window.limit > 0) {
		csv_fini(&file->csv);
		buf_fini(&file->window);
		if (file->fd >= 0)
			close(file->fd);
	}
	*file = (struct csv_file){ .fd = -1 };
}
