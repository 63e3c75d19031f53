/*
 * sign: one checkpoint over the batch. The keeper signs only what extends what
 * it signed before; without its signature nothing is answered (G3).
 */
#include "gate/path.h"

#include <errno.h>

#include "store/tiles.h"
#include "util/fault.h"

/* Learn (again) what the keeper signed last. */
static int
meet_keeper(struct gate *gate)
{
	int r;

	if (gate->knows_keeper)
		return 0;
	r = gate->keys.hello(gate->keys.context, &gate->signed_size,
	    &gate->seal_public);
	gate->knows_keeper = r == 0;
	return r < 0 ? TRACE(r) : r;
}

/* The one before was kept with the entries that this one is over. */
static int
take(struct gate *gate, struct str note, uint64_t size)
{
	arena_reset(&gate->note_arena);
	gate->note = arena_str(&gate->note_arena, note);
	gate->note_size = size;
	gate->signed_size = size;
	return gate->note.p != NULL ? 0 : FAULT(ENOMEM);
}

static int
sign(struct gate *gate)
{
	struct tlog_tile_reader reader = tiles_reader(gate->store);
	struct tlog_proof proof = { 0 };
	struct digest root;
	struct str note;
	uint64_t size = tlog_edge_size(gate->edge);
	int r = meet_keeper(gate);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (gate->signed_size > size)
		return KEYS_E_REFUSED;
	if (gate->signed_size > 0)
		r = tlog_edge_consistency(gate->edge, &proof,
		    gate->signed_size, &reader);
	if (r != 0)
		return r < 0 ? TRACE(r) : KEYS_E_REFUSED;
	tlog_edge_root(gate->edge, &root);
	arena_reset(&gate->scratch);
	r = gate->keys.sign(gate->keys.context, &note, &gate->scratch, size,
	    &root, proof.hashes, proof.n_hashes);
	if (r == 0)
		r = take(gate, note, size);
	return r < 0 ? TRACE(r) : r;
}

/* Whether the newest checkpoint is of the tree as it is, and the keeper well. */
static bool
is_signed(const struct gate *gate)
{
	return gate->knows_keeper && gate->note.p != NULL &&
	    gate->note_size == tlog_edge_size(gate->edge);
}

int
sign_batch(struct gate *gate, struct batch *batch)
{
	bool is_wanted = batch->n_entries > 0;
	int r;

	for (size_t i = 0; i < batch->n_asks; i++)
		is_wanted |= batch->asks[i]->is_replay;
	if (!is_wanted || batch->failed != REFUSAL_NONE ||
	    (batch->n_entries == 0 && is_signed(gate)))
		return 0;
	r = sign(gate);
	if (r == 0)
		return 0;
	if (r < 0)
		TRACE(r);
	batch->failed = REFUSAL_LOG_UNAVAILABLE;
	gate->knows_keeper = false;
	if (r == KEYS_E_REFUSED) {
		gate->is_refused = true;
		gate->reason = STR("the keeper refused to sign: the log was "
				   "rolled back or forked");
	}
	return 0;
}
