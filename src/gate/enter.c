/*
 * enter: the event becomes an entry, with the rows that belong to it: sealed
 * values, the request's state, its idempotency key, the counters, whom it was
 * about (G2).
 */
#include "gate/path.h"

#include <errno.h>

#include "gate/approve.h"
#include "gate/complaint.h"
#include "gate/consignment.h"
#include "gate/core.h"
#include "gate/lead.h"
#include "gate/ledger.h"
#include "gate/office.h"
#include "gate/replay.h"
#include "gate/scopes.h"
#include "gate/self.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/hex.h"
#include "util/instant.h"
#include "util/json.h"

static struct str
digest_str(const struct digest *digest)
{
	return (struct str){ (const char *)digest->b, sizeof(digest->b) };
}

static void
put(struct ask *ask, enum entry_label label, struct str text)
{
	if (text.len > 0)
		entry_put(&ask->entry, &ask->arena, label, text);
}

static void
put_hex(struct ask *ask, enum entry_label label, struct str bytes)
{
	char text[2 * sizeof(struct digest) + 1];

	if (bytes.len != sizeof(struct digest))
		return;
	hex_format(text, (const uint8_t *)bytes.p, bytes.len);
	put(ask, label, str_of(text));
}

static void
put_list(struct ask *ask, enum entry_label label, const struct str *items,
    size_t n)
{
	struct str json = core_list(&ask->arena, items, n);

	if (n == 0)
		return;
	if (json.p == NULL)
		ask->entry.has_failed = true;
	entry_put_json(&ask->entry, label, json);
}

/* The refusals of a decision, or the one of the gate itself. */
static void
put_rules(struct ask *ask)
{
	struct str name = refusal_name(ask->refusal.code);

	if (ask->refusal.code == REFUSAL_NONE ||
	    ask->refusal.code == REFUSAL_NO_RECORD)
		return;
	if (ask->decision.n_rulings > 0)
		entry_put_json(&ask->entry, LABEL_RULES,
		    core_rules(&ask->arena, &ask->decision));
	else
		put_list(ask, LABEL_RULES, &name, 1);
	put(ask, LABEL_REFUSED_MEMBER, ask->refusal.member);
}

static void
put_fields(struct ask *ask)
{
	struct str asked[LIMIT_ASK_FIELDS] = { 0 };
	struct str permitted[LIMIT_ASK_FIELDS] = { 0 };
	struct str disclosed[LIMIT_ASK_FIELDS] = { 0 };
	size_t n_permitted = 0;
	size_t n_disclosed = 0;
	const struct ask_request *request = &ask->request;

	for (size_t i = 0; i < request->n_fields; i++) {
		enum record_field field = request->fields[i];
		struct str name = record_field_get(field)->name;

		asked[i] = name;
		if (i < ask->decision.n_fields &&
		    ask->decision.fields[i].verdict == VERDICT_PERMIT)
			permitted[n_permitted++] = name;
		if ((ask->disclosed & RECORD_BIT(field)) != 0 &&
		    ask->record.values[field].len > 0)
			disclosed[n_disclosed++] = name;
	}
	put_list(ask, LABEL_FIELDS, asked, request->n_fields);
	put_list(ask, LABEL_PERMITTED, permitted, n_permitted);
	put_list(ask, LABEL_DISCLOSED, disclosed, n_disclosed);
}

/* "1984-03": of the person asked about, where the key or the record says it. */
static void
put_birth_month(struct ask *ask)
{
	static const enum record_field fields[] = { RECORD_PERSON_BIRTH_DATE,
		RECORD_OWNER_BIRTH_DATE };
	const struct subject *subject = &ask->request.subject;
	struct str date = STR("");

	if (subject->kind == SUBJECT_PERSON && subject->n_parts == 3)
		date = subject->parts[2];
	for (size_t i = 0; i < ARRAY_LEN(fields) && date.len == 0; i++) {
		if ((ask->disclosed & RECORD_BIT(fields[i])) != 0)
			date = ask->record.values[fields[i]];
	}
	put(ask, LABEL_BIRTH_MONTH, str_part(date, 0, sizeof("1984-03") - 1));
}

static void
fill_request(struct ask *ask)
{
	const struct ask_request *request = &ask->request;
	put(ask, LABEL_UNIT, ask->requestor.unit);
	put(ask, LABEL_REQUESTOR, ask->requestor.id);
	put(ask, LABEL_GROUND_KIND, request->ground_kind);
	put(ask, LABEL_GROUND, request->ground);
	put(ask, LABEL_INSTRUMENT, request->instrument);
	put(ask, LABEL_SOURCE, request->source);
	put(ask, LABEL_PURPOSE, request->purpose);
	put(ask, LABEL_END_USE, request->end_use);
	put(ask, LABEL_REASON, request->reason);
	put(ask, LABEL_OUTCOME, ask->outcome);
	put_hex(ask, LABEL_BODY_DIGEST, digest_str(&ask->body_digest));
	put_fields(ask);
	if (ask->n_subjects > 0) {
		put(ask, LABEL_SUBJECT_KIND,
		    subject_kind_text(request->subject.kind));
		put(ask, LABEL_SUBJECT, request->subject.canonical);
		put_hex(ask, LABEL_SUBJECT_INDEX,
		    digest_str(&ask->indexes[0]));
		put_birth_month(ask);
	}
	if (ask->record_json.p != NULL) {
		entry_put_json(&ask->entry, LABEL_RECORD, ask->record_json);
		entry_put_json(&ask->entry, LABEL_MARKING, ask->marking_json);
		put_list(ask, LABEL_DUTIES, ask->decision.duties,
		    ask->decision.n_duties);
	}
	put_list(ask, LABEL_NEEDS, ask->decision.needs, ask->decision.n_needs);
	put_list(ask, LABEL_APPROVALS, ask->approvals, ask->n_approvals);
}

