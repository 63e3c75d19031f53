/*
 * Epochs: the keys that seal what is kept beside the log.
 *
 * Values of persons are sealed (XChaCha20-Poly1305) under the key of the
 * current epoch of their class, which is kept wrapped to the keeper's public
 * key. A class is a kind of entry, so that an epoch's key can be erased when
 * the entries of that kind and time are past their period; what is held longer
 * is sealed anew in the class of holds. The gate holds the current keys only;
 * an older one it must ask the keeper for. Sealed bytes are an envelope
 * (crypto/envelope.h); what they belong to is bound to them as context.
 */
#ifndef STILE_GATE_EPOCH_H
#define STILE_GATE_EPOCH_H

#include "gate/path.h"

/* The class of what a legal hold keeps past its period. */
#define EPOCH_HOLD ENTRY_NONE

/* "request"; "hold". */
struct str epoch_class_name(enum entry_type class);

/*
 * Be sure that the class has a current epoch: the first time, and once it is
 * LIMIT_EPOCH_HOURS old. When the keeper does not open the key of the newest,
 * another is begun: that needs no keeper. Within the open transaction.
 *
 * Returns: 0; fault.
 */
int epoch_ready(struct gate *gate, enum entry_type class, int64_t now_us)
    MUST_USE NONNULL;

/*
 * Seal bytes for a context under the current epoch of the class; epoch_ready()
 * came before. Returns: 0 and *sealed in the arena; fault.
 */
int epoch_seal(struct gate *gate, enum entry_type class, struct str *sealed,
    struct arena *arena, struct str context, struct str bytes)
    MUST_USE NONNULL;

enum {
	EPOCH_E_ERASED = 1, /* its key is gone: nothing opens it any more */
	EPOCH_E_DOWN,	    /* the keeper must open the key and does not answer */
	EPOCH_E_BAD,	    /* not sealed for this context, or damaged */
};

/* Open sealed bytes. Returns: 0 and *bytes in the arena; EPOCH_E_*; fault. */
int epoch_open(struct gate *gate, struct str *bytes, struct arena *arena,
    struct str context, struct str sealed) MUST_USE NONNULL;

/* What the transaction began stands; or was taken back, and never was. */
void epoch_keep(struct gate *gate) NONNULL;
void epoch_take_back(struct gate *gate) NONNULL;

/* An epoch's key was erased: forget it here too. */
void epoch_forget(struct gate *gate, uint64_t id) NONNULL;

/* Wipe all keys. */
void epoch_fini(struct gate *gate) NONNULL;

#endif
