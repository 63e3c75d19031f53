/*
 * Envelopes: sealed bytes that say under which epoch's key they are sealed.
 *
 * u64 epoch, big-endian, then sealed text (crypto/seal.h) bound to what it
 * belongs to. The gate seals with it, who builds a release opens with it.
 */
#ifndef STILE_CRYPTO_ENVELOPE_H
#define STILE_CRYPTO_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/seal.h"
#include "util/attr.h"
#include "util/random.h"
#include "util/str.h"

enum {
	ENVELOPE_OVERHEAD = 8 + SEAL_OVERHEAD, /* more than the plain bytes */
};

enum {
	ENVELOPE_E_BAD = 1, /* not sealed by this key for this context, or cut */
};

/* Seal bytes into sealed, which has room for bytes.len + ENVELOPE_OVERHEAD. */
void envelope_seal(char *sealed, uint64_t epoch, const struct seal_key *key,
    const struct random *random, struct str context, struct str bytes) NONNULL;

/* Whose key opens it? Returns: false when it is too short to be an envelope. */
bool envelope_epoch(uint64_t *epoch, struct str sealed) NONNULL;

/*
 * Open it into bytes, room for sealed.len - ENVELOPE_OVERHEAD.
 *
 * Returns: 0; ENVELOPE_E_BAD, and bytes hold nothing of use.
 */
int envelope_open(char *bytes, const struct seal_key *key, struct str context,
    struct str sealed) MUST_USE NONNULL;

#endif
