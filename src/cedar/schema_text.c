/*
 * Reading a schema in Cedar's syntax. Functions are named after the symbols of
 * the grammar (cedar-policy-core, cedar_schema/grammar.lalrpop, 4.12).
 */
#include "cedar/schema_text.h"

#include <errno.h>

#include "cedar/parser_int.h"
#include "limits.h"
#include "util/fault.h"

/* The namespace that declarations go into, while it grows. */
struct space {
	struct schema_tree_space *tree;
	struct parser_items commons;
	struct parser_items entities;
	struct parser_items actions;
};

static bool
is_word(const struct parser *parser, const char *word)
{
	return cedar_lexer_is_word(parser->token.kind) &&
	    str_is_equal(cedar_parser_text(parser, parser->token.span),
	    str_of(word));
}

static bool
accept_word(struct parser *parser, const char *word)
{
	if (!is_word(parser, word))
		return false;
	cedar_parser_advance(parser);
	return true;
}

/* The items that pointers point to, one after the other. NULL: no room. */
static void *
flatten(struct parser *parser, const struct parser_items *items, size_t size)
{
	char *flat = cedar_parser_alloc(parser, items->n, size);

	for (size_t i = 0; flat != NULL && i < items->n; i++)
		memcpy(flat + i * size, items->items[i], size);
	return flat;
}

/* A copy of the item, in the list. */
static bool
push_copy(struct parser *parser, struct parser_items *items, const void *item,
    size_t size)
{
	void *copy = cedar_parser_alloc(parser, 1, size);

	if (copy == NULL)
		return false;
	memcpy(copy, item, size);
	return cedar_parser_push(parser, items, copy);
}

/* Ident: a word that is not reserved. */
static bool
ident(struct parser *parser, struct str *name, struct ast_span *span)
{
	if (!cedar_lexer_is_word(parser->token.kind)) {
		cedar_parser_unexpected(parser, "a name");
		return false;
	}
	*span = parser->token.span;
	*name = cedar_parser_text(parser, *span);
	if (ast_is_reserved(*name) && !str_is_equal(*name, STR("__cedar"))) {
		cedar_parser_error(parser, *span,
		    "reserved identifier used: %.*s", STR_ARG(*name));
		diag_help(parser->diags, "choose another name, or write it "
		    "in quotes where it names an attribute or action");
		return false;
	}
	cedar_parser_advance(parser);
	return true;
}

/* Name := Ident | STR */
static bool
name_or_string(struct parser *parser, struct str *name, struct ast_span *span)
{
	if (parser->token.kind != TOKEN_STRING)
		return ident(parser, name, span);
	*span = parser->token.span;
	cedar_parser_advance(parser);
	return cedar_parser_string(parser, name, *span);
}

/* The parts joined by "::"; the span covers all of them. */
static bool
join(struct parser *parser, struct ast_name *path, struct str part)
{
	size_t len = path->text.len + 2 + part.len;
	char *text;

	if (path->text.len == 0) {
		path->text = part;
		return true;
	}
	/* Written without spaces: the source has it joined already. */
	if (path->text.p + path->text.len + 2 == part.p) {
		path->text.len = len;
		return true;
	}
	text = cedar_parser_alloc(parser, len, 1);
	if (text == NULL)
		return false;
	memcpy(text, path->text.p, path->text.len);
	memcpy(text + path->text.len, "::", 2);
	memcpy(text + path->text.len + 2, part.p, part.len);
	path->text = (struct str){ text, len };
	return true;
}

/*
 * Path := Ident {'::' Ident}. has_id: a string may stand at its end, which is
 * then the next token.
 */
static bool
path(struct parser *parser, struct ast_name *name, bool *has_id)
{
	uint32_t start = parser->token.span.at;
	struct str part;
	struct ast_span span;

	*name = (struct ast_name){ 0 };
	do {
		if (has_id != NULL && name->text.len > 0 &&
		    parser->token.kind == TOKEN_STRING) {
			*has_id = true;
			return true;
		}
		if (!ident(parser, &part, &span) || !join(parser, name, part))
			return false;
		name->span = cedar_parser_span(start, parser->end);
	} while (cedar_parser_accept(parser, TOKEN_COLONS));
	if (has_id != NULL)
		*has_id = false;
	return true;
}

