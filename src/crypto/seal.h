/*
 * Sealing: XChaCha20-Poly1305 under a 32-byte key with a random nonce, and
 * wrapping such a key to the holder of a public key (X25519 sealed box).
 *
 * Sealed text is nonce, ciphertext, tag: SEAL_OVERHEAD bytes more than plain.
 */
#ifndef STILE_CRYPTO_SEAL_H
#define STILE_CRYPTO_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/random.h"

enum {
	SEAL_OVERHEAD = 24 + 16,	  /* nonce and tag */
	SEAL_WRAPPED_BYTES = 32 + 32 + 16, /* ephemeral key, key, tag */
};

struct seal_key {
	uint8_t b[32]; /* secret */
};

struct seal_public {
	uint8_t b[32];
};

struct seal_secret {
	uint8_t b[32]; /* secret */
};

struct seal_wrapped {
	uint8_t b[SEAL_WRAPPED_BYTES];
};

enum {
	SEAL_E_BAD = 1, /* not sealed by this key with this context, or cut */
};

/*
 * Seal len bytes into sealed, which has room for len + SEAL_OVERHEAD.
 *
 * context: bytes bound to the text but not kept in it (what it belongs to),
 * NULL when context_len is 0. The same must be given to open it.
 */
void seal_encrypt(uint8_t *sealed, const struct seal_key *key,
    const struct random *random, const void *context, size_t context_len,
    const void *bytes, size_t len);

/*
 * Open sealed text of len bytes into bytes, room for len - SEAL_OVERHEAD.
 *
 * Returns: 0; SEAL_E_BAD, and bytes hold nothing of use.
 */
int seal_decrypt(uint8_t *bytes, const struct seal_key *key,
    const void *context, size_t context_len, const uint8_t *sealed, size_t len)
    MUST_USE;

/* The wrapping pair of a 32-byte secret seed. */
void seal_pair_from_seed(struct seal_public *public, struct seal_secret *secret,
    const uint8_t seed[static 32]) NONNULL;

/*
 * Wrap a key so that only the secret half of the pair opens it.
 *
 * Returns: 0; SEAL_E_BAD (public is no usable public key).
 */
int seal_wrap(struct seal_wrapped *wrapped, const struct seal_public *public,
    const struct seal_key *key) MUST_USE NONNULL;

/* Returns: 0 and the key; SEAL_E_BAD. */
int seal_unwrap(struct seal_key *key, const struct seal_public *public,
    const struct seal_secret *secret, const struct seal_wrapped *wrapped)
    MUST_USE NONNULL;

#endif
