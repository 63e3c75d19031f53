/* Schemas in Cedar's syntax; see schema_print.h. */
#include "cedar/schema_print.h"

#include "cedar/ast.h"
#include "cedar/escape.h"

#define INDENT 2

static void
indent(struct buf *buf, unsigned depth)
{
	for (unsigned i = 0; i < depth * INDENT; i++)
		buf_add_char(buf, ' ');
}

static void
print_notes(struct buf *buf, const struct schema_tree_notes *notes,
    unsigned depth)
{
	for (size_t i = 0; i < notes->n; i++) {
		indent(buf, depth);
		buf_add_char(buf, '@');
		buf_add_str(buf, notes->items[i].name);
		if (notes->items[i].has_value) {
			buf_add_char(buf, '(');
			cedar_escape_add(buf, notes->items[i].value);
			buf_add_char(buf, ')');
		}
		buf_add_char(buf, '\n');
	}
}

/* An identifier as it is, any other name in quotes. */
static void
print_name(struct buf *buf, struct str name)
{
	if (ast_is_path(name) && str_find(name, ':', 0) == name.len)
		buf_add_str(buf, name);
	else
		cedar_escape_add(buf, name);
}

static void print_type(struct buf *buf, const struct schema_tree_type *type,
    unsigned depth);

static void
print_record(struct buf *buf, const struct schema_tree_type *type,
    unsigned depth)
{
	size_t n = type->record.n;

	buf_add_char(buf, '{');
	if (n > 0)
		buf_add_char(buf, '\n');
	for (size_t i = 0; i < n; i++) {
		const struct schema_tree_attr *attr = &type->record.items[i];

		print_notes(buf, &attr->notes, depth + 1);
		indent(buf, depth + 1);
		print_name(buf, attr->name);
		buf_add_text(buf, attr->is_optional ? "?: " : ": ");
		print_type(buf, attr->type, depth + 1);
		buf_add_text(buf, i + 1 < n ? ",\n" : "\n");
	}
	indent(buf, depth);
	buf_add_char(buf, '}');
}

static void
print_type(struct buf *buf, const struct schema_tree_type *type,
    unsigned depth)
{
	switch (type->kind) {
	case SCHEMA_TREE_NAME:
	case SCHEMA_TREE_ENTITY:
	case SCHEMA_TREE_COMMON:
		buf_add_str(buf, type->name);
		return;
	case SCHEMA_TREE_BOOL:
		buf_add_text(buf, "__cedar::Bool");
		return;
	case SCHEMA_TREE_LONG:
		buf_add_text(buf, "__cedar::Long");
		return;
	case SCHEMA_TREE_STRING:
		buf_add_text(buf, "__cedar::String");
		return;
	case SCHEMA_TREE_EXTENSION:
		buf_add_text(buf, "__cedar::");
		buf_add_str(buf, type->name);
		return;
	case SCHEMA_TREE_SET:
		buf_add_text(buf, "Set<");
		print_type(buf, type->element, depth);
		buf_add_char(buf, '>');
		return;
	case SCHEMA_TREE_RECORD:
		print_record(buf, type, depth);
		return;
	}
}

static void
print_list(struct buf *buf, const struct schema_tree_names *names)
{
	buf_add_char(buf, '[');
	for (size_t i = 0; i < names->n; i++) {
		if (i > 0)
			buf_add_text(buf, ", ");
		buf_add_str(buf, names->items[i].text);
	}
	buf_add_char(buf, ']');
}

static void
print_entity(struct buf *buf, const struct schema_tree_entity *entity,
    unsigned depth)
{
	print_notes(buf, &entity->notes, depth);
	indent(buf, depth);
	buf_add_text(buf, "entity ");
	buf_add_str(buf, entity->name);
	for (size_t i = 0; i < entity->n_ids; i++) {
		buf_add_text(buf, i == 0 ? " enum [" : ", ");
		cedar_escape_add(buf, entity->ids[i]);
	}
	if (entity->n_ids > 0)
		buf_add_char(buf, ']');
	if (entity->parents.n > 0) {
		buf_add_text(buf, " in ");
		print_list(buf, &entity->parents);
	}
	if (!schema_tree_is_empty(entity->shape)) {
		buf_add_text(buf, " = ");
		print_type(buf, entity->shape, depth);
	}
	if (entity->tags != NULL) {
		buf_add_text(buf, " tags ");
		print_type(buf, entity->tags, 0);
	}
	buf_add_text(buf, ";\n");
}

static void
print_parents(struct buf *buf, const struct schema_tree_action *action)
{
	for (size_t i = 0; i < action->n_parents; i++) {
		const struct schema_tree_parent *parent = &action->parents[i];

		buf_add_text(buf, i == 0 ? " in [" : ", ");
		buf_add_str(buf, parent->type.text.len > 0 ? parent->type.text
							   : STR("Action"));
		buf_add_text(buf, "::");
		cedar_escape_add(buf, parent->id);
	}
	if (action->n_parents > 0)
		buf_add_char(buf, ']');
}

static void
print_action(struct buf *buf, const struct schema_tree_action *action,
    unsigned depth)
{
	print_notes(buf, &action->notes, depth);
	indent(buf, depth);
	buf_add_text(buf, "action ");
	cedar_escape_add(buf, action->name);
	print_parents(buf, action);
	if (action->principals.n > 0 && action->resources.n > 0) {
		buf_add_text(buf, " appliesTo {\n");
		indent(buf, depth + 1);
		buf_add_text(buf, "principal: ");
		print_list(buf, &action->principals);
		buf_add_text(buf, ",\n");
		indent(buf, depth + 1);
		buf_add_text(buf, "resource: ");
		print_list(buf, &action->resources);
		buf_add_text(buf, ",\n");
		indent(buf, depth + 1);
		buf_add_text(buf, "context: ");
		if (schema_tree_is_empty(action->context))
			buf_add_text(buf, "{}");
		else
			print_type(buf, action->context, depth + 1);
		buf_add_char(buf, '\n');
		indent(buf, depth);
		buf_add_char(buf, '}');
	}
	buf_add_text(buf, ";\n");
}

