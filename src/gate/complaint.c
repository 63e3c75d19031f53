/* Complaints and answers; see complaint.h. */
#include "gate/complaint.h"

#include <errno.h>

#include "gate/opened.h"
#include "store/complaints.h"
#include "store/lookups.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/json.h"

static const struct member_shape filing_shape[] = {
	{ "/about", 'i', 20, true },
	{ "/reason", 's', 32, true },
	{ "/text", 'S', LIMIT_COMPLAINT_TEXT, false },
};

static const struct member_shape answer_shape[] = {
	{ "/finding", 's', 32, true },
	{ "/text", 's', LIMIT_COMPLAINT_TEXT, true },
};

static const char *const reasons[] = { "no-reason-known", "wrong-purpose",
	"too-much", "too-often", "knows-me", "not-me", "other" };

static const char *const findings[] = { "upheld", "partly-upheld",
	"not-upheld", "referred" };

/* --- read --------------------------------------------------------------- */

static void
read_code(struct ask *ask, const char *pointer, const char *const *codes,
    size_t n)
{
	struct str code = members_find(&ask->members, pointer);

	ask->complaint.reason = code;
	for (size_t i = 0; i < n; i++) {
		if (str_is_equal(code, str_of(codes[i])))
			return;
	}
	ask_refuse(ask, REFUSAL_BAD_VALUE, str_of(pointer),
	    STR("the codes are in the OpenAPI file"));
}

static void
read_filing(struct ask *ask)
{
	struct ask_complaint *complaint = &ask->complaint;

	complaint->change = STR("file");
	complaint->id = ask->request_id;
	if (!str_to_u64(&complaint->about,
		members_find(&ask->members, "/about")))
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/about"),
		    STR("the index of an entry"));
	read_code(ask, "/reason", reasons, ARRAY_LEN(reasons));
}

static void
read_answer(struct ask *ask)
{
	ask->complaint.change = STR("answer");
	if (ask->n_parameters > 0)
		ask->complaint.id = ask->parameters[0];
	read_code(ask, "/finding", findings, ARRAY_LEN(findings));
}

int
complaint_read(struct gate *gate, struct ask *ask)
{
	bool is_filing = ask_is(ask, OPERATION_CREATE_COMPLAINT);
	const struct member_shape *shape = is_filing ? filing_shape
						     : answer_shape;
	size_t n = is_filing ? ARRAY_LEN(filing_shape)
			     : ARRAY_LEN(answer_shape);

	(void)gate;
	if (!is_filing && !ask_is(ask, OPERATION_ANSWER_COMPLAINT))
		return 0;
	if (!members_check(&ask->refusal, &ask->members, shape, n)) {
		ask->is_settled = true;
		return 0;
	}
	ask->complaint.text = str_trim(members_find(&ask->members, "/text"));
	if (is_filing)
		read_filing(ask);
	else
		read_answer(ask);
	return 0;
}

/* --- what is shown -------------------------------------------------------- */

static struct str
state_text(enum complaints_state state)
{
	return state == COMPLAINTS_RECEIVED ? STR("received")
					    : STR("answered");
}

static void
put_time(struct json *json, const char *name, int64_t time_us)
{
	char text[INSTANT_TEXT_SIZE];

	instant_format(text, time_us);
	json_put_string(json, name, str_of(text));
}

static void
put_row(struct json *json, const struct store_complaint *row)
{
	json_put_string(json, "complaint", row->id);
	json_put_i64(json, "about", (int64_t)row->about);
	json_put_string(json, "reason", row->reason);
	json_put_string(json, "state", state_text(row->state));
	put_time(json, "created", row->created_us);
}

/* JSON text of a claim; null when it is erased, or never was. */
static void
put_claim(struct json *json, const char *name, const struct opened *opened,
    const char *label)
{
	struct str value = opened_value(opened, label);

	json_put_raw(json, name, value.p != NULL ? value : STR("null"));
}

static int
finish(struct ask *ask, struct buf *buf, uint64_t status)
{
	if (buf_finish(buf) != 0)
		return FAULT(ENOMEM);
	ask->core = arena_str(&ask->arena,
	    str_part(buf_str(buf), 1, buf->len - 1));
	ask->status = status;
	ask->content_type = STR("application/json");
	return ask->core.p != NULL ? 0 : FAULT(ENOMEM);
}

/* What was written in an entry, and the finding of an answer. */
static int
put_written(struct json *json, struct gate *gate, uint64_t index,
    bool is_answer)
{
	CLEANUP(arena_fini) struct arena work = { 0 };
	struct opened opened;
	int r;

	arena_init(&work, LIMIT_ASK_BYTES);
	r = opened_read(&opened, gate, &work, index);
	if (r != 0)
		return r == OPENED_E_ABSENT ? FAULT(EUCLEAN)
		    : r < 0		    ? TRACE(r)
					    : r;
	if (is_answer)
		put_claim(json, "finding", &opened, "reason");
	put_claim(json, is_answer ? "answer" : "text", &opened, "text");
	return 0;
}

