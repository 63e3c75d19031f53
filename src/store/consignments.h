/*
 * Consignments that were registered: what they are, whether they are held, and
 * the order that waits for a second person. Their pieces and keys are files
 * (consign/folder.h).
 */
#ifndef STILE_STORE_CONSIGNMENTS_H
#define STILE_STORE_CONSIGNMENTS_H

#include <stdint.h>

#include "store/store.h"

#define CONSIGNMENTS_DIGEST_SIZE 32

enum consignments_state {
	CONSIGNMENTS_ERASED = 0, /* its keys are erased: nothing opens it */
	CONSIGNMENTS_HELD = 1,
	CONSIGNMENTS_ENDING = 2, /* its keys are to be erased now */
};

struct store_consignment {
	struct str id;	/* ULID, 26 characters */
	uint64_t index; /* of the entry that changed it last */
	enum consignments_state state;
	struct str sender;
	struct str form;   /* "csv" */
	struct str digest; /* 32 bytes: SHA-256 of what came */
	uint64_t size;	   /* bytes of what came */
	uint64_t n_records;
	int64_t received_us;
	int32_t deadline; /* day; the last one it may be held */
	struct str registered_by;
	struct str ordered; /* "open", "return", "destroy"; empty: nothing */
	struct str ordered_by;
	int64_t ordered_us;
	struct str confirmed_by;
};

/* Called for each row; as entries_each_fn. */
typedef int consignments_each_fn(void *context,
    const struct store_consignment *consignment);

/*
 * Register one. Returns: 0; STORE_E_EXISTS (the id, or the same bytes are held);
 * STORE_E_TEXT; STORE_E_TOO_LARGE; fault.
 */
int consignments_put(struct store *store,
    const struct store_consignment *consignment) MUST_USE NONNULL;

/*
 * Replace index, state, ordered, ordered_by, ordered_us and confirmed_by of
 * consignment->id; the rest never changes.
 *
 * Returns: 0; STORE_E_ABSENT; STORE_E_TEXT; fault.
 */
int consignments_update(struct store *store,
    const struct store_consignment *consignment) MUST_USE NONNULL;

/* Returns: 0 and *consignment in the arena; STORE_E_ABSENT; fault. */
int consignments_find(struct store *store, struct arena *arena,
    struct store_consignment *consignment, struct str id) MUST_USE NONNULL;

/*
 * The first one whose keys are to be erased. As consignments_find().
 */
int consignments_find_ending(struct store *store, struct arena *arena,
    struct store_consignment *consignment) MUST_USE NONNULL;

/* Walk all, oldest first. Returns: 0; fault. */
int consignments_each(struct store *store, consignments_each_fn *each,
    void *context) MUST_USE;

#endif
