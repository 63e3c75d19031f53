/*
 * The Merkle tree hash of RFC 6962 section 2.1 (and RFC 9162 section 2.1).
 *
 * Leaf H(0 || entry), node H(1 || left || right), empty tree H(""); a tree of
 * n leaves splits at the largest power of two below n.
 */
#ifndef STILE_TLOG_MERKLE_H
#define STILE_TLOG_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "stile/digest.h"
#include "util/attr.h"
#include "util/str.h"

/* Largest tree: a size must fit a signed 64-bit integer (C2SP cosignatures). */
#define TLOG_SIZE_MAX ((uint64_t)INT64_MAX)

/*
 * A growing tree's root without the tree: one hash for each bit of the size.
 * hashes[i] is the root of the i-th of the complete subtrees, largest first.
 */
struct tlog_merkle {
	uint64_t size;
	struct digest hashes[64];
};

/* The leaf hash of an entry. */
void tlog_merkle_leaf(struct digest *leaf, struct str entry) NONNULL;

/* The hash of a node; it may be left or right. */
void tlog_merkle_node(struct digest *node, const struct digest *left,
    const struct digest *right) NONNULL;

/* The root of the empty tree. */
void tlog_merkle_empty(struct digest *root) NONNULL;

/* Begin an empty tree. */
void tlog_merkle_init(struct tlog_merkle *tree) NONNULL;

/* Append a leaf hash; the tree must be smaller than TLOG_SIZE_MAX. */
void tlog_merkle_append(struct tlog_merkle *tree, const struct digest *leaf)
    NONNULL;

/*
 * Append a complete subtree of 2^height leaves by its root. The size must be a
 * multiple of 2^height, and stay within TLOG_SIZE_MAX.
 */
void tlog_merkle_append_node(struct tlog_merkle *tree, unsigned height,
    const struct digest *node) NONNULL;

/* The root at the present size. */
void tlog_merkle_root(const struct tlog_merkle *tree, struct digest *root)
    NONNULL;

/* The root of n leaf hashes. */
void tlog_merkle_root_of(struct digest *root, const struct digest *leaves,
    size_t n);

#endif
