/* Erasing what is past its period; see erase.h. */
#include "gate/erase.h"

#include <errno.h>

#include "gate/epoch.h"
#include "gate/ledger.h"
#include "store/entries.h"
#include "store/holds.h"
#include "store/lookups.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/json.h"

/* Values of one kind that a step may take, gathered before any is changed. */
struct gathering {
	struct arena *arena;
	struct store_sealed *rows;
	size_t n;
};

static int
gather(void *context, const struct store_sealed *sealed)
{
	struct gathering *gathering = context;
	struct store_sealed *row = &gathering->rows[gathering->n];

	*row = *sealed;
	row->bytes = arena_str(gathering->arena, sealed->bytes);
	row->answer = arena_str(gathering->arena, sealed->answer);
	if (row->bytes.p == NULL || row->answer.p == NULL)
		return gathering->arena->is_full ? 1 : FAULT(ENOMEM);
	gathering->n++;
	return 0;
}

static int
erase_one(struct gate *gate, struct erase_report *report, enum entry_type type,
    uint64_t index)
{
	struct erase_kind *kind = &report->kinds[type];
	int r = entries_erase_sealed(gate->store, index);

	if (r == 0)
		r = requests_forget(gate->store, index);
	if (r == 0)
		r = lookups_forget(gate->store, index);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	if (kind->n++ == 0)
		kind->first = index;
	kind->last = index;
	report->n_erased++;
	return 0;
}

/*
 * Seal bytes anew in the class of holds; what is empty stays so.
 *
 * Returns: 0; EPOCH_E_*; fault.
 */
static int
seal_anew(struct gate *gate, struct str *moved, struct arena *arena,
    struct str context, struct str sealed)
{
	struct str plain;
	int r;

	*moved = sealed;
	if (sealed.len == 0)
		return 0;
	if (context.p == NULL)
		return FAULT(ENOMEM);
	r = epoch_open(gate, &plain, arena, context, sealed);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	return TRACE(epoch_seal(gate, EPOCH_HOLD, moved, arena, context,
	    plain));
}

/* Sealed anew for as long as it is held; once is enough. */
static int
move_one(struct gate *gate, struct erase_report *report,
    const struct store_sealed *row, int64_t now_us)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct store_sealed moved = { .index = row->index };
	int r = epoch_ready(gate, EPOCH_HOLD, now_us);

	if (r != 0)
		return TRACE(r);
	arena_init(&arena, LIMIT_BATCH_BYTES);
	moved.epoch = gate->epochs[EPOCH_HOLD].id;
	r = seal_anew(gate, &moved.bytes, &arena,
	    ledger_context(&arena, "entry", row->index), row->bytes);
	if (r == 0)
		r = seal_anew(gate, &moved.answer, &arena,
		    ledger_context(&arena, "answer", row->index),
		    row->answer);
	/* Left where it is: what keeps it there is its epoch, not erased yet. */
	report->n_waiting += r > 0;
	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	r = entries_change_sealed(gate->store, &moved);
	report->n_moved++;
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

/* Is it sealed among the holds already? */
static int
is_moved(struct gate *gate, bool *is, const struct store_sealed *row)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct store_epoch epoch;
	int r;

	arena_init(&arena, LIMIT_ASK_BYTES);
	r = entries_find_epoch(gate->store, &arena, &epoch, row->epoch);
	*is = r == 0 &&
	    str_is_equal(epoch.class, epoch_class_name(EPOCH_HOLD));
	return r < 0 ? TRACE(r) : 0;
}

static int
take_one(struct gate *gate, struct erase_report *report, enum entry_type type,
    const struct store_sealed *row, int64_t now_us)
{
	bool is_held;
	bool is_there;
	int r = holds_is_held(gate->store, &is_held, row->index);

	if (r < 0)
		return TRACE(r);
	if (!is_held)
		return TRACE(erase_one(gate, report, type, row->index));
	r = is_moved(gate, &is_there, row);
	if (r < 0 || is_there)
		return TRACE(r);
	return move_one(gate, report, row, now_us);
}

/* What the step may still take. */
static uint64_t
left(const struct erase_report *report, uint64_t max)
{
	uint64_t done = report->n_erased + report->n_moved;

	return done < max ? max - done : 0;
}

