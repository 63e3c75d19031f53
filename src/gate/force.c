/* Putting packs in force; see force.h. */
#include "gate/force.h"

#include <errno.h>
#include <fcntl.h>

#include "gate/epoch.h"
#include "gate/ledger.h"
#include "gate/pack.h"
#include "store/packs.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/file.h"

/* The next set, until it takes the place of the old one. */
struct draft {
	struct pack *packs[LIMIT_PACKS];
	size_t n_packs;
};

static void
draft_fini(struct draft *draft)
{
	for (size_t i = 0; i < draft->n_packs; i++)
		draft->packs[i] = pack_free(draft->packs[i]);
	draft->n_packs = 0;
}

void
force_fini(struct gate *gate)
{
	for (size_t i = 0; i < gate->n_packs; i++)
		gate->packs[i] = pack_free(gate->packs[i]);
	gate->n_packs = 0;
	arena_fini(&gate->pack_arena);
}

static bool
is_trusted(const struct gate *gate, struct str authority)
{
	for (size_t i = 0; i < gate->n_trust; i++) {
		if (str_is_equal(gate->trust[i], authority))
			return true;
	}
	return gate->n_trust == 0;
}

/* The authority is named by the pack; whether it is trusted, by the holder. */
static int
read_trust(struct str *vkey, struct arena *arena, const struct gate *gate,
    struct str folder, struct diag_list *diags)
{
	struct str path;
	int r = pack_authority(&path, arena, folder.p, diags);

	if (r != 0)
		return r < 0 ? TRACE(r) : FORCE_E_REFUSED;
	if (!is_trusted(gate, path)) {
		diag_error_at(diags, folder,
		    "`%.*s` is not among the `trust` of stile.conf: "
		    "not trusted here",
		    STR_ARG(path));
		return FORCE_E_REFUSED;
	}
	path = arena_format(arena, "%.*s/trust/%.*s.vkey", STR_ARG(gate->dir),
	    STR_ARG(path));
	if (path.p == NULL)
		return FAULT(ENOMEM);
	r = file_read(vkey, arena, AT_FDCWD, path.p, LIMIT_PACK_BYTES);
	if (r > 0) {
		diag_error_at(diags, path,
		    "the pack's authority is not trusted here: no such key");
		return FORCE_E_REFUSED;
	}
	return TRACE(r);
}

static int
load_one(struct draft *draft, struct gate *gate, struct arena *arena,
    struct str name, int64_t now_us, struct diag_list *diags)
{
	struct str folder = arena_format(arena, "%.*s/packs/%.*s",
	    STR_ARG(gate->dir), STR_ARG(name));
	struct pack *pack;
	struct str vkey;
	int r;

	if (folder.p == NULL)
		return FAULT(ENOMEM);
	if (draft->n_packs == LIMIT_PACKS) {
		diag_error_at(diags, name, "more than %d packs", LIMIT_PACKS);
		return FORCE_E_REFUSED;
	}
	r = read_trust(&vkey, arena, gate, folder, diags);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	r = pack_load(&pack, &gate->vocabulary, folder.p, vkey, now_us, diags);
	if (r != 0)
		return r < 0 ? TRACE(r) : FORCE_E_REFUSED;
	draft->packs[draft->n_packs++] = pack;
	if (!str_is_equal(pack->name, name)) {
		diag_error_at(diags, folder, "the pack calls itself `%.*s`",
		    STR_ARG(pack->name));
		return FORCE_E_REFUSED;
	}
	return 0;
}

/* Log a pack that was not in force before, or not with this hash. */
static int
enter_pack(struct gate *gate, struct arena *arena, const struct pack *pack,
    int64_t now_us, size_t *n_changes, struct diag_list *diags)
{
	struct store_pack old;
	struct store_pack row = { .name = pack->name,
		.version = pack->version,
		.hash = str_of(pack->hash),
		.activated_us = now_us,
		.index = tlog_edge_size(gate->edge) };
	struct entry entry = { .type = ENTRY_PACK,
		.time_us = now_us,
		.holder = gate->holder,
		.decision = STR("done") };
	struct entry_text text;
	int r = packs_find(gate->store, arena, &old, pack->name);

	if (r < 0)
		return TRACE(r);
	if (r == 0 && str_is_equal(old.hash, row.hash))
		return 0;
	if (r == 0 && old.version >= pack->version) {
		diag_error_at(diags, pack->name,
		    "version %llu was in force: this is version %llu, with "
		    "other files; a changed pack has a higher version",
		    (unsigned long long)old.version,
		    (unsigned long long)pack->version);
		return FORCE_E_REFUSED;
	}
	entry_put(&entry, arena, LABEL_CHANGE, STR("activate"));
	entry_put(&entry, arena, LABEL_PACK,
	    arena_format(arena, "%.*s:%s", STR_ARG(pack->name), pack->hash));
	entry_put(&entry, arena, LABEL_DETAIL,
	    arena_format(arena, "version %llu by %.*s",
		(unsigned long long)pack->version, STR_ARG(pack->authority)));
	r = ledger_append(gate, &text, arena, &entry);
	if (r == 0)
		r = packs_activate(gate->store, &row);
	*n_changes += 1;
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

static int
enter_all(struct gate *gate, struct arena *arena, const struct draft *draft,
    int64_t now_us, struct diag_list *diags)
{
	size_t n_changes = 0;
	int r = store_begin(gate->store);

	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	tlog_edge_mark(gate->edge);
	if (r > 0)
		r += 16;
	for (size_t i = 0; i < draft->n_packs && r == 0; i++)
		r = enter_pack(gate, arena, draft->packs[i], now_us,
		    &n_changes, diags);
	if (r == 0 && n_changes > 0)
		r = ledger_commit(gate, now_us);
	if (r != 0 || n_changes == 0) {
		store_rollback(gate->store);
		tlog_edge_rollback(gate->edge);
		epoch_take_back(gate);
	}
	return r < 0 ? TRACE(r) : r;
}

/* The draft takes the place of what was in force. */
static int
put_in_force(struct gate *gate, struct draft *draft)
{
	force_fini(gate);
	arena_init(&gate->pack_arena, LIMIT_ASK_BYTES);
	for (size_t i = 0; i < draft->n_packs; i++) {
		gate->packs[i] = draft->packs[i];
		gate->pack_names[i] = arena_format(&gate->pack_arena,
		    "%.*s:%s", STR_ARG(draft->packs[i]->name),
		    draft->packs[i]->hash);
	}
	gate->n_packs = draft->n_packs;
	draft->n_packs = 0;
	return 0;
}

int
force_load(struct gate *gate, const struct str *names, size_t n_names,
    int64_t now_us, struct diag_list *diags)
{
	CLEANUP(draft_fini) struct draft draft = { 0 };
	CLEANUP(arena_fini) struct arena arena = { 0 };
	int r = 0;

	arena_init(&arena, 4 * (size_t)LIMIT_PACK_BYTES);
	if (n_names == 0) {
		diag_error_at(diags, STR("packs"),
		    "no pack is named: nothing could ever be permitted");
		return FORCE_E_REFUSED;
	}
	for (size_t i = 0; i < n_names && r == 0; i++)
		r = load_one(&draft, gate, &arena, names[i], now_us, diags);
	if (r == 0)
		r = enter_all(gate, &arena, &draft, now_us, diags);
	if (r == 0)
		r = put_in_force(gate, &draft);
	return r < 0 ? TRACE(r) : r;
}
