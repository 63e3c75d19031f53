/*
 * What an interrupted transfer needs to go on: the file "resume" of its folder.
 *
 * It holds the keys that seal, so it is sealed itself, under a work key that
 * stands, wrapped to the keeper's work pair, in the file "work". "resume" is
 * replaced at each checkpoint and old copies of it may linger on the disk;
 * "work" is written once, and overwritten in its place when the transfer is
 * finished or given up. Everything "resume" tells of is durable before it is.
 */
#ifndef STILE_CONSIGN_RESUME_H
#define STILE_CONSIGN_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "consign/head.h"
#include "consign/keyfile.h"
#include "consign/tagruns.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/random.h"

struct resume {
	struct consign_head head; /* as far as it is known */
	struct keyfile_secrets secrets;
	uint64_t n_done;	/* bytes of the transfer that are sealed */
	struct digest prefix;	/* SHA-256 of them */
	size_t n_runs;
	uint64_t run_ends[LIMIT_CONSIGN_RUNS];
};

enum {
	RESUME_E_BAD = 1, /* not such a file, not this keeper's, damaged */
};

#define RESUME_BYTES_MAX (65536u)

/* Append the file's bytes. Returns: 0; fault ENOMEM. */
int resume_encode(struct buf *bytes, const struct resume *resume,
    const struct seal_key *work, const struct random *random) MUST_USE NONNULL;

/* Returns: 0 and *resume, secret: wipe it; RESUME_E_BAD; fault. */
int resume_decode(struct resume *resume, struct arena *arena, struct str bytes,
    const struct seal_key *work) MUST_USE NONNULL;

#endif
