/* Bounded region of memory; see arena.h for the contract. */
#include "util/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"

struct arena_block {
	struct arena_block *next; /* older block */
	size_t size;		  /* bytes behind this header */
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

void
arena_init(struct arena *arena, size_t limit)
{
	*arena = (struct arena){ .limit = limit };
}

void
arena_fini(struct arena *arena)
{
	struct arena_block *block = arena->head;

	while (block != NULL) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
	*arena = (struct arena){ .limit = arena->limit };
}

void
arena_reset(struct arena *arena)
{
	/* The newest block is the largest: blocks only grow. */
	struct arena_block *keep = arena->head;

	if (keep != NULL) {
		arena->head = keep->next;
		arena_fini(arena);
		keep->next = NULL;
		keep->used = 0;
		arena->head = keep;
	}
	arena->used = 0;
	arena->is_full = false;
}

static struct arena_block *
block_new(const struct arena *arena, size_t need)
{
	size_t size = LIMIT_ARENA_BLOCK;
	struct arena_block *block;

	if (arena->head != NULL) {
		size = arena->head->size * 2;
		if (size > (size_t)LIMIT_ARENA_BLOCK * 64)
			size = (size_t)LIMIT_ARENA_BLOCK * 64;
	}
	if (size < need)
		size = need;
	block = malloc(sizeof(*block) + size);
	if (block != NULL)
		*block = (struct arena_block){ .size = size };
	return block;
}

static size_t
round_up(size_t size)
{
	const size_t align = alignof(max_align_t);

	return (size + align - 1) / align * align;
}

/* As arena_alloc, but what the bytes hold is the caller's to fill. */
static void *
take(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->head;
	size_t need;
	void *p;

	if (size > SIZE_MAX - alignof(max_align_t) || size > arena->limit) {
		arena->is_full = true;
		return NULL;
	}
	need = round_up(size);
	if (need > arena->limit - arena->used) {
		arena->is_full = true;
		return NULL;
	}
	if (block == NULL || need > block->size - block->used) {
		block = block_new(arena, need);
		if (block == NULL)
			return NULL;
		block->next = arena->head;
		arena->head = block;
	}
	p = block->bytes + block->used;
	block->used += need;
	arena->used += need;
	return p;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	void *p = take(arena, size);

	return p != NULL ? memset(p, 0, size) : NULL;
}

/* Whether nothing was allocated after it. */
static bool
is_newest(const struct arena *arena, const void *p, size_t size)
{
	const struct arena_block *block = arena->head;

	return block != NULL && p != NULL &&
	    (const unsigned char *)p + round_up(size) ==
	    block->bytes + block->used;
}

void *
arena_grow(struct arena *arena, void *p, size_t old_size, size_t size)
{
	struct arena_block *block = arena->head;
	size_t more;
	void *moved;

	assert(size >= old_size);
	if (is_newest(arena, p, old_size) &&
	    size <= arena->limit - arena->used + old_size) {
		more = round_up(size) - round_up(old_size);
		if (more <= block->size - block->used &&
		    more <= arena->limit - arena->used) {
			block->used += more;
			arena->used += more;
			return p;
		}
	}
	moved = take(arena, size);
	if (moved != NULL && old_size > 0)
		memcpy(moved, p, old_size);
	return moved;
}

void
arena_shrink(struct arena *arena, const void *p, size_t size, size_t used)
{
	size_t less = round_up(size) - round_up(used);

	assert(used <= size);
	if (!is_newest(arena, p, size))
		return;
	arena->head->used -= less;
	arena->used -= less;
}

void *
arena_array(struct arena *arena, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total)) {
		arena->is_full = true;
		return NULL;
	}
	return arena_alloc(arena, total);
}

char *
arena_dup(struct arena *arena, const void *bytes, size_t len)
{
	char *copy = len < SIZE_MAX ? take(arena, len + 1) : NULL;

	if (copy == NULL)
		return NULL;
	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

struct str
arena_str(struct arena *arena, struct str s)
{
	char *copy = arena_dup(arena, s.len > 0 ? s.p : "", s.len);

	return (struct str){ copy, copy != NULL ? s.len : 0 };
}

struct str
arena_join(struct arena *arena, const struct str *parts, size_t n)
{
	size_t len = 0;
	char *out;

	for (size_t i = 0; i < n; i++)
		len += parts[i].len;
	out = take(arena, len + 1);
	if (out == NULL)
		return (struct str){ 0 };
	out[len] = '\0';
	len = 0;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].len > 0)
			memcpy(out + len, parts[i].p, parts[i].len);
		len += parts[i].len;
	}
	return (struct str){ out, len };
}

struct str
arena_format(struct arena *arena, const char *format, ...)
{
	struct str out = { 0 };
	va_list args;
	va_list again;
	int len;
	char *p;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	p = len >= 0 ? take(arena, (size_t)len + 1) : NULL;
	if (p != NULL) {
		vsnprintf(p, (size_t)len + 1, format, again);
		out = (struct str){ p, (size_t)len };
	}
	va_end(again);
	return out;
}
