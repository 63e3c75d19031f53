/* See logfile.h. */
#include "front/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "limits.h"
#include "util/fault.h"

int
logfile_open(int *fd, size_t *size, int dir_fd,
    const struct tilepath *tilepath)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
		    RESOLVE_NO_XDEV,
	};
	struct stat status;
	int r;

	*fd = (int)syscall(SYS_openat2, dir_fd, tilepath->text, &how,
	    sizeof(how));
	if (*fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
		    errno == EXDEV ? LOGFILE_E_ABSENT : FAULT(errno);
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
