/* The evaluator; see eval.h. */
#include "cedar/eval.h"

#include <assert.h>

#include "cedar/call.h"
#include "cedar/wildcard.h"

#define ENTITY_BIT EVAL_BIT(CEDAR_ENTITY)
#define FEW_ARGS 4 /* an extension call takes two at most */

bool
cedar_eval_fail(struct eval *eval, const struct code *code,
    enum cedar_error_kind kind, const char *why, const struct value *a,
    const struct value *b)
{
	eval->error = (struct eval_error){ .kind = kind,
		.at = code,
		.why = why,
		.name = NAMES_NONE };
	if (a != NULL)
		eval->error.a = *a;
	if (b != NULL)
		eval->error.b = *b;
	return false;
}

bool
cedar_eval_type_error(struct eval *eval, const struct code *code,
    unsigned expected, const struct value *got)
{
	cedar_eval_fail(eval, code, CEDAR_ERROR_TYPE, NULL, got, NULL);
	eval->error.expected = expected;
	return false;
}

bool
cedar_eval_no_room(struct eval *eval, const struct code *code)
{
	return cedar_eval_fail(eval, code, 0, NULL, NULL, NULL);
}

/*
 * The analyser cannot know that an evaluation that is true has set its value; the
 * lines where it doubts that are marked.
 */
static inline bool
check_kind(struct eval *eval, const struct code *code, const struct value *got,
    enum cedar_kind want)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	return got->kind == want ||
	    cedar_eval_type_error(eval, code, EVAL_BIT(want), got);
}

const struct entity *
cedar_eval_entity(const struct eval *eval, uint32_t uid)
{
	const struct eval_overlay *overlay = &eval->overlay;

	for (uint32_t i = uid; overlay->n_slots > 0; i++) {
		uint32_t slot = overlay->slots[i & (overlay->n_slots - 1)];

		if (slot == 0)
			break;
		if (overlay->items[slot - 1].uid == uid)
			return &overlay->items[slot - 1];
	}
	return cedar_entities_find(eval->entities, uid);
}

/* The entity a value names; the request's own are known already. */
static const struct entity *
entity_of(const struct eval *eval, uint32_t uid)
{
	for (unsigned i = 0; i < ARRAY_LEN(eval->uids); i++) {
		if (eval->uids[i] == uid)
			return eval->entity[i];
	}
	return cedar_eval_entity(eval, uid);
}

bool
cedar_eval_bool(struct eval *eval, bool *out, const struct code *code)
{
	struct value value;

	if (!cedar_eval(eval, &value, code) ||
	    !check_kind(eval, code, &value, CEDAR_BOOL))
		return false;
	*out = value.number != 0;
	return true;
}

/* CODE_AND stops at false, CODE_OR at true. */
static bool
eval_chain(struct eval *eval, struct value *out, const struct code *code)
{
	bool stop = code->op == CODE_OR;

	for (uint32_t i = 0; i < code->n; i++) {
		bool value;

		if (!cedar_eval_bool(eval, &value, code->items[i]))
			return false;
		if (value == stop) {
			*out = value_bool(stop);
			return true;
		}
	}
	*out = value_bool(!stop);
	return true;
}

static bool
eval_negate(struct eval *eval, struct value *out, const struct code *code)
{
	int64_t result;

	if (!cedar_eval(eval, out, code->a) ||
	    !check_kind(eval, code->a, out, CEDAR_LONG))
		return false;
	if (__builtin_sub_overflow((int64_t)0, out->number, &result))
		return cedar_eval_fail(eval, code, CEDAR_ERROR_OVERFLOW,
		    "negate", out, NULL);
	*out = value_number(CEDAR_LONG, result);
	return true;
}

static bool
apply(int64_t *result, int64_t a, int64_t b, const char *what)
{
	if (what[0] == 'm')
		return !__builtin_mul_overflow(a, b, result);
	if (what[0] == 's')
		return !__builtin_sub_overflow(a, b, result);
	return !__builtin_add_overflow(a, b, result);
}

/* CODE_SUM and CODE_PRODUCT: from left to right. */
static bool
eval_arithmetic(struct eval *eval, struct value *out, const struct code *code)
{
	if (!cedar_eval(eval, out, code->items[0]))
		return false;
	for (uint32_t i = 1; i < code->n; i++) {
		const char *what = "multiply";
		struct value right;
		int64_t result;

		if (!cedar_eval(eval, &right, code->items[i]) ||
		    !check_kind(eval, code->items[i - 1], out, CEDAR_LONG) ||
		    !check_kind(eval, code->items[i], &right, CEDAR_LONG))
			return false;
		if (code->op == CODE_SUM)
			what = code->minus[i] ? "subtract" : "add";
		if (!apply(&result, out->number, right.number, what))
			return cedar_eval_fail(eval, code,
			    CEDAR_ERROR_OVERFLOW, what, out, &right);
		*out = value_number(CEDAR_LONG, result);
	}
	return true;
}

