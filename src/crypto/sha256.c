/*
 * SHA-256 on the block functions of libcrypto; see sha256.h.
 *
 * The one-shot and EVP forms of OpenSSL 3 look their algorithm up on every
 * message, which costs more than hashing 65 bytes does. The older interface,
 * used here and deprecated for that reason, does not.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/sha256.h"

#include <assert.h>
#include <openssl/sha.h>
#include <string.h>

#include "util/attr.h"

enum {
	BLOCK = 64,
	PAIR = 1 + 2 * sizeof(struct digest),
};

static_assert(sizeof(struct sha256) >= sizeof(SHA256_CTX),
    "struct sha256 must hold the library's context");

static SHA256_CTX *
context(struct sha256 *hash)
{
	return (SHA256_CTX *)(void *)hash->state;
}

static void
write_be32(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)(value >> 24);
	bytes[1] = (uint8_t)(value >> 16);
	bytes[2] = (uint8_t)(value >> 8);
	bytes[3] = (uint8_t)value;
}

void
sha256_init(struct sha256 *hash)
{
	SHA256_Init(context(hash));
}

void
sha256_add(struct sha256 *hash, const void *bytes, size_t len)
{
	if (len > 0)
		SHA256_Update(context(hash), bytes, len);
}

void
sha256_finish(struct sha256 *hash, struct digest *digest)
{
	SHA256_Final(digest->b, context(hash));
}

void
sha256_of(struct digest *digest, const void *bytes, size_t len)
{
	struct sha256 hash;

	sha256_init(&hash);
	sha256_add(&hash, bytes, len);
	sha256_finish(&hash, digest);
}

void
sha256_of_prefixed(struct digest *digest, uint8_t prefix, const void *bytes,
    size_t len)
{
	struct sha256 hash;

	sha256_init(&hash);
	sha256_add(&hash, &prefix, 1);
	sha256_add(&hash, bytes, len);
	sha256_finish(&hash, digest);
}

void
sha256_of_pair(struct digest *digest, uint8_t prefix,
    const struct digest *left, const struct digest *right)
{
	/* Padded here, so that the library sees two whole blocks at once. */
	uint8_t blocks[2 * BLOCK] = { prefix };
	SHA256_CTX state;

	memcpy(blocks + 1, left->b, sizeof(left->b));
	memcpy(blocks + 1 + sizeof(left->b), right->b, sizeof(right->b));
	blocks[PAIR] = 0x80;
	write_be32(blocks + sizeof(blocks) - 4, PAIR * 8);
	SHA256_Init(&state);
	SHA256_Update(&state, blocks, sizeof(blocks));
	for (size_t i = 0; i < ARRAY_LEN(state.h); i++)
		write_be32(digest->b + 4 * i, state.h[i]);
}
