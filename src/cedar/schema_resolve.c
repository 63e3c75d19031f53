/* Name resolution (RFC 24, 52, 70) and types; see schema_resolve.h. */
#include "cedar/schema_resolve.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "limits.h"
#include "util/fault.h"

enum progress { PROGRESS_NEW, PROGRESS_OPEN, PROGRESS_DONE };

/* A declared name: a common type, an entity type, or both. */
struct declared {
	struct str name; /* with its namespace */
	const struct schema_tree_space *space;
	const struct schema_tree_common *common;
	const struct schema_tree_entity *entity;
	const struct schema_type *type; /* of the common type, when done */
	enum progress progress;
};

struct schema_scope {
	struct arena *arena;
	struct diag_list *diags;
	const struct schema_tree *tree;
	struct map names;   /* to struct declared */
	struct map actions; /* type, NUL, id: to struct schema_tree_action */
};

static const struct {
	struct str name;
	enum schema_type_kind kind;
} builtins[] = {
	{ STR_INIT("Bool"), TYPE_BOOL },
	{ STR_INIT("Long"), TYPE_LONG },
	{ STR_INIT("String"), TYPE_STRING },
	{ STR_INIT("datetime"), TYPE_DATETIME },
	{ STR_INIT("decimal"), TYPE_DECIMAL },
	{ STR_INIT("duration"), TYPE_DURATION },
	{ STR_INIT("ipaddr"), TYPE_IP },
};

/* Returns: its type; NULL when the name, without __cedar::, is no builtin. */
static const struct schema_type *
find_builtin(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(builtins); i++) {
		if (str_is_equal(builtins[i].name, name))
			return &cedar_schema_type_simple[builtins[i].kind];
	}
	return NULL;
}

static int
no_room(const struct schema_scope *scope)
{
	if (!scope->arena->is_full)
		return FAULT(ENOMEM);
	diag_error(scope->diags, 0, 0, "more than %zu bytes are needed",
	    scope->arena->limit);
	return CEDAR_E_LIMIT;
}

/* N::name; the name itself in the namespace without a name. */
static struct str
qualify(struct arena *arena, struct str space, struct str name)
{
	const struct str parts[] = { space, STR("::"), name };

	return space.len == 0 ? name : arena_join(arena, parts, 3);
}

static struct str
action_key(struct arena *arena, struct str type, struct str id)
{
	const struct str parts[] = { type, { "", 1 }, id };

	return arena_join(arena, parts, 3);
}

static bool
is_qualified(struct str name)
{
	return str_find(name, ':', 0) < name.len;
}

static void
refuse_repeat(const struct schema_scope *scope, struct str name,
    struct ast_span span)
{
	diag_error(scope->diags, span.at, span.len, "`%.*s` is declared twice",
	    STR_ARG(name));
	diag_help(scope->diags, "remove or rename one of the declarations");
}

/* ------------------------------------------------------------------ */
/* The names of a tree.						      */

static struct declared *
declare(struct schema_scope *scope, const struct schema_tree_space *space,
    struct str name)
{
	struct str full = qualify(scope->arena, space->name, name);
	struct declared *found;

	if (full.p == NULL)
		return NULL;
	found = map_find(&scope->names, full);
	if (found != NULL)
		return found;
	found = ARENA_NEW(scope->arena, struct declared);
	if (found == NULL || map_put(&scope->names, full, found) != 0)
		return NULL;
	found->name = full;
	found->space = space;
	return found;
}

static int
declare_types(struct schema_scope *scope, const struct schema_tree_space *space)
{
	for (size_t i = 0; i < space->n_commons; i++) {
		const struct schema_tree_common *common = &space->commons[i];
		struct declared *name = declare(scope, space, common->name);

		if (name == NULL)
			return no_room(scope);
		if (name->common != NULL)
			refuse_repeat(scope, common->name, common->span);
		name->common = common;
	}
	for (size_t i = 0; i < space->n_entities; i++) {
		const struct schema_tree_entity *entity = &space->entities[i];
		struct declared *name = declare(scope, space, entity->name);

		if (name == NULL)
			return no_room(scope);
		if (name->entity != NULL)
			refuse_repeat(scope, entity->name, entity->span);
		name->entity = entity;
		if (!str_is_equal(entity->name, STR("Action")))
			continue;
		diag_error(scope->diags, entity->span.at, entity->span.len,
		    "entity type `Action` declared in `entityTypes` list");
		diag_help(scope->diags, "`Action` is the type of actions; "
		    "choose another name");
	}
	return 0;
}

