/*
 * Inclusion and consistency proofs (RFC 9162 section 2.1); see proof.h.
 *
 * The path of a leaf parts from the path of the last leaf at one height. Below
 * it, `inner` siblings stand on both sides; at and above it only complete left
 * siblings do, one for each set bit of the index: the border. A consistency
 * proof is the path of the old tree's last complete subtree.
 */
#include "tlog/proof.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "tlog/merkle.h"
#include "tlog/proof_int.h"
#include "util/fault.h"

static unsigned
bit_length(uint64_t value)
{
	return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

static unsigned
inner_len(uint64_t index, uint64_t size)
{
	return bit_length(index ^ (size - 1));
}

static unsigned
border_len(uint64_t index, unsigned inner)
{
	return (unsigned)__builtin_popcountll(index >> inner);
}

static unsigned
trailing_zeros(uint64_t value)
{
	return (unsigned)__builtin_ctzll(value);
}

static bool
is_power_of_two(uint64_t value)
{
	return (value & (value - 1)) == 0;
}

static bool
is_same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

size_t
tlog_proof_inclusion_len(uint64_t index, uint64_t size)
{
	unsigned inner = inner_len(index, size);

	return inner + border_len(index, inner);
}

size_t
tlog_proof_consistency_len(uint64_t old_size, uint64_t size)
{
	if (old_size == 0 || old_size == size)
		return 0;
	return tlog_proof_inclusion_len(old_size - 1, size) -
	    trailing_zeros(old_size) + !is_power_of_two(old_size);
}

int
tlog_proof_verify_inclusion(const struct digest *root, uint64_t size,
    uint64_t index, const struct digest *leaf, const struct digest *hashes,
    size_t n_hashes)
{
	struct digest hash = *leaf;
	unsigned inner;

	if (size > TLOG_SIZE_MAX || index >= size)
		return TLOG_PROOF_E_RANGE;
	if (n_hashes != tlog_proof_inclusion_len(index, size))
		return TLOG_PROOF_E_LENGTH;
	inner = inner_len(index, size);
	for (size_t i = 0; i < n_hashes; i++) {
		if (i >= inner || (index >> i & 1) != 0)
			tlog_merkle_node(&hash, &hashes[i], &hash);
		else
			tlog_merkle_node(&hash, &hash, &hashes[i]);
	}
	return is_same(&hash, root) ? 0 : TLOG_PROOF_E_ROOT;
}

/* The general case: 0 < old_size < size, length checked. */
static int
verify_growth(const struct digest *old_root, uint64_t old_size,
    const struct digest *root, uint64_t size, const struct digest *hashes,
    size_t n_hashes)
{
	unsigned shift = trailing_zeros(old_size);
	uint64_t index = (old_size - 1) >> shift;
	unsigned inner = inner_len(old_size - 1, size) - shift;
	size_t first = is_power_of_two(old_size) ? 0 : 1;
	struct digest old_hash = first == 0 ? *old_root : hashes[0];
	struct digest hash = old_hash;

	for (size_t i = 0; first + i < n_hashes; i++) {
		const struct digest *sibling = &hashes[first + i];

		if (i >= inner || (index >> i & 1) != 0) {
			tlog_merkle_node(&old_hash, sibling, &old_hash);
			tlog_merkle_node(&hash, sibling, &hash);
		} else {
			tlog_merkle_node(&hash, &hash, sibling);
		}
	}
	return is_same(&old_hash, old_root) && is_same(&hash, root)
	    ? 0
	    : TLOG_PROOF_E_ROOT;
}

int
tlog_proof_verify_consistency(const struct digest *old_root, uint64_t old_size,
    const struct digest *root, uint64_t size, const struct digest *hashes,
    size_t n_hashes)
{
	if (size > TLOG_SIZE_MAX || old_size == 0 || old_size > size)
		return TLOG_PROOF_E_RANGE;
	if (n_hashes != tlog_proof_consistency_len(old_size, size))
		return TLOG_PROOF_E_LENGTH;
	if (old_size == size)
		return is_same(old_root, root) ? 0 : TLOG_PROOF_E_ROOT;
	return verify_growth(old_root, old_size, root, size, hashes, n_hashes);
}

static int
add_node(struct tlog_proof *proof, const struct tlog_proof_nodes *nodes,
    unsigned height, uint64_t index)
{
	assert(proof->n_hashes < TLOG_PROOF_HASHES);
	return nodes->node(nodes->context, height, index,
	    &proof->hashes[proof->n_hashes++]);
}

/* Siblings of the path of a leaf, from a height up. */
static int
add_path(struct tlog_proof *proof, const struct tlog_proof_nodes *nodes,
    uint64_t leaf, uint64_t size, unsigned from)
{
	unsigned inner = inner_len(leaf, size);

	for (unsigned h = from; h < inner || leaf >> h != 0; h++) {
		int r = 0;

		if (h + 1 == inner) {
			assert(proof->n_hashes < TLOG_PROOF_HASHES);
			r = nodes->rest(nodes->context, h,
			    &proof->hashes[proof->n_hashes++]);
		} else if (h < inner || (leaf >> h & 1) != 0) {
			r = add_node(proof, nodes, h, leaf >> h ^ 1);
		}
		if (r != 0)
			return r;
	}
	return 0;
}

int
tlog_proof_make_inclusion(struct tlog_proof *proof,
    const struct tlog_proof_nodes *nodes, uint64_t index, uint64_t size)
{
	proof->n_hashes = 0;
	return add_path(proof, nodes, index, size, 0);
}

int
tlog_proof_make_consistency(struct tlog_proof *proof,
    const struct tlog_proof_nodes *nodes, uint64_t old_size, uint64_t size)
{
	unsigned shift = trailing_zeros(old_size);
	int r;

	proof->n_hashes = 0;
	if (!is_power_of_two(old_size)) {
		r = add_node(proof, nodes, shift, (old_size - 1) >> shift);
		if (r != 0)
			return r;
	}
	return add_path(proof, nodes, old_size - 1, size, shift);
}

void
tlog_proof_cache_init(struct tlog_proof_cache *cache,
    const struct tlog_tile_reader *reader, uint64_t size)
{
	cache->reader = reader;
	cache->size = size;
	cache->next = 0;
	cache->slots[0].is_used = false;
	cache->slots[1].is_used = false;
}

static int
cache_tile(struct tlog_proof_cache *cache, unsigned level, uint64_t index,
    const struct digest **hashes)
{
	int r;

	for (size_t i = 0; i < ARRAY_LEN(cache->slots); i++) {
		if (cache->slots[i].is_used && cache->slots[i].level == level &&
		    cache->slots[i].index == index) {
			*hashes = cache->slots[i].hashes;
			return 0;
		}
	}
	cache->slots[cache->next].is_used = false;
	r = tlog_tile_read(cache->reader, level, index,
	    tlog_tile_width(cache->size, level, index),
	    cache->slots[cache->next].hashes);
	if (r != 0)
		return r > 0 ? TLOG_PROOF_E_MISSING : TRACE(r);
	cache->slots[cache->next].is_used = true;
	cache->slots[cache->next].level = level;
	cache->slots[cache->next].index = index;
	*hashes = cache->slots[cache->next].hashes;
	cache->next ^= 1;
	return 0;
}

int
tlog_proof_cache_node(struct tlog_proof_cache *cache, unsigned height,
    uint64_t index, struct digest *node)
{
	unsigned within = height % 8;
	uint64_t tile = index >> (8 - within);
	size_t first = (size_t)(index << within) % TLOG_TILE_WIDTH;
	const struct digest *hashes = NULL;
	int r = cache_tile(cache, height / 8, tile, &hashes);

	if (r != 0)
		return r;
	tlog_merkle_root_of(node, &hashes[first], (size_t)1 << within);
	return 0;
}

static int
cache_node(void *context, unsigned height, uint64_t index, struct digest *node)
{
	return tlog_proof_cache_node(context, height, index, node);
}

/* The rest: from the last complete subtree up, taking in left siblings. */
static int
cache_rest(void *context, unsigned height, struct digest *rest)
{
	struct tlog_proof_cache *cache = context;
	uint64_t last = cache->size - 1;
	unsigned h = MIN(trailing_zeros(cache->size), height);
	struct digest left;
	int r = tlog_proof_cache_node(cache, h, last >> h, rest);

	for (; r == 0 && h < height; h++) {
		if ((last >> h & 1) == 0)
			continue;
		r = tlog_proof_cache_node(cache, h, last >> h ^ 1, &left);
		if (r == 0)
			tlog_merkle_node(rest, &left, rest);
	}
	return r;
}

/* Nothing of a proof that could not be made is left to be used. */
static int
made(struct tlog_proof *proof, int r)
{
	if (r != 0)
		proof->n_hashes = 0;
	return r > 0 ? TLOG_PROOF_E_MISSING : TRACE(r);
}

int
tlog_proof_inclusion(struct tlog_proof *proof,
    const struct tlog_tile_reader *reader, uint64_t index, uint64_t size)
{
	struct tlog_proof_cache cache;
	struct tlog_proof_nodes nodes = { cache_node, cache_rest, &cache };

	proof->n_hashes = 0;
	if (size > TLOG_SIZE_MAX || index >= size)
		return TLOG_PROOF_E_RANGE;
	tlog_proof_cache_init(&cache, reader, size);
	return made(proof,
	    tlog_proof_make_inclusion(proof, &nodes, index, size));
}

int
tlog_proof_consistency(struct tlog_proof *proof,
    const struct tlog_tile_reader *reader, uint64_t old_size, uint64_t size)
{
	struct tlog_proof_cache cache;
	struct tlog_proof_nodes nodes = { cache_node, cache_rest, &cache };

	proof->n_hashes = 0;
	if (size > TLOG_SIZE_MAX || old_size > size)
		return TLOG_PROOF_E_RANGE;
	if (old_size == 0 || old_size == size)
		return 0;
	tlog_proof_cache_init(&cache, reader, size);
	return made(proof,
	    tlog_proof_make_consistency(proof, &nodes, old_size, size));
}

int
tlog_proof_root(struct digest *root, const struct tlog_tile_reader *reader,
    uint64_t size)
{
	struct tlog_proof_cache cache;
	int r;

	if (size > TLOG_SIZE_MAX)
		return TLOG_PROOF_E_RANGE;
	if (size == 0) {
		tlog_merkle_empty(root);
		return 0;
	}
	tlog_proof_cache_init(&cache, reader, size);
	r = cache_rest(&cache, bit_length(size - 1), root);
	return r > 0 ? TLOG_PROOF_E_MISSING : TRACE(r);
}
