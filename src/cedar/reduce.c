/* The reducer; see reduce.h. */
#include "cedar/reduce.h"

#include <assert.h>

#include "cedar/reduce_int.h"
#include "cedar/signature.h"

#define ORDERED_BITS                                                           \
	(EVAL_BIT(CEDAR_LONG) | EVAL_BIT(CEDAR_DATETIME) |                     \
	    EVAL_BIT(CEDAR_DURATION))

static const struct code *
new_constant(struct reduce *reduce, struct value value,
    const struct code *like)
{
	struct code *code = ARENA_NEW(reduce->eval.arena, struct code);

	if (code != NULL)
		*code = reduce_constant(value, like);
	return code;
}

/* All that is open in a record becomes part of a rest. */
void
cedar_reduce_touch(struct reduce *reduce, const struct hole *hole)
{
	if (hole->is_unknown) {
		if (hole->assumed == HOLE_OPEN)
			reduce->touched |= hole->changes;
		return;
	}
	for (const struct hole *one = hole->children; one != NULL;
	     one = one->next)
		cedar_reduce_touch(reduce, one);
}

const struct code *
cedar_reduce_code(struct reduce *reduce, const struct reduced *reduced)
{
	if (reduced->hole != NULL)
		cedar_reduce_touch(reduce, reduced->hole);
	if (!reduced_is_value(reduced) || reduced->code->op == CODE_CONSTANT)
		return reduced->code;
	return new_constant(reduce, reduced->value, reduced->code);
}

static bool
is_variable(const struct code *code)
{
	return code->op == CODE_PRINCIPAL || code->op == CODE_ACTION ||
	    code->op == CODE_RESOURCE;
}

/* As above; whose attributes are looked at keeps its name. */
const struct code *
cedar_reduce_owner(struct reduce *reduce, const struct reduced *reduced)
{
	return is_variable(reduced->code) ? reduced->code
					  : cedar_reduce_code(reduce, reduced);
}

/* Evaluate code whose operands are constants now; original is as written. */
bool
cedar_reduce_evaluate(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct code *original)
{
	struct value value;

	if (cedar_eval(&reduce->eval, &value, code)) {
		*out = reduced_value(value, original);
		return true;
	}
	*out = reduced_error(original);
	/* The place that failed may be a node that is gone by then. */
	if (reduce->eval.error.at == code)
		reduce->eval.error.at = original;
	else if (reduce->eval.error.at == code->a)
		reduce->eval.error.at = original->a;
	else if (reduce->eval.error.at == code->b)
		reduce->eval.error.at = original->b;
	return reduce->eval.error.kind != 0;
}

bool
cedar_reduce_evaluate_on(struct reduce *reduce, struct reduced *out,
    const struct code *code, struct value value)
{
	struct code whole = *code;
	struct code operand = reduce_constant(value, code->a);

	whole.a = &operand;
	return cedar_reduce_evaluate(reduce, out, &whole, code);
}

/* ------------------------------------------------------------------ */
/* Operands: what they must be, and what that says of the whole.	      */

bool
cedar_reduce_fail_type(struct reduce *reduce, struct reduced *out,
    const struct code *code, unsigned expected, const struct reduced *operand)
{
	cedar_eval_type_error(&reduce->eval, operand->code, expected,
	    &operand->value);
	*out = reduced_error(code);
	return true;
}

struct operator_row {
	unsigned a; /* kinds of the operands */
	unsigned b;
	uint8_t result;
	bool can_fail; /* even with operands of those kinds */
};

#define LONG_BIT EVAL_BIT(CEDAR_LONG)
#define SET_BIT EVAL_BIT(CEDAR_SET)
#define STRING_BIT EVAL_BIT(CEDAR_STRING)

