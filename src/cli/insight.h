/*
 * Insight: a holder's log counted for a report, through the vault.
 *
 * What is counted is proven first: the entries give the checkpoint's root, and
 * each value has the digest that its entry says.
 */
#ifndef STILE_CLI_INSIGHT_H
#define STILE_CLI_INSIGHT_H

#include <stdint.h>

#include "cli/verb.h"
#include "release/report.h"
#include "util/attr.h"

struct insight;

/*
 * Open the holder that the verb means. Returns: VERB_OK and *insight owned by
 * the caller; else the exit code, and it was said why.
 */
int insight_open(struct insight **insight, struct cli *cli) MUST_USE NONNULL;

void insight_closep(struct insight **insight) NONNULL;

/* Time of the newest entry under the checkpoint. */
int64_t insight_last_us(const struct insight *insight) NONNULL;

/* The log as it is published. Borrowed. */
const struct report_log *insight_log(const struct insight *insight) NONNULL;

/* Its store, for reading. Borrowed. */
struct store *insight_store(const struct insight *insight) NONNULL;

/*
 * Count the log for [from_us, to_us) and make the report, in the run's arena.
 * Returns: as insight_open().
 */
int insight_report(struct insight *insight, struct report **report,
    int64_t from_us, int64_t to_us, bool is_exact) MUST_USE NONNULL;

/* A label of an entry and what its value must be. */
struct insight_claim {
	const char *label;
	struct str text;
};

/*
 * Hold what is said against the log: the entry of that index was done, is kept,
 * and its labels have these texts.
 *
 * Returns: VERB_OK and *why, NULL when all is so, else what is not; else the
 * exit code, and it was said why.
 */
int insight_hold(struct insight *insight, const char **why, uint64_t index,
    const struct insight_claim *claims, size_t n) MUST_USE;

/*
 * The period that is meant when none is said: the last whole year of the
 * calendar that the log knows, else its year so far.
 */
void insight_year(const struct insight *insight, int64_t *from_us,
    int64_t *to_us) NONNULL;

/* The calendar year: [from, to). */
void insight_year_of(int year, int64_t *from_us, int64_t *to_us) NONNULL;

#endif
