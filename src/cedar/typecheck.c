/* Types of expressions; see typecheck.h. */
#include "cedar/typecheck.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "cedar/signature.h"
#include "limits.h"
#include "stile/cedar.h"
#include "util/fault.h"

#define BIT(kind) (1u << (kind))
#define BOOLS (BIT(TYPE_BOOL) | BIT(TYPE_TRUE) | BIT(TYPE_FALSE))
#define ENTITIES (BIT(TYPE_ENTITY) | BIT(TYPE_ANY_ENTITY))

static const struct schema_type *type_of(struct typecheck *check,
    const struct check *expr);

static const struct schema_type *
simple(enum schema_type_kind kind)
{
	return &cedar_schema_type_simple[kind];
}

static const struct schema_type *
boolean(bool is_true)
{
	return simple(is_true ? TYPE_TRUE : TYPE_FALSE);
}

void
cedar_typecheck_stop(struct typecheck *check, int r)
{
	if (!check->is_stopped)
		check->r = r;
	check->is_stopped = true;
}

/* Returns: NULL. */
static const struct schema_type *
stop_no_room(struct typecheck *check)
{
	bool is_limit = check->arena->is_full || check->types->is_full;

	if (is_limit && !check->is_stopped)
		diag_error(check->diags, 0, 0,
		    "more than %zu bytes are needed to validate a policy",
		    check->arena->limit);
	cedar_typecheck_stop(check,
	    is_limit ? CEDAR_E_LIMIT : FAULT(ENOMEM));
	return NULL;
}

/* ------------------------------------------------------------------ */
/* Messages.							      */

void
cedar_typecheck_tell(struct typecheck *check, struct ast_span span,
    const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	struct str key;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	key = arena_format(check->arena, "%u %u %s", span.at, span.len, text);
	check->is_new = key.p != NULL && map_find(check->told, key) == NULL;
	if (key.p == NULL || map_put(check->told, key, check) != 0) {
		(void)stop_no_room(check);
		return;
	}
	if (check->is_new)
		diag_error(check->diags, span.at, span.len,
		    "policy `%.*s`: %s", STR_ARG(check->policy), text);
}

void
cedar_typecheck_help(struct typecheck *check, const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	if (!check->is_new)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_help(check->diags, "%s", text);
}

/* Help, and for whom it was found. */
static void PRINTF(2, 3)
advise(struct typecheck *check, const char *format, ...)
{
	const struct schema_entity *entities = check->schema->entities;
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cedar_typecheck_help(check, "%s (found for principal %.*s, action "
	    "\"%.*s\", resource %.*s)", text,
	    STR_ARG(entities[check->principal].name),
	    STR_ARG(check->action->uid.id),
	    STR_ARG(entities[check->resource].name));
}

/* A type as text, in the arena of the environment. */
static struct str
name_of(struct typecheck *check, const struct schema_type *type)
{
	struct str name;
	struct buf buf;

	buf_init(&buf, LIMIT_DIAG_TEXT / 4);
	cedar_schema_type_print(&buf, check->schema, type);
	if (buf_finish(&buf) == BUF_E_LIMIT)
		name = arena_format(check->types, "%.*s..",
		    STR_ARG(buf_str(&buf)));
	else
		name = arena_str(check->types, buf_str(&buf));
	buf_fini(&buf);
	return name.p != NULL ? name : STR("?");
}

/* Returns: NULL. */
static const struct schema_type *
refuse_apart(struct typecheck *check, const struct check *expr,
    const struct schema_type *a, const struct schema_type *b)
{
	cedar_typecheck_tell(check, expr->span,
	    "the types %.*s and %.*s are not compatible",
	    STR_ARG(name_of(check, a)), STR_ARG(name_of(check, b)));
	advise(check, "%s", expr->op == CHECK_IF
	    ? "both branches of `if` must have the same type"
	    : expr->op == CHECK_SET
	    ? "all members of a set must have the same type"
	    : "both sides must have the same type");
	return NULL;
}

/* ------------------------------------------------------------------ */
/* What is known.						      */

int
cedar_typecheck_begin(struct typecheck *check, const struct check_tree *tree,
    struct map *told)
{
	uint32_t n = tree->n_capabilities;

	check->told = told;
	check->n_given = 0;
	check->n_marks = 0;
	if (n > check->n_known) {
		uint32_t *known = realloc(check->known, n * sizeof(*known));
		uint32_t *marks;

		if (known == NULL)
			return FAULT(ENOMEM);
		check->known = known;
		marks = realloc(check->marks, n * sizeof(*marks));
		if (marks == NULL)
			return FAULT(ENOMEM);
		check->marks = marks;
		check->n_known = n;
	}
	if (n > 0) {
		memset(check->known, 0, n * sizeof(*check->known));
		memset(check->marks, 0, n * sizeof(*check->marks));
	}
	return 0;
}

