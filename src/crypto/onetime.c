/* Sealing under one-time keys by libsodium; see onetime.h. */
#include "crypto/onetime.h"

#include <assert.h>

#include "crypto/sodium_int.h"

static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

static_assert(ONETIME_OVERHEAD == crypto_aead_chacha20poly1305_ietf_ABYTES,
    "sealed text");
static_assert(
    sizeof(struct seal_key) == crypto_aead_chacha20poly1305_ietf_KEYBYTES,
    "key");

void
onetime_encrypt(uint8_t *sealed, const struct seal_key *key,
    const void *context, size_t context_len, const void *bytes, size_t len)
{
	sodium_begin();
	crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, bytes, len,
	    context, context_len, NULL, nonce, key->b);
}

int
onetime_decrypt(uint8_t *bytes, const struct seal_key *key,
    const void *context, size_t context_len, const uint8_t *sealed, size_t len)
{
	if (len < ONETIME_OVERHEAD)
		return ONETIME_E_BAD;
	sodium_begin();
	return crypto_aead_chacha20poly1305_ietf_decrypt(bytes, NULL, NULL,
		   sealed, len, context, context_len, nonce, key->b) == 0
	    ? 0
	    : ONETIME_E_BAD;
}
