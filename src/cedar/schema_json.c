/* Schemas as JSON; see schema_json.h. After cedar-policy-core json_schema.rs. */
#include "cedar/schema_json.h"

#include <errno.h>
#include <stdarg.h>

#include "cedar/jsontree.h"
#include "limits.h"
#include "util/fault.h"
#include "util/json.h"

struct reader {
	struct arena *arena;
	struct diag_list *diags;
	unsigned depth;
	bool is_limit;
	bool is_out_of_room;
};

static bool PRINTF(3, 4)
refuse(const struct reader *reader, struct ast_span span, const char *format,
    ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_error(reader->diags, span.at, span.len, "%s", text);
	return false;
}

static void *
alloc(struct reader *reader, size_t n, size_t size)
{
	void *p = arena_array(reader->arena, n, size);

	if (p == NULL)
		reader->is_out_of_room = true;
	return p;
}

static const char *const kinds[] = { "null", "a bool", "an integer", "a number",
	"a string", "an array", "an object" };

static bool
expect(const struct reader *reader, const struct jsontree *json,
    enum jsontree_kind kind, const char *what)
{
	return json->kind == kind || refuse(reader, json->span,
	    "%s must be %s, not %s", what, kinds[kind], kinds[json->kind]);
}

/* Every member's name is among n. */
static bool
only(const struct reader *reader, const struct jsontree *json,
    const char *const *names, size_t n)
{
	for (size_t i = 0; i < json->object.n; i++) {
		const struct jsontree_member *member = &json->object.items[i];
		bool is_known = false;

		for (size_t j = 0; j < n; j++)
			is_known |= str_is_equal(member->name,
			    str_of(names[j]));
		if (!is_known)
			return refuse(reader, member->name_span,
			    "unknown field `%.*s`", STR_ARG(member->name));
	}
	return true;
}

static const struct jsontree *
get(const struct jsontree *json, const char *name)
{
	return cedar_jsontree_get(json, str_of(name));
}

static bool
read_name(const struct reader *reader, struct str *name,
    const struct jsontree *json, const char *what)
{
	if (!expect(reader, json, JSONTREE_STRING, what))
		return false;
	*name = json->text;
	return cedar_schema_tree_is_path(*name) || refuse(reader, json->span,
	    "`%.*s` is not a type's name", STR_ARG(*name));
}

/* A declared name: one identifier, not reserved. */
static bool
check_declared(const struct reader *reader,
    const struct jsontree_member *member)
{
	struct str name = member->name;

	if (ast_is_path(name) && str_find(name, ':', 0) == name.len)
		return true;
	return refuse(reader, member->name_span,
	    "`%.*s` is not a name that may be declared", STR_ARG(name));
}

static bool
read_notes(struct reader *reader, struct schema_tree_notes *notes,
    const struct jsontree *json)
{
	struct cedar_annotation *items;

	if (json == NULL)
		return true;
	if (!expect(reader, json, JSONTREE_OBJECT, "`annotations`"))
		return false;
	items = alloc(reader, json->object.n, sizeof(*items));
	if (items == NULL)
		return false;
	for (size_t i = 0; i < json->object.n; i++) {
		const struct jsontree_member *member = &json->object.items[i];
		bool is_null = member->value.kind == JSONTREE_NULL;

		if (!is_null && !expect(reader, &member->value,
			JSONTREE_STRING, "an annotation"))
			return false;
		if (!ast_is_reserved(member->name) &&
		    !check_declared(reader, member))
			return false;
		items[i] = (struct cedar_annotation){ member->name,
			is_null ? STR("") : member->value.text, !is_null };
	}
	(void)cedar_schema_tree_sort_notes(items, json->object.n);
	*notes = (struct schema_tree_notes){ items, json->object.n };
	return true;
}

static bool read_type(struct reader *reader, struct schema_tree_type *type,
    const struct jsontree *json, bool is_attr);

static struct schema_tree_type *
new_type(struct reader *reader, const struct jsontree *json, bool is_attr)
{
	struct schema_tree_type *type = alloc(reader, 1, sizeof(*type));

	return type != NULL && read_type(reader, type, json, is_attr) ? type
								      : NULL;
}

