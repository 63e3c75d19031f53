/* Who was looked up, and what of it is under seal; see lookups.h. */
#include "store/lookups.h"

#include <errno.h>

#include "limits.h"
#include "store/row.h"
#include "store/store_int.h"
#include "util/fault.h"

#define SWEPT 16 /* expired tokens forgotten for each that is used */

static const struct row_field veil_fields[] = {
	ROW_FIELD(TEXT, struct store_veil, kind),
	ROW_FIELD(TEXT, struct store_veil, ori),
	ROW_FIELD(TEXT, struct store_veil, number),
	ROW_FIELD(I64, struct store_veil, lifts_us),
	ROW_FIELD(I64, struct store_veil, after_us),
};

/* A veil's key alone. */
static const struct row_field due_fields[] = {
	ROW_FIELD(TEXT, struct store_veil, kind),
	ROW_FIELD(TEXT, struct store_veil, ori),
	ROW_FIELD(TEXT, struct store_veil, number),
};

static const struct row_field token_fields[] = {
	ROW_FIELD(TEXT, struct store_token, portal),
	ROW_FIELD(DIGEST, struct store_token, jti),
	ROW_FIELD(I64, struct store_token, expires_us),
};

static const struct row_table veil_table =
    ROW_TABLE(veil_fields, struct store_veil);
static const struct row_table due_table =
    ROW_TABLE(due_fields, struct store_veil);
static const struct row_table token_table =
    ROW_TABLE(token_fields, struct store_token);

/* Whether the ground is under a seal that has not lifted. */
static int
find_veil(struct store *store, bool *is_veiled, const struct store_veil *ground,
    int64_t now_us)
{
	int64_t lifts_us;
	int r = row_number(store, &lifts_us, STATEMENT_VEIL_LIFTS,
	    (const struct backend_value[]){ row_text(ground->kind),
		row_text(ground->ori), row_text(ground->number) });

	*is_veiled = r == 0 && lifts_us > now_us;
	return r == STORE_E_ABSENT ? 0 : TRACE(r);
}

int
lookups_put(struct store *store, const struct store_veil *ground,
    struct str subject, uint64_t index, int64_t now_us)
{
	bool is_veiled;
	int r;

	if (subject.len != LOOKUPS_SUBJECT_SIZE)
		return FAULT(EINVAL);
	r = find_veil(store, &is_veiled, ground, now_us);
	if (r != 0)
		return TRACE(r);
	if (is_veiled)
		return TRACE(row_change(store, STATEMENT_VEILED_PUT,
		    (const struct backend_value[]){ row_text(ground->kind),
			row_text(ground->ori), row_text(ground->number),
			row_u64(index), row_bytes(subject) },
		    0));
	return TRACE(row_change(store, STATEMENT_LOOKUP_PUT,
	    (const struct backend_value[]){
		row_bytes(subject), row_u64(index) },
	    0));
}

struct list {
	uint64_t *indexes;
	size_t n;
	size_t max;
};

static int
take_index(void *context, const struct backend_value *columns, size_t n_columns)
{
	struct list *list = context;

	if (n_columns != 1 || columns[0].integer < 0 || list->n == list->max)
		return FAULT(EUCLEAN);
	list->indexes[list->n++] = (uint64_t)columns[0].integer;
	return 0;
}

int
lookups_list(struct store *store, uint64_t *indexes, size_t *n, size_t max,
    struct str subject, uint64_t before)
{
	struct list list = { .indexes = indexes, .max = max };
	uint64_t n_changed;
	int r = store_run(store, &n_changed, STATEMENT_LOOKUP_EACH,
	    (const struct backend_value[]){
		row_bytes(subject), row_u64(before), row_u64(max) },
	    take_index, &list);

	*n = list.n;
	return TRACE(r);
}

int
lookups_has(struct store *store, bool *has, struct str subject, uint64_t index)
{
	return TRACE(row_has(store, has, STATEMENT_LOOKUP_IS,
	    (const struct backend_value[]){
		row_bytes(subject), row_u64(index) }));
}

int
lookups_forget(struct store *store, uint64_t index)
{
	const struct backend_value values[] = { row_u64(index) };
	int r = row_change(store, STATEMENT_LOOKUP_FORGET, values, 0);

	if (r == 0)
		r = row_change(store, STATEMENT_VEILED_FORGET, values, 0);
	return TRACE(r);
}

int
lookups_veil(struct store *store, const struct store_veil *veil)
{
	return TRACE(row_write(store, STATEMENT_VEIL_PUT, &veil_table, veil,
	    STORE_E_EXISTS));
}

int
lookups_ground_ended(struct store *store, struct str kind, struct str ori,
    struct str number, int64_t ended_us)
{
	return TRACE(row_change(store, STATEMENT_VEIL_END,
	    (const struct backend_value[]){ row_text(kind), row_text(ori),
		row_text(number), row_i64(ended_us) },
	    0));
}

/* Its look-ups become rows by subject; the veil is gone. */
static int
lift(struct store *store, const struct store_veil *veil)
{
	const struct backend_value key[] = { row_text(veil->kind),
		row_text(veil->ori), row_text(veil->number) };
	int r = row_change(store, STATEMENT_VEILED_LIFT, key, 0);

	if (r == 0)
		r = row_change(store, STATEMENT_VEILED_DROP, key, 0);
	if (r == 0)
		r = row_change(store, STATEMENT_VEIL_DROP, key, 0);
	return TRACE(r);
}

int
lookups_lift(struct store *store, int64_t now_us, size_t max)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	int r = 0;

	arena_init(&arena, LIMIT_STORE_BYTES);
	for (size_t i = 0; i < max && r == 0; i++) {
		struct store_veil veil = { 0 };

		arena_reset(&arena);
		r = row_find(store, &arena, STATEMENT_VEIL_DUE, &due_table,
		    &veil, (const struct backend_value[]){ row_i64(now_us) });
		if (r == 0)
			r = lift(store, &veil);
	}
	return r == STORE_E_ABSENT ? 0 : TRACE(r);
}

int
lookups_use_token(struct store *store, const struct store_token *token,
    int64_t now_us)
{
	uint64_t n_swept;
	int r = row_sweep(store, &n_swept, STATEMENT_TOKEN_SWEEP, now_us,
	    SWEPT);

	if (r != 0)
		return TRACE(r);
	return TRACE(row_write(store, STATEMENT_TOKEN_PUT, &token_table, token,
	    STORE_E_EXISTS));
}