void
cedar_typecheck_fini(struct typecheck *check)
{
	free(check->known);
	free(check->marks);
	free(check->given);
}

static void
give(struct typecheck *check, uint32_t capability)
{
	if (check->n_given == check->size_given) {
		size_t size = MAX(check->size_given * 2, (size_t)64);
		uint32_t *bigger =
		    realloc(check->given, size * sizeof(*bigger));

		if (bigger == NULL) {
			cedar_typecheck_stop(check, FAULT(ENOMEM));
			return;
		}
		check->given = bigger;
		check->size_given = size;
	}
	check->given[check->n_given++] = capability;
}

static void
learn(struct typecheck *check, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		check->known[check->given[i]]++;
}

static void
unlearn(struct typecheck *check, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		check->known[check->given[i]]--;
}

/* Of what [a, b) and [b, end) give, only what both give stays. */
static void
intersect(struct typecheck *check, size_t a, size_t b)
{
	size_t kept = a;

	check->n_marks++;
	for (size_t i = b; i < check->n_given; i++)
		check->marks[check->given[i]] = check->n_marks;
	for (size_t i = a; i < b; i++) {
		if (check->marks[check->given[i]] == check->n_marks)
			check->given[kept++] = check->given[i];
	}
	check->n_given = kept;
}

/* Of [a, b) and [b, end) only the second stays. */
static void
keep_second(struct typecheck *check, size_t a, size_t b)
{
	size_t n = check->n_given - b;

	if (n > 0)
		memmove(check->given + a, check->given + b,
		    n * sizeof(*check->given));
	check->n_given = a + n;
}

/* ------------------------------------------------------------------ */
/* Expecting types.						      */

static bool
joined(const struct schema_type **out, struct typecheck *check,
    const struct schema_type *a, const struct schema_type *b)
{
	int r = cedar_schema_type_join(out, &check->join, a, b);

	check->n_checks += MIN(a->size, b->size) / 8;
	if (r < 0)
		(void)stop_no_room(check);
	return r == 0;
}

/* Its type, whatever it is; what its truth would give is dropped. */
static const struct schema_type *
type_only(struct typecheck *check, const struct check *expr)
{
	size_t start = check->n_given;
	const struct schema_type *type = type_of(check, expr);

	check->n_given = start;
	return type;
}

/* Returns: the type if its kind is among the bits, else NULL, told. */
static const struct schema_type *
demand(struct typecheck *check, const struct check *expr,
    const struct schema_type *type, unsigned kinds, const char *what,
    const char *help)
{
	if (type == NULL || type->kind == TYPE_NEVER ||
	    (kinds & BIT(type->kind)))
		return type;
	cedar_typecheck_tell(check, expr->span,
	    "unexpected type: expected %s but saw %.*s", what,
	    STR_ARG(name_of(check, type)));
	advise(check, "%s", help);
	return NULL;
}

static const struct schema_type *
expect(struct typecheck *check, const struct check *expr, unsigned kinds,
    const char *what, const char *help)
{
	return demand(check, expr, type_only(check, expr), kinds, what, help);
}

/* As expect() for a condition: what it gives stays. */
static const struct schema_type *
expect_bool(struct typecheck *check, const struct check *expr)
{
	return demand(check, expr, type_of(check, expr), BOOLS, "Bool",
	    "only a Bool can be a condition");
}

static const struct schema_type *
expect_entity(struct typecheck *check, const struct check *expr)
{
	return expect(check, expr, ENTITIES, "an entity",
	    "this needs an entity, as principal or User::\"a\" are");
}

/* ------------------------------------------------------------------ */
/* Conditions.							      */

/*
 * What is left of `&&` is known on its right. A false operand ends it: what
 * stands behind is never evaluated, and not typed.
 */
static const struct schema_type *
type_of_and(struct typecheck *check, const struct check *expr)
{
	const struct schema_type *type = simple(TYPE_TRUE);
	size_t start = check->n_given;
	size_t known = start;
	bool is_false = false;

	for (size_t i = 0; i < expr->n && type != NULL && !is_false; i++) {
		const struct schema_type *next;

		learn(check, known, check->n_given);
		known = check->n_given;
		next = expect_bool(check, expr->operands[i]);
		if (next == NULL)
			type = NULL;
		else if (next->kind == TYPE_FALSE)
			is_false = true;
		else if (next->kind != TYPE_TRUE)
			type = simple(TYPE_BOOL);
	}
	unlearn(check, start, known);
	if (type == NULL || is_false)
		check->n_given = start;
	return is_false ? boolean(false) : type;
}

