/*
 * Requests that may be asked for again: their state, the approvals they wait
 * for, and the Idempotency-Key they came with. What was answered is kept with
 * the values of the entry (store/entries.h).
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
	uint64_t first; /* the entry that decided it first */
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
	struct str key; /* 32 bytes: digest of its Idempotency-Key; or empty */
	struct str body; /* 32 bytes: digest of what was asked; or empty */
};

/* An operation of another kind that may be asked for again under its key. */
struct store_answered {
	uint64_t index; /* the entry whose answer it is */
	struct str requester;
	struct str key;	 /* as of store_request */
	struct str body; /* likewise */
	int64_t created_us;
};

struct store_approval {
	struct str request;
	uint32_t role; /* one bit of people_role */
	struct str approver;
	int64_t time_us;
	uint64_t index; /* the entry that records it */
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

/* The request whose first entry that is. Returns: as requests_find(). */
int requests_find_first(struct store *store, struct arena *arena,
    struct store_request *request, uint64_t first) MUST_USE NONNULL;

/*
 * The newest request of a requester that came with a key.
 *
 * key: 32 bytes. Returns: as requests_find().
 */
int requests_find_keyed(struct store *store, struct arena *arena,
    struct store_request *request, struct str requester, struct str key)
    MUST_USE NONNULL;

/* Returns: 0; STORE_E_EXISTS; STORE_E_TEXT; fault. */
int requests_put_answered(struct store *store,
    const struct store_answered *answered) MUST_USE NONNULL;

/* As requests_find_keyed(). */
int requests_find_answered(struct store *store, struct arena *arena,
    struct store_answered *answered, struct str requester, struct str key)
    MUST_USE NONNULL;

/*
 * Replace index, state, decided_us, expires_us, needed and frame of
 * request->id; the rest of a request never changes. An emptied frame is
 * overwritten with zeros.
 *
 * Returns: 0; STORE_E_ABSENT; STORE_E_TOO_LARGE; fault.
 */
int requests_update(struct store *store, const struct store_request *request)
    MUST_USE NONNULL;

/*
 * Forget what was asked by that entry: subject and frame of its request, and
 * the digests of its key and body, by which it could be guessed, are
 * overwritten with zeros. Nothing happens when nothing is there. Returns: 0;
 * fault.
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

#endif