static int
declare_actions(struct schema_scope *scope,
    const struct schema_tree_space *space)
{
	struct str type = qualify(scope->arena, space->name, STR("Action"));

	for (size_t i = 0; i < space->n_actions; i++) {
		struct schema_tree_action *action = &space->actions[i];
		struct str key = type.p == NULL ? type
		    : action_key(scope->arena, type, action->name);

		if (key.p == NULL)
			return no_room(scope);
		if (map_find(&scope->actions, key) != NULL)
			refuse_repeat(scope, action->name, action->span);
		if (map_put(&scope->actions, key, action) != 0)
			return no_room(scope);
	}
	return 0;
}

static void
refuse_shadow(const struct schema_scope *scope,
    const struct schema_tree_space *space, struct str name,
    struct ast_span span)
{
	diag_error(scope->diags, span.at, span.len,
	    "definition of `%.*s::%.*s` illegally shadows the existing "
	    "definition of `%.*s`", STR_ARG(space->name), STR_ARG(name),
	    STR_ARG(name));
	diag_help(scope->diags, "rename one of them, or move the one without a "
	    "namespace into a namespace");
}

static bool
is_shadow(const struct schema_scope *scope, struct str name)
{
	return map_find(&scope->names, name) != NULL;
}

/* RFC 70: what the nameless namespace declares, no other may declare. */
static int
check_shadows(const struct schema_scope *scope,
    const struct schema_tree_space *space)
{
	if (space->name.len == 0)
		return 0;
	for (size_t i = 0; i < space->n_commons; i++) {
		if (is_shadow(scope, space->commons[i].name))
			refuse_shadow(scope, space, space->commons[i].name,
			    space->commons[i].span);
	}
	for (size_t i = 0; i < space->n_entities; i++) {
		if (is_shadow(scope, space->entities[i].name))
			refuse_shadow(scope, space, space->entities[i].name,
			    space->entities[i].span);
	}
	for (size_t i = 0; i < space->n_actions; i++) {
		const struct schema_tree_action *action = &space->actions[i];
		struct str key = action_key(scope->arena, STR("Action"),
		    action->name);

		if (key.p == NULL)
			return no_room(scope);
		if (map_find(&scope->actions, key) != NULL)
			refuse_shadow(scope, space, action->name,
			    action->span);
	}
	return 0;
}

static int
check_sizes(const struct schema_scope *scope)
{
	if (scope->names.n_items <= LIMIT_CEDAR_SCHEMA_NAMES &&
	    scope->actions.n_items <= LIMIT_CEDAR_SCHEMA_NAMES)
		return 0;
	diag_error(scope->diags, 0, 0, "more than %u types or actions",
	    LIMIT_CEDAR_SCHEMA_NAMES);
	return CEDAR_E_LIMIT;
}

/* A name in a namespace that hides a builtin or, of a common type, an entity. */
static void
warn_hidden(const struct schema_scope *scope,
    const struct schema_tree_space *space)
{
	for (size_t i = 0; i < space->n_commons; i++) {
		struct str name = space->commons[i].name;
		struct ast_span span = space->commons[i].span;
		struct str full = qualify(scope->arena, space->name, name);
		const struct declared *both = full.p == NULL ? NULL
		    : map_find(&scope->names, full);

		if (both != NULL && both->entity != NULL)
			diag_warning(scope->diags, span.at, span.len,
			    "The common type name `%.*s` shadows an entity "
			    "name", STR_ARG(name));
		if (find_builtin(name) != NULL)
			diag_warning(scope->diags, span.at, span.len,
			    "The name `%.*s` shadows a builtin Cedar name. "
			    "You'll have to refer to the builtin as "
			    "`__cedar::%.*s`", STR_ARG(name), STR_ARG(name));
	}
	for (size_t i = 0; i < space->n_entities; i++) {
		struct str name = space->entities[i].name;

		if (find_builtin(name) != NULL)
			diag_warning(scope->diags, space->entities[i].span.at,
			    space->entities[i].span.len,
			    "The name `%.*s` shadows a builtin Cedar name. "
			    "You'll have to refer to the builtin as "
			    "`__cedar::%.*s`", STR_ARG(name), STR_ARG(name));
	}
}

int
cedar_schema_resolve_scope(struct schema_scope **out,
    const struct schema_tree *tree, struct arena *arena,
    struct diag_list *diags)
{
	struct schema_scope *scope = ARENA_NEW(arena, struct schema_scope);
	size_t before = diags->n_errors;
	int r = 0;