/* Values of a kind below an index; those held and moved are passed over. */
static int
take_kind(struct gate *gate, struct erase_report *report, enum entry_type type,
    uint64_t to, int64_t now_us, uint64_t max)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct gathering found = { .arena = &arena };
	uint64_t from = 0;
	int r = 0;

	arena_init(&arena, LIMIT_BATCH_BYTES);
	while (r == 0 && left(report, max) > 0) {
		uint64_t n = left(report, max);

		arena_reset(&arena);
		found.n = 0;
		found.rows = ARENA_ARRAY(&arena, (size_t)n,
		    struct store_sealed);
		if (found.rows == NULL)
			return FAULT(ENOMEM);
		r = entries_each_sealed(gate->store, entry_type_name(type),
		    from, to, n, gather, &found);
		if (r != 0 || found.n == 0)
			return TRACE(r);
		for (size_t i = 0; i < found.n && r == 0; i++)
			r = take_one(gate, report, type, &found.rows[i],
			    now_us);
		from = found.rows[found.n - 1].index + 1;
	}
	report->has_more = true;
	return TRACE(r);
}

/* Keys under which nothing is sealed any more, of epochs that have ended. */
struct spent {
	uint64_t ids[LIMIT_SWEEP];
	size_t n;
};

static int
note_spent(void *context, const struct store_epoch *epoch)
{
	struct spent *spent = context;

	spent->ids[spent->n++] = epoch->id;
	return 0;
}

static int
erase_keys(struct gate *gate, struct erase_report *report, int64_t now_us)
{
	int64_t ended_us = now_us - LIMIT_EPOCH_HOURS * 3600 * INSTANT_SECOND;
	struct spent spent = { .n = 0 };
	int r = entries_each_spent_epoch(gate->store, ended_us,
	    ARRAY_LEN(spent.ids), note_spent, &spent);

	for (size_t i = 0; i < spent.n && r == 0; i++) {
		r = entries_erase_epoch(gate->store, spent.ids[i]);
		epoch_forget(gate, spent.ids[i]);
		report->n_epochs++;
	}
	report->has_more |= spent.n == ARRAY_LEN(spent.ids);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

int
erase_step(struct gate *gate, struct erase_report *report, int64_t now_us,
    uint64_t max)
{
	int r = 0;

	*report = (struct erase_report){ 0 };
	for (unsigned type = ENTRY_NONE + 1; type < ENTRY_N && r == 0;
	     type++) {
		uint64_t to = 0;

		if (gate->keep_us[type] == 0)
			continue;
		r = entries_find_time(gate->store, &to,
		    now_us - gate->keep_us[type]);
		if (r == 0)
			r = take_kind(gate, report, (enum entry_type)type, to,
			    now_us, max);
		if (left(report, max) == 0)
			break;
		report->has_more = false;
	}
	if (r == 0)
		r = erase_keys(gate, report, now_us);
	gate->is_unsettled |= r == 0 &&
	    report->n_erased + report->n_moved + report->n_epochs > 0;
	return TRACE(r);
}

struct str
erase_json(const struct erase_report *report, struct arena *arena)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct json json;

	buf_init(&buf, LIMIT_ENTRY_VALUE);
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_i64(&json, "erased", (int64_t)report->n_erased);
	json_put_i64(&json, "held", (int64_t)report->n_moved);
	json_put_i64(&json, "waiting", (int64_t)report->n_waiting);
	json_put_i64(&json, "keys", (int64_t)report->n_epochs);
	json_put_bool(&json, "more", report->has_more);
	json_key(&json, STR("kinds"));
	json_open_array(&json);
	for (unsigned type = ENTRY_NONE + 1; type < ENTRY_N; type++) {
		const struct erase_kind *kind = &report->kinds[type];

		if (kind->n == 0)
			continue;
		json_open_object(&json);
		json_put_string(&json, "type",
		    entry_type_name((enum entry_type)type));
		json_put_i64(&json, "entries", (int64_t)kind->n);
		json_put_i64(&json, "first", (int64_t)kind->first);
		json_put_i64(&json, "last", (int64_t)kind->last);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_close_object(&json);
	if (buf_finish(&buf) != 0)
		return (struct str){ 0 };
	return arena_str(arena, buf_str(&buf));
}

int
erase_settle(struct gate *gate)
{
	int r;

	if (!gate->is_unsettled)
		return 0;
	r = store_checkpoint(gate->store, STORE_CHECKPOINT_ERASE);
	if (r == STORE_E_LOCKED)
		return ERASE_E_WAIT;
	if (r == 0)
		gate->is_unsettled = false;
	return r > 0 ? FAULT(EIO) : TRACE(r);
}
