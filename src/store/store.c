/* The store's handle: transactions, sticky failure, what a value may be. */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "limits.h"
#include "store/migrate.h"
#include "store/row.h"
#include "store/store_int.h"
#include "util/fault.h"
#include "util/utf8.h"

#define READ false
#define WRITE true
const struct statement_text store_statements[STATEMENT_N] = {
#define S(id, effect, parameters, sqlite, postgres)                            \
	[STATEMENT_##id] = { effect, parameters, sqlite, postgres },
#include "store/statements.def"
#undef S
};
#undef READ
#undef WRITE

bool
store_may_write(const struct store *store)
{
	return store->mode == STORE_WRITE || store->mode == STORE_CREATE;
}

const struct backend_ops *
store_backend_of(struct str location)
{
#ifdef STILE_POSTGRES
	if (str_has_prefix(location, STR("postgresql:")) ||
	    str_has_prefix(location, STR("postgres:")))
		return &store_postgres_ops;
#endif
	(void)location;
	return &store_sqlite_ops;
}

/* What a version asks of this program. */
static int
settle_version(struct store *store, uint32_t version, struct diag_list *diags)
{
	uint32_t newest = migrate_newest();
	int r = 0;

	if (version > newest) {
		diag_error_at(diags, diags->where,
		    "the store's schema is version %" PRIu32
		    ", newer than version %" PRIu32 " of this program",
		    version, newest);
		diag_help(diags, "use the program that last wrote to it");
		return STORE_E_NEWER;
	}
	if (version < newest && !store_may_write(store)) {
		diag_error_at(diags, diags->where,
		    "the store's schema is version %" PRIu32
		    ", older than version %" PRIu32 " of this program",
		    version, newest);
		diag_help(diags,
		    "start the gate once: it brings it up to date");
		return STORE_E_OLDER;
	}
	if (version < newest)
		r = migrate_run(store->backend, version, newest, diags);
	store->version = newest;
	return TRACE(r);
}

/* Also finds a damaged index of the log early. */
static int
count_entries(struct store *store)
{
	int64_t count;
	int r;

	r = row_number(store, &count, STATEMENT_ENTRY_COUNT, NULL);
	if (r == 0)
		store->n_entries = store->n_durable = (uint64_t)count;
	return TRACE(r);
}

static int
make_ready(struct store *store, uint32_t version, struct diag_list *diags)
{
	int r;

	r = settle_version(store, version, diags);
	if (r != 0 || store->mode == STORE_SETTLE)
		return TRACE(r);
	r = store->backend->ops->prepare(store->backend);
	if (r == 0)
		r = count_entries(store);
	if (r == -EUCLEAN)
		r = STORE_E_DAMAGED;
	if (r != 0)
		diag_error_at(diags, diags->where, "%s",
		    store->backend->reason);
	return TRACE(r);
}

int
store_open(struct store **out, struct str location, enum store_mode mode,
    struct diag_list *diags)
{
	CLEANUP(store_closep) struct store *store = NULL;
	uint32_t version = 0;
	int r;

	store = calloc(1, sizeof(*store));
	if (store == NULL)
		return FAULT(ENOMEM);
	store->mode = mode;
	store->cursor.scope = -1;
	if (diags->where.len == 0)
		diags->where = location;
	r = store_backend_of(location)->open(&store->backend, &version,
	    location, mode, diags);
	if (r != 0)
		return TRACE(r);
	r = make_ready(store, version, diags);
	if (r != 0)
		return TRACE(r);
	*out = TAKE(store);
	return 0;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_rollback(store);
	if (store->backend != NULL)
		store->backend->ops->close(store->backend);
	free(store);
}

void
store_closep(struct store **store)
{
	store_close(*store);
	*store = NULL;
}

/* Remember what cannot be undone by a rollback. */
static int
note(struct store *store, int r)
{
	if (r == STORE_E_BROKEN)
		store->is_broken = true;
	return TRACE(r);
}

int
store_begin(struct store *store)
{
	bool is_write = store_may_write(store);
	int r;

	assert(!store->is_in_transaction);
	if (store->mode == STORE_SETTLE)
		return STORE_E_READ_ONLY;
	if (is_write && store->is_broken)
		return STORE_E_BROKEN;
	r = store->backend->ops->begin(store->backend, is_write);
	if (r != 0)
		return note(store, r);
	store->is_in_transaction = true;
	store->doom = 0;
	return 0;
}

int
store_commit(struct store *store)
{
	int r = store->doom;

	assert(store->is_in_transaction);
	if (r == 0)
		r = store->backend->ops->commit(store->backend);
	if (r != 0) {
		store_rollback(store);
		return note(store, r);
	}
	store->is_in_transaction = false;
	store->n_durable = store->n_entries;
	return 0;
}

void
store_rollback(struct store *store)
{
	if (!store->is_in_transaction)
		return;
	store->backend->ops->rollback(store->backend);
	store->is_in_transaction = false;
	store->n_entries = store->n_durable;
}

bool
store_is_in_transaction(const struct store *store)
{
	return store->is_in_transaction;
}

bool
store_is_writable(const struct store *store)
{
	return store_may_write(store) && !store->is_broken;
}

int
store_probe(struct store *store)
{
	char text[24];
	int r;

	r = store_begin(store);
	if (r != 0)
		return TRACE(r);
	snprintf(text, sizeof(text), "%" PRIu64, ++store->n_probes);
	r = store_meta_set(store, STR("store.probe"), str_of(text));
	if (r != 0) {
		store_rollback(store);
		return TRACE(r);
	}
	return TRACE(store_commit(store));
}

int
store_checkpoint(struct store *store, enum store_checkpoint how)
{
	assert(!store->is_in_transaction);
	if (store->mode == STORE_READ)
		return STORE_E_READ_ONLY;
	if (store->is_broken)
		return STORE_E_BROKEN;
	return note(store,
	    store->backend->ops->checkpoint(store->backend, how));
}

uint64_t
store_wal_pages(const struct store *store)
{
	return store->backend->wal_pages;
}

bool
store_is_checkpoint_due(const struct store *store)
{
	return store->backend->wal_pages >= LIMIT_STORE_WAL_PAGES;
}

struct str
store_reason(const struct store *store)
{
	return str_of(store->backend->reason);
}

uint32_t
store_version(const struct store *store)
{
	return store->version;
}

/* Texts must mean the same in every database. */
static int
check_value(const struct backend_value *value, char letter)
{
	static const char letters[] = { 'i', 't', 'b' };

	assert(letters[value->kind] == letter);
	if (value->kind == BACKEND_INTEGER)
		return 0;
	if (value->bytes.len > (value->kind == BACKEND_TEXT
				       ? LIMIT_STORE_TEXT
				       : LIMIT_STORE_BYTES))
		return STORE_E_TOO_LARGE;
	if (value->kind == BACKEND_TEXT && value->bytes.len > 0 &&
	    (memchr(value->bytes.p, '\0', value->bytes.len) != NULL ||
		!utf8_is_valid(value->bytes)))
		return STORE_E_TEXT;
	return 0;
}

static int
check_values(enum statement statement, const struct backend_value *parameters)
{
	const char *letter = store_statements[statement].parameters;

	assert(parameters != NULL || letter[0] == '\0');
	for (size_t i = 0; letter[i] != '\0'; i++) {
		int r = check_value(&parameters[i], letter[i]);

		if (r != 0)
			return r;
	}
	return 0;
}

/* A read has no outcomes of its own: what stops it is a fault. */
static int
fault_of(int outcome)
{
	switch (outcome) {
	case STORE_E_FULL:
		return FAULT(ENOSPC);
	case STORE_E_LOCKED:
		return FAULT(EBUSY);
	default:
		return FAULT(EIO);
	}
}

static int
run_read(struct store *store, enum statement statement,
    const struct backend_value *parameters, backend_row_fn *each, void *context)
{
	uint64_t n_changed;
	int r;

	if (store->mode == STORE_SETTLE)
		return FAULT(EINVAL);
	/* What could not be written is not there to be found. */
	if (check_values(statement, parameters) != 0)
		return 0;
	r = store->backend->ops->run(store->backend, &n_changed, statement,
	    parameters, each, context);
	if (r == STORE_E_BROKEN && store->is_in_transaction)
		store->doom = r;
	r = note(store, r);
	return r > 0 ? fault_of(r) : r;
}

static int
run_write(struct store *store, uint64_t *n_changed, enum statement statement,
    const struct backend_value *parameters)
{
	int r;

	if (!store_may_write(store))
		return STORE_E_READ_ONLY;
	assert(store->is_in_transaction);
	if (store->doom != 0)
		return store->doom;
	r = check_values(statement, parameters);
	if (r != 0)
		return r;
	r = store->backend->ops->run(store->backend, n_changed, statement,
	    parameters, NULL, NULL);
	store->doom = r;
	return note(store, r);
}

int
store_run(struct store *store, uint64_t *n_changed, enum statement statement,
    const struct backend_value *parameters, backend_row_fn *each, void *context)
{
	*n_changed = 0;
	if (store_statements[statement].is_write)
		return TRACE(run_write(store, n_changed, statement,
		    parameters));
	return TRACE(run_read(store, statement, parameters, each, context));
}

int
store_check_text(struct str text)
{
	struct backend_value value = row_text(text);

	return check_value(&value, 't');
}

static const struct row_field meta_fields[] = {
	{ ROW_TEXT, 0 },
};

static const struct row_table meta_table = ROW_TABLE(meta_fields, struct str);

int
store_meta_get(struct store *store, struct arena *arena, struct str *value,
    struct str name)
{
	return TRACE(row_find(store, arena, STATEMENT_META_GET, &meta_table,
	    value, (const struct backend_value[]){ row_text(name) }));
}

int
store_meta_set(struct store *store, struct str name, struct str value)
{
	return TRACE(row_change(store, STATEMENT_META_SET,
	    (const struct backend_value[]){ row_text(name), row_text(value) },
	    STORE_E_ABSENT));
}

/* count, lowest index, one past the highest index */
static int
check_log_row(void *context, const struct backend_value *columns,
    size_t n_columns)
{
	struct diag_list *diags = context;

	assert(n_columns == 3);
	if (columns[1].integer != 0 || columns[0].integer != columns[2].integer)
		diag_error_at(diags, diags->where,
		    "the log has %" PRId64 " entries from index %" PRId64
		    " to %" PRId64 ": entries are missing",
		    columns[0].integer, columns[1].integer,
		    columns[2].integer - 1);
	return 0;
}

int
store_check(struct store *store, struct diag_list *diags)
{
	size_t n_errors = diags->n_errors;
	uint64_t n_changed;
	int r;

	r = store->backend->ops->check(store->backend, diags);
	if (r != 0)
		return TRACE(r);
	r = store_run(store, &n_changed, STATEMENT_CHECK_LOG, NULL,
	    check_log_row, diags);
	if (r != 0)
		return TRACE(r);
	return diags->n_errors > n_errors ? STORE_E_DAMAGED : 0;
}
