/* Secret memory by libsodium; see secret.h. */
#include "crypto/secret.h"

#include <string.h>

#include "crypto/sodium_int.h"

void *
secret_alloc(size_t size)
{
	void *secret;

	sodium_begin();
	secret = sodium_malloc(size);
	if (secret != NULL)
		memset(secret, 0, size);
	return secret;
}

void
secret_free(void *secret)
{
	sodium_free(secret);
}

void
secret_wipe(void *bytes, size_t len)
{
	explicit_bzero(bytes, len);
}

bool
secret_is_equal(const void *a, const void *b, size_t len)
{
	return len == 0 || sodium_memcmp(a, b, len) == 0;
}
