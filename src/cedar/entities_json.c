/* Entities and values from JSON; see entities_json.h. */
#include "cedar/entities_json.h"

#include <errno.h>
#include <stdarg.h>

#include "cedar/ast.h"
#include "cedar/call.h"
#include "cedar/mend.h"
#include "limits.h"
#include "util/fault.h"

int
cedar_entities_json_refuse(const struct entities_json *reader,
    const struct jsontree *at, const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_error(reader->diags, at->span.at, at->span.len, "%.*s: %s",
	    STR_ARG(reader->where), text);
	return CEDAR_E_INPUT;
}

static int
no_room(const struct entities_json *reader, const struct jsontree *at)
{
	if (!reader->arena->is_full)
		return FAULT(ENOMEM);
	(void)cedar_entities_json_refuse(reader, at,
	    "more than %zu bytes are needed", reader->arena->limit);
	return CEDAR_E_LIMIT;
}

static bool
is_string(const struct jsontree *json)
{
	return json != NULL && json->kind == JSONTREE_STRING;
}

/* {"type": .., "id": ..}; other members are ignored. */
static int
read_uid(struct cedar_uid *uid, const struct entities_json *reader,
    const struct jsontree *json, const char *what)
{
	const struct jsontree *type = cedar_jsontree_get(json, STR("type"));
	const struct jsontree *id = cedar_jsontree_get(json, STR("id"));

	if (!is_string(type) || !is_string(id))
		return cedar_entities_json_refuse(reader, json,
		    "in %s: expected a literal entity reference, an object "
		    "with the strings `type` and `id`", what);
	if (!ast_is_path(type->text))
		return cedar_entities_json_refuse(reader, type,
		    "in %s: `%.*s` is not an entity type name (no spaces, no "
		    "reserved words)", what, STR_ARG(type->text));
	*uid = (struct cedar_uid){ type->text, id->text };
	return 0;
}

int
cedar_entities_json_uid(struct cedar_uid *uid,
    const struct entities_json *reader, const struct jsontree *json,
    const char *what)
{
	const struct jsontree *escape =
	    cedar_jsontree_get(json, STR("__entity"));

	return read_uid(uid, reader, escape != NULL ? escape : json, what);
}

/* The scalar values that extension functions take and give. */
static bool
to_value(struct value *value, const struct cedar_value *input)
{
	*value = (struct value){ .kind = (uint8_t)input->kind };
	switch (input->kind) {
	case CEDAR_BOOL:
		*value = value_bool(input->boolean);
		return true;
	case CEDAR_LONG:
	case CEDAR_DECIMAL:
	case CEDAR_DATETIME:
	case CEDAR_DURATION:
		value->number = input->number;
		return true;
	case CEDAR_STRING:
		*value = value_string(input->text);
		return true;
	case CEDAR_IP:
		value->ip = &input->ip;
		return true;
	case CEDAR_ENTITY:
	case CEDAR_SET:
	case CEDAR_RECORD:
		break;
	}
	return false;
}

static struct cedar_value
from_value(const struct value *value)
{
	struct cedar_value out = { .kind = (enum cedar_kind)value->kind };

	if (out.kind == CEDAR_BOOL)
		out.boolean = value->number != 0;
	else if (out.kind == CEDAR_IP)
		out.ip = *value->ip;
	else
		out.number = value->number;
	return out;
}

int
cedar_entities_json_call(struct cedar_value *value,
    const struct entities_json *reader, const struct jsontree *json,
    enum ast_function function, const struct cedar_value *args, size_t n)
{
	struct str name = ast_functions[function].name;
	struct eval eval = { .arena = reader->arena };
	struct code code = { .op = CODE_CALL, .function = (uint8_t)function };
	struct value values[2] = { 0 };
	struct value result;

	if (n != ast_functions[function].n_args)
		return cedar_entities_json_refuse(reader, json,
		    "extension function `%.*s` takes %u arguments, not %zu",
		    STR_ARG(name), ast_functions[function].n_args, n);
	for (size_t i = 0; i < n; i++) {
		if (!to_value(&values[i], &args[i]))
			return cedar_entities_json_refuse(reader, json,
			    "extension function `%.*s` does not take entities, "
			    "sets or records", STR_ARG(name));
	}
	if (!cedar_call(&eval, &result, &code, values, n)) {
		if (eval.error.kind == 0)
			return no_room(reader, json);
		return cedar_entities_json_refuse(reader, json,
		    "error while evaluating `%.*s` extension function: %s",
		    STR_ARG(name), eval.error.why != NULL ? eval.error.why
		    : "an argument of the wrong type");
	}
	*value = from_value(&result);
	return 0;
}

