/*
 * An older entry with its sealed values opened, so that some of them can be
 * shown: to the person it is about, to who answers for it.
 */
#ifndef STILE_GATE_OPENED_H
#define STILE_GATE_OPENED_H

#include "claims/claims.h"
#include "gate/path.h"

enum {
	OPENED_E_ABSENT = 1, /* no such entry */
	OPENED_E_DOWN,	     /* the keeper does not answer: try again */
};

struct opened {
	struct str leaf;
	struct claims claims;
	bool is_erased; /* the values are gone; the entry stands */
};

/*
 * Open an entry of the log into the arena, which also takes the work.
 *
 * Returns: 0; OPENED_E_*; fault.
 */
int opened_read(struct opened *opened, struct gate *gate, struct arena *arena,
    uint64_t index) MUST_USE NONNULL;

/* The JSON text of an open member or an opened claim; p == NULL: there is none. */
struct str opened_value(const struct opened *opened, const char *label) NONNULL;

/*
 * Append the disclosure of a claim and '~', when it is opened.
 */
void opened_add(const struct opened *opened, struct buf *disclosures,
    const char *label) NONNULL;

#endif
