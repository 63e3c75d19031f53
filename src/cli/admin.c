/* Administration of a holder at rest; see admin.h. */
#include "cli/admin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "claims/claims.h"
#include "claims/kept.h"
#include "config/config.h"
#include "crypto/csprng.h"
#include "gate/assembly.h"
#include "gate/epoch.h"
#include "gate/erase.h"
#include "gate/force.h"
#include "gate/ledger.h"
#include "gate/retain.h"
#include "keeper/keyring.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/hex.h"
#include "util/instant.h"
#include "util/json.h"

struct admin {
	struct config config;
	struct csprng csprng;
	struct keyring *keyring;
	struct store *store;
	struct source source; /* closed: nothing is fetched here */
	struct gate gate;
	bool has_config;
	bool has_gate;
};

/* The keys as files: the holder at rest has no keeper running. */
static int
index_subjects(void *context, struct digest *indexes,
    const struct str *subjects, size_t n)
{
	struct keyring *keyring = context;

	for (size_t i = 0; i < n; i++)
		hmac_of(&keyring->subjects, &indexes[i], subjects[i].p,
		    subjects[i].len);
	return 0;
}

static int
sign(void *context, struct str *note, struct arena *arena, uint64_t size,
    const struct digest *root, const struct digest *proof, size_t n_proof)
{
	(void)context;
	(void)arena;
	(void)size;
	(void)root;
	(void)proof;
	(void)n_proof;
	*note = (struct str){ 0 };
	return KEYS_E_DOWN;
}

static int
unwrap(void *context, struct seal_key *key, struct str wrapped)
{
	struct keyring *keyring = context;
	struct seal_wrapped bytes;

	if (wrapped.len != sizeof(bytes.b))
		return KEYS_E_REFUSED;
	memcpy(bytes.b, wrapped.p, wrapped.len);
	return seal_unwrap(key, &keyring->seal_public, &keyring->seal_secret,
		   &bytes) == 0
	    ? 0
	    : KEYS_E_REFUSED;
}

static int
hello(void *context, uint64_t *signed_size, struct seal_public *seal_public)
{
	struct keyring *keyring = context;

	*signed_size = 0;
	*seal_public = keyring->seal_public;
	return 0;
}

static int
open_files(struct admin *admin, const char *dir, struct diag_list *diags)
{
	char path[4096];
	int r = config_load(&admin->config, diags, dir);

	if (r == CONFIG_E_ABSENT)
		diag_error_at(diags, str_of(dir),
		    "not a holder's directory: it has no stile.conf");
	if (r != 0)
		return r < 0 ? TRACE(r) : ADMIN_E_REFUSED;
	admin->has_config = true;
	r = csprng_open(&admin->csprng);
	if (r == 0)
		r = keyring_load(&admin->keyring, diags, dir,
		    admin->config.holder.origin);
	if (r != 0)
		return r < 0 ? TRACE(r) : ADMIN_E_REFUSED;
	snprintf(path, sizeof(path), "%s/state/stile.db", dir);
	diags->where = arena_str(diags->arena, str_of(path));
	r = store_open(&admin->store, str_of(path), STORE_WRITE, diags);
	if (r == STORE_E_LOCKED)
		diag_help(diags, "`stile serve` runs here: stop it first");
	return r < 0 ? TRACE(r) : r > 0 ? ADMIN_E_REFUSED : 0;
}

static int
open_gate(struct admin *admin, const char *dir, struct diag_list *diags)
{
	int r;

	admin->gate = (struct gate){ .store = admin->store,
		.source = &admin->source,
		.clock = clock_system(),
		.random = csprng_random(&admin->csprng),
		.holder = admin->config.holder.id,
		.origin = admin->config.holder.origin,
		.dir = arena_str(&admin->config.arena, str_of(dir)),
		.trust = admin->config.trust,
		.n_trust = admin->config.n_trust,
		.seal_public = admin->keyring->seal_public,
		.keys = { .index = index_subjects,
		    .sign = sign,
		    .unwrap = unwrap,
		    .hello = hello,
		    .context = admin->keyring } };
	admin->gate.seal_us =
	    admin->config.seal.days_after_close * INSTANT_DAY;
	retain_periods(&admin->gate, &admin->config);
	r = assembly_init(&admin->gate);
	if (r > 0)
		diag_error_at(diags, str_of(dir),
		    "the log in the store is not whole: run `stile log check`");
	admin->has_gate = r == 0;
	if (r == 0)
		r = assembly_check_clock(&admin->gate, diags);
	return r < 0 ? TRACE(r) : r > 0 ? ADMIN_E_REFUSED : 0;
}

