/*
 * The clerk's side of cosigning: a checkpoint is laid into the outbox, the
 * courier takes it to the witnesses, and what came back is checked here.
 *
 * Never longer than the round's time: then the checkpoint is published as the
 * log signed it, and that is reported. What the courier brings is believed as
 * far as it verifies: lines of the policy's witnesses, of this very checkpoint.
 */
#ifndef STILE_CLERK_COSIGN_H
#define STILE_CLERK_COSIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "tlog/policy.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/eventlog.h"
#include "util/str.h"

struct cosign {
	const struct eventlog *log;	 /* borrowed */
	const struct tlog_note_key *key; /* of the log; borrowed */
	bool is_on;			 /* there are witnesses to ask */
	int64_t timeout_us;
	int64_t refresh_us;	    /* INT64_MAX: never */
	struct arena arena;	    /* of the policy */
	struct tlog_policy policy;
	int outbox_fd;
	struct buf waiting;	    /* the checkpoint that is out; empty: none */
	struct buf last;	    /* the last that was, as the log signed it */
	int64_t began_us;	    /* monotonic: the round that is, or was last */
	bool was_met;		    /* its quorum */
	bool is_told;		    /* the operator knows that */
};

enum {
	COSIGN_E_WRONG = 1, /* open: the policy is; the reasons were logged */
};

/*
 * Read the policy; nothing is on when the settings name none.
 *
 * log and key are set by the caller before. Returns: 0; COSIGN_E_WRONG; fault.
 * cosign_close() in any case.
 */
int cosign_open(struct cosign *cosign, const char *dir,
    const struct config *config) MUST_USE NONNULL;

void cosign_close(struct cosign *cosign) NONNULL;

/* Send a checkpoint out whose tiles are there. Returns: 0; fault. */
int cosign_begin(struct cosign *cosign, struct str note) MUST_USE NONNULL;

enum {
	COSIGN_E_WAIT = 1, /* not back yet, and there is time */
};

/*
 * Is it back? Then *note is what to publish: with the cosignatures that verify,
 * or without any when the time is over. The round is ended.
 *
 * note: initialised by the caller. Returns: 0; COSIGN_E_WAIT; fault.
 */
int cosign_end(struct cosign *cosign, struct buf *note) MUST_USE NONNULL;

/* When the last checkpoint should go out again: monotonic; INT64_MAX: never. */
int64_t cosign_due_us(const struct cosign *cosign, int64_t interval_us)
    NONNULL;

#endif
