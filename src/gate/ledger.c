/* Appending to the log and its sealed side; see ledger.h. */
#include "gate/ledger.h"

#include <errno.h>

#include "claims/kept.h"
#include "gate/epoch.h"
#include "store/store.h"
#include "tlog/merkle.h"
#include "util/fault.h"

static struct str
context_of(struct arena *arena, uint64_t index)
{
	return arena_format(arena, "entry %llu", (unsigned long long)index);
}

static int
append(struct gate *gate, const struct entry *entry, struct str bytes,
    uint64_t index)
{
	struct store_entry row = { .index = index,
		.time_us = entry->time_us,
		.type = entry_type_name(entry->type),
		.bytes = bytes };
	struct digest leaf;
	int r;

	tlog_merkle_leaf(&leaf, bytes);
	r = tlog_edge_append(gate->edge, &leaf);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(ENOBUFS);
	r = entries_append(gate->store, &row);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

static int
put_sealed(struct gate *gate, const struct entry_text *text,
    struct arena *arena, const struct entry *entry, uint64_t index)
{
	struct str context = context_of(arena, index);
	struct store_sealed row = { .index = index };
	int r;

	if (context.p == NULL)
		return FAULT(ENOMEM);
	r = epoch_ready(gate, entry->type, entry->time_us);
	row.epoch = gate->epochs[entry->type].id;
	if (r == 0)
		r = epoch_seal(gate, entry->type, &row.bytes, arena, context,
		    text->kept);
	if (r == 0)
		r = entries_put_sealed(gate->store, &row);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

int
ledger_append(struct gate *gate, struct entry_text *text, struct arena *arena,
    const struct entry *entry)
{
	uint64_t index = tlog_edge_size(gate->edge);
	int r = entry_write(text, arena, entry, &gate->random);

	if (r == 0)
		r = append(gate, entry, text->leaf, index);
	if (r == 0)
		r = put_sealed(gate, text, arena, entry, index);
	return TRACE(r);
}

/* What the asker may see of it. */
static int
cut_for_asker(struct entry_text *text, struct arena *arena)
{
	char *out = arena_alloc(arena, text->kept.len);
	struct str rest = text->kept;
	enum claims_kept whose;
	struct str disclosure;
	size_t len = 0;

	if (out == NULL)
		return FAULT(ENOMEM);
	while (claims_kept_next(&whose, &disclosure, &rest)) {
		if (whose != CLAIMS_KEPT_ASKER)
			continue;
		memcpy(out + len, disclosure.p, disclosure.len + 1);
		len += disclosure.len + 1; /* its tilde is right behind it */
	}
	text->for_asker = (struct str){ out, len };
	return rest.len == 0 ? 0 : FAULT(EUCLEAN);
}

int
ledger_open(struct gate *gate, struct entry_text *text, struct arena *arena,
    uint64_t index)
{
	struct store_sealed row;
	struct str context = context_of(arena, index);
	int r = entries_find_sealed(gate->store, arena, &row, index);

	if (r != 0)
		return r < 0 ? TRACE(r) : LEDGER_E_ABSENT;
	if (context.p == NULL)
		return FAULT(ENOMEM);
	r = epoch_open(gate, &text->kept, arena, context, row.bytes);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	return TRACE(cut_for_asker(text, arena));
}

int
ledger_put_tiles(struct gate *gate)
{
	for (size_t i = 0; i < tlog_edge_n_full(gate->edge); i++) {
		struct tlog_edge_tile tile = tlog_edge_full(gate->edge, i);
		int r = entries_put_tile(gate->store, tile.level, tile.index,
		    tile.hashes);

		if (r != 0)
			return r;
	}
	return 0;
}

int
ledger_commit(struct gate *gate, int64_t now_us)
{
	int r = ledger_put_tiles(gate);

	if (r == 0)
		r = store_commit(gate->store);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	tlog_edge_mark(gate->edge);
	gate->last_us = now_us;
	epoch_keep(gate);
	return 0;
}
