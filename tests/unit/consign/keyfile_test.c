/* Wrapped keys: the root comes of the half and enough shares, of nothing else. */
#include "consign/keyfile.h"

#include "tap.h"

struct desk {
	struct random_state state;
	struct random random;
	struct keyfile_public public;
	struct seal_secret index, half, work;
	struct seal_secret secrets[LIMIT_CONSIGN_CUSTODIANS];
	struct keyfile file;
	struct keyfile_secrets keys;
};

static void
sit_down(struct desk *desk, uint8_t k, uint8_t n)
{
	uint8_t seed[32] = { 9 };

	*desk = (struct desk){ .file = { .id = "01KAN0YGM4WZ1SVQ0D8X6T7R5E",
				   .threshold = k, .n_custodians = n } };
	desk->random = random_seeded(&desk->state, 3);
	seal_pair_from_seed(&desk->public.index, &desk->index, seed);
	seed[1] = 1;
	seal_pair_from_seed(&desk->public.half, &desk->half, seed);
	seed[1] = 2;
	seal_pair_from_seed(&desk->public.work, &desk->work, seed);
	for (size_t i = 0; i < n; i++) {
		seed[2] = (uint8_t)(i + 1);
		seal_pair_from_seed(&desk->file.custodians[i].public,
		    &desk->secrets[i], seed);
		snprintf(desk->file.custodians[i].name,
		    sizeof(desk->file.custodians[i].name), "c%zu", i);
	}
	check(keyfile_make(&desk->file, &desk->keys, &desk->public,
		  &desk->random) == 0);
}

static size_t
take_shares(struct desk *desk, struct shamir_share *shares, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct keyfile_custodian *custodian =
		    &desk->file.custodians[i];
		struct seal_key y;

		check(seal_unwrap(&y, &custodian->public, &desk->secrets[i],
			  &custodian->share) == 0);
		shares[i].x = (uint8_t)(i + 1);
		memcpy(shares[i].y, y.b, sizeof(y.b));
	}
	return n;
}

static void
the_half_and_enough_shares_give_the_root(void)
{
	struct shamir_share shares[LIMIT_CONSIGN_CUSTODIANS];
	struct seal_key half;
	struct seal_key root;
	struct desk desk;
	size_t at;

	sit_down(&desk, 5, LIMIT_CONSIGN_CUSTODIANS);
	check(seal_unwrap(&half, &desk.public.half, &desk.half,
		  &desk.file.half) == 0);
	for (size_t n = 0; n <= LIMIT_CONSIGN_CUSTODIANS; n++) {
		int r;

		take_shares(&desk, shares, n);
		r = keyfile_root(&root, &at, &desk.file, &half, shares, n);
		check(r == (n >= 5 ? 0 : KEYFILE_E_SHARE));
		if (r == 0)
			check(memcmp(&root, &desk.keys.root, 32) == 0);
		else
			check_u64(at, n);
	}
	/* Another half gives another root, and the mark tells. */
	half.b[0] ^= 1;
	take_shares(&desk, shares, 5);
	check(keyfile_root(&root, &at, &desk.file, &half, shares, 5) == 0);
	check(memcmp(&root, &desk.keys.root, 32) != 0);
}

static void
h12_a_false_share_is_named(void)
{
	struct shamir_share shares[3];
	struct seal_key half = { { 0 } };
	struct seal_key root;
	struct desk desk;
	size_t at;

	sit_down(&desk, 2, 3);
	take_shares(&desk, shares, 3);
	shares[1].y[31] ^= 1;
	check(keyfile_root(&root, &at, &desk.file, &half, shares, 3) ==
	    KEYFILE_E_SHARE);
	check_u64(at, 1);
	shares[1].y[31] ^= 1;
	shares[2].x = 1;
	check(keyfile_root(&root, &at, &desk.file, &half, shares, 3) ==
	    KEYFILE_E_SHARE);
	check_u64(at, 2);
	shares[2].x = 0;
	check(keyfile_root(&root, &at, &desk.file, &half, shares, 3) ==
	    KEYFILE_E_SHARE);
	/* The same share twice is one share. */
	shares[1] = shares[0];
	check(keyfile_root(&root, &at, &desk.file, &half, shares, 2) ==
	    KEYFILE_E_SHARE);
}

static void
the_file_comes_back_as_it_was_and_not_with_a_bit_changed(void)
{
	uint8_t bytes[KEYFILE_BYTES];
	struct str text = { (const char *)bytes, sizeof(bytes) };
	struct keyfile back;
	struct desk desk;

	sit_down(&desk, 2, 3);
	keyfile_encode(bytes, &desk.file);
	check(keyfile_decode(&back, text) == 0);
	check(memcmp(&back, &desk.file, sizeof(back)) == 0);
	for (size_t i = 0; i < 8 * sizeof(bytes); i += 3) {
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
		check(keyfile_decode(&back, text) == KEYFILE_E_BAD);
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	check(keyfile_decode(&back, str_part(text, 0, 4095)) == KEYFILE_E_BAD);
}

static void
a_public_key_of_small_order_is_refused(void)
{
	struct desk desk;

	sit_down(&desk, 1, 1);
	desk.file.custodians[0].public = (struct seal_public){ { 0 } };
	check(keyfile_make(&desk.file, &desk.keys, &desk.public,
		  &desk.random) == KEYFILE_E_BAD);
	sit_down(&desk, 0, 0);
	desk.public.half = (struct seal_public){ { 1 } };
	check(keyfile_make(&desk.file, &desk.keys, &desk.public,
		  &desk.random) == KEYFILE_E_BAD);
}

static const struct tap_test tests[] = {
	TEST(the_half_and_enough_shares_give_the_root),
	TEST(h12_a_false_share_is_named),
	TEST(the_file_comes_back_as_it_was_and_not_with_a_bit_changed),
	TEST(a_public_key_of_small_order_is_refused),
};

TAP_MAIN(tests)