/* A true operand ends it; what only one side gives is not known after. */
static const struct schema_type *
type_of_or(struct typecheck *check, const struct check *expr)
{
	size_t start = check->n_given;
	const struct schema_type *type = simple(TYPE_FALSE);

	for (size_t i = 0; i < expr->n; i++) {
		size_t middle = check->n_given;
		const struct schema_type *next =
		    expect_bool(check, expr->operands[i]);

		if (next == NULL) {
			check->n_given = start;
			return NULL;
		}
		if (next->kind == TYPE_TRUE || type->kind == TYPE_FALSE) {
			keep_second(check, start, middle);
			type = next;
		} else if (next->kind == TYPE_FALSE) {
			check->n_given = middle;
		} else {
			intersect(check, start, middle);
			type = simple(TYPE_BOOL);
		}
		if (type->kind == TYPE_TRUE)
			break;
	}
	return type;
}

static const struct schema_type *
type_of_if(struct typecheck *check, const struct check *expr)
{
	size_t start = check->n_given;
	const struct schema_type *type = expect_bool(check, expr->operands[0]);
	const struct schema_type *yes;
	const struct schema_type *no;
	size_t guard = check->n_given;
	size_t middle;

	if (type == NULL)
		return NULL;
	if (type->kind == TYPE_FALSE) {
		check->n_given = start;
		return type_of(check, expr->operands[2]);
	}
	learn(check, start, guard);
	yes = type_of(check, expr->operands[1]);
	unlearn(check, start, guard);
	if (type->kind == TYPE_TRUE)
		return yes;
	middle = check->n_given;
	no = type_of(check, expr->operands[2]);
	intersect(check, start, middle);
	if (yes == NULL || no == NULL)
		return NULL;
	if (joined(&type, check, yes, no))
		return type;
	return check->is_stopped ? NULL : refuse_apart(check, expr, yes, no);
}

static const struct schema_type *
type_of_not(struct typecheck *check, const struct check *expr)
{
	size_t start = check->n_given;
	const struct schema_type *type = expect_bool(check, expr->operands[0]);

	check->n_given = start;
	if (type == NULL || type->kind == TYPE_BOOL)
		return type;
	return boolean(type->kind == TYPE_FALSE);
}

/* ------------------------------------------------------------------ */
/* Attributes and tags.						      */

/*
 * The attribute of an entity or record type; of a union, what all have in
 * common. Returns: false when there is none of that name.
 */
static bool
find_attr(struct schema_type_attr *out, struct typecheck *check,
    const struct schema_type *type, struct str name)
{
	const struct schema_entity *entities = check->schema->entities;
	const struct schema_type_attr *found;

	if (type->kind == TYPE_RECORD) {
		found = cedar_schema_type_attr(type, name);
		if (found != NULL)
			*out = *found;
		return found != NULL;
	}
	for (uint32_t i = 0; i < type->n; i++) {
		found = cedar_schema_type_attr(
		    entities[type->entities[i]].attrs, name);
		if (found == NULL)
			return false;
		if (i == 0)
			*out = *found;
		else if (!joined(&out->type, check, out->type, found->type))
			return false;
		out->is_optional |= found->is_optional;
	}
	return type->kind == TYPE_ENTITY;
}

static bool
may_have_attr(const struct typecheck *check, const struct schema_type *type,
    struct str name)
{
	const struct schema_entity *entities = check->schema->entities;

	if (type->kind == TYPE_RECORD)
		return type->is_open;
	if (type->kind != TYPE_ENTITY)
		return true;
	for (uint32_t i = 0; i < type->n; i++) {
		if (cedar_schema_type_attr(entities[type->entities[i]].attrs,
		    name) != NULL)
			return true;
	}
	return false;
}

static const struct schema_type *
expect_holder(struct typecheck *check, const struct check *expr)
{
	const struct schema_type *type = type_only(check, expr);
	const char *help = "only entities and records have attributes";

	if (type != NULL && type->kind == TYPE_SET)
		help = "a set has no attributes; did you mean `.contains()`?";
	else if (type != NULL && type->kind == TYPE_STRING)
		help = "a string has no attributes; did you mean `like`?";
	return demand(check, expr, type, ENTITIES | BIT(TYPE_RECORD),
	    "an entity or a record", help);
}

