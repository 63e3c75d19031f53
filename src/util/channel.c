/* Frames over a file descriptor; see channel.h. */
#include "util/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "limits.h"
#include "util/clock.h"
#include "util/fault.h"

#define READ_STEP 65536

int
channel_init(struct channel *channel, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	*channel = (struct channel){ .fd = fd };
	buf_init(&channel->in, 2 * (size_t)LIMIT_FRAME_BYTES + READ_STEP);
	buf_init(&channel->out, LIMIT_CHANNEL_QUEUE);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return FAULT(errno);
	return 0;
}

void
channel_fini(struct channel *channel)
{
	if (channel->fd >= 0)
		close(channel->fd);
	channel->fd = -1;
	buf_fini(&channel->in);
	buf_fini(&channel->out);
}

int
channel_fill(struct channel *channel)
{
	bool has_read = false;

	buf_drop(&channel->in, channel->taken);
	channel->taken = 0;
	while (channel->in.len < LIMIT_FRAME_BYTES) {
		char *room = buf_reserve(&channel->in, READ_STEP);
		ssize_t n;

		if (room == NULL)
			return FAULT(channel->in.failed);
		n = read(channel->fd, room, READ_STEP);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0 && errno != ECONNRESET)
			return FAULT(errno);
		if (n <= 0)
			return has_read ? 0 : CHANNEL_E_CLOSED;
		buf_grow(&channel->in, (size_t)n);
		has_read = true;
		if (n < READ_STEP)
			break;
	}
	return has_read ? 0 : CHANNEL_E_EMPTY;
}

int
channel_take(struct frame *frame, struct channel *channel)
{
	struct str bytes = buf_str(&channel->in);
	size_t len;

	bytes = str_part(bytes, channel->taken, bytes.len);
	switch (frame_parse(frame, &len, bytes)) {
	case 0:
		channel->taken += len;
		return 0;
	case FRAME_E_SHORT:
		return CHANNEL_E_EMPTY;
	default:
		return CHANNEL_E_BROKEN;
	}
}

/* Forget what was written: at its end, or when that is the larger part. */
static void
drop_sent(struct channel *channel)
{
	size_t len = channel->out.len;

	if (channel->sent < len && channel->sent < len / 2)
		return;
	if (channel->out.bytes != NULL)
		buf_drop(&channel->out, channel->sent);
	channel->sent = 0;
}

int
channel_flush(struct channel *channel)
{
	int r = 0;

	while (channel->sent < channel->out.len) {
		ssize_t n = write(channel->fd,
		    channel->out.bytes + channel->sent,
		    channel->out.len - channel->sent);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) {
			r = CHANNEL_E_CLOSED;
			break;
		}
		if (n < 0) {
			r = FAULT(errno);
			break;
		}
		channel->sent += (size_t)n;
	}
	drop_sent(channel);
	return r;
}

bool
channel_is_waiting(const struct channel *channel)
{
	return channel->out.len > channel->sent;
}

int
channel_call(struct frame *answer, struct channel *channel, int timeout_ms)
{
	int64_t end = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
	int r = channel_flush(channel);

	while (r == 0) {
		struct pollfd item = { .fd = channel->fd, .events = POLLIN };
		int64_t left = (end - clock_monotonic_us()) / 1000;

		r = channel_take(answer, channel);
		if (r != CHANNEL_E_EMPTY)
			return r;
		if (left <= 0)
			return CHANNEL_E_EMPTY;
		if (channel_is_waiting(channel))
			item.events |= POLLOUT;
		if (poll(&item, 1, (int)left) < 0 && errno != EINTR)
			return FAULT(errno);
		r = channel_flush(channel);
		if (r != 0)
			break;
		r = channel_fill(channel);
		if (r == CHANNEL_E_EMPTY)
			r = 0;
	}
	return r < 0 ? TRACE(r) : r;
}
