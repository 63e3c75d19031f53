/*
 * Reading the JSON form of policies: scopes, policies, sets; see est_read.h.
 * A function that reads returns false when it could not, as est_fields.h says.
 */
#include "cedar/est_read.h"

#include <errno.h>

#include "cedar/est_expr.h"
#include "cedar/parser.h"
#include "cedar/policy_text.h"
#include "limits.h"
#include "util/fault.h"
#include "util/map.h"

static bool
read_slot(struct est_reader *reader, struct ast_scope *scope,
    const struct jsontree *json, enum ast_var var)
{
	struct str want = ast_var_names[var];
	struct str name;

	if (!cedar_est_fields_string(reader, &name, json))
		return false;
	scope->is_slot = true;
	return (name.len > 0 && name.p[0] == '?' && var != AST_ACTION &&
		   str_is_equal(str_part(name, 1, name.len), want)) ||
	    REFUSED(reader, json, "slot %.*s cannot stand here", STR_ARG(name));
}

/* One of entity and slot. */
static bool
read_target(struct est_reader *reader, struct ast_scope *scope,
    const struct jsontree *json, const struct est_field *entity,
    const struct est_field *slot, enum ast_var var)
{
	if ((entity->value == NULL) == (slot->value == NULL))
		return REFUSED(reader, json,
		    "expected one of the members `entity` and `slot`");
	return slot->value != NULL
	    ? read_slot(reader, scope, slot->value, var)
	    : cedar_est_fields_uid(reader, &scope->uid, entity->value);
}

static bool
check_action(struct est_reader *reader, const struct ast_uid *uid,
    const struct jsontree *json)
{
	return str_is_equal(uid->type.text, STR("Action")) ||
	    str_has_suffix(uid->type.text, STR("::Action")) ||
	    REFUSED(reader, json,
		"expected an entity of type `Action` but got `%.*s`",
		STR_ARG(uid->type.text));
}

static bool
read_actions(struct est_reader *reader, struct ast_scope *scope,
    const struct jsontree *json)
{
	struct ast_uid *uids;

	if (json->kind != JSONTREE_ARRAY)
		return REFUSED(reader, json, "expected an array");
	uids = cedar_est_fields_alloc(reader, json->array.n, sizeof(*uids));
	if (uids == NULL)
		return false;
	for (size_t i = 0; i < json->array.n; i++) {
		const struct jsontree *one = &json->array.items[i];

		if (!cedar_est_fields_uid(reader, &uids[i], one) ||
		    !check_action(reader, &uids[i], one))
			return false;
	}
	scope->op = AST_SCOPE_IN_SET;
	scope->uids = uids;
	scope->n_uids = json->array.n;
	return true;
}

static bool
scope_is(struct est_reader *reader, struct ast_scope *scope,
    const struct jsontree *json, enum ast_var var)
{
	struct est_field list[] = { { "op" }, { "entity_type" },
		{ "in", true } };
	struct est_field in[] = { { "entity", true }, { "slot", true } };

	if (var == AST_ACTION)
		return REFUSED(reader, json,
		    "`is` cannot be used in the action scope");
	scope->op = AST_SCOPE_IS;
	if (!cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)) ||
	    !cedar_est_fields_type(reader, &scope->type, list[1].value))
		return false;
	if (list[2].value == NULL)
		return true;
	scope->op = AST_SCOPE_IS_IN;
	return cedar_est_fields_take(reader, list[2].value, in,
		   ARRAY_LEN(in)) &&
	    read_target(reader, scope, list[2].value, &in[0], &in[1], var);
}

static bool
scope_relation(struct est_reader *reader, struct ast_scope *scope,
    const struct jsontree *json, enum ast_var var)
{
	struct est_field list[] = { { "op" }, { "entity", true },
		{ "slot", true }, { "entities", true } };
	bool is_list = var == AST_ACTION && scope->op == AST_SCOPE_IN;

	if (!cedar_est_fields_take(reader, json, list,
		is_list ? ARRAY_LEN(list) : ARRAY_LEN(list) - 1))
		return false;
	if (list[3].value != NULL && list[1].value == NULL &&
	    list[2].value == NULL)
		return read_actions(reader, scope, list[3].value);
	return read_target(reader, scope, json, &list[1], &list[2], var) &&
	    (var != AST_ACTION ||
		check_action(reader, &scope->uid, list[1].value));
}

