/* Appending to the log and its sealed side; see ledger.h. */
#include "gate/ledger.h"

#include <errno.h>

#include "claims/kept.h"
#include "gate/epoch.h"
#include "store/store.h"
#include "tlog/merkle.h"
#include "util/fault.h"

struct str
ledger_context(struct arena *arena, const char *what, uint64_t index)
{
	return arena_format(arena, "%s %llu", what,
	    (unsigned long long)index);
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

/* Sealed for a place of the log, in the scratch. */
static int
seal(struct gate *gate, enum entry_type class, struct str *sealed,
    const char *what, uint64_t index, const struct str *parts, size_t n_parts)
{
	struct arena *scratch = &gate->scratch;
	struct str context = ledger_context(scratch, what, index);
	struct str plain = arena_join(scratch, parts, n_parts);

	if (context.p == NULL)
		return FAULT(ENOMEM);
	return TRACE(epoch_seal(gate, class, sealed, scratch, context, plain));
}

static int
put_sealed(struct gate *gate, const struct entry *entry,
    const struct entry_text *text, uint64_t index)
{
	struct store_sealed row = { .index = index, .answer = STR("") };
	int r = epoch_ready(gate, entry->type, entry->time_us);

	arena_reset(&gate->scratch);
	row.epoch = gate->epochs[entry->type].id;
	if (r == 0)
		r = seal(gate, entry->type, &row.bytes, "entry", index,
		    &text->kept, 1);
	if (r == 0 && entry->answer[0].len > 0)
		r = seal(gate, entry->type, &row.answer, "answer", index,
		    entry->answer, 2);
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
		r = put_sealed(gate, entry, text, index);
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
	struct str context = ledger_context(arena, "entry", index);
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
ledger_put_answer(struct gate *gate, const struct entry *entry, uint64_t index)
{
	struct str sealed;
	int r;

	arena_reset(&gate->scratch);
	r = seal(gate, entry->type, &sealed, "answer", index, entry->answer, 2);
	if (r == 0)
		r = entries_put_answer(gate->store, index, sealed);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

int
ledger_open_answer(struct gate *gate, struct str *answer, struct arena *arena,
    uint64_t index)
{
	struct str context = ledger_context(arena, "answer", index);
	struct str sealed;
	int r = entries_find_answer(gate->store, arena, &sealed, index);

	if (r != 0)
		return r < 0 ? TRACE(r) : LEDGER_E_ABSENT;
	if (sealed.len == 0)
		return LEDGER_E_ABSENT;
	if (context.p == NULL)
		return FAULT(ENOMEM);
	r = epoch_open(gate, answer, arena, context, sealed);
	return r < 0 ? TRACE(r) : r;
}

/*
 * The head over the entries before these: it was given out in receipts,
 * and until now the keeper alone remembered it.
 */
static int
keep_head(struct gate *gate)
{
	struct store_head head = { gate->note_size, gate->note };

	if (gate->note.p == NULL || gate->note_size == gate->kept_size)
		return 0;
	return TRACE(entries_put_head(gate->store, &head));
}

int
ledger_finish(struct gate *gate)
{
	int r = keep_head(gate);

	for (size_t i = 0; i < tlog_edge_n_full(gate->edge) && r == 0; i++) {
		struct tlog_edge_tile tile = tlog_edge_full(gate->edge, i);

		r = entries_put_tile(gate->store, tile.level, tile.index,
		    tile.hashes);
	}
	if (r == 0)
		r = store_commit(gate->store);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (gate->note.p != NULL)
		gate->kept_size = gate->note_size;
	epoch_keep(gate);
	return 0;
}

int
ledger_commit(struct gate *gate, int64_t now_us)
{
	int r = ledger_finish(gate);

	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	tlog_edge_mark(gate->edge);
	gate->last_us = now_us;
	return 0;
}
