/*
 * ground: on what does the request stand? The investigation with the requester
 * on it, or the warrant for exactly this person; the instrument, if one is
 * named. Facts only: the packs judge them.
 */
#include "gate/path.h"

#include "gate/approve.h"
#include "gate/complaint.h"
#include "gate/consignment.h"
#include "gate/look.h"
#include "gate/office.h"
#include "gate/register.h"
#include "gate/self.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/instant.h"

static struct str
index_of(const struct ask *ask)
{
	return (struct str){ (const char *)ask->indexes[0].b,
		sizeof(ask->indexes[0].b) };
}

static int
ground_investigation(struct gate *gate, struct ask *ask)
{
	struct facts_ground *ground = &ask->facts.ground;
	struct store_standing standing;
	int r = grounds_find_standing(gate->store, &ask->arena, &standing,
	    ask->requestor.ori, ask->request.ground, ask->requestor.id,
	    index_of(ask));

	if (r != 0)
		return r > 0 ? 0 : TRACE(r);
	ground->registered = true;
	ground->same_agency = true;
	ground->open = standing.status == GROUNDS_CASE_OPEN;
	ground->assigned = ask->now_us < standing.assigned_until_us;
	ground->names_subjects = standing.names_subjects > 0;
	ground->names_subject = standing.names_subject > 0;
	return 0;
}

static int
ground_wanted(struct gate *gate, struct ask *ask)
{
	struct facts_ground *ground = &ask->facts.ground;
	struct store_wanted found;
	int32_t today = instant_day(ask->now_us);
	int r = grounds_find_wanted(gate->store, &ask->arena, &found,
	    ask->operator.ori, ask->request.ground);

	if (r != 0)
		return r > 0 ? 0 : TRACE(r);
	ground->registered = true;
	ground->same_agency = true;
	ground->names_subjects = true;
	ground->open = found.status == GROUNDS_WANTED_ACTIVE &&
	    found.issued <= today && today <= found.expires;
	return TRACE(grounds_wanted_has_subject(gate->store,
	    &ground->names_subject, ask->operator.ori, ask->request.ground,
	    index_of(ask)));
}

static int
ground_instrument(struct gate *gate, struct ask *ask)
{
	struct facts_instrument *facts = &ask->facts.instrument;
	int32_t today = instant_day(ask->now_us);
	int r;

	facts->kind = STR("none");
	if (ask->request.instrument.len == 0)
		return 0;
	r = grounds_find_instrument(gate->store, &ask->arena,
	    &ask->instrument, ask->request.instrument);
	if (r < 0)
		return TRACE(r);
	if (r > 0 || !str_is_equal(ask->instrument.ori, ask->operator.ori)) {
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/instrument"),
		    STR("your agency has registered no such instrument"));
		return 0;
	}
	ask->has_instrument = true;
	facts->kind = ask->instrument.kind;
	facts->valid = ask->instrument.status == GROUNDS_INSTRUMENT_ACTIVE &&
	    ask->instrument.issued <= today && today <= ask->instrument.expires;
	return TRACE(grounds_instrument_has_subject(gate->store,
	    &facts->names_subject, ask->instrument.id, index_of(ask)));
}

static void
facts_requester(struct ask *ask)
{
	const struct people_role_name *roles;
	size_t n_roles;
	struct str *names;
	struct facts_requester *who = &ask->facts.requester;

	roles = people_roles(&n_roles);
	names = ARENA_ARRAY(&ask->arena, n_roles, struct str);
	*who = (struct facts_requester){
		.id = ask->requestor.id,
		.ori = ask->requestor.ori,
		.unit = ask->requestor.unit,
		.agency_kind = ask->agency.kind,
		.agency_state = ask->agency.state,
		.roles = names,
	};
	for (size_t i = 0; i < n_roles && names != NULL; i++) {
		if ((ask->requestor.roles & (uint32_t)roles[i].role) != 0)
			names[who->n_roles++] = roles[i].name;
	}
	/* Both who types and who it is for must be in good standing. */
	who->active = ask->operator.status == PEOPLE_ACTIVE &&
	    ask->requestor.status == PEOPLE_ACTIVE &&
	    ask->agency.status == PEOPLE_ACTIVE && ask->is_unit_active &&
	    ask->now_us < ask->operator.need_ends &&
	    ask->now_us < ask->requestor.need_ends;
	who->training_current = ask->now_us < ask->requestor.training_until &&
	    ask->now_us < ask->operator.training_until;
	who->rules_current = ask->now_us < ask->requestor.agreement_until &&
	    ask->now_us < ask->operator.agreement_until;
	who->agreement_current = ask->now_us < ask->agency.agreement_until;
}

/* The facts of a request. */
static int
ground_request(struct gate *gate, struct ask *ask)
{
	const struct ask_request *request = &ask->request;
	int r = 0;

	facts_requester(ask);
	ask->facts.ground.kind = request->ground_kind;
	ask->facts.purpose = request->purpose;
	ask->facts.end_use = request->end_use;
	ask->facts.subject_kind = subject_kind_text(request->subject.kind);
	ask->facts.reason_given = request->reason.len > 0;
	ask->facts.now_us = ask->now_us;
	ask->facts.approvals = ask->approvals;
	ask->facts.n_approvals = ask->n_approvals;
	ask->facts.is_self =
	    str_is_equal(ask->requestor.subject, index_of(ask)) ||
	    str_is_equal(ask->operator.subject, index_of(ask));
	if (str_is_equal(request->ground_kind, STR("investigation")))
		r = ground_investigation(gate, ask);
	else if (str_is_equal(request->ground_kind, STR("wanted")))
		r = ground_wanted(gate, ask);
	if (r == 0)
		r = ground_instrument(gate, ask);
	if (r == 0 && !ask->is_settled)
		r = consignment_check(gate, ask);
	return TRACE(r);
}

/* Beside the main path: a ground is made, approved on, or looked at. */
int
ground_ask(struct gate *gate, struct batch *batch, struct ask *ask)
{
	if (ask->is_settled || batch->failed != REFUSAL_NONE)
		return 0;
	switch (ask->operation->path) {
	case PATH_REQUEST:
		return TRACE(ground_request(gate, ask));
	case PATH_REGISTER:
		return TRACE(register_apply(gate, ask));
	case PATH_APPROVE:
		return TRACE(approve_apply(gate, batch, ask));
	case PATH_CONSIGN:
		return TRACE(consignment_apply(gate, ask));
	case PATH_OFFICE:
		return TRACE(office_apply(gate, ask));
	case PATH_LOOK:
		return TRACE(look_apply(gate, ask));
	case PATH_SELF:
		return TRACE(self_apply(gate, ask));
	case PATH_COMPLAINT:
		return TRACE(complaint_apply(gate, ask));
	case PATH_READY:
	default:
		return 0;
	}
}