static bool
read_scope(struct est_reader *reader, struct ast_scope *scope,
    const struct jsontree *json, enum ast_var var)
{
	const struct jsontree *op = cedar_jsontree_get(json, STR("op"));
	struct est_field only_op[] = { { "op" } };
	struct str name;

	if (op == NULL)
		return cedar_est_fields_take(reader, json, only_op,
		    ARRAY_LEN(only_op));
	if (!cedar_est_fields_string(reader, &name, op))
		return false;
	if (str_is_equal(name, STR("All")) || str_is_equal(name, STR("all")))
		return cedar_est_fields_take(reader, json, only_op,
		    ARRAY_LEN(only_op));
	if (str_is_equal(name, STR("is")))
		return scope_is(reader, scope, json, var);
	scope->op = str_is_equal(name, STR("in")) ? AST_SCOPE_IN
						  : AST_SCOPE_EQUAL;
	if (scope->op == AST_SCOPE_EQUAL && !str_is_equal(name, STR("==")))
		return REFUSED(reader, op,
		    "expected `All`, `==`, `in` or `is`");
	return scope_relation(reader, scope, json, var);
}

static bool
is_word(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool is_letter = c == '_' || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z');

		if (!is_letter && !(i > 0 && c >= '0' && c <= '9'))
			return false;
	}
	return s.len > 0;
}

static bool
read_annotations(struct est_reader *reader, struct ast_policy *policy,
    const struct jsontree *json)
{
	struct cedar_annotation *list;
	size_t n;

	if (json->kind != JSONTREE_OBJECT)
		return REFUSED(reader, json, "expected an object");
	n = json->object.n;
	list = cedar_est_fields_alloc(reader, n, sizeof(*list));
	if (list == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct jsontree_member *one = &json->object.items[i];

		if (!is_word(one->name))
			return REFUSED(reader, &one->value,
			    "not a name of an annotation: `%.*s`",
			    STR_ARG(one->name));
		list[i] = (struct cedar_annotation){ .name = one->name,
			.value = STR(""),
			.has_value = one->value.kind != JSONTREE_NULL };
		if (list[i].has_value &&
		    !cedar_est_fields_string(reader, &list[i].value,
			&one->value))
			return false;
	}
	policy->annotations = list;
	policy->n_annotations = n;
	return true;
}

static bool
read_conditions(struct est_reader *reader, struct ast_policy *policy,
    const struct jsontree *json)
{
	struct ast_condition *list;

	if (json->kind != JSONTREE_ARRAY)
		return REFUSED(reader, json, "expected an array");
	list = cedar_est_fields_alloc(reader, json->array.n, sizeof(*list));
	if (list == NULL)
		return false;
	for (size_t i = 0; i < json->array.n; i++) {
		struct est_field parts[] = { { "kind" }, { "body" } };
		struct str kind;

		if (!cedar_est_fields_take(reader, &json->array.items[i], parts,
			ARRAY_LEN(parts)) ||
		    !cedar_est_fields_string(reader, &kind, parts[0].value))
			return false;
		list[i].is_unless = str_is_equal(kind, STR("unless"));
		if (!list[i].is_unless && !str_is_equal(kind, STR("when")))
			return REFUSED(reader, parts[0].value,
			    "expected `when` or `unless`");
		list[i].body = cedar_est_expr_read(reader, parts[1].value);
		if (list[i].body == NULL)
			return false;
	}
	policy->conditions = list;
	policy->n_conditions = json->array.n;
	return true;
}

