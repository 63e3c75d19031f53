/* A SHA-256 digest as a value. */
#ifndef STILE_DIGEST_H
#define STILE_DIGEST_H

#include <stdint.h>

struct digest {
	uint8_t b[32];
};

#endif