static const struct schema_type *
type_of_has(struct typecheck *check, const struct check *expr)
{
	const struct schema_type *type =
	    expect_holder(check, expr->operands[0]);
	struct schema_type_attr attr;

	if (type == NULL)
		return NULL;
	if (!find_attr(&attr, check, type, expr->text))
		return may_have_attr(check, type, expr->text)
		    ? simple(TYPE_BOOL) : boolean(false);
	give(check, expr->capability);
	/* An entity may be missing from the store, with all its attributes. */
	if (check->known[expr->capability] > 0 ||
	    (type->kind == TYPE_RECORD && !attr.is_optional))
		return boolean(true);
	return simple(TYPE_BOOL);
}

/* The attribute of a type that is named nearly so. Empty: none. */
static struct str
near_attr(const struct typecheck *check, const struct schema_type *type,
    struct str name)
{
	struct str best = { 0 };
	unsigned least = 3;

	if (type->kind == TYPE_ENTITY)
		type = check->schema->entities[type->entities[0]].attrs;
	for (uint32_t i = 0; type->kind == TYPE_RECORD && i < type->n; i++) {
		unsigned far =
		    cedar_schema_distance(type->attrs[i].name, name);

		if (far < least && far < name.len) {
			least = far;
			best = type->attrs[i].name;
		}
	}
	return best;
}

/* Where an attribute was looked for, said behind its name. */
static struct str
holder(struct typecheck *check, const struct check *expr,
    const struct schema_type *type)
{
	if (type->kind == TYPE_ENTITY)
		return arena_format(check->types, "on entity type `%.*s`",
		    STR_ARG(name_of(check, type)));
	if (expr->op == CHECK_VAR)
		return arena_format(check->types, "in context for %.*s::\"%.*s\"",
		    STR_ARG(check->action->uid.type),
		    STR_ARG(check->action->uid.id));
	return arena_format(check->types, "of a record %.*s",
	    STR_ARG(name_of(check, type)));
}

static const struct schema_type *
type_of_get(struct typecheck *check, const struct check *expr)
{
	const struct check *left = expr->operands[0];
	const struct schema_type *type = expect_holder(check, left);
	struct schema_type_attr attr = { 0 };
	struct str near;

	if (type == NULL || type->kind == TYPE_NEVER)
		return type;
	if (find_attr(&attr, check, type, expr->text)) {
		if (!attr.is_optional || check->known[expr->capability] > 0)
			return attr.type;
		cedar_typecheck_tell(check, expr->span, "unable to guarantee "
		    "safety of access to optional attribute `%.*s` %.*s",
		    STR_ARG(expr->text), STR_ARG(holder(check, left, type)));
		advise(check, "try testing for the attribute's presence with "
		    "`e has %.*s && ..`", STR_ARG(expr->text));
		return NULL;
	}
	cedar_typecheck_tell(check, expr->span, "attribute `%.*s` %.*s not "
	    "found", STR_ARG(expr->text), STR_ARG(holder(check, left, type)));
	near = near_attr(check, type, expr->text);
	if (near.len > 0)
		advise(check, "did you mean `%.*s`?", STR_ARG(near));
	else
		advise(check, "declare it in the schema or take it out");
	return NULL;
}

/*
 * The type of an entity's tags; of a union, what those have in common that
 * have tags. Returns: NULL when there are none; *is_apart: no common type.
 */
static const struct schema_type *
tags_of(struct typecheck *check, const struct schema_type *type,
    bool *is_apart)
{
	const struct cedar_schema *schema = check->schema;
	bool is_any = type->kind == TYPE_ANY_ENTITY;
	uint32_t n = is_any ? schema->n_entities : type->n;
	const struct schema_type *tags = NULL;

	*is_apart = false;
	for (uint32_t i = 0; i < n; i++) {
		const struct schema_type *next =
		    schema->entities[is_any ? i : type->entities[i]].tags;

		if (tags == NULL)
			tags = next;
		else if (next != NULL && !joined(&tags, check, tags, next))
			*is_apart = true;
	}
	return tags;
}

