/* Consignments at the gate; see consignment.h. */
#include "gate/consignment.h"

#include <errno.h>

#include "consign/folder.h"
#include "consign/source_consign.h"
#include "crypto/secret.h"
#include "gate/epoch.h"
#include "gate/ledger.h"
#include "store/store.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/hex.h"
#include "util/instant.h"
#include "util/json.h"

/* Who orders first; a key holder confirms. No person has both (P9). */
#define FIRST                                                                  \
	(PEOPLE_ROLE_COUNSEL | PEOPLE_ROLE_PRIVACY_OFFICER |                   \
	    PEOPLE_ROLE_DATA_OWNER)

static const struct member_shape register_shape[] = {
	{ "/id", 's', CONSIGN_ID, true },
};

static const struct member_shape order_shape[] = {
	{ "/order", 's', 16, true },
	{ "/reason", 's', LIMIT_ASK_REASON, true },
};

/* What may be ordered, and what the certificate then says. */
static const struct {
	struct str order;
	struct str done;
} orders[] = {
	{ STR_INIT("open"), STR_INIT("opened whole") },
	{ STR_INIT("return"), STR_INIT("returned") },
	{ STR_INIT("destroy"), STR_INIT("destroyed") },
};

static struct str
done_text(struct str order)
{
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		if (str_is_equal(orders[i].order, order))
			return orders[i].done;
	}
	return STR("");
}

static struct str
state_text(const struct store_consignment *row)
{
	switch (row->state) {
	case CONSIGNMENTS_HELD:
		return STR("held");
	case CONSIGNMENTS_ENDING:
		return STR("ending");
	case CONSIGNMENTS_ERASED:
	default:
		return done_text(row->ordered);
	}
}

/* --- reading ------------------------------------------------------------- */

int
consignment_read(struct ask *ask)
{
	bool is_order = ask_is(ask, OPERATION_ORDER_CONSIGNMENT);
	struct ask_consign *consign = ARENA_NEW(&ask->arena,
	    struct ask_consign);

	if (consign == NULL)
		return FAULT(ENOMEM);
	ask->consign = consign;
	if (!members_check(&ask->refusal, &ask->members,
		is_order ? order_shape : register_shape,
		is_order ? ARRAY_LEN(order_shape)
			 : ARRAY_LEN(register_shape))) {
		ask->is_settled = true;
		return 0;
	}
	consign->id = is_order && ask->n_parameters > 0
	    ? ask->parameters[0]
	    : members_find(&ask->members, "/id");
	consign->order = members_find(&ask->members, "/order");
	consign->reason = str_trim(members_find(&ask->members, "/reason"));
	if (!consign_head_is_id(consign->id) && is_order)
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
	else if (!consign_head_is_id(consign->id))
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/id"),
		    STR("an id of a consignment has 26 characters"));
	/* Ended by NUL, as a folder's name. */
	consign->id = arena_str(&ask->arena, consign->id);
	if (consign->id.p == NULL)
		return FAULT(ENOMEM);
	if (is_order && done_text(consign->order).len == 0)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/order"),
		    STR("open, return or destroy"));
	if (is_order && consign->reason.len == 0)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/reason"),
		    STR("it is empty"));
	return 0;
}

/* --- registering --------------------------------------------------------- */

/* "2 of 3: ann, ben, cem"; each must be a key holder of this gate. */
static int
list_custodians(struct gate *gate, struct ask *ask, const struct keyfile *keys)
{
	CLEANUP(buf_fini) struct buf text = { 0 };

	buf_init(&text, LIMIT_ENTRY_VALUE);
	buf_add_format(&text, "%u of %u", keys->threshold, keys->n_custodians);
	for (size_t i = 0; i < keys->n_custodians; i++) {
		struct str name = str_of(keys->custodians[i].name);
		struct store_requester person;
		int r = people_find_requester(gate->store, &ask->arena,
		    &person, name);

		if (r < 0)
			return TRACE(r);
		if (r > 0 || person.status != PEOPLE_ACTIVE ||
		    (person.roles & PEOPLE_ROLE_KEY_HOLDER) == 0) {
			ask_refuse_format(ask, REFUSAL_CONFLICT, "/id",
			    "its custodian %.*s is no active key holder here",
			    STR_ARG(name));
			return 0;
		}
		buf_add_text(&text, i == 0 ? ": " : ", ");
		buf_add_str(&text, name);
	}
	if (buf_finish(&text) != 0)
		return FAULT(ENOMEM);
	ask->consign->custodians = arena_str(&ask->arena, buf_str(&text));
	return ask->consign->custodians.p != NULL ? 0 : FAULT(ENOMEM);
}

