/*
 * A secret shared among n people so that any k of them have it again and fewer
 * know nothing of it (Shamir 1979), byte by byte over GF(2^8) with the
 * polynomial x^8 + x^4 + x^3 + x + 1 (FIPS 197, section 4.2).
 *
 * Multiplication takes the same time for all values: no table, no branch.
 */
#ifndef STILE_CRYPTO_SHAMIR_H
#define STILE_CRYPTO_SHAMIR_H

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/random.h"

#define SHAMIR_BYTES 32
#define SHAMIR_SHARES 255 /* x is a byte, and never 0 */

struct shamir_secret {
	uint8_t b[SHAMIR_BYTES];
};

/* The polynomial's values at x. Secret. */
struct shamir_share {
	uint8_t x;
	uint8_t y[SHAMIR_BYTES];
};

enum {
	SHAMIR_E_BAD = 1, /* a share at 0, or two at the same place */
};

/*
 * Make n shares, at x = 1 … n, any k of which give the secret again.
 * 1 <= k <= n <= SHAMIR_SHARES.
 */
void shamir_split(struct shamir_share *shares, size_t n, size_t k,
    const struct shamir_secret *secret, const struct random *random) NONNULL;

/*
 * The secret that n shares stand for. Shares of another secret, or fewer than
 * were needed, give another 32 bytes: who must know keeps a check beside.
 *
 * Returns: 0; SHAMIR_E_BAD.
 */
int shamir_combine(struct shamir_secret *secret,
    const struct shamir_share *shares, size_t n) MUST_USE NONNULL;

/* Product in the field; for tests. */
uint8_t shamir_multiply(uint8_t a, uint8_t b);

#endif
