/*
 * What persons of the holder did about a release: drafted it, reviewed its
 * texts, signed it. The entries of the log are the proof; these rows keep one
 * person from signing twice.
 */
#ifndef STILE_STORE_RELEASES_H
#define STILE_STORE_RELEASES_H

#include <stdint.h>

#include "store/store.h"

struct store_release_sign {
	struct str digest; /* 32 bytes: of the order, the draft or the release */
	struct str act;	   /* "draft", "review", "sign" */
	struct str person;
	uint32_t role; /* one bit of people_role */
	int64_t time_us;
	uint64_t index; /* the entry that records it */
};

/* Returns: 0; STORE_E_EXISTS (this person did so before); fault. */
int releases_sign(struct store *store, const struct store_release_sign *sign)
    MUST_USE NONNULL;

/* How many persons did so? Returns: 0 and *count; fault. */
int releases_count(struct store *store, uint64_t *count, struct str digest,
    struct str act) MUST_USE NONNULL;

#endif