static const struct operator_row operator_rows[CODE_RECORD + 1] = {
	[CODE_NEGATE] = { LONG_BIT, 0, CEDAR_LONG, true },
	[CODE_SUM] = { LONG_BIT, LONG_BIT, CEDAR_LONG, true },
	[CODE_PRODUCT] = { LONG_BIT, LONG_BIT, CEDAR_LONG, true },
	[CODE_EQUAL] = { REDUCE_ANY, REDUCE_ANY, CEDAR_BOOL, false },
	[CODE_NOT_EQUAL] = { REDUCE_ANY, REDUCE_ANY, CEDAR_BOOL, false },
	[CODE_LESS] = { ORDERED_BITS, ORDERED_BITS, CEDAR_BOOL, false },
	[CODE_LESS_EQUAL] = { ORDERED_BITS, ORDERED_BITS, CEDAR_BOOL, false },
	[CODE_GREATER] = { ORDERED_BITS, ORDERED_BITS, CEDAR_BOOL, false },
	[CODE_GREATER_EQUAL] = { ORDERED_BITS, ORDERED_BITS, CEDAR_BOOL,
	    false },
	[CODE_IN] = { REDUCE_ENTITY, REDUCE_ENTITY | SET_BIT, CEDAR_BOOL,
	    false },
	[CODE_LIKE] = { STRING_BIT, 0, CEDAR_BOOL, false },
	[CODE_CONTAINS] = { SET_BIT, REDUCE_ANY, CEDAR_BOOL, false },
	[CODE_CONTAINS_ALL] = { SET_BIT, SET_BIT, CEDAR_BOOL, false },
	[CODE_CONTAINS_ANY] = { SET_BIT, SET_BIT, CEDAR_BOOL, false },
	[CODE_IS_EMPTY] = { SET_BIT, 0, CEDAR_BOOL, false },
	[CODE_HAS_TAG] = { REDUCE_ENTITY, STRING_BIT, CEDAR_BOOL, false },
	[CODE_GET_TAG] = { REDUCE_ENTITY, STRING_BIT, HOLE_ANY, true },
	[CODE_SET] = { REDUCE_ANY, REDUCE_ANY, CEDAR_SET, false },
	[CODE_RECORD] = { REDUCE_ANY, REDUCE_ANY, CEDAR_RECORD, false },
};

static bool
is_order(const struct code *code)
{
	return code->op >= CODE_LESS && code->op <= CODE_GREATER_EQUAL;
}

/* ------------------------------------------------------------------ */
/* One operand and two, all of them evaluated.			      */

static bool
reduce_unary(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	const struct operator_row *row = &operator_rows[code->op];
	struct code *made;
	struct reduced a;

	if (!cedar_reduce(reduce, &a, code->a))
		return false;
	if (reduced_is_value(&a)) {
		struct code whole = *code;
		struct code operand = reduce_constant(a.value, code->a);

		whole.a = &operand;
		return cedar_reduce_evaluate(reduce, out, &whole, code);
	}
	*out = reduced_error(code);
	if (a.state == REDUCED_ERROR)
		return true;
	made = reduce_new(reduce, code);
	if (made == NULL)
		return false;
	made->a = cedar_reduce_code(reduce, &a);
	*out = reduced_rest(made, row->result, row->can_fail ||
	    reduced_may_fail(&a, row->a));
	return made->a != NULL;
}

/* Two kinds that can never be equal, and neither side can fail. */
static bool
is_never_equal(const struct reduced *a, const struct reduced *b)
{
	if (a->can_fail || b->can_fail || a->kind == HOLE_ANY ||
	    b->kind == HOLE_ANY)
		return false;
	return a->kind != b->kind;
}

uint32_t
cedar_reduce_type(const struct reduce *reduce, const struct reduced *reduced)
{
	if (!reduced_is_value(reduced))
		return reduced->type;
	return reduced->value.kind == CEDAR_ENTITY
	    ? cedar_names_uid(&reduce->eval.scope, reduced->value.uid)->type
	    : NAMES_NONE;
}

static bool
is_other_type(const struct reduce *reduce, const struct reduced *a,
    const struct reduced *b)
{
	uint32_t of_a = cedar_reduce_type(reduce, a);
	uint32_t of_b = cedar_reduce_type(reduce, b);

	return !a->can_fail && !b->can_fail && of_a != NAMES_NONE &&
	    of_b != NAMES_NONE && of_a != of_b;
}

/* An operand that makes the whole fail, whatever the other one is. */
static const struct reduced *
find_wrong(const struct code *code, const struct reduced *a,
    const struct reduced *b, unsigned *expected)
{
	const struct operator_row *row = &operator_rows[code->op];

	*expected = row->a;
	if (reduced_is_wrong(a, row->a))
		return a;
	*expected = row->b;
	return reduced_is_wrong(b, row->b) ? b : NULL;
}

static bool
binary_can_fail(const struct code *code, const struct reduced *a,
    const struct reduced *b)
{
	const struct operator_row *row = &operator_rows[code->op];

	return row->can_fail || reduced_may_fail(a, row->a) ||
	    reduced_may_fail(b, row->b) ||
	    (is_order(code) && a->kind != b->kind);
}

