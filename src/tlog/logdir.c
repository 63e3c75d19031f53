/* A log as a directory of files (C2SP tlog-tiles); see logdir.h. */
#include "tlog/logdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "tlog/bundle.h"
#include "util/fault.h"
#include "util/file.h"

enum {
	BUNDLE_MAX = TLOG_TILE_WIDTH * (2 + LIMIT_TLOG_ENTRY_BYTES),
};

struct tlog_logdir {
	int fd;
	char *bytes; /* the bundle at hand */
	size_t size; /* of bytes */
};

int
tlog_logdir_open(struct tlog_logdir **dirp, const char *path)
{
	struct tlog_logdir *dir;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		if (errno == ENOENT)
			return TLOG_LOGDIR_E_ABSENT;
		return errno == ENOTDIR ? TLOG_LOGDIR_E_KIND : FAULT(errno);
	}
	dir = calloc(1, sizeof(*dir));
	if (dir == NULL) {
		close(fd);
		return FAULT(ENOMEM);
	}
	dir->fd = fd;
	*dirp = dir;
	return 0;
}

struct tlog_logdir *
tlog_logdir_close(struct tlog_logdir *dir)
{
	if (dir == NULL)
		return NULL;
	close(dir->fd);
	free(dir->bytes);
	free(dir);
	return NULL;
}

void
tlog_logdir_closep(struct tlog_logdir **dir)
{
	*dir = tlog_logdir_close(*dir);
}

int
tlog_logdir_checkpoint(struct tlog_logdir *dir, struct str *note,
    struct arena *arena)
{
	int r = file_read(note, arena, dir->fd, "checkpoint",
	    LIMIT_TLOG_NOTE_BYTES);

	switch (r) {
	case FILE_E_ABSENT:
		return TLOG_LOGDIR_E_ABSENT;
	case FILE_E_TOO_LARGE:
		return TLOG_LOGDIR_E_TOO_LARGE;
	case FILE_E_KIND:
		return TLOG_LOGDIR_E_KIND;
	default:
		return TRACE(r);
	}
}

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/*
 * Open a tile's file, or the full one that took its place; *tile says which.
 * Returns: 0, *fd and its length; TLOG_TILE_E_MISSING; fault.
 */
static int
open_tile(const struct tlog_logdir *dir, int *fd, size_t *len,
    struct tlog_tile *tile)
{
	char path[TLOG_TILE_PATH_BYTES];
	struct stat stat;

	tlog_tile_format_path(path, tile);
	/* Not blocking, lest a FIFO in place of a file holds us up. */
	*fd = openat(dir->fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0 && errno == ENOENT && tile->width < TLOG_TILE_WIDTH) {
		tile->width = TLOG_TILE_WIDTH;
		tlog_tile_format_path(path, tile);
		*fd = openat(dir->fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	}
	if (*fd < 0)
		return errno == ENOENT || errno == ENOTDIR
		    ? TLOG_TILE_E_MISSING
		    : FAULT(errno);
	if (fstat(*fd, &stat) < 0)
		return FAULT(errno);
	if (!S_ISREG(stat.st_mode))
		return TLOG_TILE_E_MISSING;
	*len = (size_t)stat.st_size;
	return 0;
}

/* Read up to len bytes. Returns: 0 and *len, less when it ended; fault. */
static int
read_all(int fd, char *bytes, size_t *len)
{
	size_t at = 0;

	while (at < *len) {
		ssize_t n = read(fd, bytes + at, *len - at);

		if (n < 0 && errno != EINTR)
			return FAULT(errno);
		if (n == 0)
			break;
		if (n > 0)
			at += (size_t)n;
	}
	*len = at;
	return 0;
}

static int
read_tile(void *context, unsigned level, uint64_t index, unsigned width,
    uint8_t *hashes)
{
	const struct tlog_logdir *dir = context;
	struct tlog_tile tile = { false, level, index, width };
	CLEANUP(closep) int fd = -1;
	size_t len = 0;
	size_t wanted = 32 * (size_t)width;
	int r = open_tile(dir, &fd, &len, &tile);

	if (r != 0)
		return r;
	if (len != 32 * (size_t)tile.width)
		return len > 32 * (size_t)tile.width ? TLOG_TILE_E_EXTRA
						     : TLOG_TILE_E_SHORT;
	r = read_all(fd, (char *)hashes, &wanted);
	if (r < 0)
		return TRACE(r);
	return wanted == 32 * (size_t)width ? 0 : TLOG_TILE_E_SHORT;
}

static int
make_room(struct tlog_logdir *dir, size_t size)
{
	char *bytes;

	if (dir->size >= size)
		return 0;
	bytes = malloc(size);
	if (bytes == NULL)
		return FAULT(ENOMEM);
	free(dir->bytes);
	dir->bytes = bytes;
	dir->size = size;
	return 0;
}

static int
kind_of_parse(int r)
{
	switch (r) {
	case TLOG_BUNDLE_E_SHORT:
		return TLOG_AUDIT_SHORT;
	case TLOG_BUNDLE_E_EXTRA:
		return TLOG_AUDIT_EXTRA;
	default:
		return 0;
	}
}

static int
read_entries(void *context, uint64_t index, unsigned width,
    struct str *entries, size_t *n)
{
	struct tlog_logdir *dir = context;
	struct tlog_tile tile = { true, 0, index, width };
	struct str all[TLOG_TILE_WIDTH];
	CLEANUP(closep) int fd = -1;
	size_t len = 0;
	int r = open_tile(dir, &fd, &len, &tile);

	*n = 0;
	if (r != 0)
		return r > 0 ? TLOG_AUDIT_MISSING : TRACE(r);
	len = MIN(len, (size_t)BUNDLE_MAX + 1); /* one more shows an excess */
	r = make_room(dir, len);
	if (r == 0)
		r = read_all(fd, dir->bytes, &len);
	if (r < 0)
		return TRACE(r);
	r = kind_of_parse(tlog_bundle_parse(all, n, tile.width,
	    (struct str){ dir->bytes, len }));
	*n = MIN(*n, width);
	memcpy(entries, all, *n * sizeof(all[0]));
	return r;
}

struct tlog_audit_source
tlog_logdir_source(struct tlog_logdir *dir)
{
	return (struct tlog_audit_source){
		.tiles = { read_tile, dir },
		.entries = read_entries,
		.context = dir,
	};
}
