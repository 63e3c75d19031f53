/*
 * The register of the holder's statements to the public.
 *
 * A statement is drafted, then approved; after that it does not change, another
 * one supersedes it. On a topic at most one is in force: the approved one that
 * no approved one supersedes. (The stem is not "statement": that is SQL's here.)
 */
#ifndef STILE_STORE_SAYINGS_H
#define STILE_STORE_SAYINGS_H

#include <stdint.h>

#include "store/store.h"

struct store_saying {
	struct str number;
	struct str topic;
	struct str text;
	struct str supersedes; /* number of another; empty: of none */
	struct str drafted_by;
	int64_t drafted_us;
	uint64_t drafted_index; /* its entry */
	struct str approved_by;
	int64_t approved_us; /* 0: it is a draft */
	uint64_t approved_index;
};

/* One topic of topics.def. */
struct sayings_topic {
	const char *name;
	const char *title;
	const char *tables;
};

/* The topic of that name; NULL: there is none. */
const struct sayings_topic *sayings_topic(struct str name);

/* All of them. */
const struct sayings_topic *sayings_topics(size_t *n) NONNULL;

/* Called for each row; as entries_each_fn. */
typedef int sayings_each_fn(void *context, const struct store_saying *saying);

/* Keep a draft. Returns: 0; STORE_E_EXISTS; STORE_E_TEXT; _TOO_LARGE; fault. */
int sayings_put(struct store *store, const struct store_saying *saying)
    MUST_USE NONNULL;

/* Approve a draft. Returns: 0; STORE_E_ABSENT (no such draft); fault. */
int sayings_approve(struct store *store, struct str number, struct str by,
    int64_t now_us, uint64_t index) MUST_USE NONNULL;

/* Returns: 0 and *saying in the arena; STORE_E_ABSENT; fault. */
int sayings_find(struct store *store, struct arena *arena,
    struct store_saying *saying, struct str number) MUST_USE NONNULL;

/* The one in force on a topic. Returns: as sayings_find(). */
int sayings_in_force(struct store *store, struct arena *arena,
    struct store_saying *saying, struct str topic) MUST_USE NONNULL;

/* Walk all, in the order of their numbers. */
int sayings_each(struct store *store, sayings_each_fn *each, void *context)
    MUST_USE;

#endif
