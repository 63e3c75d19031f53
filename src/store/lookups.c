/* Who was looked up, and what of it is under seal; see lookups.h. */
#include "store/lookups.h"

#include <errno.h>

#include "limits.h"
#include "store/row.h"
#include "store/seals.h"
#include "store/store_int.h"
#include "util/fault.h"

#define SWEPT 16 /* expired tokens forgotten for each that is used */

static const struct row_field flow_fields[] = {
	ROW_FIELD(TEXT, struct store_flow, ori),
	ROW_FIELD(TEXT, struct store_flow, kind),
	ROW_FIELD(TEXT, struct store_flow, number),
	ROW_FIELD(TEXT, struct store_flow, instrument),
};

static const struct row_field token_fields[] = {
	ROW_FIELD(TEXT, struct store_token, portal),
	ROW_FIELD(DIGEST, struct store_token, jti),
	ROW_FIELD(I64, struct store_token, expires_us),
};

static const struct row_table flow_table =
    ROW_TABLE(flow_fields, struct store_flow);
static const struct row_table token_table =
    ROW_TABLE(token_fields, struct store_token);

/* When the seals lift: of ground and instrument, and of the latter alone. */
static int
find_seals(struct store *store, int64_t *lifts_us, int64_t *least_us,
    const struct store_flow *flow)
{
	int r = seals_find(store, lifts_us, flow->ori, flow->kind,
	    flow->number);

	*least_us = 0;
	if (r == 0 && flow->instrument.len > 0)
		r = seals_find(store, least_us, flow->ori, STR("instrument"),
		    flow->instrument);
	*lifts_us = MAX(*lifts_us, *least_us);
	return TRACE(r);
}

/* Where it waits, which may be there, and that it does. */
static int
veil(struct store *store, const struct store_flow *flow, struct str subject,
    uint64_t index, int64_t lifts_us, int64_t least_us)
{
	const struct backend_value values[] = { row_text(flow->ori),
		row_text(flow->kind), row_text(flow->number),
		row_text(flow->instrument), row_i64(lifts_us),
		row_i64(least_us) };
	int r = row_change(store, STATEMENT_VEIL_PUT, values, 0);

	if (r != 0)
		return TRACE(r);
	return TRACE(row_change(store, STATEMENT_VEILED_PUT,
	    (const struct backend_value[]){ values[0], values[1], values[2],
		values[3], row_u64(index), row_bytes(subject) },
	    0));
}

int
lookups_put(struct store *store, const struct store_flow *flow,
    struct str subject, uint64_t index, int64_t now_us)
{
	int64_t lifts_us;
	int64_t least_us;
	int r;

	if (subject.len != LOOKUPS_SUBJECT_SIZE)
		return FAULT(EINVAL);
	r = find_seals(store, &lifts_us, &least_us, flow);
	if (r != 0)
		return TRACE(r);
	if (lifts_us > now_us)
		return TRACE(veil(store, flow, subject, index, lifts_us,
		    least_us));
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
lookups_seal_moved(struct store *store, struct str ori, struct str kind,
    struct str number, int64_t lift_us)
{
	return TRACE(row_change(store, STATEMENT_VEIL_MOVE,
	    (const struct backend_value[]){ row_text(ori), row_text(kind),
		row_text(number), row_i64(lift_us) },
	    0));
}

/* What waited becomes rows by subject. */
static int
lift(struct store *store, const struct store_flow *flow)
{
	const struct backend_value key[] = { row_text(flow->ori),
		row_text(flow->kind), row_text(flow->number),
		row_text(flow->instrument) };
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
		struct store_flow flow = { 0 };

		arena_reset(&arena);
		r = row_find(store, &arena, STATEMENT_VEIL_DUE, &flow_table,
		    &flow, (const struct backend_value[]){ row_i64(now_us) });
		if (r == 0)
			r = lift(store, &flow);
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
