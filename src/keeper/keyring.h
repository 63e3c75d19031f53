/*
 * The keeper's keys: files below DIR/keys, mode 0600, one line each.
 *
 *	log.key      C2SP signed-note skey ("PRIVATE+KEY+…"), Ed25519
 *	log.vkey     its verifier key, public
 *	seal.key     64 hexadecimal digits: seed of the sealing pair (X25519)
 *	subject.key  64 hexadecimal digits: HMAC-SHA-256 key of subject indexes
 *	consign.pub  public halves of the pairs for consignments, a line each:
 *		     "index", "half" or "work" and 64 hexadecimal digits
 *
 * The pairs for consignments are made of seal.key, each for one purpose, so that
 * a key wrapped for one is not opened as another.
 *
 * In memory they live between guard pages, locked, and out of core dumps
 * (crypto/secret.h); what passed through other memory is erased.
 */
#ifndef STILE_KEEPER_KEYRING_H
#define STILE_KEEPER_KEYRING_H

#include "crypto/hmac.h"
#include "crypto/seal.h"
#include "tlog/note.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/random.h"
#include "util/str.h"

enum keyring_pair {
	KEYRING_INDEX, /* index keys: tokens are made with them */
	KEYRING_HALF,  /* the keeper's part of what opens a whole consignment */
	KEYRING_WORK,  /* what an interrupted transfer needs to go on */
	KEYRING_PAIRS,
};

struct keyring {
	struct tlog_note_signer log;
	struct hmac subjects;
	struct seal_public seal_public;
	struct seal_secret seal_secret;
	struct seal_public consign_public[KEYRING_PAIRS];
	struct seal_secret consign_secret[KEYRING_PAIRS];
};

enum {
	KEYRING_E_WRONG = 1, /* a file is not there or not a key; see diags */
};

/*
 * Load the keys of dir/keys. origin: what the log key's name must be.
 *
 * Returns: 0 and *keyring, owned by the caller; KEYRING_E_WRONG; fault.
 */
int keyring_load(struct keyring **keyring, struct diag_list *diags,
    const char *dir, struct str origin) MUST_USE NONNULL;

/*
 * The public halves of dir/keys/consign.pub: no secret is read.
 *
 * Returns: 0; KEYRING_E_WRONG; fault.
 */
int keyring_read_public(struct seal_public public[static KEYRING_PAIRS],
    struct diag_list *diags, const char *dir) MUST_USE;

/*
 * Load the sealing pair alone: for who opens what is sealed and signs nothing.
 * *secret should be in memory of crypto/secret.h.
 *
 * Returns: 0; KEYRING_E_WRONG; fault.
 */
int keyring_load_seal(struct seal_public *public, struct seal_secret *secret,
    struct diag_list *diags, const char *dir) MUST_USE NONNULL;

/* Erase and release; NULL is fine. */
void keyring_free(struct keyring *keyring);

/* For CLEANUP(). */
void keyring_freep(struct keyring **keyring) NONNULL;

/*
 * Make new keys in dir/keys, which exists and is empty.
 *
 * Returns: 0; KEYRING_E_WRONG (the origin can not name a key); fault.
 */
int keyring_create(const char *dir, struct str origin,
    const struct random *random) MUST_USE NONNULL;

#endif
