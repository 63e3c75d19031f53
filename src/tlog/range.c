/* Range proofs; see range.h. */
#include "tlog/range.h"

#include "tlog/proof.h"
#include "tlog/proof_int.h"
#include "util/fault.h"

/* Height of the largest complete subtree that begins at a leaf, below size. */
static unsigned
subtree_height(uint64_t at, uint64_t size)
{
	unsigned most = 63 - (unsigned)__builtin_clzll(size - at);
	unsigned aligned = at == 0 ? 63 : (unsigned)__builtin_ctzll(at);

	return MIN(most, aligned);
}

static int
made(int r)
{
	return r > 0 ? TLOG_RANGE_E_MISSING : TRACE(r);
}

static int
make_left(struct tlog_range *range, struct tlog_proof_cache *cache,
    uint64_t from)
{
	for (unsigned h = 64; h-- > 0;) {
		int r;

		if ((from >> h & 1) == 0)
			continue;
		r = tlog_proof_cache_node(cache, h, from >> h ^ 1,
		    &range->left[range->n_left++]);
		if (r != 0)
			return made(r);
	}
	return 0;
}

static int
make_right(struct tlog_range *range, struct tlog_proof_cache *cache,
    uint64_t to, uint64_t size)
{
	for (uint64_t at = to; at < size;) {
		unsigned h = subtree_height(at, size);
		int r = tlog_proof_cache_node(cache, h, at >> h,
		    &range->right[range->n_right++]);

		if (r != 0)
			return made(r);
		at += UINT64_C(1) << h;
	}
	return 0;
}

int
tlog_range_make(struct tlog_range *range,
    const struct tlog_tile_reader *reader, uint64_t from, uint64_t to,
    uint64_t size)
{
	struct tlog_proof_cache cache;
	int r;

	range->n_left = 0;
	range->n_right = 0;
	if (from >= to || to > size || size > TLOG_SIZE_MAX)
		return TLOG_RANGE_E_RANGE;
	tlog_proof_cache_init(&cache, reader, size);
	r = make_left(range, &cache, from);
	if (r == 0)
		r = make_right(range, &cache, to, size);
	return r;
}

int
tlog_range_begin(struct tlog_merkle *tree, uint64_t from,
    const struct digest *left, size_t n_left)
{
	if (from > TLOG_SIZE_MAX)
		return TLOG_RANGE_E_RANGE;
	if (n_left != (size_t)__builtin_popcountll(from))
		return TLOG_RANGE_E_LENGTH;
	tlog_merkle_init(tree);
	tree->size = from;
	for (size_t i = 0; i < n_left; i++)
		tree->hashes[i] = left[i];
	return 0;
}

int
tlog_range_finish(struct tlog_merkle *tree, struct digest *root, uint64_t to,
    uint64_t size, const struct digest *right, size_t n_right)
{
	size_t n = 0;

	if (tree->size != to || to > size || size > TLOG_SIZE_MAX)
		return TLOG_RANGE_E_RANGE;
	while (tree->size < size) {
		unsigned h = subtree_height(tree->size, size);

		if (n == n_right)
			return TLOG_RANGE_E_LENGTH;
		tlog_merkle_append_node(tree, h, &right[n++]);
	}
	if (n != n_right)
		return TLOG_RANGE_E_LENGTH;
	tlog_merkle_root(tree, root);
	return 0;
}
