/*
 * Whole files: read one, replace one so that a crash leaves old or new.
 */
#ifndef STILE_UTIL_FILE_H
#define STILE_UTIL_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

enum {
	FILE_E_ABSENT = 1, /* there is no such file */
	FILE_E_TOO_LARGE,  /* larger than the limit given */
	FILE_E_KIND,	   /* not a regular file */
};

/*
 * Read a regular file of at most limit bytes into the arena (NUL behind it).
 *
 * dir_fd: AT_FDCWD or a directory. Returns: 0; FILE_E_*; fault.
 */
int file_read(struct str *bytes, struct arena *arena, int dir_fd,
    const char *path, size_t limit) MUST_USE NONNULL;

/*
 * Replace the file at path: write path.new, fsync, rename, fsync the directory.
 *
 * Returns: 0, and the new content is durable; fault, and the old one stands.
 */
int file_replace(int dir_fd, const char *path, struct str bytes, mode_t mode)
    MUST_USE NONNULL;

/*
 * Rename a file that is synced already over another, and sync the directory.
 *
 * Returns: 0, durable; fault.
 */
int file_rename(int dir_fd, const char *from, const char *to) MUST_USE NONNULL;

/*
 * As file_replace() without the last step: the content is durable, the name is
 * once file_sync_directory() was called for its directory. For many files in
 * few directories.
 *
 * Returns: 0; fault, and the old one stands.
 */
int file_place(int dir_fd, const char *path, struct str bytes, mode_t mode)
    MUST_USE NONNULL;

/* Make the names in the directory that holds path durable. Returns: 0; fault. */
int file_sync_directory(int dir_fd, const char *path) MUST_USE NONNULL;

/* Write all bytes, resuming after short writes. Returns: 0; fault. */
int file_write_all(int fd, struct str bytes) MUST_USE;

#endif
