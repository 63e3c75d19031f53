/* Repeatable randomness (xoshiro256**, seeded by splitmix64); see random.h. */
#include "util/random.h"

#include <string.h>

static uint64_t
rotate(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

uint64_t
random_next(struct random_state *state)
{
	uint64_t *s = state->s;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t
random_below(struct random_state *state, uint64_t n)
{
	/* Refuse the tail that would favour small numbers. */
	uint64_t least = (0 - n) % n;
	uint64_t x;

	do
		x = random_next(state);
	while (x < least);
	return x % n;
}

static void
fill(void *context, void *bytes, size_t len)
{
	unsigned char *out = bytes;

	while (len > 0) {
		uint64_t word = random_next(context);
		size_t n = MIN(len, sizeof(word));

		memcpy(out, &word, n);
		out += n;
		len -= n;
	}
}

struct random
random_seeded(struct random_state *state, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15u;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		state->s[i] = z ^ z >> 31;
	}
	return (struct random){ .fill = fill, .context = state };
}
