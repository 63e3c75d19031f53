/* Growable bytes with a maximum; see buf.h. */
#include "util/buf.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/arena.h"
#include "util/fault.h"

void
buf_init(struct buf *buf, size_t limit)
{
	*buf = (struct buf){ .limit = limit };
}

void
buf_init_in(struct buf *buf, struct arena *arena, size_t limit)
{
	*buf = (struct buf){ .limit = limit, .arena = arena };
}

void
buf_fini(struct buf *buf)
{
	if (buf->arena != NULL)
		arena_shrink(buf->arena, buf->bytes, buf->size, 0);
	else
		free(buf->bytes);
	*buf = (struct buf){ .limit = buf->limit, .arena = buf->arena };
}

struct str
buf_take(struct buf *buf)
{
	struct str text = { 0 };

	assert(buf->arena != NULL);
	if (buf_reserve(buf, 0) != NULL) {
		arena_shrink(buf->arena, buf->bytes, buf->size, buf->len + 1);
		text = (struct str){ buf->bytes, buf->len };
		buf->bytes = NULL;
	}
	buf_fini(buf);
	return text;
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = 0;
	if (buf->bytes != NULL)
		buf->bytes[0] = '\0';
}

char *
buf_reserve(struct buf *buf, size_t len)
{
	size_t size;
	char *bytes;

	if (buf->failed != 0)
		return NULL;
	if (len > buf->limit - buf->len) {
		buf->failed = ENOBUFS;
		return NULL;
	}
	if (buf->bytes != NULL && buf->size - buf->len > len)
		return buf->bytes + buf->len;
	/* Most texts here are an entry or an answer: one allocation. */
	size = MAX(buf->size, buf->arena != NULL ? (size_t)128 : (size_t)2048);
	while (size - buf->len <= len)
		size *= 2;
	size = MIN(size, buf->limit + 1);
	bytes = buf->arena != NULL
	    ? arena_grow(buf->arena, buf->bytes, buf->size, size)
	    : realloc(buf->bytes, size);
	if (bytes == NULL) {
		buf->failed = ENOMEM;
		return NULL;
	}
	buf->bytes = bytes;
	buf->size = size;
	buf->bytes[buf->len] = '\0';
	return buf->bytes + buf->len;
}

void
buf_grow(struct buf *buf, size_t len)
{
	assert(buf->bytes != NULL && len < buf->size - buf->len);
	buf->len += len;
	buf->bytes[buf->len] = '\0';
}

void
buf_drop(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	if (len == 0)
		return;
	memmove(buf->bytes, buf->bytes + len, buf->len - len + 1);
	buf->len -= len;
}

void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	char *room = buf_reserve(buf, len);

	if (room == NULL || len == 0)
		return;
	memcpy(room, bytes, len);
	buf_grow(buf, len);
}

void
buf_add_str(struct buf *buf, struct str s)
{
	buf_add(buf, s.p, s.len);
}

void
buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_add_u64(struct buf *buf, uint64_t value)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[sizeof(digits) - ++n] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	buf_add(buf, digits + sizeof(digits) - n, n);
}

void
buf_add_i64(struct buf *buf, int64_t value)
{
	if (value < 0) {
		buf_add_char(buf, '-');
		buf_add_u64(buf, (uint64_t)0 - (uint64_t)value);
	} else {
		buf_add_u64(buf, (uint64_t)value);
	}
}

void
buf_add_format(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_list again;
	int len;
	char *room;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	room = len >= 0 ? buf_reserve(buf, (size_t)len) : NULL;
	if (room != NULL) {
		vsnprintf(room, (size_t)len + 1, format, again);
		buf_grow(buf, (size_t)len);
	}
	va_end(again);
}

int
buf_finish(const struct buf *buf)
{
	if (buf->failed == ENOBUFS)
		return BUF_E_LIMIT;
	return buf->failed != 0 ? FAULT(buf->failed) : 0;
}
