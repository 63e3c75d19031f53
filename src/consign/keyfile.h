/*
 * The keys of a consignment, wrapped, in one small file that can be erased.
 *
 *	index key	wrapped to the keeper's index pair: makes of an exact
 *			identifier the token that finds and opens its record
 *	half		wrapped to the keeper's half pair
 *	shares		of the custodians' secret, each wrapped to one of them
 *
 * The root key, from which each piece has its own key, is made of the half and
 * of the custodians' secret and stands nowhere: the whole opens when the keeper
 * gives the half and k custodians their shares. Once this file is erased nothing
 * of it can be made again, even by custodians who kept copies of their shares.
 */
#ifndef STILE_CONSIGN_KEYFILE_H
#define STILE_CONSIGN_KEYFILE_H

#include <stddef.h>
#include <stdint.h>

#include "consign/head.h"
#include "crypto/seal.h"
#include "crypto/shamir.h"
#include "limits.h"
#include "stile/digest.h"
#include "util/attr.h"
#include "util/random.h"
#include "util/str.h"

#define KEYFILE_BYTES 4096
#define KEYFILE_NAME 63 /* of a custodian */

/* The keeper's public halves; docs/format/consignment.md, consign.pub. */
struct keyfile_public {
	struct seal_public index;
	struct seal_public half;
	struct seal_public work; /* of what an interrupted transfer needs */
};

struct keyfile_custodian {
	char name[KEYFILE_NAME + 1];
	struct seal_public public;
	struct digest commitment; /* of the share, to name a false one */
	struct seal_wrapped share; /* y; x is the place, from 1 */
};

struct keyfile {
	char id[CONSIGN_ID + 1];
	uint8_t threshold; /* 0: the secret was given to nobody */
	uint8_t n_custodians;
	struct seal_wrapped index;
	struct seal_wrapped half;
	struct keyfile_custodian custodians[LIMIT_CONSIGN_CUSTODIANS];
};

/* What seals a consignment. Secret: wipe it. */
struct keyfile_secrets {
	struct seal_key index;
	struct seal_key root;
};

enum {
	KEYFILE_E_BAD = 1, /* not a whole key file, or a key that can be none */
	KEYFILE_E_SHARE,   /* a share is not of this consignment */
};

/*
 * New keys: file->id, threshold, n_custodians and the custodians' names and
 * public keys are given, the rest is made.
 *
 * Returns: 0 and *secrets; KEYFILE_E_BAD (a public key is none).
 */
int keyfile_make(struct keyfile *file, struct keyfile_secrets *secrets,
    const struct keyfile_public *public, const struct random *random)
    MUST_USE NONNULL;

/*
 * The root key again, of the half and at least threshold shares.
 *
 * Returns: 0; KEYFILE_E_SHARE, *at: which of them (n: there are too few).
 */
int keyfile_root(struct seal_key *root, size_t *at, const struct keyfile *file,
    const struct seal_key *half, const struct shamir_share *shares, size_t n)
    MUST_USE NONNULL;

/* A mark by which a root key is known to be the right one. */
void keyfile_check(uint8_t check[static CONSIGN_CHECK],
    const struct seal_key *root);

void keyfile_encode(uint8_t bytes[static KEYFILE_BYTES],
    const struct keyfile *file);

/* Returns: 0; KEYFILE_E_BAD. */
int keyfile_decode(struct keyfile *file, struct str bytes) MUST_USE NONNULL;

#endif
