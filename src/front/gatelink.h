/*
 * The way to the gate: one unix stream socket that mends itself.
 *
 * A call is one question: begun, filled with fields, sent with all others of
 * the turn, and ended exactly once by its answer function: with the gate's
 * answer, or with the reason why none comes. The gate is not trusted to be
 * well: an answer that is not one closes the channel and ends all calls.
 */
#ifndef STILE_FRONT_GATELINK_H
#define STILE_FRONT_GATELINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/channel.h"
#include "util/frame.h"
#include "util/str.h"

enum gatelink_end {
	GATELINK_ANSWERED,
	GATELINK_LOST,	 /* the channel ended first */
	GATELINK_TIMEOUT,
};

/* Checked; borrowed from the channel while the answer function runs. */
struct gatelink_answer {
	unsigned status; /* 200 to 599 */
	struct str type;
	struct str body;
	struct str location;
	uint64_t retry_s;
	bool has_retry;
};

struct gatelink_call;

/* answer is NULL unless end is GATELINK_ANSWERED. */
typedef void gatelink_answer_fn(struct gatelink_call *call,
    enum gatelink_end end, const struct gatelink_answer *answer);

/* Lives in the asker's own struct until its answer function was called. */
struct gatelink_call {
	gatelink_answer_fn *on_end;
	uint64_t id;
	int64_t deadline_us; /* monotonic */
	struct gatelink_call *next;
	struct gatelink_call *prev;
};

struct gatelink;

enum {
	GATELINK_E_DOWN = 1, /* no gate is connected */
	GATELINK_E_BUSY,     /* as many calls as allowed are under way */
};

/*
 * path: of the gate's socket, borrowed. max_calls: at once. timeout_ms: of one
 * call. epoll_fd: told about the socket, with the link as data.ptr.
 * Does not connect yet. Returns: 0; fault.
 */
int gatelink_new(struct gatelink **out, const char *path, unsigned max_calls,
    unsigned timeout_ms, int epoll_fd) MUST_USE NONNULL;

/* Ends all calls as GATELINK_LOST first. NULL is fine. Returns: NULL. */
struct gatelink *gatelink_free(struct gatelink *link);

/* Connect if it is time; end calls that waited too long. Once a turn. */
void gatelink_tick(struct gatelink *link, int64_t now_us) NONNULL;

/* The socket is ready: read answers, end their calls. */
void gatelink_turn(struct gatelink *link, int64_t now_us) NONNULL;

/* Send what the calls of this turn have put. */
void gatelink_flush(struct gatelink *link, int64_t now_us) NONNULL;

/*
 * Begin a call's frame. After 0, append fields to *frame with frame_put() and
 * then end it with gatelink_send(); nothing may be begun in between.
 *
 * Returns: 0; GATELINK_E_*.
 */
int gatelink_begin(struct gatelink *link, struct buf **frame, int64_t now_us)
    MUST_USE NONNULL;

/*
 * The frame is whole: queue it, to be ended by call->on_end.
 *
 * Returns: 0; GATELINK_E_BUSY (no room in the queue; on_end is not called).
 */
int gatelink_send(struct gatelink *link, struct gatelink_call *call,
    int64_t now_us) MUST_USE NONNULL;

bool gatelink_is_up(const struct gatelink *link) NONNULL;

/* Calls under way. */
size_t gatelink_n_calls(const struct gatelink *link) NONNULL;

/* When gatelink_tick() has something to do; INT64_MAX: never. */
int64_t gatelink_next_us(const struct gatelink *link) NONNULL;

#endif
