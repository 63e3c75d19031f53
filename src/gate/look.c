/* Looks; see look.h. */
#include "gate/look.h"

#include <errno.h>

#include "gate/consignment.h"
#include "gate/replay.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/json.h"

static int
finish(struct ask *ask, struct buf *buf)
{
	if (buf_finish(buf) != 0)
		return FAULT(ENOMEM);
	/* The core is members without their braces. */
	ask->core = arena_str(&ask->arena,
	    str_part(buf_str(buf), 1, buf->len - 1));
	ask->status = 200;
	ask->content_type = STR("application/json");
	return ask->core.p != NULL ? 0 : FAULT(ENOMEM);
}

/* A referral that ended without a permit is not waiting any more. */
static bool
is_over(struct ask *ask)
{
	const struct store_request *row = &ask->pending;

	if (row->state == REQUESTS_REFUSED)
		ask_refuse(ask, REFUSAL_DENIED, STR(""),
		    STR("the approval was refused"));
	else if (row->state == REQUESTS_REFERRED &&
	    row->expires_us <= ask->now_us)
		ask_refuse(ask, REFUSAL_EXPIRED, STR(""),
		    STR("the request waited too long for its approval"));
	return ask->is_settled;
}

/* A request of one's own: its answer again, with today's receipt. */
static int
look_request(struct gate *gate, struct ask *ask)
{
	struct ask kept = { 0 };
	int r = requests_find(gate->store, &ask->arena, &ask->pending,
	    ask->parameters[0]);

	if (r < 0)
		return TRACE(r);
	if (r > 0 ||
	    !str_is_equal(ask->pending.requester, ask->operator.id)) {
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return 0;
	}
	if (is_over(ask))
		return 0;
	arena_init(&kept.arena, LIMIT_ASK_BYTES);
	r = replay_take(gate, &kept, ask->pending.id, ask->pending.index);
	if (r == 0 && kept.refusal.code != REFUSAL_NONE)
		ask_refuse(ask, kept.refusal.code, STR(""), STR(""));
	if (r == 0 && kept.is_replay) {
		ask->look = ARENA_NEW(&ask->arena, struct ask_look);
		if (ask->look == NULL)
			r = FAULT(ENOMEM);
	}
	if (r == 0 && ask->look != NULL) {
		ask->look->index = kept.index;
		ask->look->leaf = arena_str(&ask->arena, kept.text.leaf);
		ask->look->for_asker = arena_str(&ask->arena,
		    kept.text.for_asker);
		ask->core = arena_str(&ask->arena, kept.core);
		ask->content_type = arena_str(&ask->arena, kept.content_type);
		ask->status = kept.status;
	}
	arena_fini(&kept.arena);
	return TRACE(r);
}

static void
put_day(struct json *json, const char *name, int32_t day)
{
	char text[11];

	if (day == INT32_MAX)
		return;
	instant_format_date(text, day);
	json_put_string(json, name, str_of(text));
}

static int
put_assignment(void *context, const struct store_assignment *assignment)
{
	json_string(context, assignment->requester);
	return 0;
}

static int
look_case(struct gate *gate, struct ask *ask)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct store_investigation row;
	struct json json;
	int r = grounds_find_case(gate->store, &ask->arena, &row,
	    ask->operator.ori, ask->parameters[0]);

	buf_init(&buf, LIMIT_ENTRY_BYTES);
	if (r != 0) {
		if (r > 0)
			ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return r > 0 ? 0 : TRACE(r);
	}
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_string(&json, "number", row.number);
	json_put_string(&json, "status",
	    row.status == GROUNDS_CASE_OPEN ? STR("open") : STR("closed"));
	json_put_string(&json, "offence", row.offence);
	json_key(&json, STR("assigned"));
	json_open_array(&json);
	r = grounds_each_assignment(gate->store, row.ori, row.number,
	    put_assignment, &json);
	json_close_array(&json);
	json_close_object(&json);
	return r < 0 ? TRACE(r) : TRACE(finish(ask, &buf));
}

