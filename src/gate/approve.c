/* Approvals of referred requests; see approve.h. */
#include "gate/approve.h"

#include <errno.h>
#include <stdlib.h>

#include "frames.h"
#include "gate/epoch.h"
#include "gate/read.h"
#include "store/store.h"
#include "util/fault.h"

static const struct member_shape shape[] = {
	{ "/role", 's', 32, true },
	{ "/granted", 'b', 5, true },
	{ "/reason", 's', LIMIT_ASK_REASON, true },
};

/* Context of a sealed frame: never that of its answer. */
static struct str
frame_context(struct arena *arena, struct str id)
{
	return arena_format(arena, "frame %.*s", STR_ARG(id));
}

int
approve_seal_frame(struct gate *gate, struct ask *ask, struct str *sealed)
{
	struct str context = frame_context(&ask->arena, ask->request_id);

	if (context.p == NULL)
		return FAULT(ENOMEM);
	return TRACE(epoch_seal(gate, ENTRY_REQUEST, sealed, &ask->arena,
	    context,
	    ask->frame.fields));
}

int
approve_read(struct gate *gate, struct ask *ask)
{
	struct str role;

	(void)gate;
	if (!members_check(&ask->refusal, &ask->members, shape,
		ARRAY_LEN(shape))) {
		ask->is_settled = true;
		return 0;
	}
	role = members_find(&ask->members, "/role");
	if (people_role(role) == 0)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/role"),
		    STR("there is no such role"));
	else if ((people_role(role) & ask->operator.roles) == 0)
		ask_refuse(ask, REFUSAL_ROLE_MISSING, STR("/role"), STR(""));
	return 0;
}

/* Whether this person may approve this request at all. */
static void
check(struct ask *ask)
{
	const struct store_request *row = &ask->pending;

	if (!str_is_equal(row->ori, ask->operator.ori))
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
	else if (str_is_equal(row->requester, ask->operator.id))
		ask_refuse(ask, REFUSAL_OWN_REQUEST, STR(""), STR(""));
	else if (row->state != REQUESTS_REFERRED)
		ask_refuse(ask, REFUSAL_CONFLICT, STR(""),
		    STR("the request does not wait for an approval"));
	else if (row->expires_us <= ask->now_us)
		ask_refuse(ask, REFUSAL_EXPIRED, STR(""),
		    STR("the request waited too long"));
}

static int
take_approval(void *context, const struct store_approval *approval)
{
	struct ask *child = context;
	const struct people_role_name *roles;
	size_t n_roles;

	roles = people_roles(&n_roles);
	for (size_t i = 0; i < n_roles && child->n_approvals < LIMIT_NEEDS;
	     i++) {
		if ((uint32_t)roles[i].role == approval->role)
			child->approvals[child->n_approvals++] = roles[i].name;
	}
	return 0;
}