/* {'@' AnyIdent ['(' STR ')']} */
static bool
annotations(struct parser *parser, struct schema_tree_notes *notes)
{
	struct parser_items items = { 0 };
	struct cedar_annotation *flat;
	uint32_t start = parser->token.span.at;
	long repeat;

	while (cedar_parser_accept(parser, TOKEN_AT)) {
		struct cedar_annotation note = { .value = STR("") };
		struct token value;

		if (items.n == LIMIT_CEDAR_ANNOTATIONS) {
			cedar_parser_error(parser, parser->token.span,
			    "more than %d annotations of one declaration",
			    LIMIT_CEDAR_ANNOTATIONS);
			parser->is_limit = true;
			return false;
		}
		if (!cedar_lexer_is_word(parser->token.kind)) {
			cedar_parser_unexpected(parser,
			    "the annotation's name");
			return false;
		}
		note.name = cedar_parser_text(parser, parser->token.span);
		cedar_parser_advance(parser);
		note.has_value = cedar_parser_accept(parser, TOKEN_OPEN_PAREN);
		value = parser->token;
		if (note.has_value &&
		    (!cedar_parser_expect(parser, TOKEN_STRING, "a string") ||
		    !cedar_parser_string(parser, &note.value, value.span) ||
		    !cedar_parser_expect(parser, TOKEN_CLOSE_PAREN, "`)`")))
			return false;
		note.has_value = true; /* here `@a` is @a("") */
		if (!push_copy(parser, &items, &note, sizeof(note)))
			return false;
	}
	flat = flatten(parser, &items, sizeof(*flat));
	if (flat == NULL)
		return false;
	repeat = cedar_schema_tree_sort_notes(flat, items.n);
	*notes = (struct schema_tree_notes){ flat, items.n };
	if (repeat < 0)
		return true;
	cedar_parser_error(parser, cedar_parser_span(start, parser->end),
	    "duplicate annotation: @%.*s", STR_ARG(flat[repeat].name));
	return false;
}

static struct schema_tree_type *type(struct parser *parser);

/* AttrDecls in braces, of which the first has been taken. */
static bool
record(struct parser *parser, struct schema_tree_type *out)
{
	struct parser_items items = { 0 };
	struct schema_tree_attr *flat;

	while (parser->token.kind != TOKEN_CLOSE_BRACE) {
		struct schema_tree_attr attr = { 0 };

		if (!annotations(parser, &attr.notes) ||
		    !name_or_string(parser, &attr.name, &attr.span))
			return false;
		attr.is_optional = cedar_parser_accept(parser, TOKEN_QUESTION);
		if (!cedar_parser_expect(parser, TOKEN_COLON,
			"`:` and the attribute's type"))
			return false;
		attr.type = type(parser);
		if (attr.type == NULL ||
		    !push_copy(parser, &items, &attr, sizeof(attr)))
			return false;
		if (!cedar_parser_accept(parser, TOKEN_COMMA))
			break;
	}
	if (!cedar_parser_expect(parser, TOKEN_CLOSE_BRACE, "`,` or `}`"))
		return false;
	flat = flatten(parser, &items, sizeof(*flat));
	if (flat == NULL)
		return false;
	out->kind = SCHEMA_TREE_RECORD;
	out->record.n = cedar_schema_tree_sort_attrs(flat, items.n);
	out->record.items = flat;
	return true;
}

static bool
set_or_path(struct parser *parser, struct schema_tree_type *out)
{
	struct ast_name name;

	if (!path(parser, &name, NULL))
		return false;
	out->kind = SCHEMA_TREE_NAME;
	out->name = name.text;
	if (!str_is_equal(name.text, STR("Set")) ||
	    !cedar_parser_accept(parser, TOKEN_LESS))
		return true;
	out->kind = SCHEMA_TREE_SET;
	out->element = type(parser);
	return out->element != NULL &&
	    cedar_parser_expect(parser, TOKEN_GREATER, "`>`");
}

/* Type := Path | 'Set' '<' Type '>' | '{' [AttrDecls] '}' */
static struct schema_tree_type *
type(struct parser *parser)
{
	struct schema_tree_type *out =
	    cedar_parser_alloc(parser, 1, sizeof(*out));
	uint32_t start = parser->token.span.at;
	bool is_read;

	if (out == NULL)
		return NULL;
	if (parser->depth == LIMIT_CEDAR_SCHEMA_DEPTH) {
		cedar_parser_error(parser, parser->token.span,
		    "type is nested more than %d deep",
		    LIMIT_CEDAR_SCHEMA_DEPTH);
		diag_help(parser->diags,
		    "name inner records with `type T = ...;`");
		parser->is_limit = true;
		return NULL;
	}
	parser->depth++;
	if (cedar_parser_accept(parser, TOKEN_OPEN_BRACE))
		is_read = record(parser, out);
	else
		is_read = set_or_path(parser, out);
	parser->depth--;
	out->span = cedar_parser_span(start, parser->end);
	return is_read ? out : NULL;
}

