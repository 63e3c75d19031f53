/* Requests, their keys, approvals. */
#include "store/requests.h"

#include "store/row.h"
#include "util/fault.h"

static const struct row_field request_fields[] = {
	ROW_FIELD(U64, struct store_request, first),
	ROW_FIELD(TEXT, struct store_request, id),
	ROW_FIELD(U64, struct store_request, index),
	ROW_FIELD(TEXT, struct store_request, requester),
	ROW_FIELD(TEXT, struct store_request, ori),
	ROW_FIELD(TEXT, struct store_request, ground),
	ROW_FIELD(DIGEST, struct store_request, subject),
	ROW_FIELD(U32, struct store_request, state),
	ROW_FIELD(I64, struct store_request, created_us),
	ROW_FIELD(I64, struct store_request, decided_us),
	ROW_FIELD(I64, struct store_request, expires_us),
	ROW_FIELD(U32, struct store_request, needed),
	ROW_FIELD(BYTES, struct store_request, frame),
	ROW_FIELD(DIGEST, struct store_request, key),
	ROW_FIELD(DIGEST, struct store_request, body),
};

/* What a later decision may change, after the key. */
static const struct row_field update_fields[] = {
	ROW_FIELD(TEXT, struct store_request, id),
	ROW_FIELD(U64, struct store_request, index),
	ROW_FIELD(U32, struct store_request, state),
	ROW_FIELD(I64, struct store_request, decided_us),
	ROW_FIELD(I64, struct store_request, expires_us),
	ROW_FIELD(U32, struct store_request, needed),
	ROW_FIELD(BYTES, struct store_request, frame),
};

static const struct row_field approval_fields[] = {
	ROW_FIELD(TEXT, struct store_approval, request),
	ROW_FIELD(U32, struct store_approval, role),
	ROW_FIELD(TEXT, struct store_approval, approver),
	ROW_FIELD(I64, struct store_approval, time_us),
	ROW_FIELD(U64, struct store_approval, index),
};

static const struct row_field answered_fields[] = {
	ROW_FIELD(U64, struct store_answered, index),
	ROW_FIELD(TEXT, struct store_answered, requester),
	ROW_FIELD(DIGEST, struct store_answered, key),
	ROW_FIELD(DIGEST, struct store_answered, body),
	ROW_FIELD(I64, struct store_answered, created_us),
};

static const struct row_table answered_table =
    ROW_TABLE(answered_fields, struct store_answered);
static const struct row_table request_table =
    ROW_TABLE(request_fields, struct store_request);
static const struct row_table update_table =
    ROW_TABLE(update_fields, struct store_request);
static const struct row_table approval_table =
    ROW_TABLE(approval_fields, struct store_approval);

/* Bridges from a row's object to the caller's typed function. */
struct walk {
	requests_each_fn *request;
	requests_approval_fn *approval;
	void *context;
};

static int
walk_request(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->request(walk->context, object);
}

static int
walk_approval(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->approval(walk->context, object);
}

int
requests_put(struct store *store, const struct store_request *request)
{
	return TRACE(row_write(store, STATEMENT_REQUEST_PUT, &request_table,
	    request, STORE_E_EXISTS));
}

int
requests_find(struct store *store, struct arena *arena,
    struct store_request *request, struct str id)
{
	return TRACE(row_find(store, arena, STATEMENT_REQUEST_FIND,
	    &request_table, request,
	    (const struct backend_value[]){ row_text(id) }));
}

int
requests_find_first(struct store *store, struct arena *arena,
    struct store_request *request, uint64_t first)
{
	return TRACE(row_find(store, arena, STATEMENT_REQUEST_FIRST,
	    &request_table, request,
	    (const struct backend_value[]){ row_u64(first) }));
}

int
requests_find_keyed(struct store *store, struct arena *arena,
    struct store_request *request, struct str requester, struct str key)
{
	return TRACE(row_find(store, arena, STATEMENT_REQUEST_KEYED,
	    &request_table, request,
	    (const struct backend_value[]){
		row_text(requester), row_bytes(key) }));
}

int
requests_put_answered(struct store *store,
    const struct store_answered *answered)
{
	return TRACE(row_write(store, STATEMENT_ANSWERED_PUT, &answered_table,
	    answered, STORE_E_EXISTS));
}

int
requests_find_answered(struct store *store, struct arena *arena,
    struct store_answered *answered, struct str requester, struct str key)
{
	return TRACE(row_find(store, arena, STATEMENT_ANSWERED_FIND,
	    &answered_table, answered,
	    (const struct backend_value[]){
		row_text(requester), row_bytes(key) }));
}

int
requests_update(struct store *store, const struct store_request *request)
{
	return TRACE(row_write(store, STATEMENT_REQUEST_UPDATE, &update_table,
	    request, STORE_E_ABSENT));
}

int
requests_forget(struct store *store, uint64_t index)
{
	const struct backend_value key[] = { row_u64(index) };
	int r = row_change(store, STATEMENT_REQUEST_FORGET, key, 0);

	if (r == 0)
		r = row_change(store, STATEMENT_ANSWERED_FORGET, key, 0);
	return TRACE(r);
}

int
requests_each_referred(struct store *store, struct str ori,
    requests_each_fn *each, void *context)
{
	struct walk walk = { .request = each, .context = context };

	return TRACE(row_each(store, STATEMENT_REQUEST_REFERRED, &request_table,
	    (const struct backend_value[]){
		row_text(ori), row_text(row_upper(ori)) },
	    walk_request, &walk));
}

int
requests_each_lapsed(struct store *store, int64_t now_us, uint64_t max,
    requests_each_fn *each, void *context)
{
	struct walk walk = { .request = each, .context = context };

	return TRACE(row_each(store, STATEMENT_REQUEST_LAPSED, &request_table,
	    (const struct backend_value[]){ row_i64(now_us), row_u64(max) },
	    walk_request, &walk));
}

int
requests_approve(struct store *store, const struct store_approval *approval)
{
	int r;

	r = row_require(store, STATEMENT_REQUEST_IS,
	    (const struct backend_value[]){ row_text(approval->request) });
	if (r != 0)
		return TRACE(r);
	return TRACE(row_write(store, STATEMENT_APPROVAL_PUT, &approval_table,
	    approval, STORE_E_EXISTS));
}

int
requests_each_approval(struct store *store, struct str request,
    requests_approval_fn *each, void *context)
{
	struct walk walk = { .approval = each, .context = context };

	return TRACE(row_each(store, STATEMENT_APPROVAL_EACH, &approval_table,
	    (const struct backend_value[]){ row_text(request) }, walk_approval,
	    &walk));
}
