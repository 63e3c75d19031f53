/*
 * Sealing a transfer into its folder, piece by piece.
 *
 * Nothing but sealed text is ever written. Between sealer_put()s everything may
 * be made durable by sealer_checkpoint(), and a transfer that is broken off goes
 * on from there; a sealer that is dropped leaves nothing behind.
 *
 * Memory: a write buffer of SEALER_BUFFER, a run of the index, keys between
 * guard pages; none of it grows with the transfer.
 */
#ifndef STILE_CONSIGN_SEALER_H
#define STILE_CONSIGN_SEALER_H

#include <stddef.h>
#include <stdint.h>

#include "consign/folder.h"
#include "consign/form.h"
#include "consign/head.h"
#include "consign/keyfile.h"
#include "consign/piece.h"
#include "consign/tagruns.h"
#include "crypto/hmac.h"
#include "util/attr.h"
#include "util/random.h"
#include "util/str.h"

#define SEALER_BUFFER (1u << 20)

/* Between guard pages. */
struct sealer_keys {
	struct keyfile_secrets secrets;
	struct seal_key work; /* of the resume file */
	struct hmac index;
	struct hmac root;
};

struct sealer {
	const char *dir; /* the holder's; borrowed */
	const struct random *random;
	const struct keyfile_public *public;
	struct consign_head head; /* as far as it is known */
	struct sealer_keys *keys;
	int folder;
	int data;
	int runs_fd;
	struct tagruns runs;
	uint8_t *buffer;
	size_t n_buffered;
	uint64_t n_written; /* of data, without the buffer */
	uint64_t n_started; /* of data, whose writing to the disk has begun */
	bool is_begun; /* there is a folder */
};

enum {
	SEALER_E_BAD = 1, /* a public key that is none */
	SEALER_E_EXISTS,  /* the folder is there already */
	SEALER_E_FULL,	  /* more identifiers than an index can have */
	SEALER_E_CHANGED, /* a file is shorter than the resume file says */
};

/* A zeroed sealer that is safe to end. */
void sealer_init(struct sealer *sealer, const char *dir,
    const struct random *random, const struct keyfile_public *public) NONNULL;

/* Close and release; what is on the disk stays. */
void sealer_fini(struct sealer *sealer) NONNULL;

/*
 * Make the folder of a new consignment: id, threshold, n_custodians and the
 * custodians' names and public keys are set in *keys, all but numbers in *head.
 *
 * Returns: 0; SEALER_E_BAD, SEALER_E_EXISTS; fault.
 */
int sealer_begin(struct sealer *sealer, struct keyfile *keys,
    const struct consign_head *head) MUST_USE NONNULL;

struct resume;

/* Go on with an unfinished one. Returns: 0; SEALER_E_CHANGED; fault. */
int sealer_go_on(struct sealer *sealer, const struct resume *resume,
    const struct seal_key *work) MUST_USE NONNULL;

/* Keep the form. Returns: 0; fault. */
int sealer_put_form(struct sealer *sealer, const struct form *form) MUST_USE
    NONNULL;

/*
 * Seal one piece, found by n canonical keys. tagruns_has_room(&sealer->runs, n)
 * must hold. Returns: 0; fault.
 */
int sealer_put(struct sealer *sealer, enum piece_kind kind,
    const struct str *keys, size_t n_keys, struct str bytes) MUST_USE;

/*
 * Make all of it durable, and the way to go on with it. n_done bytes of the
 * transfer, whose digest is prefix, are sealed.
 *
 * Returns: 0; SEALER_E_FULL; fault.
 */
int sealer_checkpoint(struct sealer *sealer, uint64_t n_done,
    const struct digest *prefix) MUST_USE NONNULL;

/*
 * Finish: the index, then the head, durable. Returns: 0; SEALER_E_FULL; fault.
 */
int sealer_finish(struct sealer *sealer, uint64_t size,
    const struct digest *digest) MUST_USE NONNULL;

/* Erase what was begun, the folder too. Returns: 0; fault. */
int sealer_drop(struct sealer *sealer) MUST_USE NONNULL;

#endif
