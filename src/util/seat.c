/* The seat of a role behind the gate; see seat.h. */
#include "util/seat.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frames.h"
#include "util/clock.h"
#include "util/fault.h"

static int
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return FAULT(errno);
	return 0;
}

int
seat_init(struct seat *seat, int listen_fd, int parent_fd)
{
	sigset_t set;
	int r;

	*seat = (struct seat){ .listen_fd = listen_fd, .parent_fd = parent_fd,
		.signal_fd = -1, .channel.fd = -1 };
	r = set_nonblocking(listen_fd);
	if (r == 0)
		r = set_nonblocking(parent_fd);
	if (r < 0)
		return TRACE(r);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
	    signal(SIGHUP, SIG_IGN) == SIG_ERR ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return FAULT(errno);
	seat->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return seat->signal_fd < 0 ? FAULT(errno) : 0;
}

static void
close_fd(int *fd)
{
	if (*fd > 0)
		close(*fd);
	*fd = -1;
}

void
seat_fini(struct seat *seat)
{
	seat_drop(seat);
	close_fd(&seat->listen_fd);
	close_fd(&seat->parent_fd);
	close_fd(&seat->signal_fd);
}

int
seat_ready(struct seat *seat)
{
	ssize_t n = send(seat->parent_fd, &(char){ PARENT_READY }, 1,
	    MSG_NOSIGNAL);

	return n == 1 ? 0 : FAULT(errno);
}

struct buf *
seat_out(struct seat *seat)
{
	return &seat->channel.out;
}

void
seat_drop(struct seat *seat)
{
	if (seat->channel.fd > 0)
		channel_fini(&seat->channel);
	seat->channel = (struct channel){ .fd = -1 };
}

static bool
has_gate(const struct seat *seat)
{
	return seat->channel.fd >= 0;
}

/* Returns: false when the parent is gone. */
static bool
hear_parent(struct seat *seat)
{
	uint8_t bytes[64];
	ssize_t n = read(seat->parent_fd, bytes, sizeof(bytes));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return false;
	for (ssize_t i = 0; i < n; i++) {
		seat->heard[seat->n_heard++] = bytes[i];
		if (seat->heard[0] != PARENT_GATE)
			seat->n_heard = 0;
		if (seat->n_heard < sizeof(seat->heard))
			continue;
		seat->gate = (pid_t)((uint32_t)seat->heard[1] << 24 |
		    (uint32_t)seat->heard[2] << 16 |
		    (uint32_t)seat->heard[3] << 8 | seat->heard[4]);
		seat->n_heard = 0;
	}
	return true;
}

static bool
is_gate(const struct seat *seat, int fd)
{
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    seat->gate > 0 && peer.pid == seat->gate;
}

/* Everybody who waits: the gate gets the seat, the others are turned away. */
static int
admit(struct seat *seat)
{
	for (;;) {
		int fd = accept4(seat->listen_fd, NULL, NULL, SOCK_CLOEXEC);
		int r;

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			return errno == EAGAIN ? 0 : FAULT(errno);
		/*
		 * The parent names a gate before it lets it run: what it has
		 * said by now is enough to know this one.
		 */
		if (!hear_parent(seat))
			seat->is_stopping = true;
		if (!is_gate(seat, fd)) {
			seat->n_turned_away++;
			close(fd);
			continue;
		}
		seat_drop(seat);
		r = channel_init(&seat->channel, fd);
		if (r < 0)
			return TRACE(r);
	}
}

/* Returns: 0; fault. A peer that is gone leaves the seat empty. */
static int
exchange(struct seat *seat, bool is_readable)
{
	int r = channel_flush(&seat->channel);

	if (r == 0 && is_readable) {
		r = channel_fill(&seat->channel);
		if (r == CHANNEL_E_EMPTY)
			r = 0;
	}
	if (r == CHANNEL_E_CLOSED) {
		seat_drop(seat);
		r = 0;
	}
	return r < 0 ? TRACE(r) : 0;
}

/* Take it, or it would still be pending when it is unblocked. */
static bool
take_signal(const struct seat *seat)
{
	struct signalfd_siginfo info;

	return read(seat->signal_fd, &info, sizeof(info)) == sizeof(info);
}

/*
 * One look at everything. Returns: 0, and *is_quiet when no peer had anything;
 * fault.
 */
static int
turn(struct seat *seat, bool *is_quiet, int timeout_ms)
{
	struct pollfd items[] = {
		{ .fd = seat->is_stopping ? -1 : seat->signal_fd,
		    .events = POLLIN },
		{ .fd = seat->is_stopping ? -1 : seat->parent_fd,
		    .events = POLLIN },
		{ .fd = seat->listen_fd, .events = POLLIN },
		{ .fd = seat->channel.fd, .events = POLLIN },
	};
	int r = 0;

	if (has_gate(seat) && channel_is_waiting(&seat->channel))
		items[3].events |= POLLOUT;
	if (poll(items, ARRAY_LEN(items), timeout_ms) < 0)
		return errno == EINTR ? 0 : FAULT(errno);
	*is_quiet = items[2].revents == 0 && items[3].revents == 0;
	if (items[0].revents != 0)
		seat->is_stopping = take_signal(seat);
	if (items[1].revents != 0 && !hear_parent(seat))
		seat->is_stopping = true;
	if (items[3].revents != 0)
		r = exchange(seat, (items[3].revents & ~POLLOUT) != 0);
	if (r == 0 && items[2].revents != 0)
		r = admit(seat);
	return TRACE(r);
}

/* Milliseconds of a wait that are left; -1 for ever. */
static int
left_of(const struct seat *seat, int64_t end_us, int timeout_ms)
{
	int64_t rest = end_us - clock_monotonic_us();

	if (seat->is_stopping)
		return 0;
	if (timeout_ms < 0)
		return -1;
	return rest > 0 ? (int)((rest + 999) / 1000) : 0;
}

int
seat_wait(struct frame *frame, struct seat *seat, int timeout_ms)
{
	int64_t end = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
	bool is_over = false;

	for (;;) {
		int left = left_of(seat, end, timeout_ms);
		bool is_quiet = false;
		int r = CHANNEL_E_EMPTY;

		if (has_gate(seat))
			r = channel_take(frame, &seat->channel);
		if (r == 0)
			return 0;
		if (r == CHANNEL_E_BROKEN) {
			seat_drop(seat);
			return SEAT_E_BROKEN;
		}
		if (is_over)
			return seat->is_stopping ? SEAT_E_STOP : SEAT_E_IDLE;
		r = has_gate(seat) ? exchange(seat, false) : 0;
		if (r == 0)
			r = turn(seat, &is_quiet, left);
		if (r < 0)
			return TRACE(r);
		is_over = left == 0 && (is_quiet || !seat->is_stopping);
	}
}
