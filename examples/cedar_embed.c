/* A decision in thirty lines: cc cedar_embed.c $(pkg-config --cflags --libs cedar) */
#include <cedar.h>
static const struct cedar_str policies_text = CEDAR_STR_INIT("@id(\"readers\") permit (principal in Group::\"clerks\", action == Action::\"read\", resource) when { resource.county == context.county };");
static const struct cedar_str entities_text = CEDAR_STR_INIT("[{ uid: User::\"ann\", parents: [Group::\"clerks\"], attrs: {} }, { uid: Record::\"7\", parents: [], attrs: { county: \"Kings\" } }]");
static const struct cedar_str request_text = CEDAR_STR_INIT("{ principal: User::\"ann\", action: Action::\"read\", resource: Record::\"7\", context: { county: \"Kings\" } }");
int main(void)
{
	struct cedar_arena arena = { .limit = 1 << 20 }; /* holds the query and its answer */
	struct cedar_diag_list diags = { .arena = &arena }; /* what is wrong, where, and what to do */
	struct cedar_names *names = NULL;
	struct cedar_policies *policies = NULL;
	struct cedar_entities *entities = NULL;
	struct cedar_request request = { 0 };
	struct cedar_uid resource;
	struct cedar_query *query;
	struct cedar_answer answer = { .decision = CEDAR_DENY };
	if (cedar_names_new(&names) == 0 && cedar_entities_new(&entities, names) == 0 &&
	    cedar_policies_parse(&policies, names, policies_text, NULL, 0, CEDAR_ID_ANNOTATION, &diags) == 0 &&
	    cedar_entities_text_add(entities, NULL, entities_text, &diags) == 0 && cedar_entities_finish(entities, &diags) == 0 &&
	    cedar_request_read(&request, &resource, &arena, NULL, CEDAR_FORM_TEXT, request_text, &diags) == 0 &&
	    (request.entities = entities) != NULL && cedar_query_new(&query, &arena, &request, &diags) == 0 &&
	    cedar_query_decide(&answer, query, policies, resource) == 0 && answer.n_reasons > 0)
		printf("%s because of %.*s\n", answer.decision == CEDAR_ALLOW ? "allow" : "deny", CEDAR_STR_ARG(cedar_policies_get(policies, answer.reasons[0]).id));
	cedar_diag_print(&diags, stderr);
	cedar_entities_free(entities);
	cedar_policies_free(policies);
	cedar_names_free(names);
	cedar_arena_fini(&arena);
	return answer.decision == CEDAR_ALLOW ? 0 : 1;
}
