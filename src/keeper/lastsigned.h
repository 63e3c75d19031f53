/*
 * What the keeper signed last, on disk before the signature leaves it:
 * DIR/keys/keeper.state.
 *
 * Two slots of LASTSIGNED_SLOT bytes, written in turn; integers big-endian.
 *
 *   offset  size  content of a slot
 *        0     8  "STILEks1"
 *        8     8  sequence number, one more each time; slot = sequence mod 2
 *       16     8  size of the tree
 *       24    32  its root
 *       56     4  length of the note
 *       60     …  the signed note, then zeros
 *     4064    32  SHA-256 of the bytes before
 *
 * Invariants:
 *  1. A signature is given out only after its slot was written and synced. A
 *     crash in the writing leaves that slot broken and the other one whole,
 *     and then nothing was given out.
 *  2. A failed sync is final: what the disk holds is not known, so the keeper
 *     ends and reads again.
 *  3. A file that is missing, or without one whole slot, is never taken for
 *     an empty log: that would let a fork be signed.
 */
#ifndef STILE_KEEPER_LASTSIGNED_H
#define STILE_KEEPER_LASTSIGNED_H

#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "stile/digest.h"
#include "util/attr.h"
#include "util/str.h"

#define LASTSIGNED_SLOT 4096

struct lastsigned {
	int fd;
	uint64_t sequence;
	uint64_t size;
	struct digest root;
	size_t note_len; /* 0: nothing was signed yet */
	char note[LIMIT_KEEPER_NOTE];
};

enum {
	LASTSIGNED_E_ABSENT = 1, /* there is no such file */
	LASTSIGNED_E_DAMAGED,	 /* no whole slot, or two that contradict */
	LASTSIGNED_E_LOCKED,	 /* another keeper has it open */
};

/*
 * Make the file of an empty log. Returns: 0; fault (also when it exists).
 */
int lastsigned_create(const char *path) MUST_USE NONNULL;

/*
 * Open, lock and read it.
 *
 * Returns: 0, for lastsigned_close(); LASTSIGNED_E_*; fault.
 */
int lastsigned_open(struct lastsigned *last, const char *path) MUST_USE NONNULL;

/*
 * Read it beside a keeper that has it open, and keep nothing open: for those
 * who check. A slot that is being written counts as torn.
 *
 * Returns: 0; LASTSIGNED_E_ABSENT, _E_DAMAGED; fault (EACCES: not the user).
 */
int lastsigned_peek(struct lastsigned *last, const char *path) MUST_USE NONNULL;

void lastsigned_close(struct lastsigned *last) NONNULL;

/*
 * Make a new newest state durable. note: at most LIMIT_KEEPER_NOTE bytes.
 *
 * Returns: 0 and *last is the new state; fault: end the process.
 */
int lastsigned_save(struct lastsigned *last, uint64_t size,
    const struct digest *root, struct str note) MUST_USE NONNULL;

/* The note as text; empty before the first. */
static inline struct str
lastsigned_note(const struct lastsigned *last)
{
	return (struct str){ last->note, last->note_len };
}

#endif