static bool
read_attr(struct reader *reader, struct schema_tree_attr *attr,
    const struct jsontree_member *member)
{
	const struct jsontree *required = get(&member->value, "required");

	attr->name = member->name;
	attr->span = member->name_span;
	attr->type = new_type(reader, &member->value, true);
	if (attr->type == NULL)
		return false;
	if (required != NULL) {
		if (!expect(reader, required, JSONTREE_BOOL, "`required`"))
			return false;
		attr->is_optional = !required->boolean;
	}
	return read_notes(reader, &attr->notes,
	    get(&member->value, "annotations"));
}

static bool
read_record(struct reader *reader, struct schema_tree_type *type,
    const struct jsontree *json)
{
	const struct jsontree *attrs = get(json, "attributes");
	const struct jsontree *more = get(json, "additionalAttributes");
	struct schema_tree_attr *items;

	if (attrs == NULL)
		return refuse(reader, json->span,
		    "missing field `attributes`");
	if (more != NULL && !expect(reader, more, JSONTREE_BOOL,
	    "`additionalAttributes`"))
		return false;
	if (more != NULL && more->boolean)
		return refuse(reader, more->span, "records with additional "
		    "attributes are not supported");
	if (!expect(reader, attrs, JSONTREE_OBJECT, "`attributes`"))
		return false;
	items = alloc(reader, attrs->object.n, sizeof(*items));
	if (items == NULL)
		return false;
	for (size_t i = 0; i < attrs->object.n; i++) {
		if (!read_attr(reader, &items[i], &attrs->object.items[i]))
			return false;
	}
	type->kind = SCHEMA_TREE_RECORD;
	type->record.items = items;
	type->record.n =
	    cedar_schema_tree_sort_attrs(items, attrs->object.n);
	return true;
}

static bool
read_set(struct reader *reader, struct schema_tree_type *type,
    const struct jsontree *json)
{
	const struct jsontree *element = get(json, "element");

	if (element == NULL)
		return refuse(reader, json->span, "missing field `element`");
	type->kind = SCHEMA_TREE_SET;
	type->element = new_type(reader, element, false);
	return type->element != NULL;
}

/* {"type": "Entity", "name": ..} and the two like it. */
static bool
read_named(struct reader *reader, struct schema_tree_type *type,
    const struct jsontree *json)
{
	const struct jsontree *name = get(json, "name");

	return name == NULL
	    ? refuse(reader, json->span, "missing field `name`")
	    : read_name(reader, &type->name, name, "`name`");
}

/* What "type" may say, and which member then stands beside it. */
static const struct word {
	const char *name;
	enum schema_tree_kind kind;
	const char *member;
	bool (*read)(struct reader *, struct schema_tree_type *,
	    const struct jsontree *);
} words[] = {
	{ "String", SCHEMA_TREE_STRING, NULL, NULL },
	{ "Long", SCHEMA_TREE_LONG, NULL, NULL },
	{ "Boolean", SCHEMA_TREE_BOOL, NULL, NULL },
	{ "Set", SCHEMA_TREE_SET, "element", read_set },
	{ "Record", SCHEMA_TREE_RECORD, "attributes", read_record },
	{ "Entity", SCHEMA_TREE_ENTITY, "name", read_named },
	{ "EntityOrCommon", SCHEMA_TREE_NAME, "name", read_named },
	{ "Extension", SCHEMA_TREE_EXTENSION, "name", read_named },
};

static bool
only_of(const struct reader *reader, const struct jsontree *json,
    const struct word *word, bool is_attr)
{
	const char *names[5] = { "type" };
	size_t n = 1;

	if (word != NULL && word->member != NULL)
		names[n++] = word->member;
	if (word != NULL && word->kind == SCHEMA_TREE_RECORD)
		names[n++] = "additionalAttributes";
	if (is_attr) {
		names[n++] = "required";
		names[n++] = "annotations";
	}
	return only(reader, json, names, n);
}

