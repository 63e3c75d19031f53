/*
 * Beginning with libsodium: private to this room.
 *
 * sodium_init() chooses the fast code for this processor and is free when it
 * was called before, so each object that needs it asks for itself.
 */
#ifndef STILE_CRYPTO_SODIUM_INT_H
#define STILE_CRYPTO_SODIUM_INT_H

#include <sodium.h>
#include <stdlib.h>

static inline void
sodium_begin(void)
{
	if (sodium_init() < 0)
		abort(); /* no source of random bytes in this kernel */
}

#endif
