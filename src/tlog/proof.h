/*
 * Inclusion and consistency proofs: make and verify (RFC 9162 section 2.1).
 *
 * The verifiers first derive the one length a proof can have from the sizes
 * and take no other.
 */
#ifndef STILE_TLOG_PROOF_H
#define STILE_TLOG_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "stile/digest.h"
#include "tlog/tile.h"
#include "util/attr.h"

enum {
	TLOG_PROOF_HASHES = 64, /* longest proof of a tree of TLOG_SIZE_MAX */
};

struct tlog_proof {
	size_t n_hashes;
	struct digest hashes[TLOG_PROOF_HASHES]; /* leaf's sibling first */
};

enum {
	TLOG_PROOF_E_RANGE = 1, /* index not below size; old size 0 or larger
				   than size; size past TLOG_SIZE_MAX */
	TLOG_PROOF_E_LENGTH,	/* not the number of hashes this proof has */
	TLOG_PROOF_E_ROOT,	/* the hashes do not lead to the root */
	TLOG_PROOF_E_MISSING,	/* making: a tile it needs is not there */
};

/*
 * Is leaf the index-th of the size leaves under root?
 *
 * Returns: 0 yes; TLOG_PROOF_E_RANGE, _LENGTH, _ROOT.
 */
int tlog_proof_verify_inclusion(const struct digest *root, uint64_t size,
    uint64_t index, const struct digest *leaf, const struct digest *hashes,
    size_t n_hashes) MUST_USE;

/*
 * Is the tree of old_size leaves under old_root a prefix of the other?
 *
 * Equal sizes need equal roots and no hashes. Of an old size of 0 there is
 * nothing to prove and no proof is taken: a caller that starts from an empty
 * log takes the first tree without one.
 * Returns: 0 yes; TLOG_PROOF_E_RANGE, _LENGTH, _ROOT.
 */
int tlog_proof_verify_consistency(const struct digest *old_root,
    uint64_t old_size, const struct digest *root, uint64_t size,
    const struct digest *hashes, size_t n_hashes) MUST_USE;

/* Number of hashes of a proof; index < size, 0 <= old_size <= size. */
size_t tlog_proof_inclusion_len(uint64_t index, uint64_t size);
size_t tlog_proof_consistency_len(uint64_t old_size, uint64_t size);

/*
 * Make proofs, or find the root, from tiles of a tree of at least that size.
 * The proof from an old size of 0, or of size, has no hashes.
 *
 * Returns: 0; TLOG_PROOF_E_RANGE; TLOG_PROOF_E_MISSING; fault of the reader.
 */
int tlog_proof_inclusion(struct tlog_proof *proof,
    const struct tlog_tile_reader *reader, uint64_t index, uint64_t size)
    MUST_USE NONNULL;
int tlog_proof_consistency(struct tlog_proof *proof,
    const struct tlog_tile_reader *reader, uint64_t old_size, uint64_t size)
    MUST_USE NONNULL;
int tlog_proof_root(struct digest *root, const struct tlog_tile_reader *reader,
    uint64_t size) MUST_USE NONNULL;

#endif