/* EntTypes := Path | '[' [Path {',' Path}] ']' */
static bool
ent_types(struct parser *parser, struct schema_tree_names *names)
{
	struct parser_items items = { 0 };
	bool is_list = cedar_parser_accept(parser, TOKEN_OPEN_BRACKET);

	if (!is_list || parser->token.kind != TOKEN_CLOSE_BRACKET) {
		do {
			struct ast_name name;

			if (!path(parser, &name, NULL) ||
			    !push_copy(parser, &items, &name, sizeof(name)))
				return false;
		} while (is_list && cedar_parser_accept(parser, TOKEN_COMMA));
	}
	if (is_list && !cedar_parser_expect(parser, TOKEN_CLOSE_BRACKET,
	    "`,` or `]`"))
		return false;
	names->items = flatten(parser, &items, sizeof(*names->items));
	names->n = items.n;
	return names->items != NULL;
}

/* 'enum' '[' STR {',' STR} ']', the word taken. */
static bool
choices(struct parser *parser, struct schema_tree_entity *entity)
{
	struct parser_items items = { 0 };

	if (!cedar_parser_expect(parser, TOKEN_OPEN_BRACKET, "`[`"))
		return false;
	do {
		struct token token = parser->token;
		struct str id;

		if (!cedar_parser_expect(parser, TOKEN_STRING, "a string") ||
		    !cedar_parser_string(parser, &id, token.span) ||
		    !push_copy(parser, &items, &id, sizeof(id)))
			return false;
	} while (cedar_parser_accept(parser, TOKEN_COMMA));
	entity->ids = flatten(parser, &items, sizeof(*entity->ids));
	entity->n_ids = items.n;
	return entity->ids != NULL && cedar_parser_expect(parser,
	    TOKEN_CLOSE_BRACKET, "`,` or `]`");
}

/* [in EntTypes] [['='] '{' .. '}'] ['tags' Type] */
static bool
standard(struct parser *parser, struct schema_tree_entity *entity)
{
	bool is_assigned;

	if (cedar_parser_accept(parser, TOKEN_IN) &&
	    !ent_types(parser, &entity->parents))
		return false;
	is_assigned = cedar_parser_accept(parser, TOKEN_ASSIGN);
	if (parser->token.kind == TOKEN_OPEN_BRACE) {
		entity->shape = type(parser);
		if (entity->shape == NULL)
			return false;
	} else if (is_assigned) {
		cedar_parser_unexpected(parser,
		    "the attributes in braces: `{ name: Type, ... }`");
		return false;
	}
	if (accept_word(parser, "tags")) {
		entity->tags = type(parser);
		return entity->tags != NULL;
	}
	return true;
}

static bool
refuse_internal(struct parser *parser, struct str name, struct ast_span span)
{
	if (!str_is_equal(name, STR("__cedar")))
		return false;
	cedar_parser_error(parser, span,
	    "The name `__cedar` contains `__cedar`, which is reserved");
	return true;
}

/* Entity := 'entity' Idents .. ';', the word taken. */
static bool
entity(struct parser *parser, struct space *space,
    const struct schema_tree_notes *notes)
{
	struct schema_tree_entity shared = { .notes = *notes };
	struct parser_items names = { 0 };
	bool is_read;

	do {
		struct ast_name name;

		if (!ident(parser, &name.text, &name.span) ||
		    refuse_internal(parser, name.text, name.span) ||
		    !push_copy(parser, &names, &name, sizeof(name)))
			return false;
	} while (cedar_parser_accept(parser, TOKEN_COMMA));
	if (accept_word(parser, "enum"))
		is_read = choices(parser, &shared);
	else
		is_read = standard(parser, &shared);
	if (!is_read || !cedar_parser_expect(parser, TOKEN_SEMICOLON, "`;`"))
		return false;
	for (size_t i = 0; i < names.n; i++) {
		const struct ast_name *name = names.items[i];

		shared.name = name->text;
		shared.span = name->span;
		if (!push_copy(parser, &space->entities, &shared,
		    sizeof(shared)))
			return false;
	}
	return true;
}