int
cedar_entities_json_extension(struct cedar_value *value,
    const struct entities_json *reader, const struct jsontree *json)
{
	const struct jsontree *fn = cedar_jsontree_get(json, STR("fn"));
	const struct jsontree *arg = cedar_jsontree_get(json, STR("arg"));
	const struct jsontree *args = cedar_jsontree_get(json, STR("args"));
	struct cedar_value values[2];
	enum ast_function function;
	size_t n = 1;

	if (!is_string(fn) || (arg == NULL) == (args == NULL) ||
	    (args != NULL && args->kind != JSONTREE_ARRAY))
		return cedar_entities_json_refuse(reader, json,
		    "an extension value must be an object with the string "
		    "`fn` and either `arg` or the array `args`");
	if (!ast_find_function(fn->text, &function))
		return cedar_entities_json_refuse(reader, fn,
		    "`%.*s` is not an extension function", STR_ARG(fn->text));
	if (args != NULL)
		n = args->array.n;
	for (size_t i = 0; i < n && i < ARRAY_LEN(values); i++) {
		int r = cedar_entities_json_value(&values[i], reader,
		    arg != NULL ? arg : &args->array.items[i]);

		if (r != 0)
			return r;
	}
	return cedar_entities_json_call(value, reader, json, function, values,
	    n);
}

int
cedar_entities_json_fields(const struct cedar_field **fields, size_t *n,
    const struct entities_json *reader, const struct jsontree *json)
{
	size_t size = json->object.n;
	struct cedar_field *list =
	    ARENA_ARRAY(reader->arena, size, struct cedar_field);

	if (list == NULL)
		return no_room(reader, json);
	for (size_t i = 0; i < size; i++) {
		int r = cedar_entities_json_value(&list[i].value, reader,
		    &json->object.items[i].value);

		if (r != 0)
			return r;
		list[i].name = json->object.items[i].name;
	}
	*fields = list;
	*n = size;
	return 0;
}

static int
read_object(struct cedar_value *value, const struct entities_json *reader,
    const struct jsontree *json)
{
	const struct jsontree *escape =
	    cedar_jsontree_get(json, STR("__entity"));

	if (escape != NULL) {
		*value = (struct cedar_value){ .kind = CEDAR_ENTITY };
		return read_uid(&value->uid, reader, escape, "`__entity`");
	}
	escape = cedar_jsontree_get(json, STR("__extn"));
	if (escape != NULL)
		return cedar_entities_json_extension(value, reader, escape);
	if (cedar_jsontree_get(json, STR("__expr")) != NULL)
		return cedar_entities_json_refuse(reader, json,
		    "the `__expr` escape is no longer supported");
	*value = (struct cedar_value){ .kind = CEDAR_RECORD };
	return cedar_entities_json_fields(&value->record.items,
	    &value->record.n, reader, json);
}

static int
read_array(struct cedar_value *value, const struct entities_json *reader,
    const struct jsontree *json)
{
	size_t n = json->array.n;
	struct cedar_value *items =
	    ARENA_ARRAY(reader->arena, n, struct cedar_value);

	if (items == NULL)
		return no_room(reader, json);
	for (size_t i = 0; i < n; i++) {
		int r = cedar_entities_json_value(&items[i], reader,
		    &json->array.items[i]);

		if (r != 0)
			return r;
	}
	*value = cedar_set(items, n);
	return 0;
}

/* Recursion: the tree is at most LIMIT_CEDAR_JSON_DEPTH high. */
int
cedar_entities_json_value(struct cedar_value *value,
    const struct entities_json *reader, const struct jsontree *json)
{
	switch (json->kind) {
	case JSONTREE_BOOL:
		*value = cedar_bool(json->boolean);
		return 0;
	case JSONTREE_INTEGER:
		*value = cedar_long(json->number);
		return 0;
	case JSONTREE_STRING:
		*value = cedar_string(json->text);
		return 0;
	case JSONTREE_ARRAY:
		return read_array(value, reader, json);
	case JSONTREE_OBJECT:
		return read_object(value, reader, json);
	case JSONTREE_NULL:
		return cedar_entities_json_refuse(reader, json,
		    "found a `null`; JSON `null`s are not allowed in Cedar");
	case JSONTREE_NUMBER:
		break;
	}
	return cedar_entities_json_refuse(reader, json,
	    "found a number that is no 64-bit integer");
}

