/*
 * Seals: until when an entry of the log must not be known outside.
 *
 * A request flows from an open investigation or seeks a wanted person: while
 * that goes on, that anybody asked must not come out, neither in a release nor
 * in a person's own view; and not for a while after it ended. A court may order
 * it longer. The seal is of the ground; an entry is sealed when its ground is,
 * and what says nothing of its ground is sealed too.
 */
#ifndef STILE_STORE_SEALS_H
#define STILE_STORE_SEALS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct store_seal {
	struct str ori;
	struct str kind; /* "investigation", "wanted", "instrument" */
	struct str number;
	int64_t lift_us;  /* first moment it is known that it may be known;
			     INT64_MAX: it goes on */
	int64_t order_us; /* the same by order of a court; 0: none */
};

/* Seal a ground that is registered. Returns: 0; STORE_E_EXISTS; fault. */
int seals_put(struct store *store, const struct store_seal *seal)
    MUST_USE NONNULL;

/*
 * The ground has ended: its seal lifts at lift_us, or when the order ends.
 * Returns: 0; fault.
 */
int seals_end(struct store *store, struct str ori, struct str kind,
    struct str number, int64_t lift_us) MUST_USE NONNULL;

/* When does it lift? 0 for a ground that has no seal. Returns: 0; fault. */
int seals_find(struct store *store, int64_t *lift_us, struct str ori,
    struct str kind, struct str number) MUST_USE NONNULL;

/* What an entry says of itself: values of its labels, empty where it has none. */
struct seals_question {
	struct str type; /* of entry */
	struct str agency;
	struct str ground_kind;
	struct str ground;
	struct str instrument;
	struct str id;	 /* of a request */
	struct str what; /* of a look: "getWanted 17" */
};

/*
 * When does the seal of an entry lift? 0: it has none. INT64_MAX: not yet, or
 * it cannot be told.
 *
 * Returns: 0; fault.
 */
int seals_of_entry(struct store *store, int64_t *lift_us,
    const struct seals_question *question) MUST_USE NONNULL;

#endif
