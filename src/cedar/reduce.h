/*
 * The reducer: code, and a request of which not all is known, to less code.
 *
 * What an expression gives is one of three: a value; a failure, whatever the
 * unknowns are; or the rest: code that gives what the expression gives, value
 * or failure, in every request that agrees with what is known. So an operand
 * goes away only where Cedar would not have looked at it, or where it can
 * neither fail nor be of another type than is asked for. Code that surely fails
 * is kept as it was written.
 *
 * One walk over the code; recursion follows it, at most LIMIT_CEDAR_DEPTH high.
 */
#ifndef STILE_CEDAR_REDUCE_H
#define STILE_CEDAR_REDUCE_H

#include "cedar/eval.h"
#include "cedar/unknowns.h"

enum reduced_state {
	REDUCED_VALUE,
	REDUCED_ERROR, /* why: error of the eval, if nothing fails before */
	REDUCED_REST,
};

struct reduced {
	uint8_t state; /* enum reduced_state */
	uint8_t kind;  /* REST: enum cedar_kind of its value; HOLE_ANY */
	bool can_fail; /* REST: evaluating it may fail */
	uint32_t type; /* REST that is an entity: its type; NAMES_NONE */
	/* REST: a record with unknown members, value being what is given. */
	const struct hole *hole;
	struct value value; /* VALUE */
	/* What gives it: never NULL; of a VALUE the code as it was. */
	const struct code *code;
};

struct reduce {
	struct eval eval;
	struct unknowns unknowns;
	uint64_t touched; /* changes of those unknowns that were met */
};

/* Returns: true and *out; false when the arena has no room. */
bool cedar_reduce(struct reduce *reduce, struct reduced *out,
    const struct code *code) NONNULL;

/* Code for it that does not depend on what is known. NULL: no room. */
const struct code *cedar_reduce_code(struct reduce *reduce,
    const struct reduced *reduced) NONNULL;

/* The rest can neither fail nor be anything but a bool. */
static inline bool
reduced_is_total(const struct reduced *reduced)
{
	return reduced->kind == CEDAR_BOOL && !reduced->can_fail;
}

#endif
