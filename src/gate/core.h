/*
 * The core of an answer: the members of its JSON object without braces and
 * without the receipt, which is known only after the checkpoint is signed.
 */
#ifndef STILE_GATE_CORE_H
#define STILE_GATE_CORE_H

#include "gate/path.h"

/*
 * Write ask->core, status, content type and location from what the steps left.
 * Depends on nothing but the ask, so that the same ask gives the same bytes; a
 * record that was not found, not unique, sealed or withheld gives one core (P5).
 *
 * Returns: 0; fault ENOMEM.
 */
int core_write(struct ask *ask) MUST_USE NONNULL;

/* The core of a refusal that has no entry, or lost it. As core_write(). */
int core_write_refusal(struct ask *ask, enum refusal_code code)
    MUST_USE NONNULL;

/* Where the ask's request is found later. p == NULL: no memory. */
struct str core_location(struct ask *ask) NONNULL;

/* The rulings of a decision as a JSON array. p == NULL: no memory. */
struct str core_rules(struct arena *arena, const struct decision *decision)
    NONNULL;

/* A list of texts as a JSON array. p == NULL: no memory. */
struct str core_list(struct arena *arena, const struct str *items, size_t n);

#endif
