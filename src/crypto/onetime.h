/*
 * Sealing under a key that seals once and never again: ChaCha20-Poly1305
 * (RFC 8439) with a nonce of zeros.
 *
 * For many small texts, each under a key of its own (consign/piece.h): the key
 * is what tells two texts apart, so no nonce is drawn, kept or carried. A key
 * that seals two texts gives both away.
 */
#ifndef STILE_CRYPTO_ONETIME_H
#define STILE_CRYPTO_ONETIME_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/seal.h"
#include "util/attr.h"

enum {
	ONETIME_OVERHEAD = 16, /* the tag */
};

enum {
	ONETIME_E_BAD = 1, /* not sealed by this key with this context, or cut */
};

/*
 * Seal len bytes into sealed, room for len + ONETIME_OVERHEAD; may be the same
 * place. context: bytes bound to the text but not in it; NULL when its length
 * is 0.
 */
void onetime_encrypt(uint8_t *sealed, const struct seal_key *key,
    const void *context, size_t context_len, const void *bytes, size_t len);

/*
 * Open len sealed bytes into bytes, room for len - ONETIME_OVERHEAD; may be the
 * same place.
 *
 * Returns: 0; ONETIME_E_BAD, and bytes hold nothing of use.
 */
int onetime_decrypt(uint8_t *bytes, const struct seal_key *key,
    const void *context, size_t context_len, const uint8_t *sealed, size_t len)
    MUST_USE;

#endif
