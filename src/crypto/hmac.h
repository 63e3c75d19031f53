/*
 * HMAC-SHA-256 (RFC 2104) under a key prepared once.
 */
#ifndef STILE_CRYPTO_HMAC_H
#define STILE_CRYPTO_HMAC_H

#include <stddef.h>

#include "crypto/sha256.h"
#include "util/attr.h"

/* Secret: wipe with secret_wipe() when done with it. */
struct hmac {
	struct sha256 inner; /* has taken key ^ ipad */
	struct sha256 outer; /* has taken key ^ opad */
};

/* Prepare a key of any length. */
void hmac_init(struct hmac *hmac, const void *key, size_t len) NONNULL;

/* The code of one message; bytes may be NULL when len is 0. */
void hmac_of(const struct hmac *hmac, struct digest *code, const void *bytes,
    size_t len);

#endif
