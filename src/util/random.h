/*
 * Randomness as an input: whoever needs random bytes is handed a source.
 *
 * The real source is crypto/csprng.h; random_seeded() gives the same bytes for
 * the same seed, for simulators, tests and demo data. It is not secret.
 */
#ifndef STILE_UTIL_RANDOM_H
#define STILE_UTIL_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

struct random {
	void (*fill)(void *context, void *bytes, size_t len);
	void *context;
};

struct random_state {
	uint64_t s[4]; /* xoshiro256** */
};

static inline void
random_fill(const struct random *random, void *bytes, size_t len)
{
	random->fill(random->context, bytes, len);
}

/* A repeatable source; state must outlive it. */
struct random random_seeded(struct random_state *state, uint64_t seed) NONNULL;

/* The next 64 bits of a seeded state. */
uint64_t random_next(struct random_state *state) NONNULL;

/* Uniform in [0, n), without bias; n > 0. */
uint64_t random_below(struct random_state *state, uint64_t n) NONNULL;

#endif
