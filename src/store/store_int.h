/* The handle, and the one way from the typed functions to the backend. */
#ifndef STILE_STORE_STORE_INT_H
#define STILE_STORE_STORE_INT_H

#include "store/backend.h"
#include "store/store.h"

#define STORE_SWEEPS 3 /* tables that budgets_sweep() walks */

/* Where budgets_sweep() stands. Lost with the handle: a sweep begins anew. */
struct store_cursor {
	size_t table;
	int64_t scope; /* -1: before the first */
	size_t len;
	char key[LIMIT_STORE_KEY];
	bool is_at_key; /* the key was found and is not done */
};

struct store {
	struct backend *backend;
	enum store_mode mode;
	uint32_t version;
	bool is_in_transaction;
	bool is_broken;
	int doom;	    /* first failure in the transaction, sticky */
	uint64_t n_entries; /* the writer's count, open transaction included */
	uint64_t n_durable; /* to go back to when it is undone */
	uint64_t n_probes;
	struct store_cursor cursor;
};

/*
 * Run a statement: the place where all rules of store.h are kept. Parameters
 * must be as many and of the kinds that statements.def says.
 *
 * Returns: 0 and *n_changed; fault; of a write also STORE_E_TEXT, TOO_LARGE (a
 * parameter, nothing was done), READ_ONLY, FULL, BROKEN.
 */
int store_run(struct store *store, uint64_t *n_changed,
    enum statement statement, const struct backend_value *parameters,
    backend_row_fn *each, void *context) MUST_USE;

/* Returns: true for the handle of a writer, broken or not. */
bool store_may_write(const struct store *store);

/* Returns: 0; STORE_E_TEXT; STORE_E_TOO_LARGE: what a write would say. */
int store_check_text(struct str text) MUST_USE;

/* The backends. */
extern const struct backend_ops store_sqlite_ops;
extern const struct backend_ops store_postgres_ops;

/* Which of them a location names. */
const struct backend_ops *store_backend_of(struct str location);

#endif
