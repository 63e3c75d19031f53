/* Complaints of persons; see complaints.h. */
#include "store/complaints.h"

#include "store/row.h"
#include "util/fault.h"

static const struct row_field complaint_fields[] = {
	ROW_FIELD(TEXT, struct store_complaint, id),
	ROW_FIELD(U64, struct store_complaint, index),
	ROW_FIELD(U64, struct store_complaint, about),
	ROW_FIELD(DIGEST, struct store_complaint, subject),
	ROW_FIELD(TEXT, struct store_complaint, reason),
	ROW_FIELD(U32, struct store_complaint, state),
	ROW_FIELD(I64, struct store_complaint, created_us),
	ROW_FIELD(U64, struct store_complaint, answer),
	ROW_FIELD(I64, struct store_complaint, answered_us),
};

static const struct row_table complaint_table =
    ROW_TABLE(complaint_fields, struct store_complaint);

/* Bridge from a row's object to the caller's typed function. */
struct walk {
	complaints_each_fn *each;
	void *context;
};

static int
walk_complaint(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->each(walk->context, object);
}

int
complaints_put(struct store *store, const struct store_complaint *complaint)
{
	return TRACE(row_write(store, STATEMENT_COMPLAINT_PUT,
	    &complaint_table, complaint, STORE_E_EXISTS));
}

int
complaints_has(struct store *store, bool *has, struct str subject,
    uint64_t about)
{
	return TRACE(row_has(store, has, STATEMENT_COMPLAINT_IS,
	    (const struct backend_value[]){
		row_bytes(subject), row_u64(about) }));
}

int
complaints_find(struct store *store, struct arena *arena,
    struct store_complaint *complaint, struct str id)
{
	return TRACE(row_find(store, arena, STATEMENT_COMPLAINT_FIND,
	    &complaint_table, complaint,
	    (const struct backend_value[]){ row_text(id) }));
}

int
complaints_answer(struct store *store, struct str id, uint64_t answer,
    int64_t answered_us)
{
	return TRACE(row_change(store, STATEMENT_COMPLAINT_ANSWER,
	    (const struct backend_value[]){
		row_text(id), row_u64(answer), row_i64(answered_us) },
	    STORE_E_ABSENT));
}

int
complaints_each_waiting(struct store *store, uint64_t max,
    complaints_each_fn *each, void *context)
{
	struct walk walk = { .each = each, .context = context };

	return TRACE(row_each(store, STATEMENT_COMPLAINT_WAITING,
	    &complaint_table, (const struct backend_value[]){ row_u64(max) },
	    walk_complaint, &walk));
}