static const struct schema_type *
type_of_tag(struct typecheck *check, const struct check *expr)
{
	const struct schema_type *type =
	    expect_entity(check, expr->operands[0]);
	const struct schema_type *name = expect(check, expr->operands[1],
	    BIT(TYPE_STRING), "String", "a tag's name is a string");
	const struct schema_type *tags;
	bool is_known;
	bool is_apart;

	if (type == NULL || name == NULL)
		return NULL;
	tags = tags_of(check, type, &is_apart);
	is_known = check->known[expr->capability] > 0;
	if (expr->method == AST_HAS_TAG) {
		give(check, expr->capability);
		if (tags == NULL || is_known)
			return boolean(tags != NULL);
		return simple(TYPE_BOOL);
	}
	if (is_known && tags != NULL && !is_apart)
		return tags;
	if (tags == NULL) {
		cedar_typecheck_tell(check, expr->span,
		    "`.getTag()` is not allowed on entities of %.*s because "
		    "no `tags` were declared in the schema",
		    STR_ARG(holder(check, expr->operands[0], type)));
		advise(check, "declare `tags` for the entity type");
	} else if (is_apart) {
		cedar_typecheck_tell(check, expr->span,
		    "the tags of %.*s have no common type",
		    STR_ARG(name_of(check, type)));
		advise(check, "test the entity's type with `is` first");
	} else {
		cedar_typecheck_tell(check, expr->span,
		    "unable to guarantee safety of access to tag on entity "
		    "type `%.*s`", STR_ARG(name_of(check, type)));
		advise(check, "try testing for the tag's presence with "
		    "`.hasTag(..) && ..`, with the same name");
	}
	return NULL;
}

/* ------------------------------------------------------------------ */
/* Entities.							      */

/* The entity an expression is by its text alone, `action` included. */
static bool
uid_of(struct cedar_uid *uid, const struct typecheck *check,
    const struct check *expr)
{
	if (expr->op == CHECK_UID)
		*uid = (struct cedar_uid){ expr->uid->type.text,
			expr->uid->id };
	else if (expr->op == CHECK_VAR && expr->var == AST_ACTION)
		*uid = check->action->uid;
	else
		return false;
	return true;
}

/*
 * Whether one action is below any of the entities that the expression names.
 *
 * Returns: TRUE, FALSE; NULL when the expression does not name them all, or
 * names an action that is not declared (told elsewhere): *is_bad.
 */
static const struct schema_type *
is_action_in(const struct typecheck *check, uint32_t action,
    const struct check *expr, bool *is_bad)
{
	const struct check *const *items = &expr;
	size_t n = 1;
	bool is_in = false;

	*is_bad = false;
	if (expr->op == CHECK_SET) {
		items = expr->operands;
		n = expr->n;
	}
	for (size_t i = 0; i < n; i++) {
		struct cedar_uid uid;
		uint32_t other;

		if (!uid_of(&uid, check, items[i]))
			return NULL;
		if (!cedar_schema_is_action_type(uid.type))
			continue;
		other = cedar_schema_find_action(check->schema, &uid);
		*is_bad |= other == SCHEMA_NONE;
		is_in |= other == action || cedar_schema_numbers_contain(
		    &check->schema->actions[action].ancestors, other);
	}
	return *is_bad ? NULL : boolean(is_in);
}

static bool
may_be_in(const struct typecheck *check, const struct schema_type *a,
    const struct schema_type *b)
{
	if (a->kind != TYPE_ENTITY || b->kind != TYPE_ENTITY)
		return true;
	for (uint32_t i = 0; i < a->n; i++) {
		for (uint32_t j = 0; j < b->n; j++) {
			if (cedar_schema_may_be_in(check->schema,
			    a->entities[i], b->entities[j]))
				return true;
		}
	}
	return false;
}

static const struct schema_type *
type_of_in(struct typecheck *check, const struct check *expr)
{
	const struct schema_type *left = expect_entity(check,
	    expr->operands[0]);
	const struct schema_type *right = expect(check, expr->operands[1],
	    ENTITIES | BIT(TYPE_SET), "an entity or a set of entities",
	    "for a set of values, did you mean `.contains()`?");
	struct cedar_uid uid;

	if (left == NULL || right == NULL)
		return NULL;
	if (right->kind == TYPE_SET) {
		right = demand(check, expr->operands[1], right->element,
		    ENTITIES, "a set of entities",
		    "for a set of values, did you mean `.contains()`?");
		if (right == NULL)
			return NULL;
	}
	if (uid_of(&uid, check, expr->operands[0]) &&
	    cedar_schema_is_action_type(uid.type)) {
		uint32_t action = cedar_schema_find_action(check->schema, &uid);
		bool is_bad;
		const struct schema_type *type = is_action_in(check, action,
		    expr->operands[1], &is_bad);

		if (type != NULL || is_bad)
			return type;
	}
	return may_be_in(check, left, right) ? simple(TYPE_BOOL)
					     : boolean(false);
}

