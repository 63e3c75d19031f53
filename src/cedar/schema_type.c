/* The lattice of types; see schema_type.h. After cedar-spec Subtyping.lean. */
#include "cedar/schema_type.h"

#include <errno.h>

#include "cedar/ast.h"
#include "cedar/schema.h"
#include "util/fault.h"

#define SIMPLE(kind_) [kind_] = { .kind = kind_, .height = 1, .size = 1 }

const struct schema_type cedar_schema_type_simple[TYPE_RECORD + 1] = {
	SIMPLE(TYPE_NEVER), SIMPLE(TYPE_TRUE), SIMPLE(TYPE_FALSE),
	SIMPLE(TYPE_BOOL), SIMPLE(TYPE_LONG), SIMPLE(TYPE_STRING),
	SIMPLE(TYPE_DECIMAL), SIMPLE(TYPE_DATETIME), SIMPLE(TYPE_DURATION),
	SIMPLE(TYPE_IP), SIMPLE(TYPE_ANY_ENTITY), SIMPLE(TYPE_RECORD),
};

const struct schema_type_attr *
cedar_schema_type_attr(const struct schema_type *record, struct str name)
{
	size_t low = 0;
	size_t high = record->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = str_compare(record->attrs[middle].name, name);

		if (order == 0)
			return &record->attrs[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool
is_attr_within(const struct schema_type_join *join,
    const struct schema_type_attr *a, const struct schema_type_attr *b)
{
	bool fits = join->is_permissive ? !a->is_optional || b->is_optional
					: a->is_optional == b->is_optional;

	return fits && cedar_schema_type_is_within(join, a->type, b->type);
}

static bool
is_record_within(const struct schema_type_join *join,
    const struct schema_type *a, const struct schema_type *b)
{
	if (a->is_open && !b->is_open)
		return false;
	if (a->n != b->n && !(b->is_open && join->is_permissive))
		return false;
	for (size_t i = 0; i < b->n; i++) {
		const struct schema_type_attr *found =
		    cedar_schema_type_attr(a, b->attrs[i].name);

		if (found == NULL || !is_attr_within(join, found, &b->attrs[i]))
			return false;
	}
	return true;
}

static bool
is_union_within(const struct schema_type *a, const struct schema_type *b)
{
	size_t j = 0;

	for (size_t i = 0; i < a->n; i++) {
		while (j < b->n && b->entities[j] < a->entities[i])
			j++;
		if (j == b->n || b->entities[j] != a->entities[i])
			return false;
	}
	return true;
}

bool
cedar_schema_type_is_within(const struct schema_type_join *join,
    const struct schema_type *a, const struct schema_type *b)
{
	if (a == b || a->kind == TYPE_NEVER)
		return true;
	if (b->kind == TYPE_BOOL)
		return schema_type_is_bool(a);
	if (b->kind == TYPE_ANY_ENTITY)
		return a->kind == b->kind ||
		    (a->kind == TYPE_ENTITY && join->is_permissive);
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case TYPE_SET:
		return cedar_schema_type_is_within(join, a->element,
		    b->element);
	case TYPE_ENTITY:
		return is_union_within(a, b) &&
		    (join->is_permissive || a->n == b->n);
	case TYPE_RECORD:
		return is_record_within(join, a, b);
	case TYPE_NEVER:
	case TYPE_TRUE:
	case TYPE_FALSE:
	case TYPE_BOOL:
	case TYPE_LONG:
	case TYPE_STRING:
	case TYPE_DECIMAL:
	case TYPE_DATETIME:
	case TYPE_DURATION:
	case TYPE_IP:
	case TYPE_ANY_ENTITY:
		break;
	}
	return true;
}

static bool
has_action(const struct cedar_schema *schema, const struct schema_type *type)
{
	for (size_t i = 0; i < type->n; i++) {
		if (schema->entities[type->entities[i]].is_action)
			return true;
	}
	return false;
}

static int
join_entities(const struct schema_type **out,
    const struct schema_type_join *join, const struct schema_type *a,
    const struct schema_type *b)
{
	struct schema_type *type;
	uint32_t *entities;
	size_t i = 0;
	size_t j = 0;

	if (!join->is_permissive)
		return SCHEMA_TYPE_E_APART;
	*out = &cedar_schema_type_simple[TYPE_ANY_ENTITY];
	if (a->kind == TYPE_ANY_ENTITY || b->kind == TYPE_ANY_ENTITY ||
	    has_action(join->schema, a) || has_action(join->schema, b))
		return 0;
	type = ARENA_NEW(join->arena, struct schema_type);
	entities = ARENA_ARRAY(join->arena, (size_t)a->n + b->n, uint32_t);
	if (type == NULL || entities == NULL)
		return FAULT(ENOMEM);
	*type = (struct schema_type){ .kind = TYPE_ENTITY, .height = 1,
		.size = 1, .entities = entities };
	while (i < a->n || j < b->n) {
		uint32_t next = j == b->n ||
		    (i < a->n && a->entities[i] <= b->entities[j])
		    ? a->entities[i] : b->entities[j];

		entities[type->n++] = next;
		i += i < a->n && a->entities[i] == next;
		j += j < b->n && b->entities[j] == next;
	}
	*out = type;
	return 0;
}

static int
join_sets(const struct schema_type **out, const struct schema_type_join *join,
    const struct schema_type *a, const struct schema_type *b)
{
	struct schema_type *type = ARENA_NEW(join->arena, struct schema_type);
	int r;

	if (type == NULL)
		return FAULT(ENOMEM);
	*type = (struct schema_type){ .kind = TYPE_SET };
	r = cedar_schema_type_join(&type->element, join, a->element,
	    b->element);
	*out = type;
	return r;
}

static int
join_records(const struct schema_type **out,
    const struct schema_type_join *join, const struct schema_type *a,
    const struct schema_type *b)
{
	struct schema_type *type = ARENA_NEW(join->arena, struct schema_type);
	struct schema_type_attr *attrs =
	    ARENA_ARRAY(join->arena, a->n, struct schema_type_attr);

	if (type == NULL || attrs == NULL)
		return FAULT(ENOMEM);
	*type = (struct schema_type){ .kind = TYPE_RECORD,
		.is_open = a->is_open || b->is_open, .attrs = attrs };
	for (size_t i = 0; i < a->n; i++) {
		const struct schema_type_attr *x = &a->attrs[i];
		const struct schema_type_attr *y =
		    cedar_schema_type_attr(b, x->name);
		struct schema_type_attr *both = &attrs[type->n];
		int r = SCHEMA_TYPE_E_APART;

		if (y != NULL && (join->is_permissive ||
		    x->is_optional == y->is_optional))
			r = cedar_schema_type_join(&both->type, join, x->type,
			    y->type);
		if (r < 0 || (r > 0 && !join->is_permissive))
			return r;
		if (r > 0)
			continue;
		both->name = x->name;
		both->is_optional = x->is_optional || y->is_optional;
		type->n++;
	}
	if (!join->is_permissive && a->n != b->n)
		return SCHEMA_TYPE_E_APART;
	type->is_open |= type->n != a->n || type->n != b->n;
	*out = type;
	return 0;
}

int
cedar_schema_type_join(const struct schema_type **out,
    const struct schema_type_join *join, const struct schema_type *a,
    const struct schema_type *b)
{
	*out = b;
	if (cedar_schema_type_is_within(join, a, b))
		return 0;
	*out = a;
	if (cedar_schema_type_is_within(join, b, a))
		return 0;
	*out = &cedar_schema_type_simple[TYPE_BOOL];
	if (schema_type_is_bool(a) && schema_type_is_bool(b))
		return 0;
	if (schema_type_is_entity(a) && schema_type_is_entity(b))
		return join_entities(out, join, a, b);
	if (a->kind == TYPE_SET && b->kind == TYPE_SET)
		return join_sets(out, join, a, b);
	if (a->kind == TYPE_RECORD && b->kind == TYPE_RECORD)
		return join_records(out, join, a, b);
	return SCHEMA_TYPE_E_APART;
}

static const char *const simple_names[] = {
	[TYPE_NEVER] = "nothing", [TYPE_TRUE] = "Bool (always true)",
	[TYPE_FALSE] = "Bool (always false)", [TYPE_BOOL] = "Bool",
	[TYPE_LONG] = "Long", [TYPE_STRING] = "String",
	[TYPE_DECIMAL] = "decimal", [TYPE_DATETIME] = "datetime",
	[TYPE_DURATION] = "duration", [TYPE_IP] = "ipaddr",
	[TYPE_ANY_ENTITY] = "(any entity)",
};

static void
print_attrs(struct buf *buf, const struct cedar_schema *schema,
    const struct schema_type *type)
{
	buf_add_char(buf, '{');
	for (size_t i = 0; i < type->n; i++) {
		const struct schema_type_attr *attr = &type->attrs[i];

		if (i > 0)
			buf_add_text(buf, ", ");
		if (ast_is_path(attr->name))
			buf_add_str(buf, attr->name);
		else
			buf_add_format(buf, "\"%.*s\"", STR_ARG(attr->name));
		buf_add_text(buf, attr->is_optional ? "?: " : ": ");
		cedar_schema_type_print(buf, schema, attr->type);
	}
	if (type->is_open)
		buf_add_text(buf, type->n > 0 ? ", ..." : "...");
	buf_add_char(buf, '}');
}

void
cedar_schema_type_print(struct buf *buf, const struct cedar_schema *schema,
    const struct schema_type *type)
{
	if (buf->failed)
		return;
	if (type->kind == TYPE_SET) {
		buf_add_text(buf, "Set<");
		cedar_schema_type_print(buf, schema, type->element);
		buf_add_char(buf, '>');
	} else if (type->kind == TYPE_RECORD) {
		print_attrs(buf, schema, type);
	} else if (type->kind == TYPE_ENTITY) {
		for (size_t i = 0; i < type->n; i++) {
			if (i > 0)
				buf_add_text(buf, " or ");
			buf_add_str(buf,
			    schema->entities[type->entities[i]].name);
		}
	} else {
		buf_add_text(buf, simple_names[type->kind]);
	}
}