/* What is left of two operands of which not both are values. */
static bool
rest_of_two(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a, const struct reduced *b)
{
	bool is_equality = code->op == CODE_EQUAL || code->op == CODE_NOT_EQUAL;
	struct code *made;

	if (is_equality &&
	    (is_never_equal(a, b) || is_other_type(reduce, a, b))) {
		*out = reduced_value(value_bool(code->op == CODE_NOT_EQUAL),
		    code);
		return true;
	}
	made = reduce_new(reduce, code);
	if (made == NULL)
		return false;
	made->a = cedar_reduce_code(reduce, a);
	made->b = cedar_reduce_code(reduce, b);
	*out = reduced_rest(made, operator_rows[code->op].result,
	    binary_can_fail(code, a, b));
	return made->a != NULL && made->b != NULL;
}

/* Returns: as cedar_reduce(). *is_done: an operand fails, *out says so. */
bool
cedar_reduce_two(struct reduce *reduce, struct reduced *out, bool *is_done,
    const struct code *code, struct reduced *a, struct reduced *b)
{
	const struct reduced *wrong;
	unsigned expected;

	*is_done = true;
	*out = reduced_error(code);
	if (!cedar_reduce(reduce, a, code->a))
		return false;
	if (a->state == REDUCED_ERROR)
		return true;
	if (!cedar_reduce(reduce, b, code->b))
		return false;
	if (b->state == REDUCED_ERROR)
		return true;
	wrong = find_wrong(code, a, b, &expected);
	if (wrong != NULL)
		return cedar_reduce_fail_type(reduce, out, code, expected,
		    wrong);
	*is_done = false;
	return true;
}

bool
cedar_reduce_evaluate_two(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a, const struct reduced *b)
{
	struct code whole = *code;
	struct code left = reduce_constant(a->value, code->a);
	struct code right = reduce_constant(b->value, code->b);

	whole.a = &left;
	whole.b = &right;
	return cedar_reduce_evaluate(reduce, out, &whole, code);
}

static bool
reduce_binary(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	struct reduced a;
	struct reduced b;
	bool is_done;

	if (!cedar_reduce_two(reduce, out, &is_done, code, &a, &b))
		return false;
	if (is_done)
		return true;
	if (reduced_is_value(&a) && reduced_is_value(&b))
		return cedar_reduce_evaluate_two(reduce, out, code, &a, &b);
	return rest_of_two(reduce, out, code, &a, &b);
}

/* ------------------------------------------------------------------ */
/* Entities in others.						      */

/* A set with a member that is no entity: `in` fails on it. */
static bool
is_mixed(const struct reduced *b)
{
	return reduced_is_value(b) && b->value.kind == CEDAR_SET &&
	    b->value.set->n > 0 && b->value.set->uids == NULL;
}

/* left in right, both given; the left one may be in more. */
static bool
in_given(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a, const struct reduced *b)
{
	struct code *made;
	bool is_empty = b->value.kind == CEDAR_SET && b->value.set->n == 0;

	if (!cedar_reduce_evaluate_two(reduce, out, code, a, b))
		return false;
	if (!reduced_is_bool(out, false) || is_empty ||
	    !cedar_unknowns_has_more_ancestors(&reduce->unknowns,
	    a->value.uid, cedar_eval_entity(&reduce->eval, a->value.uid)))
		return true;
	made = reduce_new(reduce, code);
	if (made == NULL)
		return false;
	made->a = cedar_reduce_owner(reduce, a);
	made->b = cedar_reduce_code(reduce, b);
	*out = reduced_rest(made, CEDAR_BOOL, false);
	return made->a != NULL && made->b != NULL;
}

static bool
in_two(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a, const struct reduced *b)
{
	if (reduced_is_value(a) && reduced_is_value(b))
		return in_given(reduce, out, code, a, b);
	if (is_mixed(b))
		return cedar_reduce_fail_type(reduce, out, code, REDUCE_ENTITY,
		    b);
	if (!rest_of_two(reduce, out, code, a, b))
		return false;
	/* What is in a set may be anything. */
	out->can_fail |= !reduced_is_value(b) && b->kind != CEDAR_ENTITY;
	return true;
}

static bool
reduce_in(struct reduce *reduce, struct reduced *out, const struct code *code)
{
	struct reduced a;
	struct reduced b;
	bool is_done;

	if (!cedar_reduce_two(reduce, out, &is_done, code, &a, &b))
		return false;
	return is_done || in_two(reduce, out, code, &a, &b);
}

