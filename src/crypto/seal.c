/* Sealing by libsodium; see seal.h. */
#include "crypto/seal.h"

#include <assert.h>

#include "crypto/sodium_int.h"

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

static_assert(SEAL_OVERHEAD == NONCE + TAG, "sealed text");
static_assert(
    sizeof(struct seal_key) == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    "key");
static_assert((int)SEAL_WRAPPED_BYTES ==
    (int)(sizeof(struct seal_key) + crypto_box_SEALBYTES), "wrapped key");
static_assert(sizeof(struct seal_public) == crypto_box_PUBLICKEYBYTES,
    "public key");
static_assert(sizeof(struct seal_secret) == crypto_box_SECRETKEYBYTES,
    "secret key");

void
seal_encrypt(uint8_t *sealed, const struct seal_key *key,
    const struct random *random, const void *context, size_t context_len,
    const void *bytes, size_t len)
{
	sodium_begin();
	random_fill(random, sealed, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE, NULL, bytes,
	    len, context, context_len, NULL, sealed, key->b);
}

int
seal_decrypt(uint8_t *bytes, const struct seal_key *key, const void *context,
    size_t context_len, const uint8_t *sealed, size_t len)
{
	if (len < SEAL_OVERHEAD)
		return SEAL_E_BAD;
	sodium_begin();
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes, NULL, NULL,
		sealed + NONCE, len - NONCE, context, context_len, sealed,
		key->b) != 0)
		return SEAL_E_BAD;
	return 0;
}

void
seal_pair_from_seed(struct seal_public *public, struct seal_secret *secret,
    const uint8_t seed[static 32])
{
	sodium_begin();
	crypto_box_seed_keypair(public->b, secret->b, seed);
}

int
seal_wrap(struct seal_wrapped *wrapped, const struct seal_public *public,
    const struct seal_key *key)
{
	sodium_begin();
	/* Fails for a public key of small order. */
	if (crypto_box_seal(wrapped->b, key->b, sizeof(key->b), public->b) != 0)
		return SEAL_E_BAD;
	return 0;
}

int
seal_unwrap(struct seal_key *key, const struct seal_public *public,
    const struct seal_secret *secret, const struct seal_wrapped *wrapped)
{
	sodium_begin();
	if (crypto_box_seal_open(key->b, wrapped->b, sizeof(wrapped->b),
		public->b, secret->b) != 0)
		return SEAL_E_BAD;
	return 0;
}
