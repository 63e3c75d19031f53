/*
 * A ring of bytes shared by two processes: one writes, the other can only read.
 *
 * The memory is mapped twice in a row, so any stretch of it is one piece of
 * memory. It is an anonymous file of the kernel, sealed against new writable
 * mappings before the reader maps it; it is locked in memory, so that what is
 * in it reaches no swap.
 */
#ifndef STILE_CONSIGN_RING_H
#define STILE_CONSIGN_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "util/attr.h"
#include "util/str.h"

struct ring {
	uint8_t *bytes; /* LIMIT_CONSIGN_RING, twice */
	int fd;
	bool is_locked; /* in memory */
};

/* Returns: 0, for ring_fini(); fault. */
int ring_init(struct ring *ring) MUST_USE NONNULL;
void ring_fini(struct ring *ring) NONNULL;

/* In the other process: give up writing for good. Returns: 0; fault. */
int ring_make_read_only(struct ring *ring) MUST_USE NONNULL;

/* Bytes [from, from + len) of the stream that passes through. */
static inline struct str
ring_view(const struct ring *ring, uint64_t from, size_t len)
{
	return (struct str){
		(const char *)ring->bytes + from % LIMIT_CONSIGN_RING, len };
}

#endif
