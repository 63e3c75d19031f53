/*
 * Who was looked up, for the person who asks: entries by the keyed digest of
 * their subject, the grounds whose look-ups are under seal, and the tokens by
 * which a portal vouched for somebody once.
 *
 * A look-up under seal is kept by its ground and not by its subject until the
 * seal lifts, so that a search by subject cannot pass it: neither its rows nor
 * its time depend on what is sealed.
 */
#ifndef STILE_STORE_LOOKUPS_H
#define STILE_STORE_LOOKUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

#define LOOKUPS_SUBJECT_SIZE 32

/* A ground under seal. */
struct store_veil {
	struct str kind; /* "investigation", "wanted" */
	struct str ori;
	struct str number;
	int64_t lifts_us; /* at the latest */
	int64_t after_us; /* so long after the ground ended; -1: never so */
};

struct store_token {
	struct str portal;
	struct str jti; /* 32 bytes: its digest */
	int64_t expires_us;
};

/*
 * Note that an entry is about a subject (32 bytes). Under a ground whose seal
 * has not lifted at now_us the note waits for that.
 *
 * ground: kind, ori and number; a ground that is not under seal, or is none.
 * Returns: 0; STORE_E_TEXT; STORE_E_TOO_LARGE; fault.
 */
int lookups_put(struct store *store, const struct store_veil *ground,
    struct str subject, uint64_t index, int64_t now_us) MUST_USE NONNULL;

/*
 * The newest entries about a subject below before, newest first, at most max.
 *
 * Returns: 0 and *n indexes; fault.
 */
int lookups_list(struct store *store, uint64_t *indexes, size_t *n, size_t max,
    struct str subject, uint64_t before) MUST_USE NONNULL;

/* Whether an entry is about the subject and may be told. Returns: 0; fault. */
int lookups_has(struct store *store, bool *has, struct str subject,
    uint64_t index) MUST_USE NONNULL;

/*
 * Forget whom an entry is about, when its values are erased: a digest is of
 * somebody too. Returns: 0, also when there is nothing to forget; fault.
 */
int lookups_forget(struct store *store, uint64_t index) MUST_USE NONNULL;

/* Put a ground under seal. Returns: 0; STORE_E_EXISTS; STORE_E_TEXT; fault. */
int lookups_veil(struct store *store, const struct store_veil *veil)
    MUST_USE NONNULL;

/* The ground ended: its seal lifts so long after as it says. Returns: 0; fault. */
int lookups_ground_ended(struct store *store, struct str kind, struct str ori,
    struct str number, int64_t ended_us) MUST_USE NONNULL;

/*
 * Lift the seals that are due, at most max of them: their look-ups may be told
 * from now on. Depends on the time alone, not on a subject. Returns: 0; fault.
 */
int lookups_lift(struct store *store, int64_t now_us, size_t max)
    MUST_USE NONNULL;

/*
 * Use a token up. Those that have expired are forgotten on the way.
 *
 * Returns: 0; STORE_E_EXISTS (used before); STORE_E_TEXT; fault.
 */
int lookups_use_token(struct store *store, const struct store_token *token,
    int64_t now_us) MUST_USE NONNULL;

#endif
