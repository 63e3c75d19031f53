/* Values by their types; see schema_value.h. */
#include "cedar/schema_value.h"

#include <errno.h>
#include <stdarg.h>

#include "cedar/signature.h"
#include "limits.h"
#include "util/fault.h"

static const char *const value_names[] = {
	[CEDAR_BOOL] = "Bool", [CEDAR_LONG] = "Long",
	[CEDAR_STRING] = "String", [CEDAR_ENTITY] = "an entity",
	[CEDAR_SET] = "a set", [CEDAR_RECORD] = "a record",
	[CEDAR_DECIMAL] = "decimal", [CEDAR_DATETIME] = "datetime",
	[CEDAR_DURATION] = "duration", [CEDAR_IP] = "ipaddr",
};

static enum cedar_kind
kind_of(const struct schema_type *type)
{
	switch (type->kind) {
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
	case TYPE_ENTITY:
	case TYPE_ANY_ENTITY:
		return CEDAR_ENTITY;
	case TYPE_SET:
		return CEDAR_SET;
	case TYPE_RECORD:
		return CEDAR_RECORD;
	case TYPE_NEVER:
	case TYPE_TRUE:
	case TYPE_FALSE:
	case TYPE_BOOL:
		break;
	}
	return CEDAR_BOOL;
}

/* Where a message is about: JSON, or a value without a place. */
struct place {
	struct diag_list *diags;
	struct str where;
	const struct jsontree *json; /* NULL: none */
};

static int PRINTF(2, 3)
refuse(const struct place *place, const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (place->json != NULL)
		diag_error(place->diags, place->json->span.at,
		    place->json->span.len, "%.*s: %s", STR_ARG(place->where),
		    text);
	else
		diag_error_at(place->diags, place->where, "%s", text);
	return CEDAR_E_INPUT;
}

static int
refuse_type(const struct place *place, const struct cedar_schema *schema,
    const struct schema_type *type, const char *got)
{
	struct buf buf;
	int r;

	buf_init(&buf, LIMIT_DIAG_TEXT / 2);
	cedar_schema_type_print(&buf, schema, type);
	r = refuse(place, "type mismatch: value was expected to have type "
	    "%.*s, but it actually is %s", STR_ARG(buf_str(&buf)), got);
	buf_fini(&buf);
	return r;
}

/* An entity of a declared type, with a declared id if that is enumerated. */
static int
check_entity(const struct place *place, const struct cedar_schema *schema,
    const struct schema_type *type, const struct cedar_uid *uid)
{
	const struct schema_entity *entity =
	    &schema->entities[type->entities[0]];

	if (!str_is_equal(entity->name, uid->type))
		return refuse(place, "type mismatch: value was expected to be "
		    "an entity of type `%.*s`, but it is one of type `%.*s`",
		    STR_ARG(entity->name), STR_ARG(uid->type));
	if (cedar_schema_has_id(entity, uid->id))
		return 0;
	return refuse(place, "entity `%.*s::\"%.*s\"` is of an enumerated "
	    "entity type, but `\"%.*s\"` is not declared as a valid eid",
	    STR_ARG(uid->type), STR_ARG(uid->id), STR_ARG(uid->id));
}

/* ------------------------------------------------------------------ */
/* Values in memory. Recursion follows the type.		      */

static int
check_value(const struct place *place, const struct cedar_schema *schema,
    const struct schema_type *type, const struct cedar_value *value);

static const struct cedar_field *
find_field(const struct cedar_field *fields, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_is_equal(fields[i].name, name))
			return &fields[i];
	}
	return NULL;
}

