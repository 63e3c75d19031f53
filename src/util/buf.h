/*
 * Growable bytes with a maximum given at birth and a sticky failure.
 *
 * Invariants: len <= size <= limit + 1; bytes[len] is 0 whenever bytes is not
 * NULL. After a failed append nothing more is appended, so a row of appends
 * needs one check at the end: buf_finish().
 */
#ifndef STILE_UTIL_BUF_H
#define STILE_UTIL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

struct arena;

struct buf {
	char *bytes;
	size_t len;
	size_t size;  /* allocated */
	size_t limit; /* most bytes it may hold */
	int failed;   /* 0, ENOBUFS (limit) or ENOMEM */
	struct arena *arena; /* NULL: the bytes are on the heap */
};

enum {
	BUF_E_LIMIT = 1, /* more was appended than the limit allows */
};

void buf_init(struct buf *buf, size_t limit) NONNULL;
void buf_fini(struct buf *buf) NONNULL;

/*
 * As buf_init(), for a text that stays: its bytes are in the arena from the
 * beginning and buf_take() leaves them there.
 */
void buf_init_in(struct buf *buf, struct arena *arena, size_t limit) NONNULL;

/*
 * End a buf begun with buf_init_in(). Returns: what was written, with a NUL
 * behind it; p == NULL when an append failed.
 */
struct str buf_take(struct buf *buf) MUST_USE NONNULL;

/* Empty it and clear the failure; keeps the memory. */
void buf_reset(struct buf *buf) NONNULL;

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_str(struct buf *buf, struct str s) NONNULL;
void buf_add_text(struct buf *buf, const char *text) NONNULL;
void buf_add_u64(struct buf *buf, uint64_t value) NONNULL; /* decimal */
void buf_add_i64(struct buf *buf, int64_t value) NONNULL;  /* decimal */
void buf_add_format(struct buf *buf, const char *format, ...) PRINTF(2, 3);

/*
 * Room for len more bytes, to be filled by the caller, who then adds what it
 * used to buf->len with buf_grow(). Returns: NULL when it cannot be had.
 */
char *buf_reserve(struct buf *buf, size_t len) NONNULL;
void buf_grow(struct buf *buf, size_t len) NONNULL;

/* Drop the first len bytes (a reader's queue). */
void buf_drop(struct buf *buf, size_t len) NONNULL;

/* Returns: 0 all appends were made; BUF_E_LIMIT; fault ENOMEM. */
int buf_finish(const struct buf *buf) MUST_USE NONNULL;

/* Inline: texts are written with many of these. */
static inline void
buf_add_char(struct buf *buf, char c)
{
	if (buf->failed != 0 || buf->size - buf->len < 2) {
		buf_add(buf, &c, 1);
		return;
	}
	buf->bytes[buf->len++] = c;
	buf->bytes[buf->len] = '\0';
}

/* What it holds. Borrowed until the next change. */
static inline struct str
buf_str(const struct buf *buf)
{
	struct str s = { buf->bytes != NULL ? buf->bytes : "", buf->len };

	return s;
}

#endif
