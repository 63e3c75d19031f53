/* One process of serve; see child.h. */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/role.h"
#include "frames.h"
#include "limits.h"
#include "util/clock.h"
#include "util/fault.h"

#define GO 'g'
#define FIRST_FREE_FD 64 /* past every descriptor a child is given */

/* Move a descriptor out of the way of those that are about to be placed. */
static int
lift(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
}

static void
place(int fd, int at)
{
	if (fd < 0)
		close(at);
	else if (dup2(fd, at) < 0)
		_exit(71);
}

/* In the child: 0 to 6 as agreed, nothing else, signals as if just started. */
NORETURN static void
become(const struct child_plan *plan, int parent_fd)
{
	char role[] = "role";
	char name[] = "stile";
	char *arguments[] = { name, role, NULL, NULL, NULL };
	int listen_fd = lift(plan->listen_fd);
	int public_fd = lift(plan->public_fd);
	int lock_fd = lift(plan->lock_fd);
	int our_fd = lift(parent_fd);
	sigset_t none;
	char go;

	place(listen_fd, ROLE_LISTEN_FD);
	place(our_fd, ROLE_PARENT_FD);
	place(public_fd, ROLE_PUBLIC_FD);
	place(lock_fd, ROLE_LOCK_FD);
	close_range(ROLE_LOCK_FD + 1, ~0u, 0);
	/* The terminal's interrupt goes to all; ending is the parent's work. */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (read(ROLE_PARENT_FD, &go, 1) != 1 || go != GO)
		_exit(71);
	/* argv is not written to, whatever its type says. */
	memcpy(&arguments[2], &plan->role, sizeof(arguments[2]));
	memcpy(&arguments[3], &plan->dir, sizeof(arguments[3]));
	execv("/proc/self/exe", arguments);
	_exit(71);
}

int
child_fork(struct child *child, const struct child_plan *plan)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return FAULT(errno);
	pid = fork();
	if (pid == 0)
		become(plan, fds[1]);
	close(fds[1]);
	if (pid < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
		int error = errno;

		close(fds[0]);
		return FAULT(error);
	}
	*child = (struct child){ .pid = pid, .parent_fd = fds[0],
		.started_us = clock_monotonic_us() };
	return 0;
}

/* The socket's buffer takes these few bytes, or the peer is gone. */
static void
say(const struct child *child, const void *bytes, size_t len)
{
	if (child->pid != 0 && child->parent_fd >= 0) {
		ssize_t n UNUSED = send(child->parent_fd, bytes, len,
		    MSG_NOSIGNAL);
	}
}

void
child_go(const struct child *child)
{
	say(child, &(char){ GO }, 1);
}

void
child_tell_gate(const struct child *child, pid_t gate)
{
	uint32_t id = (uint32_t)gate;
	uint8_t bytes[5] = { PARENT_GATE, (uint8_t)(id >> 24),
		(uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id };

	say(child, bytes, sizeof(bytes));
}

bool
child_hear(struct child *child)
{
	bool was_ready = child->is_ready;
	char said[16];
	ssize_t n = read(child->parent_fd, said, sizeof(said));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		/* It is dying; the wait will say of what. */
		close(child->parent_fd);
		child->parent_fd = -1;
	}
	for (ssize_t i = 0; i < n; i++)
		if (said[i] == PARENT_READY)
			child->is_ready = true;
	return child->is_ready && !was_ready;
}

int64_t
child_next_wait_ms(int64_t last_ms, int64_t served_ms, int64_t longest_ms)
{
	if (last_ms == 0 || served_ms >= CHILD_CALM_MS)
		return MIN(LIMIT_RESTART_FIRST_MS, longest_ms);
	return MIN(2 * last_ms, longest_ms);
}

void
child_bury(struct child *child)
{
	if (child->parent_fd >= 0)
		close(child->parent_fd);
	*child = (struct child){ .parent_fd = -1 };
}

void
child_describe(char *text, size_t size, int status)
{
	if (WIFEXITED(status))
		snprintf(text, size, "ended with exit code %d",
		    WEXITSTATUS(status));
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		snprintf(text, size, "was killed for a system call that its "
				     "sandbox forbids (SIGSYS)");
	else if (WIFSIGNALED(status))
		snprintf(text, size, "was killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(text, size, "ended with status %d", status);
}
