/*
 * Erasing: sealed values past their period go, with the keys under which they
 * are sealed; every leaf and every proof stays (P6).
 *
 * The period is of the kind of entry (stile.conf, retention). An entry under a
 * legal hold stays: its values are sealed anew in the class of holds, so that
 * the key of its epoch can go with the others of its time. When nothing is
 * sealed under an epoch any more its key is overwritten: then no copy of the
 * sealed values is of use, wherever it was made. What a request was about and
 * how it was answered goes with its entry.
 *
 * In steps, so that requests need not wait long; each step is an entry.
 */
#ifndef STILE_GATE_ERASE_H
#define STILE_GATE_ERASE_H

#include "gate/path.h"

struct erase_kind {
	uint64_t n;	     /* entries whose values went */
	uint64_t first, last; /* of them */
};

struct erase_report {
	struct erase_kind kinds[ENTRY_N];
	uint64_t n_erased;
	uint64_t n_moved;  /* sealed anew because they are held */
	uint64_t n_waiting; /* to be moved, but the keeper did not open them */
	uint64_t n_epochs; /* keys that were erased */
	bool has_more;	   /* the step was full: go on */
};

/*
 * One step of at most max entries, within the open transaction.
 *
 * Returns: 0; fault, and *report is what was done before it.
 */
int erase_step(struct gate *gate, struct erase_report *report, int64_t now_us,
    uint64_t max) MUST_USE NONNULL;

/* The report as JSON, for the entry and the answer. p == NULL: no memory. */
struct str erase_json(const struct erase_report *report, struct arena *arena)
    NONNULL;

/*
 * What was overwritten is still in the write-ahead log's file until that is
 * cut. Call it between batches; it never waits.
 *
 * Returns: 0 nothing old is left; ERASE_E_WAIT a reader is in the way; fault.
 */
enum { ERASE_E_WAIT = 1 };
int erase_settle(struct gate *gate) MUST_USE NONNULL;

#endif
