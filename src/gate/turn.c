/* Frames in, one batch down the path, answers out; see turn.h. */
#include "gate/turn.h"

#include <errno.h>
#include <stdlib.h>

#include "frames.h"
#include "util/fault.h"

int
turn_init(struct turn *turn, struct gate *gate, size_t max)
{
	*turn = (struct turn){ .gate = gate,
		.max = MIN(MAX(max, (size_t)1), (size_t)LIMIT_BATCH) };
	arena_init(&turn->batch.arena, LIMIT_BATCH_BYTES);
	turn->asks = calloc(LIMIT_BATCH, sizeof(*turn->asks));
	if (turn->asks == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < LIMIT_BATCH; i++)
		arena_init(&turn->asks[i].arena, LIMIT_ASK_BYTES);
	return 0;
}

void
turn_fini(struct turn *turn)
{
	for (size_t i = 0; i < LIMIT_FRONTS; i++)
		turn_drop_front(turn, i);
	for (size_t i = 0; turn->asks != NULL && i < LIMIT_BATCH; i++)
		arena_fini(&turn->asks[i].arena);
	free(turn->asks);
	turn->asks = NULL;
	arena_fini(&turn->batch.arena);
}

int
turn_add_front(struct turn *turn, int fd)
{
	for (int i = 0; i < LIMIT_FRONTS; i++) {
		if (turn->is_open[i])
			continue;
		if (channel_init(&turn->fronts[i], fd) < 0) {
			channel_fini(&turn->fronts[i]);
			return -1;
		}
		turn->is_open[i] = true;
		return i;
	}
	return -1;
}

void
turn_drop_front(struct turn *turn, size_t slot)
{
	if (turn->is_open[slot])
		channel_fini(&turn->fronts[slot]);
	turn->is_open[slot] = false;
	turn->is_broken[slot] = false;
}

void
turn_fill(struct turn *turn, size_t slot)
{
	int r;

	if (!turn->is_open[slot])
		return;
	r = channel_fill(&turn->fronts[slot]);
	if (r < 0 || r == CHANNEL_E_CLOSED)
		turn_drop_front(turn, slot);
}

static struct ask *
next_ask(struct turn *turn)
{
	struct ask *ask = &turn->asks[turn->batch.n_asks];
	struct arena arena;

	arena_reset(&ask->arena);
	arena = ask->arena;
	memset(ask, 0, sizeof(*ask));
	ask->arena = arena;
	turn->batch.asks[turn->batch.n_asks++] = ask;
	return ask;
}

/* One frame from each front in turn, so that none can crowd out another. */
static bool
take_round(struct turn *turn)
{
	bool has_taken = false;

	for (size_t i = 0; i < LIMIT_FRONTS; i++) {
		struct frame frame;
		struct ask *ask;
		int r;

		if (!turn->is_open[i] || turn->is_broken[i] ||
		    turn->batch.n_asks == turn->max)
			continue;
		r = channel_take(&frame, &turn->fronts[i]);
		if (r == CHANNEL_E_EMPTY)
			continue;
		if (r != 0 || frame.kind != ASK_KIND_ASK) {
			/* Asks of this batch still point into its buffer. */
			turn->is_broken[i] = true;
			continue;
		}
		ask = next_ask(turn);
		ask->channel = i;
		ask->id = frame.id;
		ask->frame = frame;
		has_taken = true;
	}
	return has_taken;
}

static void
send_answer(struct turn *turn, const struct ask *ask)
{
	struct channel *front = &turn->fronts[ask->channel];
	size_t place;

	if (ask->is_silent || !turn->is_open[ask->channel])
		return;
	place = frame_begin(&front->out, ASK_KIND_ANSWER, ask->id);
	frame_put_u64(&front->out, ASK_STATUS, ask->status);
	frame_put(&front->out, ASK_TYPE, ask->content_type);
	frame_put(&front->out, ASK_BODY, ask->body);
	if (ask->location.len > 0)
		frame_put(&front->out, ASK_LOCATION, ask->location);
	if (ask->status == 503)
		frame_put_u64(&front->out, ASK_RETRY, 1);
	/* A front that does not read its answers is broken. */
	if (frame_end(&front->out, place) != 0)
		turn_drop_front(turn, ask->channel);
}

static void
send_all(struct turn *turn)
{
	for (size_t i = 0; i < turn->batch.n_asks; i++)
		send_answer(turn, turn->batch.asks[i]);
	for (size_t i = 0; i < LIMIT_FRONTS; i++) {
		if (turn->is_open[i] && channel_flush(&turn->fronts[i]) != 0)
			turn_drop_front(turn, i);
	}
}

static void
end_batch(struct turn *turn)
{
	struct batch *batch = &turn->batch;

	for (size_t i = 0; i < batch->n_asks; i++) {
		if (batch->asks[i]->is_silent)
			arena_fini(&batch->asks[i]->arena);
	}
	for (size_t i = 0; i < LIMIT_FRONTS; i++) {
		if (turn->is_broken[i])
			turn_drop_front(turn, i);
	}
	batch->n_asks = 0;
	batch->n_entries = 0;
	batch->failed = REFUSAL_NONE;
	arena_reset(&batch->arena);
}

int
turn_walk(struct turn *turn, size_t *n_asks)
{
	struct gate *gate = turn->gate;
	struct batch *batch = &turn->batch;
	int r;

	while (batch->n_asks < turn->max && take_round(turn))
		continue;
	*n_asks = batch->n_asks;
	if (batch->n_asks == 0) {
		end_batch(turn);
		return 0;
	}
	batch->now_us = clock_now_us(&gate->clock);
	r = path_walk(gate, batch);
	if (r == 0)
		send_all(turn);
	end_batch(turn);
	return TRACE(r);
}
