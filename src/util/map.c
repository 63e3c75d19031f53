/* Arena-backed hash map; see map.h. */
#include "util/map.h"

#include <errno.h>

#include "util/fault.h"

static uint64_t
mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t
map_hash(uint64_t seed, struct str s)
{
	const uint64_t k0 = 0x9e3779b97f4a7c15u;
	const uint64_t k1 = 0xc2b2ae3d27d4eb4fu;
	uint64_t hash = seed ^ mix(s.len ^ k0, k1);
	size_t i = 0;

	for (; s.len - i >= 8; i += 8) {
		uint64_t word;

		memcpy(&word, s.p + i, 8);
		hash = mix(hash ^ word, k1);
	}
	if (i < s.len) {
		uint64_t word = 0;

		memcpy(&word, s.p + i, s.len - i);
		hash = mix(hash ^ word, k0);
	}
	return mix(hash ^ k0, k1 ^ s.len);
}

void
map_init(struct map *map, struct arena *arena, uint64_t seed)
{
	*map = (struct map){ .arena = arena, .seed = seed };
}

static struct map_slot *
probe(const struct map *map, struct str key, uint64_t hash)
{
	size_t i = (size_t)hash & (map->n_slots - 1);

	while (map->slots[i].key.p != NULL &&
	    !(map->slots[i].hash == hash &&
		str_is_equal(map->slots[i].key, key)))
		i = (i + 1) & (map->n_slots - 1);
	return &map->slots[i];
}

static int
grow(struct map *map)
{
	struct map old = *map;

	map->n_slots = old.n_slots > 0 ? old.n_slots * 2 : 16;
	map->slots = ARENA_ARRAY(map->arena, map->n_slots, struct map_slot);
	if (map->slots == NULL) {
		*map = old;
		return FAULT(ENOMEM);
	}
	for (size_t i = 0; i < old.n_slots; i++) {
		if (old.slots[i].key.p != NULL)
			*probe(map, old.slots[i].key, old.slots[i].hash) =
			    old.slots[i];
	}
	return 0;
}

int
map_put(struct map *map, struct str key, void *value)
{
	uint64_t hash = map_hash(map->seed, key);
	struct map_slot *slot;

	if ((map->n_items + 1) * 4 > map->n_slots * 3) {
		int r = grow(map);

		if (r < 0)
			return TRACE(r);
	}
	slot = probe(map, key, hash);
	if (slot->key.p == NULL)
		map->n_items++;
	*slot = (struct map_slot){ .key = key, .hash = hash, .value = value };
	return 0;
}

void *
map_find(const struct map *map, struct str key)
{
	if (map->n_slots == 0)
		return NULL;
	return probe(map, key, map_hash(map->seed, key))->value;
}
