/*
 * A holder's log held against itself: the entries of the store, the checkpoint
 * that the keeper signed last, and the tiles that the clerk published.
 *
 * They must be one log: the store holds all that was signed, and what is
 * published is a prefix of it. May run beside the server, reads only, and
 * names the first entry that is not what was signed.
 */
#ifndef STILE_CLI_LOG_CHECK_H
#define STILE_CLI_LOG_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

#define LOG_CHECK_FINDINGS 16

struct log_check {
	struct str origin;
	uint64_t n_entries;   /* in the store */
	uint64_t n_signed;    /* under the keeper's last checkpoint */
	uint64_t n_published; /* under the published one */
	bool has_published;   /* the clerk has written a log already */
	struct str findings[LOG_CHECK_FINDINGS]; /* what is wrong, a line each */
	size_t n_findings;
};

enum {
	LOG_CHECK_E_WRONG = 1, /* the findings say what */
	LOG_CHECK_E_CANNOT,    /* it could not be checked; the findings say why */
};

/*
 * Check the holder's directory.
 *
 * Returns: 0, it is one log; LOG_CHECK_E_*; fault.
 */
int log_check_run(struct log_check *check, struct arena *arena,
    const char *dir) MUST_USE NONNULL;

/* Append it as one JSON object. */
void log_check_json(const struct log_check *check, struct buf *buf) NONNULL;

#endif
