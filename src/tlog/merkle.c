/* The Merkle tree hash (RFC 6962 section 2.1); see merkle.h. */
#include "tlog/merkle.h"

#include <assert.h>

#include "crypto/sha256.h"

enum {
	LEAF_PREFIX = 0x00,
	NODE_PREFIX = 0x01,
};

void
tlog_merkle_leaf(struct digest *leaf, struct str entry)
{
	sha256_of_prefixed(leaf, LEAF_PREFIX, entry.p, entry.len);
}

void
tlog_merkle_node(struct digest *node, const struct digest *left,
    const struct digest *right)
{
	sha256_of_pair(node, NODE_PREFIX, left, right);
}

void
tlog_merkle_empty(struct digest *root)
{
	sha256_of(root, NULL, 0);
}

void
tlog_merkle_init(struct tlog_merkle *tree)
{
	tree->size = 0;
}

static size_t
n_subtrees(uint64_t size)
{
	return (size_t)__builtin_popcountll(size);
}

void
tlog_merkle_append_node(struct tlog_merkle *tree, unsigned height,
    const struct digest *node)
{
	uint64_t n_leaves = UINT64_C(1) << height;
	size_t n = n_subtrees(tree->size);

	assert(tree->size % n_leaves == 0);
	assert(tree->size <= TLOG_SIZE_MAX - n_leaves);
	tree->hashes[n++] = *node;
	for (uint64_t rest = tree->size >> height; (rest & 1) != 0;
	     rest >>= 1) {
		n--;
		tlog_merkle_node(&tree->hashes[n - 1], &tree->hashes[n - 1],
		    &tree->hashes[n]);
	}
	tree->size += n_leaves;
}

void
tlog_merkle_append(struct tlog_merkle *tree, const struct digest *leaf)
{
	tlog_merkle_append_node(tree, 0, leaf);
}

void
tlog_merkle_root(const struct tlog_merkle *tree, struct digest *root)
{
	size_t n = n_subtrees(tree->size);

	if (n == 0) {
		tlog_merkle_empty(root);
		return;
	}
	*root = tree->hashes[--n];
	while (n-- > 0)
		tlog_merkle_node(root, &tree->hashes[n], root);
}

void
tlog_merkle_root_of(struct digest *root, const struct digest *leaves, size_t n)
{
	struct tlog_merkle tree;

	tlog_merkle_init(&tree);
	for (size_t i = 0; i < n; i++)
		tlog_merkle_append(&tree, &leaves[i]);
	tlog_merkle_root(&tree, root);
}