static bool
read_kind(struct reader *reader, struct schema_tree_type *type,
    const struct jsontree *json, const struct jsontree *kind, bool is_attr)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!str_is_equal(kind->text, str_of(words[i].name)))
			continue;
		type->kind = words[i].kind;
		return only_of(reader, json, &words[i], is_attr) &&
		    (words[i].read == NULL ||
		    words[i].read(reader, type, json));
	}
	type->kind = SCHEMA_TREE_COMMON;
	return only_of(reader, json, NULL, is_attr) &&
	    read_name(reader, &type->name, kind, "`type`");
}

/* is_attr: an attribute's or common type's own members stand beside it. */
static bool
read_type(struct reader *reader, struct schema_tree_type *type,
    const struct jsontree *json, bool is_attr)
{
	const struct jsontree *kind;
	bool is_read;

	if (!expect(reader, json, JSONTREE_OBJECT, "a type"))
		return false;
	kind = get(json, "type");
	if (kind == NULL)
		return refuse(reader, json->span, "missing field `type`");
	if (!expect(reader, kind, JSONTREE_STRING, "`type`"))
		return false;
	if (reader->depth == LIMIT_CEDAR_SCHEMA_DEPTH) {
		reader->is_limit = true;
		return refuse(reader, json->span,
		    "type is nested more than %d deep",
		    LIMIT_CEDAR_SCHEMA_DEPTH);
	}
	type->span = json->span;
	reader->depth++;
	is_read = read_kind(reader, type, json, kind, is_attr);
	reader->depth--;
	return is_read;
}

static bool
read_common(struct reader *reader, struct schema_tree_common *common,
    const struct jsontree_member *member)
{
	common->name = member->name;
	common->span = member->name_span;
	if (!check_declared(reader, member))
		return false;
	if (cedar_schema_tree_is_keyword(member->name))
		return refuse(reader, member->name_span, "this is reserved and "
		    "cannot be the basename of a common-type declaration: %.*s",
		    STR_ARG(member->name));
	common->type = new_type(reader, &member->value, true);
	if (common->type == NULL)
		return false;
	if (get(&member->value, "required") != NULL)
		return refuse(reader, member->value.span,
		    "unknown field `required`");
	return read_notes(reader, &common->notes,
	    get(&member->value, "annotations"));
}

static bool
read_names(struct reader *reader, struct schema_tree_names *names,
    const struct jsontree *json, const char *what)
{
	struct ast_name *items;

	if (json == NULL)
		return true;
	if (!expect(reader, json, JSONTREE_ARRAY, what))
		return false;
	items = alloc(reader, json->array.n, sizeof(*items));
	if (items == NULL)
		return false;
	for (size_t i = 0; i < json->array.n; i++) {
		if (!read_name(reader, &items[i].text, &json->array.items[i],
		    what))
			return false;
		items[i].span = json->array.items[i].span;
	}
	*names = (struct schema_tree_names){ items, json->array.n };
	return true;
}

static bool
read_choices(struct reader *reader, struct schema_tree_entity *entity,
    const struct jsontree *json)
{
	struct str *ids;

	if (!expect(reader, json, JSONTREE_ARRAY, "`enum`"))
		return false;
	if (json->array.n == 0)
		return refuse(reader, json->span,
		    "`enum` must name at least one entity");
	ids = alloc(reader, json->array.n, sizeof(*ids));
	if (ids == NULL)
		return false;
	for (size_t i = 0; i < json->array.n; i++) {
		if (!expect(reader, &json->array.items[i], JSONTREE_STRING,
		    "a member of `enum`"))
			return false;
		ids[i] = json->array.items[i].text;
	}
	entity->ids = ids;
	entity->n_ids = json->array.n;
	return true;
}

