/* Ed25519: RFC 8032 section 7.1 and the 914 edge cases of C2SP/CCTV. */
#include "crypto/ed25519.h"

#include "tap.h"
#include "vectors.h"

enum {
	EDGE_CASES = 914,
	EDGE_CASES_TAKEN = 43, /* what libsodium 1.0.18 takes */
};

static void
the_examples_of_rfc_8032_come_out(void)
{
	static const struct {
		const char *seed;
		const char *public;
		const char *message;
		const char *signature;
	} rows[] = {
		{ "9d61b19deffd5a60ba844af492ec2cc4"
		  "4449c5697b326919703bac031cae7f60",
		    "d75a980182b10ab7d54bfed3c964073a"
		    "0ee172f3daa62325af021a68f707511a",
		    "",
		    "e5564300c360ac729086e2cc806e828a"
		    "84877f1eb8e5d974d873e06522490155"
		    "5fb8821590a33bacc61e39701cf9b46b"
		    "d25bf5f0595bbe24655141438e7a100b" },
		{ "4ccd089b28ff96da9db6c346ec114e0f"
		  "5b8a319f35aba624da8cf6ed4fb8a6fb",
		    "3d4017c3e843895a92b70aa74d1b7ebc"
		    "9c982ccf2ec4968cc0cd55f12af4660c",
		    "72",
		    "92a009a9f0d4cab8720e820b5f642540"
		    "a2b27b5416503f8fb3762223ebdb69da"
		    "085ac1e43e15996e458f3613d0f11d8c"
		    "387b2eaeb4302aeeb00d291612bb0c00" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ed25519_seed seed;
		struct ed25519_secret secret;
		struct ed25519_public public;
		struct ed25519_public want_public;
		struct ed25519_signature got;
		struct ed25519_signature want;
		uint8_t message[8];
		size_t len = vectors_hex(message, sizeof(message),
		    str_of(rows[i].message));

		vectors_hex(seed.b, 32, str_of(rows[i].seed));
		vectors_hex(want_public.b, 32, str_of(rows[i].public));
		vectors_hex(want.b, 64, str_of(rows[i].signature));
		ed25519_from_seed(&secret, &public, &seed);
		check(memcmp(&public, &want_public, sizeof(public)) == 0);
		ed25519_sign(&got, &secret, len > 0 ? message : NULL, len);
		check(memcmp(&got, &want, sizeof(got)) == 0);
		check(ed25519_verify(&got, &public, message, len) == 0);
		got.b[5] ^= 1;
		check(ed25519_verify(&got, &public, message, len) ==
		    ED25519_E_BAD);
	}
}

/*
 * The vectors carry no verdict; they pin the behaviour of the verifier. A
 * small-order public key must never pass: such a key signs everything.
 */
static void
edge_cases_are_judged_strictly_and_as_before(void)
{
	json_t *cases = vectors_load(TESTS_DIR
	    "/log-vectors/ed25519vectors.json");
	size_t n_taken = 0;
	size_t i;
	json_t *row;

	check_u64(json_array_size(cases), EDGE_CASES);
	json_array_foreach(cases, i, row) {
		json_t *flags = json_object_get(row, "flags");
		struct str message = vectors_str(row, "msg");
		struct ed25519_public public;
		struct ed25519_signature signature;
		bool is_taken;
		size_t f;
		json_t *flag;

		vectors_hex(public.b, 32, vectors_str(row, "key"));
		vectors_hex(signature.b, 64, vectors_str(row, "sig"));
		is_taken = ed25519_verify(&signature, &public, message.p,
			       message.len) == 0;
		n_taken += is_taken;
		json_array_foreach(flags, f, flag) {
			if (strcmp(json_string_value(flag), "low_order_A") == 0)
				check(!is_taken);
		}
	}
	check_u64(n_taken, EDGE_CASES_TAKEN);
	json_decref(cases);
}

static const struct tap_test tests[] = {
	TEST(the_examples_of_rfc_8032_come_out),
	TEST(edge_cases_are_judged_strictly_and_as_before),
};

TAP_MAIN(tests)
