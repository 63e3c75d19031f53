/* The reducer, on attributes and tags: where the unknowns are met. */
#include "cedar/reduce_int.h"

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
		cedar_reduce_touch(reduce, place->hole);
		member.found = FOUND_ALL;
		return member;
	}
	if (hole != NULL && hole->is_unknown && hole->assumed == HOLE_OPEN) {
		cedar_reduce_touch(reduce, hole);
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
	member.found = FOUND_VALUE;
	if (hole != NULL && !hole->is_unknown &&
	    (cedar_unknowns_is_open(hole) || cedar_unknowns_is_assumed(hole)))
		member.found = FOUND_PART;
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
	return reduced_is_value(reduced) || reduced->hole != NULL;
}

/* left with its operand made to stand in a rest. */
static bool
rest_of_owner(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a, unsigned kind,
    bool can_fail)
{
	struct code *made = reduce_new(reduce, code);

	if (made == NULL)
		return false;
	/* A record of which a member is taken is not touched as a whole. */
	made->a = a->hole != NULL ? a->code : cedar_reduce_owner(reduce, a);
	*out = reduced_rest(made, kind, can_fail);
	return made->a != NULL;
}

static bool
take_part(struct reduce *reduce, struct reduced *out, const struct code *code,
    const struct reduced *a, const struct member *member)
{
	struct value value = member->value;

	if (cedar_unknowns_is_open(member->hole)) {
		if (!rest_of_owner(reduce, out, code, a, CEDAR_RECORD, false))
			return false;
		out->hole = member->hole;
		out->value = value;
		return true;
	}
	value.record = cedar_unknowns_assume(reduce->eval.arena, value.record,
	    member->hole);
	*out = reduced_value(value, code);
	return value.record != NULL;
}

static bool
take_member(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a,
    const struct member *member)
{
	const struct hole *hole = member->hole;

	switch (member->found) {
	case FOUND_VALUE:
		*out = reduced_value(member->value, code);
		return true;
	case FOUND_PART:
		return take_part(reduce, out, code, a, member);
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
	return cedar_reduce_evaluate_on(reduce, out, code, a->value);
}

/* Returns: the member of a record that is written out; NULL: none. */
static const struct code *
find_item(const struct code *record, uint32_t name)
{
	for (uint32_t i = 0; i < record->n; i++) {
		if (record->item_names[i] == name)
			return record->items[i];
	}
	return NULL;
}

/* A member of a record that is written out, some of it unknown. */
static bool
get_written(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a)
{
	const struct code *item = find_item(a->code, code->name);

	if (item == NULL) {
		cedar_eval_fail(&reduce->eval, code, CEDAR_ERROR_ATTRIBUTE,
		    NULL, NULL, NULL);
		reduce->eval.error.name = code->name;
		*out = reduced_error(code);
		return true;
	}
	/* The other members are evaluated too. */
	if (a->can_fail)
		return rest_of_owner(reduce, out, code, a, HOLE_ANY, true);
	*out = item->op == CODE_CONSTANT
	    ? reduced_value(item->constant, item)
	    : reduced_rest(item, HOLE_ANY, false);
	return true;
}

bool
cedar_reduce_member_get(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	struct reduced a;
	struct place place;
	struct member member;

	if (!cedar_reduce(reduce, &a, code->a))
		return false;
	*out = reduced_error(code);
	if (a.state == REDUCED_ERROR)
		return true;
	if (a.state == REDUCED_REST && a.code->op == CODE_RECORD)
		return get_written(reduce, out, code, &a);
	if (!is_place(&a))
		return rest_of_owner(reduce, out, code, &a, HOLE_ANY, true);
	if (!place_of(reduce, &place, &a.value, a.hole))
		return cedar_reduce_fail_type(reduce, out, code,
		    REDUCE_RECORD | REDUCE_ENTITY, &a);
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
		*out = reduced_value(value_bool(false), code);
		return true;
	}
	if (found == FOUND_UNKNOWN && i + 1 == code->n && !at->is_optional)
		i = code->n;
	else if (found != FOUND_VALUE)
		/* What is in an unknown may be no record. */
		return rest_of_owner(reduce, out, code, a, CEDAR_BOOL,
		    i + 1 < code->n);
	if (i == code->n) {
		*out = reduced_value(value_bool(true), code);
		return true;
	}
	/* There is no going on from here: evaluated for its message. */
	operand = reduce_constant(value, code->a);
	rest.left = &operand;
	rest.path = code->path + i;
	rest.n = code->n - i;
	return cedar_reduce_evaluate(reduce, out, &rest, code);
}

bool
cedar_reduce_member_has(struct reduce *reduce, struct reduced *out,
    const struct code *code)
{
	struct reduced a;

	if (!cedar_reduce(reduce, &a, code->a))
		return false;
	*out = reduced_error(code);
	if (a.state == REDUCED_ERROR)
		return true;
	if (reduced_is_wrong(&a, REDUCE_RECORD | REDUCE_ENTITY))
		return cedar_reduce_fail_type(reduce, out, code,
		    REDUCE_RECORD | REDUCE_ENTITY, &a);
	if (is_place(&a))
		return has_at(reduce, out, code, &a);
	if (a.code->op == CODE_RECORD && code->n == 1 && !a.can_fail) {
		*out = reduced_value(value_bool(
		    find_item(a.code, code->path[0]) != NULL), code);
		return true;
	}
	return rest_of_owner(reduce, out, code, &a, CEDAR_BOOL,
	    code->n > 1 || reduced_may_fail(&a, REDUCE_RECORD | REDUCE_ENTITY));
}

static bool
rest_of_tag(struct reduce *reduce, struct reduced *out,
    const struct code *code, const struct reduced *a, const struct reduced *b,
    const struct hole *hole)
{
	bool is_get = code->op == CODE_GET_TAG;
	struct code *made = reduce_new(reduce, code);

	if (made == NULL)
		return false;
	made->a = cedar_reduce_owner(reduce, a);
	made->b = cedar_reduce_code(reduce, b);
	*out = reduced_rest(made, is_get ? HOLE_ANY : CEDAR_BOOL,
	    is_get || reduced_may_fail(a, REDUCE_ENTITY) ||
	    reduced_may_fail(b, EVAL_BIT(CEDAR_STRING)));
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
		*out = reduced_value(value_bool(true), code);
		return true;
	case FOUND_VALUE:
	case FOUND_PART:
		*out = reduced_value(code->op == CODE_GET_TAG ? member.value
							 : value_bool(true),
		    code);
		return true;
	case FOUND_NOTHING:
		break;
	}
	return cedar_reduce_evaluate_two(reduce, out, code, a, b);
}

bool
cedar_reduce_member_tag(struct reduce *reduce, struct reduced *out,
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
		return tag_given(reduce, out, code, &a, &b);
	return rest_of_tag(reduce, out, code, &a, &b, NULL);
}
