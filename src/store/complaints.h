/*
 * Complaints of persons about entries of the log, and whether they were
 * answered. What is written in them is in their entries, sealed.
 */
#ifndef STILE_STORE_COMPLAINTS_H
#define STILE_STORE_COMPLAINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

enum complaints_state {
	COMPLAINTS_ANSWERED = 0,
	COMPLAINTS_RECEIVED = 1, /* the holder has not answered */
};

struct store_complaint {
	struct str id;
	uint64_t index; /* of the entry that filed it */
	uint64_t about; /* of the entry complained of */
	struct str subject; /* 32 bytes: who complains */
	struct str reason;  /* code */
	enum complaints_state state;
	int64_t created_us;
	uint64_t answer; /* of the entry that answers it, once answered */
	int64_t answered_us;
};

/* Called for each row; as entries_each_fn. */
typedef int complaints_each_fn(void *context,
    const struct store_complaint *complaint);

/*
 * File one; a person complains once of an entry.
 *
 * Returns: 0; STORE_E_EXISTS; STORE_E_TEXT; STORE_E_TOO_LARGE; fault.
 */
int complaints_put(struct store *store,
    const struct store_complaint *complaint) MUST_USE NONNULL;

/* Whether the subject has complained of the entry. Returns: 0; fault. */
int complaints_has(struct store *store, bool *has, struct str subject,
    uint64_t about) MUST_USE NONNULL;

/* Returns: 0 and *complaint in the arena; STORE_E_ABSENT; fault. */
int complaints_find(struct store *store, struct arena *arena,
    struct store_complaint *complaint, struct str id) MUST_USE NONNULL;

/* Returns: 0; STORE_E_ABSENT (or answered before); fault. */
int complaints_answer(struct store *store, struct str id, uint64_t answer,
    int64_t answered_us) MUST_USE NONNULL;

/* Walk at most max that wait for an answer, oldest first. */
int complaints_each_waiting(struct store *store, uint64_t max,
    complaints_each_fn *each, void *context) MUST_USE;

#endif