	if (scope == NULL)
		return FAULT(ENOMEM);
	*scope = (struct schema_scope){ .arena = arena, .diags = diags,
		.tree = tree };
	map_init(&scope->names, arena, 1);
	map_init(&scope->actions, arena, 2);
	for (size_t i = 0; r == 0 && i < tree->n_spaces; i++) {
		const struct schema_tree_space *space = &tree->spaces[i];

		if (i > 0 && str_is_equal(space[-1].name, space->name))
			refuse_repeat(scope, space->name, space->span);
		r = declare_types(scope, space);
		if (r == 0)
			r = declare_actions(scope, space);
		if (r == 0)
			r = check_sizes(scope);
	}
	for (size_t i = 0; r == 0 && i < tree->n_spaces; i++) {
		r = check_shadows(scope, &tree->spaces[i]);
		warn_hidden(scope, &tree->spaces[i]);
	}
	*out = scope;
	if (r != 0)
		return r;
	return diags->n_errors > before ? CEDAR_E_INPUT : 0;
}

/* ------------------------------------------------------------------ */
/* What a name means.						      */

static bool
name_as(struct schema_referent *referent, const struct schema_scope *scope,
    struct str name, enum schema_reference kind)
{
	const struct declared *found = map_find(&scope->names, name);

	referent->name = name;
	referent->kind = SCHEMA_COMMON;
	if (found != NULL && found->common != NULL && (kind & SCHEMA_COMMON))
		return true;
	referent->kind = SCHEMA_ENTITY;
	if (found != NULL && found->entity != NULL && (kind & SCHEMA_ENTITY))
		return true;
	/* A builtin may be named bare unless the schema took its name. */
	referent->kind = SCHEMA_COMMON;
	if (str_has_prefix(name, STR("__cedar::")))
		name = str_part(name, strlen("__cedar::"), name.len);
	else if (found != NULL)
		return false;
	return (kind & SCHEMA_COMMON) && find_builtin(name) != NULL;
}

bool
cedar_schema_resolve_name(struct schema_referent *referent,
    const struct schema_scope *scope, struct str space, struct str name,
    enum schema_reference kind)
{
	struct str full;

	if (space.len > 0 && !is_qualified(name)) {
		full = qualify(scope->arena, space, name);
		if (full.p != NULL && name_as(referent, scope, full, kind))
			return true;
	}
	return name_as(referent, scope, name, kind);
}

struct str
cedar_schema_resolve_parent(const struct schema_scope *scope,
    struct str space, const struct schema_tree_parent *parent)
{
	struct str type = parent->type.text;
	struct str full;
	struct str key;

	if (type.len == 0)
		type = STR("Action");
	full = is_qualified(type) ? type : qualify(scope->arena, space, type);
	if (full.p == NULL)
		return full;
	key = action_key(scope->arena, full, parent->id);
	if (key.p != NULL && map_find(&scope->actions, key) != NULL)
		return full;
	key = action_key(scope->arena, type, parent->id);
	if (key.p != NULL && map_find(&scope->actions, key) != NULL)
		return type;
	return (struct str){ 0 };
}

static void
refuse_unknown(const struct schema_scope *scope, struct str space,
    struct str name, struct ast_span span, enum schema_reference kind)
{
	const char *what = kind == SCHEMA_ENTITY ? "an entity type"
	    : kind == SCHEMA_COMMON ? "a common type"
				    : "a common or entity type";

	diag_error(scope->diags, span.at, span.len,
	    "failed to resolve type: %.*s", STR_ARG(name));
	if (space.len > 0 && !is_qualified(name))
		diag_help(scope->diags,
		    "neither `%.*s::%.*s` nor `%.*s` is declared as %s",
		    STR_ARG(space), STR_ARG(name), STR_ARG(name), what);
	else
		diag_help(scope->diags, "`%.*s` is not declared as %s",
		    STR_ARG(name), what);
}

/* ------------------------------------------------------------------ */
/* Types. Every function returns NULL after a refusal or without room. */

struct resolve {
	struct schema_scope *scope;
	struct cedar_schema *schema;
	unsigned depth; /* types being resolved, each a part of the one before */
	int r; /* a limit or fault that stops all */
};

static const struct schema_type *resolve_type(struct resolve *resolve,
    struct str space, const struct schema_tree_type *tree);

static void *
stop_no_room(struct resolve *resolve)
{
	if (resolve->r == 0)
		resolve->r = no_room(resolve->scope);
	return NULL;
}