static int
check_fields(const struct place *place, const struct cedar_schema *schema,
    const struct schema_type *record, const struct cedar_field *fields,
    size_t n)
{
	for (uint32_t i = 0; i < record->n; i++) {
		const struct schema_type_attr *attr = &record->attrs[i];

		if (!attr->is_optional &&
		    find_field(fields, n, attr->name) == NULL)
			return refuse(place, "expected an attribute `%.*s`, "
			    "which the schema requires", STR_ARG(attr->name));
	}
	for (size_t i = 0; i < n; i++) {
		const struct schema_type_attr *attr =
		    cedar_schema_type_attr(record, fields[i].name);
		int r;

		if (attr == NULL)
			return refuse(place, "attribute `%.*s` should not "
			    "exist according to the schema",
			    STR_ARG(fields[i].name));
		r = check_value(place, schema, attr->type, &fields[i].value);
		if (r != 0)
			return r;
	}
	return 0;
}

static int
check_value(const struct place *place, const struct cedar_schema *schema,
    const struct schema_type *type, const struct cedar_value *value)
{
	int r = 0;

	if (kind_of(type) != value->kind)
		return refuse_type(place, schema, type,
		    value_names[value->kind]);
	if (type->kind == TYPE_ENTITY)
		return check_entity(place, schema, type, &value->uid);
	if (type->kind == TYPE_RECORD)
		return check_fields(place, schema, type, value->record.items,
		    value->record.n);
	for (size_t i = 0; type->kind == TYPE_SET && r == 0 &&
	    i < value->set.n; i++)
		r = check_value(place, schema, type->element,
		    &value->set.items[i]);
	return r;
}

int
cedar_schema_value_check(const struct cedar_schema *schema,
    const struct schema_type *type, const struct cedar_value *value,
    struct str where, struct diag_list *diags)
{
	struct place place = { diags, where, NULL };

	return check_value(&place, schema, type, value);
}

int
cedar_schema_value_check_fields(const struct cedar_schema *schema,
    const struct schema_type *record, const struct cedar_field *fields,
    size_t n, struct str where, struct diag_list *diags)
{
	struct place place = { diags, where, NULL };

	return check_fields(&place, schema, record, fields, n);
}

/* ------------------------------------------------------------------ */
/* Values from JSON.						      */

static int
no_room(const struct entities_json *reader, const struct jsontree *json)
{
	struct place place = { reader->diags, reader->where, json };

	if (!reader->arena->is_full)
		return FAULT(ENOMEM);
	(void)refuse(&place, "more than %zu bytes are needed",
	    reader->arena->limit);
	return CEDAR_E_LIMIT;
}

static const char *const json_names[] = { "null", "a bool", "a number",
	"a number", "a string", "an array", "an object" };

/* Arguments are read by the types in the function's signature. */
static int
read_call(struct cedar_value *value, const struct entities_json *reader,
    const struct cedar_schema *schema, const struct jsontree *json)
{
	struct entities_json_call call;
	struct cedar_value values[2];
	int r = cedar_entities_json_open_call(&call, reader, json);

	for (size_t i = 0; r == 0 && i < call.n &&
	    i < ast_functions[call.function].n_args; i++)
		r = cedar_schema_value_read(&values[i], reader, schema,
		    &cedar_schema_type_simple[
		    cedar_signature_rows[call.function].args[i]],
		    &call.args[i]);
	return r != 0 ? r : cedar_entities_json_call(value, reader, json,
	    call.function, values, call.n);
}

static int
read_extension(struct cedar_value *value, const struct entities_json *reader,
    const struct cedar_schema *schema, const struct schema_type *type,
    const struct jsontree *json)
{
	static const enum ast_function constructors[] = {
		[CEDAR_DECIMAL] = AST_FN_DECIMAL,
		[CEDAR_DATETIME] = AST_FN_DATETIME,
		[CEDAR_DURATION] = AST_FN_DURATION, [CEDAR_IP] = AST_FN_IP };
	const struct jsontree *escape =
	    cedar_jsontree_get(json, STR("__extn"));
	struct place place = { reader->diags, reader->where, json };
	struct cedar_value text;

	if (json->kind == JSONTREE_OBJECT)
		return read_call(value, reader, schema,
		    escape != NULL ? escape : json);
	if (json->kind != JSONTREE_STRING)
		return refuse_type(&place, schema, type,
		    json_names[json->kind]);
	text = cedar_string(json->text);
	return cedar_entities_json_call(value, reader, json,
	    constructors[kind_of(type)], &text, 1);
}