/* a is T in b, a being of that type: b is looked at. */
static bool
is_in(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a)
{
	struct code *in = reduce_new(reduce, code);
	struct reduced b;

	if (in == NULL)
		return false;
	in->op = CODE_IN;
	in->a = code->a;
	if (!cedar_reduce(reduce, &b, code->b))
		return false;
	*out = reduced_error(code);
	if (b.state == REDUCED_ERROR)
		return true;
	if (reduced_is_wrong(&b, REDUCE_ENTITY | SET_BIT))
		return cedar_reduce_fail_type(reduce, out, code,
		    REDUCE_ENTITY | SET_BIT, &b);
	return in_two(reduce, out, in, a, &b);
}

static bool
is_rest(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a)
{
	struct code *made = reduce_new(reduce, code);
	struct reduced b;

	if (made == NULL)
		return false;
	made->a = cedar_reduce_code(reduce, a);
	*out = reduced_rest(made, CEDAR_BOOL,
	    reduced_may_fail(a, REDUCE_ENTITY));
	if (code->b == NULL || made->a == NULL)
		return made->a != NULL;
	/* Only looked at when the type is right: it may fail and not count. */
	if (!cedar_reduce(reduce, &b, code->b))
		return false;
	made->b = cedar_reduce_code(reduce, &b);
	if (reduced_is_value(&b))
		out->can_fail |= reduced_is_wrong(&b, REDUCE_ENTITY | SET_BIT) ||
		    is_mixed(&b);
	else
		out->can_fail |= b.state == REDUCED_ERROR || b.can_fail ||
		    b.kind != CEDAR_ENTITY;
	return made->b != NULL;
}

static bool
reduce_is(struct reduce *reduce, struct reduced *out, const struct code *code)
{
	struct reduced a;
	uint32_t type;

	if (!cedar_reduce(reduce, &a, code->a))
		return false;
	*out = reduced_error(code);
	if (a.state == REDUCED_ERROR)
		return true;
	if (reduced_is_wrong(&a, REDUCE_ENTITY))
		return cedar_reduce_fail_type(reduce, out, code, REDUCE_ENTITY,
		    &a);
	type = cedar_reduce_type(reduce, &a);
	if (type == NAMES_NONE || (!reduced_is_value(&a) && a.can_fail))
		return is_rest(reduce, out, code, &a);
	if (type == code->name && code->b != NULL)
		return is_in(reduce, out, code, &a);
	*out = reduced_value(value_bool(type == code->name), code);
	return true;
}

/* ------------------------------------------------------------------ */
/* Lists of operands, all of them evaluated.			      */

static unsigned
kinds_of_type(enum schema_type_kind type)
{
	switch ((int)type) {
	case TYPE_LONG:
		return CEDAR_LONG;
	case TYPE_STRING:
		return CEDAR_STRING;
	case TYPE_DECIMAL:
		return CEDAR_DECIMAL;
	case TYPE_DATETIME:
		return CEDAR_DATETIME;
	case TYPE_DURATION:
		return CEDAR_DURATION;
	case TYPE_IP:
		return CEDAR_IP;
	default:
		return CEDAR_BOOL;
	}
}

/* Functions that fail on no argument of the right types. */
static bool
is_total_function(enum ast_function function)
{
	return !cedar_signature_is_constructor(function) &&
	    function != AST_FN_OFFSET && function != AST_FN_DURATION_SINCE &&
	    function != AST_FN_TO_DATE;
}

static bool
is_wrong_number(const struct code *code)
{
	return code->op == CODE_CALL &&
	    code->n != ast_functions[code->function].n_args;
}

static struct operator_row
list_row(const struct code *code, uint32_t i)
{
	enum ast_function function = (enum ast_function)code->function;
	const struct signature *signature = &cedar_signature_rows[function];
	struct operator_row row = operator_rows[code->op];

	if (code->op != CODE_CALL)
		return row;
	row.a = REDUCE_ANY; /* a wrong number of arguments comes first */
	if (!is_wrong_number(code))
		row.a = EVAL_BIT(kinds_of_type(signature->args[i]));
	row.result = (uint8_t)kinds_of_type(signature->result);
	row.can_fail = !is_total_function(function);
	return row;
}

static bool
evaluate_list(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct code *const *items)
{
	struct code whole = *code;

	whole.items = items;
	return cedar_reduce_evaluate(reduce, out, &whole, code);
}

/* What is left of a list of which not all are values. */
static bool
rest_of_list(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct code *const *items, bool can_fail)
{
	struct code *made = reduce_new(reduce, code);

	if (made == NULL)
		return false;
	made->items = items;
	*out = reduced_rest(made, list_row(code, 0).result, can_fail);
	return true;
}

