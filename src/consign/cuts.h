/*
 * What the process that reads formats says to the one that seals: where the
 * stretch that came next ends, and by which identifiers it is to be found.
 *
 *   u8 kind, u8 n, u32 length of the stretch, then n times u16 length and bytes
 *
 * The reader may be broken by what it reads; the receiver checks every bound,
 * and the worst it can be told is wrong ends and wrong identifiers: the bytes
 * that are sealed it reads itself.
 */
#ifndef STILE_CONSIGN_CUTS_H
#define STILE_CONSIGN_CUTS_H

#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

enum cuts_kind {
	CUTS_BYTES = 0, /* not read, or not readable */
	CUTS_RECORD,
	CUTS_BINDING, /* no stretch; texts[0]: u16 columns, u16 index each */
	CUTS_REFUSED, /* no stretch; texts[0]: why the transfer is not taken */
	CUTS_N_KINDS,
};

struct cut {
	enum cuts_kind kind;
	size_t len;
	struct str texts[LIMIT_CONSIGN_KEYS];
	size_t n_texts;
};

enum {
	CUTS_E_END = 1,
	CUTS_E_BAD, /* the reader is broken */
};

/* Room that one cut takes at most, long binding included. */
#define CUTS_ROOM 8192

/* Append a cut. Sticky. */
void cuts_put(struct buf *out, const struct cut *cut) NONNULL;

/* The next cut; texts are borrowed. Returns: 0; CUTS_E_END; CUTS_E_BAD. */
int cuts_next(struct cut *cut, struct str *rest) MUST_USE NONNULL;

#endif