static bool
read_entity(struct reader *reader, struct schema_tree_entity *entity,
    const struct jsontree_member *member)
{
	static const char *const standard[] = { "memberOfTypes", "shape",
		"tags", "annotations", "enum" };
	static const char *const enumeration[] = { "enum", "annotations" };
	const struct jsontree *json = &member->value;
	const struct jsontree *ids;

	entity->name = member->name;
	entity->span = member->name_span;
	if (!check_declared(reader, member) ||
	    !expect(reader, json, JSONTREE_OBJECT, "an entity type") ||
	    !read_notes(reader, &entity->notes, get(json, "annotations")))
		return false;
	ids = get(json, "enum");
	if (ids != NULL)
		return only(reader, json, enumeration,
			   ARRAY_LEN(enumeration)) &&
		    read_choices(reader, entity, ids);
	if (!only(reader, json, standard, ARRAY_LEN(standard)) ||
	    !read_names(reader, &entity->parents, get(json, "memberOfTypes"),
	    "`memberOfTypes`"))
		return false;
	if (get(json, "shape") != NULL) {
		entity->shape = new_type(reader, get(json, "shape"), false);
		if (entity->shape == NULL)
			return false;
	}
	if (get(json, "tags") == NULL)
		return true;
	entity->tags = new_type(reader, get(json, "tags"), false);
	return entity->tags != NULL;
}

static bool
read_applies(struct reader *reader, struct schema_tree_action *action,
    const struct jsontree *json)
{
	static const char *const names[] = { "principalTypes",
		"resourceTypes", "context" };

	if (!expect(reader, json, JSONTREE_OBJECT, "`appliesTo`") ||
	    !only(reader, json, names, ARRAY_LEN(names)))
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (get(json, names[i]) == NULL)
			return refuse(reader, json->span,
			    "missing field `%s`", names[i]);
	}
	action->applies = true;
	if (!read_names(reader, &action->principals, get(json, names[0]),
	    "`principalTypes`") ||
	    !read_names(reader, &action->resources, get(json, names[1]),
	    "`resourceTypes`"))
		return false;
	if (get(json, "context") == NULL)
		return true;
	action->context = new_type(reader, get(json, "context"), false);
	return action->context != NULL;
}

static bool
read_parent(const struct reader *reader, struct schema_tree_parent *parent,
    const struct jsontree *json)
{
	static const char *const names[] = { "id", "type" };
	const struct jsontree *id;
	const struct jsontree *type;

	if (!expect(reader, json, JSONTREE_OBJECT, "a member of `memberOf`") ||
	    !only(reader, json, names, ARRAY_LEN(names)))
		return false;
	id = get(json, "id");
	type = get(json, "type");
	if (id == NULL)
		return refuse(reader, json->span, "missing field `id`");
	if (!expect(reader, id, JSONTREE_STRING, "`id`"))
		return false;
	parent->id = id->text;
	parent->span = json->span;
	if (type == NULL || type->kind == JSONTREE_NULL)
		return true;
	parent->type.span = type->span;
	return read_name(reader, &parent->type.text, type, "`type`");
}

static bool
read_parents(struct reader *reader, struct schema_tree_action *action,
    const struct jsontree *json)
{
	struct schema_tree_parent *parents;

	if (!expect(reader, json, JSONTREE_ARRAY, "`memberOf`"))
		return false;
	parents = alloc(reader, json->array.n, sizeof(*parents));
	if (parents == NULL)
		return false;
	for (size_t i = 0; i < json->array.n; i++) {
		if (!read_parent(reader, &parents[i], &json->array.items[i]))
			return false;
	}
	action->has_parents = true;
	action->parents = parents;
	action->n_parents = json->array.n;
	return true;
}

/* A member that may also be null, which is as if it were not there. */
static const struct jsontree *
get_option(const struct jsontree *json, const char *name)
{
	const struct jsontree *found = get(json, name);

	return found != NULL && found->kind == JSONTREE_NULL ? NULL : found;
}

static bool
read_action(struct reader *reader, struct schema_tree_action *action,
    const struct jsontree_member *member)
{
	static const char *const names[] = { "attributes", "appliesTo",
		"memberOf", "annotations" };
	const struct jsontree *json = &member->value;
	const struct jsontree *part;

	action->name = member->name;
	action->span = member->name_span;
	if (!expect(reader, json, JSONTREE_OBJECT, "an action") ||
	    !only(reader, json, names, ARRAY_LEN(names)) ||
	    !read_notes(reader, &action->notes, get(json, "annotations")))
		return false;
	part = get_option(json, "attributes");
	if (part != NULL && !expect(reader, part, JSONTREE_OBJECT,
	    "`attributes`"))
		return false;
	if (part != NULL)
		return refuse(reader, part->span,
		    "action declared with attributes: [%.*s]",
		    STR_ARG(action->name));
	part = get_option(json, "appliesTo");
	if (part != NULL && !read_applies(reader, action, part))
		return false;
	part = get_option(json, "memberOf");
	return part == NULL || read_parents(reader, action, part);
}

