/*
 * What a lookback could not know, and what is odd in the log, as sentences.
 */
#ifndef STILE_CLI_LOOKBACK_NOTES_H
#define STILE_CLI_LOOKBACK_NOTES_H

#include "cli/lookback.h"

#define LOOKBACK_NOTES 24

struct lookback_notes {
	struct str unknown[LOOKBACK_NOTES]; /* what the log is silent on */
	size_t n_unknown;
	struct str odd[LOOKBACK_NOTES]; /* what is noteworthy in it */
	size_t n_odd;
	struct str reading[LOOKBACK_NOTES]; /* how it was read */
	size_t n_reading;
};

/* Write the sentences. Returns: 0, all in the arena; fault. */
int lookback_notes_write(struct lookback_notes *notes, struct arena *arena,
    const struct lookback *lookback) MUST_USE NONNULL;

/* "4,294 look-ups, 2025-06-18 to 2025-12-03, 147 officers". */
struct str lookback_notes_headline(struct arena *arena,
    const struct lookback *lookback) NONNULL;

/* "99.4 % would have been refused: …": the outcome as a sentence or two. */
struct str lookback_notes_summary(struct arena *arena,
    const struct lookback *lookback) NONNULL;

#endif
