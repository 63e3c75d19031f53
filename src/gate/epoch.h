/*
 * Epochs: the key that seals what is kept beside the log.
 *
 * Values of persons are sealed (XChaCha20-Poly1305) under the key of the
 * current epoch, which is kept wrapped to the keeper's public key. The gate
 * holds the current key only; an older one it must ask the keeper for.
 * Sealed bytes are an envelope (crypto/envelope.h); what they belong to is
 * bound to them as context.
 */
#ifndef STILE_GATE_EPOCH_H
#define STILE_GATE_EPOCH_H

#include "gate/path.h"

/*
 * Be sure that there is a current epoch: at start, and once it is
 * LIMIT_EPOCH_HOURS old. Within the open transaction.
 *
 * Returns: 0; KEYS_E_*; fault.
 */
int epoch_ready(struct gate *gate, int64_t now_us) MUST_USE NONNULL;

/* Seal bytes for a context. Returns: 0 and *sealed in the arena; fault. */
int epoch_seal(struct gate *gate, struct str *sealed, struct arena *arena,
    struct str context, struct str bytes) MUST_USE NONNULL;

enum {
	EPOCH_E_ERASED = 1, /* its key is gone: nothing opens it any more */
	EPOCH_E_DOWN,	    /* the keeper must open the key and does not answer */
	EPOCH_E_BAD,	    /* not sealed for this context, or damaged */
};

/* Open sealed bytes. Returns: 0 and *bytes in the arena; EPOCH_E_*; fault. */
int epoch_open(struct gate *gate, struct str *bytes, struct arena *arena,
    struct str context, struct str sealed) MUST_USE NONNULL;

/* The transaction was taken back: an epoch begun in it never was. */
void epoch_take_back(struct gate *gate) NONNULL;

#endif
