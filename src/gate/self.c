/* A person's own view; see self.h. */
#include "gate/self.h"

#include <errno.h>

#include "crypto/sha256.h"
#include "gate/complaint.h"
#include "gate/opened.h"
#include "store/lookups.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/json.h"

/*
 * What the receipts open to the person, an allow-list. The requester, the case
 * and the reason in words are not: they are of others, or of an investigation.
 */
static const char *const shown_labels[] = { "agency", "purpose",
	"subject_kind", "fields", "disclosed" };

static struct str
digest_str(const struct digest *digest)
{
	return (struct str){ (const char *)digest->b, sizeof(digest->b) };
}

/* --- read --------------------------------------------------------------- */

static const struct ed25519_public *
find_key(const struct gate *gate, struct str portal)
{
	for (size_t i = 0; i < gate->n_portals; i++) {
		if (str_is_equal(gate->portals[i].id, portal))
			return &gate->portals[i].key;
	}
	return NULL;
}

static void
read_before(struct ask *ask)
{
	ask->before = UINT64_MAX;
	if (ask_is(ask, OPERATION_GET_DISCLOSURES_BEFORE) &&
	    (ask->n_parameters == 0 ||
		!str_to_u64(&ask->before, ask->parameters[0])))
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("index"),
		    STR("the index is a whole number"));
}

/* The licence the portal vouches for becomes the ask's one subject. */
static int
read_person(struct ask *ask)
{
	struct subject_input input = { 0 };
	struct subject_problem problem = { 0 };
	int r;

	input.members[SUBJECT_LICENCE_STATE] = ask->vouched.state;
	input.members[SUBJECT_LICENCE_NUMBER] = ask->vouched.number;
	r = subject_parse(&ask->subjects[0], &problem, &ask->arena, &input,
	    instant_day(ask->now_us));
	if (r == SUBJECT_E_REFUSED)
		ask_refuse(ask, REFUSAL_TOKEN_MALFORMED, STR("licence"),
		    problem.text);
	else if (r == 0)
		ask->n_subjects = 1;
	return r < 0 ? TRACE(r) : 0;
}

int
self_read(struct gate *gate, struct ask *ask)
{
	struct token_terms terms = { .portal = ask->operator.id,
		.key = find_key(gate, ask->operator.id),
		.audience = gate->origin,
		.now_us = ask->now_us,
		.life_us = gate->token_life_us };
	int r = token_read(&ask->vouched, &ask->refusal, &ask->arena, &terms,
	    ask->token);

	if (r < 0)
		return TRACE(r);
	ask->is_settled |= ask->refusal.code != REFUSAL_NONE;
	if (ask->is_settled)
		return 0;
	read_before(ask);
	if (ask_is(ask, OPERATION_CREATE_COMPLAINT))
		r = complaint_read(gate, ask);
	return r == 0 && !ask->is_settled ? TRACE(read_person(ask)) : TRACE(r);
}

/* --- what is shown -------------------------------------------------------- */

static void
put_agency(struct json *json, const struct opened *opened,
    const struct store_agency *agency)
{
	struct str ori = opened_value(opened, "agency");

	json_key(json, STR("agency"));
	if (ori.p == NULL) {
		json_null(json);
		return;
	}
	json_open_object(json);
	json_put_raw(json, "ori", ori);
	json_put_string(json, "name", agency->name);
	json_close_object(json);
}

static void
put_raw(struct json *json, const char *name, struct str value,
    struct str absent)
{
	json_put_raw(json, name, value.p != NULL ? value : absent);
}

