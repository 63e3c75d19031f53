/*
 * Writing a long file through a buffer of fixed size: append to sink->buf with
 * the buf_* functions, and pass what has gathered on now and then.
 */
#ifndef STILE_UTIL_SINK_H
#define STILE_UTIL_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/buf.h"

struct sink {
	struct buf buf;
	int fd;		 /* borrowed */
	size_t enough;	 /* pass on from here */
	uint64_t passed; /* bytes written so far */
};

/* piece: the most that is appended between two calls of sink_pass(). */
void sink_init(struct sink *sink, int fd, size_t piece) NONNULL;

/* What was not passed on is lost. */
void sink_fini(struct sink *sink) NONNULL;

/* Write what gathered, if it is enough. Returns: 0; fault. */
int sink_pass(struct sink *sink) MUST_USE NONNULL;

/* Write the rest. Returns: 0; fault. */
int sink_end(struct sink *sink) MUST_USE NONNULL;

/* Place in the file of the next byte appended. */
static inline uint64_t
sink_place(const struct sink *sink)
{
	return sink->passed + sink->buf.len;
}

#endif
