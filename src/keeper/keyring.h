/*
 * The keeper's keys: files below DIR/keys, mode 0600, one line each.
 *
 *	log.key      C2SP signed-note skey ("PRIVATE+KEY+…"), Ed25519
 *	log.vkey     its verifier key, public
 *	seal.key     64 hexadecimal digits: seed of the sealing pair (X25519)
 *	subject.key  64 hexadecimal digits: HMAC-SHA-256 key of subject indexes
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

struct keyring {
	struct tlog_note_signer log;
	struct hmac subjects;
	struct seal_public seal_public;
	struct seal_secret seal_secret;
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
