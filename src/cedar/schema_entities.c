/* Entities held against a schema; see stile/cedar.h. */
#include <errno.h>
#include <stdarg.h>

#include "cedar/entities.h"
#include "cedar/jsontree.h"
#include "cedar/mend.h"
#include "cedar/schema.h"
#include "cedar/schema_value.h"
#include "limits.h"
#include "util/fault.h"

/* What the checks of one entity share. */
struct look {
	const struct cedar_schema *schema;
	struct diag_list *diags;
	struct str where; /* the entity's name */
	struct ast_span span; /* in the JSON; len 0: none */
};

static int PRINTF(2, 3)
refuse(const struct look *look, const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (look->span.len > 0)
		diag_error(look->diags, look->span.at, look->span.len,
		    "%.*s: %s", STR_ARG(look->where), text);
	else
		diag_error_at(look->diags, look->where, "%s", text);
	return CEDAR_E_INPUT;
}

static int
check_id(const struct look *look, const struct schema_entity *type,
    const struct cedar_uid *uid)
{
	if (cedar_schema_has_id(type, uid->id))
		return 0;
	return refuse(look, "entity `%.*s::\"%.*s\"` is of an enumerated "
	    "entity type, but `\"%.*s\"` is not declared as a valid eid",
	    STR_ARG(uid->type), STR_ARG(uid->id), STR_ARG(uid->id));
}

/* Its declared type. Returns: NULL, told, when it has none. */
static const struct schema_entity *
type_of(const struct look *look, const struct cedar_uid *uid)
{
	uint32_t type = cedar_schema_find_entity(look->schema, uid->type);
	struct str near;

	if (type != SCHEMA_NONE)
		return &look->schema->entities[type];
	(void)refuse(look, "entity type `%.*s` is not declared in the schema",
	    STR_ARG(uid->type));
	near = cedar_schema_near_entity(look->schema, uid->type);
	if (near.len > 0)
		diag_help(look->diags, "did you mean `%.*s`?", STR_ARG(near));
	return NULL;
}

/* Parents by type: what they are below is checked where they are. */
static int
check_parents(const struct look *look, const struct schema_entity *type,
    const struct cedar_entity *entity)
{
	for (size_t i = 0; i < entity->n_parents; i++) {
		const struct cedar_uid *uid = &entity->parents[i];
		uint32_t parent =
		    cedar_schema_find_entity(look->schema, uid->type);
		int r;

		if (!cedar_schema_numbers_contain(&type->ancestors, parent))
			return refuse(look, "is not allowed to have an "
			    "ancestor of type `%.*s` according to the schema",
			    STR_ARG(uid->type));
		r = check_id(look, &look->schema->entities[parent], uid);
		if (r != 0)
			return r;
	}
	return 0;
}

static int
refuse_tags(const struct look *look)
{
	return refuse(look,
	    "has tags, but the schema declares no tags for its type");
}

/* ------------------------------------------------------------------ */
/* Actions: what is said of one must be what the schema says.	      */

static int
check_action(const struct look *look, const struct cedar_entity *entity)
{
	uint32_t action =
	    cedar_schema_find_action(look->schema, &entity->uid);

	if (action == SCHEMA_NONE)
		return refuse(look, "found action entity, but it was not "
		    "declared as an action in the schema");
	if (entity->n_attrs > 0 || entity->n_tags > 0)
		return refuse(look, "definition of action does not match its "
		    "schema declaration: actions have no attributes");
	for (size_t i = 0; i < entity->n_parents; i++) {
		uint32_t parent = cedar_schema_find_action(look->schema,
		    &entity->parents[i]);

		if (!cedar_schema_numbers_contain(
		    &look->schema->actions[action].ancestors, parent))
			return refuse(look, "definition of action does not "
			    "match its schema declaration: it is not in "
			    "%.*s::\"%.*s\"", STR_ARG(entity->parents[i].type),
			    STR_ARG(entity->parents[i].id));
	}
	return 0;
}

static bool
is_action(const struct cedar_uid *uid)
{
	return cedar_schema_is_action_type(uid->type);
}

int
cedar_schema_entities_check(const struct cedar_schema *schema,
    const struct cedar_entity *entity, struct diag_list *diags)
{
	char where[LIMIT_DIAG_TEXT];
	struct look look = { .schema = schema, .diags = diags };
	const struct schema_entity *type;
	int r;

	snprintf(where, sizeof(where), "%.*s::\"%.*s\"",
	    STR_ARG(entity->uid.type), STR_ARG(entity->uid.id));
	look.where = arena_str(diags->arena, str_of(where));
	if (is_action(&entity->uid))
		return check_action(&look, entity);
	type = type_of(&look, &entity->uid);
	if (type == NULL)
		return CEDAR_E_INPUT;
	r = check_id(&look, type, &entity->uid);
	if (r == 0)
		r = check_parents(&look, type, entity);
	if (r == 0)
		r = cedar_schema_value_check_fields(schema, type->attrs,
		    entity->attrs, entity->n_attrs, look.where, diags);
	if (r == 0 && entity->n_tags > 0 && type->tags == NULL)
		return refuse_tags(&look);
	for (size_t i = 0; r == 0 && i < entity->n_tags; i++)
		r = cedar_schema_value_check(schema, type->tags,
		    &entity->tags[i].value, look.where, diags);
	return cedar_mend(r, diags);
}

