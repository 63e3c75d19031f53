/* The reducer; see reduce.h. */
#include "cedar/reduce.h"

#include <assert.h>
#include <string.h>

#include "cedar/signature.h"

#define RECORD_BIT EVAL_BIT(CEDAR_RECORD)
#define ENTITY_BIT EVAL_BIT(CEDAR_ENTITY)
#define ORDERED_BITS                                                           \
	(EVAL_BIT(CEDAR_LONG) | EVAL_BIT(CEDAR_DATETIME) |                     \
	    EVAL_BIT(CEDAR_DURATION))
#define ALL_BITS 0xffffu

static struct reduced
of_value(struct value value, const struct code *code)
{
	return (struct reduced){ .state = REDUCED_VALUE,
		.kind = value.kind,
		.type = NAMES_NONE,
		.value = value,
		.code = code };
}

static struct reduced
of_rest(const struct code *code, unsigned kind, bool can_fail)
{
	return (struct reduced){ .state = REDUCED_REST,
		.kind = (uint8_t)kind,
		.can_fail = can_fail,
		.type = NAMES_NONE,
		.code = code };
}

static struct reduced
of_error(const struct code *code)
{
	return (struct reduced){ .state = REDUCED_ERROR,
		.kind = HOLE_ANY,
		.type = NAMES_NONE,
		.code = code };
}

static bool
is_value(const struct reduced *reduced)
{
	return reduced->state == REDUCED_VALUE;
}

static bool
is_bool_value(const struct reduced *reduced, bool boolean)
{
	return is_value(reduced) && reduced->value.kind == CEDAR_BOOL &&
	    (reduced->value.number != 0) == boolean;
}

static struct code *
new_code(struct reduce *reduce, const struct code *like)
{
	struct code *code = ARENA_NEW(reduce->eval.arena, struct code);

	if (code != NULL)
		*code = *like;
	return code;
}

static struct code
constant_of(struct value value, const struct code *code)
{
	return (struct code){ .op = CODE_CONSTANT,
		.span = code->span,
		.constant = value };
}

static const struct code *
new_constant(struct reduce *reduce, struct value value,
    const struct code *like)
{
	struct code *code = ARENA_NEW(reduce->eval.arena, struct code);

	if (code != NULL)
		*code = constant_of(value, like);
	return code;
}

/* All that is open in a record becomes part of a rest. */
static void
touch(struct reduce *reduce, const struct hole *hole)
{
	if (hole->is_unknown) {
		if (hole->assumed == HOLE_OPEN)
			reduce->touched |= hole->changes;
		return;
	}
	for (const struct hole *one = hole->children; one != NULL;
	     one = one->next)
		touch(reduce, one);
}

