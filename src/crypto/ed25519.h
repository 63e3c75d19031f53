/*
 * Ed25519 signatures (RFC 8032), verified strictly: small-order keys and
 * non-canonical encodings are refused (libsodium's rule).
 */
#ifndef STILE_CRYPTO_ED25519_H
#define STILE_CRYPTO_ED25519_H

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

struct ed25519_seed {
	uint8_t b[32]; /* secret */
};

struct ed25519_public {
	uint8_t b[32];
};

struct ed25519_secret {
	uint8_t b[64]; /* seed, then public key */
};

struct ed25519_signature {
	uint8_t b[64];
};

enum {
	ED25519_E_BAD = 1, /* not this key's signature of this message */
};

/* The key pair of a seed. */
void ed25519_from_seed(struct ed25519_secret *secret,
    struct ed25519_public *public, const struct ed25519_seed *seed) NONNULL;

/* Deterministic: the same key and message give the same signature. */
void ed25519_sign(struct ed25519_signature *signature,
    const struct ed25519_secret *secret, const void *message, size_t len);

/* Returns: 0 it is the signature; ED25519_E_BAD. */
int ed25519_verify(const struct ed25519_signature *signature,
    const struct ed25519_public *public, const void *message, size_t len)
    MUST_USE;

#endif
