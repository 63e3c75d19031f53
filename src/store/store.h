/*
 * The store: what must survive a restart.
 *
 * One handle, one transaction at a time, typed functions on top of it in the
 * other headers of this room (entries, people, grounds, requests, budgets,
 * packs). Behind them stands a backend (backend.h): SQLite for a path,
 * PostgreSQL for a location that begins with "postgresql:".
 *
 * Rules for callers:
 *  - Writes happen between store_begin() and store_commit(). A write outside
 *    is a mistake of the caller and stops the program.
 *  - Rows given to a write are borrowed for the call. Rows from a find are
 *    copied into the caller's arena. Rows handed to an each-callback live until
 *    the callback returns.
 *  - Failure is sticky. After STORE_E_FULL, STORE_E_BROKEN or a fault inside a
 *    transaction every later write of it returns the same, and store_commit()
 *    rolls back and returns it: nothing is ever half done.
 *  - Every function of this room returns < 0 a fault, 0 done, or a member of
 *    enum store_outcome. Any write may return FULL, BROKEN or READ_ONLY, any
 *    find LIMIT; the other outcomes are named above each prototype.
 *
 * Threads: none; one owner. Memory: one page cache of LIMIT_STORE_CACHE_KIB.
 */
#ifndef STILE_STORE_STORE_H
#define STILE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

struct store;

enum store_outcome {
	STORE_E_ABSENT = 1, /* no such row; at open: no such store */
	STORE_E_EXISTS,	    /* a row of this key is there already */
	STORE_E_SEQUENCE,   /* the index is not the next one of the log */
	STORE_E_TEXT,	    /* a text is not UTF-8 or holds a NUL */
	STORE_E_TOO_LARGE,  /* a value is past LIMIT_STORE_* */
	STORE_E_LIMIT,	    /* the caller's arena is at its limit */
	STORE_E_FULL,	    /* no space; the transaction is undone */
	STORE_E_BROKEN,	    /* a write or sync failed for good: reopen */
	STORE_E_READ_ONLY,  /* a write on a handle opened for reading */
	STORE_E_LOCKED,	    /* another gate writes to this store */
	STORE_E_NEWER,	    /* its schema is newer than this program */
	STORE_E_OLDER,	    /* its schema awaits a migration by the writer */
	STORE_E_DAMAGED,    /* not a store of ours, or not intact */
};

enum store_mode {
	STORE_READ = 0, /* never writes a row; the clerk, the command line */
	STORE_WRITE,	/* the one writer; migrates an older schema */
	STORE_CREATE,	/* as STORE_WRITE; makes the store when it is absent */
	STORE_SETTLE,	/* neither reads nor writes rows: for another process
			 * than the writer's to call store_checkpoint() while
			 * the writer works, so that its turn seldom waits */
};

/* How much of the write-ahead log store_checkpoint() settles. */
enum store_checkpoint {
	STORE_CHECKPOINT_PASSIVE = 0, /* what no reader stands in the way of */
	STORE_CHECKPOINT_TRUNCATE,    /* all of it, and cut the file to nothing:
				       * after erasures, nothing old stays; by
				       * the writer only, which takes another's
				       * for a log cut behind its back */
	STORE_CHECKPOINT_ERASE,	     /* the same without waiting for a reader:
				      * STORE_E_LOCKED while one is in the way */
};

/*
 * Open the store at a location: the path of a SQLite file, or a PostgreSQL
 * connection URI. Prepares every statement once.
 *
 * A SQLite store is its file and, beside it, -wal and -shm (made and written
 * by readers too: they lock in it) and -lock, an empty file whose lock the
 * writer holds until it closes or dies.
 *
 * Returns: 0 and *store, owned by the caller; STORE_E_ABSENT, LOCKED, NEWER,
 * OLDER (reading only), DAMAGED, READ_ONLY (the file may not be written),
 * FULL; fault. For everything but 0 one message is added to diags.
 */
