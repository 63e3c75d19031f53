/* The table of steps and the loop that walks a batch down it; see path.h. */
#include "gate/path.h"

#include "store/store.h"
#include "util/fault.h"

/*
 * One way, no way back. Asks walk the steps of a group one after the other;
 * where a step works on the whole batch the group ends and all wait for it.
 */
const struct path_step path_steps[] = {
	{ "identify", identify_ask, NULL, false },
	{ "read", read_ask, read_batch, false },
	{ "ground", ground_ask, NULL, false },
	{ "weigh", weigh_ask, NULL, false },
	{ "decide", decide_ask, NULL, false },
	{ "fetch", fetch_ask, NULL, false },
	{ "minimise", minimise_ask, NULL, false },
	{ "mark", mark_ask, NULL, false },
	{ "enter", enter_ask, enter_batch, false },
	{ "commit", NULL, commit_batch, true },
	{ "sign", NULL, sign_batch, false },
	{ "answer", answer_ask, NULL, true },
	{ NULL, NULL, NULL, false },
};

/* A fault in one ask ends that ask; a broken store ends the batch. */
static int
walk_ask(struct gate *gate, struct batch *batch, struct ask *ask,
    const struct path_step *from, const struct path_step *to)
{
	for (const struct path_step *step = from; step <= to; step++) {
		bool is_walked = step->ask != NULL &&
		    (step->is_always || batch->failed == REFUSAL_NONE);
		int r = is_walked ? step->ask(gate, batch, ask) : 0;

		if (r < 0) {
			TRACE(r);
			fault_trail(stderr);
			if (!store_is_writable(gate->store))
				return r;
			ask_refuse(ask, REFUSAL_INTERNAL, STR(""), STR(""));
		}
	}
	return 0;
}

static int
walk_group(struct gate *gate, struct batch *batch, const struct path_step *from,
    const struct path_step *to)
{
	/* n_asks may grow: an approval adds the request it decides again. */
	for (size_t i = 0; i < batch->n_asks; i++) {
		int r = walk_ask(gate, batch, batch->asks[i], from, to);

		if (r < 0)
			return TRACE(r);
	}
	if (to->batch == NULL ||
	    (batch->failed != REFUSAL_NONE && !to->is_always))
		return 0;
	return TRACE(to->batch(gate, batch));
}

int
path_walk(struct gate *gate, struct batch *batch)
{
	const struct path_step *from = path_steps;
	int r;

	tlog_edge_mark(gate->edge);
	/* A store that cannot begin leaves the batch to refuse itself. */
	r = store_begin(gate->store);
	if (r < 0)
		TRACE(r);
	r = 0;
	while (from->name != NULL && r == 0) {
		const struct path_step *to = from;

		while (to->batch == NULL && to[1].name != NULL)
			to++;
		r = walk_group(gate, batch, from, to);
		from = to + 1;
	}
	if (r < 0)
		gate->is_stopped = true;
	return TRACE(r);
}
