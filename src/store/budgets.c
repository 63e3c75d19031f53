/* Counting for budgets: distinct subjects and events. */
#include "store/budgets.h"

#include <errno.h>

#include "limits.h"
#include "store/row.h"
#include "store/store_int.h"
#include "util/fault.h"

static int64_t
minute(int64_t time_us)
{
	int64_t rest = time_us % BUDGETS_MOMENT;

	if (rest < 0)
		rest += BUDGETS_MOMENT;
	/* The first minute of all has no full minute below it. */
	return time_us < INT64_MIN + rest ? time_us : time_us - rest;
}

/* One subject less has this as its newest minute. */
static int
take(struct store *store, uint32_t scope, struct str key, int64_t time_us)
{
	const struct backend_value values[] = { row_i64(scope), row_text(key),
		row_i64(time_us) };
	int r;

	r = row_change(store, STATEMENT_TALLY_TAKE, values, STORE_E_ABSENT);
	if (r == STORE_E_ABSENT)
		r = row_change(store, STATEMENT_TALLY_DROP, values, 0);
	return TRACE(r);
}

int
budgets_see_after(struct store *store, uint32_t scope, struct str key,
    struct str subject, int64_t seen_us, int64_t time_us)
{
	const struct backend_value values[] = { row_i64(scope), row_text(key),
		row_bytes(subject), row_i64(minute(time_us)) };
	int r;

	if (!store_may_write(store))
		return STORE_E_READ_ONLY;
	if (subject.len != BUDGETS_SUBJECT_SIZE)
		return FAULT(EINVAL);
	if (key.len > LIMIT_STORE_KEY)
		return STORE_E_TOO_LARGE;
	if (seen_us >= minute(time_us))
		return 0;
	r = row_change(store, STATEMENT_SEEN_PUT, values, 0);
	if (r == 0 && seen_us != BUDGETS_NEVER)
		r = take(store, scope, key, seen_us);
	if (r == 0)
		r = row_change(store, STATEMENT_TALLY_ADD,
		    (const struct backend_value[]){ row_i64(scope),
			row_text(key), row_i64(minute(time_us)) },
		    0);
	return TRACE(r);
}

int
budgets_see(struct store *store, uint32_t scope, struct str key,
    struct str subject, int64_t time_us)
{
	int64_t seen_us = BUDGETS_NEVER;
	int r;

	if (!store_may_write(store))
		return STORE_E_READ_ONLY;
	if (subject.len != BUDGETS_SUBJECT_SIZE)
		return FAULT(EINVAL);
	r = budgets_find(store, &seen_us, scope, key, subject);
	if (r != 0 && r != STORE_E_ABSENT)
		return TRACE(r);
	return TRACE(budgets_see_after(store, scope, key, subject, seen_us,
	    time_us));
}

int
budgets_find(struct store *store, int64_t *time_us, uint32_t scope,
    struct str key, struct str subject)
{
	return TRACE(row_number(store, time_us, STATEMENT_SEEN_FIND,
	    (const struct backend_value[]){
		row_i64(scope), row_text(key), row_bytes(subject) }));
}

int
budgets_count(struct store *store, uint64_t *count, uint32_t scope,
    struct str key, int64_t since_us, uint64_t max)
{
	int r;

	/* Each row counts at least one, so max rows are enough. */
	r = row_count(store, count, STATEMENT_TALLY_COUNT,
	    (const struct backend_value[]){ row_i64(scope), row_text(key),
		row_i64(minute(since_us)), row_u64(max) });
	if (r == 0)
		*count = MIN(*count, max);
	return TRACE(r);
}

static int
weigh_row(void *context, const struct backend_value *columns, size_t n_columns)
{
	struct budgets_weight *weight = context;

	if (n_columns != 2 || columns[0].integer < 0)
		return FAULT(EUCLEAN);
	weight->count = (uint64_t)columns[0].integer;
	weight->seen_us = columns[1].integer;
	return 1;
}