static int
register_one(struct gate *gate, struct ask *ask)
{
	struct ask_consign *consign = ask->consign;
	struct consign_head *head = ARENA_NEW(&ask->arena,
	    struct consign_head);
	struct keyfile *keys = ARENA_NEW(&ask->arena, struct keyfile);
	enum folder_state state;
	int r;

	if (head == NULL || keys == NULL)
		return FAULT(ENOMEM);
	r = folder_look(&state, head, gate->dir.p, consign->id.p);
	if (r == 0 && state == FOLDER_HELD)
		r = folder_keys(keys, gate->dir.p, consign->id.p);
	if (r < 0)
		return TRACE(r);
	if (r > 0 || state != FOLDER_HELD) {
		ask_refuse_format(ask, REFUSAL_NOT_FOUND, "/id",
		    "the consignment in the holder's directory is %s",
		    r > 0 ? "damaged" : folder_state_text(state));
		return 0;
	}
	consign->change = STR("received");
	consign->row = (struct store_consignment){ .id = consign->id,
		.state = CONSIGNMENTS_HELD,
		.sender = str_of(head->sender),
		.form = consign_head_form_text(head->form),
		.digest = { (const char *)head->digest.b,
		    sizeof(head->digest.b) },
		.size = head->size,
		.n_records = head->n_records,
		.received_us = head->received_us,
		.deadline = head->deadline,
		.registered_by = ask->operator.id,
		.ordered = STR(""),
		.ordered_by = STR(""),
		.confirmed_by = STR("") };
	r = list_custodians(gate, ask, keys);
	if (r == 0 && !ask->is_settled)
		r = consignments_put(gate->store, &consign->row);
	if (r == STORE_E_EXISTS)
		ask_refuse(ask, REFUSAL_CONFLICT, STR("/id"),
		    STR("it is registered already, or the same bytes are held "
			"as another"));
	return r < 0 ? TRACE(r) : 0;
}

/* --- orders --------------------------------------------------------------- */

static bool
has_first(const struct ask *ask)
{
	return (ask->operator.roles & FIRST) != 0;
}

/* An order that nobody confirmed in time is none. */
static bool
is_ordered(const struct ask *ask)
{
	const struct store_consignment *row = &ask->consign->row;

	return row->ordered.len > 0 &&
	    row->ordered_us + LIMIT_REFERRAL_HOURS * 3600 * INSTANT_SECOND >
		ask->now_us;
}

static void
order_first(struct ask *ask)
{
	struct ask_consign *consign = ask->consign;

	if (!has_first(ask)) {
		ask_refuse(ask, REFUSAL_ROLE_MISSING, STR("/order"),
		    STR("counsel, privacy officer or data owner orders first; "
			"then a key holder confirms"));
		return;
	}
	consign->is_waiting = true;
	consign->change = arena_format(&ask->arena, "order %.*s",
	    STR_ARG(consign->order));
	consign->row.ordered = consign->order;
	consign->row.ordered_by = ask->operator.id;
	consign->row.ordered_us = ask->now_us;
}

/* The keeper's half, for who confirmed that the whole is opened. */
static int
take_half(struct gate *gate, struct ask *ask)
{
	struct ask_consign *consign = ask->consign;
	struct keyfile *keys = ARENA_NEW(&ask->arena, struct keyfile);
	struct seal_key half;
	char text[64];
	int r;

	if (keys == NULL)
		return FAULT(ENOMEM);
	r = folder_keys(keys, gate->dir.p, consign->id.p);
	if (r == 0 && keys->threshold == 0) {
		ask_refuse(ask, REFUSAL_CONFLICT, STR("/order"),
		    STR("it was sealed so that nobody can open the whole"));
		return 0;
	}
	if (r == 0)
		r = gate->keys.half(gate->keys.context, &half, &keys->half);
	if (r < 0)
		return TRACE(r);
	if (r > 0) {
		ask_refuse(ask, REFUSAL_LOG_UNAVAILABLE, STR(""),
		    STR("the keeper of the keys does not answer"));
		return 0;
	}
	base64_format(text, BASE64_STANDARD, half.b, sizeof(half.b));
	consign->half = arena_str(&ask->arena,
	    (struct str){ text,
		base64_text_len(BASE64_STANDARD, sizeof(half.b)) });
	secret_wipe(&half, sizeof(half));
	secret_wipe(text, sizeof(text));
	return consign->half.p != NULL ? 0 : FAULT(ENOMEM);
}

