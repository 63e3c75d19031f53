/*
 * The order: which entries of the log a release is about.
 *
 * A range by numbers; within it the kinds that the profile has, or one of them,
 * and one agency, if it is named. An entry whose values were erased, or that
 * is sealed, is not shown either. Of an entry that is not shown the release
 * holds the hash and nothing else, whatever the reason: the reasons cannot be
 * told apart.
 */
#ifndef STILE_RELEASE_ORDER_H
#define STILE_RELEASE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "release/profile.h"
#include "release/stock.h"
#include "util/attr.h"
#include "util/str.h"

struct order {
	struct str title;
	struct str agency; /* ORI; empty: all */
	struct str kind;   /* "request"; empty: all that the profile has */
	struct str nonce;  /* so that its digest tells nothing */
	uint64_t from;
	uint64_t to;
	const struct profile *profile;
	int64_t now_us; /* what is sealed then is not shown (secrecy.h) */
};

/* Is the entry shown? Returns: 0 and *is_shown; STOCK_E_DAMAGED; fault. */
int order_shows(const struct order *order, bool *is_shown,
    struct stock *stock, const struct stock_entry *entry) MUST_USE NONNULL;

/*
 * What becomes of claim i, a closed one: PROFILE_REVIEW where a reviewer must
 * have read it before it is shown.
 */
struct profile_rule order_rule(const struct order *order,
    const struct stock_entry *entry, size_t i) NONNULL;

#endif