/* An empty line between two declarations. */
static void
separate(struct buf *buf, size_t *n_left)
{
	if (--*n_left > 0)
		buf_add_char(buf, '\n');
}

static void
print_space(struct buf *buf, const struct schema_tree_space *space)
{
	unsigned depth = space->name.len > 0;
	size_t n_left = space->n_commons + space->n_entities +
	    space->n_actions;

	if (depth > 0) {
		print_notes(buf, &space->notes, 0);
		buf_add_format(buf, "namespace %.*s {\n",
		    STR_ARG(space->name));
	}
	for (size_t i = 0; i < space->n_commons; i++) {
		print_notes(buf, &space->commons[i].notes, depth);
		indent(buf, depth);
		buf_add_format(buf, "type %.*s = ",
		    STR_ARG(space->commons[i].name));
		print_type(buf, space->commons[i].type, depth);
		buf_add_text(buf, ";\n");
		separate(buf, &n_left);
	}
	for (size_t i = 0; i < space->n_entities; i++) {
		print_entity(buf, &space->entities[i], depth);
		separate(buf, &n_left);
	}
	for (size_t i = 0; i < space->n_actions; i++) {
		print_action(buf, &space->actions[i], depth);
		separate(buf, &n_left);
	}
	if (depth > 0)
		buf_add_text(buf, "}\n");
}

/* Types of a tree, looked through for what the syntax cannot say. */
struct look {
	const struct schema_tree_space *nameless; /* NULL: there is none */
	struct diag_list *diags;
};

/*
 * {"type": "Entity", "name": "T"}: as text, T would be the common type T if the
 * nameless namespace has one. Of other namespaces check_space() sees to that.
 */
static void
check_entity(const struct look *look, const struct schema_tree_type *type)
{
	for (size_t i = 0; look->nameless != NULL &&
	    i < look->nameless->n_commons; i++) {
		if (!str_is_equal(look->nameless->commons[i].name, type->name))
			continue;
		diag_error(look->diags, type->span.at, type->span.len,
		    "There are name collisions: [%.*s]", STR_ARG(type->name));
		diag_help(look->diags,
		    "rename the common type or the entity type");
	}
}

/* Recursion: a type is at most LIMIT_CEDAR_SCHEMA_DEPTH high. */
static void
check_type(const struct look *look, const struct schema_tree_type *type)
{
	if (type == NULL)
		return;
	if (type->kind == SCHEMA_TREE_ENTITY)
		check_entity(look, type);
	if (type->kind == SCHEMA_TREE_SET)
		check_type(look, type->element);
	for (size_t i = 0; type->kind == SCHEMA_TREE_RECORD &&
	    i < type->record.n; i++)
		check_type(look, type->record.items[i].type);
}

static void
check_types(const struct look *look, const struct schema_tree_space *space)
{
	for (size_t i = 0; i < space->n_commons; i++)
		check_type(look, space->commons[i].type);
	for (size_t i = 0; i < space->n_entities; i++) {
		check_type(look, space->entities[i].shape);
		check_type(look, space->entities[i].tags);
	}
	for (size_t i = 0; i < space->n_actions; i++)
		check_type(look, space->actions[i].context);
}

/* What the syntax cannot say is refused, not changed. */
static void
check_space(const struct schema_tree_space *space, struct diag_list *diags)
{
	size_t j = 0;

	for (size_t i = 0; i < space->n_entities; i++) {
		const struct schema_tree_entity *entity = &space->entities[i];
		struct ast_span span = entity->span;

		if (entity->shape != NULL &&
		    entity->shape->kind != SCHEMA_TREE_RECORD) {
			diag_error(diags, span.at, span.len,
			    "the shape of `%.*s` is not written out as a "
			    "record, which Cedar's syntax asks for",
			    STR_ARG(entity->name));
			diag_help(diags, "write the attributes in the entity "
			    "type itself");
		}
		while (j < space->n_commons && str_compare(
		    space->commons[j].name, entity->name) < 0)
			j++;
		if (space->name.len == 0 || j == space->n_commons ||
		    !str_is_equal(space->commons[j].name, entity->name))
			continue;
		diag_error(diags, span.at, span.len,
		    "There are name collisions: [%.*s::%.*s]",
		    STR_ARG(space->name), STR_ARG(entity->name));
		diag_help(diags, "rename the common type or the entity type");
	}
}

int
cedar_schema_print(struct buf *buf, const struct schema_tree *tree,
    struct diag_list *diags)
{
	size_t before = diags->n_errors;
	struct look look = { NULL, diags };

	if (tree->n_spaces > 0 && tree->spaces[0].name.len == 0)
		look.nameless = &tree->spaces[0];
	for (size_t i = 0; i < tree->n_spaces; i++) {
		check_space(&tree->spaces[i], diags);
		check_types(&look, &tree->spaces[i]);
	}
	if (diags->n_errors > before)
		return CEDAR_E_INPUT;
	for (size_t i = 0; i < tree->n_spaces; i++) {
		if (i > 0)
			buf_add_char(buf, '\n');
		print_space(buf, &tree->spaces[i]);
	}
	return 0;
}