/* The members of an object, each read into an item of an array. */
#define READ_MEMBERS(function, type, read)                                     \
	static bool function(struct reader *reader, struct type **items,       \
	    size_t *n, const struct jsontree *json, const char *what)          \
	{                                                                      \
		if (!expect(reader, json, JSONTREE_OBJECT, what))              \
			return false;                                          \
		*items = alloc(reader, json->object.n, sizeof(**items));       \
		if (*items == NULL)                                            \
			return false;                                          \
		for (size_t i = 0; i < json->object.n; i++) {                  \
			if (!read(reader, &(*items)[i],                        \
				&json->object.items[i]))                       \
				return false;                                  \
		}                                                              \
		*n = json->object.n;                                           \
		return true;                                                   \
	}

READ_MEMBERS(read_commons, schema_tree_common, read_common)
READ_MEMBERS(read_entities, schema_tree_entity, read_entity)
READ_MEMBERS(read_actions, schema_tree_action, read_action)

static bool
read_space(struct reader *reader, struct schema_tree_space *space,
    const struct jsontree_member *member)
{
	static const char *const names[] = { "entityTypes", "actions",
		"commonTypes", "annotations" };
	const struct jsontree *json = &member->value;
	const struct jsontree *commons;

	space->name = member->name;
	space->span = member->name_span;
	if (member->name.len > 0 && !ast_is_path(member->name))
		return refuse(reader, member->name_span,
		    "invalid namespace `%.*s`", STR_ARG(member->name));
	if (!expect(reader, json, JSONTREE_OBJECT, "a namespace") ||
	    !only(reader, json, names, ARRAY_LEN(names)) ||
	    !read_notes(reader, &space->notes, get(json, "annotations")))
		return false;
	if (space->notes.n > 0 && space->name.len == 0)
		return refuse(reader, member->name_span,
		    "annotations are not allowed on the empty namespace");
	for (size_t i = 0; i < 2; i++) {
		if (get(json, names[i]) == NULL)
			return refuse(reader, json->span,
			    "missing field `%s`", names[i]);
	}
	commons = get(json, "commonTypes");
	return (commons == NULL || read_commons(reader, &space->commons,
		   &space->n_commons, commons, "`commonTypes`")) &&
	    read_entities(reader, &space->entities, &space->n_entities,
	    get(json, "entityTypes"), "`entityTypes`") &&
	    read_actions(reader, &space->actions, &space->n_actions,
	    get(json, "actions"), "`actions`");
}

READ_MEMBERS(read_spaces, schema_tree_space, read_space)

int
cedar_schema_json_read(struct schema_tree *tree, struct arena *arena,
    struct str text, struct diag_list *diags)
{
	struct reader reader = { .arena = arena, .diags = diags };
	struct jsontree json;
	int r = cedar_jsontree_parse(&json, arena, text, diags);

	*tree = (struct schema_tree){ 0 };
	if (r != 0)
		return r;
	if (!read_spaces(&reader, &tree->spaces, &tree->n_spaces, &json,
	    "a schema")) {
		if (reader.is_out_of_room && !arena->is_full)
			return FAULT(ENOMEM);
		if (reader.is_out_of_room)
			(void)refuse(&reader, json.span,
			    "more than %zu bytes are needed", arena->limit);
		return reader.is_limit || reader.is_out_of_room
		    ? CEDAR_E_LIMIT : CEDAR_E_INPUT;
	}
	cedar_schema_tree_sort(tree);
	return 0;
}

/* ------------------------------------------------------------------ */
/* Writing.							      */

