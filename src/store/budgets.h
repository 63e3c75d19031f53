/*
 * Counting for budgets: distinct subjects per scope, and plain events.
 *
 * A scope is a small number (the gate's: requester, ground, unit, agency, …)
 * and a key within it, at most LIMIT_STORE_KEY bytes. Kept per scope, key and
 * subject: the newest minute it was seen; and per minute, how many subjects
 * have it as their newest. So the count of a window that ends now sums a row
 * per busy minute, and seeing a subject twice in a minute writes once.
 *
 * Minutes, not microseconds: moments given are rounded down. A window begins at
 * the full minute, so it errs towards counting, by less than a minute.
 */
#ifndef STILE_STORE_BUDGETS_H
#define STILE_STORE_BUDGETS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

#define BUDGETS_MOMENT INT64_C(60000000) /* microseconds of a minute */
#define BUDGETS_SUBJECT_SIZE 32

/*
 * Note that a subject (32 bytes) was seen in a scope; never moves its moment
 * back.
 *
 * Returns: 0; STORE_E_TEXT; STORE_E_TOO_LARGE; fault.
 */
int budgets_see(struct store *store, uint32_t scope, struct str key,
    struct str subject, int64_t time_us) MUST_USE NONNULL;

/*
 * When, to the minute, the subject was last seen in the scope.
 *
 * Returns: 0 and *time_us; STORE_E_ABSENT; fault.
 */
int budgets_find(struct store *store, int64_t *time_us, uint32_t scope,
    struct str key, struct str subject) MUST_USE NONNULL;

/*
 * Count the distinct subjects of a scope seen in or after the minute of
 * since_us, stopping at max: the work is bounded by max and by the minutes.
 *
 * Returns: 0 and *count; fault.
 */
int budgets_count(struct store *store, uint64_t *count, uint32_t scope,
    struct str key, int64_t since_us, uint64_t max) MUST_USE NONNULL;

/* What a scope has counted, and whether a subject is among it. */
struct budgets_weight {
	uint64_t count;	 /* as budgets_count() */
	int64_t seen_us; /* to the minute; BUDGETS_NEVER: never seen */
};

#define BUDGETS_NEVER (-INT64_MAX)

/*
 * budgets_count() and budgets_find() in one look. Returns: 0; fault.
 */
int budgets_weigh(struct store *store, struct budgets_weight *weight,
    uint32_t scope, struct str key, struct str subject, int64_t since_us,
    uint64_t max) MUST_USE NONNULL;

/*
 * As budgets_see(), by one who has just weighed the subject: seen_us is what
 * was found, and nothing of the scope was changed since.
 */
int budgets_see_after(struct store *store, uint32_t scope, struct str key,
    struct str subject, int64_t seen_us, int64_t time_us) MUST_USE NONNULL;

/*
 * Note an event of a scope (an attempt, a refusal). index: of the entry that
 * records it; one event per scope, key and entry.
 *
 * Returns: 0; STORE_E_EXISTS; STORE_E_TEXT; STORE_E_TOO_LARGE; fault.
 */
int budgets_add_event(struct store *store, uint32_t scope, struct str key,
    int64_t time_us, uint64_t index) MUST_USE NONNULL;

/* Count the events at or after since_us, stopping at max. As budgets_count. */
int budgets_count_events(struct store *store, uint64_t *count, uint32_t scope,
    struct str key, int64_t since_us, uint64_t max) MUST_USE NONNULL;

/*
 * Forget subjects and events older than before_us, a step at a time: at most
 * max keys are looked at and rows removed, going on where the step before it
 * stopped. *is_done: the walk came to its end; the next step begins anew.
 *
 * Returns: 0 and *is_done; fault.
 */
int budgets_sweep(struct store *store, bool *is_done, int64_t before_us,
    uint64_t max) MUST_USE NONNULL;

/* Forget everything counted: before it is recomputed from the log (P8). */
int budgets_clear(struct store *store) MUST_USE NONNULL;

#endif
