/*
 * The seat of a role behind the gate: its listener, its parent, the one
 * connection it serves.
 *
 * Only the process that the parent named as the gate is served (frames.h,
 * PARENT_GATE; the kernel says who connected). Anybody else is turned away at
 * once, so a front that finds the socket's path can not ask there, nor keep
 * the gate out by waiting. When the gate comes again, its newest connection
 * is the one that counts.
 */
#ifndef STILE_UTIL_SEAT_H
#define STILE_UTIL_SEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/attr.h"
#include "util/channel.h"

struct seat {
	int listen_fd;
	int parent_fd;
	int signal_fd;
	pid_t gate;	  /* 0: the parent has named none yet */
	uint8_t heard[5]; /* of the parent's next message */
	size_t n_heard;
	struct channel channel; /* to the gate; fd < 0: none */
	uint64_t n_turned_away;
	bool is_stopping; /* told to; what the gate sent before is still read */
};

enum {
	SEAT_E_IDLE = 1, /* nothing came in time */
	SEAT_E_STOP,	 /* SIGTERM, SIGINT or the parent's end came, and all
			  * that the gate had sent was handed out */
	SEAT_E_BROKEN,	 /* the gate sent what is no frame: it was closed */
};

/*
 * Take the seat. The descriptors stay open until seat_fini(). SIGTERM and
 * SIGINT are blocked and taken by seat_wait(); SIGHUP and SIGPIPE are ignored.
 *
 * Returns: 0; fault.
 */
int seat_init(struct seat *seat, int listen_fd, int parent_fd) MUST_USE NONNULL;

/* Close everything; safe on a zeroed one after seat_init() failed. */
void seat_fini(struct seat *seat) NONNULL;

/* Tell the parent that the role serves from now on. Returns: 0; fault. */
int seat_ready(struct seat *seat) MUST_USE NONNULL;

/*
 * The next frame of the gate, answers written before it is waited for. It is
 * valid until the next call.
 *
 * timeout_ms: -1 waits as long as it takes. Returns: 0; SEAT_E_*; fault.
 */
int seat_wait(struct frame *frame, struct seat *seat, int timeout_ms)
    MUST_USE NONNULL;

/* Where answers are appended; flushed by the next seat_wait(). */
struct buf *seat_out(struct seat *seat) NONNULL;

/* Close the gate's connection: it asked what may not be asked. */
void seat_drop(struct seat *seat) NONNULL;

#endif
