/* Ed25519 by libsodium; see ed25519.h. */
#include "crypto/ed25519.h"

#include <assert.h>

#include "crypto/sodium_int.h"

static_assert(sizeof(struct ed25519_seed) == crypto_sign_ed25519_SEEDBYTES,
    "seed");
static_assert(
    sizeof(struct ed25519_secret) == crypto_sign_ed25519_SECRETKEYBYTES,
    "secret key");
static_assert(sizeof(struct ed25519_signature) == crypto_sign_ed25519_BYTES,
    "signature");

/* RFC 8032 hashes an empty message too, but libsodium wants a place for it. */
static const unsigned char *
message_bytes(const void *message)
{
	return message != NULL ? message : (const unsigned char *)"";
}

void
ed25519_from_seed(struct ed25519_secret *secret, struct ed25519_public *public,
    const struct ed25519_seed *seed)
{
	sodium_begin();
	crypto_sign_ed25519_seed_keypair(public->b, secret->b, seed->b);
}

void
ed25519_sign(struct ed25519_signature *signature,
    const struct ed25519_secret *secret, const void *message, size_t len)
{
	crypto_sign_ed25519_detached(signature->b, NULL, message_bytes(message),
	    len, secret->b);
}

int
ed25519_verify(const struct ed25519_signature *signature,
    const struct ed25519_public *public, const void *message, size_t len)
{
	if (crypto_sign_ed25519_verify_detached(signature->b,
		message_bytes(message), len, public->b) != 0)
		return ED25519_E_BAD;
	return 0;
}
