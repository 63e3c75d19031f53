/*
 * What a database must offer to be the store: a table of functions.
 *
 * The typed functions of this room speak to a backend in statements (numbers of
 * statements.def), integers, texts and bytes. Results here are those of
 * enum store_outcome; which of them each function may give is said below. After
 * anything but 0 from a function in a transaction only rollback is called.
 */
#ifndef STILE_STORE_BACKEND_H
#define STILE_STORE_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "store/store.h"
#include "util/diag.h"
#include "util/str.h"

enum statement {
#define S(id, effect, parameters, sqlite, postgres) STATEMENT_##id,
#include "store/statements.def"
#undef S
	STATEMENT_N,
};

struct statement_text {
	bool is_write;
	const char *parameters; /* a letter each: i, t, b */
	const char *sqlite;
	const char *postgres; /* NULL: as sqlite */
};

/* The rows of statements.def, STATEMENT_N of them. In store.c. */
extern const struct statement_text store_statements[STATEMENT_N];

enum backend_kind { BACKEND_INTEGER = 0, BACKEND_TEXT, BACKEND_BYTES };

/* One parameter or one column. No column of the schema may be NULL. */
struct backend_value {
	enum backend_kind kind;
	int64_t integer;
	struct str bytes; /* of TEXT and BYTES; borrowed */
};

/*
 * Called for each row; the columns are borrowed until it returns.
 *
 * Returns: 0 go on; > 0 stop; < 0 a fault, which run passes on.
 */
typedef int backend_row_fn(void *context, const struct backend_value *columns,
    size_t n_columns);

/* A connection; the backend's own struct begins with it. */
struct backend {
	const struct backend_ops *ops;
	uint64_t wal_pages; /* after the newest commit; 0 where there is none */
	char reason[LIMIT_STORE_REASON]; /* of the newest failure */
};

struct backend_ops {
	/*
	 * Open without touching the schema. *version: of the newest migration
	 * applied, 0 for an empty store (only with STORE_CREATE).
	 *
	 * Returns: 0; ABSENT, LOCKED, READ_ONLY, DAMAGED, FULL, BROKEN; fault.
	 * The reason goes to diags, as there is no backend to hold it.
	 */
	int (*open)(struct backend **backend, uint32_t *version,
	    struct str location, enum store_mode mode, struct diag_list *diags);

	void (*close)(struct backend *backend);

	/* Prepare all of statements.def. Returns: 0; DAMAGED; fault. */
	int (*prepare)(struct backend *backend);

	/* Returns: 0; LOCKED, FULL, BROKEN, READ_ONLY; fault. */
	int (*begin)(struct backend *backend, bool is_write);

	/* Returns: 0 and it is durable; FULL (undone); BROKEN; fault. */
	int (*commit)(struct backend *backend);

	void (*rollback)(struct backend *backend);

	/*
	 * Run a statement to its end or until each says stop. *n_changed: rows
	 * a write touched. Not entered again for the same statement from within
	 * its each.
	 *
	 * Returns: 0; FULL, BROKEN, READ_ONLY; fault.
	 */
	int (*run)(struct backend *backend, uint64_t *n_changed,
	    enum statement statement, const struct backend_value *parameters,
	    backend_row_fn *each, void *context);

	/*
	 * Run the text of a migration, inside a transaction, and note its
	 * number as the schema's version. Returns: as run.
	 */
	int (*migrate)(struct backend *backend, const char *sql,
	    uint32_t version);

	/* See store_checkpoint(). */
	int (*checkpoint)(struct backend *backend, enum store_checkpoint how);

	/*
	 * The database's own check of its files and references.
	 *
	 * Returns: 0; DAMAGED with messages in diags; fault.
	 */
	int (*check)(struct backend *backend, struct diag_list *diags);

	bool is_postgres; /* which text of a migration it takes */
};

#endif
