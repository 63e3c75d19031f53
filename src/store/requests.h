/*
 * Requests that may be asked for again: their state, the approvals they wait
 * for, and the answers given under an Idempotency-Key.
 */
#ifndef STILE_STORE_REQUESTS_H
#define STILE_STORE_REQUESTS_H

#include <stdint.h>

#include "store/store.h"

#define REQUESTS_DIGEST_SIZE 32

enum requests_state {
	REQUESTS_DENIED = 0,
	REQUESTS_REFERRED = 1, /* waits for approvals */
	REQUESTS_PERMITTED = 2,
	REQUESTS_REFUSED = 3,	/* an approver said no */
	REQUESTS_EXPIRED = 4,	/* nobody approved in time */
	REQUESTS_WITHDRAWN = 5, /* by the requester */
};

struct store_request {
	struct str id;	/* ULID, 26 characters */
	uint64_t index; /* the entry that decided it last */
	struct str requester;
	struct str ori;
	struct str ground;  /* reference, as the gate writes it */
	struct str subject; /* 32 bytes; empty when none could be read */
	enum requests_state state;
	int64_t created_us;
	int64_t decided_us;
	int64_t expires_us; /* when a referred one lapses */
	uint32_t needed;    /* people_role bits whose approval is missing */
	struct str frame; /* sealed: what is needed to decide again; or empty */
	struct str answer; /* sealed: what was answered; or empty */
};

struct store_approval {
	struct str request;
	uint32_t role; /* one bit of people_role */
	struct str approver;
	int64_t time_us;
	uint64_t index; /* the entry that records it */
};

struct store_idempotency {
	struct str requester;
	struct str key; /* 32 bytes: digest of the Idempotency-Key */
	struct str request;
	struct str body;   /* 32 bytes: digest of the request it came with */
	struct str answer; /* sealed by the gate */
	int64_t expires_us;
};

/* Called for each row; as entries_each_fn. */
typedef int requests_each_fn(void *context,
    const struct store_request *request);
typedef int requests_approval_fn(void *context,
    const struct store_approval *approval);

/* Returns: 0; STORE_E_EXISTS; STORE_E_TEXT; STORE_E_TOO_LARGE; fault. */
int requests_put(struct store *store, const struct store_request *request)
    MUST_USE NONNULL;

/* Returns: 0 and *request in the arena; STORE_E_ABSENT; fault. */
int requests_find(struct store *store, struct arena *arena,
    struct store_request *request, struct str id) MUST_USE NONNULL;

/*
 * Replace index, state, decided_us, expires_us, needed, frame and answer of
 * request->id; the rest of a request never changes. An emptied frame is
 * overwritten with zeros.
 *
 * Returns: 0; STORE_E_ABSENT; STORE_E_TOO_LARGE; fault.
 */
int requests_update(struct store *store, const struct store_request *request)
    MUST_USE NONNULL;

/*
 * Forget what the request decided by that entry was about and what was
 * answered: subject, frame and answer are overwritten with zeros. Nothing
 * happens when no request was decided by it. Returns: 0; fault.
 */
int requests_forget(struct store *store, uint64_t index) MUST_USE NONNULL;

/* Walk what is referred in an agency (empty ori: in all), oldest first. */
int requests_each_referred(struct store *store, struct str ori,
    requests_each_fn *each, void *context) MUST_USE;

/*
 * Walk at most max referred requests that lapsed at or before now_us; decide
 * them with requests_update() after the walk.
 */
int requests_each_lapsed(struct store *store, int64_t now_us, uint64_t max,
    requests_each_fn *each, void *context) MUST_USE;

/*
 * Record an approval. One per role and one per person count for a request.
 *
 * Returns: 0; STORE_E_EXISTS (this role or this person approved before);
 * STORE_E_ABSENT (no such request); fault.
 */
int requests_approve(struct store *store, const struct store_approval *approval)
    MUST_USE NONNULL;

/* Walk the approvals of a request in the order of their entries. */
int requests_each_approval(struct store *store, struct str request,
    requests_approval_fn *each, void *context) MUST_USE;

/* Returns: 0; STORE_E_EXISTS; STORE_E_TOO_LARGE; fault. */
int requests_put_idempotency(struct store *store,
    const struct store_idempotency *idempotency) MUST_USE NONNULL;

/* key: 32 bytes. Expired ones are found too, until they are swept. */
int requests_find_idempotency(struct store *store, struct arena *arena,
    struct store_idempotency *idempotency, struct str requester, struct str key)
    MUST_USE NONNULL;

/*
 * Remove at most max idempotency rows that expired at or before now_us.
 *
 * Returns: 0 and *n_swept (max: there may be more); fault.
 */
int requests_sweep(struct store *store, uint64_t *n_swept, int64_t now_us,
    uint64_t max) MUST_USE NONNULL;

#endif