/* The people behind the request, as they stand now. */
static int
find_people(struct gate *gate, struct ask *child, const struct store_request *row)
{
	struct store_unit unit;
	int r = people_find_requester(gate->store, &child->arena,
	    &child->operator, row->requester);

	if (r == 0)
		r = people_find_agency(gate->store, &child->arena,
		    &child->agency, child->operator.ori);
	child->requestor = child->operator;
	child->is_unit_active = true;
	if (r == 0 && child->operator.unit.len > 0) {
		r = people_find_unit(gate->store, &child->arena, &unit,
		    child->operator.ori, child->operator.unit);
		child->is_unit_active = r == 0 &&
		    unit.status == PEOPLE_ACTIVE;
	}
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

/* What was asked, out of the sealed frame. */
static int
open_frame(struct gate *gate, struct ask *child, const struct store_request *row)
{
	struct str context = frame_context(&child->arena, row->id);
	int r = context.p == NULL
	    ? FAULT(ENOMEM)
	    : epoch_open(gate, &child->frame.fields, &child->arena, context,
		  row->frame);

	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	r = members_decode(&child->members, &child->refusal, &child->arena,
	    &child->frame);
	if (r == 0)
		r = read_request(gate, child);
	return TRACE(r);
}

static void
drop_child(struct ask *ask)
{
	arena_fini(&ask->child->arena);
	ask->child = NULL;
}

/* The request anew, as an ask of its own that nobody waits for. */
static int
make_child(struct gate *gate, struct batch *batch, struct ask *ask)
{
	const struct store_request *row = &ask->pending;
	struct ask *child = ARENA_NEW(&batch->arena, struct ask);
	int r;

	if (child == NULL || batch->n_asks == ARRAY_LEN(batch->asks))
		return FAULT(ENOMEM);
	arena_init(&child->arena, LIMIT_ASK_BYTES);
	child->operation = ask_operation_of(OPERATION_CREATE_REQUEST);
	child->is_silent = true;
	child->is_known = true;
	child->now_us = ask->now_us;
	child->request_id = row->id;
	child->certificate = STR("");
	child->pending = *row;
	child->approver = ask;
	ask->child = child;
	if (row->subject.len == sizeof(struct digest))
		memcpy(child->indexes[0].b, row->subject.p, row->subject.len);
	r = find_people(gate, child, row);
	if (r == 0)
		r = open_frame(gate, child, row);
	/* Neither who typed it nor who it is for approves it (P9). */
	if (r == 0 &&
	    str_is_equal(child->requestor.id, ask->operator.id))
		ask_refuse(ask, REFUSAL_OWN_REQUEST, STR(""), STR(""));
	if (r < 0 || ask->is_settled)
		drop_child(ask);
	return TRACE(r);
}

/* The approval stands: the request goes down the path behind it. */
static int
decide_again(struct gate *gate, struct batch *batch, struct ask *ask)
{
	batch->asks[batch->n_asks++] = ask->child;
	return TRACE(requests_each_approval(gate->store, ask->pending.id,
	    take_approval, ask->child));
}

static int
record(struct gate *gate, struct ask *ask)
{
	struct store_approval row = { .request = ask->pending.id,
		.role = people_role(members_find(&ask->members, "/role")),
		.approver = ask->operator.id,
		.time_us = ask->now_us,
		.index = tlog_edge_size(gate->edge) };
	int r = requests_approve(gate->store, &row);

	if (r == STORE_E_EXISTS)
		ask_refuse(ask, REFUSAL_CONFLICT, STR(""),
		    STR("this role or this person approved it before"));
	else if (r > 0)
		return FAULT(EIO);
	return r > 0 ? 0 : TRACE(r);
}

/* A "no" ends the request. */
static int
refuse_request(struct gate *gate, struct ask *ask)
{
	struct store_request row = ask->pending;

	row.state = REQUESTS_REFUSED;
	row.decided_us = ask->now_us;
	row.frame = STR("");
	return TRACE(requests_update(gate->store, &row) > 0 ? FAULT(EIO) : 0);
}

int
approve_apply(struct gate *gate, struct batch *batch, struct ask *ask)
{
	int r = ask->n_parameters > 0
	    ? requests_find(gate->store, &ask->arena, &ask->pending,
		  ask->parameters[0])
	    : STORE_E_ABSENT;

	if (r < 0)
		return TRACE(r);
	if (r > 0) {
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return 0;
	}
	check(ask);
	if (ask->is_settled)
		return 0;
	r = make_child(gate, batch, ask);
	if (r < 0 || ask->is_settled)
		return TRACE(r);
	if (!str_is_equal(members_find(&ask->members, "/granted"),
		STR("true"))) {
		drop_child(ask);
		return TRACE(refuse_request(gate, ask));
	}
	r = record(gate, ask);
	if (r < 0 || ask->is_settled) {
		drop_child(ask);
		return TRACE(r);
	}
	return TRACE(decide_again(gate, batch, ask));
}
