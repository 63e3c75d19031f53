/*
 * Checking a whole log: every tile and every entry against one checkpoint.
 *
 * Works from the root down, so that each tile is proven before it judges what
 * is below it, and the first thing that is wrong is named exactly. Streams: it
 * holds one tile a level and one bundle.
 */
#ifndef STILE_TLOG_AUDIT_H
#define STILE_TLOG_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "stile/digest.h"
#include "tlog/tile.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

/* What is wrong with a log. */
enum tlog_audit_kind {
	TLOG_AUDIT_SOUND = 0,
	TLOG_AUDIT_HASH,    /* an entry or tile is not what was logged */
	TLOG_AUDIT_MISSING, /* a bundle or tile is not there */
	TLOG_AUDIT_SHORT,   /* it ends too early */
	TLOG_AUDIT_EXTRA,   /* it has bytes behind its end */
	TLOG_AUDIT_ROOT,    /* the tiles agree but are not the checkpoint's */
};

/* The first thing that is wrong, and what was sound before it. */
struct tlog_audit_finding {
	enum tlog_audit_kind kind;
	struct tlog_tile where; /* bundle or tile; not for _ROOT */
	uint64_t entry;		/* bundle: index of the entry in the log; tile:
				   first entry below the bad hash */
	uint64_t n_entries;	/* entries proven */
	uint64_t n_tiles;	/* tiles proven */
	uint64_t n_bytes;	/* bytes of entries hashed */
};

/*
 * Where the log is read from.
 *
 * entries: the slices of bundle index, width of them, borrowed until the next
 * call; *n says how many were whole. Returns: 0; TLOG_AUDIT_MISSING, _SHORT or
 * _EXTRA; fault.
 */
struct tlog_audit_source {
	struct tlog_tile_reader tiles;
	int (*entries)(void *context, uint64_t index, unsigned width,
	    struct str *entries, size_t *n);
	void *context; /* of entries */
};

enum {
	TLOG_AUDIT_E_BAD = 1, /* the finding says what is wrong */
	TLOG_AUDIT_E_RANGE,   /* size past TLOG_SIZE_MAX */
};

/*
 * Check the log of that size and root.
 *
 * Returns: 0 sound; TLOG_AUDIT_E_BAD; TLOG_AUDIT_E_RANGE; fault of the source.
 */
int tlog_audit_run(const struct tlog_audit_source *source,
    struct tlog_audit_finding *finding, uint64_t size,
    const struct digest *root) MUST_USE NONNULL;

/* Append the finding as one line for people, without full stop or newline. */
void tlog_audit_describe(const struct tlog_audit_finding *finding,
    struct buf *text) NONNULL;

#endif