static int
confirm(struct gate *gate, struct ask *ask)
{
	struct ask_consign *consign = ask->consign;
	struct store_consignment *row = &consign->row;
	int r = 0;

	if (str_is_equal(row->ordered_by, ask->operator.id)) {
		ask_refuse(ask, REFUSAL_OWN_REQUEST, STR("/order"), STR(""));
		return 0;
	}
	if ((ask->operator.roles & PEOPLE_ROLE_KEY_HOLDER) == 0 ||
	    has_first(ask)) {
		ask_refuse(ask, REFUSAL_ROLE_MISSING, STR("/order"),
		    STR("a key holder confirms what was ordered"));
		return 0;
	}
	if (!str_is_equal(row->ordered, consign->order)) {
		ask_refuse_format(ask, REFUSAL_CONFLICT, "/order",
		    "what was ordered is: %.*s", STR_ARG(row->ordered));
		return 0;
	}
	consign->change = arena_format(&ask->arena, "confirm %.*s",
	    STR_ARG(consign->order));
	row->confirmed_by = ask->operator.id;
	if (!str_is_equal(consign->order, STR("open"))) {
		row->state = CONSIGNMENTS_ENDING;
		return 0;
	}
	r = take_half(gate, ask);
	/* Done with: the next time it takes two persons again. */
	row->ordered_us = 0;
	return TRACE(r);
}

static int
order(struct gate *gate, struct ask *ask)
{
	struct ask_consign *consign = ask->consign;
	struct store_consignment *row = &consign->row;
	int r = consignments_find(gate->store, &ask->arena, row, consign->id);

	if (r < 0)
		return TRACE(r);
	if (r > 0) {
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return 0;
	}
	if (row->state != CONSIGNMENTS_HELD) {
		ask_refuse_format(ask, REFUSAL_CONFLICT, "/id", "it is %.*s",
		    STR_ARG(state_text(row)));
		return 0;
	}
	/* Who may order may also order something else instead. */
	if (!is_ordered(ask) ||
	    (has_first(ask) && !str_is_equal(row->ordered, consign->order))) {
		order_first(ask);
		return 0;
	}
	return TRACE(confirm(gate, ask));
}

int
consignment_apply(struct gate *gate, struct ask *ask)
{
	if (ask_is(ask, OPERATION_REGISTER_CONSIGNMENT))
		return TRACE(register_one(gate, ask));
	return TRACE(order(gate, ask));
}

