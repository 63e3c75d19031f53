/* One-time sealing, held against another ChaCha20-Poly1305. */
#include "crypto/onetime.h"

#include "tap.h"
#include "util/hex.h"

static const char text[] = "one record, and a key that no other record has";
static const char context[] = "piece 7";

/* What OpenSSL 3.0's EVP_chacha20_poly1305() makes of it, nonce of zeros. */
static const char known[] =
    "1021e181a78dbf37ad9f492693ee5bfb13aee6ff792a25bb7c9c2d2dfc"
    "b6f205578bf1735bc39ace8c72e10108e2b66d3d8ef239279e13d11438"
    "49cf172b80";

static void
sealed_bytes_are_those_of_rfc_8439(void)
{
	struct seal_key key = { { 1, 2, 3 } };
	uint8_t sealed[sizeof(text) + ONETIME_OVERHEAD];
	char hex[2 * sizeof(sealed) + 1];

	onetime_encrypt(sealed, &key, context, sizeof(context), text,
	    sizeof(text));
	hex_format(hex, sealed, sizeof(sealed));
	check_str(str_of(hex), str_of(known));
}

static void
only_its_key_and_context_open_it(void)
{
	struct seal_key key = { { 1, 2, 3 } };
	struct seal_key other = { { 1, 2, 4 } };
	uint8_t sealed[sizeof(text) + ONETIME_OVERHEAD];
	uint8_t plain[sizeof(text)];

	onetime_encrypt(sealed, &key, context, sizeof(context), text,
	    sizeof(text));
	check(onetime_decrypt(plain, &key, context, sizeof(context), sealed,
		  sizeof(sealed)) == 0);
	check(memcmp(plain, text, sizeof(text)) == 0);
	check(onetime_decrypt(plain, &other, context, sizeof(context), sealed,
		  sizeof(sealed)) == ONETIME_E_BAD);
	check(onetime_decrypt(plain, &key, context, 3, sealed,
		  sizeof(sealed)) == ONETIME_E_BAD);
	for (size_t len = 0; len < sizeof(sealed); len++)
		check(onetime_decrypt(plain, &key, context, sizeof(context),
			  sealed, len) == ONETIME_E_BAD);
	for (size_t i = 0; i < sizeof(sealed); i++) {
		sealed[i] ^= 4;
		check(onetime_decrypt(plain, &key, context, sizeof(context),
			  sealed, sizeof(sealed)) == ONETIME_E_BAD);
		sealed[i] ^= 4;
	}
}

static void
it_seals_in_place(void)
{
	struct seal_key key = { { 5 } };
	uint8_t apart[sizeof(text) + ONETIME_OVERHEAD];
	uint8_t place[sizeof(apart)];

	onetime_encrypt(apart, &key, NULL, 0, text, sizeof(text));
	memcpy(place, text, sizeof(text));
	onetime_encrypt(place, &key, NULL, 0, place, sizeof(text));
	check(memcmp(apart, place, sizeof(apart)) == 0);
	check(onetime_decrypt(place, &key, NULL, 0, place, sizeof(place)) ==
	    0);
	check(memcmp(place, text, sizeof(text)) == 0);
}

static const struct tap_test tests[] = {
	TEST(sealed_bytes_are_those_of_rfc_8439),
	TEST(only_its_key_and_context_open_it),
	TEST(it_seals_in_place),
};

TAP_MAIN(tests)