static struct str
wanted_status(enum grounds_wanted_status status)
{
	switch (status) {
	case GROUNDS_WANTED_ACTIVE:
		return STR("active");
	case GROUNDS_WANTED_SERVED:
		return STR("served");
	case GROUNDS_WANTED_RECALLED:
	default:
		return STR("recalled");
	}
}

static int
look_wanted(struct gate *gate, struct ask *ask)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct store_wanted row;
	struct json json;
	int r = grounds_find_wanted(gate->store, &ask->arena, &row,
	    ask->operator.ori, ask->parameters[0]);

	buf_init(&buf, LIMIT_ENTRY_BYTES);
	if (r != 0) {
		if (r > 0)
			ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return r > 0 ? 0 : TRACE(r);
	}
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_string(&json, "number", row.number);
	json_put_string(&json, "status", wanted_status(row.status));
	json_put_string(&json, "kind", row.kind);
	json_put_string(&json, "court", row.court);
	json_put_string(&json, "offence", row.offence);
	put_day(&json, "issued", row.issued);
	put_day(&json, "expires", row.expires);
	json_close_object(&json);
	return TRACE(finish(ask, &buf));
}

static int
look_instrument(struct gate *gate, struct ask *ask)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct store_instrument row;
	struct json json;
	int r = grounds_find_instrument(gate->store, &ask->arena, &row,
	    ask->parameters[0]);

	buf_init(&buf, LIMIT_ENTRY_BYTES);
	if (r < 0)
		return TRACE(r);
	if (r > 0 || !str_is_equal(row.ori, ask->operator.ori)) {
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return 0;
	}
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_string(&json, "number", row.id);
	json_put_string(&json, "status",
	    row.status == GROUNDS_INSTRUMENT_ACTIVE ? STR("active")
						    : STR("withdrawn"));
	json_put_string(&json, "kind", row.kind);
	json_put_string(&json, "court", row.court);
	json_put_string(&json, "docket", row.docket);
	put_day(&json, "issued", row.issued);
	put_day(&json, "expires", row.expires);
	json_key(&json, STR("scope"));
	json_open_array(&json);
	for (size_t i = 0; i < row.n_scope; i++)
		json_string(&json, row.scope[i]);
	json_close_array(&json);
	json_close_object(&json);
	return TRACE(finish(ask, &buf));
}

/*
 * A receipt refreshed: the entry's place under today's checkpoint. It holds
 * digests only, so anyone known may have it.
 */
static int
look_receipt(struct gate *gate, struct ask *ask)
{
	struct store_entry entry;
	uint64_t index;
	int r;

	if (!str_to_u64(&index, ask->parameters[0])) {
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("index"),
		    STR("the index is a whole number"));
		return 0;
	}
	r = entries_find(gate->store, &ask->arena, &entry, index);
	if (r != 0) {
		if (r > 0)
			ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return r > 0 ? 0 : TRACE(r);
	}
	ask->look = ARENA_NEW(&ask->arena, struct ask_look);
	if (ask->look == NULL)
		return FAULT(ENOMEM);
	*ask->look = (struct ask_look){ .index = index,
		.leaf = entry.bytes,
		.for_asker = STR(""),
		.is_whole_answer = true };
	ask->status = 200;
	ask->content_type = STR("text/plain; charset=utf-8");
	return 0;
}

int
look_apply(struct gate *gate, struct ask *ask)
{
	if (ask->n_parameters == 0) {
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return 0;
	}
	if (ask_is(ask, OPERATION_GET_REQUEST))
		return TRACE(look_request(gate, ask));
	if (ask_is(ask, OPERATION_GET_INVESTIGATION))
		return TRACE(look_case(gate, ask));
	if (ask_is(ask, OPERATION_GET_WANTED))
		return TRACE(look_wanted(gate, ask));
	if (ask_is(ask, OPERATION_GET_INSTRUMENT))
		return TRACE(look_instrument(gate, ask));
	if (ask_is(ask, OPERATION_GET_CONSIGNMENT))
		return TRACE(consignment_look(gate, ask));
	return TRACE(look_receipt(gate, ask));
}