/* QualName := Name | Path '::' STR */
static bool
qual_name(struct parser *parser, struct schema_tree_parent *parent)
{
	uint32_t start = parser->token.span.at;
	struct ast_name name;
	bool has_id = false;

	*parent = (struct schema_tree_parent){ 0 };
	if (parser->token.kind == TOKEN_STRING)
		return name_or_string(parser, &parent->id, &parent->span);
	if (!path(parser, &name, &has_id))
		return false;
	if (has_id) {
		struct ast_span literal = parser->token.span;

		parent->type = name;
		cedar_parser_advance(parser);
		parent->span = cedar_parser_span(start, parser->end);
		return cedar_parser_string(parser, &parent->id, literal);
	}
	parent->id = name.text;
	parent->span = name.span;
	if (str_find(name.text, ':', 0) == name.text.len)
		return true;
	cedar_parser_error(parser, name.span, "`%.*s` is not an action",
	    STR_ARG(name.text));
	diag_help(parser->diags,
	    "write the action as N::Action::\"name\", or its name alone");
	return false;
}

/* 'in' ( QualName | '[' QualName {',' QualName} ']' ), the word taken. */
static bool
parents(struct parser *parser, struct schema_tree_action *action)
{
	struct parser_items items = { 0 };
	bool is_list = cedar_parser_accept(parser, TOKEN_OPEN_BRACKET);

	do {
		struct schema_tree_parent parent;

		if (!qual_name(parser, &parent) ||
		    !push_copy(parser, &items, &parent, sizeof(parent)))
			return false;
	} while (is_list && cedar_parser_accept(parser, TOKEN_COMMA));
	if (is_list && !cedar_parser_expect(parser, TOKEN_CLOSE_BRACKET,
	    "`,` or `]`"))
		return false;
	action->has_parents = true;
	action->parents = flatten(parser, &items, sizeof(*action->parents));
	action->n_parents = items.n;
	return action->parents != NULL;
}

/* principal or resource, after the colon. */
static bool
applicants(struct parser *parser, struct schema_tree_names *names,
    const char *what)
{
	uint32_t start = parser->token.span.at;

	if (names->items != NULL) {
		cedar_parser_error(parser, parser->token.span,
		    "duplicate `%s` declaration in appliesTo", what);
		return false;
	}
	if (!ent_types(parser, names))
		return false;
	if (names->n > 0)
		return true;
	cedar_parser_error(parser, cedar_parser_span(start, parser->end),
	    "`%s` is `[]`, which is invalid", what);
	diag_help(parser->diags, "name at least one entity type; an action "
	    "that applies to nothing has no `appliesTo`");
	return false;
}

/* context, after the colon: a path or a record. */
static bool
context(struct parser *parser, struct schema_tree_action *action)
{
	struct schema_tree_type *out;
	struct ast_name name;

	if (action->context != NULL) {
		cedar_parser_error(parser, parser->token.span,
		    "duplicate `context` declaration in appliesTo");
		return false;
	}
	if (parser->token.kind == TOKEN_OPEN_BRACE) {
		action->context = type(parser);
		return action->context != NULL;
	}
	out = cedar_parser_alloc(parser, 1, sizeof(*out));
	if (out == NULL || !path(parser, &name, NULL))
		return false;
	*out = (struct schema_tree_type){ .kind = SCHEMA_TREE_COMMON,
		.span = name.span, .name = name.text };
	action->context = out;
	return true;
}

static bool
app_decl(struct parser *parser, struct schema_tree_action *action)
{
	bool is_principal = is_word(parser, "principal");
	bool is_resource = is_word(parser, "resource");

	if (!is_principal && !is_resource && !is_word(parser, "context")) {
		cedar_parser_unexpected(parser,
		    "`principal`, `resource` or `context`");
		return false;
	}
	cedar_parser_advance(parser);
	if (!cedar_parser_expect(parser, TOKEN_COLON, "`:`"))
		return false;
	if (is_principal)
		return applicants(parser, &action->principals, "principal");
	if (is_resource)
		return applicants(parser, &action->resources, "resource");
	return context(parser, action);
}

