/* Sockets to listen on; see listen.h. */
#include "cli/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "limits.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/str.h"

#define LISTEN_QUEUE 1024 /* connections not yet accepted */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
make_address(union address *to, const char *text, uint16_t port)
{
	*to = (union address){ 0 };
	if (inet_pton(AF_INET, text, &to->v4.sin_addr) == 1) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(port);
		return sizeof(to->v4);
	}
	if (inet_pton(AF_INET6, text, &to->v6.sin6_addr) == 1) {
		to->v6.sin6_family = AF_INET6;
		to->v6.sin6_port = htons(port);
		return sizeof(to->v6);
	}
	return 0;
}

static int
outcome_of_bind(int error)
{
	switch (error) {
	case EADDRINUSE:
		return LISTEN_E_TAKEN;
	case EACCES:
		return LISTEN_E_DENIED;
	case EADDRNOTAVAIL:
		return LISTEN_E_ADDRESS;
	default:
		return FAULT(error);
	}
}

static int
bind_one(int *fd, const union address *address, socklen_t len, bool is_shared)
{
	const int on = 1;
	int s = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error = 0;

	if (s < 0)
		return FAULT(errno);
	if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    (is_shared &&
		setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0) ||
	    bind(s, &address->any, len) < 0 ||
	    (is_shared && listen(s, LISTEN_QUEUE) < 0))
		error = errno;
	if (error != 0) {
		close(s);
		return outcome_of_bind(error);
	}
	*fd = s;
	return 0;
}

int
listen_tcp(int *fds, size_t n, const char *address, uint16_t port)
{
	union address at;
	socklen_t len = make_address(&at, address, port);
	int r;

	if (len == 0)
		return LISTEN_E_ADDRESS;
	/*
	 * Sharing a port would also let another serve of this user in, and
	 * the kernel would spread clients over two holders. So ask for it
	 * unshared first.
	 */
	r = bind_one(&fds[0], &at, len, false);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	close(fds[0]);
	for (size_t i = 0; i < n; i++) {
		r = bind_one(&fds[i], &at, len, true);
		if (r == 0)
			continue;
		while (i-- > 0)
			close(fds[i]);
		return r < 0 ? TRACE(r) : r;
	}
	return 0;
}

int
listen_unix(int *fd, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int s;

	if (strlen(path) >= sizeof(at.sun_path))
		return LISTEN_E_LONG;
	memcpy(at.sun_path, path, strlen(path));
	if (unlink(path) < 0 && errno != ENOENT)
		return FAULT(errno);
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return FAULT(errno);
	/* The mode before there is a name: nobody gets in between. */
	if (fchmod(s, 0600) < 0 ||
	    bind(s, (const struct sockaddr *)&at, sizeof(at)) < 0 ||
	    chmod(path, 0600) < 0 || listen(s, LISTEN_QUEUE) < 0) {
		int error = errno;

		close(s);
		return FAULT(error);
	}
	*fd = s;
	return 0;
}

static int64_t
read_holder(int fd)
{
	char text[24];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	uint64_t pid = 0;

	if (n > 0 && text[n - 1] == '\n' &&
	    str_to_u64(&pid, (struct str){ text, (size_t)n - 1 }) &&
	    pid <= INT32_MAX)
		return (int64_t)pid;
	return 0;
}

/* Returns: 0; LISTEN_E_LOCKED and *holder; fault. */
static int
wait_for_lock(int fd, int kind, int64_t *holder)
{
	int64_t end = clock_monotonic_us() + LIMIT_LOCK_WAIT_MS * 1000;

	while (flock(fd, kind | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return FAULT(errno);
		if (clock_monotonic_us() >= end) {
			*holder = read_holder(fd);
			return LISTEN_E_LOCKED;
		}
		usleep(20000);
	}
	return 0;
}

int
listen_is_locked(int64_t *holder, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : FAULT(errno);
	r = wait_for_lock(fd, LOCK_SH, holder);
	close(fd);
	return r < 0 ? TRACE(r) : r;
}

int
listen_lock(int *fd, int64_t *holder, const char *path)
{
	int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	char text[24];
	int r;
	int n;

	if (lock < 0)
		return FAULT(errno);
	r = wait_for_lock(lock, LOCK_EX, holder);
	n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (r == 0 && (ftruncate(lock, 0) < 0 ||
	    pwrite(lock, text, (size_t)n, 0) != n))
		r = FAULT(errno);
	if (r != 0)
		close(lock);
	else
		*fd = lock;
	return r < 0 ? TRACE(r) : r;
}
