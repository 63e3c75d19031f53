/* Counting for budgets: distinct subjects and events. */
#include "store/budgets.h"

#include <errno.h>

#include "store/row.h"
#include "util/fault.h"

int
budgets_see(struct store *store, uint32_t scope, struct str key,
    struct str subject, int64_t time_us)
{
	if (subject.len != BUDGETS_SUBJECT_SIZE)
		return FAULT(EINVAL);
	/* No row is touched when it was seen later already. */
	return TRACE(row_change(store, STATEMENT_SEEN_PUT,
	    (const struct backend_value[]){ row_i64(scope), row_text(key),
		row_bytes(subject), row_i64(time_us) },
	    0));
}

int
budgets_find(struct store *store, int64_t *time_us, uint32_t scope,
    struct str key, struct str subject)
{
	return TRACE(row_number(store, time_us, STATEMENT_SEEN_FIND,
	    (const struct backend_value[]){ row_i64(scope), row_text(key),
		row_bytes(subject) }));
}

int
budgets_count(struct store *store, uint64_t *count, uint32_t scope,
    struct str key, int64_t since_us, uint64_t max)
{
	return TRACE(row_count(store, count, STATEMENT_SEEN_COUNT,
	    (const struct backend_value[]){ row_i64(scope), row_text(key),
		row_i64(since_us), row_u64(max) }));
}

int
budgets_add_event(struct store *store, uint32_t scope, struct str key,
    int64_t time_us, uint64_t index)
{
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

int
budgets_sweep(struct store *store, uint64_t *n_swept, int64_t before_us,
    uint64_t max)
{
	uint64_t n_seen = 0;
	uint64_t n_events = 0;
	int r;

	r = row_sweep(store, &n_seen, STATEMENT_SEEN_SWEEP, before_us, max);
	if (r == 0)
		r = row_sweep(store, &n_events, STATEMENT_EVENT_SWEEP,
		    before_us, max);
	*n_swept = n_seen + n_events;
	return TRACE(r);
}

int
budgets_clear(struct store *store)
{
	int r;

	r = row_change(store, STATEMENT_SEEN_CLEAR, NULL, 0);
	if (r == 0)
		r = row_change(store, STATEMENT_EVENT_CLEAR, NULL, 0);
	return TRACE(r);
}