static int
read_set(struct cedar_value *value, const struct entities_json *reader,
    const struct cedar_schema *schema, const struct schema_type *type,
    const struct jsontree *json)
{
	size_t n = json->array.n;
	struct cedar_value *items =
	    ARENA_ARRAY(reader->arena, n, struct cedar_value);

	if (items == NULL)
		return no_room(reader, json);
	for (size_t i = 0; i < n; i++) {
		int r = cedar_schema_value_read(&items[i], reader, schema,
		    type->element, &json->array.items[i]);

		if (r != 0)
			return r;
	}
	*value = cedar_set(items, n);
	return 0;
}

int
cedar_schema_value_read_fields(const struct cedar_field **fields, size_t *n,
    const struct entities_json *reader, const struct cedar_schema *schema,
    const struct schema_type *record, const struct jsontree *json)
{
	struct place place = { reader->diags, reader->where, json };
	size_t size = json->object.n;
	struct cedar_field *list =
	    ARENA_ARRAY(reader->arena, size, struct cedar_field);

	if (list == NULL)
		return no_room(reader, json);
	for (uint32_t i = 0; i < record->n; i++) {
		if (!record->attrs[i].is_optional && cedar_jsontree_get(json,
		    record->attrs[i].name) == NULL)
			return refuse(&place, "expected an attribute `%.*s`, "
			    "which the schema requires",
			    STR_ARG(record->attrs[i].name));
	}
	for (size_t i = 0; i < size; i++) {
		const struct jsontree_member *member = &json->object.items[i];
		const struct schema_type_attr *attr =
		    cedar_schema_type_attr(record, member->name);
		int r;

		place.json = &member->value;
		if (attr == NULL)
			return refuse(&place, "attribute `%.*s` should not "
			    "exist according to the schema",
			    STR_ARG(member->name));
		r = cedar_schema_value_read(&list[i].value, reader, schema,
		    attr->type, &member->value);
		if (r != 0)
			return r;
		list[i].name = member->name;
	}
	*fields = list;
	*n = size;
	return 0;
}

/* Recursion follows the type. */
int
cedar_schema_value_read(struct cedar_value *value,
    const struct entities_json *reader, const struct cedar_schema *schema,
    const struct schema_type *type, const struct jsontree *json)
{
	struct place place = { reader->diags, reader->where, json };
	int r;

	*value = (struct cedar_value){ .kind = kind_of(type) };
	if (type->kind == TYPE_ENTITY) {
		r = cedar_entities_json_uid(&value->uid, reader, json,
		    "a value");
		return r != 0 || reader->is_lax
		    ? r : check_entity(&place, schema, type, &value->uid);
	}
	if (type->kind == TYPE_SET || type->kind == TYPE_RECORD) {
		bool is_set = type->kind == TYPE_SET;

		if (json->kind != (is_set ? JSONTREE_ARRAY : JSONTREE_OBJECT))
			return refuse_type(&place, schema, type,
			    json_names[json->kind]);
		return is_set ? read_set(value, reader, schema, type, json)
			      : cedar_schema_value_read_fields(
			    &value->record.items, &value->record.n, reader,
			    schema, type, json);
	}
	if (type->kind >= TYPE_DECIMAL && type->kind <= TYPE_IP)
		r = read_extension(value, reader, schema, type, json);
	else
		r = cedar_entities_json_value(value, reader, json);
	if (r == 0 && value->kind != kind_of(type) && !reader->is_lax)
		return refuse_type(&place, schema, type,
		    value_names[value->kind]);
	return r;
}