/* ------------------------------------------------------------------ */
/* JSON by types.						      */

struct load {
	struct cedar_entities *entities;
	const struct cedar_schema *schema;
	struct arena scratch; /* of one entity */
	struct arena kept;    /* of the whole load */
	/* By action: its parents in the data; items NULL: not in the data. */
	struct schema_numbers *given;
	struct ast_span *spans; /* where it stands there */
	uint32_t n_given;
};

static int
read_tags(struct cedar_entity *entity, const struct look *look,
    const struct entities_json *reader, const struct schema_entity *type,
    const struct jsontree *json)
{
	size_t n = json->object.n;
	struct cedar_field *tags = ARENA_ARRAY(reader->arena, n,
	    struct cedar_field);
	int r = 0;

	if (n > 0 && type->tags == NULL)
		return refuse_tags(look);
	if (tags == NULL)
		return reader->arena->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	for (size_t i = 0; i < n && r == 0; i++) {
		tags[i].name = json->object.items[i].name;
		r = cedar_schema_value_read(&tags[i].value, reader,
		    look->schema, type->tags, &json->object.items[i].value);
	}
	entity->tags = tags;
	entity->n_tags = n;
	return r;
}

static int
read_typed(struct cedar_entity *entity, const struct look *look,
    const struct entities_json *reader, const struct jsontree *json)
{
	const struct jsontree *tags = cedar_jsontree_get(json, STR("tags"));
	const struct schema_entity *type = type_of(look, &entity->uid);
	int r;

	if (type == NULL)
		return CEDAR_E_INPUT;
	r = check_id(look, type, &entity->uid);
	if (r == 0)
		r = check_parents(look, type, entity);
	if (r == 0)
		r = cedar_schema_value_read_fields(&entity->attrs,
		    &entity->n_attrs, reader, look->schema, type->attrs,
		    cedar_jsontree_get(json, STR("attrs")));
	if (r == 0 && tags != NULL)
		r = read_tags(entity, look, reader, type, tags);
	return r;
}

static int
read_action(struct load *load, struct cedar_entity *entity,
    const struct look *look, const struct entities_json *reader,
    const struct jsontree *json)
{
	const struct jsontree *tags = cedar_jsontree_get(json, STR("tags"));
	uint32_t *parents;
	uint32_t action;
	int r = cedar_entities_json_fields(&entity->attrs, &entity->n_attrs,
	    reader, cedar_jsontree_get(json, STR("attrs")));

	if (r == 0 && tags != NULL)
		r = cedar_entities_json_fields(&entity->tags, &entity->n_tags,
		    reader, tags);
	if (r == 0)
		r = check_action(look, entity);
	if (r != 0)
		return r;
	action = cedar_schema_find_action(load->schema, &entity->uid);
	parents = ARENA_ARRAY(&load->kept, entity->n_parents, uint32_t);
	if (parents == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < entity->n_parents; i++)
		parents[i] = cedar_schema_find_action(load->schema,
		    &entity->parents[i]);
	load->given[action] = (struct schema_numbers){ parents,
		(uint32_t)entity->n_parents };
	load->spans[action] = json->span;
	load->n_given++;
	return 0;
}

static int
load_one(struct load *load, const struct jsontree *json,
    struct diag_list *diags)
{
	struct entities_json reader = { &load->scratch, diags,
		STR("entity") };
	struct look look = { .schema = load->schema, .diags = diags,
		.span = json->span };
	struct cedar_entity entity;
	int r = cedar_entities_json_head(&entity, &reader, json);

	if (r != 0)
		return r;
	look.where = reader.where;
	if (is_action(&entity.uid))
		r = read_action(load, &entity, &look, &reader, json);
	else
		r = read_typed(&entity, &look, &reader, json);
	return r != 0 ? r : cedar_entities_add(load->entities, &entity, diags);
}

/* How many actions the data says that one is below. */
static uint32_t
count_above(const struct load *load, uint32_t start, uint32_t *stack,
    uint32_t *marks)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i <= n; i++) {
		const struct schema_numbers *edges =
		    &load->given[i == 0 ? start : stack[i - 1]];

		for (uint32_t j = 0; j < edges->n; j++) {
			uint32_t next = edges->items[j];

			if (marks[next] != start + 1)
				stack[n++] = next;
			marks[next] = start + 1;
		}
	}
	return n;
}