struct writer {
	struct json json;
	const struct schema_scope *scope; /* NULL: as written */
	struct str space;
};

static void write_type(struct writer *writer,
    const struct schema_tree_type *type);

static void
write_notes(struct writer *writer, const struct schema_tree_notes *notes)
{
	if (notes->n == 0)
		return;
	json_key(&writer->json, STR("annotations"));
	json_open_object(&writer->json);
	for (size_t i = 0; i < notes->n; i++) {
		json_key(&writer->json, notes->items[i].name);
		if (notes->items[i].has_value)
			json_string(&writer->json, notes->items[i].value);
		else
			json_null(&writer->json);
	}
	json_close_object(&writer->json);
}

static void
write_attrs(struct writer *writer, const struct schema_tree_type *record)
{
	json_key(&writer->json, STR("attributes"));
	json_open_object(&writer->json);
	for (size_t i = 0; i < record->record.n; i++) {
		const struct schema_tree_attr *attr = &record->record.items[i];

		json_key(&writer->json, attr->name);
		json_open_object(&writer->json);
		write_type(writer, attr->type);
		write_notes(writer, &attr->notes);
		if (attr->is_optional)
			json_put_bool(&writer->json, "required", false);
		json_close_object(&writer->json);
	}
	json_close_object(&writer->json);
}

static void
write_reference(struct writer *writer, const struct schema_tree_type *type)
{
	struct schema_referent referent = { .name = type->name };
	enum schema_tree_kind kind = type->kind;

	if (writer->scope != NULL && cedar_schema_resolve_name(&referent,
	    writer->scope, writer->space, type->name,
	    kind == SCHEMA_TREE_ENTITY ? SCHEMA_ENTITY
	    : kind == SCHEMA_TREE_COMMON ? SCHEMA_COMMON : SCHEMA_EITHER))
		kind = referent.kind == SCHEMA_ENTITY ? SCHEMA_TREE_ENTITY
						      : SCHEMA_TREE_COMMON;
	if (kind == SCHEMA_TREE_COMMON) {
		json_put_string(&writer->json, "type", referent.name);
		return;
	}
	json_put_string(&writer->json, "type", kind == SCHEMA_TREE_ENTITY
	    ? STR("Entity") : STR("EntityOrCommon"));
	json_put_string(&writer->json, "name", referent.name);
}

/* The members of a type, into the object that is open. */
static void
write_type(struct writer *writer, const struct schema_tree_type *type)
{
	switch (type->kind) {
	case SCHEMA_TREE_NAME:
	case SCHEMA_TREE_ENTITY:
	case SCHEMA_TREE_COMMON:
		write_reference(writer, type);
		return;
	case SCHEMA_TREE_BOOL:
		json_put_string(&writer->json, "type", STR("Boolean"));
		return;
	case SCHEMA_TREE_LONG:
		json_put_string(&writer->json, "type", STR("Long"));
		return;
	case SCHEMA_TREE_STRING:
		json_put_string(&writer->json, "type", STR("String"));
		return;
	case SCHEMA_TREE_EXTENSION:
		json_put_string(&writer->json, "type", STR("Extension"));
		json_put_string(&writer->json, "name", type->name);
		return;
	case SCHEMA_TREE_SET:
		json_put_string(&writer->json, "type", STR("Set"));
		json_key(&writer->json, STR("element"));
		json_open_object(&writer->json);
		write_type(writer, type->element);
		json_close_object(&writer->json);
		return;
	case SCHEMA_TREE_RECORD:
		json_put_string(&writer->json, "type", STR("Record"));
		write_attrs(writer, type);
		return;
	}
}

static void
write_names(struct writer *writer, const char *key,
    const struct schema_tree_names *names)
{
	json_key(&writer->json, str_of(key));
	json_open_array(&writer->json);
	for (size_t i = 0; i < names->n; i++) {
		struct schema_referent referent = {
			.name = names->items[i].text };

		if (writer->scope != NULL && !cedar_schema_resolve_name(
		    &referent, writer->scope, writer->space,
		    names->items[i].text, SCHEMA_ENTITY))
			referent.name = names->items[i].text;
		json_string(&writer->json, referent.name);
	}
	json_close_array(&writer->json);
}

