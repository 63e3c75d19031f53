/* Entities and values from JSON; see entities_json.h. */
#include "cedar/entities_json.h"

#include <errno.h>
#include <stdarg.h>

#include "cedar/ast.h"
#include "cedar/call.h"
#include "limits.h"
#include "util/fault.h"
#include "util/utf8.h"

#define SCRATCH_BYTES ((size_t)256 << 20) /* one entity while it is read */

int
cedar_entities_json_refuse(const struct json_reader *reader,
    const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_error_at(reader->diags, reader->where, "%s", text);
	return CEDAR_E_INPUT;
}

static int
no_room(const struct json_reader *reader)
{
	if (!reader->arena->is_full)
		return FAULT(ENOMEM);
	(void)cedar_entities_json_refuse(reader,
	    "more than %zu bytes are needed", reader->arena->limit);
	return CEDAR_E_LIMIT;
}

json_t *
cedar_entities_json_load(struct str text, struct diag_list *diags)
{
	json_error_t error;
	json_t *json = json_loadb(text.p, text.len,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

	if (json == NULL) {
		struct str source = diags->source;

		diags->source = text;
		diag_error(diags,
		    error.position > 0 ? (size_t)error.position - 1 : 0, 1,
		    "%s", error.text);
		diags->source = source;
	}
	return json;
}

static int
copy_text(struct str *text, const struct json_reader *reader,
    const json_t *json)
{
	*text = arena_str(reader->arena, json_reader_text(json));
	return text->p != NULL ? 0 : no_room(reader);
}

/* {"type": .., "id": ..}; other members are ignored. */
static int
read_uid(struct cedar_uid *uid, const struct json_reader *reader,
    const json_t *json, const char *what)
{
	const json_t *type = json_object_get(json, "type");
	const json_t *id = json_object_get(json, "id");
	int r;

	if (!json_is_string(type) || !json_is_string(id))
		return cedar_entities_json_refuse(reader,
		    "%s: expected a literal entity reference, an object with "
		    "the strings `type` and `id`", what);
	if (!ast_is_path(json_reader_text(type)))
		return cedar_entities_json_refuse(reader,
		    "%s: `%s` is not an entity type name (no spaces, no "
		    "reserved words)", what, json_string_value(type));
	r = copy_text(&uid->type, reader, type);
	return r != 0 ? r : copy_text(&uid->id, reader, id);
}

int
cedar_entities_json_uid(struct cedar_uid *uid,
    const struct json_reader *reader, const json_t *json, const char *what)
{
	const json_t *escape = json_object_get(json, "__entity");

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

static int
call(struct cedar_value *value, const struct json_reader *reader,
    enum ast_function function, const struct cedar_value *args, size_t n)
{
	struct str name = ast_functions[function].name;
	struct eval eval = { .arena = reader->arena };
	struct code code = { .op = CODE_CALL, .function = (uint8_t)function };
	struct value values[2] = { 0 };
	struct value result;

	if (n != ast_functions[function].n_args)
		return cedar_entities_json_refuse(reader,
		    "extension function `%.*s` takes %u arguments, not %zu",
		    STR_ARG(name), ast_functions[function].n_args, n);
	for (size_t i = 0; i < n; i++) {
		if (!to_value(&values[i], &args[i]))
			return cedar_entities_json_refuse(reader,
			    "extension function `%.*s` does not take entities, "
			    "sets or records", STR_ARG(name));
	}
	if (!cedar_call(&eval, &result, &code, values, n)) {
		if (eval.error.kind == 0)
			return no_room(reader);
		return cedar_entities_json_refuse(reader,
		    "error while evaluating `%.*s` extension function: %s",
		    STR_ARG(name), eval.error.why != NULL ? eval.error.why
		    : "an argument of the wrong type");
	}
	*value = from_value(&result);
	return 0;
}

/* {"fn": name, "arg": value} or {"fn": name, "args": [value, ..]}. */
static int
read_extension(struct cedar_value *value, const struct json_reader *reader,
    const json_t *json, unsigned depth)
{
	const json_t *fn = json_object_get(json, "fn");
	const json_t *arg = json_object_get(json, "arg");
	const json_t *args = json_object_get(json, "args");
	size_t n = arg != NULL ? 1 : json_array_size(args);
	struct cedar_value values[2];
	enum ast_function function;

	if (!json_is_string(fn) || (arg == NULL) == (args == NULL) ||
	    (args != NULL && !json_is_array(args)))
		return cedar_entities_json_refuse(reader,
		    "`__extn` must be an object with the string `fn` and "
		    "either `arg` or the array `args`");
	if (!ast_find_function(json_reader_text(fn), &function))
		return cedar_entities_json_refuse(reader,
		    "`%s` is not an extension function",
		    json_string_value(fn));
	for (size_t i = 0; i < n && i < ARRAY_LEN(values); i++) {
		int r = cedar_entities_json_value(&values[i], reader,
		    arg != NULL ? arg : json_array_get(args, i), depth + 1);

		if (r != 0)
			return r;
	}
	return call(value, reader, function, values, n);
}

static int
read_fields(const struct cedar_field **fields, size_t *n,
    const struct json_reader *reader, const json_t *json, unsigned depth)
{
	size_t size = json_object_size(json);
	struct cedar_field *list =
	    ARENA_ARRAY(reader->arena, size, struct cedar_field);
	/* The library's iterator takes a mutable object but does not touch it. */
	json_t *object = (json_t *)(uintptr_t)json;
	size_t at = 0;

	if (list == NULL)
		return no_room(reader);
	for (void *i = json_object_iter(object); i != NULL;
	    i = json_object_iter_next(object, i)) {
		struct str name = { json_object_iter_key(i),
			json_object_iter_key_len(i) };
		int r;

		list[at].name = arena_str(reader->arena, name);
		if (list[at].name.p == NULL)
			return no_room(reader);
		r = cedar_entities_json_value(&list[at].value, reader,
		    json_object_iter_value(i), depth);
		if (r != 0)
			return r;
		at++;
	}
	*fields = list;
	*n = size;
	return 0;
}

static int
read_object(struct cedar_value *value, const struct json_reader *reader,
    const json_t *json, unsigned depth)
{
	const json_t *escape = json_object_get(json, "__entity");

	if (escape != NULL) {
		*value = (struct cedar_value){ .kind = CEDAR_ENTITY };
		return read_uid(&value->uid, reader, escape, "__entity");
	}
	escape = json_object_get(json, "__extn");
	if (escape != NULL)
		return read_extension(value, reader, escape, depth);
	if (json_object_get(json, "__expr") != NULL)
		return cedar_entities_json_refuse(reader,
		    "the `__expr` escape is no longer supported");
	*value = (struct cedar_value){ .kind = CEDAR_RECORD };
	return read_fields(&value->record.items, &value->record.n, reader,
	    json, depth + 1);
}

static int
read_array(struct cedar_value *value, const struct json_reader *reader,
    const json_t *json, unsigned depth)
{
	size_t n = json_array_size(json);
	struct cedar_value *items =
	    ARENA_ARRAY(reader->arena, n, struct cedar_value);

	if (items == NULL)
		return no_room(reader);
	for (size_t i = 0; i < n; i++) {
		int r = cedar_entities_json_value(&items[i], reader,
		    json_array_get(json, i), depth + 1);

		if (r != 0)
			return r;
	}
	*value = cedar_set(items, n);
	return 0;
}

int
cedar_entities_json_value(struct cedar_value *value,
    const struct json_reader *reader, const json_t *json, unsigned depth)
{
	if (depth > LIMIT_CEDAR_VALUE_DEPTH) {
		(void)cedar_entities_json_refuse(reader,
		    "a value is nested more than %d deep",
		    LIMIT_CEDAR_VALUE_DEPTH);
		return CEDAR_E_LIMIT;
	}
	switch (json_typeof(json)) {
	case JSON_TRUE:
	case JSON_FALSE:
		*value = cedar_bool(json_is_true(json));
		return 0;
	case JSON_INTEGER:
		*value = cedar_long(json_integer_value(json));
		return 0;
	case JSON_STRING:
		*value = (struct cedar_value){ .kind = CEDAR_STRING };
		return copy_text(&value->text, reader, json);
	case JSON_ARRAY:
		return read_array(value, reader, json, depth);
	case JSON_OBJECT:
		return read_object(value, reader, json, depth);
	case JSON_NULL:
		return cedar_entities_json_refuse(reader,
		    "found a `null`; JSON `null`s are not allowed in Cedar");
	case JSON_REAL:
		break;
	}
	return cedar_entities_json_refuse(reader,
	    "found a number that is no 64-bit integer");
}

static int
read_parents(struct cedar_entity *entity, const struct json_reader *reader,
    const json_t *json)
{
	size_t n = json_array_size(json);
	struct cedar_uid *parents =
	    ARENA_ARRAY(reader->arena, n, struct cedar_uid);

	if (!json_is_array(json))
		return cedar_entities_json_refuse(reader,
		    "field `parents` must be an array of entity references");
	if (parents == NULL)
		return no_room(reader);
	for (size_t i = 0; i < n; i++) {
		int r = cedar_entities_json_uid(&parents[i], reader,
		    json_array_get(json, i), "in the parents field");

		if (r != 0)
			return r;
	}
	entity->parents = parents;
	entity->n_parents = n;
	return 0;
}

static int
check_members(const struct json_reader *reader, const json_t *json)
{
	static const char *const names[] = { "uid", "attrs", "parents" };
	const json_t *tags = json_object_get(json, "tags");

	if (!json_is_object(json))
		return cedar_entities_json_refuse(reader,
		    "an entity must be an object");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (json_object_get(json, names[i]) == NULL)
			return cedar_entities_json_refuse(reader,
			    "missing field `%s`", names[i]);
	}
	if (!json_is_object(json_object_get(json, "attrs")) ||
	    (tags != NULL && !json_is_object(tags)))
		return cedar_entities_json_refuse(reader,
		    "fields `attrs` and `tags` must be objects");
	return 0;
}

static int
read_entity(struct cedar_entity *entity, struct json_reader *reader,
    const json_t *json)
{
	const json_t *tags = json_object_get(json, "tags");
	int r = check_members(reader, json);

	*entity = (struct cedar_entity){ 0 };
	if (r == 0)
		r = cedar_entities_json_uid(&entity->uid, reader,
		    json_object_get(json, "uid"), "in the uid field");
	if (r == 0) {
		reader->where = arena_format(reader->arena,
		    "%.*s::\"%.*s\"", STR_ARG(entity->uid.type),
		    STR_ARG(entity->uid.id));
		r = read_parents(entity, reader,
		    json_object_get(json, "parents"));
	}
	if (r == 0)
		r = read_fields(&entity->attrs, &entity->n_attrs, reader,
		    json_object_get(json, "attrs"), 0);
	if (r == 0 && tags != NULL)
		r = read_fields(&entity->tags, &entity->n_tags, reader, tags,
		    0);
	return r;
}

static int
add_all(struct cedar_entities *entities, const json_t *json,
    struct diag_list *diags)
{
	CLEANUP(arena_fini) struct arena scratch;
	size_t n = json_array_size(json);
	int r = 0;

	arena_init(&scratch, SCRATCH_BYTES);
	for (size_t i = 0; i < n && r == 0; i++) {
		struct cedar_entity entity;
		char where[32];
		struct json_reader reader = { .arena = &scratch,
			.diags = diags };

		snprintf(where, sizeof(where), "[%zu]", i);
		reader.where = str_of(where);
		arena_reset(&scratch);
		r = read_entity(&entity, &reader, json_array_get(json, i));
		if (r == 0)
			r = cedar_entities_add(entities, &entity, diags);
	}
	return r;
}

int
cedar_entities_json_add(struct cedar_entities *entities, struct str text,
    struct diag_list *diags)
{
	json_t *json = cedar_entities_json_load(text, diags);
	int r;

	if (json == NULL)
		return CEDAR_E_INPUT;
	if (json_is_array(json)) {
		r = add_all(entities, json, diags);
	} else {
		diag_error_at(diags, STR("entities"),
		    "must be a JSON array of entities");
		r = CEDAR_E_INPUT;
	}
	json_decref(json);
	return r;
}

int
cedar_entities_json_context(struct cedar_value *context, struct arena *arena,
    struct str text, struct diag_list *diags)
{
	json_t *json = cedar_entities_json_load(text, diags);
	struct json_reader reader = { arena, diags, STR("context") };
	int r;

	if (json == NULL)
		return CEDAR_E_INPUT;
	r = cedar_entities_json_value(context, &reader, json, 0);
	json_decref(json);
	if (r == 0 && context->kind != CEDAR_RECORD)
		return cedar_entities_json_refuse(&reader,
		    "must be a record");
	return r;
}
