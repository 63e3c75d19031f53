/*
 * Frames: how the roles speak to each other.
 *
 *   offset  size  content (integers big-endian)
 *        0     1  version, FRAME_VERSION
 *        1     1  kind; each pair of roles has its own enum
 *        2     2  zero
 *        4     4  length of the whole frame, head included
 *        8     8  id: chosen by the asker, returned in the answer
 *       16     …  fields: u16 tag, u32 length, bytes
 *
 * A receiver trusts nothing: frame_parse() checks version, zero bits, lengths
 * and the field structure before anything of it is used.
 */
#ifndef STILE_UTIL_FRAME_H
#define STILE_UTIL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

#define FRAME_VERSION 1
#define FRAME_HEAD 16
#define FRAME_FIELD_HEAD 6

struct frame {
	uint8_t kind;
	uint64_t id;
	struct str fields; /* checked; borrowed from the bytes parsed */
};

enum {
	FRAME_E_SHORT = 1, /* not all bytes are there yet */
	FRAME_E_BAD,	   /* not a frame: the peer is broken, close it */
};

/*
 * Look at the first frame in bytes.
 *
 * Returns: 0, the frame, and *len bytes it took; FRAME_E_SHORT; FRAME_E_BAD.
 */
int frame_parse(struct frame *frame, size_t *len, struct str bytes)
    MUST_USE NONNULL;

/* Cut the next field off *rest (start with frame->fields). False at the end. */
bool frame_next(uint16_t *tag, struct str *value, struct str *rest) NONNULL;

/* The first field with the tag; p == NULL when absent. */
struct str frame_find(const struct frame *frame, uint16_t tag) NONNULL;

/* A field of exactly eight bytes as a number. False when absent or another size. */
bool frame_find_u64(uint64_t *value, const struct frame *frame, uint16_t tag)
    NONNULL;

/* Begin a frame at the end of buf. Returns: its place, for frame_end(). */
size_t frame_begin(struct buf *buf, uint8_t kind, uint64_t id) NONNULL;
void frame_put(struct buf *buf, uint16_t tag, struct str value) NONNULL;
/* A field that is the parts one after the other. */
void frame_put_parts(struct buf *buf, uint16_t tag, const struct str *parts,
    size_t n);
void frame_put_u64(struct buf *buf, uint16_t tag, uint64_t value) NONNULL;

/*
 * Close the frame that began at place. When the frame is over
 * LIMIT_FRAME_BYTES or an append failed, it is removed whole again.
 *
 * Returns: 0; BUF_E_LIMIT; fault ENOMEM.
 */
int frame_end(struct buf *buf, size_t place) MUST_USE NONNULL;

/* Big-endian integers, for the formats that use them. */
static inline uint64_t
frame_get_u64(const void *bytes)
{
	const uint8_t *p = bytes;
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | p[i];
	return value;
}

static inline void
frame_set_u64(void *bytes, uint64_t value)
{
	uint8_t *p = bytes;

	for (int i = 7; i >= 0; i--, value >>= 8)
		p[i] = (uint8_t)value;
}

#endif