int
consignment_keep(struct gate *gate, struct ask *ask)
{
	struct store_consignment *row;
	int r;

	if (ask->refusal.code != REFUSAL_NONE)
		return 0;
	row = &ask->consign->row;
	row->index = ask->index;
	gate->may_end |= row->state == CONSIGNMENTS_ENDING;
	r = consignments_update(gate->store, row);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

/* --- entries -------------------------------------------------------------- */

static void
put(struct entry *entry, struct arena *arena, enum entry_label label,
    struct str text)
{
	if (text.len > 0)
		entry_put(entry, arena, label, text);
}

/* What every entry about a consignment says of it. */
static void
fill_row(struct entry *entry, struct arena *arena,
    const struct store_consignment *row)
{
	char hex[2 * CONSIGNMENTS_DIGEST_SIZE + 1];
	char day[11];

	hex_format(hex, (const uint8_t *)row->digest.p, row->digest.len);
	instant_format_date(day, row->deadline);
	put(entry, arena, LABEL_ID, row->id);
	put(entry, arena, LABEL_SENDER, row->sender);
	put(entry, arena, LABEL_FORM, row->form);
	put(entry, arena, LABEL_DIGEST, str_of(hex));
	put(entry, arena, LABEL_SIZE, arena_format(arena, "%llu",
	    (unsigned long long)row->size));
	put(entry, arena, LABEL_RECORDS, arena_format(arena, "%llu",
	    (unsigned long long)row->n_records));
	put(entry, arena, LABEL_DEADLINE, str_of(day));
	put(entry, arena, LABEL_REQUESTOR, row->ordered_by);
}

void
consignment_fill(struct ask *ask)
{
	const struct ask_consign *consign = ask->consign;

	if (consign == NULL)
		return;
	put(&ask->entry, &ask->arena, LABEL_ID, consign->id);
	put(&ask->entry, &ask->arena, LABEL_CHANGE,
	    consign->change.len > 0 ? consign->change : consign->order);
	put(&ask->entry, &ask->arena, LABEL_REASON, consign->reason);
	put(&ask->entry, &ask->arena, LABEL_CUSTODIANS, consign->custodians);
	if (consign->row.id.len > 0)
		fill_row(&ask->entry, &ask->arena, &consign->row);
}

/* --- looking -------------------------------------------------------------- */

static int
write_state(struct ask *ask, const struct store_consignment *row)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	char hex[2 * CONSIGNMENTS_DIGEST_SIZE + 1];
	char time[INSTANT_TEXT_SIZE];
	char day[11];
	struct json json;

	buf_init(&buf, LIMIT_ENTRY_BYTES);
	json_init(&json, &buf);
	hex_format(hex, (const uint8_t *)row->digest.p, row->digest.len);
	instant_format(time, row->received_us);
	instant_format_date(day, row->deadline);
	json_open_object(&json);
	json_put_string(&json, "consignment", row->id);
	json_put_string(&json, "state", state_text(row));
	json_put_i64(&json, "index", (int64_t)row->index);
	json_put_string(&json, "sender", row->sender);
	json_put_string(&json, "form", row->form);
	json_put_string(&json, "sha256", str_of(hex));
	json_put_i64(&json, "size", (int64_t)row->size);
	json_put_i64(&json, "records", (int64_t)row->n_records);
	json_put_string(&json, "received", str_of(time));
	json_put_string(&json, "deadline", str_of(day));
	if (row->state == CONSIGNMENTS_HELD && is_ordered(ask))
		json_put_string(&json, "ordered", row->ordered);
	json_close_object(&json);
	if (buf_finish(&buf) != 0)
		return FAULT(ENOMEM);
	/* The core is members without their braces. */
	ask->core = arena_str(&ask->arena,
	    str_part(buf_str(&buf), 1, buf.len - 1));
	ask->status = 200;
	ask->content_type = STR("application/json");
	return ask->core.p != NULL ? 0 : FAULT(ENOMEM);
}

/* The receipt of its newest entry: what came, or what was erased. */
static int
look_entry(struct gate *gate, struct ask *ask, uint64_t index)
{
	struct entry_text text = { 0 };
	struct store_entry entry;
	int r = entries_find(gate->store, &ask->arena, &entry, index);

	if (r == 0)
		r = ledger_open(gate, &text, &ask->arena, index);
	if (r < 0)
		return TRACE(r);
	if (r == EPOCH_E_DOWN) {
		ask_refuse(ask, REFUSAL_LOG_UNAVAILABLE, STR(""), STR(""));
		return 0;
	}
	ask->look = ARENA_NEW(&ask->arena, struct ask_look);
	if (ask->look == NULL)
		return FAULT(ENOMEM);
	*ask->look = (struct ask_look){ .index = index,
		.leaf = entry.bytes,
		.for_asker = r == 0 ? text.for_asker : STR("") };
	return 0;
}

int
consignment_look(struct gate *gate, struct ask *ask)
{
	struct ask_consign *consign = ARENA_NEW(&ask->arena,
	    struct ask_consign);
	int r;

	if (consign == NULL)
		return FAULT(ENOMEM);
	ask->consign = consign;
	r = consignments_find(gate->store, &ask->arena, &consign->row,
	    ask->parameters[0]);
	if (r < 0)
		return TRACE(r);
	if (r > 0) {
		ask_refuse(ask, REFUSAL_NOT_FOUND, STR(""), STR(""));
		return 0;
	}
	r = look_entry(gate, ask, consign->row.index);
	if (r == 0 && !ask->is_settled)
		r = write_state(ask, &consign->row);
	return TRACE(r);
}

