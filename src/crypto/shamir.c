/* Shamir's secret sharing; see shamir.h. */
#include "crypto/shamir.h"

#include <assert.h>
#include <stdbool.h>

#include "crypto/secret.h"

uint8_t
shamir_multiply(uint8_t a, uint8_t b)
{
	unsigned product = 0;
	unsigned shifted = a;

	for (int bit = 0; bit < 8; bit++) {
		unsigned take = 0u - ((unsigned)b >> bit & 1u);
		unsigned over = 0u - (shifted >> 7 & 1u);

		product ^= shifted & take;
		shifted = (shifted << 1 ^ (over & 0x1bu)) & 0xffu;
	}
	return (uint8_t)product;
}

/* a^254: the inverse, and 0 for 0. */
static uint8_t
invert(uint8_t a)
{
	uint8_t result = 1;

	for (int i = 0; i < 7; i++) {
		a = shamir_multiply(a, a);
		result = shamir_multiply(result, a);
	}
	return result;
}

/* Horner's rule at x, for one byte; coefficients lowest first. */
static uint8_t
evaluate(const uint8_t *coefficients, size_t k, size_t stride, uint8_t x)
{
	uint8_t value = 0;

	for (size_t i = k; i-- > 0;)
		value = shamir_multiply(value, x) ^ coefficients[i * stride];
	return value;
}

void
shamir_split(struct shamir_share *shares, size_t n, size_t k,
    const struct shamir_secret *secret, const struct random *random)
{
	uint8_t polynomials[SHAMIR_SHARES][SHAMIR_BYTES];

	assert(k >= 1 && k <= n && n <= SHAMIR_SHARES);
	for (size_t i = 0; i < SHAMIR_BYTES; i++)
		polynomials[0][i] = secret->b[i];
	if (k > 1)
		random_fill(random, polynomials[1], (k - 1) * SHAMIR_BYTES);
	for (size_t i = 0; i < n; i++) {
		shares[i].x = (uint8_t)(i + 1);
		for (size_t byte = 0; byte < SHAMIR_BYTES; byte++)
			shares[i].y[byte] = evaluate(&polynomials[0][byte], k,
			    SHAMIR_BYTES, shares[i].x);
	}
	secret_wipe(polynomials, sizeof(polynomials));
}

/* Lagrange's factor of share i at x = 0; subtraction is addition here. */
static uint8_t
factor(const struct shamir_share *shares, size_t n, size_t i)
{
	uint8_t above = 1;
	uint8_t below = 1;

	for (size_t k = 0; k < n; k++) {
		if (k == i)
			continue;
		above = shamir_multiply(above, shares[k].x);
		below = shamir_multiply(below, shares[k].x ^ shares[i].x);
	}
	return shamir_multiply(above, invert(below));
}

static bool
are_apart(const struct shamir_share *shares, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (shares[i].x == 0)
			return false;
		for (size_t k = 0; k < i; k++) {
			if (shares[k].x == shares[i].x)
				return false;
		}
	}
	return n > 0;
}

int
shamir_combine(struct shamir_secret *secret, const struct shamir_share *shares,
    size_t n)
{
	if (!are_apart(shares, n))
		return SHAMIR_E_BAD;
	*secret = (struct shamir_secret){ 0 };
	for (size_t i = 0; i < n; i++) {
		uint8_t weight = factor(shares, n, i);

		for (size_t byte = 0; byte < SHAMIR_BYTES; byte++)
			secret->b[byte] ^= shamir_multiply(weight,
			    shares[i].y[byte]);
	}
	return 0;
}