static bool
read_policy(struct est_reader *reader, struct ast_policy *policy,
    const struct jsontree *json)
{
	struct est_field list[] = { { "effect" }, { "principal" }, { "action" },
		{ "resource" }, { "conditions" }, { "annotations", true } };
	struct str effect;

	*policy = (struct ast_policy){ .effect = CEDAR_FORBID };
	if (!cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)) ||
	    !cedar_est_fields_string(reader, &effect, list[0].value) ||
	    !read_scope(reader, &policy->principal, list[1].value,
		AST_PRINCIPAL) ||
	    !read_scope(reader, &policy->action, list[2].value, AST_ACTION) ||
	    !read_scope(reader, &policy->resource, list[3].value,
		AST_RESOURCE) ||
	    !read_conditions(reader, policy, list[4].value))
		return false;
	if (str_is_equal(effect, STR("permit")))
		policy->effect = CEDAR_PERMIT;
	else if (!str_is_equal(effect, STR("forbid")))
		return REFUSED(reader, list[0].value,
		    "expected `permit` or `forbid`");
	policy->is_template = policy->principal.is_slot ||
	    policy->resource.is_slot;
	return list[5].value == NULL ||
	    read_annotations(reader, policy, list[5].value);
}

/* ------------------------------------------------------------------ */

/* A document on its way to be a policy set. */
struct document {
	struct est_reader reader;
	struct arena arena; /* the JSON tree and what is read of it */
	struct buf text;    /* the policies, printed */
	struct str *ids;    /* in the order printed */
	size_t n_ids;
	struct map names; /* ids seen */
	struct cedar_link *links;
	size_t n_links;
};

static void
document_fini(struct document *document)
{
	buf_fini(&document->text);
	arena_fini(&document->arena);
}

static bool
take_id(struct document *document, struct str id, const struct jsontree *json)
{
	struct est_reader *reader = &document->reader;
	struct str key = id.p != NULL ? id : STR("");

	if (map_find(&document->names, key) != NULL)
		return REFUSED(reader, json, "duplicate policy id `%.*s`",
		    STR_ARG(id));
	if (map_put(&document->names, key, document) < 0)
		return cedar_est_fields_alloc(reader, SIZE_MAX, 2) != NULL;
	document->ids[document->n_ids++] = key;
	return true;
}

/* Read, and print as text. */
static bool
take_policy(struct document *document, const struct jsontree *json,
    const bool *is_template)
{
	struct est_reader *reader = &document->reader;
	struct ast_policy policy;

	if (!read_policy(reader, &policy, json))
		return false;
	if (is_template != NULL && policy.is_template != *is_template)
		return REFUSED(reader, json,
		    *is_template ? "a template must have a slot"
				 : "a static policy must not have a slot");
	cedar_policy_text_print(&document->text, &policy,
	    POLICY_TEXT_CHAINS | POLICY_TEXT_PLAIN);
	buf_add_char(&document->text, '\n');
	if (document->text.failed == 0)
		return true;
	reader->r = document->text.failed == ENOMEM ? FAULT(ENOMEM)
						    : CEDAR_E_LIMIT;
	return false;
}

static bool
take_policies(struct document *document, const struct jsontree *json,
    bool is_template)
{
	if (json == NULL)
		return true;
	if (json->kind != JSONTREE_OBJECT)
		return REFUSED(&document->reader, json, "expected an object");
	for (size_t i = 0; i < json->object.n; i++) {
		const struct jsontree_member *one = &json->object.items[i];

		if (!take_id(document, one->name, &one->value) ||
		    !take_policy(document, &one->value, &is_template))
			return false;
	}
	return true;
}

static bool
slot_value(struct document *document, struct cedar_uid *uid,
    const struct jsontree *json)
{
	struct ast_uid read;

	if (json == NULL)
		return true;
	if (!cedar_est_fields_uid(&document->reader, &read, json))
		return false;
	*uid = (struct cedar_uid){ read.type.text, read.id };
	return true;
}

static bool
take_link(struct document *document, struct cedar_link *link,
    const struct jsontree *json)
{
	struct est_reader *reader = &document->reader;
	struct est_field list[] = { { "templateId" }, { "newId" },
		{ "values" } };
	struct est_field slots[] = { { "?principal", true },
		{ "?resource", true } };

	return cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)) &&
	    cedar_est_fields_string(reader, &link->template_id,
		list[0].value) &&
	    cedar_est_fields_string(reader, &link->id, list[1].value) &&
	    cedar_est_fields_take(reader, list[2].value, slots,
		ARRAY_LEN(slots)) &&
	    slot_value(document, &link->principal, slots[0].value) &&
	    slot_value(document, &link->resource, slots[1].value);
}