/* The members about one look-up: those of its open claims. */
static int
write_shown(struct ask_shown *shown, struct arena *arena,
    const struct opened *opened, const struct store_agency *agency)
{
	struct buf buf;
	struct json json;

	buf_init_in(&buf, arena, LIMIT_ENTRY_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_i64(&json, "index", (int64_t)shown->index);
	put_raw(&json, "kind", opened_value(opened, "type"), STR("null"));
	put_raw(&json, "time", opened_value(opened, "time"), STR("null"));
	put_raw(&json, "decision", opened_value(opened, "decision"),
	    STR("null"));
	put_agency(&json, opened, agency);
	put_raw(&json, "purpose", opened_value(opened, "purpose"),
	    STR("null"));
	put_raw(&json, "by", opened_value(opened, "subject_kind"),
	    STR("null"));
	put_raw(&json, "fields", opened_value(opened, "fields"), STR("[]"));
	put_raw(&json, "disclosed", opened_value(opened, "disclosed"),
	    STR("[]"));
	json_put_bool(&json, "erased", opened->is_erased);
	if (buf_finish(&buf) != 0)
		return FAULT(ENOMEM);
	/* Its receipt is put behind these, so the brace is left open. */
	shown->core = buf_take(&buf);
	return shown->core.p != NULL ? 0 : FAULT(ENOMEM);
}

static int
write_opened(struct ask_shown *shown, struct arena *arena,
    const struct opened *opened)
{
	struct buf buf;

	buf_init_in(&buf, arena, LIMIT_ENTRY_DISCLOSURES);
	for (size_t i = 0; i < ARRAY_LEN(shown_labels); i++)
		opened_add(opened, &buf, shown_labels[i]);
	if (buf_finish(&buf) != 0)
		return FAULT(ENOBUFS);
	shown->opened = arena_str(arena, buf_str(&buf));
	shown->leaf = arena_str(arena, opened->leaf);
	return shown->opened.p != NULL && shown->leaf.p != NULL
	    ? 0
	    : FAULT(ENOMEM);
}

/* The agency's name, by its ORI in quotes; empty when it is not known now. */
static int
find_agency(struct gate *gate, struct arena *arena, struct store_agency *agency,
    struct str ori)
{
	int r = ori.len <= 2
	    ? STORE_E_ABSENT
	    : people_find_agency(gate->store, arena, agency,
		  str_part(ori, 1, ori.len - 1));

	if (r == STORE_E_ABSENT)
		*agency = (struct store_agency){ .name = STR("") };
	return r == STORE_E_ABSENT ? 0 : TRACE(r);
}

/* Returns: 0; OPENED_E_DOWN; fault. */
static int
show(struct gate *gate, struct ask *ask, struct ask_shown *shown)
{
	CLEANUP(arena_fini) struct arena work = { 0 };
	struct store_agency agency;
	struct opened opened;
	int r;

	arena_init(&work, LIMIT_ASK_BYTES);
	r = opened_read(&opened, gate, &work, shown->index);
	if (r == OPENED_E_ABSENT)
		return FAULT(EUCLEAN);
	if (r == 0)
		r = find_agency(gate, &work, &agency,
		    opened_value(&opened, "agency"));
	if (r == 0)
		r = write_shown(shown, &ask->arena, &opened, &agency);
	if (r == 0)
		r = write_opened(shown, &ask->arena, &opened);
	return r < 0 ? TRACE(r) : r;
}

static int
write_core(struct ask *ask)
{
	char time[INSTANT_TEXT_SIZE];

	instant_format(time, ask->now_us);
	ask->core = arena_format(&ask->arena, "\"time\":\"%s\"", time);
	ask->status = 200;
	ask->content_type = STR("application/json");
	return ask->core.p != NULL ? 0 : FAULT(ENOMEM);
}

/* The newest page of what may be told, and whether there is more. */
static int
list(struct gate *gate, struct ask *ask)
{
	uint64_t indexes[LIMIT_SELF_PAGE + 1];
	size_t n = 0;
	int r = lookups_list(gate->store, indexes, &n, ARRAY_LEN(indexes),
	    digest_str(&ask->indexes[0]), ask->before);

	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	ask->has_more = n > LIMIT_SELF_PAGE;
	n = MIN(n, (size_t)LIMIT_SELF_PAGE);
	ask->shown = ARENA_ARRAY(&ask->arena, LIMIT_SELF_PAGE,
	    struct ask_shown);
	if (ask->shown == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < n && r == 0; i++) {
		ask->shown[i] = (struct ask_shown){ .index = indexes[i] };
		r = show(gate, ask, &ask->shown[i]);
	}
	if (r == OPENED_E_DOWN)
		ask_refuse(ask, REFUSAL_LOG_UNAVAILABLE, STR(""),
		    STR("the keeper of the keys does not answer"));
	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	ask->n_shown = n;
	return TRACE(write_core(ask));
}

/* --- apply ---------------------------------------------------------------- */

static int
use_token(struct gate *gate, struct ask *ask)
{
	struct digest jti;
	struct store_token row = { .portal = ask->operator.id,
		.jti = digest_str(&jti),
		.expires_us = ask->vouched.expires_us };
	int r;

	sha256_of(&jti, ask->vouched.jti.p, ask->vouched.jti.len);
	r = lookups_use_token(gate->store, &row, ask->now_us);
	if (r == STORE_E_EXISTS) {
		ask_refuse(ask, REFUSAL_TOKEN_USED, STR("jti"),
		    STR("a token serves once"));
		return 0;
	}
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

int
self_apply(struct gate *gate, struct ask *ask)
{
	int r = use_token(gate, ask);

	if (r == 0 && !ask->is_settled)
		r = lookups_lift(gate->store, ask->now_us, LIMIT_SELF_LIFTS);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	if (ask->is_settled)
		return 0;
	if (ask_is(ask, OPERATION_CREATE_COMPLAINT) ||
	    ask_is(ask, OPERATION_GET_OWN_COMPLAINT))
		return TRACE(complaint_apply(gate, ask));
	return TRACE(list(gate, ask));
}

/* --- note ----------------------------------------------------------------- */

static bool
is_about_somebody(const struct ask *ask)
{
	return ask->has_entry && ask->operation->path == PATH_REQUEST &&
	    ask->n_subjects > 0 &&
	    ask->refusal.code != REFUSAL_LOG_UNAVAILABLE;
}

/*
 * Only after a permit there may have been a record. Whether there was is not
 * to be told from the way (P5), so then the keeper is asked in any case.
 */
static bool
is_asked_of_keeper(const struct ask *ask)
{
	return is_about_somebody(ask) &&
	    ask->decision.verdict == VERDICT_PERMIT;
}

static int
note(struct gate *gate, const struct ask *ask, const struct digest *subject)
{
	struct store_flow flow = { .ori = ask->requestor.ori,
		.kind = ask->request.ground_kind,
		.number = ask->request.ground,
		.instrument = ask->request.instrument.p != NULL
		    ? ask->request.instrument
		    : STR("") };
	int r = lookups_put(gate->store, &flow, digest_str(subject),
	    ask->index, ask->now_us);

	return r > 0 ? FAULT(EIO) : TRACE(r);
}

static int
note_all(struct gate *gate, const struct batch *batch,
    const struct digest *found)
{
	size_t at = 0;
	int r = 0;

	for (size_t i = 0; i < batch->n_asks && r == 0; i++) {
		const struct ask *ask = batch->asks[i];

		if (!is_about_somebody(ask))
			continue;
		r = note(gate, ask,
		    is_asked_of_keeper(ask) ? &found[at++]
					    : &ask->indexes[0]);
	}
	return TRACE(r);
}

int
self_note(struct gate *gate, struct batch *batch)
{
	struct str *persons = ARENA_ARRAY(&batch->arena, 2 * LIMIT_BATCH,
	    struct str);
	struct digest *found = ARENA_ARRAY(&batch->arena, 2 * LIMIT_BATCH,
	    struct digest);
	size_t n = 0;
	int r = 0;

	if (persons == NULL || found == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < batch->n_asks; i++) {
		const struct ask *ask = batch->asks[i];

		if (is_asked_of_keeper(ask))
			persons[n++] = ask->person.len > 0
			    ? ask->person
			    : ask->subjects[0].canonical;
	}
	if (n > 0)
		r = gate->keys.index(gate->keys.context, found, persons, n);
	if (r > 0)
		return SELF_E_DOWN;
	return r < 0 ? TRACE(r) : TRACE(note_all(gate, batch, found));
}
