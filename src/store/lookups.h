/*
 * Who was looked up, for the person who asks: entries by the keyed digest of
 * their subject, and the tokens by which a portal vouched for somebody once.
 *
 * A look-up whose ground or instrument is under seal (seals.h) is kept by these
 * and not by its subject until the seal lifts, so that a search by subject
 * cannot pass it: neither its rows nor its time depend on what is sealed.
 */
#ifndef STILE_STORE_LOOKUPS_H
#define STILE_STORE_LOOKUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

#define LOOKUPS_SUBJECT_SIZE 32

/* What a look-up flows from: none of it need be registered. */
struct store_flow {
	struct str ori;
	struct str kind; /* of the ground: "investigation", "wanted" */
	struct str number;
	struct str instrument; /* empty: none */
};

struct store_token {
	struct str portal;
	struct str jti; /* 32 bytes: its digest */
	int64_t expires_us;
};

/*
 * Note that an entry is about a subject (32 bytes). When a seal has not lifted
 * at now_us the note waits for that.
 *
 * Returns: 0; STORE_E_TEXT; STORE_E_TOO_LARGE; fault.
 */
int lookups_put(struct store *store, const struct store_flow *flow,
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

/*
 * The seal of a ground now lifts at lift_us; seals.c says so. Returns: 0; fault.
 */
int lookups_seal_moved(struct store *store, struct str ori, struct str kind,
    struct str number, int64_t lift_us) MUST_USE NONNULL;

/*
 * Let go of what waited for seals that are due, at most max of them. Depends on
 * the time alone, not on a subject. Returns: 0; fault.
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
