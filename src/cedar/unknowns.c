/* Trees of what is not known; see unknowns.h. */
#include "cedar/unknowns.h"

#include <assert.h>

#include "limits.h"

struct reading {
	struct unknowns *unknowns;
	const struct eval *eval;
	const struct intern *intern;
};

const struct hole_entity *
cedar_unknowns_entity(const struct unknowns *unknowns, uint32_t uid)
{
	for (size_t i = 0; i < unknowns->n_entities; i++) {
		if (unknowns->entities[i].uid == uid)
			return &unknowns->entities[i];
	}
	return NULL;
}

bool
cedar_unknowns_has_more_ancestors(const struct unknowns *unknowns,
    uint32_t uid, const struct entity *entity)
{
	for (size_t i = 0; i < unknowns->n_entities; i++) {
		const struct hole_entity *one = &unknowns->entities[i];

		if (one->has_more_ancestors &&
		    eval_is_in(uid, entity, one->uid))
			return true;
	}
	return false;
}

static struct hole *
find_member(const struct hole *hole, uint32_t name)
{
	struct hole *child = hole->children;

	while (child != NULL && child->name != name)
		child = child->next;
	return child;
}

const struct hole *
cedar_unknowns_member(const struct hole *hole, uint32_t name)
{
	return hole != NULL ? find_member(hole, name) : NULL;
}

bool
cedar_unknowns_is_member(const struct unknowns *unknowns,
    const struct hole *hole)
{
	for (size_t i = 0; i < ARRAY_LEN(unknowns->vars); i++) {
		if (hole == &unknowns->vars[i])
			return false;
	}
	for (size_t i = 0; i < unknowns->n_entities; i++) {
		if (hole == &unknowns->entities[i].attrs ||
		    hole == &unknowns->entities[i].tags)
			return false;
	}
	return hole != &unknowns->context;
}

/* Recursion: a path is at most LIMIT_CEDAR_VALUE_DEPTH long. */
bool
cedar_unknowns_is_open(const struct hole *hole)
{
	if (hole->is_unknown)
		return hole->assumed == HOLE_OPEN;
	for (const struct hole *one = hole->children; one != NULL;
	     one = one->next) {
		if (cedar_unknowns_is_open(one))
			return true;
	}
	return false;
}

bool
cedar_unknowns_is_assumed(const struct hole *hole)
{
	if (hole->is_unknown)
		return hole->assumed == HOLE_VALUE;
	for (const struct hole *one = hole->children; one != NULL;
	     one = one->next) {
		if (cedar_unknowns_is_assumed(one))
			return true;
	}
	return false;
}

/* What a member is taken to be. Returns: false when the arena has no room. */
static bool
assume_member(struct arena *arena, struct value *value,
    const struct hole *hole)
{
	if (hole->is_unknown) {
		*value = *hole->value;
		return true;
	}
	value->record = cedar_unknowns_assume(arena, value->record, hole);
	return value->record != NULL;
}

const struct value_record *
cedar_unknowns_assume(struct arena *arena, const struct value_record *given,
    const struct hole *hole)
{
	const struct value_record *record;
	size_t n = given->n;
	uint32_t *names;
	struct value *values;

	for (const struct hole *one = hole->children; one != NULL;
	     one = one->next)
		n++;
	names = ARENA_ARRAY(arena, n, uint32_t);
	values = ARENA_ARRAY(arena, n, struct value);
	if (names == NULL || values == NULL)
		return NULL;
	n = 0;
	for (size_t i = 0; i < given->n; i++) {
		const struct hole *one = find_member(hole, given->names[i]);

		if (one != NULL && cedar_unknowns_is_assumed(one))
			continue;
		names[n] = given->names[i];
		values[n++] = given->values[i];
	}
	for (const struct hole *one = hole->children; one != NULL;
	     one = one->next) {
		const struct value *found =
		    value_record_find(given, one->name);

		if (!cedar_unknowns_is_assumed(one))
			continue;
		if (found != NULL)
			values[n] = *found;
		names[n] = one->name;
		if (!assume_member(arena, &values[n++], one))
			return NULL;
	}
	return value_record_make(&record, arena, names, values, n) == 0
	    ? record : NULL;
}

/* ------------------------------------------------------------------ */

/* Returns: the entity's row, made when there is none; NULL without room. */
static struct hole_entity *
entity_row(struct reading *reading, uint32_t uid)
{
	struct unknowns *unknowns = reading->unknowns;
	struct hole_entity *row;

	for (size_t i = 0; i < unknowns->n_entities; i++) {
		if (unknowns->entities[i].uid == uid)
			return &unknowns->entities[i];
	}
	/* Room for one of each unknown; see cedar_unknowns_init(). */
	row = &unknowns->entities[unknowns->n_entities++];
	row->uid = uid;
	return row;
}

static int
declare(struct hole *hole, const struct reading *reading,
    const struct cedar_unknown *one)
{
	if (hole->is_unknown || hole->children != NULL)
		return cedar_intern_refuse(reading->intern,
		    "one unknown lies in another, or is there twice");
	hole->is_unknown = true;
	hole->is_optional = one->is_optional;
	hole->kind = one->has_kind ? (uint8_t)one->kind : HOLE_ANY;
	hole->type = NAMES_NONE;
	if (one->type.p == NULL)
		return 0;
	if (!ast_is_path(one->type))
		return cedar_intern_refuse(reading->intern,
		    "`%.*s` is not an entity type name", STR_ARG(one->type));
	hole->kind = CEDAR_ENTITY;
	return cedar_names_intern(&hole->type, &reading->intern->scope,
	    one->type);
}