static const struct schema_type *
resolve_common(struct resolve *resolve, struct str name, struct ast_span span)
{
	struct declared *common = map_find(&resolve->scope->names, name);
	struct str bare = str_part(name, strlen("__cedar::"), name.len);

	if (common == NULL || common->common == NULL)
		return find_builtin(str_has_prefix(name, STR("__cedar::"))
		    ? bare : name);
	if (common->progress == PROGRESS_DONE)
		return common->type;
	if (common->progress == PROGRESS_OPEN) {
		diag_error(resolve->scope->diags, span.at, span.len,
		    "cycle in common type references containing `%.*s`",
		    STR_ARG(name));
		diag_help(resolve->scope->diags,
		    "a type cannot contain itself; refer to an entity type");
		return NULL;
	}
	common->progress = PROGRESS_OPEN;
	common->type = resolve_type(resolve, common->space->name,
	    common->common->type);
	common->progress = PROGRESS_DONE;
	return common->type;
}

static const struct schema_type *
resolve_reference(struct resolve *resolve, struct str space,
    const struct schema_tree_type *tree, enum schema_reference kind)
{
	struct schema_referent referent;
	uint32_t entity;

	if (!cedar_schema_resolve_name(&referent, resolve->scope, space,
	    tree->name, kind)) {
		refuse_unknown(resolve->scope, space, tree->name, tree->span,
		    kind);
		return NULL;
	}
	if (referent.kind == SCHEMA_COMMON)
		return resolve_common(resolve, referent.name, tree->span);
	entity = cedar_schema_find_entity(resolve->schema, referent.name);
	assert(entity != SCHEMA_NONE);
	return &resolve->schema->entities[entity].type;
}

/* Heights and sizes add up; past the limit the type is refused. */
static bool
count(struct resolve *resolve, struct schema_type *type,
    const struct schema_type *part, struct ast_span span)
{
	type->height = MAX(type->height, (uint16_t)(part->height + 1));
	type->size += part->size;
	if (type->height <= LIMIT_CEDAR_SCHEMA_DEPTH &&
	    type->size <= LIMIT_CEDAR_TYPE_SIZE)
		return true;
	diag_error(resolve->scope->diags, span.at, span.len,
	    "type is larger than %u parts or deeper than %d with its common "
	    "types put in", LIMIT_CEDAR_TYPE_SIZE, LIMIT_CEDAR_SCHEMA_DEPTH);
	resolve->r = CEDAR_E_LIMIT;
	return false;
}

static const struct schema_type *
resolve_set(struct resolve *resolve, struct str space,
    const struct schema_tree_type *tree)
{
	struct schema_type *set =
	    ARENA_NEW(resolve->scope->arena, struct schema_type);

	if (set == NULL)
		return stop_no_room(resolve);
	*set = (struct schema_type){ .kind = TYPE_SET, .height = 1, .size = 1 };
	set->element = resolve_type(resolve, space, tree->element);
	if (set->element == NULL ||
	    !count(resolve, set, set->element, tree->span))
		return NULL;
	return set;
}

static const struct schema_type *
resolve_record(struct resolve *resolve, struct str space,
    const struct schema_tree_type *tree)
{
	size_t n = tree->record.n;
	struct schema_type *record =
	    ARENA_NEW(resolve->scope->arena, struct schema_type);
	struct schema_type_attr *attrs = ARENA_ARRAY(resolve->scope->arena, n,
	    struct schema_type_attr);
	bool is_whole = true;

	if (record == NULL || attrs == NULL || n >= UINT32_MAX)
		return stop_no_room(resolve);
	*record = (struct schema_type){ .kind = TYPE_RECORD, .height = 1,
		.size = 1, .n = (uint32_t)n, .attrs = attrs };
	for (size_t i = 0; i < n && resolve->r == 0; i++) {
		const struct schema_tree_attr *attr = &tree->record.items[i];

		attrs[i] = (struct schema_type_attr){ attr->name,
			resolve_type(resolve, space, attr->type),
			attr->is_optional };
		is_whole = is_whole && attrs[i].type != NULL &&
		    count(resolve, record, attrs[i].type, attr->span);
	}
	return is_whole && resolve->r == 0 ? record : NULL;
}

static const struct schema_type *
resolve_extension(struct resolve *resolve, const struct schema_tree_type *tree)
{
	const struct schema_type *type = find_builtin(tree->name);

	if (type != NULL && type->kind >= TYPE_DECIMAL)
		return type;
	diag_error(resolve->scope->diags, tree->span.at, tree->span.len,
	    "unknown extension type `%.*s`", STR_ARG(tree->name));
	diag_help(resolve->scope->diags,
	    "extension types are ipaddr, decimal, datetime and duration");
	return NULL;
}