static const struct schema_type *
type_of_is(struct typecheck *check, const struct check *expr)
{
	const struct schema_type *type =
	    expect_entity(check, expr->operands[0]);
	uint32_t entity = cedar_schema_find_entity(check->schema, expr->text);
	struct schema_numbers numbers;

	if (type == NULL)
		return NULL;
	if (type->kind != TYPE_ENTITY)
		return simple(TYPE_BOOL);
	numbers = (struct schema_numbers){ type->entities, type->n };
	if (!cedar_schema_numbers_contain(&numbers, entity))
		return boolean(false);
	return type->n == 1 ? boolean(true) : simple(TYPE_BOOL);
}

/* ------------------------------------------------------------------ */
/* Relations, arithmetic, sets.					      */

/* Equality of two literals, `action` being one. Returns: NULL: not both. */
static const struct schema_type *
compare_literals(const struct typecheck *check, const struct check *a,
    const struct check *b)
{
	struct cedar_uid x;
	struct cedar_uid y;

	if (uid_of(&x, check, a) && uid_of(&y, check, b))
		return boolean(str_is_equal(x.type, y.type) &&
		    str_is_equal(x.id, y.id));
	if ((a->op > CHECK_STRING && !uid_of(&x, check, a)) ||
	    (b->op > CHECK_STRING && !uid_of(&y, check, b)))
		return NULL;
	if (a->op != b->op)
		return boolean(false);
	if (a->op == CHECK_BOOL)
		return boolean(a->boolean == b->boolean);
	if (a->op == CHECK_LONG)
		return boolean(a->number == b->number);
	return boolean(str_is_equal(a->text, b->text));
}

static bool
is_disjoint(const struct schema_type *a, const struct schema_type *b)
{
	if (a->kind != TYPE_ENTITY || b->kind != TYPE_ENTITY)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		for (uint32_t j = 0; j < b->n; j++) {
			if (a->entities[i] == b->entities[j])
				return false;
		}
	}
	return true;
}

/* In strict mode two types that are compared must have a common one. */
static const struct schema_type *
bool_if_joined(struct typecheck *check, const struct check *expr,
    const struct schema_type *a, const struct schema_type *b)
{
	const struct schema_type *type;

	if (check->join.is_permissive || joined(&type, check, a, b))
		return simple(TYPE_BOOL);
	return check->is_stopped ? NULL : refuse_apart(check, expr, a, b);
}

static const struct schema_type *
type_of_equal(struct typecheck *check, const struct check *expr)
{
	const struct schema_type *left = type_only(check, expr->operands[0]);
	const struct schema_type *right = type_only(check, expr->operands[1]);
	const struct schema_type *type;

	if (left == NULL || right == NULL)
		return NULL;
	if (is_disjoint(left, right))
		return boolean(false);
	type = compare_literals(check, expr->operands[0], expr->operands[1]);
	if (type != NULL)
		return type;
	return bool_if_joined(check, expr, left, right);
}

static const struct schema_type *
type_of_less(struct typecheck *check, const struct check *expr)
{
	const unsigned kinds =
	    BIT(TYPE_LONG) | BIT(TYPE_DATETIME) | BIT(TYPE_DURATION);
	const char *help = "only Long, datetime and duration have an order; "
			   "decimals have .lessThan() and its kin";
	const struct schema_type *left = expect(check, expr->operands[0],
	    kinds, "Long, datetime or duration", help);
	const struct schema_type *right = expect(check, expr->operands[1],
	    kinds, "Long, datetime or duration", help);

	if (left == NULL || right == NULL)
		return NULL;
	if (left->kind == right->kind || left->kind == TYPE_NEVER ||
	    right->kind == TYPE_NEVER)
		return simple(TYPE_BOOL);
	return refuse_apart(check, expr, left, right);
}

static const struct schema_type *
type_of_arithmetic(struct typecheck *check, const struct check *expr)
{
	bool is_long = true;

	for (size_t i = 0; i < expr->n; i++)
		is_long &= expect(check, expr->operands[i], BIT(TYPE_LONG),
		    "Long", expr->op == CHECK_SUM
		    ? "`+` and `-` are for Long alone: strings are not joined, "
		      "sets not united"
		    : "only a Long can be computed with") != NULL;
	return is_long ? simple(TYPE_LONG) : NULL;
}

static const struct schema_type *
type_of_set_method(struct typecheck *check, const struct check *expr)
{
	const char *help = "`.contains()` and its kin are for sets; did you "
			   "mean `in`, `has` or `like`?";
	const struct schema_type *left = expect(check, expr->operands[0],
	    BIT(TYPE_SET), "a set", help);
	const struct schema_type *right;

	if (expr->method == AST_IS_EMPTY)
		return left == NULL ? NULL : simple(TYPE_BOOL);
	if (expr->method == AST_CONTAINS)
		right = type_only(check, expr->operands[1]);
	else
		right = expect(check, expr->operands[1], BIT(TYPE_SET),
		    "a set", "for one value, did you mean `.contains()`?");
	if (left == NULL || right == NULL)
		return NULL;
	if (expr->method == AST_CONTAINS && left->kind == TYPE_SET)
		left = left->element;
	return bool_if_joined(check, expr, left, right);
}

