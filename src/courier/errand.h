/*
 * An errand: bringing checkpoints to one witness, and what came of it.
 *
 * Knows the size that the witness cosigned last as far as it can be known, and
 * asks once more in the same round when the witness says that it is another.
 * Whatever a witness answers, it is named and never believed: a cosignature
 * counts only when it verifies.
 */
#ifndef STILE_COURIER_ERRAND_H
#define STILE_COURIER_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

#include "tlog/checkpoint.h"
#include "tlog/policy.h"
#include "tlog/tile.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/json.h"
#include "webcall/webcall.h"

enum errand_state {
	ERRAND_NEW = 0,	    /* not asked yet */
	ERRAND_COSIGNED,    /* in the last round */
	ERRAND_UNREACHABLE, /* no connection, or no answer in time */
	ERRAND_REFUSED,	    /* it does not serve this log, or not now */
	ERRAND_AHEAD,	    /* it cosigned a larger size than ours is */
	ERRAND_FORK,	    /* it says that this is not what it cosigned */
	ERRAND_LIES,	    /* its answer is not what a witness answers */
};

struct errand {
	const struct tlog_policy_witness *witness; /* with a URL */
	const char *url;	/* of add-checkpoint */
	struct webcall call;
	struct buf body;	/* of the request */
	struct buf line;	/* the cosignature of this round; empty: none */
	unsigned n_asked;	/* in this round */
	uint64_t known_size;	/* cosigned last, as far as is known */

	enum errand_state state;
	char why[320];		/* what the state is from; for people */
	uint64_t last_time;	/* of its last cosignature; 0: never */
	uint64_t last_size;	/* and of which size */
	uint64_t n_failures;	/* rounds in a row without a cosignature */
	int64_t not_before_us;	/* monotonic: it asked for patience (429) */
};

/* What is asked of all witnesses in one round. Borrowed while it lasts. */
struct errand_round {
	struct str note; /* signed by the log */
	struct tlog_checkpoint checkpoint;
	struct tlog_tile_reader tiles;
	uint64_t now;	     /* seconds since 1970 */
	int64_t timeout_ms;
};

/*
 * Prepare for a witness. Returns: 0; fault ENOMEM. End with errand_fini().
 */
int errand_init(struct errand *errand, struct arena *arena,
    const struct tlog_policy_witness *witness) MUST_USE NONNULL;

void errand_fini(struct errand *errand) NONNULL;

/*
 * Ask. Returns: 0 the call is under way; ERRAND_E_*, the state says why; fault.
 */
enum {
	ERRAND_E_NOT_NOW = 1, /* it wants to be left alone, or has seen more */
	ERRAND_E_TILES,	      /* the published log lacks a tile for the proof */
};
int errand_begin(struct errand *errand, struct webcall_agent *agent,
    const struct errand_round *round) MUST_USE NONNULL;

/*
 * The call ended: see what it brought.
 *
 * Returns: true when the witness is to be asked again in this round.
 */
bool errand_hear(struct errand *errand, const struct errand_round *round)
    NONNULL;

/* The round is over and the call was cancelled. */
void errand_give_up(struct errand *errand) NONNULL;

/*
 * Is it time to look names up anew? lonely_us: since all witnesses were last
 * reached. Returns: true past LIMIT_COURIER_LOOKUP_S.
 */
bool errand_is_lost(size_t n_errands, int64_t lonely_us);

/* The state's word. */
const char *errand_state_name(enum errand_state state);

/* Write it as one JSON object. */
void errand_json(const struct errand *errand, struct json *json) NONNULL;

#endif