static const struct schema_type *
resolve_any(struct resolve *resolve, struct str space,
    const struct schema_tree_type *tree)
{
	switch (tree->kind) {
	case SCHEMA_TREE_NAME:
		return resolve_reference(resolve, space, tree, SCHEMA_EITHER);
	case SCHEMA_TREE_ENTITY:
		return resolve_reference(resolve, space, tree, SCHEMA_ENTITY);
	case SCHEMA_TREE_COMMON:
		return resolve_reference(resolve, space, tree, SCHEMA_COMMON);
	case SCHEMA_TREE_BOOL:
		return &cedar_schema_type_simple[TYPE_BOOL];
	case SCHEMA_TREE_LONG:
		return &cedar_schema_type_simple[TYPE_LONG];
	case SCHEMA_TREE_STRING:
		return &cedar_schema_type_simple[TYPE_STRING];
	case SCHEMA_TREE_EXTENSION:
		return resolve_extension(resolve, tree);
	case SCHEMA_TREE_SET:
		return resolve_set(resolve, space, tree);
	case SCHEMA_TREE_RECORD:
		break;
	}
	return resolve_record(resolve, space, tree);
}

/* Recursion: at most LIMIT_CEDAR_SCHEMA_CHAIN types deep. */
static const struct schema_type *
resolve_type(struct resolve *resolve, struct str space,
    const struct schema_tree_type *tree)
{
	const struct schema_type *type;

	if (resolve->depth == LIMIT_CEDAR_SCHEMA_CHAIN) {
		diag_error(resolve->scope->diags, tree->span.at, tree->span.len,
		    "more than %d types that stand for one another",
		    LIMIT_CEDAR_SCHEMA_CHAIN);
		resolve->r = CEDAR_E_LIMIT;
		return NULL;
	}
	resolve->depth++;
	type = resolve_any(resolve, space, tree);
	resolve->depth--;
	return type;
}

/* A shape or context: a record, or a common type that is one. */
static const struct schema_type *
resolve_shape(struct resolve *resolve, struct str space,
    const struct schema_tree_type *tree, const char *what, struct str of)
{
	const struct schema_type *type;

	if (tree == NULL)
		return &cedar_schema_type_simple[TYPE_RECORD];
	type = resolve_type(resolve, space, tree);
	if (type == NULL || type->kind == TYPE_RECORD)
		return type;
	diag_error(resolve->scope->diags, tree->span.at, tree->span.len,
	    "%s of `%.*s` is not a record", what, STR_ARG(of));
	diag_help(resolve->scope->diags,
	    "write it as `{ name: Type, ... }` or name a type that is");
	return NULL;
}

/* ------------------------------------------------------------------ */
/* Entity types and actions.					      */

static int
compare_entities(const void *a, const void *b)
{
	return str_compare(((const struct schema_entity *)a)->name,
	    ((const struct schema_entity *)b)->name);
}

static int
compare_actions(const void *a, const void *b)
{
	const struct cedar_uid *x = &((const struct schema_action *)a)->uid;
	const struct cedar_uid *y = &((const struct schema_action *)b)->uid;
	int order = str_compare(x->type, y->type);

	return order != 0 ? order : str_compare(x->id, y->id);
}

static int
compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Sort, drop repeats. */
static void
order_numbers(struct schema_numbers *out, uint32_t *numbers, uint32_t n)
{
	uint32_t kept = 0;

	if (n > 1)
		qsort(numbers, n, sizeof(*numbers), compare_numbers);
	for (uint32_t i = 0; i < n; i++) {
		if (kept == 0 || numbers[kept - 1] != numbers[i])
			numbers[kept++] = numbers[i];
	}
	*out = (struct schema_numbers){ numbers, kept };
}

