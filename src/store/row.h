/*
 * Rows as structs: a table per struct says which member is which column.
 *
 * Parameters of an insertion and columns of a selection stand in the order of
 * the table, so one table serves both.
 */
#ifndef STILE_STORE_ROW_H
#define STILE_STORE_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "store/backend.h"
#include "store/store.h"

enum row_kind {
	ROW_TEXT = 0, /* struct str, UTF-8 without NUL */
	ROW_BYTES,    /* struct str */
	ROW_DIGEST,   /* struct str of 32 bytes, or empty */
	ROW_I64,
	ROW_U64, /* below 2^63 */
	ROW_I32,
	ROW_U32, /* enums too */
};

struct row_field {
	enum row_kind kind;
	size_t offset;
};

struct row_table {
	const struct row_field *fields;
	size_t n_fields;
	size_t size; /* of the struct */
};

#define ROW_FIELD(kind, type, member)                                          \
	{                                                                      \
		ROW_##kind, offsetof(type, member)                             \
	}
#define ROW_TABLE(fields, type)                                                \
	{                                                                      \
		(fields), ARRAY_LEN(fields), sizeof(type)                      \
	}

#define ROW_FIELDS_MAX 16
#define ROW_OBJECT_MAX 256

/* Parameters in place: row_text(ori), row_i64(now). */
static inline struct backend_value
row_text(struct str s)
{
	return (struct backend_value){ BACKEND_TEXT, 0, s };
}

static inline struct backend_value
row_bytes(struct str s)
{
	return (struct backend_value){ BACKEND_BYTES, 0, s };
}

static inline struct backend_value
row_i64(int64_t value)
{
	return (struct backend_value){ BACKEND_INTEGER, value, { NULL, 0 } };
}

/* For counts and indexes. What is past INT64_MAX is never in the store. */
static inline struct backend_value
row_u64(uint64_t value)
{
	return row_i64(value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

/* Called with the object of each row; as entries_each_fn. */
typedef int row_object_fn(void *context, const void *object);

/*
 * Run a writing statement with the members of an object as its parameters.
 *
 * Returns: 0; none when no row was touched (STORE_E_EXISTS for insertions,
 * STORE_E_ABSENT for updates); STORE_E_TEXT; STORE_E_TOO_LARGE; what
 * store_run() returns.
 */
int row_write(struct store *store, enum statement statement,
    const struct row_table *table, const void *object, int none)
    MUST_USE NONNULL;

/* As row_write with parameters. */
int row_change(struct store *store, enum statement statement,
    const struct backend_value *parameters, int none) MUST_USE;

/*
 * Copy the one row of a reading statement into *object and its bytes into the
 * arena.
 *
 * Returns: 0; STORE_E_ABSENT; STORE_E_LIMIT; fault.
 */
int row_find(struct store *store, struct arena *arena, enum statement statement,
    const struct row_table *table, void *object,
    const struct backend_value *parameters) MUST_USE;

/* Walk the rows of a reading statement. Returns: 0; fault. */
int row_each(struct store *store, enum statement statement,
    const struct row_table *table, const struct backend_value *parameters,
    row_object_fn *each, void *context) MUST_USE;

/*
 * The single integer of a reading statement's only row.
 *
 * Returns: 0 and *value; STORE_E_ABSENT (no row); fault.
 */
int row_number(struct store *store, int64_t *value, enum statement statement,
    const struct backend_value *parameters) MUST_USE;

/* As row_number for a count: no row is 0. Returns: 0 and *count; fault. */
int row_count(struct store *store, uint64_t *count, enum statement statement,
    const struct backend_value *parameters) MUST_USE;

/*
 * Run a deleting statement of the parameters moment and most rows.
 *
 * Returns: 0 and *n_swept; what store_run() returns.
 */
int row_sweep(struct store *store, uint64_t *n_swept, enum statement statement,
    int64_t moment_us, uint64_t max) MUST_USE NONNULL;

/* Whether a reading statement has a row. Returns: 0 and *has; fault. */
int row_has(struct store *store, bool *has, enum statement statement,
    const struct backend_value *parameters) MUST_USE;

/*
 * Require a row, such as the parent of one about to be put.
 *
 * Returns: 0; STORE_E_ABSENT; fault.
 */
int row_require(struct store *store, enum statement statement,
    const struct backend_value *parameters) MUST_USE;

/* The greatest text for the upper end of "ori, or all when it is empty". */
struct str row_upper(struct str ori);

#endif
