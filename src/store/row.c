/* Rows as structs: the loops over the tables. */
#include "store/row.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "store/store_int.h"
#include "util/fault.h"

static const char *
at(const void *object, const struct row_field *field)
{
	return (const char *)object + field->offset;
}

static struct str
slice_of(const void *object, const struct row_field *field)
{
	struct str s;

	memcpy(&s, at(object, field), sizeof(s));
	return s;
}

static int64_t
narrow_of(const void *object, const struct row_field *field)
{
	int32_t signed_value;
	uint32_t unsigned_value;

	if (field->kind == ROW_I32) {
		memcpy(&signed_value, at(object, field), 4);
		return signed_value;
	}
	memcpy(&unsigned_value, at(object, field), 4);
	return unsigned_value;
}

static struct backend_value
value_of(const void *object, const struct row_field *field)
{
	int64_t wide;

	switch (field->kind) {
	case ROW_TEXT:
		return row_text(slice_of(object, field));
	case ROW_BYTES:
	case ROW_DIGEST:
		return row_bytes(slice_of(object, field));
	case ROW_I32:
	case ROW_U32:
		return row_i64(narrow_of(object, field));
	case ROW_I64:
	case ROW_U64:
	default:
		memcpy(&wide, at(object, field), sizeof(wide));
		return row_i64(wide);
	}
}

/* A digest of another length, or an index past 2^63, is a mistake of ours. */
static bool
is_sound(const struct row_field *field, const struct backend_value *value)
{
	if (field->kind == ROW_DIGEST)
		return value->bytes.len == 0 || value->bytes.len == 32;
	return field->kind != ROW_U64 || value->integer >= 0;
}

int
row_write(struct store *store, enum statement statement,
    const struct row_table *table, const void *object, int none)
{
	struct backend_value values[ROW_FIELDS_MAX];

	assert(table->n_fields <= ROW_FIELDS_MAX);
	for (size_t i = 0; i < table->n_fields; i++) {
		values[i] = value_of(object, &table->fields[i]);
		if (!is_sound(&table->fields[i], &values[i]))
			return FAULT(EINVAL);
	}
	return row_change(store, statement, values, none);
}

int
row_change(struct store *store, enum statement statement,
    const struct backend_value *parameters, int none)
{
	uint64_t n_changed;
	int r;

	r = store_run(store, &n_changed, statement, parameters, NULL, NULL);
	if (r != 0)
		return TRACE(r);
	return n_changed > 0 ? 0 : none;
}

static void
set(void *object, const struct row_field *field,
    const struct backend_value *column)
{
	char *to = (char *)object + field->offset;
	int32_t narrow = (int32_t)column->integer;

	switch (field->kind) {
	case ROW_TEXT:
	case ROW_BYTES:
	case ROW_DIGEST:
		memcpy(to, &column->bytes, sizeof(column->bytes));
		break;
	case ROW_I32:
	case ROW_U32:
		memcpy(to, &narrow, sizeof(narrow));
		break;
	case ROW_I64:
	case ROW_U64:
	default:
		memcpy(to, &column->integer, sizeof(column->integer));
		break;
	}
}

static bool
is_slice(const struct row_field *field)
{
	return field->kind == ROW_TEXT || field->kind == ROW_BYTES ||
	    field->kind == ROW_DIGEST;
}

/* A row must look as the table says, or the store is not what it was. */
static bool
is_row(const struct row_table *table, const struct backend_value *columns,
    size_t n_columns)
{
	if (n_columns != table->n_fields)
		return false;
	for (size_t i = 0; i < n_columns; i++) {
		bool is_integer = columns[i].kind == BACKEND_INTEGER;

		if (is_integer == is_slice(&table->fields[i]))
			return false;
	}
	return true;
}

/* What a reading statement does with its rows. */
struct reader {
	const struct row_table *table;
	void *object;
	struct arena *arena; /* NULL: rows are borrowed */
	row_object_fn *each;
	void *context;
	bool is_found;
	int outcome;
};

