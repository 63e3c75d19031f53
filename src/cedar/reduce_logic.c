/* The reducer, on logic: operands that may not be looked at. */
#include <string.h>

#include "cedar/reduce_int.h"

bool
cedar_reduce_logic_not(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	struct code *made;
	struct reduced a;

	if (!cedar_reduce(reduce, &a, code->a))
		return false;
	if (reduced_is_value(&a))
		return cedar_reduce_evaluate_on(reduce, out, code, a.value);
	*out = reduced_error(code);
	if (a.state == REDUCED_ERROR)
		return true;
	made = reduce_new(reduce, code);
	if (made == NULL)
		return false;
	made->a = cedar_reduce_code(reduce, &a);
	*out = reduced_rest(made, CEDAR_BOOL, !reduced_is_total(&a));
	return made->a != NULL;
}

/* What is kept of a chain. */
struct kept {
	const struct code **items;
	bool *are_total; /* each can neither fail nor be no bool */
	uint32_t n;
	uint32_t size;
	bool can_fail;	/* any of them */
	bool is_bool;	/* the last one pushed is */
};

static bool
push(struct reduce *reduce, struct kept *kept, const struct code *code,
    bool is_total)
{
	if (kept->n == kept->size) {
		uint32_t size = MAX(kept->size * 2, 4u);
		const struct code **items = ARENA_ARRAY(reduce->eval.arena,
		    size, const struct code *);
		bool *are_total =
		    ARENA_ARRAY(reduce->eval.arena, size, bool);

		if (items == NULL || are_total == NULL)
			return false;
		if (kept->n > 0) {
			memcpy(items, kept->items, kept->n * sizeof(*items));
			memcpy(are_total, kept->are_total,
			    kept->n * sizeof(*are_total));
		}
		kept->items = items;
		kept->are_total = are_total;
		kept->size = size;
	}
	kept->items[kept->n] = code;
	kept->are_total[kept->n++] = is_total;
	kept->can_fail |= !is_total;
	return true;
}

/* A chain in a chain of the same kind is one. */
static bool
push_rest(struct reduce *reduce, struct kept *kept, const struct code *chain,
    const struct reduced *one)
{
	const struct code *code = cedar_reduce_code(reduce, one);
	bool is_total = reduced_is_total(one);

	if (code == NULL)
		return false;
	if (code->op != chain->op) {
		kept->is_bool = one->kind == CEDAR_BOOL;
		return push(reduce, kept, code, is_total);
	}
	kept->is_bool = false;
	for (uint32_t i = 0; i < code->n; i++) {
		if (!push(reduce, kept, code->items[i], is_total))
			return false;
	}
	return true;
}

static bool
rest_of_chain(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct kept *kept)
{
	struct code *made;

	if (kept->n == 1 && kept->is_bool) {
		*out = reduced_rest(kept->items[0], CEDAR_BOOL, kept->can_fail);
		return true;
	}
	made = reduce_new(reduce, code);
	if (made == NULL)
		return false;
	made->items = kept->items;
	made->n = kept->n;
	*out = reduced_rest(made, CEDAR_BOOL, kept->can_fail);
	return true;
}

/*
 * The chain is decided at this operand, if it gets there. What is before it and
 * cannot fail does not matter then.
 */
static bool
stop_chain(struct reduce *reduce, struct reduced *out,
    const struct code *code, struct kept *kept, const struct reduced *one)
{
	while (kept->n > 0 && kept->are_total[kept->n - 1])
		kept->n--;
	if (kept->n == 0) {
		*out = reduced_value(one->value, code);
		return true;
	}
	return push_rest(reduce, kept, code, one) &&
	    rest_of_chain(reduce, out, code, kept);
}

/* An operand that fails, or is no bool: no further one is looked at. */
static bool
fail_chain(struct reduce *reduce, struct reduced *out,
    const struct code *code, struct kept *kept, const struct reduced *one)
{
	if (kept->n > 0)
		return push(reduce, kept, one->code, false) &&
		    rest_of_chain(reduce, out, code, kept);
	*out = *one;
	if (reduced_is_value(one))
		return cedar_reduce_fail_type(reduce, out, code, REDUCE_BOOL,
		    one);
	return true;
}

/* CODE_AND stops at false, CODE_OR at true. */
bool
cedar_reduce_logic_chain(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	bool stop = code->op == CODE_OR;
	struct kept kept = { 0 };

	for (uint32_t i = 0; i < code->n; i++) {
		struct reduced one;

		if (!cedar_reduce(reduce, &one, code->items[i]))
			return false;
		if (reduced_is_bool(&one, stop))
			return stop_chain(reduce, out, code, &kept, &one);
		if (one.state == REDUCED_ERROR ||
		    reduced_is_wrong(&one, REDUCE_BOOL))
			return fail_chain(reduce, out, code, &kept, &one);
		if (!reduced_is_value(&one) &&
		    !push_rest(reduce, &kept, code, &one))
			return false;
	}
	if (kept.n > 0)
		return rest_of_chain(reduce, out, code, &kept);
	*out = reduced_value(value_bool(!stop), code);
	return true;
}

static bool
is_same_value(const struct reduced *a, const struct reduced *b)
{
	return reduced_is_value(a) && reduced_is_value(b) &&
	    value_is_equal(&a->value, &b->value);
}

/* The two branches of an undecided `if`. */
static bool
rest_of_if(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *condition,
    const struct reduced *yes, const struct reduced *no)
{
	struct code *made = reduce_new(reduce, code);
	bool is_error = yes->state == REDUCED_ERROR ||
	    no->state == REDUCED_ERROR;
	bool can_fail = is_error || (!reduced_is_value(yes) && yes->can_fail) ||
	    (!reduced_is_value(no) && no->can_fail) ||
	    !reduced_is_total(condition);

	if (made == NULL)
		return false;
	made->a = cedar_reduce_code(reduce, condition);
	made->b = cedar_reduce_code(reduce, yes);
	made->c = cedar_reduce_code(reduce, no);
	*out = reduced_rest(made, yes->kind == no->kind ? yes->kind : HOLE_ANY,
	    can_fail);
	if (cedar_reduce_type(reduce, yes) == cedar_reduce_type(reduce, no))
		out->type = cedar_reduce_type(reduce, yes);
	return made->a != NULL && made->b != NULL && made->c != NULL;
}

bool
cedar_reduce_logic_if(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	struct reduced condition;
	struct reduced yes;
	struct reduced no;

	if (!cedar_reduce(reduce, &condition, code->a))
		return false;
	*out = reduced_error(code);
	if (condition.state == REDUCED_ERROR)
		return true;
	if (reduced_is_wrong(&condition, REDUCE_BOOL))
		return cedar_reduce_fail_type(reduce, out, code, REDUCE_BOOL,
		    &condition);
	if (reduced_is_value(&condition))
		return cedar_reduce(reduce, out,
		    condition.value.number != 0 ? code->b : code->c);
	if (!cedar_reduce(reduce, &yes, code->b) ||
	    !cedar_reduce(reduce, &no, code->c))
		return false;
	if (yes.state == REDUCED_ERROR && no.state == REDUCED_ERROR)
		return true;
	if (reduced_is_total(&condition) && is_same_value(&yes, &no)) {
		*out = reduced_value(yes.value, code);
		return true;
	}
	if (condition.kind == CEDAR_BOOL && reduced_is_bool(&yes, true) &&
	    reduced_is_bool(&no, false)) {
		*out = condition;
		return true;
	}
	return rest_of_if(reduce, out, code, &condition, &yes, &no);
}