int
admin_open(struct admin **out, const char *dir, struct diag_list *diags)
{
	CLEANUP(admin_closep) struct admin *admin = calloc(1, sizeof(*admin));
	int r;

	if (admin == NULL)
		return FAULT(ENOMEM);
	r = open_files(admin, dir, diags);
	if (r == 0)
		r = open_gate(admin, dir, diags);
	if (r == 0)
		*out = TAKE(admin);
	return r < 0 ? TRACE(r) : r;
}

void
admin_close(struct admin *admin)
{
	if (admin == NULL)
		return;
	if (admin->has_gate)
		assembly_fini(&admin->gate);
	store_close(admin->store);
	keyring_free(admin->keyring);
	csprng_close(&admin->csprng);
	if (admin->has_config)
		config_fini(&admin->config);
	free(admin);
}

void
admin_closep(struct admin **admin)
{
	admin_close(*admin);
	*admin = NULL;
}

struct gate *
admin_gate(struct admin *admin)
{
	return &admin->gate;
}

int
admin_index(struct admin *admin, struct digest *index, struct str canonical)
{
	return index_subjects(admin->keyring, index, &canonical, 1);
}

/* What one change writes: a row by put or update, and its entry. */
struct change {
	struct admin *admin;
	struct arena arena;
	struct entry entry;
	struct diag_list *diags;
	struct str what; /* for messages: "agency NY0303000" */
};

static void
begin_change(struct change *change, struct admin *admin, struct str by,
    struct str what, struct diag_list *diags)
{
	*change = (struct change){ .admin = admin,
		.diags = diags,
		.what = what };
	arena_init(&change->arena, LIMIT_ASK_BYTES);
	change->entry = (struct entry){ .type = ENTRY_PEOPLE,
		.time_us = MAX(clock_now_us(&admin->gate.clock),
		    admin->gate.last_us),
		.holder = admin->gate.holder,
		.decision = STR("done") };
	entry_put(&change->entry, &change->arena, LABEL_OPERATOR, by);
	entry_put(&change->entry, &change->arena, LABEL_CHANGE, what);
}

/* One line about an outcome of the store. */
static int
refuse(struct change *change, int outcome)
{
	if (outcome == STORE_E_ABSENT)
		diag_error_at(change->diags, change->what,
		    "what it belongs to is not registered");
	else if (outcome == STORE_E_TEXT)
		diag_error_at(change->diags, change->what,
		    "a text is not UTF-8 or holds a NUL");
	else if (outcome == STORE_E_TOO_LARGE)
		diag_error_at(change->diags, change->what,
		    "a text is too long");
	else
		diag_error_at(change->diags, change->what, "%.*s",
		    STR_ARG(store_reason(change->admin->store)));
	return ADMIN_E_REFUSED;
}

static int
enter(struct change *change)
{
	struct gate *gate = &change->admin->gate;
	struct entry_text text;
	int r = ledger_append(gate, &text, &change->arena, &change->entry);

	if (r == 0)
		r = ledger_commit(gate, change->entry.time_us);
	return TRACE(r);
}

static int
begin_store(struct change *change)
{
	int r = store_begin(change->admin->store);

	tlog_edge_mark(change->admin->gate.edge);
	return TRACE(r);
}

