/*
 * Who signed a release, and who read its texts.
 *
 * A person signs by an operation of the gate, with certificate and role; that
 * is an entry of the log, of type release. Its receipt, cut down to what the
 * public needs, is the signature: it verifies with the log's key alone.
 */
#ifndef STILE_RELEASE_SIGNOFF_H
#define STILE_RELEASE_SIGNOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/sha256.h"
#include "limits.h"
#include "tlog/note.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

struct signoff {
	uint64_t index;	 /* of the entry */
	char time[28];
	char act[16];	 /* "sign", "review" */
	char digest[65]; /* hexadecimal: of what was signed or reviewed */
	char person[LIMIT_ASK_NUMBER + 1];
	char role[32];
};

struct signoff_list {
	size_t n;
	struct signoff items[LIMIT_RELEASE_SIGNS];
};

enum {
	SIGNOFF_E_BAD = 1, /* no receipt of such an entry in the log of the key */
};

/*
 * Read a receipt as a signature and believe it.
 *
 * arena: for the time of the call. Returns: 0; SIGNOFF_E_BAD; fault ENOMEM.
 */
int signoff_read(struct signoff *signoff, struct arena *arena,
    struct str receipt, const struct tlog_note_key *key) MUST_USE NONNULL;

/*
 * Append a receipt with all disclosures cut out of it that the public does not
 * need: the person's id, role, act and digest stay.
 *
 * Returns: 0; SIGNOFF_E_BAD; fault ENOMEM.
 */
int signoff_cut(struct buf *text, struct arena *arena, struct str receipt)
    MUST_USE NONNULL;

/*
 * Add a text that is shown to what a reviewer signs: the SHA-256 over a line
 * "entry label digest" for each such text, in order. So the review is of these
 * very texts, and anybody who has the release can tell.
 */
void signoff_add_text(struct sha256 *texts, uint64_t entry, struct str label,
    struct str digest) NONNULL;

/* May a person of this role sign releases? */
bool signoff_is_role(struct str role);

/* Do two different persons sign this digest? */
bool signoff_is_signed(const struct signoff_list *list, struct str digest)
    NONNULL;

/* Has anybody reviewed this digest? */
bool signoff_is_reviewed(const struct signoff_list *list, struct str digest)
    NONNULL;

#endif