/*
 * Actions in the data must be below just what the schema puts them below. All
 * that the data says is in the schema: so it is enough to count.
 */
static int
check_given(struct load *load, struct diag_list *diags)
{
	const struct cedar_schema *schema = load->schema;
	uint32_t *stack;
	uint32_t *marks;

	if (load->n_given == 0)
		return 0;
	stack = ARENA_ARRAY(&load->kept, schema->n_actions, uint32_t);
	marks = ARENA_ARRAY(&load->kept, schema->n_actions, uint32_t);
	if (stack == NULL || marks == NULL)
		return FAULT(ENOMEM);
	for (uint32_t i = 0; i < schema->n_actions; i++) {
		const struct schema_action *action = &schema->actions[i];

		if (load->given[i].items == NULL ||
		    count_above(load, i, stack, marks) == action->ancestors.n)
			continue;
		diag_error(diags, load->spans[i].at, load->spans[i].len,
		    "definition of action "
		    "`%.*s::\"%.*s\"` does not match its schema declaration",
		    STR_ARG(action->uid.type), STR_ARG(action->uid.id));
		diag_help(diags, "leave actions out of the data: those of the "
		    "schema are added");
		return CEDAR_E_INPUT;
	}
	return 0;
}

static bool
is_in_store(const struct cedar_entities *entities, const struct cedar_uid *uid)
{
	const struct cedar_names *names = cedar_entities_names(entities);
	uint32_t type = cedar_names_find(names, uid->type);
	uint32_t number = type == NAMES_NONE ? NAMES_NONE
	    : cedar_names_find_uid(names, type, uid->id);

	return number != NAMES_NONE &&
	    cedar_entities_find(entities, number) != NULL;
}

int
cedar_schema_entities_add_actions(struct cedar_entities *entities,
    const struct cedar_schema *schema, struct diag_list *diags)
{
	CLEANUP(arena_fini) struct arena arena;
	int r = 0;

	arena_init(&arena, LIMIT_CEDAR_SCHEMA_ARENA);
	for (uint32_t i = 0; i < schema->n_actions && r == 0; i++) {
		const struct schema_action *action = &schema->actions[i];
		struct cedar_entity entity = { .uid = action->uid };
		struct cedar_uid *parents = ARENA_ARRAY(&arena,
		    action->parents.n, struct cedar_uid);

		if (parents == NULL)
			return FAULT(ENOMEM);
		if (is_in_store(entities, &action->uid))
			continue;
		for (uint32_t j = 0; j < action->parents.n; j++)
			parents[j] =
			    schema->actions[action->parents.items[j]].uid;
		entity.parents = parents;
		entity.n_parents = action->parents.n;
		r = cedar_entities_add(entities, &entity, diags);
		arena_reset(&arena);
	}
	return r;
}

static int
load_begin(struct load *load, struct cedar_entities *entities,
    const struct cedar_schema *schema)
{
	*load = (struct load){ .entities = entities, .schema = schema };
	arena_init(&load->scratch, LIMIT_CEDAR_ARENA);
	arena_init(&load->kept, LIMIT_CEDAR_SCHEMA_ARENA);
	load->given = ARENA_ARRAY(&load->kept, schema->n_actions,
	    struct schema_numbers);
	load->spans = ARENA_ARRAY(&load->kept, schema->n_actions,
	    struct ast_span);
	return load->given != NULL && load->spans != NULL ? 0 : FAULT(ENOMEM);
}

/* r: what reading came to. */
static int
load_end(struct load *load, int r, struct diag_list *diags)
{
	if (r == 0)
		r = check_given(load, diags);
	if (r == 0)
		r = cedar_schema_entities_add_actions(load->entities,
		    load->schema, diags);
	arena_fini(&load->scratch);
	arena_fini(&load->kept);
	return cedar_mend(r, diags);
}

int
cedar_schema_entities_json_add(struct cedar_entities *entities,
    const struct cedar_schema *schema, struct str text,
    struct diag_list *diags)
{
	struct load load;
	struct jsontree_reader document;
	struct jsontree json;
	int r = load_begin(&load, entities, schema);

	if (r == 0)
		r = cedar_jsontree_open(&document, &load.scratch, text, diags);
	while (r == 0 && cedar_jsontree_next(&document, &json)) {
		r = load_one(&load, &json, diags);
		arena_reset(&load.scratch);
	}
	if (r == 0)
		r = document.r;
	return load_end(&load, r, diags);
}

int
cedar_schema_entities_add_tree(struct cedar_entities *entities,
    const struct cedar_schema *schema, const struct jsontree *tree,
    struct diag_list *diags)
{
	struct load load;
	int r = load_begin(&load, entities, schema);

	for (size_t i = 0; i < tree->array.n && r == 0; i++) {
		r = load_one(&load, &tree->array.items[i], diags);
		arena_reset(&load.scratch);
	}
	return load_end(&load, r, diags);
}