/* The node of one step down, made when there is none. */
static int
descend(struct hole **hole, const struct reading *reading, uint32_t name)
{
	struct hole *child = find_member(*hole, name);

	if ((*hole)->is_unknown)
		return cedar_intern_refuse(reading->intern,
		    "one unknown lies in another");
	if (child == NULL) {
		child = ARENA_NEW(reading->intern->arena, struct hole);
		if (child == NULL)
			return cedar_intern_no_room(reading->intern);
		child->name = name;
		child->kind = HOLE_ANY;
		child->type = NAMES_NONE;
		child->next = (*hole)->children;
		(*hole)->children = child;
	}
	*hole = child;
	return 0;
}

/*
 * Down a path from the root, whose known fields are given (NULL: none). All
 * steps but the last must be records that are there.
 */
static int
walk(struct hole **hole, const struct reading *reading,
    const struct value_record *fields, const struct cedar_unknown *one)
{
	for (size_t i = 0; i < one->n_path; i++) {
		const struct value *found = NULL;
		uint32_t name;
		int r = cedar_names_intern(&name, &reading->intern->scope,
		    one->path[i]);

		if (r == 0)
			r = descend(hole, reading, name);
		if (r != 0)
			return r;
		if (fields != NULL)
			found = value_record_find(fields, name);
		fields = NULL;
		if (found != NULL && found->kind == CEDAR_RECORD)
			fields = found->record;
		if (fields == NULL && i + 1 < one->n_path &&
		    !(*hole)->is_unknown)
			return cedar_intern_refuse(reading->intern,
			    "the request has no record `%.*s` for an unknown "
			    "to be in", STR_ARG(one->path[i]));
	}
	return 0;
}

static int
declare_in(struct hole **out, struct hole *root,
    const struct reading *reading, const struct value_record *fields,
    const struct cedar_unknown *one)
{
	int r;

	if (one->n_path > LIMIT_CEDAR_VALUE_DEPTH) {
		(void)cedar_intern_refuse(reading->intern,
		    "an unknown is more than %d deep",
		    LIMIT_CEDAR_VALUE_DEPTH);
		return CEDAR_E_LIMIT;
	}
	r = walk(&root, reading, fields, one);
	*out = root;
	return r != 0 ? r : declare(root, reading, one);
}

static int
declare_var(struct hole **out, const struct reading *reading,
    enum ast_var var, const struct cedar_unknown *one)
{
	int r;

	*out = &reading->unknowns->vars[var];
	r = declare(*out, reading, one);
	(*out)->kind = CEDAR_ENTITY;
	(*out)->is_optional = false;
	return r;
}

static int
declare_of_entity(struct hole **out, struct reading *reading,
    const struct cedar_unknown *one)
{
	const struct entity *entity;
	struct hole_entity *row;
	bool is_tag = one->what == CEDAR_UNKNOWN_TAG;
	uint32_t uid = NAMES_NONE;
	int r = cedar_intern_uid(&uid, reading->intern, &one->entity);

	if (r != 0)
		return r;
	row = entity_row(reading, uid);
	if (one->what == CEDAR_UNKNOWN_ANCESTORS) {
		row->has_more_ancestors = true;
		return 0;
	}
	if (is_tag && one->n_path > 1)
		return cedar_intern_refuse(reading->intern,
		    "a tag has a name, not a path");
	entity = cedar_eval_entity(reading->eval, uid);
	if (entity == NULL && one->n_path > 0)
		return cedar_intern_refuse(reading->intern,
		    "an entity that is not given can only be unknown as a "
		    "whole: `%.*s::\"%.*s\"`", STR_ARG(one->entity.type),
		    STR_ARG(one->entity.id));
	return declare_in(out, is_tag ? &row->tags : &row->attrs, reading,
	    entity == NULL ? NULL : is_tag ? entity->tags : entity->attrs,
	    one);
}

static int
declare_one(struct hole **out, struct reading *reading,
    const struct cedar_unknown *one)
{
	switch (one->what) {
	case CEDAR_UNKNOWN_PRINCIPAL:
		return declare_var(out, reading, AST_PRINCIPAL, one);
	case CEDAR_UNKNOWN_ACTION:
		return declare_var(out, reading, AST_ACTION, one);
	case CEDAR_UNKNOWN_RESOURCE:
		return declare_var(out, reading, AST_RESOURCE, one);
	case CEDAR_UNKNOWN_CONTEXT:
		return declare_in(out, &reading->unknowns->context, reading,
		    reading->eval->context, one);
	case CEDAR_UNKNOWN_ATTRIBUTE:
	case CEDAR_UNKNOWN_TAG:
	case CEDAR_UNKNOWN_ANCESTORS:
		return declare_of_entity(out, reading, one);
	}
	return cedar_intern_refuse(reading->intern, "an unknown of no kind");
}

int
cedar_unknowns_init(struct unknowns *unknowns, const struct eval *eval,
    const struct intern *intern, const struct cedar_unknown *list, size_t n)
{
	struct reading reading = { unknowns, eval, intern };
	int r = 0;

	*unknowns = (struct unknowns){ 0 };
	if (n > LIMIT_CEDAR_UNKNOWNS) {
		(void)cedar_intern_refuse(intern, "more than %d unknowns",
		    LIMIT_CEDAR_UNKNOWNS);
		return CEDAR_E_LIMIT;
	}
	unknowns->entities = ARENA_ARRAY(intern->arena, n, struct hole_entity);
	unknowns->holes = ARENA_ARRAY(intern->arena, n, struct hole *);
	if (unknowns->entities == NULL || unknowns->holes == NULL)
		return cedar_intern_no_room(intern);
	unknowns->n_holes = n;
	for (size_t i = 0; i < n && r == 0; i++)
		r = declare_one(&unknowns->holes[i], &reading, &list[i]);
	return r;
}
