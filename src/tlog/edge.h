/*
 * The growing edge of a log: the rightmost tile of each level, in memory.
 *
 * One writer appends leaf hashes in batches. A batch begins at the mark; until
 * the next mark everything that its transaction needs is here without a read:
 * the root, the tiles that became full, an inclusion proof of every entry of
 * the batch and the consistency proof from the mark. When the transaction
 * fails, the edge goes back to the mark.
 *
 * Cost: one node hash an append; root: one a set bit of the size, once a size;
 * proofs: none. Bounds: 16 KiB a level and 16 KiB a tile filled since the mark,
 * of which LIMIT_TLOG_EDGE_TILES are allowed.
 *
 *	e = tlog_edge_restore(edge, size, &reader)	once, at start
 *	tlog_edge_mark(edge)				a batch begins
 *	tlog_edge_append(edge, &leaf) ...
 *	tlog_edge_root(edge, &root)
 *	tlog_edge_n_full / tlog_edge_full		save with the entries
 *	tlog_edge_consistency(edge, &proof, last_signed, NULL)
 *	tlog_edge_inclusion(edge, &proof, index, NULL)
 *	committed: tlog_edge_mark()	failed: tlog_edge_rollback()
 */
#ifndef STILE_TLOG_EDGE_H
#define STILE_TLOG_EDGE_H

#include <stddef.h>
#include <stdint.h>

#include "stile/digest.h"
#include "tlog/proof.h"
#include "tlog/tile.h"
#include "util/attr.h"

struct tlog_edge;

enum {
	TLOG_EDGE_E_FULL = 1, /* a batch may hold no more: commit it */
	TLOG_EDGE_E_RANGE,    /* index or old size is not in the tree */
	TLOG_EDGE_E_MISSING,  /* a tile it needs is not there, or no reader */
};

/* A tile of the edge; hashes are borrowed until the next append or mark. */
struct tlog_edge_tile {
	unsigned level;
	uint64_t index;
	unsigned width;	       /* 256 when full */
	const uint8_t *hashes; /* 32 * width bytes */
};

/* An empty tree. Returns: 0, *edge owned by the caller; fault ENOMEM. */
int tlog_edge_new(struct tlog_edge **edge) MUST_USE NONNULL;

/* Release; NULL is fine. Returns: NULL. */
struct tlog_edge *tlog_edge_free(struct tlog_edge *edge);
void tlog_edge_freep(struct tlog_edge **edge);

/*
 * Become the edge of a stored tree, marked at that size. Level 0's partial
 * tile is read; those above are read or worked out, see tlog/tile.h.
 *
 * Returns: 0; TLOG_EDGE_E_RANGE (size); TLOG_EDGE_E_MISSING; fault. The edge is
 * empty unless it returns 0.
 */
int tlog_edge_restore(struct tlog_edge *edge, uint64_t size,
    const struct tlog_tile_reader *reader) MUST_USE NONNULL;

/* Append a leaf hash. Returns: 0; TLOG_EDGE_E_FULL; fault ENOMEM. */
int tlog_edge_append(struct tlog_edge *edge, const struct digest *leaf)
    MUST_USE NONNULL;

/* What was appended stands: begin the next batch here. Drops the full tiles. */
void tlog_edge_mark(struct tlog_edge *edge) NONNULL;

/* Forget what was appended since the mark. */
void tlog_edge_rollback(struct tlog_edge *edge) NONNULL;

uint64_t tlog_edge_size(const struct tlog_edge *edge) NONNULL;
uint64_t tlog_edge_size_at_mark(const struct tlog_edge *edge) NONNULL;

/* The root at the present size. */
void tlog_edge_root(struct tlog_edge *edge, struct digest *root) NONNULL;

/* Tiles that became full since the mark, in the order they did; i < n_full. */
size_t tlog_edge_n_full(const struct tlog_edge *edge) NONNULL;
struct tlog_edge_tile tlog_edge_full(const struct tlog_edge *edge, size_t i)
    NONNULL;

/* The rightmost tile of a level below TLOG_TILE_LEVELS; width 0: empty. */
struct tlog_edge_tile tlog_edge_partial(const struct tlog_edge *edge,
    unsigned level) NONNULL;

/*
 * Proof of an entry in the tree of the present size.
 *
 * reader: for entries from before the mark; may be NULL for those since.
 * Returns: 0; TLOG_EDGE_E_RANGE; TLOG_EDGE_E_MISSING; fault of the reader.
 */
int tlog_edge_inclusion(struct tlog_edge *edge, struct tlog_proof *proof,
    uint64_t index, const struct tlog_tile_reader *reader) MUST_USE;

/*
 * Proof that the tree of old_size is a prefix of the present one.
 *
 * reader: for sizes below the mark's; may be NULL for those from the mark on.
 * Returns: 0; TLOG_EDGE_E_RANGE; TLOG_EDGE_E_MISSING; fault of the reader.
 */
int tlog_edge_consistency(struct tlog_edge *edge, struct tlog_proof *proof,
    uint64_t old_size, const struct tlog_tile_reader *reader) MUST_USE;

#endif
