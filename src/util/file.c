/* Whole files, read and replaced; see file.h. */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fault.h"

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int
read_all(struct str *bytes, struct arena *arena, int fd, size_t size)
{
	char *p = arena_alloc(arena, size + 1);
	size_t len = 0;

	if (p == NULL)
		return FAULT(ENOMEM);
	while (len < size) {
		ssize_t n = read(fd, p + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAULT(errno);
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*bytes = (struct str){ p, len };
	return 0;
}

int
file_read(struct str *bytes, struct arena *arena, int dir_fd, const char *path,
    size_t limit)
{
	CLEANUP(closep) int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC |
		O_NOCTTY | O_NONBLOCK);
	struct stat info;

	if (fd < 0)
		return errno == ENOENT ? FILE_E_ABSENT : FAULT(errno);
	if (fstat(fd, &info) < 0)
		return FAULT(errno);
	if (!S_ISREG(info.st_mode))
		return FILE_E_KIND;
	if ((uintmax_t)info.st_size > limit)
		return FILE_E_TOO_LARGE;
	return TRACE(read_all(bytes, arena, fd, (size_t)info.st_size));
}

int
file_write_all(int fd, struct str bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.p, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAULT(errno);
		if (n == 0)
			return FAULT(EIO);
		bytes = str_part(bytes, (size_t)n, bytes.len);
	}
	return 0;
}

int
file_sync_directory(int dir_fd, const char *path)
{
	char directory[4096];
	const char *slash = strrchr(path, '/');
	size_t len = slash != NULL ? (size_t)(slash - path) : 0;
	CLEANUP(closep) int fd = -1;

	if (len + 1 >= sizeof(directory))
		return FAULT(ENAMETOOLONG);
	if (len == 0)
		directory[len++] = slash != NULL ? '/' : '.';
	else
		memcpy(directory, path, len);
	directory[len] = '\0';
	fd = openat(dir_fd, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return FAULT(errno);
	return 0;
}

int
file_place(int dir_fd, const char *path, struct str bytes, mode_t mode)
{
	char fresh[4096];
	CLEANUP(closep) int fd = -1;
	int n = snprintf(fresh, sizeof(fresh), "%s.new", path);
	int r;

	if (n < 0 || (size_t)n >= sizeof(fresh))
		return FAULT(ENAMETOOLONG);
	fd = openat(dir_fd, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
		O_NOFOLLOW, mode);
	if (fd < 0)
		return FAULT(errno);
	r = file_write_all(fd, bytes);
	if (r < 0)
		return TRACE(r);
	if (fsync(fd) < 0 || renameat(dir_fd, fresh, dir_fd, path) < 0)
		return FAULT(errno);
	return 0;
}

int
file_replace(int dir_fd, const char *path, struct str bytes, mode_t mode)
{
	int r = file_place(dir_fd, path, bytes, mode);

	return r < 0 ? TRACE(r) : TRACE(file_sync_directory(dir_fd, path));
}

int
file_rename(int dir_fd, const char *from, const char *to)
{
	if (renameat(dir_fd, from, dir_fd, to) < 0)
		return FAULT(errno);
	return TRACE(file_sync_directory(dir_fd, to));
}