static bool
take_links(struct document *document, const struct jsontree *json)
{
	struct est_reader *reader = &document->reader;

	if (json == NULL)
		return true;
	if (json->kind != JSONTREE_ARRAY)
		return REFUSED(reader, json, "expected an array");
	document->n_links = json->array.n;
	document->links = cedar_est_fields_alloc(reader, json->array.n,
	    sizeof(*document->links));
	for (size_t i = 0; i < json->array.n && document->links != NULL; i++) {
		if (!take_link(document, &document->links[i],
			&json->array.items[i]))
			return false;
	}
	return document->links != NULL;
}

static size_t
n_members(const struct jsontree *json)
{
	return json != NULL && json->kind == JSONTREE_OBJECT ? json->object.n
							     : 0;
}

static bool
take_document(struct document *document, const struct jsontree *json)
{
	struct est_reader *reader = &document->reader;
	struct est_field list[] = { { "staticPolicies", true },
		{ "templates", true }, { "templateLinks", true } };

	map_init(&document->names, &document->arena,
	    (uint64_t)(uintptr_t)document);
	if (cedar_jsontree_get(json, STR("effect")) != NULL) {
		document->ids =
		    cedar_est_fields_alloc(reader, 1, sizeof(*document->ids));
		return document->ids != NULL &&
		    take_id(document, STR("policy0"), json) &&
		    take_policy(document, json, NULL);
	}
	if (!cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)))
		return false;
	document->ids = cedar_est_fields_alloc(reader,
	    n_members(list[0].value) + n_members(list[1].value),
	    sizeof(*document->ids));
	return document->ids != NULL &&
	    take_policies(document, list[0].value, false) &&
	    take_policies(document, list[1].value, true) &&
	    take_links(document, list[2].value);
}

/* What was printed, parsed. Its errors are told as errors of the document. */
static int
parse(struct cedar_policies *policies, const struct document *document)
{
	struct str text = arena_str(&policies->arena, buf_str(&document->text));
	struct diag_list diags;
	int r;

	if (text.p == NULL)
		return policies->arena.is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	diag_init(&diags, document->reader.arena, STR(""), text);
	r = cedar_parser_parse(&policies->ast, &policies->arena, text, 0,
	    &diags);
	if (r > 0) {
		struct str why = diags.n_items > 0 ? diags.items[0].text
						   : STR("too large");

		diag_error(document->reader.diags, 0, 0, "%.*s", STR_ARG(why));
	}
	for (size_t i = 0; r == 0 && i < policies->ast.n_policies; i++) {
		policies->ast.policies[i].id =
		    arena_str(&policies->arena, document->ids[i]);
		if (policies->ast.policies[i].id.p == NULL)
			r = FAULT(ENOMEM);
	}
	return r < 0 ? TRACE(r) : r;
}

static int
read_document(struct document *document, struct str json)
{
	struct est_reader *reader = &document->reader;
	struct jsontree tree;
	int r = cedar_jsontree_parse_deep(&tree, &document->arena, json,
	    LIMIT_CEDAR_EST_DEPTH, reader->diags);

	if (r == 0) {
		(void)take_document(document, &tree);
		r = reader->r;
	}
	if (r == CEDAR_E_LIMIT && reader->diags->n_errors == 0)
		diag_error(reader->diags, 0, 0,
		    "the policies need more memory than the limit");
	return r < 0 ? TRACE(r) : r;
}

int
cedar_est_read_set(struct cedar_policies **out, struct cedar_names *names,
    struct str json, struct diag_list *diags)
{
	CLEANUP(document_fini) struct document document = { 0 };
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	int r;

	arena_init(&document.arena, LIMIT_CEDAR_ARENA);
	buf_init(&document.text, LIMIT_CEDAR_TEXT);
	document.reader =
	    (struct est_reader){ .arena = &document.arena, .diags = diags };
	r = read_document(&document, json);
	if (r == 0)
		r = cedar_policies_new(&policies, names);
	if (r == 0)
		r = parse(policies, &document);
	if (r == 0)
		r = cedar_policies_compile(policies, document.links,
		    document.n_links, diags);
	if (r == 0)
		*out = TAKE(policies);
	return r < 0 ? TRACE(r) : r;
}