/* The entity types of the tree and those of its actions, by name. */
static int
list_entities(struct resolve *resolve)
{
	const struct schema_tree *tree = &resolve->schema->tree;
	struct cedar_schema *schema = resolve->schema;
	size_t n = tree->n_spaces;

	for (size_t i = 0; i < tree->n_spaces; i++)
		n += tree->spaces[i].n_entities;
	schema->entities =
	    ARENA_ARRAY(&schema->arena, n, struct schema_entity);
	if (schema->entities == NULL)
		return no_room(resolve->scope);
	for (size_t i = 0; i < tree->n_spaces; i++) {
		const struct schema_tree_space *space = &tree->spaces[i];

		for (size_t j = 0; j < space->n_entities; j++)
			schema->entities[schema->n_entities++].name =
			    qualify(&schema->arena, space->name,
			    space->entities[j].name);
		if (space->n_actions == 0)
			continue;
		schema->entities[schema->n_entities].is_action = true;
		schema->entities[schema->n_entities++].name = qualify(
		    &schema->arena, space->name, STR("Action"));
	}
	for (uint32_t i = 0; i < schema->n_entities; i++) {
		if (schema->entities[i].name.p == NULL)
			return no_room(resolve->scope);
	}
	if (schema->n_entities > 1)
		qsort(schema->entities, schema->n_entities,
		    sizeof(*schema->entities), compare_entities);
	for (uint32_t i = 0; i < schema->n_entities; i++) {
		uint32_t *number = ARENA_NEW(&schema->arena, uint32_t);

		if (number == NULL)
			return no_room(resolve->scope);
		*number = i;
		schema->entities[i].attrs =
		    &cedar_schema_type_simple[TYPE_RECORD];
		schema->entities[i].type = (struct schema_type){
			.kind = TYPE_ENTITY, .height = 1, .size = 1, .n = 1,
			.entities = number };
	}
	return 0;
}

/* Names of entity types as numbers. */
static int
resolve_names(struct resolve *resolve, struct schema_numbers *out,
    struct str space, const struct schema_tree_names *names)
{
	uint32_t *numbers =
	    ARENA_ARRAY(resolve->scope->arena, names->n, uint32_t);
	uint32_t n = 0;

	if (numbers == NULL)
		return no_room(resolve->scope);
	for (size_t i = 0; i < names->n; i++) {
		const struct ast_name *name = &names->items[i];
		struct schema_referent referent;

		if (cedar_schema_resolve_name(&referent, resolve->scope, space,
		    name->text, SCHEMA_ENTITY))
			numbers[n++] = cedar_schema_find_entity(
			    resolve->schema, referent.name);
		else
			refuse_unknown(resolve->scope, space, name->text,
			    name->span, SCHEMA_ENTITY);
	}
	order_numbers(out, numbers, n);
	return 0;
}

static int
resolve_entity(struct resolve *resolve, struct str space,
    const struct schema_tree_entity *tree)
{
	struct str name = qualify(resolve->scope->arena, space, tree->name);
	struct schema_entity *entity;

	if (name.p == NULL)
		return no_room(resolve->scope);
	entity = &resolve->schema->entities[cedar_schema_find_entity(
	    resolve->schema, name)];
	entity->ids = tree->ids;
	entity->n_ids = tree->n_ids;
	entity->attrs = resolve_shape(resolve, space, tree->shape, "shape",
	    tree->name);
	if (tree->tags != NULL)
		entity->tags = resolve_type(resolve, space, tree->tags);
	if (resolve->r != 0)
		return resolve->r;
	return resolve_names(resolve, &entity->ancestors, space,
	    &tree->parents);
}

static int
resolve_commons(struct resolve *resolve, const struct schema_tree_space *space)
{
	for (size_t i = 0; i < space->n_commons; i++) {
		struct str name = qualify(resolve->scope->arena, space->name,
		    space->commons[i].name);

		if (name.p == NULL)
			return no_room(resolve->scope);
		(void)resolve_common(resolve, name, space->commons[i].span);
		if (resolve->r != 0)
			return resolve->r;
	}
	return 0;
}

static int
resolve_parents(struct resolve *resolve, struct schema_action *action,
    struct str space, const struct schema_tree_action *tree)
{
	uint32_t *numbers =
	    ARENA_ARRAY(resolve->scope->arena, tree->n_parents, uint32_t);
	uint32_t n = 0;

	if (numbers == NULL)
		return no_room(resolve->scope);
	for (size_t i = 0; i < tree->n_parents; i++) {
		const struct schema_tree_parent *parent = &tree->parents[i];
		struct cedar_uid uid = { cedar_schema_resolve_parent(
		    resolve->scope, space, parent), parent->id };

		if (uid.type.p != NULL) {
			numbers[n++] =
			    cedar_schema_find_action(resolve->schema, &uid);
			continue;
		}
		diag_error(resolve->scope->diags, parent->span.at,
		    parent->span.len, "undeclared action: `%.*s`",
		    STR_ARG(parent->id));
		diag_help(resolve->scope->diags,
		    "any actions appearing as parents need to be declared as "
		    "actions");
	}
	order_numbers(&action->parents, numbers, n);
	action->ancestors = action->parents;
	return 0;
}

