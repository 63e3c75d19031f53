/* Putting the gate together; see assembly.h. */
#include "gate/assembly.h"

#include "crypto/secret.h"
#include "gate/consignment.h"
#include "gate/epoch.h"
#include "gate/force.h"
#include "limits.h"
#include "store/store.h"
#include "store/tiles.h"
#include "util/fault.h"
#include "util/instant.h"

static int
restore_edge(struct gate *gate)
{
	struct tlog_tile_reader reader = tiles_reader(gate->store);
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct store_entry newest;
	uint64_t size;
	int r = entries_count(gate->store, &size);

	arena_init(&arena, LIMIT_ASK_BYTES);
	if (r == 0)
		r = tlog_edge_restore(gate->edge, size, &reader);
	if (r == 0 && size > 0)
		r = entries_find(gate->store, &arena, &newest, size - 1);
	if (r != 0)
		return r < 0 ? TRACE(r) : STORE_E_DAMAGED;
	if (size > 0)
		gate->last_us = newest.time_us;
	return 0;
}

int
assembly_init(struct gate *gate)
{
	int r;

	arena_init(&gate->note_arena, LIMIT_ASK_BYTES);
	arena_init(&gate->pack_arena, LIMIT_ASK_BYTES);
	gate->may_end = true; /* a crash may have come before the erasure */
	arena_init(&gate->scratch, LIMIT_BATCH_BYTES);
	r = vocabulary_init(&gate->vocabulary);
	if (r == 0)
		r = tlog_edge_new(&gate->edge);
	if (r == 0)
		r = restore_edge(gate);
	if (r != 0)
		assembly_fini(gate);
	return r < 0 ? TRACE(r) : r;
}

void
assembly_fini(struct gate *gate)
{
	consignment_close(gate);
	force_fini(gate);
	vocabulary_fini(&gate->vocabulary);
	gate->edge = tlog_edge_free(gate->edge);
	arena_fini(&gate->note_arena);
	arena_fini(&gate->scratch);
	epoch_fini(gate);
}

int
assembly_sign_head(struct gate *gate)
{
	struct batch batch = { .n_entries = 1 };
	int r = sign_batch(gate, &batch);

	if (r < 0)
		return TRACE(r);
	if (batch.failed == REFUSAL_NONE)
		return 0;
	return gate->is_refused ? KEYS_E_REFUSED : KEYS_E_DOWN;
}

int
assembly_check_clock(const struct gate *gate, struct diag_list *diags)
{
	int64_t now = clock_now_us(&gate->clock);
	char shows[INSTANT_TEXT_SIZE];
	char newest[INSTANT_TEXT_SIZE];

	if (gate->last_us - now <= (int64_t)LIMIT_CLOCK_BACK_MS * 1000)
		return 0;
	instant_format(shows, now);
	instant_format(newest, gate->last_us);
	diag_error_at(diags, STR("clock"),
	    "it ran back: it shows %s, the newest entry of the log is of %s",
	    shows, newest);
	diag_help(diags, "set it right, or wait until it has caught up");
	return ASSEMBLY_E_CLOCK;
}
