/*
 * Embedding the policy language: load policies and entities, ask, read the answer.
 *
 *   cc cedar_embed.c $(pkg-config --cflags --libs cedar) -o cedar_embed
 */
#include <cedar.h>

static const struct cedar_str policies_text = CEDAR_STR_INIT(
    "@id(\"readers\") permit (principal in Group::\"clerks\", action == Action::\"read\", resource)\n"
    "when { resource.county == context.county };\n"
    "@id(\"sealed\") forbid (principal, action, resource) when { resource.sealed };\n");
static const struct cedar_str entities_text = CEDAR_STR_INIT(
    "[{\"uid\": {\"type\": \"User\", \"id\": \"ann\"}, \"attrs\": {},"
    " \"parents\": [{\"type\": \"Group\", \"id\": \"clerks\"}]},"
    "{\"uid\": {\"type\": \"Record\", \"id\": \"7\"}, \"parents\": [],"
    " \"attrs\": {\"county\": \"Kings\", \"sealed\": false}}]");

int
main(void)
{
	struct cedar_arena arena = { 0 };
	struct cedar_diag_list diags;
	struct cedar_names *names = NULL;
	struct cedar_policies *policies = NULL;
	struct cedar_entities *entities = NULL;
	struct cedar_field context = { CEDAR_STR("county"), cedar_string(CEDAR_STR("Kings")) };
	struct cedar_request request = {
		.principal = { CEDAR_STR("User"), CEDAR_STR("ann") },
		.action = { CEDAR_STR("Action"), CEDAR_STR("read") },
		.context = &context, .n_context = 1 };
	struct cedar_uid resource = { CEDAR_STR("Record"), CEDAR_STR("7") };
	struct cedar_query *query;
	struct cedar_answer answer = { .decision = CEDAR_DENY };

	cedar_arena_init(&arena, 1 << 20);
	cedar_diag_init(&diags, &arena, CEDAR_STR("policies"), policies_text);
	if (cedar_names_new(&names) == 0 && cedar_policies_parse(&policies, names, policies_text,
	    NULL, 0, CEDAR_ID_ANNOTATION, &diags) == 0 &&
	    cedar_entities_new(&entities, names) == 0 &&
	    cedar_entities_json_add(entities, entities_text, &diags) == 0 &&
	    cedar_entities_finish(entities, &diags) == 0) {
		request.entities = entities;
		if (cedar_query_new(&query, &arena, &request, &diags) == 0 &&
		    cedar_query_decide(&answer, query, policies, resource) == 0)
			printf("%s\n", answer.decision == CEDAR_ALLOW ? "allow" : "deny");
	}
	for (size_t i = 0; i < answer.n_reasons; i++)
		printf("because of %.*s\n",
		    CEDAR_STR_ARG(cedar_policies_get(policies, answer.reasons[i]).id));
	cedar_diag_print(&diags, stderr);
	cedar_entities_free(entities);
	cedar_policies_free(policies);
	cedar_names_free(names);
	cedar_arena_fini(&arena);
	return answer.decision == CEDAR_ALLOW ? 0 : 1;
}
