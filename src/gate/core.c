/* Cores of answers; see core.h. */
#include "gate/core.h"

#include <errno.h>

#include "gate/consignment.h"
#include "gate/office.h"
#include "util/fault.h"
#include "util/hex.h"
#include "util/instant.h"
#include "util/json.h"

static void
put_ruling(struct json *json, const struct ruling *ruling)
{
	json_open_object(json);
	json_put_string(json, "pack", ruling->pack);
	json_put_string(json, "rule", ruling->rule);
	if (ruling->is_error)
		json_put_bool(json, "error", true);
	if (ruling->says.len > 0)
		json_put_string(json, "says", ruling->says);
	if (ruling->remedy.len > 0)
		json_put_string(json, "remedy", ruling->remedy);
	if (ruling->cite.len > 0)
		json_put_string(json, "cite", ruling->cite);
	if (ruling->needs.len > 0)
		json_put_string(json, "needs", ruling->needs);
	json_close_object(json);
}

static void
put_rulings(struct json *json, const struct decision *decision)
{
	json_open_array(json);
	for (size_t i = 0; i < decision->n_rulings; i++)
		put_ruling(json, &decision->rulings[i]);
	json_close_array(json);
}

static void
put_list(struct json *json, const struct str *items, size_t n)
{
	json_open_array(json);
	for (size_t i = 0; i < n; i++)
		json_string(json, items[i]);
	json_close_array(json);
}

struct str
core_rules(struct arena *arena, const struct decision *decision)
{
	struct buf buf;
	struct json json;

	buf_init_in(&buf, arena, LIMIT_ENTRY_VALUE);
	json_init(&json, &buf);
	put_rulings(&json, decision);
	return buf_take(&buf);
}

struct str
core_list(struct arena *arena, const struct str *items, size_t n)
{
	struct buf buf;
	struct json json;

	buf_init_in(&buf, arena, LIMIT_ENTRY_VALUE);
	json_init(&json, &buf);
	put_list(&json, items, n);
	return buf_take(&buf);
}

/* Fields asked for that are not in the record, each with the rule. */
static void
put_withheld(struct json *json, const struct ask *ask)
{
	const struct decision *decision = &ask->decision;

	json_key(json, STR("withheld"));
	json_open_array(json);
	for (size_t i = 0; i < decision->n_fields; i++) {
		const struct decided_field *field = &decision->fields[i];

		if (field->verdict == VERDICT_PERMIT)
			continue;
		json_open_object(json);
		json_put_string(json, "field",
		    record_field_get(field->field)->name);
		if (field->ruling < decision->n_rulings) {
			const struct ruling *ruling =
			    &decision->rulings[field->ruling];

			json_put_string(json, "pack", ruling->pack);
			json_put_string(json, "rule", ruling->rule);
		}
		json_close_object(json);
	}
	json_close_array(json);
}

static void
put_event(struct json *json, const struct ask *ask)
{
	char time[INSTANT_TEXT_SIZE];

	instant_format(time, ask->now_us);
	if (ask->request_id.len > 0)
		json_put_string(json, "id", ask->request_id);
	if (ask->has_entry)
		json_put_i64(json, "index", (int64_t)ask->index);
	json_put_string(json, "time", str_of(time));
}

static void
put_permit(struct json *json, struct ask *ask)
{
	put_event(json, ask);
	json_put_string(json, "decision", STR("permit"));
	json_put_raw(json, "record", ask->record_json);
	put_withheld(json, ask);
	json_put_raw(json, "marking", ask->marking_json);
	json_key(json, STR("duties"));
	put_list(json, ask->decision.duties, ask->decision.n_duties);
	ask->status = 200;
}

static void
put_problem(struct json *json, struct ask *ask, const struct refusal *refusal)
{
	struct str name = refusal_name(refusal->code);
	struct str type = arena_format(&ask->arena, "/problems/%.*s",
	    STR_ARG(name));

	json_put_string(json, "type", type);
	json_put_string(json, "title", refusal_title(refusal->code));
	ask->status = refusal_status(refusal->code);
	json_put_i64(json, "status", (int64_t)ask->status);
	json_put_string(json, "code", name);
	put_event(json, ask);
	if (refusal->member.len > 0)
		json_put_string(json, "member", refusal->member);
	if (refusal->detail.len > 0)
		json_put_string(json, "detail", refusal->detail);
}

/* Denied and referred: who said so, why, and what would make it lawful. */
static void
put_decision(struct json *json, const struct ask *ask)
{
	const struct decision *decision = &ask->decision;

	json_put_string(json, "decision",
	    judge_verdict_name(decision->verdict));
	json_key(json, STR("rules"));
	put_rulings(json, decision);
	if (decision->n_lawful_if > 0) {
		json_key(json, STR("lawful_if"));
		put_list(json, decision->lawful_if, decision->n_lawful_if);
	}
	if (decision->verdict == VERDICT_REFER) {
		json_key(json, STR("needs"));
		put_list(json, decision->needs, decision->n_needs);
	}
}

