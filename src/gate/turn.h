/*
 * A turn: every frame that waits at the fronts becomes one batch, and every
 * answer of it goes back. No process matter here; gate.c waits and calls.
 */
#ifndef STILE_GATE_TURN_H
#define STILE_GATE_TURN_H

#include <stdbool.h>
#include <stddef.h>

#include "gate/path.h"
#include "util/channel.h"

struct turn {
	struct gate *gate;
	struct channel fronts[LIMIT_FRONTS];
	bool is_open[LIMIT_FRONTS];
	bool is_broken[LIMIT_FRONTS]; /* dropped once the batch is done */
	struct ask *asks; /* LIMIT_BATCH of them, used again and again */
	struct batch batch;
	size_t max; /* asks in a batch, at most LIMIT_BATCH */
};

/* Returns: 0; fault. */
int turn_init(struct turn *turn, struct gate *gate, size_t max)
    MUST_USE NONNULL;
void turn_fini(struct turn *turn) NONNULL;

/* Take over a connected front. Returns: its slot; -1 when there is no room. */
int turn_add_front(struct turn *turn, int fd) NONNULL;

/* Close a front's channel. */
void turn_drop_front(struct turn *turn, size_t slot) NONNULL;

/* Read what waits at a front; drops one that is gone or broken. */
void turn_fill(struct turn *turn, size_t slot) NONNULL;

/*
 * Walk one batch of the frames that are here.
 *
 * Returns: 0, and *n_asks how many it were; fault, the gate must end.
 */
int turn_walk(struct turn *turn, size_t *n_asks) MUST_USE NONNULL;

#endif