static bool
is_ordered(uint8_t kind)
{
	return kind == CEDAR_LONG || kind == CEDAR_DATETIME ||
	    kind == CEDAR_DURATION;
}

static bool
eval_order(struct eval *eval, struct value *out, const struct code *code)
{
	unsigned any = EVAL_BIT(CEDAR_LONG) | EVAL_BIT(CEDAR_DATETIME) |
	    EVAL_BIT(CEDAR_DURATION);
	struct value b;
	struct value a;
	bool result;

	if (!cedar_eval(eval, &a, code->a) || !cedar_eval(eval, &b, code->b))
		return false;
	if (!is_ordered(a.kind))
		return cedar_eval_type_error(eval, code->a, any, &a);
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	if (b.kind != a.kind)
		return cedar_eval_type_error(eval, code->b, EVAL_BIT(a.kind),
		    &b);
	switch ((int)code->op) {
	case CODE_LESS:
		result = a.number < b.number;
		break;
	case CODE_LESS_EQUAL:
		result = a.number <= b.number;
		break;
	case CODE_GREATER:
		result = a.number > b.number;
		break;
	default:
		result = a.number >= b.number;
		break;
	}
	*out = value_bool(result);
	return true;
}

static bool
eval_equal(struct eval *eval, struct value *out, const struct code *code)
{
	struct value a;
	struct value b;

	if (!cedar_eval(eval, &a, code->a) || !cedar_eval(eval, &b, code->b))
		return false;
	*out = value_bool(value_is_equal(&a, &b) == (code->op == CODE_EQUAL));
	return true;
}

/* Is uid in one of the entities? Walk the shorter of the two lists. */
static bool
is_in_any(uint32_t uid, const struct entity *entity,
    const struct value_set *set)
{
	if (value_uids_contain(set->uids, set->n, uid))
		return true;
	if (entity == NULL)
		return false;
	if (entity->n_ancestors < set->n) {
		for (uint32_t i = 0; i < entity->n_ancestors; i++) {
			if (value_uids_contain(set->uids, set->n,
			    entity->ancestors[i]))
				return true;
		}
		return false;
	}
	for (uint32_t i = 0; i < set->n; i++) {
		if (value_uids_contain(entity->ancestors, entity->n_ancestors,
		    set->uids[i]))
			return true;
	}
	return false;
}

static bool
is_in_value(struct eval *eval, struct value *out, const struct code *code,
    uint32_t uid, const struct value *right)
{
	const struct entity *entity;

	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	if (right->kind == CEDAR_ENTITY) {
		entity = uid == right->uid ? NULL : entity_of(eval, uid);
		*out = value_bool(eval_is_in(uid, entity, right->uid));
		return true;
	}
	if (right->kind != CEDAR_SET)
		return cedar_eval_type_error(eval, code->b,
		    EVAL_BIT(CEDAR_SET) | ENTITY_BIT, right);
	if (right->set->n > 0 && right->set->uids == NULL) {
		for (uint32_t i = 0; i < right->set->n; i++) {
			if (!check_kind(eval, code->b, &right->set->items[i],
			    CEDAR_ENTITY))
				return false;
		}
	}
	*out = value_bool(right->set->n > 0 &&
	    is_in_any(uid, entity_of(eval, uid), right->set));
	return true;
}

static bool
eval_in(struct eval *eval, struct value *out, const struct code *code)
{
	struct value left;
	struct value right;

	return cedar_eval(eval, &left, code->a) &&
	    cedar_eval(eval, &right, code->b) &&
	    check_kind(eval, code->a, &left, CEDAR_ENTITY) &&
	    is_in_value(eval, out, code, left.uid, &right);
}

static bool
eval_is(struct eval *eval, struct value *out, const struct code *code)
{
	struct value left;
	struct value right;
	bool is_type;

	if (!cedar_eval(eval, &left, code->a) ||
	    !check_kind(eval, code->a, &left, CEDAR_ENTITY))
		return false;
	is_type = cedar_names_uid(&eval->scope, left.uid)->type == code->name;
	if (!is_type || code->b == NULL) {
		*out = value_bool(is_type);
		return true;
	}
	return cedar_eval(eval, &right, code->b) &&
	    is_in_value(eval, out, code, left.uid, &right);
}