static void
put_registered(struct json *json, struct ask *ask)
{
	const struct ask_register *reg = &ask->registration;

	put_event(json, ask);
	json_put_string(json, "kind", reg->kind);
	json_put_string(json, "number", reg->number);
	json_put_string(json, "change", reg->change);
	if (reg->requester.len > 0)
		json_put_string(json, "requester", reg->requester);
	ask->status = 200;
	if (ask_is(ask, OPERATION_CREATE_INVESTIGATION) ||
	    ask_is(ask, OPERATION_CREATE_WANTED) ||
	    ask_is(ask, OPERATION_CREATE_INSTRUMENT) ||
	    ask_is(ask, OPERATION_CREATE_ASSIGNMENT))
		ask->status = 201;
}

static void
put_approved(struct json *json, struct ask *ask)
{
	put_event(json, ask);
	json_put_string(json, "request", ask->pending.id);
	/* How the request stands now; the record goes to its requester only. */
	json_put_string(json, "decision",
	    ask->child != NULL ? judge_verdict_name(
				     ask->child->decision.verdict)
			       : STR("deny"));
	ask->status = 201;
}

static void
put_consigned(struct json *json, struct ask *ask)
{
	const struct ask_consign *consign = ask->consign;
	const struct store_consignment *row = &consign->row;
	char hex[2 * CONSIGNMENTS_DIGEST_SIZE + 1];
	char day[11];

	hex_format(hex, (const uint8_t *)row->digest.p, row->digest.len);
	instant_format_date(day, row->deadline);
	put_event(json, ask);
	json_put_string(json, "consignment", row->id);
	json_put_string(json, "change", consign->change);
	json_put_string(json, "sender", row->sender);
	json_put_string(json, "sha256", str_of(hex));
	json_put_i64(json, "size", (int64_t)row->size);
	json_put_i64(json, "records", (int64_t)row->n_records);
	json_put_string(json, "deadline", str_of(day));
	if (consign->half.len > 0)
		json_put_string(json, "half", consign->half);
	ask->status = consign->is_waiting ? 202
	    : ask_is(ask, OPERATION_REGISTER_CONSIGNMENT) ? 201
							   : 200;
}

static void
put_office(struct json *json, struct ask *ask)
{
	put_event(json, ask);
	office_put(json, ask);
}

/* The approver hears the decision, so the child is decided by then. */
static void
put_all(struct json *json, struct ask *ask)
{
	const struct refusal *refusal = &ask->refusal;

	ask->content_type = STR("application/json");
	if (refusal->code == REFUSAL_NONE) {
		if (ask->operation->path == PATH_REQUEST)
			put_permit(json, ask);
		else if (ask->operation->path == PATH_APPROVE)
			put_approved(json, ask);
		else if (ask->operation->path == PATH_CONSIGN)
			put_consigned(json, ask);
		else if (ask->operation->path == PATH_OFFICE)
			put_office(json, ask);
		else
			put_registered(json, ask);
		return;
	}
	if (refusal->code != REFUSAL_REFERRED)
		ask->content_type = STR("application/problem+json");
	put_problem(json, ask, refusal);
	if (refusal->code == REFUSAL_DENIED ||
	    refusal->code == REFUSAL_REFERRED)
		put_decision(json, ask);
}

static struct str
without_braces(struct str object)
{
	return object.p == NULL ? object
				: str_part(object, 1, object.len - 1);
}

int
core_write(struct ask *ask)
{
	struct buf buf;
	struct json json;

	buf_init_in(&buf, &ask->arena, LIMIT_ANSWER_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	put_all(&json, ask);
	json_close_object(&json);
	ask->core = without_braces(buf_take(&buf));
	if (ask->operation->path == PATH_REQUEST)
		ask->location = core_location(ask);
	return ask->core.p != NULL ? 0 : FAULT(ENOMEM);
}

struct str
core_location(struct ask *ask)
{
	struct str parts[] = { STR("/v1/requests/"), ask->request_id };

	return arena_join(&ask->arena, parts, ARRAY_LEN(parts));
}

int
core_write_refusal(struct ask *ask, enum refusal_code code)
{
	struct buf buf;
	struct refusal refusal = { .code = code };
	struct json json;

	if (code == ask->refusal.code)
		refusal = ask->refusal;
	buf_init_in(&buf, &ask->arena, LIMIT_ANSWER_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	ask->content_type = STR("application/problem+json");
	ask->has_entry = false;
	put_problem(&json, ask, &refusal);
	json_close_object(&json);
	ask->core = without_braces(buf_take(&buf));
	ask->location = STR("");
	return ask->core.p != NULL ? 0 : FAULT(ENOMEM);
}
