/*
 * read: the body into canonical form, once. Exactly one subject key; no
 * wildcard, no partial key, no list. After this step nobody looks at the
 * members again.
 */

#include "gate/read.h"

#include <errno.h>

#include "consign/head.h"
#include "crypto/sha256.h"
#include "frames.h"
#include "gate/approve.h"
#include "gate/complaint.h"
#include "gate/consignment.h"
#include "gate/epoch.h"
#include "gate/lead.h"
#include "gate/office.h"
#include "gate/register.h"
#include "gate/replay.h"
#include "gate/self.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/instant.h"

#define SUBJECT_SHAPE(prefix)                                                  \
	{ prefix "/licence/state", 'S', 2, false },                            \
	    { prefix "/licence/number", 'S', LIMIT_ASK_TEXT, false },          \
	    { prefix "/vin", 'S', LIMIT_ASK_TEXT, false },                     \
	    { prefix "/plate/state", 'S', 2, false },                          \
	    { prefix "/plate/number", 'S', LIMIT_ASK_TEXT, false },            \
	    { prefix "/plate/year", 'i', 4, false },                           \
	    { prefix "/plate/type", 'S', 2, false },                           \
	    { prefix "/person/family", 'S', LIMIT_ASK_TEXT, false },           \
	    { prefix "/person/given", 'S', LIMIT_ASK_TEXT, false },            \
	    { prefix "/person/birth_date", 'S', LIMIT_ASK_TEXT, false }

static const struct member_shape request_shape[] = {
	SUBJECT_SHAPE("/subject"),
	{ "/ground/investigation", 's', LIMIT_ASK_NUMBER, false },
	{ "/ground/wanted", 's', LIMIT_ASK_NUMBER, false },
	{ "/instrument", 's', LIMIT_ASK_NUMBER, false },
	{ "/purpose", 's', 16, true },
	{ "/end_use", 's', 32, true },
	{ "/fields/*", 's', 64, true },
	{ "/reason", 'S', LIMIT_ASK_REASON, false },
	{ "/requestor", 's', LIMIT_ASK_NUMBER, false },
	{ "/source", 's', CONSIGN_ID, false },
};

static const struct member_shape lead_shape[] = {
	SUBJECT_SHAPE("/subject"),
	{ "/to", 's', LIMIT_ASK_NUMBER, true },
	{ "/case", 's', LIMIT_ASK_NUMBER, true },
	{ "/purpose", 's', 16, true },
	{ "/end_use", 's', 32, true },
	{ "/fields/*", 's', 64, true },
	{ "/reason", 's', LIMIT_ASK_REASON, true },
	{ "/source", 's', CONSIGN_ID, false },
};

/* The members of a subject, as the shape above has them. */
static const struct {
	const char *suffix;
	enum subject_member member;
} subject_members[] = {
	{ "/licence/state", SUBJECT_LICENCE_STATE },
	{ "/licence/number", SUBJECT_LICENCE_NUMBER },
	{ "/vin", SUBJECT_VIN_NUMBER },
	{ "/plate/state", SUBJECT_PLATE_STATE },
	{ "/plate/number", SUBJECT_PLATE_NUMBER },
	{ "/plate/year", SUBJECT_PLATE_YEAR },
	{ "/plate/type", SUBJECT_PLATE_TYPE },
	{ "/person/family", SUBJECT_PERSON_FAMILY },
	{ "/person/given", SUBJECT_PERSON_GIVEN },
	{ "/person/birth_date", SUBJECT_PERSON_BIRTH_DATE },
};

/* What is asked for in order to be used for. */
static const char *const end_uses[] = { "criminal", "wanted-person",
	"traffic-safety", "missing-person", "proceedings", "public-safety",
	"immigration-civil", "immigration-criminal", "administrative",
	"other" };

static enum refusal_code
refusal_of(struct str rule)
{
	if (str_is_equal(rule, STR("one-subject")))
		return REFUSAL_ONE_PERSON;
	if (str_is_equal(rule, STR("no-wildcard")) ||
	    str_is_equal(rule, STR("whole-key")) ||
	    str_is_equal(rule, STR("no-partial-name")))
		return REFUSAL_PARTIAL_KEY;
	if (str_is_equal(rule, STR("no-hidden-characters")) ||
	    str_is_equal(rule, STR("utf8")))
		return REFUSAL_BAD_TEXT;
	return REFUSAL_BAD_VALUE;
}

