/* Copying directories; see copytree.h. */
#include "cli/copytree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fault.h"
#include "util/file.h"

#define DEPTH 16 /* of directories; a holder has three */

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void
closedirp(DIR **folder)
{
	if (*folder != NULL)
		closedir(*folder);
}

static int
copy_bytes(int to, int from)
{
	for (;;) {
		ssize_t n = sendfile(to, from, NULL, 1 << 20);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAULT(errno);
		if (n == 0)
			return fsync(to) == 0 ? 0 : FAULT(errno);
	}
}

int
copytree_file(const char *from, const char *to)
{
	CLEANUP(closep) int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	CLEANUP(closep) int out = -1;
	struct stat info;

	if (in < 0 || fstat(in, &info) < 0)
		return FAULT(errno);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0 || fchmod(out, info.st_mode & 0777) < 0)
		return FAULT(errno);
	return TRACE(copy_bytes(out, in));
}

static int
copy_link(const char *from, const char *to)
{
	char target[4096];
	ssize_t n = readlink(from, target, sizeof(target) - 1);

	if (n < 0)
		return FAULT(errno);
	target[n] = '\0';
	return symlink(target, to) == 0 ? 0 : FAULT(errno);
}

static int copy_folder(const char *from, const char *to,
    bool (*is_left_out)(const char *name), unsigned depth);

static bool
is_never(const char *name)
{
	(void)name;
	return false;
}

static int
copy_one(const char *from, const char *to, unsigned depth)
{
	struct stat info;

	if (lstat(from, &info) < 0)
		return FAULT(errno);
	if (S_ISREG(info.st_mode))
		return TRACE(copytree_file(from, to));
	if (S_ISLNK(info.st_mode))
		return TRACE(copy_link(from, to));
	/* Sockets and the like are made anew by who needs them. */
	if (!S_ISDIR(info.st_mode))
		return 0;
	if (depth == DEPTH)
		return FAULT(ELOOP);
	if (mkdir(to, info.st_mode & 0777) < 0)
		return FAULT(errno);
	return TRACE(copy_folder(from, to, is_never, depth + 1));
}

static int
copy_folder(const char *from, const char *to,
    bool (*is_left_out)(const char *name), unsigned depth)
{
	CLEANUP(closedirp) DIR *folder = opendir(from);
	struct dirent *entry;
	char source[4096];
	char target[4096];
	int r = 0;

	if (folder == NULL)
		return FAULT(errno);
	while (r == 0 && (entry = readdir(folder)) != NULL) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    is_left_out(name))
			continue;
		if (snprintf(source, sizeof(source), "%s/%s", from, name) >=
			(int)sizeof(source) ||
		    snprintf(target, sizeof(target), "%s/%s", to, name) >=
			(int)sizeof(target))
			return FAULT(ENAMETOOLONG);
		r = copy_one(source, target, depth);
	}
	snprintf(target, sizeof(target), "%s/.", to);
	return r == 0 ? TRACE(file_sync_directory(AT_FDCWD, target)) : TRACE(r);
}

int
copytree(const char *from, const char *to,
    bool (*is_left_out)(const char *name))
{
	return TRACE(copy_folder(from, to, is_left_out, 0));
}