static int
resolve_action(struct resolve *resolve, struct str space,
    const struct schema_tree_action *tree)
{
	struct cedar_uid uid = { qualify(resolve->scope->arena, space,
	    STR("Action")), tree->name };
	struct schema_action *action;
	int r;

	if (uid.type.p == NULL)
		return no_room(resolve->scope);
	action = &resolve->schema->actions[cedar_schema_find_action(
	    resolve->schema, &uid)];
	action->type = cedar_schema_find_entity(resolve->schema, uid.type);
	action->context = resolve_shape(resolve, space, tree->context,
	    "context", tree->name);
	if (resolve->r != 0)
		return resolve->r;
	r = resolve_names(resolve, &action->principals, space,
	    &tree->principals);
	if (r == 0)
		r = resolve_names(resolve, &action->resources, space,
		    &tree->resources);
	if (r == 0)
		r = resolve_parents(resolve, action, space, tree);
	return r;
}

static int
list_actions(struct resolve *resolve)
{
	struct cedar_schema *schema = resolve->schema;
	const struct schema_tree *tree = &schema->tree;
	size_t n = resolve->scope->actions.n_items;

	schema->actions = ARENA_ARRAY(&schema->arena, n, struct schema_action);
	if (schema->actions == NULL)
		return no_room(resolve->scope);
	for (size_t i = 0; i < tree->n_spaces; i++) {
		const struct schema_tree_space *space = &tree->spaces[i];
		struct str type = qualify(&schema->arena, space->name,
		    STR("Action"));

		if (type.p == NULL)
			return no_room(resolve->scope);
		for (size_t j = 0; j < space->n_actions; j++)
			schema->actions[schema->n_actions++].uid =
			    (struct cedar_uid){ type, space->actions[j].name };
	}
	if (schema->n_actions > 1)
		qsort(schema->actions, schema->n_actions,
		    sizeof(*schema->actions), compare_actions);
	return 0;
}

/* ------------------------------------------------------------------ */
/* Hierarchies, closed.						      */

/* Walks a graph from one node; what was reached in this walk is stamped. */
struct closure {
	struct resolve *resolve;
	const struct schema_numbers *(*edges)(const struct cedar_schema *,
	    uint32_t);
	uint32_t *stamps; /* by node: the walk that reached it, plus one */
	uint32_t *stack;  /* reached nodes: those of the result, in order */
	size_t n_pairs;
};

static const struct schema_numbers *
entity_edges(const struct cedar_schema *schema, uint32_t i)
{
	return &schema->entities[i].ancestors;
}

static const struct schema_numbers *
action_edges(const struct cedar_schema *schema, uint32_t i)
{
	return &schema->actions[i].parents;
}

/* All nodes above the start, ascending; the start only if it is in a cycle. */
static int
close_node(struct closure *closure, struct schema_numbers *out, uint32_t start)
{
	const struct cedar_schema *schema = closure->resolve->schema;
	uint32_t *copy;
	uint32_t n = 0;

	for (uint32_t i = 0; i <= n; i++) {
		const struct schema_numbers *edges = closure->edges(schema,
		    i == 0 ? start : closure->stack[i - 1]);

		for (uint32_t j = 0; j < edges->n; j++) {
			uint32_t next = edges->items[j];

			if (closure->stamps[next] == start + 1)
				continue;
			closure->stamps[next] = start + 1;
			closure->stack[n++] = next;
		}
	}
	closure->n_pairs += n;
	if (closure->n_pairs > LIMIT_CEDAR_SCHEMA_PAIRS) {
		diag_error(closure->resolve->scope->diags, 0, 0,
		    "more than %u pairs of a type or action and its ancestor",
		    LIMIT_CEDAR_SCHEMA_PAIRS);
		return CEDAR_E_LIMIT;
	}
	copy = ARENA_ARRAY(closure->resolve->scope->arena, n, uint32_t);
	if (copy == NULL)
		return no_room(closure->resolve->scope);
	if (n > 0)
		memcpy(copy, closure->stack, n * sizeof(*copy));
	order_numbers(out, copy, n);
	return 0;
}

/* Close all of n nodes. out: n lists in the arena. */
static int
close_all(struct closure *closure, struct schema_numbers **out, uint32_t n)
{
	struct arena *arena = closure->resolve->scope->arena;

	closure->stamps = ARENA_ARRAY(arena, n, uint32_t);
	closure->stack = ARENA_ARRAY(arena, n, uint32_t);
	*out = ARENA_ARRAY(arena, n, struct schema_numbers);
	if (closure->stamps == NULL || closure->stack == NULL || *out == NULL)
		return no_room(closure->resolve->scope);
	for (uint32_t i = 0; i < n; i++) {
		int r = close_node(closure, &(*out)[i], i);

		if (r != 0)
			return r;
	}
	return 0;
}

