/* Requests from JSON and text; see stile/cedar.h. */
#include "cedar/request_read.h"

#include <errno.h>

#include "cedar/entities_json.h"
#include "cedar/literal.h"
#include "cedar/mend.h"
#include "cedar/schema.h"
#include "util/fault.h"

static const struct str members[] = { STR_INIT("principal"),
	STR_INIT("action"), STR_INIT("resource"), STR_INIT("context") };

/* "User::\"ann\"": what is wrong with it is said of the JSON string. */
static int
read_quoted(struct cedar_uid *uid, struct arena *arena,
    const struct jsontree *tree, struct str what, struct diag_list *diags)
{
	struct diag_list inner;
	int r;

	diag_init(&inner, arena, what, tree->text);
	r = cedar_literal_parse_uid(uid, arena, tree->text, &inner);
	if (r <= 0)
		return r < 0 ? TRACE(r) : r;
	diag_error(diags, tree->span.at, tree->span.len, "%.*s: %.*s",
	    STR_ARG(what), STR_ARG(inner.n_items > 0 ? inner.items[0].text
						     : STR("not an entity")));
	diag_help(diags, "an entity is {\"type\": \"User\", \"id\": \"ann\"} "
	    "or \"User::\\\"ann\\\"\"");
	return r;
}

int
cedar_request_read_uid(struct cedar_uid *uid, struct arena *arena,
    const struct jsontree *tree, struct str what, struct diag_list *diags)
{
	struct entities_json reader = { arena, diags, STR("request") };
	struct str name;

	if (tree->kind == JSONTREE_STRING)
		return read_quoted(uid, arena, tree, what, diags);
	name = arena_str(arena, what); /* ends in NUL */
	if (name.p == NULL)
		return FAULT(ENOMEM);
	return cedar_entities_json_uid(uid, &reader, tree, name.p);
}

static int
read_member(struct cedar_uid *uid, struct arena *arena,
    const struct jsontree *tree, struct str name, struct diag_list *diags)
{
	const struct jsontree *member = cedar_jsontree_get(tree, name);

	if (member != NULL)
		return cedar_request_read_uid(uid, arena, member, name, diags);
	diag_error(diags, tree->span.at, 1, "request: missing `%.*s`",
	    STR_ARG(name));
	diag_help(diags, "a request has principal, action, resource and, if "
	    "policies look at it, context");
	return CEDAR_E_INPUT;
}

static int
read_context(struct cedar_request *request, struct arena *arena,
    const struct cedar_schema *schema, const struct jsontree *tree,
    struct diag_list *diags)
{
	struct entities_json reader = { arena, diags, STR("context") };
	struct cedar_value context;
	int r;

	if (tree->kind != JSONTREE_OBJECT)
		return cedar_entities_json_refuse(&reader, tree,
		    "must be a record");
	r = schema != NULL
	    ? cedar_schema_request_context_tree(&context, arena, schema,
		  request->action, tree, diags)
	    : cedar_entities_json_value(&context, &reader, tree);
	if (r == 0 && context.kind != CEDAR_RECORD)
		r = cedar_entities_json_refuse(&reader, tree,
		    "must be a record");
	if (r != 0)
		return r;
	request->context = context.record.items;
	request->n_context = context.record.n;
	return 0;
}

int
cedar_request_read_tree(struct cedar_request *request,
    struct cedar_uid *resource, struct arena *arena,
    const struct cedar_schema *schema, const struct jsontree *tree,
    struct diag_list *diags)
{
	/* What a request without one has. */
	const struct jsontree none = { .kind = JSONTREE_OBJECT,
		.span = tree->span };
	const struct jsontree *context = cedar_jsontree_get(tree, members[3]);
	int r;

	if (tree->kind != JSONTREE_OBJECT) {
		diag_error(diags, tree->span.at, tree->span.len,
		    "a request is a record");
		return cedar_mend(CEDAR_E_INPUT, diags);
	}
	r = read_member(&request->principal, arena, tree, members[0], diags);
	if (r == 0)
		r = read_member(&request->action, arena, tree, members[1],
		    diags);
	if (r == 0)
		r = read_member(resource, arena, tree, members[2], diags);
	if (r == 0)
		r = read_context(request, arena, schema,
		    context != NULL ? context : &none, diags);
	return r < 0 ? TRACE(r) : cedar_mend(r, diags);
}

static int
check_members(const struct jsontree *tree, struct diag_list *diags)
{
	for (size_t i = 0; tree->kind == JSONTREE_OBJECT &&
	    i < tree->object.n; i++) {
		const struct jsontree_member *member = &tree->object.items[i];
		bool is_known = false;

		for (size_t k = 0; k < ARRAY_LEN(members); k++)
			is_known |= str_is_equal(member->name, members[k]);
		if (is_known)
			continue;
		diag_error(diags, member->name_span.at, member->name_span.len,
		    "request: unknown member `%.*s`", STR_ARG(member->name));
		return CEDAR_E_INPUT;
	}
	return 0;
}

int
cedar_request_read(struct cedar_request *request, struct cedar_uid *resource,
    struct arena *arena, const struct cedar_schema *schema,
    enum cedar_form form, struct str text, struct diag_list *diags)
{
	struct jsontree *tree = ARENA_NEW(arena, struct jsontree);
	int r;

	if (tree == NULL)
		return arena->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	r = form == CEDAR_FORM_JSON
	    ? cedar_jsontree_parse(tree, arena, text, diags)
	    : cedar_literal_tree(tree, arena, text, diags);
	if (r == 0)
		r = check_members(tree, diags);
	if (r == 0)
		r = cedar_request_read_tree(request, resource, arena, schema,
		    tree, diags);
	return r < 0 ? TRACE(r) : cedar_mend(r, diags);
}