static void
fill_ground(struct ask *ask)
{
	const struct ask_register *reg = &ask->registration;
	struct str subjects[LIMIT_ASK_SUBJECTS];
	struct str detail[] = { reg->warrant_kind, reg->court, reg->judge,
		reg->docket, reg->offence };

	for (size_t i = 0; i < ask->n_subjects; i++)
		subjects[i] = ask->subjects[i].canonical;
	put(ask, LABEL_CHANGE, reg->change);
	put(ask, LABEL_GROUND_KIND, reg->kind);
	put(ask, LABEL_GROUND, reg->number);
	put(ask, LABEL_REQUESTOR, reg->requester);
	put_list(ask, LABEL_DETAIL, detail, ARRAY_LEN(detail));
	put_list(ask, LABEL_SUBJECTS, subjects, ask->n_subjects);
	put(ask, LABEL_SEALED_UNTIL, reg->sealed_until);
}

/* Who looks, or is complained for, stays with the holder. */
static void
fill_self(struct ask *ask)
{
	const struct ask_complaint *complaint = &ask->complaint;

	put(ask, LABEL_WHAT,
	    ask->n_parameters == 0
		? ask->operation->name
		: arena_format(&ask->arena, "%.*s %.*s",
		      STR_ARG(ask->operation->name),
		      STR_ARG(ask->parameters[0])));
	if (ask->n_subjects > 0)
		put_hex(ask, LABEL_SUBJECT_INDEX,
		    digest_str(&ask->indexes[0]));
	put(ask, LABEL_CHANGE, complaint->change);
	put(ask, LABEL_COMPLAINT, complaint->id);
	put(ask, LABEL_REASON, complaint->reason);
	put(ask, LABEL_TEXT, complaint->text);
	if (complaint->change.len > 0)
		put(ask, LABEL_ABOUT,
		    arena_format(&ask->arena, "%llu",
			(unsigned long long)complaint->about));
}

static void
fill_approval(struct ask *ask)
{
	put(ask, LABEL_ID, ask->pending.id);
	put(ask, LABEL_REQUESTOR, ask->pending.requester);
	put(ask, LABEL_ROLE, members_find(&ask->members, "/role"));
	put(ask, LABEL_GRANTED, members_find(&ask->members, "/granted"));
	put(ask, LABEL_REASON, members_find(&ask->members, "/reason"));
}

static struct str
decision_name(const struct ask *ask)
{
	enum refusal_code code = ask->refusal.code;

	if (code == REFUSAL_REFERRED)
		return STR("refer");
	if (code != REFUSAL_NONE && code != REFUSAL_NO_RECORD)
		return STR("deny");
	return ask->operation->path == PATH_REQUEST ? STR("permit")
						    : STR("done");
}

static void
fill(const struct gate *gate, struct ask *ask)
{
	ask->entry = (struct entry){ .type = ask->operation->entry,
		.time_us = ask->now_us,
		.holder = gate->holder,
		.decision = decision_name(ask),
		.packs = gate->pack_names,
		.n_packs = gate->n_packs };
	/* Of a lead, the agency that gets it: its budgets count there (P8). */
	put(ask, LABEL_AGENCY,
	    lead_is(ask) ? ask->requestor.ori : ask->operator.ori);
	put(ask, LABEL_OPERATOR, ask->operator.id);
	put(ask, LABEL_PEER, ask->peer);
	put_hex(ask, LABEL_CERTIFICATE, ask->certificate);
	put(ask, LABEL_ID, ask->request_id);
	put_rules(ask);
	if (ask->operation->path == PATH_REQUEST)
		fill_request(ask);
	else if (ask->operation->path == PATH_REGISTER)
		fill_ground(ask);
	else if (ask->operation->path == PATH_APPROVE)
		fill_approval(ask);
	else if (ask->operation->path == PATH_CONSIGN)
		consignment_fill(ask);
	else if (ask->operation->path == PATH_OFFICE)
		office_fill(ask);
	else if (ask->operation->path == PATH_SELF ||
	    ask->operation->path == PATH_COMPLAINT)
		fill_self(ask);
	else if (ask->n_parameters > 0)
		put(ask, LABEL_WHAT,
		    arena_format(&ask->arena, "%.*s %.*s",
			STR_ARG(ask->operation->name),
			STR_ARG(ask->parameters[0])));
}

