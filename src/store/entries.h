/*
 * The log's source of truth: entries, the tree's full tiles, the sealed values
 * beside the entries and the epochs whose keys seal them.
 *
 * Entries are appended, never changed. Tiles follow from them and are kept so
 * that a proof needs no rehashing. Sealed values can be erased without touching
 * an entry (P6).
 */
#ifndef STILE_STORE_ENTRIES_H
#define STILE_STORE_ENTRIES_H

#include <stdint.h>

#include "store/store.h"

#define ENTRIES_TILE_SIZE 8192 /* 256 SHA-256 hashes, C2SP tlog-tiles */

struct store_entry {
	uint64_t index; /* place in the log, from 0 */
	int64_t time_us;
	struct str type;  /* "request.permit" */
	struct str bytes; /* the leaf, at most LIMIT_STORE_ENTRY */
};

struct store_sealed {
	uint64_t index; /* of its entry */
	uint64_t epoch;
	struct str bytes;  /* nonce and ciphertext */
	struct str answer; /* likewise: what was answered; or empty */
};

/* An entry with what is kept sealed beside it. */
struct store_kept {
	struct store_entry entry;
	uint64_t epoch;	   /* 0: nothing is kept, it was erased */
	struct str sealed; /* empty then */
};

struct store_epoch {
	uint64_t id;	  /* from 1 */
	struct str class; /* what it seals: a kind of entry, or "hold" */
	int64_t created_us;
	struct str wrapped; /* the epoch key, wrapped to the keeper */
};

/* A head of the log: the signed checkpoint over the tree of that size. */
struct store_head {
	uint64_t size;
	struct str note;
};

/*
 * Called for each row in order; its bytes are borrowed until it returns.
 *
 * Returns: 0 go on; > 0 stop, the each-function returns 0; < 0 a fault, which
 * the each-function passes on.
 */
typedef int entries_each_fn(void *context, const struct store_entry *entry);

/* As entries_each_fn for entries_each_kept(). */
typedef int entries_kept_fn(void *context, const struct store_kept *kept);

/*
 * Append an entry. entry->index must be entries_count() at that moment.
 *
 * Returns: 0; STORE_E_SEQUENCE; STORE_E_TEXT; STORE_E_TOO_LARGE; fault.
 */
int entries_append(struct store *store, const struct store_entry *entry)
    MUST_USE NONNULL;

/*
 * Number of entries, those of the open transaction included. Kept in memory by
 * the writer: costs nothing there.
 *
 * Returns: 0 and *count; fault.
 */
int entries_count(struct store *store, uint64_t *count) MUST_USE NONNULL;

/* Returns: 0 and *entry in the arena; STORE_E_ABSENT; fault. */
int entries_find(struct store *store, struct arena *arena,
    struct store_entry *entry, uint64_t index) MUST_USE NONNULL;

/*
 * Walk the entries of [from, to), lowest first; fewer when the log is shorter.
 * Memory does not grow with the range. Without a transaction the walk sees
 * entries appended meanwhile.
 */
int entries_each(struct store *store, uint64_t from, uint64_t to,
    entries_each_fn *each, void *context) MUST_USE;

/* As entries_each() with the sealed values beside each entry. */
int entries_each_kept(struct store *store, uint64_t from, uint64_t to,
    entries_kept_fn *each, void *context) MUST_USE;

/*
 * Find the first entry of that time or later: entries stand in the order of
 * their times. *index is the number of entries when there is none.
 *
 * Returns: 0; STORE_E_LIMIT; fault.
 */
int entries_find_time(struct store *store, uint64_t *index, int64_t time_us)
    MUST_USE NONNULL;

/*
 * Keep the full tile n of a level (tlog's level, 0 = leaf hashes).
 *
 * Returns: 0; STORE_E_EXISTS (a full tile never changes); fault.
 */
int entries_put_tile(struct store *store, uint32_t level, uint64_t n,
    const uint8_t hashes[static ENTRIES_TILE_SIZE]) MUST_USE;

/* Returns: 0 and the hashes; STORE_E_ABSENT; fault. */
int entries_get_tile(struct store *store,
    uint8_t hashes[static ENTRIES_TILE_SIZE], uint32_t level, uint64_t n)
    MUST_USE;