/* The fields of an entity or record; NULL and no error: a missing entity. */
static bool
fields_of(struct eval *eval, const struct value_record **fields,
    const struct code *code, const struct value *value)
{
	const struct entity *entity;

	*fields = NULL;
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	if (value->kind == CEDAR_RECORD) {
		*fields = value->record;
		return true;
	}
	if (value->kind != CEDAR_ENTITY)
		return cedar_eval_type_error(eval, code,
		    EVAL_BIT(CEDAR_RECORD) | ENTITY_BIT, value);
	entity = entity_of(eval, value->uid);
	if (entity != NULL)
		*fields = entity->attrs;
	return true;
}

/* a has x.y.z: each step but the last is also taken. */
static bool
eval_has(struct eval *eval, struct value *out, const struct code *code)
{
	struct value value;

	if (!cedar_eval(eval, &value, code->a))
		return false;
	for (uint32_t i = 0; i < code->n; i++) {
		const struct value_record *fields;
		const struct value *found;

		if (!fields_of(eval, &fields, code->a, &value))
			return false;
		found = fields != NULL
		    ? value_record_find(fields, code->path[i]) : NULL;
		if (found == NULL) {
			*out = value_bool(false);
			return true;
		}
		value = *found;
	}
	*out = value_bool(true);
	return true;
}

static bool
eval_get(struct eval *eval, struct value *out, const struct code *code)
{
	const struct value_record *fields;
	const struct value *found;
	struct value left;

	if (!cedar_eval(eval, &left, code->a) ||
	    !fields_of(eval, &fields, code->a, &left))
		return false;
	if (fields == NULL)
		return cedar_eval_fail(eval, code, CEDAR_ERROR_ENTITY, NULL,
		    &left, NULL);
	found = value_record_find(fields, code->name);
	if (found == NULL) {
		cedar_eval_fail(eval, code, CEDAR_ERROR_ATTRIBUTE, NULL, &left,
		    NULL);
		eval->error.name = code->name;
		return false;
	}
	*out = *found;
	return true;
}

static bool
eval_like(struct eval *eval, struct value *out, const struct code *code)
{
	struct value text;

	if (!cedar_eval(eval, &text, code->a) ||
	    !check_kind(eval, code->a, &text, CEDAR_STRING))
		return false;
	*out = value_bool(cedar_wildcard_match(value_text(&text), code->parts,
	    code->n));
	return true;
}

static bool
eval_contains(struct eval *eval, struct value *out, const struct code *code)
{
	struct value a;
	struct value b;
	bool result;

	if (!cedar_eval(eval, &a, code->a) || !cedar_eval(eval, &b, code->b) ||
	    !check_kind(eval, code->a, &a, CEDAR_SET))
		return false;
	if (code->op == CODE_CONTAINS) {
		*out = value_bool(value_set_contains(a.set, &b));
		return true;
	}
	if (!check_kind(eval, code->b, &b, CEDAR_SET))
		return false;
	result = code->op == CODE_CONTAINS_ALL
	    ? value_set_contains_all(a.set, b.set)
	    : value_set_contains_any(a.set, b.set);
	*out = value_bool(result);
	return true;
}

static bool
eval_is_empty(struct eval *eval, struct value *out, const struct code *code)
{
	struct value a;

	if (!cedar_eval(eval, &a, code->a) ||
	    !check_kind(eval, code->a, &a, CEDAR_SET))
		return false;
	*out = value_bool(a.set->n == 0);
	return true;
}

static bool
eval_tag(struct eval *eval, struct value *out, const struct code *code)
{
	const struct entity *entity;
	const struct value *found = NULL;
	struct value left;
	struct value tag;
	uint32_t name;

	if (!cedar_eval(eval, &left, code->a) ||
	    !cedar_eval(eval, &tag, code->b) ||
	    !check_kind(eval, code->a, &left, CEDAR_ENTITY) ||
	    !check_kind(eval, code->b, &tag, CEDAR_STRING))
		return false;
	entity = entity_of(eval, left.uid);
	if (entity == NULL && code->op == CODE_GET_TAG)
		return cedar_eval_fail(eval, code, CEDAR_ERROR_ENTITY, NULL,
		    &left, NULL);
	name = cedar_names_look(&eval->scope, value_text(&tag));
	if (entity != NULL && name != NAMES_NONE)
		found = value_record_find(entity->tags, name);
	if (code->op == CODE_HAS_TAG) {
		*out = value_bool(found != NULL);
		return true;
	}
	if (found == NULL)
		return cedar_eval_fail(eval, code, CEDAR_ERROR_TAG, NULL,
		    &left, &tag);
	*out = *found;
	return true;
}

