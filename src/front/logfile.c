/*
 * Opening files of the published log, one directory after the other.
 *
 * openat2(2) would do it in one call, but a seccomp filter cannot look at its
 * flags, so the front has none.
 */
#include "front/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "util/fault.h"

/* Step into the first directory of *path. False when there is none left. */
static bool
take_directory(char name[static TILEPATH_SIZE], struct str *path)
{
	size_t at = str_find(*path, '/', 0);

	if (at == path->len)
		return false;
	memcpy(name, path->p, at);
	name[at] = '\0';
	*path = str_part(*path, at + 1, path->len);
	return true;
}

/* Returns: a descriptor, or -1 and errno. dir_fd stays open. */
static int
walk(int dir_fd, struct str path)
{
	char name[TILEPATH_SIZE];
	int at = dir_fd;
	int fd;

	while (take_directory(name, &path)) {
		fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
		if (at != dir_fd)
			close(at);
		if (fd < 0)
			return -1;
		at = fd;
	}
	fd = openat(at, path.p, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (at != dir_fd)
		close(at);
	return fd;
}

int
logfile_open(int *fd, size_t *size, int dir_fd,
    const struct tilepath *tilepath)
{
	struct stat status;
	int r;

	*fd = walk(dir_fd, str_of(tilepath->text));
	if (*fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ?
		    LOGFILE_E_ABSENT : FAULT(errno);
	r = fstat(*fd, &status) < 0 ? FAULT(errno) : 0;
	if (r == 0 && (!S_ISREG(status.st_mode) || status.st_size < 0 ||
	    status.st_size > LIMIT_FRONT_LOG_FILE))
		r = LOGFILE_E_ABSENT;
	if (r != 0) {
		close(*fd);
		*fd = -1;
		return r < 0 ? TRACE(r) : r;
	}
	*size = (size_t)status.st_size;
	return 0;
}

const char *
logfile_type(const struct tilepath *tilepath)
{
	return tilepath->kind == TILEPATH_CHECKPOINT ?
	    "text/plain; charset=utf-8" : "application/octet-stream";
}

const char *
logfile_cache(const struct tilepath *tilepath)
{
	return tilepath->kind == TILEPATH_CHECKPOINT ?
	    "no-cache" : "public, max-age=604800, immutable";
}
