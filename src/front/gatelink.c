/* The channel to the gate and the calls that wait on it. */
#include "front/gatelink.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "frames.h"
#include "limits.h"
#include "util/fault.h"

#define BACKOFF_FIRST_US 10000

struct gatelink {
	const char *path;
	int epoll_fd;
	int64_t timeout_us;
	struct channel channel;
	bool is_up;
	bool is_writable_wanted;
	int64_t connect_at_us;
	int64_t backoff_us;
	size_t frame_place; /* of the frame begun */

	/*
	 * A call's id is its turn and, in the low 16 bits, its slot, so that an
	 * answer finds its call without a search and a late one finds nobody.
	 */
	struct gatelink_call **slots;
	uint32_t *free_slots;
	unsigned n_slots;
	unsigned n_free;
	uint64_t n_begun;
	struct gatelink_call *oldest; /* calls end in time by this order */
	struct gatelink_call *newest;
};

#define SLOT_BITS 16
#define SLOT_OF(id) ((unsigned)((id) & ((1u << SLOT_BITS) - 1)))

int
gatelink_new(struct gatelink **out, const char *path, unsigned max_calls,
    unsigned timeout_ms, int epoll_fd)
{
	struct gatelink *link = calloc(1, sizeof(*link));

	if (link == NULL)
		return FAULT(ENOMEM);
	link->path = path;
	link->epoll_fd = epoll_fd;
	link->timeout_us = (int64_t)timeout_ms * 1000;
	link->backoff_us = BACKOFF_FIRST_US;
	link->n_slots = MIN(max_calls, 1u << SLOT_BITS);
	link->slots = calloc(link->n_slots, sizeof(*link->slots));
	link->free_slots = calloc(link->n_slots, sizeof(*link->free_slots));
	if (link->slots == NULL || link->free_slots == NULL) {
		free(link->slots);
		free(link->free_slots);
		free(link);
		return FAULT(ENOMEM);
	}
	while (link->n_free < link->n_slots) {
		link->free_slots[link->n_free] = link->n_free;
		link->n_free++;
	}
	*out = link;
	return 0;
}

static void
end_call(struct gatelink *link, struct gatelink_call *call,
    enum gatelink_end end, const struct gatelink_answer *answer)
{
	unsigned slot = SLOT_OF(call->id);

	link->slots[slot] = NULL;
	link->free_slots[link->n_free++] = slot;
	*(call->prev != NULL ? &call->prev->next : &link->oldest) = call->next;
	*(call->next != NULL ? &call->next->prev : &link->newest) = call->prev;
	call->on_end(call, end, answer);
}

static void
lose(struct gatelink *link, int64_t now_us)
{
	if (link->is_up)
		channel_fini(&link->channel);
	link->is_up = false;
	link->is_writable_wanted = false;
	link->connect_at_us = now_us + link->backoff_us;
	while (link->oldest != NULL)
		end_call(link, link->oldest, GATELINK_LOST, NULL);
}

struct gatelink *
gatelink_free(struct gatelink *link)
{
	if (link == NULL)
		return NULL;
	lose(link, 0);
	free(link->slots);
	free(link->free_slots);
	free(link);
	return NULL;
}

static int
dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd;

	if (len >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address,
	    sizeof(address)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Ask epoll for room to write only while something waits. */
static void
watch(struct gatelink *link, int operation, bool wants_write)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = link };

	if (wants_write)
		event.events |= EPOLLOUT;
	link->is_writable_wanted = wants_write;
	if (epoll_ctl(link->epoll_fd, operation, link->channel.fd, &event) < 0)
		FAULT(errno);
}

static void
try_connect(struct gatelink *link, int64_t now_us)
{
	int fd = dial(link->path);

	if (fd >= 0 && channel_init(&link->channel, fd) == 0) {
		link->is_up = true;
		link->backoff_us = BACKOFF_FIRST_US;
		watch(link, EPOLL_CTL_ADD, false);
		return;
	}
	if (fd >= 0)
		channel_fini(&link->channel);
	link->connect_at_us = now_us + link->backoff_us;
	link->backoff_us = MIN(link->backoff_us * 2,
	    (int64_t)LIMIT_FRONT_RETRY_MS * 1000);
}

