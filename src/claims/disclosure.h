/*
 * Disclosures and their digests (SD-JWT, RFC 9901 section 4.2).
 *
 * A disclosure is the base64url text of ["salt",value] (array element) or
 * ["salt","name",value] (object member); its digest is the base64url text of
 * SHA-256 over that text. The digest says nothing without the salt; a decoy is
 * a digest of nothing.
 */
#ifndef STILE_CLAIMS_DISCLOSURE_H
#define STILE_CLAIMS_DISCLOSURE_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/random.h"
#include "util/str.h"

enum {
	CLAIMS_SALT_BYTES = 16,
	CLAIMS_DIGEST_TEXT = 43, /* characters */
};

struct claims_digest {
	char text[CLAIMS_DIGEST_TEXT + 1]; /* ends in NUL */
};

/* A disclosure taken apart. */
struct claims_disclosure {
	struct str text;  /* as given; what the digest is of */
	struct str salt;  /* escapes as they stand */
	struct str name;  /* p == NULL: of an array element */
	struct str value; /* JSON text */
	struct claims_digest digest;
};

enum {
	CLAIMS_DISCLOSURE_E_FORMAT = 1, /* not one: base64url, JSON, shape, or
					   a name that may not be hidden */
	CLAIMS_DISCLOSURE_E_LIMIT,	/* longer or deeper than allowed */
};

static inline struct str
claims_digest_str(const struct claims_digest *digest)
{
	return (struct str){ digest->text, CLAIMS_DIGEST_TEXT };
}

/*
 * Append the disclosure of an array element to text; say its digest.
 *
 * value: JSON text, valid (ours); at most LIMIT_CLAIMS_VALUE bytes.
 * Returns: 0; CLAIMS_DISCLOSURE_E_LIMIT (nothing is appended).
 */
int claims_disclosure_add(struct buf *text, struct claims_digest *digest,
    const struct random *random, struct str value) MUST_USE NONNULL;

/* As claims_disclosure_add() for a string value: plain UTF-8, not JSON. */
int claims_disclosure_add_string(struct buf *text,
    struct claims_digest *digest, const struct random *random,
    struct str value) MUST_USE NONNULL;

/* A digest that no disclosure has. */
void claims_disclosure_decoy(struct claims_digest *digest,
    const struct random *random) NONNULL;

/* The digest of a disclosure's text, whatever that is. */
void claims_disclosure_digest(struct claims_digest *digest, struct str text)
    NONNULL;

/*
 * Take a disclosure apart; salt, name and value are in the arena.
 *
 * Returns: 0; CLAIMS_DISCLOSURE_E_*; fault ENOMEM.
 */
int claims_disclosure_parse(struct claims_disclosure *disclosure,
    struct arena *arena, struct str text) MUST_USE NONNULL;

#endif