int
budgets_weigh(struct store *store, struct budgets_weight *weight,
    uint32_t scope, struct str key, struct str subject, int64_t since_us,
    uint64_t max)
{
	uint64_t n_changed;
	int r;

	*weight = (struct budgets_weight){ .seen_us = BUDGETS_NEVER };
	r = store_run(store, &n_changed, STATEMENT_TALLY_WEIGH,
	    (const struct backend_value[]){ row_i64(scope), row_text(key),
		row_i64(minute(since_us)), row_u64(max), row_bytes(subject) },
	    weigh_row, weight);
	weight->count = MIN(weight->count, max);
	return TRACE(r);
}

int
budgets_add_event(struct store *store, uint32_t scope, struct str key,
    int64_t time_us, uint64_t index)
{
	if (key.len > LIMIT_STORE_KEY)
		return STORE_E_TOO_LARGE;
	return TRACE(row_change(store, STATEMENT_EVENT_PUT,
	    (const struct backend_value[]){ row_i64(scope), row_text(key),
		row_i64(time_us), row_u64(index) },
	    STORE_E_EXISTS));
}

int
budgets_count_events(struct store *store, uint64_t *count, uint32_t scope,
    struct str key, int64_t since_us, uint64_t max)
{
	return TRACE(row_count(store, count, STATEMENT_EVENT_COUNT,
	    (const struct backend_value[]){ row_i64(scope), row_text(key),
		row_i64(since_us), row_u64(max) }));
}

/* The tables a sweep walks, one after the other. */
static const struct {
	enum statement next;
	enum statement sweep;
} sweeps[STORE_SWEEPS] = {
	{ STATEMENT_TALLY_NEXT, STATEMENT_TALLY_SWEEP },
	{ STATEMENT_SEEN_NEXT, STATEMENT_SEEN_SWEEP },
	{ STATEMENT_EVENT_NEXT, STATEMENT_EVENT_SWEEP },
};

/* The key after the cursor's becomes the cursor's. */
static int
advance(void *context, const struct backend_value *columns, size_t n_columns)
{
	struct store_cursor *cursor = context;

	if (n_columns != 2 || columns[1].bytes.len > sizeof(cursor->key))
		return FAULT(EUCLEAN);
	cursor->scope = columns[0].integer;
	cursor->len = columns[1].bytes.len;
	memcpy(cursor->key, columns[1].bytes.p, cursor->len);
	cursor->is_at_key = true;
	return 1;
}

/* Find a key to sweep. Without one the cursor goes to the next table. */
static int
seek(struct store *store, struct store_cursor *cursor)
{
	struct str key = { cursor->key, cursor->len };
	uint64_t n_changed;
	int r;

	r = store_run(store, &n_changed, sweeps[cursor->table].next,
	    (const struct backend_value[]){
		row_i64(cursor->scope), row_text(key) },
	    advance, cursor);
	if (r == 0 && !cursor->is_at_key)
		*cursor = (struct store_cursor){ .table = cursor->table + 1,
			.scope = -1 };
	return TRACE(r);
}

int
budgets_sweep(struct store *store, bool *is_done, int64_t before_us,
    uint64_t max)
{
	struct store_cursor *cursor = &store->cursor;

	*is_done = false;
	while (max > 0 && cursor->table < STORE_SWEEPS) {
		struct str key = { cursor->key, cursor->len };
		uint64_t n_swept = 0;
		int r;

		if (!cursor->is_at_key) {
			r = seek(store, cursor);
			max--;
		} else {
			r = store_run(store, &n_swept,
			    sweeps[cursor->table].sweep,
			    (const struct backend_value[]){
				row_i64(cursor->scope), row_text(key),
				row_i64(before_us), row_u64(max) },
			    NULL, NULL);
			cursor->is_at_key = n_swept == max;
			max -= n_swept;
		}
		if (r != 0)
			return TRACE(r);
	}
	*is_done = cursor->table == STORE_SWEEPS;
	if (*is_done)
		*cursor = (struct store_cursor){ .scope = -1 };
	return 0;
}

int
budgets_clear(struct store *store)
{
	int r;

	r = row_change(store, STATEMENT_SEEN_CLEAR, NULL, 0);
	if (r == 0)
		r = row_change(store, STATEMENT_TALLY_CLEAR, NULL, 0);
	if (r == 0)
		r = row_change(store, STATEMENT_EVENT_CLEAR, NULL, 0);
	return TRACE(r);
}