static const struct schema_type *
type_of_method(struct typecheck *check, const struct check *expr)
{
	return expr->method == AST_HAS_TAG || expr->method == AST_GET_TAG
	    ? type_of_tag(check, expr) : type_of_set_method(check, expr);
}

static const struct schema_type *
type_of_set(struct typecheck *check, const struct check *expr)
{
	const struct schema_type *element = simple(TYPE_NEVER);
	struct schema_type *set;
	bool is_typed = true;

	for (size_t i = 0; i < expr->n; i++) {
		const struct schema_type *next =
		    type_only(check, expr->operands[i]);
		const struct schema_type *before = element;

		is_typed = is_typed && next != NULL;
		if (is_typed && !joined(&element, check, before, next)) {
			is_typed = false;
			if (!check->is_stopped)
				(void)refuse_apart(check, expr, before, next);
		}
	}
	if (expr->n == 0 && !check->join.is_permissive) {
		cedar_typecheck_tell(check, expr->span,
		    "empty set literals are forbidden in policies");
		advise(check, "test for an empty set with `.isEmpty()`");
		return NULL;
	}
	if (!is_typed)
		return NULL;
	set = ARENA_NEW(check->types, struct schema_type);
	if (set == NULL)
		return stop_no_room(check);
	*set = (struct schema_type){ .kind = TYPE_SET,
		.size = element->size + 1, .element = element };
	return set;
}

static const struct schema_type *
type_of_record(struct typecheck *check, const struct check *expr)
{
	struct schema_type *record = ARENA_NEW(check->types,
	    struct schema_type);
	struct schema_type_attr *attrs = ARENA_ARRAY(check->types, expr->n,
	    struct schema_type_attr);
	bool is_typed = true;

	if (record == NULL || attrs == NULL)
		return stop_no_room(check);
	*record = (struct schema_type){ .kind = TYPE_RECORD,
		.size = 1, .n = (uint32_t)expr->n, .attrs = attrs };
	for (size_t i = 0; i < expr->n; i++) {
		attrs[i].name = expr->names[i];
		attrs[i].type = type_only(check, expr->operands[i]);
		is_typed = is_typed && attrs[i].type != NULL;
		if (is_typed)
			record->size += attrs[i].type->size;
	}
	return is_typed ? record : NULL;
}

/* ------------------------------------------------------------------ */
/* Extension functions.						      */

/* A constructor's text is checked now, so that it cannot fail later. */
static bool
check_constructor(struct typecheck *check, const struct check *expr)
{
	const struct check *arg = expr->n > 0 ? expr->operands[0] : NULL;
	bool is_fine = true;

	if (arg != NULL && arg->op == CHECK_STRING &&
	    !cedar_signature_is_parsed(expr->function, arg->text)) {
		cedar_typecheck_tell(check, expr->span, "error during "
		    "extension function argument validation: Failed to parse "
		    "as a %s value: `\"%.*s\"`",
		    cedar_signature_names[
		    cedar_signature_rows[expr->function].result],
		    STR_ARG(arg->text));
		advise(check, "correct the text");
		is_fine = false;
	}
	for (size_t i = 0; i < expr->n && !check->join.is_permissive; i++) {
		if (expr->operands[i] == NULL ||
		    expr->operands[i]->op <= CHECK_UID)
			continue;
		cedar_typecheck_tell(check, expr->span, "extension "
		    "constructors may not be called with non-literal "
		    "expressions");
		advise(check, "apply `%.*s` directly to a string",
		    STR_ARG(ast_functions[expr->function].name));
		return false;
	}
	return is_fine;
}

static const struct schema_type *
type_of_call(struct typecheck *check, const struct check *expr)
{
	const struct signature *signature =
	    &cedar_signature_rows[expr->function];
	size_t n = ast_functions[expr->function].n_args;
	bool is_fine = !cedar_signature_is_constructor(expr->function) ||
	    check_constructor(check, expr);

	if (expr->n != n) {
		cedar_typecheck_tell(check, expr->span, "wrong number of "
		    "arguments in extension function application. Expected "
		    "%zu, got %zu", n, expr->n);
		advise(check, "`%.*s` takes %zu, its receiver included",
		    STR_ARG(ast_functions[expr->function].name), n);
		is_fine = false;
	}
	for (size_t i = 0; i < expr->n; i++) {
		unsigned kinds = i < n ? BIT(signature->args[i]) : ~0u;

		is_fine &= expect(check, expr->operands[i], kinds,
		    i < n ? cedar_signature_names[signature->args[i]] : "",
		    "see the function's signature") != NULL;
	}
	return is_fine ? simple(signature->result) : NULL;
}

