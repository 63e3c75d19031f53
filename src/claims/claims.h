/*
 * Claims: an entry whose members can be opened one by one (RFC 9901, applied
 * to the members of one JSON object).
 *
 * The entry is a JSON object. An open member stands as it is; a closed one is
 * an array of digests, "label":[{"...":"digest"}]. A presentation is the
 * entry, a tilde, and each disclosure followed by a tilde.
 *
 * Ours is stricter than the RFC: digests stand only there, never deeper nor as
 * "_sd", and every disclosure must be of an array element.
 */
#ifndef STILE_CLAIMS_CLAIMS_H
#define STILE_CLAIMS_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claims/disclosure.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/str.h"

/* What became of a member. */
enum claims_state {
	CLAIMS_WITHHELD = 0, /* no disclosure: withheld, shredded or a decoy */
	CLAIMS_DISCLOSED,    /* opened by a disclosure */
	CLAIMS_OPEN,	     /* never was closed */
};

/* One element of a closed member, or an open member as a whole. */
struct claims_claim {
	struct str label;  /* the member's name, escapes as they stand */
	struct str digest; /* of a closed one; 43 characters */
	enum claims_state state;
	struct str value;  /* JSON text; empty when withheld */
	size_t disclosure; /* which one opened it; when disclosed */
};

/* A verified presentation; claims in the order of the entry. */
struct claims {
	struct str entry; /* the bytes that are the log's leaf */
	size_t n_claims;
	struct claims_claim *claims;
	size_t n_disclosures;
	struct claims_disclosure *disclosures;
};

enum {
	CLAIMS_E_ENTRY = 1,  /* the entry is not such an object */
	CLAIMS_E_DISCLOSURE, /* one is malformed or of the wrong shape */
	CLAIMS_E_DUPLICATE,  /* a digest or a disclosure stands there twice */
	CLAIMS_E_FOREIGN,    /* a disclosure that the entry has no digest of */
	CLAIMS_E_LIMIT,	     /* more or longer than allowed */
};

/* Write a closed member: "label":[{"...":"digest"}]. */
void claims_put(struct json *json, const char *label,
    const struct claims_digest *digest) NONNULL;

/* Append a presentation of the entry and n disclosures. */
void claims_format(struct buf *text, struct str entry,
    const struct str *disclosures, size_t n);

/*
 * Cut a presentation; slices borrow from text, the list is in the arena.
 *
 * Returns: 0; CLAIMS_E_ENTRY; CLAIMS_E_DISCLOSURE (no tilde where one must be);
 * CLAIMS_E_LIMIT; fault ENOMEM.
 */
int claims_parse(struct str *entry, struct str **disclosures, size_t *n,
    struct arena *arena, struct str text) MUST_USE NONNULL;

/*
 * Which member does each disclosure open?
 *
 * bad: on CLAIMS_E_DISCLOSURE, _DUPLICATE and _FOREIGN the index of the
 * disclosure at fault, n when it is in the entry itself; may be NULL.
 * Returns: 0, all in the arena; CLAIMS_E_*; fault ENOMEM.
 */
int claims_verify(struct claims *claims, size_t *bad, struct arena *arena,
    struct str entry, const struct str *disclosures, size_t n) MUST_USE;

/* The first claim of that label; NULL when there is none. */
const struct claims_claim *claims_find(const struct claims *claims,
    const char *label) NONNULL;

#endif
