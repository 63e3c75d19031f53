/* Sealing: opens with the right key and context alone. */
#include "crypto/seal.h"

#include "tap.h"

static const char text[] = "a purpose, a person, an address";

static void
sealed_text_opens_with_its_key_and_context_alone(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 1);
	struct seal_key key = { { 1, 2, 3 } };
	struct seal_key other = { { 1, 2, 4 } };
	uint8_t sealed[sizeof(text) + SEAL_OVERHEAD];
	uint8_t plain[sizeof(text)];

	seal_encrypt(sealed, &key, &random, "entry 7", 7, text, sizeof(text));
	check(seal_decrypt(plain, &key, "entry 7", 7, sealed,
		  sizeof(sealed)) == 0);
	check(memcmp(plain, text, sizeof(text)) == 0);
	check(seal_decrypt(plain, &key, "entry 8", 7, sealed,
		  sizeof(sealed)) == SEAL_E_BAD);
	check(seal_decrypt(plain, &other, "entry 7", 7, sealed,
		  sizeof(sealed)) == SEAL_E_BAD);
	for (size_t len = 0; len < sizeof(sealed); len++)
		check(seal_decrypt(plain, &key, "entry 7", 7, sealed, len) ==
		    SEAL_E_BAD);
	for (size_t i = 0; i < sizeof(sealed); i++) {
		sealed[i] ^= 0x10;
		check(seal_decrypt(plain, &key, "entry 7", 7, sealed,
			  sizeof(sealed)) == SEAL_E_BAD);
		sealed[i] ^= 0x10;
	}
}

static void
the_same_text_is_never_sealed_alike(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 2);
	struct seal_key key = { { 9 } };
	uint8_t a[sizeof(text) + SEAL_OVERHEAD];
	uint8_t b[sizeof(text) + SEAL_OVERHEAD];

	seal_encrypt(a, &key, &random, NULL, 0, text, sizeof(text));
	seal_encrypt(b, &key, &random, NULL, 0, text, sizeof(text));
	check(memcmp(a, b, sizeof(a)) != 0);
	check(memcmp(a + 24, b + 24, sizeof(text)) != 0);
}

static void
nothing_can_be_sealed_too(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 3);
	struct seal_key key = { { 9 } };
	uint8_t sealed[SEAL_OVERHEAD];
	uint8_t plain[1];

	seal_encrypt(sealed, &key, &random, NULL, 0, text, 0);
	check(seal_decrypt(plain, &key, NULL, 0, sealed, sizeof(sealed)) == 0);
}

static void
a_wrapped_key_opens_for_its_holder_alone(void)
{
	static const uint8_t seed[32] = { 5 };
	static const uint8_t other_seed[32] = { 6 };
	struct seal_public public;
	struct seal_public other_public;
	struct seal_secret secret;
	struct seal_secret other_secret;
	struct seal_key key = { { 4, 2 } };
	struct seal_key got;
	struct seal_wrapped wrapped;

	seal_pair_from_seed(&public, &secret, seed);
	seal_pair_from_seed(&other_public, &other_secret, other_seed);
	check(seal_wrap(&wrapped, &public, &key) == 0);
	check(seal_unwrap(&got, &public, &secret, &wrapped) == 0);
	check(memcmp(&got, &key, sizeof(key)) == 0);
	check(seal_unwrap(&got, &other_public, &other_secret, &wrapped) ==
	    SEAL_E_BAD);
	wrapped.b[40] ^= 1;
	check(seal_unwrap(&got, &public, &secret, &wrapped) == SEAL_E_BAD);
}

static void
a_public_key_of_small_order_is_refused(void)
{
	struct seal_public public = { { 0 } };
	struct seal_key key = { { 1 } };
	struct seal_wrapped wrapped;

	check(seal_wrap(&wrapped, &public, &key) == SEAL_E_BAD);
}

static const struct tap_test tests[] = {
	TEST(sealed_text_opens_with_its_key_and_context_alone),
	TEST(the_same_text_is_never_sealed_alike),
	TEST(nothing_can_be_sealed_too),
	TEST(a_wrapped_key_opens_for_its_holder_alone),
	TEST(a_public_key_of_small_order_is_refused),
};

TAP_MAIN(tests)
