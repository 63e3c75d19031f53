/* Shamir's sharing: the field of FIPS 197, vectors, every set of holders. */
#include "crypto/shamir.h"

#include "tap.h"
#include "util/hex.h"

static void
products_are_those_of_fips_197(void)
{
	check_u64(shamir_multiply(0x57, 0x83), 0xc1); /* section 4.2 */
	check_u64(shamir_multiply(0x57, 0x13), 0xfe); /* section 4.2.1 */
	check_u64(shamir_multiply(0x57, 0x02), 0xae);
	check_u64(shamir_multiply(0x8d, 0x02), 0x01);
	check_u64(shamir_multiply(0x53, 0xca), 0x01); /* S-box, inverses */
	for (unsigned a = 0; a < 256; a++) {
		check_u64(shamir_multiply((uint8_t)a, 1), a);
		check_u64(shamir_multiply((uint8_t)a, 0), 0);
		for (unsigned b = 0; b < a; b++)
			check_u64(shamir_multiply((uint8_t)a, (uint8_t)b),
			    shamir_multiply((uint8_t)b, (uint8_t)a));
	}
}

/* Coefficients of the vectors' polynomials, in place of random ones. */
static void
fill_known(void *context, void *bytes, size_t len)
{
	uint8_t *p = bytes;

	(void)context;
	check_u64(len, 2 * SHAMIR_BYTES);
	for (size_t i = 0; i < SHAMIR_BYTES; i++) {
		p[i] = (uint8_t)(7 * i + 1);
		p[SHAMIR_BYTES + i] = (uint8_t)(200 - 3 * i);
	}
}

/*
 * Worked out apart from this program, with tables of logarithms to the base 3:
 * f(x) = s + (7i + 1)x + (200 - 3i)x^2 for byte i, s = 0x40 + i.
 */
static void
shares_are_the_polynomial_at_their_places(void)
{
	static const struct {
		uint8_t x;
		const char *y;
	} known[] = {
		{ 1, "898c8feae5d8dbc6c1a4a7a2bdb0b3beb9bcbf5a55484b7671949792"
		     "ede0e3ee" },
		{ 2, "4f6879a5b8dffed9cc4b5a7d4047c6c1e4c3d24e5374553227cddcfb"
		     "06014047" },
		{ 5, "b94827b7a42de2cbd081ee1f5c25077e25d4bb5c4f66a9203bf39c6d"
		     "d5ac3841" },
		{ 255, "c848f9c150f363128b249515edf5a3bb5bdb6aa03140d073ea9120"
		       "a0352dffe7" },
	};
	static struct shamir_share shares[SHAMIR_SHARES];
	struct random random = { fill_known, NULL };
	struct shamir_secret secret;

	for (size_t i = 0; i < SHAMIR_BYTES; i++)
		secret.b[i] = (uint8_t)(0x40 + i);
	shamir_split(shares, SHAMIR_SHARES, 3, &secret, &random);
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		const struct shamir_share *share = &shares[known[i].x - 1];
		char hex[2 * SHAMIR_BYTES + 1];

		check_u64(share->x, known[i].x);
		hex_format(hex, share->y, sizeof(share->y));
		check_str(str_of(hex), str_of(known[i].y));
	}
}

/* The secret from the shares whose bit is set. */
static bool
gives(const struct shamir_share *shares, unsigned set, size_t n,
    const struct shamir_secret *want)
{
	struct shamir_share chosen[8];
	struct shamir_secret secret;
	size_t n_chosen = 0;

	for (size_t i = 0; i < n; i++) {
		if ((set >> i & 1) != 0)
			chosen[n_chosen++] = shares[i];
	}
	return n_chosen > 0 &&
	    shamir_combine(&secret, chosen, n_chosen) == 0 &&
	    memcmp(secret.b, want->b, sizeof(secret.b)) == 0;
}

static void
any_k_give_the_secret_and_fewer_do_not(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 5);
	struct shamir_share shares[6];
	struct shamir_secret secret;

	for (size_t k = 1; k <= 6; k++) {
		random_fill(&random, &secret, sizeof(secret));
		shamir_split(shares, 6, k, &secret, &random);
		for (unsigned set = 0; set < 64; set++)
			check(gives(shares, set, 6, &secret) ==
			    ((size_t)__builtin_popcount(set) >= k));
	}
}

/* One share of two is any byte equally often: it says nothing of the secret. */
static void
a_share_too_few_says_nothing(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 6);
	struct shamir_secret secret = { { 0 } };
	struct shamir_share shares[2];
	unsigned n_seen[256] = { 0 };

	for (unsigned i = 0; i < 256 * 8; i++) {
		shamir_split(shares, 2, 2, &secret, &random);
		for (size_t byte = 0; byte < SHAMIR_BYTES; byte++)
			n_seen[shares[1].y[byte]]++;
	}
	/* 256 expected of each; six standard deviations are 96. */
	for (size_t i = 0; i < 256; i++)
		check(n_seen[i] > 160 && n_seen[i] < 352);
}

static void
a_share_given_twice_or_at_zero_is_refused(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 7);
	struct shamir_secret secret = { { 3 } };
	struct shamir_share shares[3];

	shamir_split(shares, 3, 2, &secret, &random);
	shares[1] = shares[0];
	check(shamir_combine(&secret, shares, 2) == SHAMIR_E_BAD);
	shares[1].x = 0;
	check(shamir_combine(&secret, shares, 2) == SHAMIR_E_BAD);
	check(shamir_combine(&secret, shares, 0) == SHAMIR_E_BAD);
}

static const struct tap_test tests[] = {
	TEST(products_are_those_of_fips_197),
	TEST(shares_are_the_polynomial_at_their_places),
	TEST(any_k_give_the_secret_and_fewer_do_not),
	TEST(a_share_too_few_says_nothing),
	TEST(a_share_given_twice_or_at_zero_is_refused),
};

TAP_MAIN(tests)
