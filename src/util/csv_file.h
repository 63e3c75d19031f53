/*
 * A CSV file of any length, read row by row through a window of
 * LIMIT_CSV_WINDOW bytes: memory does not grow with the file. The window is
 * longer than any row csv.h accepts.
 */
#ifndef STILE_UTIL_CSV_FILE_H
#define STILE_UTIL_CSV_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/csv.h"

#define CSV_FILE_ROOM 8 /* a source is never asked for fewer bytes */

/*
 * Where bytes come from when they are not a file's own: at most room of them.
 * Returns: 0, and *n (0: there are no more); fault.
 */
typedef int csv_file_source_fn(void *context, char *bytes, size_t room,
    size_t *n);

struct csv_file {
	struct csv csv; /* of the current row: csv_cell(&file->csv, i), .line */
	struct buf window;
	csv_file_source_fn *source; /* NULL: fd */
	void *context;
	int fd;
	bool is_read; /* no more bytes come */
	uint64_t n_done; /* bytes before the window */
	uint64_t n_all;	 /* size of the file when it was opened; 0: a pipe */
};

enum {
	CSV_FILE_E_ABSENT = 1, /* there is no such file */
	CSV_FILE_E_KIND,       /* not a regular file */
	CSV_FILE_E_UTF16,      /* begins with the mark of UTF-16 */
};

/*
 * Open the file; "-" is standard input. On failure *file is closed.
 *
 * Returns: 0; CSV_FILE_E_*; fault.
 */
int csv_file_open(struct csv_file *file, const char *path, char separator)
    MUST_USE NONNULL;

/*
 * The same over bytes that source() hands out. The separator may still be chosen
 * (file->csv.separator) after a look at the first window, file->csv.text.
 *
 * Returns: 0; fault.
 */
int csv_file_from(struct csv_file *file, csv_file_source_fn *source, void *context,
    char separator) MUST_USE;

/* Read the next row, as csv_next(). Returns: 0; CSV_E_*; fault. */
int csv_file_next(struct csv_file *file) MUST_USE NONNULL;

/* Bytes read so far, for progress. */
uint64_t csv_file_done(const struct csv_file *file) NONNULL;

/* Safe on a zeroed file and twice. */
void csv_file_close(struct csv_file *file) NONNULL;

#endif
