/*
 * The path: one batch of asks from frame to answer, one way.
 *
 * Invariants, by number where the code relies on them:
 *  G1  Nothing is fetched for an ask whose decision is not a permit (P3).
 *  G2  Every known asker's ask has an entry before it has an answer (P7).
 *  G3  No answer leaves before its entry is durable and the checkpoint over it
 *      is signed (P1). If either fails, nothing is disclosed.
 *  G4  The disclosed set is a subset of requested, permitted and in scope (P4).
 *  G5  One ask discloses at most one record (P2).
 *  G6  Time, randomness, frames, keys, store and source are inputs.
 */
#ifndef STILE_GATE_PATH_H
#define STILE_GATE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "consign/head.h"
#include "crypto/ed25519.h"
#include "crypto/seal.h"
#include "gate/ask.h"
#include "gate/keys.h"
#include "gate/vocabulary.h"
#include "limits.h"
#include "source/source.h"
#include "tlog/edge.h"
#include "util/clock.h"
#include "util/random.h"

/* A portal and the key of its tokens. */
struct gate_portal {
	struct str id; /* of its requester row, which has its certificate */
	struct ed25519_public key;
};

/* The current epoch of one class. */
struct gate_epoch {
	uint64_t id; /* 0: none yet */
	struct seal_key key;
	int64_t began_us;
	bool is_fresh; /* begun in the open transaction */
};

struct gate {
	/* inputs, borrowed */
	struct store *store;
	struct source *source;
	struct keys keys;
	struct clock clock;
	struct random random;
	struct str holder; /* id, in every entry */
	struct str origin; /* of the log */
	int64_t seal_us;   /* a ground stays sealed so long after it ended */
	struct str dir;	   /* packs/ and trust/ below it */
	const struct str *trust; /* authorities that may sign; none: all there */
	size_t n_trust;
	struct str state; /* the holder's: of its licences */
	const struct gate_portal *portals; /* who may vouch for a person */
	size_t n_portals;
	int64_t token_life_us;

	struct source consignment; /* the one asked last; may be closed */
	char consignment_id[CONSIGN_ID + 1];
	int32_t consignment_day; /* ages and plate years are read as of then */
	bool may_end; /* a consignment may wait to be erased */

	/* policy in force */
	struct vocabulary vocabulary;
	struct pack *packs[LIMIT_PACKS];
	struct str pack_names[LIMIT_PACKS]; /* "name:hash" */
	size_t n_packs;
	struct arena pack_arena; /* of pack_names */

	/* the log's edge */
	struct tlog_edge *edge;
	uint64_t signed_size; /* what the keeper signed last */
	bool knows_keeper;    /* hello was answered since it was last down */
	struct arena note_arena;
	struct str note;      /* the newest checkpoint we were given */
	struct str witnessed; /* newest that a quorum cosigned; empty: none.
				 Input, borrowed; see answer.c */
	uint64_t note_size;   /* of the tree under note */
	uint64_t kept_size; /* of the newest checkpoint in the store */

	/* sealing */
	struct gate_epoch epochs[ENTRY_N]; /* current, by class (epoch.h) */
	struct seal_public seal_public;

	int64_t keep_us[ENTRY_N]; /* how long values are kept; 0: for ever */
	bool is_unsettled; /* erased bytes are left in the write-ahead log */
	/* of one call that needs room for a while; each begins by a reset */
	struct arena scratch;

	int64_t last_us;  /* time of the newest entry */
	bool is_behind;	  /* the clock was before last_us in the last batch */
	bool is_unwritable; /* the last commit failed: probe before ready */
	bool is_stopped;  /* the store broke: the process must end */
	bool is_refused;  /* the keeper refused our log: a human must look */
	struct str reason; /* of the two above, static text */
};

/* What a batch works on. */
struct batch {
	struct ask *asks[2 * LIMIT_BATCH]; /* room for requests decided again */
	size_t n_asks;
	struct arena arena; /* of the whole batch */
	int64_t now_us;
	uint64_t n_entries;
	enum refusal_code failed; /* why all of it is refused; NONE: it is not */
};

/* One step: for one ask, for the whole batch after that, or both. */
typedef int path_ask_fn(struct gate *gate, struct batch *batch,
    struct ask *ask);
typedef int path_batch_fn(struct gate *gate, struct batch *batch);

struct path_step {
	const char *name;
	path_ask_fn *ask;     /* NULL: nothing for one ask */
	path_batch_fn *batch; /* NULL: nothing for the batch */
	bool is_always;	      /* walked also when the batch has failed */
};

/* The steps, in their order; the last has name NULL. The order is the product. */
extern const struct path_step path_steps[];

/*
 * Walk the batch down the path. Afterwards every ask has a status and a body.
 *
 * Returns: 0; fault only when the gate itself cannot go on (is_stopped).
 */
int path_walk(struct gate *gate, struct batch *batch) MUST_USE NONNULL;

/* The steps, each in the file of its name. */
path_ask_fn identify_ask, read_ask, ground_ask, weigh_ask, decide_ask,
    fetch_ask, minimise_ask, mark_ask, enter_ask, answer_ask;
path_batch_fn read_batch, enter_batch, commit_batch, sign_batch;

#endif
