/* Leads of the holder; see lead.h. */
#include "gate/lead.h"

#include <errno.h>

#include "gate/read.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/json.h"

/* Whom it is for, with agency and unit: the packs judge these. */
static int
find_recipient(struct gate *gate, struct ask *ask, struct str id)
{
	struct store_unit unit;
	int r = people_find_requester(gate->store, &ask->arena,
	    &ask->requestor, id);

	if (r == 0)
		r = people_find_agency(gate->store, &ask->arena, &ask->agency,
		    ask->requestor.ori);
	if (r == 0 && ask->requestor.unit.len > 0)
		r = people_find_unit(gate->store, &ask->arena, &unit,
		    ask->requestor.ori, ask->requestor.unit);
	if (r < 0)
		return TRACE(r);
	if (r > 0 || (ask->requestor.roles & PEOPLE_ROLE_REQUESTER) == 0) {
		ask->requestor = ask->operator;
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/to"),
		    STR("no requester has this id"));
		return 0;
	}
	ask->is_unit_active = ask->requestor.unit.len == 0 ||
	    unit.status == PEOPLE_ACTIVE;
	return 0;
}

int
lead_read(struct gate *gate, struct ask *ask)
{
	struct ask_request *request = &ask->request;
	int r;

	if (!read_lead_members(ask))
		return 0;
	request->ground_kind = STR("investigation");
	request->ground = str_trim(members_find(&ask->members, "/case"));
	request->instrument = STR("");
	request->requestor = members_find(&ask->members, "/to");
	if (request->reason.len == 0)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/reason"),
		    STR("it is empty"));
	r = find_recipient(gate, ask, request->requestor);
	return r < 0 ? TRACE(r) : TRACE(read_rest(ask));
}

int
lead_replay(struct ask *ask)
{
	ask->refusal = (struct refusal){ 0 };
	/* What was kept is the recipient's answer; a refusal is the sender's. */
	if (ask->status != 200)
		return 0;
	ask->request.ground = members_find(&ask->members, "/case");
	ask->requestor.id = members_find(&ask->members, "/to");
	return TRACE(lead_answer(ask));
}

void
lead_decide(struct ask *ask)
{
	if (!lead_is(ask) || ask->decision.verdict != VERDICT_REFER)
		return;
	ask->decision.verdict = VERDICT_DENY;
	ask->decision.n_needs = 0;
	ask_refuse(ask, REFUSAL_DENIED, STR(""),
	    STR("a lead does not wait for an approval: the officer asks"));
}

int
lead_answer(struct ask *ask)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	char time[INSTANT_TEXT_SIZE];
	struct json json;

	/* A refusal tells the sender why; it has nothing of the record. */
	if (ask->refusal.code != REFUSAL_NONE)
		return 0;
	buf_init(&buf, LIMIT_ANSWER_BYTES);
	json_init(&json, &buf);
	instant_format(time, ask->now_us);
	json_open_object(&json);
	json_put_string(&json, "id", ask->request_id);
	json_put_i64(&json, "index", (int64_t)ask->index);
	json_put_string(&json, "time", str_of(time));
	json_put_string(&json, "decision", STR("permit"));
	json_put_string(&json, "to", ask->requestor.id);
	json_put_string(&json, "case", ask->request.ground);
	json_close_object(&json);
	if (buf_finish(&buf) != 0)
		return FAULT(ENOMEM);
	ask->core = arena_str(&ask->arena,
	    str_part(buf_str(&buf), 1, buf.len - 1));
	ask->text.for_asker = STR("");
	ask->status = 201;
	return ask->core.p != NULL ? 0 : FAULT(ENOMEM);
}