static bool
reduce_list(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	const struct code **items = ARENA_ARRAY(reduce->eval.arena, code->n,
	    const struct code *);
	bool are_values = true;
	bool can_fail = code->n > 0 && list_row(code, 0).can_fail;

	if (items == NULL)
		return false;
	*out = reduced_error(code);
	for (uint32_t i = 0; i < code->n; i++) {
		struct operator_row row = list_row(code, i);
		struct reduced one;

		if (!cedar_reduce(reduce, &one, code->items[i]))
			return false;
		if (one.state == REDUCED_ERROR)
			return true;
		if (reduced_is_wrong(&one, row.a))
			return cedar_reduce_fail_type(reduce, out, code,
			    row.a, &one);
		items[i] = cedar_reduce_code(reduce, &one);
		if (items[i] == NULL)
			return false;
		are_values &= reduced_is_value(&one);
		can_fail |= reduced_may_fail(&one, row.a);
	}
	if (is_wrong_number(code)) {
		cedar_eval_fail(&reduce->eval, code, CEDAR_ERROR_ARITY, NULL,
		    NULL, NULL);
		reduce->eval.error.n_args = code->n;
		return true;
	}
	if (are_values)
		return evaluate_list(reduce, out, code, items);
	return rest_of_list(reduce, out, code, items, can_fail);
}

/* ------------------------------------------------------------------ */

static bool
reduce_variable(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	enum ast_var var = (enum ast_var)(code->op - CODE_PRINCIPAL);
	const struct hole *hole = &reduce->unknowns.vars[var];

	if (!hole->is_unknown) {
		*out = reduced_value(value_uid(reduce->eval.uids[var]), code);
		return true;
	}
	*out = reduced_rest(code, CEDAR_ENTITY, false);
	out->type = hole->type;
	return true;
}

static bool
reduce_context(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	const struct hole *hole = &reduce->unknowns.context;
	struct value value = { .kind = CEDAR_RECORD,
		.record = reduce->eval.context };

	if (!cedar_unknowns_is_open(hole)) {
		if (cedar_unknowns_is_assumed(hole))
			value.record = cedar_unknowns_assume(
			    reduce->eval.arena, value.record, hole);
		*out = reduced_value(value, code);
		return value.record != NULL;
	}
	*out = reduced_rest(code, CEDAR_RECORD, false);
	out->hole = hole;
	out->value = value;
	return true;
}

/* Recursion: the height of the code is bounded by LIMIT_CEDAR_DEPTH. */
bool
cedar_reduce(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	switch ((enum code_op)code->op) {
	case CODE_CONSTANT:
		*out = reduced_value(code->constant, code);
		return true;
	case CODE_PRINCIPAL:
	case CODE_ACTION:
	case CODE_RESOURCE:
		return reduce_variable(reduce, out, code);
	case CODE_CONTEXT:
		return reduce_context(reduce, out, code);
	case CODE_NOT:
		return cedar_reduce_logic_not(reduce, out, code);
	case CODE_NEGATE:
	case CODE_LIKE:
	case CODE_IS_EMPTY:
		return reduce_unary(reduce, out, code);
	case CODE_AND:
	case CODE_OR:
		return cedar_reduce_logic_chain(reduce, out, code);
	case CODE_IF:
		return cedar_reduce_logic_if(reduce, out, code);
	case CODE_IN:
		return reduce_in(reduce, out, code);
	case CODE_IS:
		return reduce_is(reduce, out, code);
	case CODE_HAS:
		return cedar_reduce_member_has(reduce, out, code);
	case CODE_GET:
		return cedar_reduce_member_get(reduce, out, code);
	case CODE_HAS_TAG:
	case CODE_GET_TAG:
		return cedar_reduce_member_tag(reduce, out, code);
	case CODE_EQUAL:
	case CODE_NOT_EQUAL:
	case CODE_LESS:
	case CODE_LESS_EQUAL:
	case CODE_GREATER:
	case CODE_GREATER_EQUAL:
	case CODE_CONTAINS:
	case CODE_CONTAINS_ALL:
	case CODE_CONTAINS_ANY:
		return reduce_binary(reduce, out, code);
	case CODE_SUM:
	case CODE_PRODUCT:
	case CODE_CALL:
	case CODE_SET:
	case CODE_RECORD:
		return reduce_list(reduce, out, code);
	}
	assert(false);
	return false;
}
