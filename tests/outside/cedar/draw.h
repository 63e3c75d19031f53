/*
 * Choices: what a generator draws, recorded so that it can be drawn again.
 *
 * A case is what the generator makes of a row of choices. To shrink a case is to
 * shorten and lower its row, so no generator needs a shrinker of its own; hence
 * the rule that 0 is always the simplest choice. Past the end of a replayed row
 * every choice is 0.
 */
#ifndef STILE_TESTS_DRAW_H
#define STILE_TESTS_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/random.h"

#define DRAW_MOST 65536 /* choices of a case; later ones are 0 */

struct draw {
	struct random_state random;
	const uint32_t *replay; /* NULL: random */
	size_t n_replay;
	uint32_t made[DRAW_MOST]; /* what was drawn */
	size_t n_made;
};

/* Begin a case of its own for each seed. */
void draw_seed(struct draw *draw, uint64_t seed);

/* Begin the case that a row of choices makes. */
void draw_again(struct draw *draw, const uint32_t *choices, size_t n);

/* One of 0 .. n-1; n > 0. */
uint32_t draw_below(struct draw *draw, uint32_t n);

/* True once in n; 0 is false. */
bool draw_once_in(struct draw *draw, uint32_t n);

#endif