static void
write_member(struct writer *writer, const char *key,
    const struct schema_tree_type *type)
{
	json_key(&writer->json, str_of(key));
	json_open_object(&writer->json);
	write_type(writer, type);
	json_close_object(&writer->json);
}

static void
write_entity(struct writer *writer, const struct schema_tree_entity *entity)
{
	json_key(&writer->json, entity->name);
	json_open_object(&writer->json);
	if (entity->parents.n > 0)
		write_names(writer, "memberOfTypes", &entity->parents);
	if (!schema_tree_is_empty(entity->shape))
		write_member(writer, "shape", entity->shape);
	if (entity->tags != NULL)
		write_member(writer, "tags", entity->tags);
	if (entity->n_ids > 0) {
		json_key(&writer->json, STR("enum"));
		json_open_array(&writer->json);
		for (size_t i = 0; i < entity->n_ids; i++)
			json_string(&writer->json, entity->ids[i]);
		json_close_array(&writer->json);
	}
	write_notes(writer, &entity->notes);
	json_close_object(&writer->json);
}

static void
write_parents(struct writer *writer, const struct schema_tree_action *action)
{
	json_key(&writer->json, STR("memberOf"));
	json_open_array(&writer->json);
	for (size_t i = 0; i < action->n_parents; i++) {
		const struct schema_tree_parent *parent = &action->parents[i];
		struct str type = parent->type.text;

		if (writer->scope != NULL)
			type = cedar_schema_resolve_parent(writer->scope,
			    writer->space, parent);
		json_open_object(&writer->json);
		json_put_string(&writer->json, "id", parent->id);
		if (type.len > 0)
			json_put_string(&writer->json, "type", type);
		json_close_object(&writer->json);
	}
	json_close_array(&writer->json);
}

static void
write_action(struct writer *writer, const struct schema_tree_action *action)
{
	json_key(&writer->json, action->name);
	json_open_object(&writer->json);
	if (action->applies) {
		json_key(&writer->json, STR("appliesTo"));
		json_open_object(&writer->json);
		write_names(writer, "resourceTypes", &action->resources);
		write_names(writer, "principalTypes", &action->principals);
		if (!schema_tree_is_empty(action->context))
			write_member(writer, "context", action->context);
		json_close_object(&writer->json);
	}
	if (action->has_parents)
		write_parents(writer, action);
	write_notes(writer, &action->notes);
	json_close_object(&writer->json);
}

static void
write_space(struct writer *writer, const struct schema_tree_space *space)
{
	writer->space = space->name;
	json_key(&writer->json, space->name);
	json_open_object(&writer->json);
	if (space->n_commons > 0) {
		json_key(&writer->json, STR("commonTypes"));
		json_open_object(&writer->json);
		for (size_t i = 0; i < space->n_commons; i++) {
			json_key(&writer->json, space->commons[i].name);
			json_open_object(&writer->json);
			write_type(writer, space->commons[i].type);
			write_notes(writer, &space->commons[i].notes);
			json_close_object(&writer->json);
		}
		json_close_object(&writer->json);
	}
	json_key(&writer->json, STR("entityTypes"));
	json_open_object(&writer->json);
	for (size_t i = 0; i < space->n_entities; i++)
		write_entity(writer, &space->entities[i]);
	json_close_object(&writer->json);
	json_key(&writer->json, STR("actions"));
	json_open_object(&writer->json);
	for (size_t i = 0; i < space->n_actions; i++)
		write_action(writer, &space->actions[i]);
	json_close_object(&writer->json);
	write_notes(writer, &space->notes);
	json_close_object(&writer->json);
}

void
cedar_schema_json_write(struct buf *buf, const struct schema_tree *tree,
    const struct schema_scope *scope)
{
	struct writer writer = { .scope = scope };

	json_init(&writer.json, buf);
	json_open_object(&writer.json);
	for (size_t i = 0; i < tree->n_spaces; i++)
		write_space(&writer, &tree->spaces[i]);
	json_close_object(&writer.json);
}
