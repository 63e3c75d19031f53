/* SHA-256 against FIPS 180-4 examples and against itself in pieces. */
#include "crypto/sha256.h"

#include "tap.h"
#include "util/hex.h"

static struct digest
hex_digest(const char *text)
{
	struct digest digest = { { 0 } };

	check(hex_parse(digest.b, sizeof(digest.b), str_of(text)));
	return digest;
}

static bool
is_same(const struct digest *a, const struct digest *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void
known_messages_have_their_known_digests(void)
{
	static const struct {
		const char *message;
		const char *digest;
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb924"
		      "27ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223"
			 "b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039"
		    "a33ce45964ff2167f6ecedd419db06c1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct digest want = hex_digest(rows[i].digest);
		struct digest got;

		sha256_of(&got, rows[i].message, strlen(rows[i].message));
		check(is_same(&got, &want));
	}
}

static void
pieces_hash_as_the_whole_does(void)
{
	uint8_t bytes[300];
	struct digest whole;
	struct digest got;
	struct sha256 hash;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		sha256_of(&whole, bytes, len);
		sha256_init(&hash);
		for (size_t at = 0; at < len; at += 13)
			sha256_add(&hash, bytes + at, MIN(len - at, 13));
		sha256_finish(&hash, &got);
		check(is_same(&got, &whole));
		if (len == 0)
			continue;
		sha256_of_prefixed(&got, bytes[0], bytes + 1, len - 1);
		check(is_same(&got, &whole));
	}
}

static void
a_pair_hashes_as_its_65_bytes_do(void)
{
	uint8_t bytes[65];
	struct digest left;
	struct digest right;
	struct digest want;

	for (size_t round = 0; round < 100; round++) {
		sha256_of(&left, &round, sizeof(round));
		sha256_of(&right, &left, sizeof(left));
		bytes[0] = (uint8_t)round;
		memcpy(bytes + 1, left.b, 32);
		memcpy(bytes + 33, right.b, 32);
		sha256_of(&want, bytes, sizeof(bytes));
		sha256_of_pair(&left, bytes[0], &left, &right);
		check(is_same(&left, &want));
	}
}

static const struct tap_test tests[] = {
	TEST(known_messages_have_their_known_digests),
	TEST(pieces_hash_as_the_whole_does),
	TEST(a_pair_hashes_as_its_65_bytes_do),
};

TAP_MAIN(tests)
