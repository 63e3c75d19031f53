/*
 * Checkpoints (C2SP tlog-checkpoint): origin, size and root as a signed note.
 */
#ifndef STILE_TLOG_CHECKPOINT_H
#define STILE_TLOG_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "stile/digest.h"
#include "tlog/note.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

/* Slices borrow from what it was parsed from. */
struct tlog_checkpoint {
	struct str origin;
	uint64_t size;
	struct digest root;
	struct str extension; /* further lines with their newlines; or empty */
};

enum {
	TLOG_CHECKPOINT_E_FORMAT = 1, /* not a checkpoint */
	TLOG_CHECKPOINT_E_SIGNATURE,  /* not signed, or wrongly, by the key */
	TLOG_CHECKPOINT_E_ORIGIN,     /* of another log than the key's */
};

/* Read a checkpoint's body (a note's text). Returns: 0; _E_FORMAT. */
int tlog_checkpoint_parse(struct tlog_checkpoint *checkpoint, struct str body)
    MUST_USE NONNULL;

/* Append the body. */
void tlog_checkpoint_format(const struct tlog_checkpoint *checkpoint,
    struct buf *body) NONNULL;

/*
 * Read a signed checkpoint and believe it: signed by the log's key, with the
 * key's name as origin.
 *
 * Returns: 0; TLOG_CHECKPOINT_E_*; fault ENOMEM. Cosignatures are not looked at; see
 * tlog_note_verify().
 */
int tlog_checkpoint_open(struct tlog_checkpoint *checkpoint, struct str note,
    const struct tlog_note_key *key) MUST_USE NONNULL;

/* Append the checkpoint signed. origin must be the signer's name. */
void tlog_checkpoint_sign(const struct tlog_checkpoint *checkpoint,
    struct buf *note, const struct tlog_note_signer *signer) NONNULL;

#endif