static int
write_one(struct gate *gate, struct ask *ask, const struct store_complaint *row)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct json json;
	int r;

	buf_init(&buf, LIMIT_ENTRY_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	put_row(&json, row);
	r = put_written(&json, gate, row->index, false);
	if (r == 0 && row->state == COMPLAINTS_ANSWERED) {
		put_time(&json, "answered", row->answered_us);
		r = put_written(&json, gate, row->answer, true);
	}
	json_close_object(&json);
	if (r == OPENED_E_DOWN) {
		ask_refuse(ask, REFUSAL_LOG_UNAVAILABLE, STR(""),
		    STR("the keeper of the keys does not answer"));
		return 0;
	}
	return r < 0 ? TRACE(r) : TRACE(finish(ask, &buf, 200));
}

/* --- apply ---------------------------------------------------------------- */

static struct str
own_subject(const struct ask *ask)
{
	return (struct str){ (const char *)ask->indexes[0].b,
		sizeof(ask->indexes[0].b) };
}

static int
file(struct gate *gate, struct ask *ask)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct store_complaint row = { .id = ask->complaint.id,
		.about = ask->complaint.about,
		.reason = ask->complaint.reason,
		.state = COMPLAINTS_RECEIVED,
		.created_us = ask->now_us };
	struct json json;
	bool was_told;
	bool is_there = false;
	int r = lookups_has(gate->store, &was_told, own_subject(ask),
	    row.about);

	if (r == 0)
		r = complaints_has(gate->store, &is_there, own_subject(ask),
		    row.about);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	if (!was_told)
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
	else if (is_there)
		ask_refuse(ask, REFUSAL_CONFLICT, STR("/about"),
		    STR("there is a complaint of yours about this entry"));
	if (ask->is_settled)
		return 0;
	buf_init(&buf, LIMIT_ENTRY_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	put_row(&json, &row);
	json_close_object(&json);
	ask->location = arena_format(&ask->arena, "/v1/self/complaints/%.*s",
	    STR_ARG(row.id));
	return ask->location.p != NULL ? TRACE(finish(ask, &buf, 201))
				       : FAULT(ENOMEM);
}

/* A complaint by its id; settled when it is not there, or not of who asks. */
static int
find(struct gate *gate, struct ask *ask, struct store_complaint *row)
{
	bool is_own = ask->operation->path == PATH_SELF;
	int r = ask->n_parameters == 0
	    ? STORE_E_ABSENT
	    : complaints_find(gate->store, &ask->arena, row,
		  ask->parameters[0]);

	if (r == STORE_E_ABSENT ||
	    (r == 0 && is_own &&
		!str_is_equal(row->subject, own_subject(ask)))) {
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return 0;
	}
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

static int
look(struct gate *gate, struct ask *ask)
{
	struct store_complaint row = { 0 };
	int r = find(gate, ask, &row);

	return r < 0 || ask->is_settled ? TRACE(r)
					: TRACE(write_one(gate, ask, &row));
}

static int
answer(struct gate *gate, struct ask *ask)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct store_complaint row = { 0 };
	struct json json;
	int r = find(gate, ask, &row);

	if (r < 0 || ask->is_settled)
		return TRACE(r);
	if (row.state != COMPLAINTS_RECEIVED) {
		ask_refuse(ask, REFUSAL_CONFLICT, STR(""),
		    STR("the complaint was answered before"));
		return 0;
	}
	ask->complaint.about = row.about;
	row.state = COMPLAINTS_ANSWERED;
	buf_init(&buf, LIMIT_ENTRY_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	put_row(&json, &row);
	put_time(&json, "answered", ask->now_us);
	json_put_string(&json, "finding", ask->complaint.reason);
	json_close_object(&json);
	return TRACE(finish(ask, &buf, 201));
}

static int
put_waiting(void *context, const struct store_complaint *row)
{
	struct json *json = context;

	json_open_object(json);
	put_row(json, row);
	json_close_object(json);
	return 0;
}

static int
list(struct gate *gate, struct ask *ask)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct json json;
	int r;

	buf_init(&buf, LIMIT_ENTRY_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	json_key(&json, STR("waiting"));
	json_open_array(&json);
	r = complaints_each_waiting(gate->store, LIMIT_COMPLAINTS, put_waiting,
	    &json);
	json_close_array(&json);
	json_close_object(&json);
	return r < 0 ? TRACE(r) : TRACE(finish(ask, &buf, 200));
}

int
complaint_apply(struct gate *gate, struct ask *ask)
{
	if (ask_is(ask, OPERATION_CREATE_COMPLAINT))
		return TRACE(file(gate, ask));
	if (ask_is(ask, OPERATION_ANSWER_COMPLAINT))
		return TRACE(answer(gate, ask));
	if (ask_is(ask, OPERATION_LIST_COMPLAINTS))
		return TRACE(list(gate, ask));
	return TRACE(look(gate, ask));
}

int
complaint_put(struct gate *gate, const struct ask *ask)
{
	const struct ask_complaint *complaint = &ask->complaint;
	struct store_complaint row = { .id = complaint->id,
		.index = ask->index,
		.about = complaint->about,
		.subject = own_subject(ask),
		.reason = complaint->reason,
		.state = COMPLAINTS_RECEIVED,
		.created_us = ask->now_us };
	int r = 0;

	if (ask->refusal.code != REFUSAL_NONE)
		return 0;
	if (ask_is(ask, OPERATION_CREATE_COMPLAINT))
		r = complaints_put(gate->store, &row);
	else if (ask_is(ask, OPERATION_ANSWER_COMPLAINT))
		r = complaints_answer(gate->store, complaint->id, ask->index,
		    ask->now_us);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}