/* The row was written with outcome r: the entry behind it, or all undone. */
static int
end_change(struct change *change, int r)
{
	struct gate *gate = &change->admin->gate;

	if (r == 0)
		r = enter(change);
	else if (r > 0)
		r = refuse(change, r);
	if (r != 0) {
		store_rollback(gate->store);
		tlog_edge_rollback(gate->edge);
		epoch_take_back(gate);
	}
	arena_fini(&change->arena);
	return r < 0 ? TRACE(r) : r;
}

static struct str
name_of(struct arena *arena, const char *kind, struct str id)
{
	return arena_format(arena, "%s %.*s", kind, STR_ARG(id));
}

int
admin_put_agency(struct admin *admin, const struct store_agency *agency,
    struct str by, struct diag_list *diags)
{
	struct change change;
	int r;

	begin_change(&change, admin, by,
	    name_of(diags->arena, "agency", agency->ori), diags);
	entry_put(&change.entry, &change.arena, LABEL_AGENCY, agency->ori);
	entry_put(&change.entry, &change.arena, LABEL_DETAIL,
	    arena_format(&change.arena, "%.*s; %.*s; %.*s; %s",
		STR_ARG(agency->name), STR_ARG(agency->state),
		STR_ARG(agency->kind),
		agency->status == PEOPLE_ACTIVE ? "active" : "suspended"));
	r = begin_store(&change);
	if (r == 0)
		r = people_put_agency(admin->store, agency);
	if (r == STORE_E_EXISTS)
		r = people_update_agency(admin->store, agency);
	return end_change(&change, r);
}

int
admin_put_unit(struct admin *admin, const struct store_unit *unit,
    struct str by, struct diag_list *diags)
{
	struct change change;
	int r;

	begin_change(&change, admin, by,
	    name_of(diags->arena, "unit", unit->unit), diags);
	entry_put(&change.entry, &change.arena, LABEL_AGENCY, unit->ori);
	entry_put(&change.entry, &change.arena, LABEL_DETAIL, unit->name);
	r = begin_store(&change);
	if (r == 0)
		r = people_put_unit(admin->store, unit);
	if (r == STORE_E_EXISTS)
		r = people_update_unit(admin->store, unit);
	return end_change(&change, r);
}

/* Roles of which one person has those of one row only (ACC-10). */
static const uint32_t exclusive[] = {
	PEOPLE_ROLE_REQUESTER | PEOPLE_ROLE_SUPERVISOR | PEOPLE_ROLE_COMMANDER,
	PEOPLE_ROLE_COUNSEL | PEOPLE_ROLE_PRIVACY_OFFICER |
	    PEOPLE_ROLE_DATA_OWNER,
	PEOPLE_ROLE_AUDITOR,
	PEOPLE_ROLE_POLICY_ADMIN,
	PEOPLE_ROLE_KEY_HOLDER,
	PEOPLE_ROLE_PORTAL,
};

static bool
roles_exclude(uint32_t roles)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(exclusive); i++)
		n += (roles & exclusive[i]) != 0;
	return n > 1;
}

static void
put_roles(struct change *change, const struct store_requester *requester)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	const struct people_role_name *names;
	size_t n;

	names = people_roles(&n);
	buf_init(&buf, LIMIT_ENTRY_VALUE);
	buf_add_str(&buf, requester->name);
	for (size_t i = 0; i < n; i++) {
		if ((requester->roles & (uint32_t)names[i].role) == 0)
			continue;
		buf_add_text(&buf, "; ");
		buf_add_str(&buf, names[i].name);
	}
	if (requester->status != PEOPLE_ACTIVE)
		buf_add_text(&buf, "; suspended");
	entry_put(&change->entry, &change->arena, LABEL_DETAIL, buf_str(&buf));
}

int
admin_put_requester(struct admin *admin,
    const struct store_requester *requester, struct str by,
    struct diag_list *diags)
{
	struct change change;
	int r;

