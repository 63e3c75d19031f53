/* Requests held against a schema; see stile/cedar.h. */
#include "cedar/entities_json.h"
#include "cedar/jsontree.h"
#include "cedar/mend.h"
#include "cedar/schema.h"
#include "cedar/schema_value.h"
#include "limits.h"

static int
check_one(const struct cedar_schema *schema,
    const struct schema_action *action, const struct schema_numbers *allowed,
    const struct cedar_uid *uid, const char *what, struct diag_list *diags)
{
	uint32_t type = cedar_schema_find_entity(schema, uid->type);

	if (type == SCHEMA_NONE) {
		diag_error_at(diags, STR("request"),
		    "%s type `%.*s` is not declared in the schema", what,
		    STR_ARG(uid->type));
		return CEDAR_E_INPUT;
	}
	if (!cedar_schema_numbers_contain(allowed, type)) {
		diag_error_at(diags, STR("request"),
		    "%s type `%.*s` is not valid for `%.*s::\"%.*s\"`", what,
		    STR_ARG(uid->type), STR_ARG(action->uid.type),
		    STR_ARG(action->uid.id));
		diag_help(diags, "see the action's appliesTo");
		return CEDAR_E_INPUT;
	}
	if (cedar_schema_has_id(&schema->entities[type], uid->id))
		return 0;
	diag_error_at(diags, STR("request"),
	    "%s: entity `%.*s::\"%.*s\"` is of an enumerated entity type, but "
	    "`\"%.*s\"` is not declared as a valid eid", what,
	    STR_ARG(uid->type), STR_ARG(uid->id), STR_ARG(uid->id));
	return CEDAR_E_INPUT;
}

/* Returns: the action; NULL, told. */
static const struct schema_action *
find_action(const struct cedar_schema *schema, const struct cedar_uid *uid,
    struct diag_list *diags)
{
	uint32_t action = cedar_schema_find_action(schema, uid);

	if (action != SCHEMA_NONE)
		return &schema->actions[action];
	diag_error_at(diags, STR("request"), "request's action "
	    "`%.*s::\"%.*s\"` is not declared in the schema",
	    STR_ARG(uid->type), STR_ARG(uid->id));
	return NULL;
}

int
cedar_schema_request_check(const struct cedar_schema *schema,
    const struct cedar_request *request, struct cedar_uid resource,
    struct diag_list *diags)
{
	const struct schema_action *action =
	    find_action(schema, &request->action, diags);
	int r;

	if (action == NULL)
		return cedar_mend(CEDAR_E_INPUT, diags);
	r = check_one(schema, action, &action->principals,
	    &request->principal, "principal", diags);
	if (r == 0)
		r = check_one(schema, action, &action->resources, &resource,
		    "resource", diags);
	if (r == 0)
		r = cedar_schema_value_check_fields(schema, action->context,
		    request->context, request->n_context, STR("context"),
		    diags);
	return cedar_mend(r, diags);
}

int
cedar_schema_request_context_tree(struct cedar_value *context,
    struct arena *arena, const struct cedar_schema *schema,
    struct cedar_uid action, const struct jsontree *tree,
    struct diag_list *diags)
{
	const struct schema_action *found =
	    find_action(schema, &action, diags);
	struct entities_json reader = { arena, diags, STR("context") };

	if (found == NULL)
		return cedar_mend(CEDAR_E_INPUT, diags);
	return cedar_mend(cedar_schema_value_read(context, &reader, schema,
	    found->context, tree), diags);
}

int
cedar_schema_request_context(struct cedar_value *context, struct arena *arena,
    const struct cedar_schema *schema, struct cedar_uid action,
    struct str text, struct diag_list *diags)
{
	struct jsontree json;
	int r = cedar_jsontree_parse(&json, arena, text, diags);

	if (r == 0)
		r = cedar_schema_request_context_tree(context, arena, schema,
		    action, &json, diags);
	return cedar_mend(r, diags);
}
