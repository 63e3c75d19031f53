/*
 * identify: who asks? The certificate leads to the requester, the unit, the
 * agency. An unknown certificate is turned away without an entry: a stranger
 * must not be able to fill the log.
 */
#include "gate/path.h"

#include "frames.h"
#include "gate/lead.h"
#include "store/store.h"
#include "util/fault.h"

static void
take_frame(struct ask *ask)
{
	struct str rest = ask->frame.fields;
	struct str value;
	uint16_t tag;

	while (frame_next(&tag, &value, &rest)) {
		switch (tag) {
		case ASK_OPERATION:
			ask->operation = ask_operation(value);
			break;
		case ASK_PARAMETER:
			if (ask->n_parameters < ARRAY_LEN(ask->parameters))
				ask->parameters[ask->n_parameters++] = value;
			break;
		case ASK_CERTIFICATE:
			ask->certificate = value;
			break;
		case ASK_PEER:
			ask->peer = value;
			break;
		case ASK_TOKEN:
			ask->token = value;
			break;
		case ASK_IDEMPOTENCY:
			ask->idempotency = value;
			break;
		default:
			break;
		}
	}
}

/* A deadline that has passed: the client is gone, spend nothing on it. */
static bool
is_late(const struct ask *ask)
{
	uint64_t deadline;

	return frame_find_u64(&deadline, &ask->frame, ASK_DEADLINE) &&
	    deadline < (uint64_t)ask->now_us;
}

/* The chain of rows behind a certificate. */
static int
find_people(struct gate *gate, struct ask *ask)
{
	struct store_asker asker;
	int r = ask->certificate.len == sizeof(struct digest)
	    ? people_find_asker(gate->store, &ask->arena, &asker,
		  ask->certificate)
	    : STORE_E_ABSENT;

	if (r < 0)
		return TRACE(r);
	if (r > 0) {
		ask_refuse(ask, REFUSAL_UNKNOWN_CLIENT, STR(""), STR(""));
		return 0;
	}
	ask->credential = asker.credential;
	ask->operator = asker.requester;
	ask->requestor = asker.requester;
	ask->agency = asker.agency;
	ask->is_unit_active = asker.unit == PEOPLE_ACTIVE;
	ask->is_known = true;
	return 0;
}

static bool
is_active(const struct ask *ask)
{
	return ask->operator.status == PEOPLE_ACTIVE &&
	    ask->agency.status == PEOPLE_ACTIVE && ask->is_unit_active &&
	    ask->now_us < ask->operator.need_ends;
}

/*
 * What a request's packs say in better words (suspended, untrained) is left to
 * them; everything else is refused here.
 */
static void
check_standing(struct ask *ask)
{
	const struct operation *operation = ask->operation;

	ask->is_active = is_active(ask);
	if (ask->credential.status != PEOPLE_ACTIVE ||
	    ask->now_us >= ask->credential.not_after)
		ask_refuse(ask, REFUSAL_CERTIFICATE_ENDED, STR(""), STR(""));
	else if ((operation->path != PATH_REQUEST || lead_is(ask)) &&
	    !ask->is_active)
		ask_refuse(ask, REFUSAL_SUSPENDED, STR(""), STR(""));
	else if (operation->role != 0 &&
	    (operation->role & ask->operator.roles) == 0)
		ask_refuse(ask, REFUSAL_ROLE_MISSING, STR(""), STR(""));
}

int
identify_ask(struct gate *gate, struct batch *batch, struct ask *ask)
{
	int r;

	if (ask->is_silent)
		return 0;
	ask->now_us = batch->now_us;
	take_frame(ask);
	if (ask->operation == NULL) {
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return 0;
	}
	if (ask->operation->path == PATH_READY)
		return 0;
	if (is_late(ask)) {
		ask_refuse(ask, REFUSAL_LATE, STR(""), STR(""));
		return 0;
	}
	r = find_people(gate, ask);
	if (r < 0)
		return TRACE(r);
	if (ask->is_known)
		check_standing(ask);
	return 0;
}