int
read_subject(struct ask *ask, struct subject *subject, const char *prefix)
{
	struct subject_input input = { 0 };
	struct subject_problem problem = { 0 };
	int r;

	for (size_t i = 0; i < ARRAY_LEN(subject_members); i++)
		input.members[subject_members[i].member] =
		    members_below(&ask->members, str_of(prefix),
			str_of(subject_members[i].suffix));
	r = subject_parse(subject, &problem, &ask->arena, &input,
	    instant_day(ask->now_us));
	if (r == SUBJECT_E_REFUSED)
		ask_refuse(ask, refusal_of(str_of(problem.rule)),
		    arena_format(&ask->arena, "%s%s", prefix,
			problem.member + strlen("subject")),
		    arena_format(&ask->arena, "%.*s (rule %s)",
			STR_ARG(problem.text), problem.rule));
	return r < 0 ? TRACE(r) : 0;
}

/* A list where one person or vehicle belongs, however it is spelt. */
static bool
is_list(const struct members *members)
{
	static const char *const lists[] = { "/subject/0", "/subjects",
		"/subject/vin/0", "/subject/plate/0", "/subject/licence/0",
		"/subject/person/0", "/subject/plate/number/0",
		"/subject/licence/number/0" };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (members_has(members, lists[i]))
			return true;
	}
	return false;
}

static void
read_ground(struct ask *ask)
{
	struct str investigation = members_find(&ask->members,
	    "/ground/investigation");
	struct str wanted = members_find(&ask->members, "/ground/wanted");
	struct ask_request *request = &ask->request;

	request->ground_kind = STR("none");
	request->ground = STR("");
	if (investigation.p != NULL && wanted.p != NULL) {
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/ground"),
		    STR("an investigation or a wanted person, not both"));
	} else if (investigation.p != NULL) {
		request->ground_kind = STR("investigation");
		request->ground = str_trim(investigation);
	} else if (wanted.p != NULL) {
		request->ground_kind = STR("wanted");
		request->ground = str_trim(wanted);
	}
}

/* Which kind of record the key leads to. */
static enum record_kind
kind_of(enum subject_kind kind)
{
	return kind == SUBJECT_VIN || kind == SUBJECT_PLATE ? RECORD_VEHICLE
							     : RECORD_DRIVER;
}

static void
read_fields(struct ask *ask)
{
	struct ask_request *request = &ask->request;
	struct str names[LIMIT_ASK_FIELDS + 1];
	size_t n = members_list(names, ARRAY_LEN(names), &ask->members,
	    "/fields");
	uint64_t seen = 0;

	if (n > LIMIT_ASK_FIELDS) {
		ask_refuse(ask, REFUSAL_TOO_LONG, STR("/fields"), STR(""));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		enum record_field field;

		if (!record_field_find(&field, names[i]) ||
		    record_field_get(field)->kind !=
			kind_of(request->subject.kind)) {
			ask_refuse_format(ask, REFUSAL_UNKNOWN_FIELD, "/fields",
			    "no `%.*s` in the record this key leads to",
			    STR_ARG(names[i]));
			return;
		}
		if ((seen & RECORD_BIT(field)) == 0)
			request->fields[request->n_fields++] = field;
		seen |= RECORD_BIT(field);
	}
}

static void
read_end_use(struct ask *ask)
{
	for (size_t i = 0; i < ARRAY_LEN(end_uses); i++) {
		if (str_is_equal(ask->request.end_use, str_of(end_uses[i])))
			return;
	}
	ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/end_use"),
	    STR("not a known end use"));
}

/* A consignment in place of the records; ended by NUL, as a folder's name. */
static void
read_source(struct ask *ask)
{
	struct str id = members_find(&ask->members, "/source");

	ask->request.source = STR("");
	if (id.p == NULL)
		return;
	if (!consign_head_is_id(id))
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/source"),
		    STR("an id of a consignment has 26 characters"));
	else
		ask->request.source = arena_str(&ask->arena, id);
}

