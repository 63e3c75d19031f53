/*
 * A bounded region: many allocations, one release.
 *
 * For what: everything that lives exactly as long as one request or one load.
 * How: blocks that double in size; nothing in them is freed singly.
 * Bounds: an arena is born with a maximum. Past it arena_alloc() returns NULL
 * and arena_is_full() says so, so that a limit (an outcome) can be told from
 * memory that could not be had (a fault).
 * Threads: none; one owner.
 */
#ifndef STILE_UTIL_ARENA_H
#define STILE_UTIL_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/str.h"

struct arena_block;

struct arena {
	struct arena_block *head; /* block in use; older ones are linked behind */
	size_t used;		  /* bytes handed out since the last reset */
	size_t limit;		  /* most bytes it may hand out */
	bool is_full;		  /* an allocation was refused for the limit */
};

/* Prepare an arena that may hand out limit bytes. Allocates nothing yet. */
void arena_init(struct arena *arena, size_t limit) NONNULL;

/* Release all memory. Safe on a zeroed or already finished arena. */
void arena_fini(struct arena *arena) NONNULL;

/* Forget all allocations, keep the largest block for the next round. */
void arena_reset(struct arena *arena) NONNULL;

/*
 * Returns: size zeroed bytes, aligned for any type; NULL when the limit is
 * reached (then arena->is_full) or memory could not be had. size 0 gives a
 * valid pointer to nothing. Owned by the arena.
 */
void *arena_alloc(struct arena *arena, size_t size) NONNULL;

/* As arena_alloc for n elements; NULL also when n * size overflows. */
void *arena_array(struct arena *arena, size_t n, size_t size) NONNULL;

/* Copy len bytes and add a NUL after them. Returns: the copy, or NULL. */
char *arena_dup(struct arena *arena, const void *bytes, size_t len) NONNULL;

/* Copy a slice (NUL added behind it). On failure the result has p == NULL. */
struct str arena_str(struct arena *arena, struct str s) NONNULL;

/* The n slices one after the other. On failure the result has p == NULL. */
struct str arena_join(struct arena *arena, const struct str *parts, size_t n);

/* Formatted text in the arena. On failure the result has p == NULL. */
struct str arena_format(struct arena *arena, const char *format, ...)
    PRINTF(2, 3);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, n, type)                                            \
	((type *)arena_array((arena), (n), sizeof(type)))

/*
 * Make an allocation larger, as realloc() does: in place when it is the newest
 * and its block has room. What is new is the caller's to fill.
 *
 * Returns: where it is now; NULL, and the old one is as it was.
 */
void *arena_grow(struct arena *arena, void *p, size_t old_size, size_t size)
    MUST_USE;

/* Give back what is behind the first used bytes of the newest allocation. */
void arena_shrink(struct arena *arena, const void *p, size_t size,
    size_t used);

#endif