/* 'appliesTo' '{' AppDecls '}', the word taken. */
static bool
applies_to(struct parser *parser, struct schema_tree_action *action)
{
	uint32_t start = parser->end;

	if (!cedar_parser_expect(parser, TOKEN_OPEN_BRACE, "`{`"))
		return false;
	do {
		if (!app_decl(parser, action))
			return false;
	} while (cedar_parser_accept(parser, TOKEN_COMMA) &&
	    parser->token.kind != TOKEN_CLOSE_BRACE);
	if (!cedar_parser_expect(parser, TOKEN_CLOSE_BRACE, "`,` or `}`"))
		return false;
	if (action->principals.n > 0 && action->resources.n > 0)
		return true;
	cedar_parser_error(parser, cedar_parser_span(start, parser->end),
	    "missing `%s` declaration in appliesTo",
	    action->principals.n > 0 ? "resource" : "principal");
	diag_help(parser->diags,
	    "appliesTo must name the types of both principal and resource");
	return false;
}

/* Action := 'action' Names .. ';', the word taken. */
static bool
action(struct parser *parser, struct space *space,
    const struct schema_tree_notes *notes)
{
	struct schema_tree_action shared = { .notes = *notes, .applies = true };
	struct parser_items names = { 0 };

	do {
		struct ast_name name;

		if (!name_or_string(parser, &name.text, &name.span) ||
		    !push_copy(parser, &names, &name, sizeof(name)))
			return false;
	} while (cedar_parser_accept(parser, TOKEN_COMMA));
	if (cedar_parser_accept(parser, TOKEN_IN) && !parents(parser, &shared))
		return false;
	if (accept_word(parser, "appliesTo") && !applies_to(parser, &shared))
		return false;
	if (accept_word(parser, "attributes") &&
	    (!cedar_parser_expect(parser, TOKEN_OPEN_BRACE, "`{`") ||
	    !cedar_parser_expect(parser, TOKEN_CLOSE_BRACE,
	    "`}`: actions have no attributes")))
		return false;
	if (!cedar_parser_expect(parser, TOKEN_SEMICOLON, "`;`"))
		return false;
	for (size_t i = 0; i < names.n; i++) {
		const struct ast_name *name = names.items[i];

		shared.name = name->text;
		shared.span = name->span;
		if (!push_copy(parser, &space->actions, &shared,
		    sizeof(shared)))
			return false;
	}
	return true;
}

/* TypeDecl := 'type' Ident '=' Type ';', the word taken. */
static bool
type_decl(struct parser *parser, struct space *space,
    const struct schema_tree_notes *notes)
{
	struct schema_tree_common common = { .notes = *notes };

	if (!ident(parser, &common.name, &common.span) ||
	    refuse_internal(parser, common.name, common.span))
		return false;
	if (cedar_schema_tree_is_keyword(common.name)) {
		cedar_parser_error(parser, common.span,
		    "this uses a reserved schema keyword: `%.*s`",
		    STR_ARG(common.name));
		diag_help(parser->diags, "choose another name for the type");
		return false;
	}
	if (!cedar_parser_expect(parser, TOKEN_ASSIGN, "`=`"))
		return false;
	common.type = type(parser);
	return common.type != NULL &&
	    cedar_parser_expect(parser, TOKEN_SEMICOLON, "`;`") &&
	    push_copy(parser, &space->commons, &common, sizeof(common));
}

/* Decl := Entity | Action | TypeDecl */
static bool
decl(struct parser *parser, struct space *space,
    const struct schema_tree_notes *notes)
{
	if (accept_word(parser, "entity"))
		return entity(parser, space, notes);
	if (accept_word(parser, "action"))
		return action(parser, space, notes);
	if (accept_word(parser, "type"))
		return type_decl(parser, space, notes);
	cedar_parser_unexpected(parser,
	    "`entity`, `action`, `type` or `namespace`");
	return false;
}

/* A brace that ends a record, not a namespace: by what stands behind it. */
static bool
is_end_of_record(const struct parser *parser)
{
	struct parser ahead = *parser;

	cedar_parser_advance(&ahead);
	return ahead.token.kind == TOKEN_SEMICOLON ||
	    ahead.token.kind == TOKEN_COMMA || is_word(&ahead, "tags") ||
	    is_word(&ahead, "attributes");
}