/* --- as a source of a request --------------------------------------------- */

int
consignment_check(struct gate *gate, struct ask *ask)
{
	struct store_consignment row;
	int r;

	if (ask->request.source.len == 0)
		return 0;
	r = consignments_find(gate->store, &ask->arena, &row,
	    ask->request.source);
	if (r < 0)
		return TRACE(r);
	if (r > 0)
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/source"),
		    STR("the holder has no such consignment"));
	else if (row.state != CONSIGNMENTS_HELD)
		ask_refuse(ask, REFUSAL_EXPIRED, STR("/source"),
		    STR("it was returned or destroyed"));
	else if (row.deadline < instant_day(ask->now_us))
		ask_refuse(ask, REFUSAL_EXPIRED, STR("/source"),
		    STR("its deadline has passed: it waits to be ended"));
	return 0;
}

static int
ask_token(void *context, struct piece_token *token,
    const struct seal_wrapped *index, struct str subject)
{
	struct gate *gate = context;

	return gate->keys.token(gate->keys.context, token, index, subject);
}

void
consignment_close(struct gate *gate)
{
	source_close(&gate->consignment);
	gate->consignment_id[0] = '\0';
}

int
consignment_fetch(struct gate *gate, struct ask *ask)
{
	struct str id = ask->request.source;
	int32_t today = instant_day(ask->now_us);
	int r = 0;

	if (gate->consignment_day != today ||
	    !str_is_equal(id, str_of(gate->consignment_id))) {
		consignment_close(gate);
		r = source_consign_open(&gate->consignment, gate->dir.p, id.p,
		    today, ask_token, gate);
	}
	if (r != 0)
		return TRACE(r);
	memcpy(gate->consignment_id, id.p, CONSIGN_ID + 1);
	gate->consignment_day = today;
	return TRACE(source_fetch(&ask->record, &gate->consignment,
	    &ask->arena, &ask->request.subject));
}

/* --- ending ---------------------------------------------------------------- */

/* The certificate: written when nothing opens it any more. */
static int
certify(struct gate *gate, struct arena *arena, struct store_consignment *row)
{
	struct entry entry = { .type = ENTRY_CONSIGNMENT,
		.time_us = MAX(clock_now_us(&gate->clock), gate->last_us),
		.holder = gate->holder,
		.decision = STR("done"),
		.packs = gate->pack_names,
		.n_packs = gate->n_packs };
	struct entry_text text;
	int r;

	fill_row(&entry, arena, row);
	put(&entry, arena, LABEL_CHANGE, done_text(row->ordered));
	put(&entry, arena, LABEL_OPERATOR, row->confirmed_by);
	row->state = CONSIGNMENTS_ERASED;
	row->index = tlog_edge_size(gate->edge);
	r = ledger_append(gate, &text, arena, &entry);
	if (r == 0)
		r = consignments_update(gate->store, row);
	if (r == 0)
		r = ledger_commit(gate, entry.time_us);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

int
consignment_sweep(struct gate *gate, bool *has_erased)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct store_consignment row;
	int r;

	*has_erased = false;
	if (!gate->may_end)
		return 0;
	arena_init(&arena, LIMIT_ASK_BYTES);
	r = consignments_find_ending(gate->store, &arena, &row);
	gate->may_end = r <= 0;
	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	if (str_is_equal(row.id, str_of(gate->consignment_id)))
		consignment_close(gate);
	r = folder_erase(gate->dir.p, row.id.p, &gate->random);
	/* A folder that is gone has no keys either. */
	if (r < 0 && r != -ENOENT)
		return TRACE(r);
	r = store_begin(gate->store);
	tlog_edge_mark(gate->edge);
	if (r == 0)
		r = certify(gate, &arena, &row);
	if (r != 0) {
		store_rollback(gate->store);
		tlog_edge_rollback(gate->edge);
		epoch_take_back(gate);
		return r < 0 ? TRACE(r) : FAULT(EIO);
	}
	*has_erased = true;
	return 0;
}