	begin_change(&change, admin, by,
	    name_of(diags->arena, "requester", requester->id), diags);
	if (roles_exclude(requester->roles)) {
		diag_error_at(diags, change.what,
		    "roles that exclude each other do not meet in one person");
		arena_fini(&change.arena);
		return ADMIN_E_REFUSED;
	}
	entry_put(&change.entry, &change.arena, LABEL_AGENCY, requester->ori);
	entry_put(&change.entry, &change.arena, LABEL_REQUESTOR,
	    requester->id);
	put_roles(&change, requester);
	r = begin_store(&change);
	if (r == 0)
		r = people_put_requester(admin->store, requester);
	if (r == STORE_E_EXISTS)
		r = people_update_requester(admin->store, requester);
	return end_change(&change, r);
}

int
admin_put_credential(struct admin *admin,
    const struct store_credential *credential, struct str by,
    struct diag_list *diags)
{
	char hex[65] = "";
	struct change change;
	int r;

	if (credential->fingerprint.len == 32)
		hex_format(hex, (const uint8_t *)credential->fingerprint.p, 32);
	begin_change(&change, admin, by,
	    name_of(diags->arena, "certificate of", credential->requester),
	    diags);
	entry_put(&change.entry, &change.arena, LABEL_REQUESTOR,
	    credential->requester);
	entry_put(&change.entry, &change.arena, LABEL_CERTIFICATE,
	    str_of(hex));
	r = begin_store(&change);
	if (r == 0)
		r = people_put_credential(admin->store, credential);
	if (r == STORE_E_EXISTS)
		r = people_update_credential(admin->store, credential);
	return end_change(&change, r);
}

static void
add_report(struct erase_report *total, const struct erase_report *step)
{
	for (size_t i = 0; i < ARRAY_LEN(total->kinds); i++) {
		if (total->kinds[i].n == 0)
			total->kinds[i].first = step->kinds[i].first;
		if (step->kinds[i].n > 0)
			total->kinds[i].last = step->kinds[i].last;
		total->kinds[i].n += step->kinds[i].n;
	}
	total->n_erased += step->n_erased;
	total->n_moved += step->n_moved;
	total->n_waiting = step->n_waiting;
	total->n_epochs += step->n_epochs;
}

/* One step and its entry, in one transaction. */
static int
erase_once(struct admin *admin, struct erase_report *step, struct str by,
    struct diag_list *diags)
{
	struct change change;
	struct str report;
	int r;

	begin_change(&change, admin, by, STR("erase"), diags);
	change.entry.type = ENTRY_ERASURE;
	r = begin_store(&change);
	if (r == 0)
		r = erase_step(&admin->gate, step, change.entry.time_us,
		    LIMIT_ERASE);
	report = erase_json(step, &change.arena);
	if (r == 0 && report.p == NULL)
		r = FAULT(ENOMEM);
	entry_put_json(&change.entry, LABEL_ERASED, report);
	return end_change(&change, r);
}

int
admin_erase(struct admin *admin, struct erase_report *total, struct str by,
    struct diag_list *diags)
{
	struct erase_report step;
	int r;

	*total = (struct erase_report){ 0 };
	do {
		r = erase_once(admin, &step, by, diags);
		if (r == 0)
			add_report(total, &step);
	} while (r == 0 && step.has_more);
	if (r == 0)
		r = erase_settle(&admin->gate);
	if (r == ERASE_E_WAIT) {
		diag_error_at(diags, STR("store"),
		    "erased, but a reader holds on to the write-ahead log: "
		    "run it again when that is done");
		return ADMIN_E_REFUSED;
	}
	return r < 0 ? TRACE(r) : r;
}

int
admin_activate_packs(struct admin *admin, struct diag_list *diags)
{
	struct gate *gate = &admin->gate;
	int r = force_load(gate, admin->config.packs, admin->config.n_packs,
	    MAX(clock_now_us(&gate->clock), gate->last_us), diags);

	return r < 0 ? TRACE(r) : r > 0 ? ADMIN_E_REFUSED : 0;
}

/* --- one log after another --------------------------------------------------- */