static bool
eval_call(struct eval *eval, struct value *out, const struct code *code)
{
	struct value args[FEW_ARGS] = { 0 };

	for (uint32_t i = 0; i < code->n; i++) {
		/* Past those that any function takes, only errors count. */
		struct value *arg = &args[i < FEW_ARGS ? i : FEW_ARGS - 1];

		if (!cedar_eval(eval, arg, code->items[i]))
			return false;
	}
	return cedar_call(eval, out, code, args, code->n);
}

static bool
eval_set(struct eval *eval, struct value *out, const struct code *code)
{
	struct value *items = ARENA_ARRAY(eval->arena, code->n, struct value);

	if (items == NULL)
		return cedar_eval_no_room(eval, code);
	for (uint32_t i = 0; i < code->n; i++) {
		if (!cedar_eval(eval, &items[i], code->items[i]))
			return false;
	}
	*out = (struct value){ .kind = CEDAR_SET,
		.set = value_set_make(eval->arena, items, code->n) };
	return out->set != NULL || cedar_eval_no_room(eval, code);
}

static bool
eval_record(struct eval *eval, struct value *out, const struct code *code)
{
	struct value *values = ARENA_ARRAY(eval->arena, code->n, struct value);
	uint32_t *names = ARENA_ARRAY(eval->arena, code->n, uint32_t);
	int r;

	if (values == NULL || names == NULL)
		return cedar_eval_no_room(eval, code);
	for (uint32_t i = 0; i < code->n; i++) {
		names[i] = code->item_names[i];
		if (!cedar_eval(eval, &values[i], code->items[i]))
			return false;
	}
	*out = (struct value){ .kind = CEDAR_RECORD };
	r = value_record_make(&out->record, eval->arena, names, values,
	    code->n);
	/* The parser refuses repeated keys. */
	assert(r <= 0);
	return r == 0 || cedar_eval_no_room(eval, code);
}

static bool
eval_not(struct eval *eval, struct value *out, const struct code *code)
{
	bool value;

	if (!cedar_eval_bool(eval, &value, code->a))
		return false;
	*out = value_bool(!value);
	return true;
}

static bool
eval_if(struct eval *eval, struct value *out, const struct code *code)
{
	bool value;

	return cedar_eval_bool(eval, &value, code->a) &&
	    cedar_eval(eval, out, value ? code->b : code->c);
}

bool
cedar_eval(struct eval *eval, struct value *out, const struct code *code)
{
	switch ((enum code_op)code->op) {
	case CODE_CONSTANT:
		*out = code->constant;
		return true;
	case CODE_PRINCIPAL:
	case CODE_ACTION:
	case CODE_RESOURCE:
		*out = value_uid(eval->uids[code->op - CODE_PRINCIPAL]);
		return true;
	case CODE_CONTEXT:
		*out = (struct value){ .kind = CEDAR_RECORD,
			.record = eval->context };
		return true;
	case CODE_NOT:
		return eval_not(eval, out, code);
	case CODE_NEGATE:
		return eval_negate(eval, out, code);
	case CODE_AND:
	case CODE_OR:
		return eval_chain(eval, out, code);
	case CODE_SUM:
	case CODE_PRODUCT:
		return eval_arithmetic(eval, out, code);
	case CODE_EQUAL:
	case CODE_NOT_EQUAL:
		return eval_equal(eval, out, code);
	case CODE_LESS:
	case CODE_LESS_EQUAL:
	case CODE_GREATER:
	case CODE_GREATER_EQUAL:
		return eval_order(eval, out, code);
	case CODE_IN:
		return eval_in(eval, out, code);
	case CODE_HAS:
		return eval_has(eval, out, code);
	case CODE_LIKE:
		return eval_like(eval, out, code);
	case CODE_IS:
		return eval_is(eval, out, code);
	case CODE_IF:
		return eval_if(eval, out, code);
	case CODE_GET:
		return eval_get(eval, out, code);
	case CODE_CONTAINS:
	case CODE_CONTAINS_ALL:
	case CODE_CONTAINS_ANY:
		return eval_contains(eval, out, code);
	case CODE_IS_EMPTY:
		return eval_is_empty(eval, out, code);
	case CODE_HAS_TAG:
	case CODE_GET_TAG:
		return eval_tag(eval, out, code);
	case CODE_CALL:
		return eval_call(eval, out, code);
	case CODE_SET:
		return eval_set(eval, out, code);
	case CODE_RECORD:
		return eval_record(eval, out, code);
	}
	assert(false);
	return false;
}