/* Who it is for, when the operator types for somebody else. */
static int
read_requestor(struct gate *gate, struct ask *ask)
{
	struct str id = ask->request.requestor;
	int r;

	if (id.len == 0)
		return 0;
	r = people_find_requester(gate->store, &ask->arena, &ask->requestor,
	    id);
	if (r < 0)
		return TRACE(r);
	if (r > 0 ||
	    !str_is_equal(ask->requestor.ori, ask->operator.ori)) {
		ask->requestor = ask->operator;
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/requestor"),
		    STR("no requester of your agency has this id"));
	}
	return 0;
}

/* Of the right shape, and one subject; what requests and leads share. */
static bool
read_members(struct ask *ask, const struct member_shape *shape, size_t n)
{
	struct ask_request *request = &ask->request;

	if (is_list(&ask->members)) {
		ask_refuse(ask, REFUSAL_ONE_PERSON, STR("/subject"), STR(""));
		return false;
	}
	if (!members_check(&ask->refusal, &ask->members, shape, n)) {
		ask->is_settled = true;
		return false;
	}
	request->purpose = members_find(&ask->members, "/purpose");
	request->end_use = members_find(&ask->members, "/end_use");
	request->reason = str_trim(members_find(&ask->members, "/reason"));
	read_source(ask);
	read_end_use(ask);
	return true;
}

bool
read_lead_members(struct ask *ask)
{
	return read_members(ask, lead_shape, ARRAY_LEN(lead_shape));
}

int
read_request(struct gate *gate, struct ask *ask)
{
	struct ask_request *request = &ask->request;
	int r;

	if (!read_members(ask, request_shape, ARRAY_LEN(request_shape)))
		return 0;
	request->instrument = members_find(&ask->members, "/instrument");
	request->requestor = members_find(&ask->members, "/requestor");
	read_ground(ask);
	r = read_requestor(gate, ask);
	return r < 0 ? TRACE(r) : TRACE(read_rest(ask));
}

int
read_rest(struct ask *ask)
{
	struct ask_request *request = &ask->request;
	int r = 0;

	if (!ask->is_settled)
		r = read_subject(ask, &request->subject, "/subject");
	if (r < 0)
		return TRACE(r);
	if (!ask->is_settled)
		read_fields(ask);
	if (!ask->is_settled) {
		ask->subjects[0] = request->subject;
		ask->n_subjects = 1;
	}
	return 0;
}

/*
 * The digest of what was asked: operation, path and members, in order; or what
 * the front could not make of the body.
 */
static void
digest_body(struct ask *ask)
{
	struct sha256 hash;
	struct str rest = ask->frame.fields;
	struct str value;
	uint16_t tag;

	sha256_init(&hash);
	while (frame_next(&tag, &value, &rest)) {
		uint8_t len[8];

		if (tag != ASK_MEMBER && tag != ASK_OPERATION &&
		    tag != ASK_PARAMETER && tag != ASK_MALFORMED)
			continue;
		frame_set_u64(len, value.len);
		sha256_add(&hash, len, sizeof(len));
		sha256_add(&hash, value.p, value.len);
	}
	sha256_finish(&hash, &ask->body_digest);
	sha256_of(&ask->key_digest, ask->idempotency.p, ask->idempotency.len);
}

