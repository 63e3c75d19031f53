/*
 * Range proofs: that a run of entries [from, to) stands in a signed tree, all
 * of it and nothing else.
 *
 * RFC 6962 has proofs of one leaf. A run needs no more: the complete subtrees
 * left of it (one a set bit of from), its own leaf hashes, and the complete
 * subtrees right of it, up to the size. Whoever hashes the run between the two
 * must come to the root, so no entry of it can be changed, moved, left out or
 * added. Streams: the verifier holds one hash a level.
 *
 *	tlog_range_make(&range, &reader, from, to, size)
 *
 *	tlog_range_begin(&tree, from, left, n_left)
 *	tlog_merkle_append(&tree, &leaf)		to - from times
 *	tlog_range_finish(&tree, &root, to, size, right, n_right)
 */
#ifndef STILE_TLOG_RANGE_H
#define STILE_TLOG_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include "stile/digest.h"
#include "tlog/merkle.h"
#include "tlog/tile.h"
#include "util/attr.h"

enum {
	TLOG_RANGE_LEFT = 63,	/* one a bit of TLOG_SIZE_MAX */
	TLOG_RANGE_RIGHT = 126, /* up to the highest subtree, and down again */
};

struct tlog_range {
	size_t n_left;
	struct digest left[TLOG_RANGE_LEFT]; /* leftmost first */
	size_t n_right;
	struct digest right[TLOG_RANGE_RIGHT]; /* leftmost first */
};

enum {
	TLOG_RANGE_E_RANGE = 1, /* not from < to <= size <= TLOG_SIZE_MAX */
	TLOG_RANGE_E_LENGTH,	/* not the number of hashes this range has */
	TLOG_RANGE_E_MISSING,	/* making: a tile it needs is not there */
};

/* Make the proof from the tiles of a tree of at least that size. Returns: 0;
 * TLOG_RANGE_E_RANGE; TLOG_RANGE_E_MISSING; fault of the reader. */
int tlog_range_make(struct tlog_range *range,
    const struct tlog_tile_reader *reader, uint64_t from, uint64_t to,
    uint64_t size) MUST_USE NONNULL;

/* Begin the tree left of the run. Returns: 0; TLOG_RANGE_E_RANGE, _LENGTH. */
int tlog_range_begin(struct tlog_merkle *tree, uint64_t from,
    const struct digest *left, size_t n_left) MUST_USE;

/*
 * Close the tree right of the run; the run's leaves were appended.
 *
 * Returns: 0 and *root; TLOG_RANGE_E_RANGE (the tree does not end at to, or to
 * is past size); TLOG_RANGE_E_LENGTH.
 */
int tlog_range_finish(struct tlog_merkle *tree, struct digest *root,
    uint64_t to, uint64_t size, const struct digest *right, size_t n_right)
    MUST_USE;

#endif
