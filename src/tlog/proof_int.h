/*
 * The shape of proofs, apart from where hashes come from: private to tlog/.
 *
 * Node (h, j) is the root of leaves [j * 2^h, (j + 1) * 2^h), all in the tree.
 * The rest at height h is the root of leaves [k * 2^h, size) where that range
 * holds the last leaf: the one node of a proof that may be incomplete.
 */
#ifndef STILE_TLOG_PROOF_INT_H
#define STILE_TLOG_PROOF_INT_H

#include <stdint.h>

#include "tlog/proof.h"
#include "tlog/tile.h"

/* Both return 0; an outcome or fault, which ends the proof. */
struct tlog_proof_nodes {
	int (*node)(void *context, unsigned height, uint64_t index,
	    struct digest *node);
	int (*rest)(void *context, unsigned height, struct digest *rest);
	void *context;
};

/* Lookups in stored tiles, keeping the last ones read. */
struct tlog_proof_cache {
	const struct tlog_tile_reader *reader;
	uint64_t size;
	unsigned next; /* slot to use next */
	struct {
		bool is_used;
		unsigned level;
		uint64_t index;
		struct digest hashes[TLOG_TILE_WIDTH];
	} slots[2];
};

void tlog_proof_cache_init(struct tlog_proof_cache *cache,
    const struct tlog_tile_reader *reader, uint64_t size);

/* Returns: 0; TLOG_PROOF_E_MISSING; fault. */
int tlog_proof_cache_node(struct tlog_proof_cache *cache, unsigned height,
    uint64_t index, struct digest *node);

/*
 * The proofs. Ranges were checked: index < size, 0 < old_size < size.
 * Returns: 0; what a lookup returned.
 */
int tlog_proof_make_inclusion(struct tlog_proof *proof,
    const struct tlog_proof_nodes *nodes, uint64_t index, uint64_t size);
int tlog_proof_make_consistency(struct tlog_proof *proof,
    const struct tlog_proof_nodes *nodes, uint64_t old_size, uint64_t size);

#endif
