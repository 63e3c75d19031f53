/* The files of DIR/log; see tilefiles.h. */
#include "clerk/tilefiles.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fault.h"
#include "util/file.h"

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int
tilefiles_open(struct tilefiles *files, const char *path)
{
	*files = (struct tilefiles){ .fd = -1 };
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return FAULT(errno);
	files->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return files->fd < 0 ? FAULT(errno) : 0;
}

void
tilefiles_close(struct tilefiles *files)
{
	if (files->fd > 0)
		close(files->fd);
	files->fd = -1;
}

static int
sync_all(struct tilefiles *files)
{
	for (; files->n_dirty > 0; files->n_dirty--) {
		char inside[TLOG_TILE_PATH_BYTES + 2];
		int r;

		snprintf(inside, sizeof(inside), "%s/.",
		    files->dirty[files->n_dirty - 1]);
		r = file_sync_directory(files->fd, inside);
		if (r < 0)
			return TRACE(r);
	}
	return 0;
}

/* Remember to sync a directory: path up to len. */
static int
soil(struct tilefiles *files, const char *path, size_t len)
{
	char directory[TLOG_TILE_PATH_BYTES] = ".";

	if (len > 0)
		snprintf(directory, sizeof(directory), "%.*s", (int)len, path);
	for (size_t i = 0; i < files->n_dirty; i++)
		if (strcmp(files->dirty[i], directory) == 0)
			return 0;
	if (files->n_dirty == LIMIT_CLERK_DIRECTORIES) {
		int r = sync_all(files);

		if (r < 0)
			return TRACE(r);
	}
	memcpy(files->dirty[files->n_dirty++], directory, sizeof(directory));
	return 0;
}

/* Make the directories above path that are not there. */
static int
make_directories(struct tilefiles *files, const char *path)
{
	char directory[TLOG_TILE_PATH_BYTES];
	size_t above = 0;

	for (size_t i = 0; path[i] != '\0'; i++) {
		if (path[i] != '/')
			continue;
		memcpy(directory, path, i);
		directory[i] = '\0';
		if (mkdirat(files->fd, directory, 0755) == 0) {
			int r = soil(files, path, above);

			if (r < 0)
				return TRACE(r);
		} else if (errno != EEXIST) {
			return FAULT(errno);
		}
		above = i;
	}
	return 0;
}

static bool
is_there(const struct tilefiles *files, const char *path, struct str bytes)
{
	CLEANUP(closep) int fd = openat(files->fd, path, O_RDONLY | O_CLOEXEC |
		O_NONBLOCK);
	char chunk[16384];
	struct stat info;
	size_t at = 0;

	if (fd < 0 || fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) ||
	    (uintmax_t)info.st_size != bytes.len)
		return false;
	while (at < bytes.len) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n <= 0 || (size_t)n > bytes.len - at ||
		    memcmp(chunk, bytes.p + at, (size_t)n) != 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

int
tilefiles_put(struct tilefiles *files, const struct tlog_tile *tile,
    struct str bytes)
{
	char path[TLOG_TILE_PATH_BYTES];
	size_t len = tlog_tile_format_path(path, tile);
	int r;

	if (is_there(files, path, bytes))
		return 0;
	r = make_directories(files, path);
	if (r == 0)
		r = file_place(files->fd, path, bytes, 0644);
	if (r < 0)
		return TRACE(r);
	while (len > 0 && path[len - 1] != '/')
		len--;
	return TRACE(soil(files, path, len - 1));
}

bool
tilefiles_has(const struct tilefiles *files, const struct tlog_tile *tile,
    size_t size)
{
	char path[TLOG_TILE_PATH_BYTES];
	struct stat info;

	tlog_tile_format_path(path, tile);
	return fstatat(files->fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(info.st_mode) && (uintmax_t)info.st_size >= size;
}

int
tilefiles_checkpoint(struct tilefiles *files, struct str note)
{
	int r = sync_all(files);

	if (r < 0)
		return TRACE(r);
	return TRACE(file_replace(files->fd, "checkpoint", note, 0644));
}

/* The directory of a full tile's partial ones: its path and ".p". */
static void
path_of_partials(char path[static TLOG_TILE_PATH_BYTES + 2],
    const struct tlog_tile *full)
{
	size_t len = tlog_tile_format_path(path, full);

	memcpy(path + len, ".p", 3);
}

bool
tilefiles_has_partials(const struct tilefiles *files,
    const struct tlog_tile *full)
{
	char path[TLOG_TILE_PATH_BYTES + 2];
	struct stat info;

	path_of_partials(path, full);
	return fstatat(files->fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * Best effort: what stays is of no harm and is found again at the next start.
 */
static void
remove_partials(const struct tilefiles *files, const struct tlog_tile *full)
{
	char path[TLOG_TILE_PATH_BYTES + 2];
	struct dirent *entry;
	DIR *folder;
	int fd;

	path_of_partials(path, full);
	fd = openat(files->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
		O_NOFOLLOW);
	if (fd < 0)
		return;
	folder = fdopendir(fd);
	if (folder == NULL) {
		close(fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
	unlinkat(files->fd, path, AT_REMOVEDIR);
}

static void
remove_first(struct tilefiles *files)
{
	assert(files->n_aged > 0);
	remove_partials(files, &files->aged[files->first_aged].full);
	files->first_aged = (files->first_aged + 1) % LIMIT_CLERK_AGED;
	files->n_aged--;
}

void
tilefiles_age(struct tilefiles *files, const struct tlog_tile *full,
    int64_t due_us)
{
	if (files->n_aged == LIMIT_CLERK_AGED)
		remove_first(files);
	files->aged[(files->first_aged + files->n_aged++) % LIMIT_CLERK_AGED] =
	    (struct tilefiles_aged){ *full, due_us };
}

int64_t
tilefiles_sweep(struct tilefiles *files, int64_t now_us)
{
	while (files->n_aged > 0) {
		int64_t due = files->aged[files->first_aged].due_us;

		if (due > now_us)
			return due;
		remove_first(files);
	}
	return INT64_MAX;
}