const struct code *
cedar_reduce_code(struct reduce *reduce, const struct reduced *reduced)
{
	if (reduced->hole != NULL)
		touch(reduce, reduced->hole);
	if (!is_value(reduced) || reduced->code->op == CODE_CONSTANT)
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
static const struct code *
owner_code(struct reduce *reduce, const struct reduced *reduced)
{
	return is_variable(reduced->code) ? reduced->code
					  : cedar_reduce_code(reduce, reduced);
}

bool
cedar_reduce_is_logic(enum code_op op)
{
	return op == CODE_AND || op == CODE_OR || op == CODE_NOT ||
	    op == CODE_IF;
}

/* Evaluate code whose operands are constants now; original is as written. */
static bool
evaluate(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct code *original)
{
	struct value value;

	if (cedar_eval(&reduce->eval, &value, code)) {
		*out = of_value(value, original);
		return true;
	}
	*out = of_error(original);
	/* The place that failed may be a node that is gone by then. */
	if (reduce->eval.error.at == code)
		reduce->eval.error.at = original;
	else if (reduce->eval.error.at == code->a)
		reduce->eval.error.at = original->a;
	else if (reduce->eval.error.at == code->b)
		reduce->eval.error.at = original->b;
	return reduce->eval.error.kind != 0;
}

/* ------------------------------------------------------------------ */
/* Operands: what they must be, and what that says of the whole.	      */

/* A value of the wrong kind: the whole fails. */
static bool
is_wrong(const struct reduced *operand, unsigned expected)
{
	return is_value(operand) &&
	    (EVAL_BIT(operand->value.kind) & expected) == 0;
}

static bool
may_fail(const struct reduced *operand, unsigned expected)
{
	if (is_value(operand))
		return false;
	return operand->can_fail || (expected != ALL_BITS &&
	    (operand->kind == HOLE_ANY ||
	    (EVAL_BIT(operand->kind) & expected) == 0));
}

static bool
fail_type(struct reduce *reduce, struct reduced *out, const struct code *code,
    unsigned expected, const struct reduced *operand)
{
	cedar_eval_type_error(&reduce->eval, operand->code, expected,
	    &operand->value);
	*out = of_error(code);
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
	[CODE_EQUAL] = { ALL_BITS, ALL_BITS, CEDAR_BOOL, false },
	[CODE_NOT_EQUAL] = { ALL_BITS, ALL_BITS, CEDAR_BOOL, false },
	[CODE_LESS] = { ORDERED_BITS, ORDERED_BITS, CEDAR_BOOL, false },
	[CODE_LESS_EQUAL] = { ORDERED_BITS, ORDERED_BITS, CEDAR_BOOL, false },
	[CODE_GREATER] = { ORDERED_BITS, ORDERED_BITS, CEDAR_BOOL, false },
	[CODE_GREATER_EQUAL] = { ORDERED_BITS, ORDERED_BITS, CEDAR_BOOL,
	    false },
	[CODE_IN] = { ENTITY_BIT, ENTITY_BIT | SET_BIT, CEDAR_BOOL, false },
	[CODE_LIKE] = { STRING_BIT, 0, CEDAR_BOOL, false },
	[CODE_CONTAINS] = { SET_BIT, ALL_BITS, CEDAR_BOOL, false },
	[CODE_CONTAINS_ALL] = { SET_BIT, SET_BIT, CEDAR_BOOL, false },
	[CODE_CONTAINS_ANY] = { SET_BIT, SET_BIT, CEDAR_BOOL, false },
	[CODE_IS_EMPTY] = { SET_BIT, 0, CEDAR_BOOL, false },
	[CODE_HAS_TAG] = { ENTITY_BIT, STRING_BIT, CEDAR_BOOL, false },
	[CODE_GET_TAG] = { ENTITY_BIT, STRING_BIT, HOLE_ANY, true },
	[CODE_SET] = { ALL_BITS, ALL_BITS, CEDAR_SET, false },
	[CODE_RECORD] = { ALL_BITS, ALL_BITS, CEDAR_RECORD, false },
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
	if (is_value(&a)) {
		struct code whole = *code;
		struct code operand = constant_of(a.value, code->a);

		whole.a = &operand;
		return evaluate(reduce, out, &whole, code);
	}
	*out = of_error(code);
	if (a.state == REDUCED_ERROR)
		return true;
	made = new_code(reduce, code);
	if (made == NULL)
		return false;
	made->a = cedar_reduce_code(reduce, &a);
	*out = of_rest(made, row->result, row->can_fail ||
	    may_fail(&a, row->a));
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

static uint32_t
type_of(const struct reduce *reduce, const struct reduced *reduced)
{
	if (!is_value(reduced))
		return reduced->type;
	return reduced->value.kind == CEDAR_ENTITY
	    ? cedar_names_uid(&reduce->eval.scope, reduced->value.uid)->type
	    : NAMES_NONE;
}

static bool
is_other_type(const struct reduce *reduce, const struct reduced *a,
    const struct reduced *b)
{
	uint32_t of_a = type_of(reduce, a);
	uint32_t of_b = type_of(reduce, b);

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
	if (is_wrong(a, row->a))
		return a;
	*expected = row->b;
	return is_wrong(b, row->b) ? b : NULL;
}

static bool
binary_can_fail(const struct code *code, const struct reduced *a,
    const struct reduced *b)
{
	const struct operator_row *row = &operator_rows[code->op];

	return row->can_fail || may_fail(a, row->a) || may_fail(b, row->b) ||
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
		*out = of_value(value_bool(code->op == CODE_NOT_EQUAL), code);
		return true;
	}
	made = new_code(reduce, code);
	if (made == NULL)
		return false;
	made->a = cedar_reduce_code(reduce, a);
	made->b = cedar_reduce_code(reduce, b);
	*out = of_rest(made, operator_rows[code->op].result,
	    binary_can_fail(code, a, b));
	return made->a != NULL && made->b != NULL;
}

/* Returns: as cedar_reduce(). *is_done: an operand fails, *out says so. */
static bool
reduce_two(struct reduce *reduce, struct reduced *out, bool *is_done,
    const struct code *code, struct reduced *a, struct reduced *b)
{
	const struct reduced *wrong;
	unsigned expected;

	*is_done = true;
	*out = of_error(code);
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
		return fail_type(reduce, out, code, expected, wrong);
	*is_done = false;
	return true;
}

static bool
evaluate_two(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a, const struct reduced *b)
{
	struct code whole = *code;
	struct code left = constant_of(a->value, code->a);
	struct code right = constant_of(b->value, code->b);

	whole.a = &left;
	whole.b = &right;
	return evaluate(reduce, out, &whole, code);
}

static bool
reduce_binary(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	struct reduced a;
	struct reduced b;
	bool is_done;

	if (!reduce_two(reduce, out, &is_done, code, &a, &b))
		return false;
	if (is_done)
		return true;
	if (is_value(&a) && is_value(&b))
		return evaluate_two(reduce, out, code, &a, &b);
	return rest_of_two(reduce, out, code, &a, &b);
}

/* ------------------------------------------------------------------ */
/* Entities in others.						      */

/* A set with a member that is no entity: `in` fails on it. */
static bool
is_mixed(const struct reduced *b)
{
	return is_value(b) && b->value.kind == CEDAR_SET &&
	    b->value.set->n > 0 && b->value.set->uids == NULL;
}

/* left in right, both given; the left one may be in more. */
static bool
in_given(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a, const struct reduced *b)
{
	struct code *made;
	bool is_empty = b->value.kind == CEDAR_SET && b->value.set->n == 0;

	if (!evaluate_two(reduce, out, code, a, b))
		return false;
	if (!is_bool_value(out, false) || is_empty ||
	    !cedar_unknowns_has_more_ancestors(&reduce->unknowns,
	    a->value.uid, cedar_eval_entity(&reduce->eval, a->value.uid)))
		return true;
	made = new_code(reduce, code);
	if (made == NULL)
		return false;
	made->a = owner_code(reduce, a);
	made->b = cedar_reduce_code(reduce, b);
	*out = of_rest(made, CEDAR_BOOL, false);
	return made->a != NULL && made->b != NULL;
}

static bool
in_two(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a, const struct reduced *b)
{
	if (is_value(a) && is_value(b))
		return in_given(reduce, out, code, a, b);
	if (is_mixed(b))
		return fail_type(reduce, out, code, ENTITY_BIT, b);
	if (!rest_of_two(reduce, out, code, a, b))
		return false;
	/* What is in a set may be anything. */
	out->can_fail |= !is_value(b) && b->kind != CEDAR_ENTITY;
	return true;
}

static bool
reduce_in(struct reduce *reduce, struct reduced *out, const struct code *code)
{
	struct reduced a;
	struct reduced b;
	bool is_done;

	if (!reduce_two(reduce, out, &is_done, code, &a, &b))
		return false;
	return is_done || in_two(reduce, out, code, &a, &b);
}

/* a is T in b, a being of that type: b is looked at. */
static bool
is_in(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a)
{
	struct code *in = new_code(reduce, code);
	struct reduced b;

	if (in == NULL)
		return false;
	in->op = CODE_IN;
	in->a = code->a;
	if (!cedar_reduce(reduce, &b, code->b))
		return false;
	*out = of_error(code);
	if (b.state == REDUCED_ERROR)
		return true;
	if (is_wrong(&b, ENTITY_BIT | SET_BIT))
		return fail_type(reduce, out, code, ENTITY_BIT | SET_BIT, &b);
	return in_two(reduce, out, in, a, &b);
}

static bool
is_rest(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a)
{
	struct code *made = new_code(reduce, code);
	struct reduced b;

	if (made == NULL)
		return false;
	made->a = cedar_reduce_code(reduce, a);
	*out = of_rest(made, CEDAR_BOOL, may_fail(a, ENTITY_BIT));
	if (code->b == NULL || made->a == NULL)
		return made->a != NULL;
	/* Only looked at when the type is right: it may fail and not count. */
	if (!cedar_reduce(reduce, &b, code->b))
		return false;
	made->b = cedar_reduce_code(reduce, &b);
	out->can_fail |= b.state == REDUCED_ERROR ||
	    (is_value(&b) ? is_wrong(&b, ENTITY_BIT | SET_BIT) || is_mixed(&b)
			  : b.can_fail || b.kind != CEDAR_ENTITY);
	return made->b != NULL;
}

static bool
reduce_is(struct reduce *reduce, struct reduced *out, const struct code *code)
{
	struct reduced a;
	uint32_t type;

	if (!cedar_reduce(reduce, &a, code->a))
		return false;
	*out = of_error(code);
	if (a.state == REDUCED_ERROR)
		return true;
	if (is_wrong(&a, ENTITY_BIT))
		return fail_type(reduce, out, code, ENTITY_BIT, &a);
	type = type_of(reduce, &a);
	if (type == NAMES_NONE || (!is_value(&a) && a.can_fail))
		return is_rest(reduce, out, code, &a);
	if (type == code->name && code->b != NULL)
		return is_in(reduce, out, code, &a);
	*out = of_value(value_bool(type == code->name), code);
	return true;
}

/* ------------------------------------------------------------------ */
/* Attributes and tags.						      */

enum found {
	FOUND_NOTHING,
	FOUND_VALUE,
	FOUND_PART,    /* a record with unknown members */
	FOUND_UNKNOWN, /* by the hole */
	FOUND_ALL,     /* nothing is known of where it would be */
};

/* Where members are looked for. */
struct place {
	const struct value_record *fields; /* given; NULL: no such entity */
	const struct hole *hole;	   /* NULL: all is as given */
};

struct member {
	enum found found;
	struct value value;	 /* VALUE, PART */
	const struct hole *hole; /* PART, UNKNOWN */
};

static struct member
look(struct reduce *reduce, const struct place *place, uint32_t name)
{
	const struct hole *hole = cedar_unknowns_member(place->hole, name);
	struct member member = { .found = FOUND_NOTHING, .hole = hole };
	const struct value *found = NULL;

	if (place->hole != NULL && place->hole->is_unknown &&
	    place->hole->assumed == HOLE_OPEN) {
		touch(reduce, place->hole);
		member.found = FOUND_ALL;
		return member;
	}
	if (hole != NULL && hole->is_unknown && hole->assumed == HOLE_OPEN) {
		touch(reduce, hole);
		member.found = FOUND_UNKNOWN;
		return member;
	}
	if (hole != NULL && hole->is_unknown && hole->assumed == HOLE_VALUE)
		found = hole->value;
	else if (place->fields != NULL)
		found = value_record_find(place->fields, name);
	if (found == NULL)
		return member;
	member.value = *found;
	member.found = hole != NULL && cedar_unknowns_is_open(hole)
	    ? FOUND_PART : FOUND_VALUE;
	return member;
}

/* The place that a value is: false when it has no members. */
static bool
place_of(const struct reduce *reduce, struct place *place,
    const struct value *value, const struct hole *hole)
{
	const struct entity *entity;
	const struct hole_entity *row;

	*place = (struct place){ NULL, hole };
	if (value->kind == CEDAR_RECORD) {
		place->fields = value->record;
		return true;
	}
	if (value->kind != CEDAR_ENTITY)
		return false;
	entity = cedar_eval_entity(&reduce->eval, value->uid);
	row = cedar_unknowns_entity(&reduce->unknowns, value->uid);
	place->fields = entity != NULL ? entity->attrs : NULL;
	place->hole = row != NULL ? &row->attrs : NULL;
	return true;
}

static bool
is_place(const struct reduced *reduced)
{
	return is_value(reduced) || reduced->hole != NULL;
}

/* left with its operand made to stand in a rest. */
static bool
rest_of_owner(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a, unsigned kind,
    bool can_fail)
{
	struct code *made = new_code(reduce, code);

	if (made == NULL)
		return false;
	/* A record of which a member is taken is not touched as a whole. */
	made->a = a->hole != NULL ? a->code : owner_code(reduce, a);
	*out = of_rest(made, kind, can_fail);
	return made->a != NULL;
}

/* The operand is a value, but the whole of it fails: for the message. */
static bool
evaluate_on(struct reduce *reduce, struct reduced *out,
    const struct code *code, struct value value)
{
	struct code whole = *code;
	struct code operand = constant_of(value, code->a);

	whole.a = &operand;
	return evaluate(reduce, out, &whole, code);
}

static bool
take_member(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a,
    const struct member *member)
{
	const struct hole *hole = member->hole;

	switch (member->found) {
	case FOUND_VALUE:
		*out = of_value(member->value, code);
		return true;
	case FOUND_PART:
		if (!rest_of_owner(reduce, out, code, a, CEDAR_RECORD, false))
			return false;
		out->hole = hole;
		out->value = member->value;
		return true;
	case FOUND_UNKNOWN:
		if (!rest_of_owner(reduce, out, code, a, hole->kind,
		    hole->is_optional))
			return false;
		out->type = hole->type;
		return true;
	case FOUND_ALL:
		return rest_of_owner(reduce, out, code, a, HOLE_ANY, true);
	case FOUND_NOTHING:
		break;
	}
	return evaluate_on(reduce, out, code, a->value);
}

static bool
reduce_get(struct reduce *reduce, struct reduced *out, const struct code *code)
{
	struct reduced a;
	struct place place;
	struct member member;

	if (!cedar_reduce(reduce, &a, code->a))
		return false;
	*out = of_error(code);
	if (a.state == REDUCED_ERROR)
		return true;
	if (!is_place(&a))
		return rest_of_owner(reduce, out, code, &a, HOLE_ANY, true);
	if (!place_of(reduce, &place, &a.value, a.hole))
		return fail_type(reduce, out, code, RECORD_BIT | ENTITY_BIT,
		    &a);
	member = look(reduce, &place, code->name);
	return take_member(reduce, out, code, &a, &member);
}

/*
 * Down the path of `has`. *i: how many steps were sure to be there.
 *
 * Returns: what stopped it: NOTHING (it has not), UNKNOWN or ALL (it depends),
 * VALUE: it has, or the value at *i has no members (then *value).
 */
static enum found
walk_path(struct reduce *reduce, const struct code *code,
    struct value *value, const struct hole *hole, uint32_t *i,
    const struct hole **at)
{
	for (*i = 0; *i < code->n; (*i)++) {
		struct place place;
		struct member member;

		if (!place_of(reduce, &place, value, hole))
			return FOUND_VALUE;
		member = look(reduce, &place, code->path[*i]);
		*at = member.hole;
		if (member.found != FOUND_VALUE && member.found != FOUND_PART)
			return member.found;
		*value = member.value;
		hole = member.found == FOUND_PART ? member.hole : NULL;
	}
	return FOUND_VALUE;
}

static bool
has_at(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a)
{
	const struct hole *at = NULL;
	struct value value = a->value;
	struct code rest = *code;
	struct code operand;
	enum found found;
	uint32_t i;

	found = walk_path(reduce, code, &value, a->hole, &i, &at);
	if (found == FOUND_NOTHING) {
		*out = of_value(value_bool(false), code);
		return true;
	}
	if (found == FOUND_UNKNOWN && i + 1 == code->n && !at->is_optional)
		i = code->n;
	else if (found != FOUND_VALUE)
		/* What is in an unknown may be no record. */
		return rest_of_owner(reduce, out, code, a, CEDAR_BOOL,
		    i + 1 < code->n);
	if (i == code->n) {
		*out = of_value(value_bool(true), code);
		return true;
	}
	/* There is no going on from here: evaluated for its message. */
	operand = constant_of(value, code->a);
	rest.left = &operand;
	rest.path = code->path + i;
	rest.n = code->n - i;
	return evaluate(reduce, out, &rest, code);
}

static bool
reduce_has(struct reduce *reduce, struct reduced *out, const struct code *code)
{
	struct reduced a;

	if (!cedar_reduce(reduce, &a, code->a))
		return false;
	*out = of_error(code);
	if (a.state == REDUCED_ERROR)
		return true;
	if (is_wrong(&a, RECORD_BIT | ENTITY_BIT))
		return fail_type(reduce, out, code, RECORD_BIT | ENTITY_BIT,
		    &a);
	if (is_place(&a))
		return has_at(reduce, out, code, &a);
	return rest_of_owner(reduce, out, code, &a, CEDAR_BOOL,
	    code->n > 1 || may_fail(&a, RECORD_BIT | ENTITY_BIT));
}

static bool
rest_of_tag(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a, const struct reduced *b,
    const struct hole *hole)
{
	bool is_get = code->op == CODE_GET_TAG;
	struct code *made = new_code(reduce, code);

	if (made == NULL)
		return false;
	made->a = owner_code(reduce, a);
	made->b = cedar_reduce_code(reduce, b);
	*out = of_rest(made, is_get ? HOLE_ANY : CEDAR_BOOL,
	    binary_can_fail(code, a, b));
	if (is_get && hole != NULL) {
		out->kind = hole->kind;
		out->type = hole->type;
		out->can_fail = hole->is_optional;
	}
	return made->a != NULL && made->b != NULL;
}

/* Of a given entity, by a given name. */
static bool
tag_given(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a, const struct reduced *b)
{
	const struct entity *entity =
	    cedar_eval_entity(&reduce->eval, a->value.uid);
	const struct hole_entity *row =
	    cedar_unknowns_entity(&reduce->unknowns, a->value.uid);
	struct place place = { entity != NULL ? entity->tags : NULL,
		row != NULL ? &row->tags : NULL };
	uint32_t name = cedar_names_look(&reduce->eval.scope,
	    value_text(&b->value));
	struct member member = look(reduce, &place, name);

	switch (member.found) {
	case FOUND_ALL:
		return rest_of_tag(reduce, out, code, a, b, NULL);
	case FOUND_UNKNOWN:
		if (code->op == CODE_GET_TAG || member.hole->is_optional)
			return rest_of_tag(reduce, out, code, a, b,
			    member.hole);
		*out = of_value(value_bool(true), code);
		return true;
	case FOUND_VALUE:
	case FOUND_PART:
		*out = of_value(code->op == CODE_GET_TAG ? member.value
							 : value_bool(true),
		    code);
		return true;
	case FOUND_NOTHING:
		break;
	}
	return evaluate_two(reduce, out, code, a, b);
}

static bool
reduce_tag(struct reduce *reduce, struct reduced *out, const struct code *code)
{
	struct reduced a;
	struct reduced b;
	bool is_done;

	if (!reduce_two(reduce, out, &is_done, code, &a, &b))
		return false;
	if (is_done)
		return true;
	if (is_value(&a) && is_value(&b))
		return tag_given(reduce, out, code, &a, &b);
	return rest_of_tag(reduce, out, code, &a, &b, NULL);
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

static struct operator_row
list_row(const struct code *code, uint32_t i)
{
	enum ast_function function = (enum ast_function)code->function;
	const struct signature *signature = &cedar_signature_rows[function];
	struct operator_row row = operator_rows[code->op];

	if (code->op != CODE_CALL)
		return row;
	row.a = ALL_BITS; /* a wrong number of arguments comes first */
	if (code->n == ast_functions[function].n_args)
		row.a = EVAL_BIT(kinds_of_type(signature->args[i]));
	row.result = (uint8_t)kinds_of_type(signature->result);
	row.can_fail = !is_total_function(function) ||
	    code->n != ast_functions[function].n_args;
	return row;
}

static bool
evaluate_list(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct code *const *items)
{
	struct code whole = *code;

	whole.items = items;
	return evaluate(reduce, out, &whole, code);
}

/* What is left of a list of which not all are values. */
static bool
rest_of_list(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct code *const *items, bool can_fail)
{
	struct code *made = new_code(reduce, code);

	if (made == NULL)
		return false;
	made->items = items;
	*out = of_rest(made, list_row(code, 0).result, can_fail);
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
	*out = of_error(code);
	for (uint32_t i = 0; i < code->n; i++) {
		struct operator_row row = list_row(code, i);
		struct reduced one;

		if (!cedar_reduce(reduce, &one, code->items[i]))
			return false;
		if (one.state == REDUCED_ERROR)
			return true;
		if (is_wrong(&one, row.a))
			return fail_type(reduce, out, code, row.a, &one);
		items[i] = cedar_reduce_code(reduce, &one);
		if (items[i] == NULL)
			return false;
		are_values &= is_value(&one);
		can_fail |= may_fail(&one, row.a);
	}
	if (are_values)
		return evaluate_list(reduce, out, code, items);
	return rest_of_list(reduce, out, code, items, can_fail);
}

/* ------------------------------------------------------------------ */
/* Logic: operands that may not be looked at.			      */

static bool
reduce_not(struct reduce *reduce, struct reduced *out, const struct code *code)
{
	struct code *made;
	struct reduced a;

	if (!cedar_reduce(reduce, &a, code->a))
		return false;
	if (is_value(&a))
		return evaluate_on(reduce, out, code, a.value);
	*out = of_error(code);
	if (a.state == REDUCED_ERROR)
		return true;
	made = new_code(reduce, code);
	if (made == NULL)
		return false;
	made->a = cedar_reduce_code(reduce, &a);
	*out = of_rest(made, CEDAR_BOOL, !reduced_is_total(&a));
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
		*out = of_rest(kept->items[0], CEDAR_BOOL, kept->can_fail);
		return true;
	}
	made = new_code(reduce, code);
	if (made == NULL)
		return false;
	made->items = kept->items;
	made->n = kept->n;
	*out = of_rest(made, CEDAR_BOOL, kept->can_fail);
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
		*out = of_value(one->value, code);
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
	if (is_value(one))
		return fail_type(reduce, out, code, EVAL_BIT(CEDAR_BOOL), one);
	return true;
}

/* CODE_AND stops at false, CODE_OR at true. */
static bool
reduce_chain(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	bool stop = code->op == CODE_OR;
	struct kept kept = { 0 };

	for (uint32_t i = 0; i < code->n; i++) {
		struct reduced one;

		if (!cedar_reduce(reduce, &one, code->items[i]))
			return false;
		if (is_bool_value(&one, stop))
			return stop_chain(reduce, out, code, &kept, &one);
		if (one.state == REDUCED_ERROR ||
		    is_wrong(&one, EVAL_BIT(CEDAR_BOOL)))
			return fail_chain(reduce, out, code, &kept, &one);
		if (!is_value(&one) && !push_rest(reduce, &kept, code, &one))
			return false;
	}
	if (kept.n > 0)
		return rest_of_chain(reduce, out, code, &kept);
	*out = of_value(value_bool(!stop), code);
	return true;
}

static bool
is_same_value(const struct reduced *a, const struct reduced *b)
{
	return is_value(a) && is_value(b) && value_is_equal(&a->value, &b->value);
}

/* The two branches of an undecided `if`. */
static bool
rest_of_if(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *condition,
    const struct reduced *yes, const struct reduced *no)
{
	struct code *made = new_code(reduce, code);
	bool is_error = yes->state == REDUCED_ERROR ||
	    no->state == REDUCED_ERROR;
	bool can_fail = is_error || (!is_value(yes) && yes->can_fail) ||
	    (!is_value(no) && no->can_fail) || !reduced_is_total(condition);

	if (made == NULL)
		return false;
	made->a = cedar_reduce_code(reduce, condition);
	made->b = cedar_reduce_code(reduce, yes);
	made->c = cedar_reduce_code(reduce, no);
	*out = of_rest(made, yes->kind == no->kind ? yes->kind : HOLE_ANY,
	    can_fail);
	if (type_of(reduce, yes) == type_of(reduce, no))
		out->type = type_of(reduce, yes);
	return made->a != NULL && made->b != NULL && made->c != NULL;
}

static bool
reduce_if(struct reduce *reduce, struct reduced *out, const struct code *code)
{
	struct reduced condition;
	struct reduced yes;
	struct reduced no;

	if (!cedar_reduce(reduce, &condition, code->a))
		return false;
	*out = of_error(code);
	if (condition.state == REDUCED_ERROR)
		return true;
	if (is_wrong(&condition, EVAL_BIT(CEDAR_BOOL)))
		return fail_type(reduce, out, code, EVAL_BIT(CEDAR_BOOL),
		    &condition);
	if (is_value(&condition))
		return cedar_reduce(reduce, out,
		    condition.value.number != 0 ? code->b : code->c);
	if (!cedar_reduce(reduce, &yes, code->b) ||
	    !cedar_reduce(reduce, &no, code->c))
		return false;
	if (yes.state == REDUCED_ERROR && no.state == REDUCED_ERROR)
		return true;
	if (reduced_is_total(&condition) && is_same_value(&yes, &no)) {
		*out = of_value(yes.value, code);
		return true;
	}
	if (condition.kind == CEDAR_BOOL && is_bool_value(&yes, true) &&
	    is_bool_value(&no, false)) {
		*out = condition;
		return true;
	}
	return rest_of_if(reduce, out, code, &condition, &yes, &no);
}

/* ------------------------------------------------------------------ */

static bool
reduce_variable(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	enum ast_var var = (enum ast_var)(code->op - CODE_PRINCIPAL);
	const struct hole *hole = &reduce->unknowns.vars[var];

	if (!hole->is_unknown) {
		*out = of_value(value_uid(reduce->eval.uids[var]), code);
		return true;
	}
	*out = of_rest(code, CEDAR_ENTITY, false);
	out->type = hole->type;
	return true;
}

static void
reduce_context(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	const struct hole *hole = &reduce->unknowns.context;
	struct value value = { .kind = CEDAR_RECORD,
		.record = reduce->eval.context };

	if (!cedar_unknowns_is_open(hole)) {
		*out = of_value(value, code);
		return;
	}
	*out = of_rest(code, CEDAR_RECORD, false);
	out->hole = hole;
	out->value = value;
}

/* Recursion: the height of the code is bounded by LIMIT_CEDAR_DEPTH. */
bool
cedar_reduce(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	switch ((enum code_op)code->op) {
	case CODE_CONSTANT:
		*out = of_value(code->constant, code);
		return true;
	case CODE_PRINCIPAL:
	case CODE_ACTION:
	case CODE_RESOURCE:
		return reduce_variable(reduce, out, code);
	case CODE_CONTEXT:
		reduce_context(reduce, out, code);
		return true;
	case CODE_NOT:
		return reduce_not(reduce, out, code);
	case CODE_NEGATE:
	case CODE_LIKE:
	case CODE_IS_EMPTY:
		return reduce_unary(reduce, out, code);
	case CODE_AND:
	case CODE_OR:
		return reduce_chain(reduce, out, code);
	case CODE_IF:
		return reduce_if(reduce, out, code);
	case CODE_IN:
		return reduce_in(reduce, out, code);
	case CODE_IS:
		return reduce_is(reduce, out, code);
	case CODE_HAS:
		return reduce_has(reduce, out, code);
	case CODE_GET:
		return reduce_get(reduce, out, code);
	case CODE_HAS_TAG:
	case CODE_GET_TAG:
		return reduce_tag(reduce, out, code);
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
