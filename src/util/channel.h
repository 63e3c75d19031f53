/*
 * Frames over a file descriptor: bounded buffers in and out, never blocking.
 *
 * The descriptor belongs to the channel once channel_init() was called. A
 * reader drains what waits with channel_fill(), then takes frames one by one;
 * a writer appends frames to channel->out and calls channel_flush().
 */
#ifndef STILE_UTIL_CHANNEL_H
#define STILE_UTIL_CHANNEL_H

#include <stdbool.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/frame.h"

struct channel {
	int fd;
	struct buf in;	/* read and not yet taken, from .taken on */
	size_t taken;	/* bytes at the front of in already handed out */
	struct buf out; /* frames not yet written, from .sent on */
	size_t sent;	/* bytes at the front of out already written */
};

enum {
	CHANNEL_E_EMPTY = 1, /* nothing (more) is there now */
	CHANNEL_E_CLOSED,    /* the peer closed or died */
	CHANNEL_E_BROKEN,    /* the peer sent what is no frame */
};

/* Take over fd and make it non-blocking. Returns: 0; fault. */
int channel_init(struct channel *channel, int fd) MUST_USE NONNULL;

/* Close the descriptor and free the buffers; safe when finished already. */
void channel_fini(struct channel *channel) NONNULL;

/*
 * Read all that waits, up to one LIMIT_FRAME_BYTES past what is buffered.
 *
 * Frames taken before become invalid. Returns: 0 something was read;
 * CHANNEL_E_EMPTY; CHANNEL_E_CLOSED; fault.
 */
int channel_fill(struct channel *channel) MUST_USE NONNULL;

/*
 * Take the next whole frame. It stays valid until the next channel_fill().
 *
 * Returns: 0; CHANNEL_E_EMPTY; CHANNEL_E_BROKEN.
 */
int channel_take(struct frame *frame, struct channel *channel) MUST_USE NONNULL;

/* Write what can be written. Returns: 0; CHANNEL_E_CLOSED; fault. */
int channel_flush(struct channel *channel) MUST_USE NONNULL;

/* Whether bytes wait to be written (poll for POLLOUT). */
bool channel_is_waiting(const struct channel *channel) NONNULL;

/*
 * Ask and wait: write all of out, then read until one whole frame came.
 * For the gate's two questions to the keeper, which it cannot go on without.
 *
 * timeout_ms: for the whole exchange. Returns: 0; CHANNEL_E_EMPTY (timeout);
 * CHANNEL_E_CLOSED; CHANNEL_E_BROKEN; fault.
 */
int channel_call(struct frame *answer, struct channel *channel, int timeout_ms)
    MUST_USE NONNULL;

#endif
