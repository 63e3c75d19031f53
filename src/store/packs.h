/*
 * Which policy packs are in force, and which were.
 *
 * Activations are appended, one per entry of the log; in force is the newest
 * of each name unless it is a retirement.
 */
#ifndef STILE_STORE_PACKS_H
#define STILE_STORE_PACKS_H

#include <stdint.h>

#include "store/store.h"

struct store_pack {
	struct str name;
	uint64_t version;
	struct str hash; /* SHA-256, 64 hexadecimal digits; empty: retired */
	int64_t activated_us;
	uint64_t index; /* the entry that records it */
};

/* Called for each row; as entries_each_fn. */
typedef int packs_each_fn(void *context, const struct store_pack *pack);

/*
 * Put a pack in force, or retire it (empty hash).
 *
 * Returns: 0; STORE_E_EXISTS (this entry activated this name before);
 * STORE_E_TEXT; STORE_E_TOO_LARGE; fault.
 */
int packs_activate(struct store *store, const struct store_pack *pack)
    MUST_USE NONNULL;

/* Returns: 0 and the pack in force in the arena; STORE_E_ABSENT; fault. */
int packs_find(struct store *store, struct arena *arena,
    struct store_pack *pack, struct str name) MUST_USE NONNULL;

/* Walk the packs in force, by name. */
int packs_each_active(struct store *store, packs_each_fn *each, void *context)
    MUST_USE;

/* Walk every activation and retirement, oldest first. */
int packs_each(struct store *store, packs_each_fn *each, void *context)
    MUST_USE;

#endif
