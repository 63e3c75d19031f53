/* Distinct subjects; see distinct.h. */
#include "release/distinct.h"

#include <errno.h>

#include "util/fault.h"
#include "util/hex.h"

#define LEAST 256 /* slots to begin with */
#define BYTES 8	  /* of the index that are looked at */

static uint64_t *
probe(const struct distinct *distinct, uint64_t number)
{
	size_t i = (size_t)number & (distinct->n_slots - 1);

	while (distinct->slots[i] != 0 && distinct->slots[i] != number)
		i = (i + 1) & (distinct->n_slots - 1);
	return &distinct->slots[i];
}

static int
grow(struct distinct *distinct, struct arena *arena)
{
	struct distinct old = *distinct;

	distinct->n_slots = old.n_slots > 0 ? 2 * old.n_slots : LEAST;
	distinct->slots = ARENA_ARRAY(arena, distinct->n_slots, uint64_t);
	if (distinct->slots == NULL) {
		*distinct = old;
		return FAULT(ENOMEM);
	}
	for (size_t i = 0; i < old.n_slots; i++) {
		if (old.slots[i] != 0)
			*probe(distinct, old.slots[i]) = old.slots[i];
	}
	return 0;
}

int
distinct_add(struct distinct *distinct, struct arena *arena, struct str index)
{
	uint8_t bytes[BYTES];
	uint64_t number = 0;
	uint64_t *slot;

	if (!hex_parse(bytes, sizeof(bytes), str_part(index, 0, 2 * BYTES)))
		return 0;
	for (size_t i = 0; i < sizeof(bytes); i++)
		number = number << 8 | bytes[i];
	number |= number == 0;
	if (distinct->n_items >= distinct->n_slots / 4 * 3) {
		int r = grow(distinct, arena);

		if (r < 0)
			return TRACE(r);
	}
	slot = probe(distinct, number);
	distinct->n_items += *slot == 0;
	*slot = number;
	return 0;
}