/* One allocation for all bytes of a row, each slice with a NUL behind it. */
static int
keep(struct reader *reader, const struct backend_value *columns)
{
	const struct row_table *table = reader->table;
	size_t size = 0;
	char *to;

	for (size_t i = 0; i < table->n_fields; i++)
		if (is_slice(&table->fields[i]))
			size += columns[i].bytes.len + 1;
	to = arena_alloc(reader->arena, size);
	if (to == NULL && reader->arena->is_full)
		return STORE_E_LIMIT;
	if (to == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < table->n_fields; i++) {
		struct backend_value value = columns[i];

		if (is_slice(&table->fields[i])) {
			if (value.bytes.len > 0)
				memcpy(to, value.bytes.p, value.bytes.len);
			value.bytes.p = to;
			to += value.bytes.len + 1;
		}
		set(reader->object, &table->fields[i], &value);
	}
	return 0;
}

static int
find_row(void *context, const struct backend_value *columns, size_t n_columns)
{
	struct reader *reader = context;
	int r;

	if (!is_row(reader->table, columns, n_columns))
		return FAULT(EUCLEAN);
	reader->is_found = true;
	r = keep(reader, columns);
	if (r < 0)
		return TRACE(r);
	reader->outcome = r;
	return 1;
}

int
row_find(struct store *store, struct arena *arena, enum statement statement,
    const struct row_table *table, void *object,
    const struct backend_value *parameters)
{
	struct reader reader = {
		.table = table, .object = object, .arena = arena
	};
	uint64_t n_changed;
	int r;

	r = store_run(store, &n_changed, statement, parameters, find_row,
	    &reader);
	if (r != 0)
		return TRACE(r);
	if (!reader.is_found)
		return STORE_E_ABSENT;
	return reader.outcome;
}

static int
each_row(void *context, const struct backend_value *columns, size_t n_columns)
{
	const struct reader *reader = context;
	const struct row_table *table = reader->table;
	_Alignas(max_align_t) char object[ROW_OBJECT_MAX];

	if (!is_row(table, columns, n_columns))
		return FAULT(EUCLEAN);
	memset(object, 0, table->size);
	for (size_t i = 0; i < n_columns; i++)
		set(object, &table->fields[i], &columns[i]);
	return reader->each(reader->context, object);
}

int
row_each(struct store *store, enum statement statement,
    const struct row_table *table, const struct backend_value *parameters,
    row_object_fn *each, void *context)
{
	struct reader reader = {
		.table = table, .each = each, .context = context
	};
	uint64_t n_changed;

	assert(table->size <= ROW_OBJECT_MAX);
	return TRACE(store_run(store, &n_changed, statement, parameters,
	    each_row, &reader));
}

struct number {
	int64_t value;
	bool is_found;
};

static int
number_row(void *context, const struct backend_value *columns, size_t n_columns)
{
	struct number *number = context;

	if (n_columns < 1 || columns[0].kind != BACKEND_INTEGER)
		return FAULT(EUCLEAN);
	number->value = columns[0].integer;
	number->is_found = true;
	return 1;
}

int
row_number(struct store *store, int64_t *value, enum statement statement,
    const struct backend_value *parameters)
{
	struct number number = { 0, false };
	uint64_t n_changed;
	int r;

	r = store_run(store, &n_changed, statement, parameters, number_row,
	    &number);
	if (r != 0)
		return TRACE(r);
	if (!number.is_found)
		return STORE_E_ABSENT;
	*value = number.value;
	return 0;
}

int
row_count(struct store *store, uint64_t *count, enum statement statement,
    const struct backend_value *parameters)
{
	int64_t number = 0;
	int r;

	r = row_number(store, &number, statement, parameters);
	if (r != 0 && r != STORE_E_ABSENT)
		return TRACE(r);
	*count = (uint64_t)number;
	return 0;
}

int
row_sweep(struct store *store, uint64_t *n_swept, enum statement statement,
    int64_t moment_us, uint64_t max)
{
	return TRACE(store_run(store, n_swept, statement,
	    (const struct backend_value[]){ row_i64(moment_us), row_u64(max) },
	    NULL, NULL));
}

int
row_has(struct store *store, bool *has, enum statement statement,
    const struct backend_value *parameters)
{
	int64_t one;
	int r;

	r = row_number(store, &one, statement, parameters);
	if (r != 0 && r != STORE_E_ABSENT)
		return TRACE(r);
	*has = r == 0;
	return 0;
}

int
row_require(struct store *store, enum statement statement,
    const struct backend_value *parameters)
{
	bool has = false;
	int r;

	r = row_has(store, &has, statement, parameters);
	if (r != 0)
		return TRACE(r);
	return has ? 0 : STORE_E_ABSENT;
}

struct str
row_upper(struct str ori)
{
	return ori.len > 0 ? ori : STR("\xf4\x8f\xbf\xbf");
}