static enum requests_state
state_of(const struct ask *ask)
{
	switch (ask->decision.verdict) {
	case VERDICT_PERMIT:
		return REQUESTS_PERMITTED;
	case VERDICT_REFER:
		return REQUESTS_REFERRED;
	case VERDICT_DENY:
	default:
		return REQUESTS_DENIED;
	}
}

static uint32_t
needed_of(const struct ask *ask)
{
	uint32_t needed = 0;

	for (size_t i = 0; i < ask->decision.n_needs; i++)
		needed |= people_role(ask->decision.needs[i]);
	return needed;
}

/* The request's own row: what it needs to be looked at or decided again. */
static int
put_request(struct gate *gate, struct ask *ask)
{
	struct store_request row = { .first = ask->index,
		.id = ask->request_id,
		.index = ask->index,
		.requester = lead_is(ask) ? ask->requestor.id
					  : ask->operator.id,
		.ori = ask->requestor.ori,
		.ground = ask->request.ground,
		.state = state_of(ask),
		.created_us = ask->now_us,
		.decided_us = ask->now_us,
		.expires_us = ask->now_us +
		    LIMIT_REFERRAL_HOURS * 3600 * INSTANT_SECOND,
		.needed = needed_of(ask),
		.frame = STR("") };
	int r = 0;

	if (ask->n_subjects > 0)
		row.subject = digest_str(&ask->indexes[0]);
	if (replay_is_kept(ask) && !lead_is(ask)) {
		row.key = digest_str(&ask->key_digest);
		row.body = digest_str(&ask->body_digest);
	}
	if (row.state == REQUESTS_REFERRED && ask->is_silent)
		row.frame = ask->pending.frame;
	else if (row.state == REQUESTS_REFERRED)
		r = approve_seal_frame(gate, ask, &row.frame);
	if (r == 0)
		r = ask->is_silent ? requests_update(gate->store, &row)
				   : requests_put(gate->store, &row);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

/* A look-up counts once it was permitted, whatever was found. */
static int
count(struct gate *gate, struct ask *ask)
{
	if (ask->decision.verdict != VERDICT_PERMIT ||
	    ask->refusal.code == REFUSAL_SOURCE_DOWN)
		return 0;
	return TRACE(scopes_see(gate->store, ask));
}

static bool
is_entered(const struct ask *ask)
{
	return ask->is_known && !ask->is_replay && ask->operation != NULL &&
	    ask->operation->entry != ENTRY_NONE;
}

static int
write_rows(struct gate *gate, struct ask *ask)
{
	bool is_request = ask->operation->path == PATH_REQUEST;
	int r = replay_keep(ask);

	if (r == 0)
		r = ledger_append(gate, &ask->text, &ask->arena, &ask->entry);
	if (r == 0 && is_request)
		r = put_request(gate, ask);
	if (r == 0 && (!is_request || lead_is(ask)))
		r = replay_put_key(gate, ask);
	if (r == 0 && is_request)
		r = count(gate, ask);
	if (r == 0 && ask->operation->entry == ENTRY_COMPLAINT)
		r = complaint_put(gate, ask);
	if (r == 0 && ask->approver != NULL)
		r = replay_keep_late(gate, ask->approver);
	if (r == 0 && ask->operation->path == PATH_CONSIGN)
		r = consignment_keep(gate, ask);
	return TRACE(r);
}

/* An approver hears how the request stands then: after that was entered. */
static bool
is_answered_later(const struct ask *ask)
{
	return ask->operation->path == PATH_APPROVE && ask->child != NULL;
}

/* Half an entry is none: the whole batch is taken back. */
static void
give_up(struct batch *batch, int r)
{
	TRACE(r);
	fault_trail(stderr);
	batch->failed = REFUSAL_LOG_UNAVAILABLE;
}

int
enter_ask(struct gate *gate, struct batch *batch, struct ask *ask)
{
	int r = 0;

	if (batch->failed != REFUSAL_NONE || !is_entered(ask))
		return 0;
	ask->index = tlog_edge_size(gate->edge);
	ask->has_entry = true;
	fill(gate, ask);
	if (ask->core.p == NULL && ask->look == NULL && !is_answered_later(ask))
		r = core_write(ask);
	if (r == 0)
		r = write_rows(gate, ask);
	/* Its record is sealed for the recipient by now. */
	if (r == 0 && lead_is(ask))
		r = lead_answer(ask);
	if (r < 0) {
		give_up(batch, r);
		return 0;
	}
	batch->n_entries++;
	return 0;
}

/* Once for all: whom the requests of the batch were about. */
int
enter_batch(struct gate *gate, struct batch *batch)
{
	int r = batch->n_entries > 0 ? self_note(gate, batch) : 0;

	if (r < 0)
		give_up(batch, r);
	else if (r == SELF_E_DOWN)
		batch->failed = REFUSAL_LOG_UNAVAILABLE;
	return 0;
}