/* An entry of the gate's own about the log. */
static void
begin_gate_change(struct change *change, struct admin *admin, struct str what,
    struct str detail, struct diag_list *diags)
{
	*change = (struct change){ .admin = admin,
		.diags = diags,
		.what = what };
	arena_init(&change->arena, LIMIT_ASK_BYTES);
	change->entry = (struct entry){ .type = ENTRY_GATE,
		.time_us = MAX(clock_now_us(&admin->gate.clock),
		    admin->gate.last_us),
		.holder = admin->gate.holder,
		.decision = STR("done") };
	entry_put(&change->entry, &change->arena, LABEL_CHANGE, what);
	entry_put(&change->entry, &change->arena, LABEL_DETAIL, detail);
}

/* Who asks, gathered before any row is changed. */
struct askers {
	struct arena *arena;
	struct str *ids;
	size_t n;
	size_t n_rooms;
};

static int
note_asker(void *context, const struct store_requester *row)
{
	struct askers *askers = context;
	struct str *ids = askers->ids;

	if ((row->roles & PEOPLE_ROLE_REQUESTER) == 0 ||
	    row->status != PEOPLE_ACTIVE)
		return 0;
	if (askers->n == askers->n_rooms) {
		askers->n_rooms = MAX(64, 2 * askers->n_rooms);
		ids = ARENA_ARRAY(askers->arena, askers->n_rooms, struct str);
		if (ids == NULL)
			return FAULT(ENOMEM);
		if (askers->n > 0)
			memcpy(ids, askers->ids, askers->n * sizeof(*ids));
		askers->ids = ids;
	}
	ids[askers->n] = arena_str(askers->arena, row->id);
	return ids[askers->n++].p != NULL ? 0 : FAULT(ENOMEM);
}

static int
suspend_askers(struct admin *admin)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct askers askers = { .arena = &arena };
	int r;

	arena_init(&arena, LIMIT_BATCH_BYTES);
	r = people_each_requester(admin->store, STR(""), note_asker, &askers);
	for (size_t i = 0; i < askers.n && r == 0; i++) {
		struct store_requester row;

		r = people_find_requester(admin->store, &arena, &row,
		    askers.ids[i]);
		row.status = PEOPLE_SUSPENDED;
		if (r == 0)
			r = people_update_requester(admin->store, &row);
	}
	return TRACE(r);
}

int
admin_end_log(struct admin *admin, struct str next, struct str by,
    struct diag_list *diags)
{
	struct change change;
	int r;

	begin_gate_change(&change, admin, STR("log ends"),
	    arena_format(diags->arena, "next %.*s; requesters suspended; %.*s",
		STR_ARG(next), STR_ARG(by)),
	    diags);
	r = begin_store(&change);
	if (r == 0)
		r = suspend_askers(admin);
	return end_change(&change, r);
}

/* The entry with all its disclosures, for who wants to see what it holds. */
static int
present(struct buf *claims, const struct entry_text *text)
{
	struct str disclosures[8];
	struct str rest = text->kept;
	enum claims_kept whose;
	size_t n = 0;

	while (n < ARRAY_LEN(disclosures) &&
	    claims_kept_next(&whose, &disclosures[n], &rest))
		n++;
	claims_format(claims, text->leaf, disclosures, n);
	return rest.len == 0 ? 0 : FAULT(EUCLEAN);
}

int
admin_begin_log(struct admin *admin, struct buf *claims, struct str checkpoint,
    struct diag_list *diags)
{
	struct gate *gate = &admin->gate;
	struct change change;
	struct entry_text text;
	int r;

	begin_gate_change(&change, admin, STR("log begins"), checkpoint, diags);
	r = begin_store(&change);
	if (r == 0)
		r = ledger_append(gate, &text, &change.arena, &change.entry);
	if (r == 0)
		r = present(claims, &text);
	if (r == 0)
		r = ledger_commit(gate, change.entry.time_us);
	if (r != 0)
		store_rollback(gate->store);
	arena_fini(&change.arena);
	return r < 0 ? TRACE(r) : r > 0 ? ADMIN_E_REFUSED : 0;
}
