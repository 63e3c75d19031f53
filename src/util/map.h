/*
 * String-keyed hash map whose memory is an arena.
 *
 * For tables built once and looked up often (names to ids, labels to values).
 * Keys are copied by reference: their bytes must live as long as the map.
 * Open addressing, at most three quarters full. The hash is seeded, so that a
 * sender of keys cannot choose them to collide.
 */
#ifndef STILE_UTIL_MAP_H
#define STILE_UTIL_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

struct map_slot {
	struct str key; /* p == NULL: empty */
	uint64_t hash;
	void *value;
};

struct map {
	struct arena *arena;
	struct map_slot *slots;
	size_t n_slots; /* 0 or a power of two */
	size_t n_items;
	uint64_t seed;
};

void map_init(struct map *map, struct arena *arena, uint64_t seed) NONNULL;

/*
 * Add or replace. key.p must not be NULL.
 *
 * Returns: 0; fault ENOMEM (arena limit included).
 */
int map_put(struct map *map, struct str key, void *value) MUST_USE;

/* Returns: the value, NULL when the key is absent. */
void *map_find(const struct map *map, struct str key) NONNULL;

/* Seeded 64-bit hash of a slice (wyhash-like mixing; not cryptographic). */
uint64_t map_hash(uint64_t seed, struct str s);

#endif