/* Go on behind the next semicolon, or before the brace of the namespace. */
static void
recover(struct parser *parser)
{
	unsigned depth = 0;

	while (parser->token.kind != TOKEN_END) {
		enum token_kind kind = parser->token.kind;

		if (kind == TOKEN_CLOSE_BRACE && depth == 0 &&
		    !is_end_of_record(parser))
			return;
		cedar_parser_advance(parser);
		if (kind == TOKEN_OPEN_BRACE)
			depth++;
		else if (kind == TOKEN_CLOSE_BRACE && depth > 0)
			depth--;
		else if (kind == TOKEN_SEMICOLON && depth == 0)
			return;
	}
}

static bool
finish_space(struct parser *parser, struct space *space)
{
	struct schema_tree_space *tree = space->tree;

	tree->commons =
	    flatten(parser, &space->commons, sizeof(*tree->commons));
	tree->n_commons = space->commons.n;
	tree->entities =
	    flatten(parser, &space->entities, sizeof(*tree->entities));
	tree->n_entities = space->entities.n;
	tree->actions =
	    flatten(parser, &space->actions, sizeof(*tree->actions));
	tree->n_actions = space->actions.n;
	return parser->fault == 0;
}

/* Its name: a path without reserved parts. */
static bool
space_name(struct parser *parser, struct schema_tree_space *space)
{
	struct ast_name name;

	if (!path(parser, &name, NULL))
		return false;
	space->name = name.text;
	space->span = name.span;
	if (ast_is_path(name.text))
		return true;
	cedar_parser_error(parser, name.span,
	    "The name `%.*s` contains `__cedar`, which is reserved",
	    STR_ARG(name.text));
	return false;
}

/* 'namespace' Path '{' {Decl} '}', the word taken. */
static bool
namespace(struct parser *parser, struct parser_items *spaces,
    const struct schema_tree_notes *notes)
{
	struct schema_tree_space tree = { .notes = *notes };
	struct space space = { .tree = &tree };

	if (!space_name(parser, &tree) ||
	    !cedar_parser_expect(parser, TOKEN_OPEN_BRACE, "`{`"))
		return false;
	while (parser->token.kind != TOKEN_CLOSE_BRACE &&
	    parser->token.kind != TOKEN_END && parser->fault == 0) {
		struct schema_tree_notes inner;

		if (!annotations(parser, &inner) ||
		    !decl(parser, &space, &inner))
			recover(parser);
	}
	return cedar_parser_expect(parser, TOKEN_CLOSE_BRACE, "`}`") &&
	    finish_space(parser, &space) &&
	    push_copy(parser, spaces, &tree, sizeof(tree));
}

/* Schema := {Namespace | Decl} */
static void
schema(struct parser *parser, struct schema_tree *out)
{
	struct schema_tree_space nameless = { 0 };
	struct space space = { .tree = &nameless };
	struct parser_items spaces = { 0 };

	while (parser->token.kind != TOKEN_END && parser->fault == 0) {
		struct schema_tree_notes notes;
		bool is_read = annotations(parser, &notes);

		if (is_read && accept_word(parser, "namespace"))
			is_read = namespace(parser, &spaces, &notes);
		else if (is_read)
			is_read = decl(parser, &space, &notes);
		if (!is_read) {
			recover(parser);
			(void)cedar_parser_accept(parser, TOKEN_CLOSE_BRACE);
		}
	}
	if (!finish_space(parser, &space))
		return;
	if (nameless.n_commons + nameless.n_entities + nameless.n_actions > 0 &&
	    !push_copy(parser, &spaces, &nameless, sizeof(nameless)))
		return;
	out->spaces = flatten(parser, &spaces, sizeof(*out->spaces));
	out->n_spaces = spaces.n;
}

int
cedar_schema_text_read(struct schema_tree *tree, struct arena *arena,
    struct str text, struct diag_list *diags)
{
	struct parser parser = { .arena = arena, .diags = diags,
		.source = text };
	size_t before = diags->n_errors;
	int r = cedar_lexer_init(&parser.lexer, text, diags);

	if (r != 0)
		return r;
	*tree = (struct schema_tree){ 0 };
	cedar_parser_advance(&parser);
	schema(&parser, tree);
	if (parser.fault != 0 && arena->is_full) {
		diag_error(diags, 0, 0, "more than %zu bytes are needed",
		    arena->limit);
		return CEDAR_E_LIMIT;
	}
	if (parser.fault != 0)
		return TRACE(parser.fault);
	if (parser.is_limit)
		return CEDAR_E_LIMIT;
	if (diags->n_errors > before)
		return CEDAR_E_INPUT;
	cedar_schema_tree_sort(tree);
	return 0;
}
