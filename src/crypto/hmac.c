/* HMAC-SHA-256 (RFC 2104 section 2); see hmac.h. */
#include "crypto/hmac.h"

#include <string.h>

#include "crypto/secret.h"

enum {
	BLOCK = 64,
};

static void
absorb(struct sha256 *hash, const uint8_t key[static BLOCK], uint8_t pad)
{
	uint8_t block[BLOCK];

	for (size_t i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	sha256_init(hash);
	sha256_add(hash, block, sizeof(block));
	secret_wipe(block, sizeof(block));
}

void
hmac_init(struct hmac *hmac, const void *key, size_t len)
{
	uint8_t block[BLOCK] = { 0 };
	struct digest digest;

	if (len > BLOCK) {
		sha256_of(&digest, key, len);
		memcpy(block, digest.b, sizeof(digest.b));
		secret_wipe(&digest, sizeof(digest));
	} else {
		memcpy(block, key, len);
	}
	absorb(&hmac->inner, block, 0x36);
	absorb(&hmac->outer, block, 0x5c);
	secret_wipe(block, sizeof(block));
}

void
hmac_of(const struct hmac *hmac, struct digest *code, const void *bytes,
    size_t len)
{
	struct sha256 hash = hmac->inner;
	struct digest inner;

	sha256_add(&hash, bytes, len);
	sha256_finish(&hash, &inner);
	hash = hmac->outer;
	sha256_add(&hash, inner.b, sizeof(inner.b));
	sha256_finish(&hash, code);
	secret_wipe(&hash, sizeof(hash));
	secret_wipe(&inner, sizeof(inner));
}