/*
 * Keep the sealed values of an entry of this or an earlier transaction. The
 * entry and the epoch must exist.
 *
 * Returns: 0; STORE_E_EXISTS; STORE_E_TOO_LARGE; fault.
 */
int entries_put_sealed(struct store *store, const struct store_sealed *sealed)
    MUST_USE NONNULL;

/*
 * All but the answer. Returns: 0 and *sealed in the arena; STORE_E_ABSENT
 * (erased too); fault.
 */
int entries_find_sealed(struct store *store, struct arena *arena,
    struct store_sealed *sealed, uint64_t index) MUST_USE NONNULL;

/*
 * Put the answer to an entry that was kept without one: for those that are
 * known only after a later entry. Returns: 0; STORE_E_ABSENT; fault.
 */
int entries_put_answer(struct store *store, uint64_t index, struct str answer)
    MUST_USE NONNULL;

/* The answer alone. Returns: as entries_find_sealed. */
int entries_find_answer(struct store *store, struct arena *arena,
    struct str *answer, uint64_t index) MUST_USE NONNULL;

/*
 * Erase the sealed values of an entry, and what was answered, which repeats
 * them; their pages are overwritten with zeros.
 * Older copies stay in the write-ahead log until store_checkpoint(TRUNCATE).
 *
 * Returns: 0; STORE_E_ABSENT; fault.
 */
int entries_erase_sealed(struct store *store, uint64_t index) MUST_USE NONNULL;

/*
 * Seal values, and what was answered, anew under another epoch.
 *
 * Returns: 0; STORE_E_ABSENT; fault.
 */
int entries_change_sealed(struct store *store,
    const struct store_sealed *sealed) MUST_USE NONNULL;

/* As entries_each_fn for sealed values. */
typedef int entries_sealed_fn(void *context,
    const struct store_sealed *sealed);

/*
 * Walk sealed values of entries of that type in [from, to), lowest first, at
 * most max. Change none of them during the walk.
 */
int entries_each_sealed(struct store *store, struct str type, uint64_t from,
    uint64_t to, uint64_t max, entries_sealed_fn *each, void *context)
    MUST_USE;
/* Keep a head. Returns: 0 (also when its size is kept already); fault. */
int entries_put_head(struct store *store,
    const struct store_head *head) MUST_USE NONNULL;

/*
 * The smallest head kept that holds the entry of that index.
 *
 * Returns: 0 and *head in the arena; STORE_E_ABSENT; fault.
 */
int entries_find_head(struct store *store, struct arena *arena,
    struct store_head *head, uint64_t index) MUST_USE NONNULL;

/* Returns: 0; STORE_E_EXISTS; fault. */
int entries_put_epoch(struct store *store, const struct store_epoch *epoch)
    MUST_USE NONNULL;

/* Returns: 0 and *epoch in the arena; STORE_E_ABSENT (erased too); fault. */
int entries_find_epoch(struct store *store, struct arena *arena,
    struct store_epoch *epoch, uint64_t id) MUST_USE NONNULL;

/* That of a class with the highest id not erased. As entries_find_epoch. */
int entries_newest_epoch(struct store *store, struct arena *arena,
    struct store_epoch *epoch, struct str class) MUST_USE NONNULL;

/* The highest id that was given out; 0: none. Returns: 0 and *id; fault. */
int entries_last_epoch(struct store *store, uint64_t *id) MUST_USE NONNULL;

/* As entries_each_fn for epochs. */
typedef int entries_epoch_fn(void *context, const struct store_epoch *epoch);

/*
 * Walk at most max epochs begun before a moment under which nothing is sealed
 * any more, and whose key is not erased. Erase none during the walk.
 */
int entries_each_spent_epoch(struct store *store, int64_t before_us,
    uint64_t max, entries_epoch_fn *each, void *context) MUST_USE;

/*
 * Erase the wrapped key of an epoch: everything sealed under it is lost. The
 * id stays taken.
 *
 * Returns: 0; STORE_E_ABSENT; fault.
 */
int entries_erase_epoch(struct store *store, uint64_t id) MUST_USE NONNULL;

#endif
