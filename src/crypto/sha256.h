/*
 * SHA-256 (FIPS 180-4), for many small messages.
 *
 * The state is a value on the caller's stack: nothing is allocated or fetched
 * for a message. One who hashes a tree does it a million times a second.
 */
#ifndef STILE_CRYPTO_SHA256_H
#define STILE_CRYPTO_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "stile/digest.h"
#include "util/attr.h"

struct sha256 {
	uint64_t state[14]; /* the library's context, see sha256.c */
};

void sha256_init(struct sha256 *hash) NONNULL;

/* Hash len more bytes; bytes may be NULL when len is 0. */
void sha256_add(struct sha256 *hash, const void *bytes, size_t len);

/* The digest of all that was added; the state must be begun anew after it. */
void sha256_finish(struct sha256 *hash, struct digest *digest) NONNULL;

/* The digest of one message; bytes may be NULL when len is 0. */
void sha256_of(struct digest *digest, const void *bytes, size_t len);

/* The digest of one prefix byte and a message (a Merkle leaf, RFC 6962). */
void sha256_of_prefixed(struct digest *digest, uint8_t prefix,
    const void *bytes, size_t len);

/*
 * The digest of one prefix byte and two digests (a Merkle node, RFC 6962).
 * digest may be left or right.
 */
void sha256_of_pair(struct digest *digest, uint8_t prefix,
    const struct digest *left, const struct digest *right) NONNULL;

#endif