static int
close_entities(struct resolve *resolve)
{
	struct closure closure = { resolve, entity_edges };
	struct schema_numbers *lists;
	int r = close_all(&closure, &lists, resolve->schema->n_entities);

	for (uint32_t i = 0; r == 0 && i < resolve->schema->n_entities; i++)
		resolve->schema->entities[i].ancestors = lists[i];
	return r;
}

/* Where an action is declared. */
static struct ast_span
action_span(const struct resolve *resolve, const struct cedar_uid *uid)
{
	struct schema_scope *scope = resolve->scope;
	struct str key = action_key(scope->arena, uid->type, uid->id);
	const struct schema_tree_action *action =
	    key.p != NULL ? map_find(&scope->actions, key) : NULL;

	return action != NULL ? action->span : (struct ast_span){ 0, 0 };
}

static int
close_actions(struct resolve *resolve)
{
	struct cedar_schema *schema = resolve->schema;
	struct closure closure = { resolve, action_edges };
	struct schema_numbers *lists;
	struct ast_span span;
	int r = close_all(&closure, &lists, schema->n_actions);

	for (uint32_t i = 0; r == 0 && i < schema->n_actions; i++) {
		struct schema_action *action = &schema->actions[i];

		action->ancestors = lists[i];
		if (!cedar_schema_numbers_contain(&lists[i], i))
			continue;
		span = action_span(resolve, &action->uid);
		diag_error(resolve->scope->diags, span.at, span.len,
		    "cycle in action hierarchy containing `%.*s::\"%.*s\"`",
		    STR_ARG(action->uid.type), STR_ARG(action->uid.id));
		diag_help(resolve->scope->diags,
		    "an action cannot be in itself; remove one `in`");
		return CEDAR_E_INPUT;
	}
	return r;
}

/* Which action types the actions of each action type may be below. */
static int
close_action_types(struct resolve *resolve)
{
	struct cedar_schema *schema = resolve->schema;
	uint32_t *types = ARENA_ARRAY(&schema->arena, schema->n_entities,
	    uint32_t);
	bool *is_seen = ARENA_ARRAY(&schema->arena, schema->n_entities, bool);

	if (types == NULL || is_seen == NULL)
		return no_room(resolve->scope);
	for (uint32_t from = 0; from < schema->n_actions;) {
		uint32_t type = schema->actions[from].type;
		uint32_t n = 0;
		uint32_t *copy;

		for (; from < schema->n_actions &&
		    schema->actions[from].type == type; from++) {
			const struct schema_numbers *above =
			    &schema->actions[from].ancestors;

			for (uint32_t j = 0; j < above->n; j++) {
				uint32_t other =
				    schema->actions[above->items[j]].type;

				if (!is_seen[other])
					types[n++] = other;
				is_seen[other] = true;
			}
		}
		for (uint32_t j = 0; j < n; j++)
			is_seen[types[j]] = false;
		copy = ARENA_ARRAY(&schema->arena, n, uint32_t);
		if (copy == NULL)
			return no_room(resolve->scope);
		if (n > 0)
			memcpy(copy, types, n * sizeof(*copy));
		order_numbers(&schema->entities[type].ancestors, copy, n);
	}
	return 0;
}

static int
resolve_space(struct resolve *resolve, const struct schema_tree_space *space)
{
	int r = resolve_commons(resolve, space);

	for (size_t i = 0; r == 0 && i < space->n_entities; i++)
		r = resolve_entity(resolve, space->name, &space->entities[i]);
	for (size_t i = 0; r == 0 && i < space->n_actions; i++)
		r = resolve_action(resolve, space->name, &space->actions[i]);
	return r;
}

int
cedar_schema_resolve(struct cedar_schema *schema, struct diag_list *diags)
{
	struct resolve resolve = { .schema = schema };
	size_t before = diags->n_errors;
	int r = cedar_schema_resolve_scope(&resolve.scope, &schema->tree,
	    &schema->arena, diags);

	if (r == 0)
		r = list_entities(&resolve);
	if (r == 0)
		r = list_actions(&resolve);
	for (size_t i = 0; r == 0 && i < schema->tree.n_spaces; i++)
		r = resolve_space(&resolve, &schema->tree.spaces[i]);
	if (r == 0 && diags->n_errors > before)
		r = CEDAR_E_INPUT;
	if (r == 0)
		r = close_entities(&resolve);
	if (r == 0)
		r = close_actions(&resolve);
	if (r == 0)
		r = close_action_types(&resolve);
	return r;
}
