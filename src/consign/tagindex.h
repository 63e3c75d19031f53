/*
 * Looking up a tag in the index of a consignment; the file is in tagruns.h.
 *
 * Three reads, whatever its size: two neighbouring fences, the bucket between
 * them, and then the piece (by the caller). A bucket has TAGRUNS_PER_BUCKET
 * entries on average; one of more than LIMIT_CONSIGN_BUCKET does not come about
 * with keyed hashes and is taken for damage.
 */
#ifndef STILE_CONSIGN_TAGINDEX_H
#define STILE_CONSIGN_TAGINDEX_H

#include <stdint.h>

#include "consign/head.h"
#include "util/attr.h"

struct tagindex {
	int fd; /* borrowed */
	unsigned bits;
	uint64_t n_tags;
};

struct tagindex_place {
	uint64_t offset; /* of the piece */
	size_t which;	 /* of its identifiers */
};

enum {
	TAGINDEX_E_NONE = 1,
	TAGINDEX_E_MANY,
	TAGINDEX_E_DAMAGED,
};

/* Read its head. Returns: 0; TAGINDEX_E_DAMAGED (not of this id, or cut); fault. */
int tagindex_open(struct tagindex *index, int fd,
    const char id[static CONSIGN_ID]) MUST_USE;

/*
 * Find the one place of a tag.
 *
 * Returns: 0; TAGINDEX_E_NONE; TAGINDEX_E_MANY; TAGINDEX_E_DAMAGED; fault.
 */
int tagindex_find(struct tagindex_place *place, const struct tagindex *index,
    uint64_t tag) MUST_USE NONNULL;

#endif