static int
read_parents(struct cedar_entity *entity, const struct entities_json *reader,
    const struct jsontree *json)
{
	struct cedar_uid *parents;

	if (json->kind != JSONTREE_ARRAY)
		return cedar_entities_json_refuse(reader, json,
		    "field `parents` must be an array of entity references");
	parents = ARENA_ARRAY(reader->arena, json->array.n, struct cedar_uid);
	if (parents == NULL)
		return no_room(reader, json);
	for (size_t i = 0; i < json->array.n; i++) {
		int r = cedar_entities_json_uid(&parents[i], reader,
		    &json->array.items[i], "the parents field");

		if (r != 0)
			return r;
	}
	entity->parents = parents;
	entity->n_parents = json->array.n;
	return 0;
}

static int
check_members(const struct entities_json *reader, const struct jsontree *json)
{
	static const struct str names[] = { STR_INIT("uid"), STR_INIT("attrs"),
		STR_INIT("parents") };
	const struct jsontree *attrs = cedar_jsontree_get(json, STR("attrs"));
	const struct jsontree *tags = cedar_jsontree_get(json, STR("tags"));

	if (json->kind != JSONTREE_OBJECT)
		return cedar_entities_json_refuse(reader, json,
		    "an entity must be an object");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (cedar_jsontree_get(json, names[i]) == NULL)
			return cedar_entities_json_refuse(reader, json,
			    "missing field `%.*s`", STR_ARG(names[i]));
	}
	if (attrs->kind != JSONTREE_OBJECT ||
	    (tags != NULL && tags->kind != JSONTREE_OBJECT))
		return cedar_entities_json_refuse(reader, json,
		    "fields `attrs` and `tags` must be objects");
	return 0;
}

int
cedar_entities_json_head(struct cedar_entity *entity,
    struct entities_json *reader, const struct jsontree *json)
{
	int r = check_members(reader, json);

	*entity = (struct cedar_entity){ 0 };
	if (r == 0)
		r = cedar_entities_json_uid(&entity->uid, reader,
		    cedar_jsontree_get(json, STR("uid")), "the uid field");
	if (r != 0)
		return r;
	reader->where = arena_format(reader->arena, "%.*s::\"%.*s\"",
	    STR_ARG(entity->uid.type), STR_ARG(entity->uid.id));
	return read_parents(entity, reader,
	    cedar_jsontree_get(json, STR("parents")));
}

static int
read_entity(struct cedar_entity *entity, struct entities_json *reader,
    const struct jsontree *json)
{
	const struct jsontree *tags = cedar_jsontree_get(json, STR("tags"));
	int r = cedar_entities_json_head(entity, reader, json);

	if (r == 0)
		r = cedar_entities_json_fields(&entity->attrs,
		    &entity->n_attrs, reader,
		    cedar_jsontree_get(json, STR("attrs")));
	if (r == 0 && tags != NULL)
		r = cedar_entities_json_fields(&entity->tags, &entity->n_tags,
		    reader, tags);
	return r;
}

static int
add_one(struct cedar_entities *entities, struct arena *scratch,
    const struct jsontree *json, struct diag_list *diags)
{
	struct entities_json reader = { scratch, diags, STR("entity") };
	struct cedar_entity entity;
	int r = read_entity(&entity, &reader, json);

	return r != 0 ? r : cedar_entities_add(entities, &entity, diags);
}

int
cedar_entities_json_add(struct cedar_entities *entities, struct str text,
    struct diag_list *diags)
{
	CLEANUP(arena_fini) struct arena scratch;
	struct jsontree_reader document;
	struct jsontree json;
	int r;

	arena_init(&scratch, LIMIT_CEDAR_ARENA);
	r = cedar_jsontree_open(&document, &scratch, text, diags);
	while (r == 0 && cedar_jsontree_next(&document, &json)) {
		r = add_one(entities, &scratch, &json, diags);
		arena_reset(&scratch);
	}
	return cedar_mend(r != 0 ? r : document.r, diags);
}

int
cedar_entities_json_add_tree(struct cedar_entities *entities,
    const struct jsontree *tree, struct diag_list *diags)
{
	CLEANUP(arena_fini) struct arena scratch;
	int r = 0;

	arena_init(&scratch, LIMIT_CEDAR_ARENA);
	for (size_t i = 0; i < tree->array.n && r == 0; i++) {
		r = add_one(entities, &scratch, &tree->array.items[i], diags);
		arena_reset(&scratch);
	}
	return cedar_mend(r, diags);
}

int
cedar_entities_json_context(struct cedar_value *context, struct arena *arena,
    struct str text, struct diag_list *diags)
{
	struct entities_json reader = { arena, diags, STR("context") };
	struct jsontree json;
	int r = cedar_jsontree_parse(&json, arena, text, diags);

	if (r == 0)
		r = cedar_entities_json_value(context, &reader, &json);
	if (r == 0 && context->kind != CEDAR_RECORD)
		r = cedar_entities_json_refuse(&reader, &json,
		    "must be a record");
	return cedar_mend(r, diags);
}
