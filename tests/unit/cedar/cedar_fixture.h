/* What the tests of the policy language share: a set, a store, a question. */
#ifndef STILE_TESTS_CEDAR_FIXTURE_H
#define STILE_TESTS_CEDAR_FIXTURE_H

#include "stile/cedar.h"
#include "tap.h"

struct fixture {
	struct arena arena;
	struct diag_list diags;
	struct cedar_names *names;
	struct cedar_policies *policies;
	struct cedar_entities *entities;
	struct cedar_request request; /* User::"u" does Action::"a" */
	struct cedar_uid resource;    /* Doc::"d" */
};

UNUSED static void
fixture_fini(struct fixture *fixture)
{
	cedar_policies_free(fixture->policies);
	cedar_entities_free(fixture->entities);
	cedar_names_free(fixture->names);
	arena_fini(&fixture->arena);
}

UNUSED static void
fixture_init(struct fixture *fixture)
{
	*fixture = (struct fixture){
		.request = { .principal = { STR("User"), STR("u") },
		    .action = { STR("Action"), STR("a") } },
		.resource = { STR("Doc"), STR("d") },
	};
	arena_init(&fixture->arena, (size_t)1 << 28);
	diag_init(&fixture->diags, &fixture->arena, STR("test"), STR(""));
	check(cedar_names_new(&fixture->names) == 0);
	check(cedar_entities_new(&fixture->entities, fixture->names) == 0);
}

/* Add entities, close the store. Returns: as those functions. */
UNUSED static int
fixture_entities(struct fixture *fixture, const char *json)
{
	int r;

	fixture->diags.source = str_of(json);
	r = cedar_entities_json_add(fixture->entities, str_of(json),
	    &fixture->diags);
	if (r == 0)
		r = cedar_entities_finish(fixture->entities, &fixture->diags);
	fixture->request.entities = fixture->entities;
	return r;
}

UNUSED static int
fixture_policies(struct fixture *fixture, const char *text)
{
	fixture->diags.source = str_of(text);
	return cedar_policies_parse(&fixture->policies, fixture->names,
	    str_of(text), NULL, 0, 0, &fixture->diags);
}

/* Ask the fixture's question. */
UNUSED static struct cedar_answer
fixture_ask(struct fixture *fixture, struct cedar_query **query)
{
	struct cedar_answer answer = { 0 };

	*query = NULL;
	if (check(cedar_query_new(query, &fixture->arena, &fixture->request,
	    &fixture->diags) == 0))
		check(cedar_query_decide(&answer, *query, fixture->policies,
		    fixture->resource) == 0);
	return answer;
}

#endif