void
gatelink_tick(struct gatelink *link, int64_t now_us)
{
	while (link->oldest != NULL && link->oldest->deadline_us <= now_us)
		end_call(link, link->oldest, GATELINK_TIMEOUT, NULL);
	if (!link->is_up && link->connect_at_us <= now_us)
		try_connect(link, now_us);
}

/* A header value: no way out of its line. */
static bool
is_header_value(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c < 0x20 || c >= 0x7f)
			return false;
	}
	return value.len <= LIMIT_FRONT_PATH_BYTES;
}

static bool
read_answer(struct gatelink_answer *answer, const struct frame *frame)
{
	uint64_t status;

	if (frame->kind != ASK_KIND_ANSWER ||
	    !frame_find_u64(&status, frame, ASK_STATUS) || status < 200 ||
	    status > 599)
		return false;
	*answer = (struct gatelink_answer){ .status = (unsigned)status,
		.type = frame_find(frame, ASK_TYPE),
		.body = frame_find(frame, ASK_BODY),
		.location = frame_find(frame, ASK_LOCATION) };
	answer->has_retry =
	    frame_find_u64(&answer->retry_s, frame, ASK_RETRY);
	return is_header_value(answer->type) &&
	    is_header_value(answer->location);
}

/* False when the gate said what no gate says. */
static bool
take_answer(struct gatelink *link, const struct frame *frame)
{
	struct gatelink_answer answer;
	struct gatelink_call *call;

	if (!read_answer(&answer, frame) ||
	    frame->id >> SLOT_BITS > link->n_begun ||
	    SLOT_OF(frame->id) >= link->n_slots)
		return false;
	call = link->slots[SLOT_OF(frame->id)];
	if (call != NULL && call->id == frame->id)
		end_call(link, call, GATELINK_ANSWERED, &answer);
	return true;
}

void
gatelink_turn(struct gatelink *link, int64_t now_us)
{
	struct frame frame;
	int r;

	if (!link->is_up)
		return;
	r = channel_fill(&link->channel);
	if (r == CHANNEL_E_EMPTY)
		return;
	while (r == 0) {
		r = channel_take(&frame, &link->channel);
		if (r == 0 && !take_answer(link, &frame))
			r = CHANNEL_E_BROKEN;
	}
	if (r != CHANNEL_E_EMPTY)
		lose(link, now_us);
}

void
gatelink_flush(struct gatelink *link, int64_t now_us)
{
	if (!link->is_up)
		return;
	if (channel_is_waiting(&link->channel) &&
	    channel_flush(&link->channel) != 0) {
		lose(link, now_us);
		return;
	}
	if (channel_is_waiting(&link->channel) != link->is_writable_wanted)
		watch(link, EPOLL_CTL_MOD, !link->is_writable_wanted);
}

int
gatelink_begin(struct gatelink *link, struct buf **frame, int64_t now_us)
{
	uint64_t id;

	if (!link->is_up)
		gatelink_tick(link, now_us);
	if (!link->is_up)
		return GATELINK_E_DOWN;
	if (link->n_free == 0)
		return GATELINK_E_BUSY;
	id = (link->n_begun + 1) << SLOT_BITS |
	    link->free_slots[link->n_free - 1];
	*frame = &link->channel.out;
	link->frame_place = frame_begin(*frame, ASK_KIND_ASK, id);
	return 0;
}

int
gatelink_send(struct gatelink *link, struct gatelink_call *call,
    int64_t now_us)
{
	unsigned slot = link->free_slots[link->n_free - 1];

	if (frame_end(&link->channel.out, link->frame_place) != 0)
		return GATELINK_E_BUSY;
	link->n_free--;
	link->n_begun++;
	call->id = link->n_begun << SLOT_BITS | slot;
	call->deadline_us = now_us + link->timeout_us;
	call->next = NULL;
	call->prev = link->newest;
	*(link->newest != NULL ? &link->newest->next : &link->oldest) = call;
	link->newest = call;
	link->slots[slot] = call;
	return 0;
}

bool
gatelink_is_up(const struct gatelink *link)
{
	return link->is_up;
}

size_t
gatelink_n_calls(const struct gatelink *link)
{
	return link->n_slots - link->n_free;
}

int64_t
gatelink_next_us(const struct gatelink *link)
{
	int64_t next = INT64_MAX;

	if (!link->is_up)
		next = link->connect_at_us;
	if (link->oldest != NULL)
		next = MIN(next, link->oldest->deadline_us);
	return next;
}
