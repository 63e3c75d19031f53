/*
 * Counting for budgets: distinct subjects per scope, and plain events.
 *
 * A scope is a small number (the gate's: requester, ground, unit, agency, …)
 * and a key within it. Kept per scope, key and subject: the newest moment it
 * was seen. So the count of a window that ends now is exact, and asking for the
 * same subject again costs nothing.
 */
#ifndef STILE_STORE_BUDGETS_H
#define STILE_STORE_BUDGETS_H

#include <stdint.h>

#include "store/store.h"

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
 * When the subject was last seen in the scope.
 *
 * Returns: 0 and *time_us; STORE_E_ABSENT; fault.
 */
int budgets_find(struct store *store, int64_t *time_us, uint32_t scope,
    struct str key, struct str subject) MUST_USE NONNULL;

/*
 * Count the distinct subjects of a scope seen at or after since_us, stopping
 * at max: the work is bounded by max.
 *
 * Returns: 0 and *count; fault.
 */
int budgets_count(struct store *store, uint64_t *count, uint32_t scope,
    struct str key, int64_t since_us, uint64_t max) MUST_USE NONNULL;

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
 * Forget at most max subjects and max events older than before_us.
 *
 * Returns: 0 and *n_swept, both together (0: nothing is left); fault.
 */
int budgets_sweep(struct store *store, uint64_t *n_swept, int64_t before_us,
    uint64_t max) MUST_USE NONNULL;

/* Forget everything counted: before it is recomputed from the log (P8). */
int budgets_clear(struct store *store) MUST_USE NONNULL;

#endif