int
read_ask(struct gate *gate, struct batch *batch, struct ask *ask)
{
	int r;

	if (!ask->is_known || ask->operation->path == PATH_READY ||
	    ask->is_silent)
		return 0;
	r = read_id(&ask->request_id, &ask->arena, ask->now_us, &gate->random);
	if (r < 0)
		return TRACE(r);
	digest_body(ask);
	/* A token serves once, so nothing of a person is answered twice. */
	if (ask->operation->path != PATH_LOOK &&
	    ask->operation->path != PATH_SELF && !ask->is_settled)
		r = replay_find(gate, batch, ask);
	if (r == 0 && (!ask->is_replay || lead_is(ask)))
		r = members_decode(&ask->members, &ask->refusal, &ask->arena,
		    &ask->frame);
	if (r == 0 && ask->is_replay && lead_is(ask))
		r = lead_replay(ask);
	if (r < 0)
		return TRACE(r);
	ask->is_settled |= ask->refusal.code != REFUSAL_NONE;
	if (ask->is_settled)
		return 0;
	switch (ask->operation->path) {
	case PATH_REQUEST:
		r = lead_is(ask) ? lead_read(gate, ask)
				 : read_request(gate, ask);
		break;
	case PATH_REGISTER:
		r = register_read(gate, ask);
		break;
	case PATH_APPROVE:
		r = approve_read(gate, ask);
		break;
	case PATH_SELF:
		r = self_read(gate, ask);
		break;
	case PATH_COMPLAINT:
		r = complaint_read(gate, ask);
		break;
	case PATH_CONSIGN:
		r = consignment_read(ask);
		break;
	case PATH_OFFICE:
		r = office_read(gate, ask);
		break;
	case PATH_LOOK:
	case PATH_READY:
	default:
		break;
	}
	return TRACE(r);
}

/* A clock that ran back, a store or keeper that is down: nothing goes on. */
static int
prepare(struct gate *gate, struct batch *batch)
{
	int r = 0;

	gate->is_behind = batch->now_us < gate->last_us;
	if (gate->is_behind)
		batch->failed = REFUSAL_CLOCK;
	else if (!store_is_in_transaction(gate->store) || gate->is_refused)
		batch->failed = REFUSAL_LOG_UNAVAILABLE;
	else
		r = epoch_ready(gate, ENTRY_REQUEST, batch->now_us);
	if (r > 0)
		batch->failed = REFUSAL_LOG_UNAVAILABLE;
	return r < 0 ? TRACE(r) : 0;
}

/* All subjects of the batch become indexes in one question to the keeper. */
int
read_batch(struct gate *gate, struct batch *batch)
{
	size_t max = batch->n_asks * LIMIT_ASK_SUBJECTS;
	struct str *subjects = ARENA_ARRAY(&batch->arena, max, struct str);
	struct digest *indexes = ARENA_ARRAY(&batch->arena, max, struct digest);
	size_t n = 0;
	size_t at = 0;
	int r = 0;

	if (subjects == NULL || indexes == NULL)
		return FAULT(ENOMEM);
	r = prepare(gate, batch);
	if (r < 0 || batch->failed != REFUSAL_NONE)
		return TRACE(r);
	for (size_t i = 0; i < batch->n_asks; i++) {
		const struct ask *ask = batch->asks[i];

		for (size_t k = 0; k < ask->n_subjects && !ask->is_settled; k++)
			subjects[n++] = ask->subjects[k].canonical;
	}
	if (n > 0)
		r = gate->keys.index(gate->keys.context, indexes, subjects, n);
	if (r < 0)
		return TRACE(r);
	for (size_t i = 0; i < batch->n_asks; i++) {
		struct ask *ask = batch->asks[i];

		if (ask->is_settled)
			continue;
		for (size_t k = 0; k < ask->n_subjects && r == 0; k++)
			ask->indexes[k] = indexes[at++];
		if (r > 0 && ask->n_subjects > 0)
			ask_refuse(ask, REFUSAL_LOG_UNAVAILABLE, STR(""),
			    STR("the keeper of the keys does not answer"));
	}
	return 0;
}

int
read_id(struct str *id, struct arena *arena, int64_t now_us,
    const struct random *random)
{
	/* ULID: 48 bits of milliseconds, 80 of chance, Crockford's base 32. */
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t time = (uint64_t)(now_us / 1000);
	char *text = arena_alloc(arena, 27);
	uint8_t chance[16];

	if (text == NULL)
		return FAULT(ENOMEM);
	random_fill(random, chance, sizeof(chance));
	for (int i = 9; i >= 0; i--, time >>= 5)
		text[i] = digits[time & 31];
	for (int i = 0; i < 16; i++)
		text[10 + i] = digits[chance[i] & 31];
	*id = (struct str){ text, 26 };
	return 0;
}
