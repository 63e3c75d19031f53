/*
 * How many distinct subjects there were, by their keyed indexes: the first 64
 * bits of HMAC-SHA-256, which are as good as chance. Of a million subjects two
 * are taken for one with a probability of 3 in 100 million.
 */
#ifndef STILE_RELEASE_DISTINCT_H
#define STILE_RELEASE_DISTINCT_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

struct distinct {
	uint64_t *slots; /* 0: empty */
	size_t n_slots;	 /* 0 or a power of two */
	size_t n_items;
};

/*
 * Count a subject by its index in hexadecimal digits; what is no index is
 * passed over. The memory is the arena's.
 *
 * Returns: 0; fault ENOMEM.
 */
int distinct_add(struct distinct *distinct, struct arena *arena,
    struct str index) MUST_USE NONNULL;

#endif
