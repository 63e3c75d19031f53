/*
 * Making the index of a consignment: entries in any order, a sorted file at the
 * end, memory that does not grow with it.
 *
 * Entries are collected until LIMIT_CONSIGN_RUN, sorted, and written to the
 * runs file as one run. To finish, the runs are merged by slices of the tags:
 * tags are keyed hashes, so a slice of 1/2^c of their range has about 1/2^c of
 * the entries, whatever came; each slice is sorted in memory and written out.
 * A tag that is there more than twice is kept twice: that is enough to know
 * that it leads to no single record.
 *
 * The index file (tagindex.h reads it; integers big-endian):
 *
 *   offset  size  content
 *        0     8  "STILEci1"
 *        8    26  id
 *       34     1  b: there are 2^b buckets, by the first b bits of the tag
 *       35     5  zero
 *       40     8  number of entries, n
 *       48    16  zero
 *       64     …  2^b + 1 numbers of 8 bytes: the first entry of each bucket;
 *                 the last is n
 *        …  16*n  entries by rising tag: tag, then offset of the piece in the
 *                 file of pieces times 256 plus which of its identifiers
 */
#ifndef STILE_CONSIGN_TAGRUNS_H
#define STILE_CONSIGN_TAGRUNS_H

#include <stddef.h>
#include <stdint.h>

#include "consign/head.h"
#include "limits.h"
#include "util/attr.h"

enum {
	TAGRUNS_HEAD = 64,
	TAGRUNS_ENTRY = 16,
	TAGRUNS_BITS_MAX = 32,
	TAGRUNS_PER_BUCKET = 64, /* at most, on average */
};

struct tagruns_entry {
	uint64_t tag;
	uint64_t place;
};

struct tagruns {
	int fd; /* the runs file; borrowed */
	struct tagruns_entry *entries; /* of the run under way */
	struct tagruns_entry *spare;   /* as many, for sorting */
	size_t n_entries;
	uint64_t n_all; /* in all runs, and in memory */
	size_t n_runs;
	uint64_t run_ends[LIMIT_CONSIGN_RUNS]; /* entries up to its end */
};

enum {
	TAGRUNS_E_FULL = 1, /* more runs than can be merged */
};

/* Returns: 0, for tagruns_fini(); fault ENOMEM. */
int tagruns_init(struct tagruns *runs, int fd) MUST_USE NONNULL;
void tagruns_fini(struct tagruns *runs) NONNULL;

/*
 * Add an entry. is_due: the run is full, tagruns_flush() it before the next.
 */
static inline void
tagruns_add(struct tagruns *runs, uint64_t tag, uint64_t place)
{
	runs->entries[runs->n_entries++] = (struct tagruns_entry){ tag,
		place };
	runs->n_all++;
}

/* Whether n more entries fit the run. */
static inline bool
tagruns_has_room(const struct tagruns *runs, size_t n)
{
	return runs->n_entries + n <= LIMIT_CONSIGN_RUN;
}

/*
 * Sort what is in memory and write it to the end of the runs file, unsynced.
 *
 * Returns: 0; TAGRUNS_E_FULL; fault.
 */
int tagruns_flush(struct tagruns *runs) MUST_USE NONNULL;

/*
 * Write the index of all runs to out, which is empty; nothing may be left in
 * memory. n_tags: entries written; n_shared: tags that are there twice.
 *
 * Returns: 0, not synced; fault.
 */
int tagruns_merge(struct tagruns *runs, uint64_t *n_tags, uint64_t *n_shared,
    int out, const char id[static CONSIGN_ID]) MUST_USE;

#endif