/* ------------------------------------------------------------------ */

static const struct schema_type *
type_of_var(const struct typecheck *check, const struct check *expr)
{
	const struct schema_entity *entities = check->schema->entities;

	switch (expr->var) {
	case AST_PRINCIPAL:
		return &entities[check->principal].type;
	case AST_ACTION:
		return &entities[check->action->type].type;
	case AST_RESOURCE:
		return &entities[check->resource].type;
	case AST_CONTEXT:
		break;
	}
	return check->action->context;
}

/* Undeclared types and actions are told by the validator's other pass. */
static const struct schema_type *
type_of_uid(const struct typecheck *check, const struct check *expr)
{
	struct cedar_uid uid = { expr->uid->type.text, expr->uid->id };
	uint32_t type = cedar_schema_find_entity(check->schema, uid.type);

	if (type == SCHEMA_NONE ||
	    (check->schema->entities[type].is_action &&
	    cedar_schema_find_action(check->schema, &uid) == SCHEMA_NONE))
		return NULL;
	return &check->schema->entities[type].type;
}

bool
cedar_typecheck_count(struct typecheck *check)
{
	if (check->is_stopped)
		return false;
	if (++check->n_checks <= LIMIT_CEDAR_CHECKS)
		return true;
	diag_error(check->diags, 0, 0, "more than %u expressions are to be "
	    "typed, each in every environment of the schema",
	    LIMIT_CEDAR_CHECKS);
	cedar_typecheck_stop(check, CEDAR_E_LIMIT);
	return false;
}

static const struct schema_type *
type_by_op(struct typecheck *check, const struct check *expr)
{
	switch (expr->op) {
	case CHECK_BOOL:
		return boolean(expr->boolean);
	case CHECK_LONG:
		return simple(TYPE_LONG);
	case CHECK_STRING:
		return simple(TYPE_STRING);
	case CHECK_UID:
		return type_of_uid(check, expr);
	case CHECK_VAR:
		return type_of_var(check, expr);
	case CHECK_NOT:
		return type_of_not(check, expr);
	case CHECK_AND:
		return type_of_and(check, expr);
	case CHECK_OR:
		return type_of_or(check, expr);
	case CHECK_IF:
		return type_of_if(check, expr);
	case CHECK_EQUAL:
		return type_of_equal(check, expr);
	case CHECK_LESS:
	case CHECK_LESS_EQUAL:
		return type_of_less(check, expr);
	case CHECK_IN:
		return type_of_in(check, expr);
	case CHECK_NEGATE:
	case CHECK_SUM:
	case CHECK_PRODUCT:
		return type_of_arithmetic(check, expr);
	case CHECK_LIKE:
		return expect(check, expr->operands[0], BIT(TYPE_STRING),
			   "String", "`like` is for strings; for entities, "
			   "did you mean `is`?") != NULL
		    ? simple(TYPE_BOOL) : NULL;
	case CHECK_IS:
		return type_of_is(check, expr);
	case CHECK_HAS:
		return type_of_has(check, expr);
	case CHECK_GET:
		return type_of_get(check, expr);
	case CHECK_METHOD:
		return type_of_method(check, expr);
	case CHECK_CALL:
		return type_of_call(check, expr);
	case CHECK_SET:
		return type_of_set(check, expr);
	case CHECK_RECORD:
		break;
	}
	return type_of_record(check, expr);
}

static const struct schema_type *
type_of(struct typecheck *check, const struct check *expr)
{
	const struct schema_type *type = NULL;

	if (cedar_typecheck_count(check))
		type = type_by_op(check, expr);
	if (check->notes != NULL && type != NULL)
		check->notes[expr->serial] = (uint8_t)(1 + type->kind);
	return type;
}

const struct schema_type *
cedar_typecheck_assume(struct typecheck *check, const struct check *expr)
{
	size_t start = check->n_given;
	const struct schema_type *type = expect_bool(check, expr);

	if (type == NULL)
		check->n_given = start;
	learn(check, start, check->n_given);
	return type;
}

void
cedar_typecheck_forget(struct typecheck *check)
{
	unlearn(check, 0, check->n_given);
	check->n_given = 0;
	arena_reset(check->types);
}
