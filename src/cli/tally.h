/*
 * Distinct texts, numbered in the order they come, without keeping the texts.
 *
 * For logs of millions of look-ups: how many officers, cases and plates there
 * are and how often each occurs, in about 24 bytes for each. A text is its
 * keyed 64-bit hash: of ten million texts, two are taken for one with a
 * probability of 3 in a million.
 */
#ifndef STILE_CLI_TALLY_H
#define STILE_CLI_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

struct tally_slot {
	uint64_t hash;
	uint32_t number; /* plus one; 0: empty */
};

struct tally {
	struct tally_slot *slots;
	size_t n_slots; /* 0 or a power of two */
	uint32_t *counts; /* of each number */
	uint32_t n_items;
	uint64_t seed;
};

/* Begin an empty one; the seed keeps a sender from choosing texts that clash. */
void tally_init(struct tally *tally, uint64_t seed) NONNULL;

/* Safe on a zeroed one. */
void tally_fini(struct tally *tally) NONNULL;

/* Count the text once more. Returns: 0, and its number; fault ENOMEM. */
int tally_add(struct tally *tally, uint32_t *number, struct str text) MUST_USE
    NONNULL;

#endif