int store_open(struct store **store, struct str location, enum store_mode mode,
    struct diag_list *diags) MUST_USE NONNULL;

/* Undo an open transaction, release everything. NULL is fine. */
void store_close(struct store *store);

/* For CLEANUP(). */
void store_closep(struct store **store) NONNULL;

/*
 * Begin a transaction. On a handle opened for reading it is a snapshot: until
 * its end all reads see the same state.
 *
 * Returns: 0; STORE_E_BROKEN, FULL, LOCKED (a foreign program holds the file);
 * fault.
 */
int store_begin(struct store *store) MUST_USE NONNULL;

/*
 * Make the transaction durable: when this returns 0 it is on stable storage.
 *
 * Returns: 0; STORE_E_FULL: undone, the handle is good; STORE_E_BROKEN: it is
 * not known what is on the disk, the handle refuses all further writes and the
 * process should open the store afresh; fault: undone.
 */
int store_commit(struct store *store) MUST_USE NONNULL;

/* Undo the transaction. Nothing happens when there is none. */
void store_rollback(struct store *store) NONNULL;

/* Returns: true between store_begin() and its end. */
bool store_is_in_transaction(const struct store *store) NONNULL;

/* Returns: false once the handle is broken, or when it was opened to read. */
bool store_is_writable(const struct store *store) NONNULL;

/*
 * Find out by a durable write of one small row whether the log can be written
 * (for /readyz; not inside a transaction). Costs a sync: ask at most once a
 * second.
 *
 * Returns: 0; STORE_E_FULL, BROKEN, READ_ONLY, LOCKED; fault.
 */
int store_probe(struct store *store) MUST_USE NONNULL;

/*
 * Move committed pages from the write-ahead log to their place. The store
 * never does so by itself, since it would stall a commit; call it between
 * batches once store_is_checkpoint_due(). Not inside a transaction. Costs two
 * syncs and the pages; TRUNCATE also waits up to LIMIT_STORE_BUSY_MS for
 * readers. PostgreSQL does this itself; then nothing happens.
 *
 * Returns: 0, also when readers or another checkpoint kept it from finishing
 * (but see ERASE); STORE_E_LOCKED (ERASE), FULL, BROKEN, READ_ONLY; fault.
 */
int store_checkpoint(struct store *store, enum store_checkpoint how)
    MUST_USE NONNULL;

/*
 * Pages in the write-ahead log that are not in their place yet, as of this
 * handle's newest commit or checkpoint. 0: nothing old is left there.
 */
uint64_t store_wal_pages(const struct store *store) NONNULL;

/* Returns: true when store_wal_pages() has reached LIMIT_STORE_WAL_PAGES. */
bool store_is_checkpoint_due(const struct store *store) NONNULL;

/* Why the newest call failed, one line for people. Borrowed until the next. */
struct str store_reason(const struct store *store) NONNULL;

/*
 * Named texts of the whole store: "holder", "created", whatever the gate keeps
 * once. Names that begin with "store." are the room's own.
 *
 * Returns: 0 and *value; STORE_E_ABSENT; fault.
 */
int store_meta_get(struct store *store, struct arena *arena, struct str *value,
    struct str name) MUST_USE NONNULL;

/* Add or replace. Returns: 0; STORE_E_TEXT, TOO_LARGE; fault. */
int store_meta_set(struct store *store, struct str name, struct str value)
    MUST_USE NONNULL;

/* The schema's version: the number of the newest migration applied. */
uint32_t store_version(const struct store *store) NONNULL;

/*
 * Check the whole store: the backend's own integrity check, references, and
 * that the log's indexes are 0, 1, 2, … without a gap. Reads everything.
 *
 * Returns: 0 intact; STORE_E_DAMAGED with messages in diags; fault.
 */
int store_check(struct store *store, struct diag_list *diags) MUST_USE NONNULL;

#endif
