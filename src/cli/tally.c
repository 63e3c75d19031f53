/* Numbers for texts; see tally.h. */
#include "cli/tally.h"

#include <errno.h>
#include <stdlib.h>

#include "util/fault.h"
#include "util/map.h"

#define LEAST 1024 /* slots to begin with */

void
tally_init(struct tally *tally, uint64_t seed)
{
	*tally = (struct tally){ .seed = seed };
}

void
tally_fini(struct tally *tally)
{
	free(tally->slots);
	free(tally->counts);
	*tally = (struct tally){ 0 };
}

static struct tally_slot *
probe(const struct tally *tally, uint64_t hash)
{
	size_t i = (size_t)hash & (tally->n_slots - 1);

	while (tally->slots[i].number != 0 && tally->slots[i].hash != hash)
		i = (i + 1) & (tally->n_slots - 1);
	return &tally->slots[i];
}

/* Twice the slots, and counts for three quarters of them. */
static int
grow(struct tally *tally)
{
	struct tally old = *tally;
	size_t n = old.n_slots > 0 ? 2 * old.n_slots : LEAST;
	uint32_t *counts = reallocarray(old.counts, n / 4 * 3,
	    sizeof(*counts));

	if (counts == NULL)
		return FAULT(ENOMEM);
	tally->counts = counts;
	tally->slots = calloc(n, sizeof(*tally->slots));
	if (tally->slots == NULL) {
		tally->slots = old.slots;
		return FAULT(ENOMEM);
	}
	tally->n_slots = n;
	for (size_t i = 0; i < old.n_slots; i++) {
		if (old.slots[i].number != 0)
			*probe(tally, old.slots[i].hash) = old.slots[i];
	}
	free(old.slots);
	return 0;
}

int
tally_add(struct tally *tally, uint32_t *number, struct str text)
{
	struct tally_slot *slot;
	uint64_t hash = map_hash(tally->seed, text);

	if (tally->n_items >= tally->n_slots / 4 * 3) {
		int r = grow(tally);

		if (r < 0)
			return TRACE(r);
	}
	slot = probe(tally, hash);
	if (slot->number == 0) {
		*slot = (struct tally_slot){ hash, ++tally->n_items };
		tally->counts[slot->number - 1] = 0;
	}
	*number = slot->number - 1;
	tally->counts[*number]++;
	return 0;
}
