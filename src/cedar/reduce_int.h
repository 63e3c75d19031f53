/* What the files of the reducer share; see reduce.h. */
#ifndef STILE_CEDAR_REDUCE_INT_H
#define STILE_CEDAR_REDUCE_INT_H

#include "cedar/reduce.h"

#define REDUCE_RECORD EVAL_BIT(CEDAR_RECORD)
#define REDUCE_ENTITY EVAL_BIT(CEDAR_ENTITY)
#define REDUCE_BOOL EVAL_BIT(CEDAR_BOOL)
#define REDUCE_ANY 0xffffu /* kinds: all */

static inline struct reduced
reduced_value(struct value value, const struct code *code)
{
	return (struct reduced){ .state = REDUCED_VALUE,
		.kind = value.kind,
		.type = NAMES_NONE,
		.value = value,
		.code = code };
}

static inline struct reduced
reduced_rest(const struct code *code, unsigned kind, bool can_fail)
{
	return (struct reduced){ .state = REDUCED_REST,
		.kind = (uint8_t)kind,
		.can_fail = can_fail,
		.type = NAMES_NONE,
		.code = code };
}

static inline struct reduced
reduced_error(const struct code *code)
{
	return (struct reduced){ .state = REDUCED_ERROR,
		.kind = HOLE_ANY,
		.type = NAMES_NONE,
		.code = code };
}

static inline bool
reduced_is_value(const struct reduced *reduced)
{
	return reduced->state == REDUCED_VALUE;
}

static inline bool
reduced_is_bool(const struct reduced *reduced, bool boolean)
{
	return reduced_is_value(reduced) && reduced->value.kind == CEDAR_BOOL &&
	    (reduced->value.number != 0) == boolean;
}

static inline struct code *
reduce_new(struct reduce *reduce, const struct code *like)
{
	struct code *code = ARENA_NEW(reduce->eval.arena, struct code);

	if (code != NULL)
		*code = *like;
	return code;
}

static inline struct code
reduce_constant(struct value value, const struct code *code)
{
	return (struct code){ .op = CODE_CONSTANT,
		.span = code->span,
		.constant = value };
}

/* A value of the wrong kind: whatever takes it fails. */
static inline bool
reduced_is_wrong(const struct reduced *operand, unsigned expected)
{
	return reduced_is_value(operand) &&
	    (EVAL_BIT(operand->value.kind) & expected) == 0;
}

/* An operand that is no value may fail, or be of another kind. */
static inline bool
reduced_may_fail(const struct reduced *operand, unsigned expected)
{
	if (reduced_is_value(operand))
		return false;
	return operand->can_fail || (expected != REDUCE_ANY &&
	    (operand->kind == HOLE_ANY ||
	    (EVAL_BIT(operand->kind) & expected) == 0));
}

/* As cedar_reduce_code(); a variable whose members are looked at stays one. */
const struct code *cedar_reduce_owner(struct reduce *reduce,
    const struct reduced *reduced) NONNULL;

/* All that is open in a record becomes part of a rest. */
void cedar_reduce_touch(struct reduce *reduce, const struct hole *hole) NONNULL;

/* The type of an entity; NAMES_NONE: not known, or no entity. */
uint32_t cedar_reduce_type(const struct reduce *reduce,
    const struct reduced *reduced) NONNULL;

/* All below return as cedar_reduce(). */

/* The operand's value is of none of the expected kinds: *out is an error. */
bool cedar_reduce_fail_type(struct reduce *reduce, struct reduced *out,
    const struct code *code, unsigned expected, const struct reduced *operand)
    NONNULL;

/* Code whose operands are constants now; original is as it was written. */
bool cedar_reduce_evaluate(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct code *original) NONNULL;

/* Code with a value for its first operand; with values for both. */
bool cedar_reduce_evaluate_on(struct reduce *reduce, struct reduced *out,
    const struct code *code, struct value value) NONNULL;
bool cedar_reduce_evaluate_two(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a, const struct reduced *b)
    NONNULL;

/* Both operands. *is_done: one fails, or is of a wrong kind; *out says so. */
bool cedar_reduce_two(struct reduce *reduce, struct reduced *out,
    bool *is_done, const struct code *code, struct reduced *a,
    struct reduced *b) NONNULL;

/* By the operator of the code. */
bool cedar_reduce_member_get(struct reduce *reduce, struct reduced *out,
    const struct code *code) NONNULL;
bool cedar_reduce_member_has(struct reduce *reduce, struct reduced *out,
    const struct code *code) NONNULL;
bool cedar_reduce_member_tag(struct reduce *reduce, struct reduced *out,
    const struct code *code) NONNULL;
bool cedar_reduce_logic_not(struct reduce *reduce, struct reduced *out,
    const struct code *code) NONNULL;
bool cedar_reduce_logic_chain(struct reduce *reduce, struct reduced *out,
    const struct code *code) NONNULL;
bool cedar_reduce_logic_if(struct reduce *reduce, struct reduced *out,
    const struct code *code) NONNULL;

#endif
