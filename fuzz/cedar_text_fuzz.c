/*
 * Any bytes as a policy set: parsed, and if that goes well, compiled, read back
 * through the public face and decided for a request that touches everything.
 */
#include <stdlib.h>

#include "stile/cedar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_back(const struct cedar_policies *policies)
{
	size_t n = cedar_policies_count(policies);

	for (size_t i = 0; i < n; i++) {
		struct cedar_policy policy = cedar_policies_get(policies, i);
		size_t found;

		if (!cedar_policies_find(policies, policy.id, &found) ||
		    policy.text.len == 0)
			abort();
		(void)cedar_policies_annotation(policies, i, STR("id"));
	}
}

static bool
is_listed(const uint32_t *numbers, size_t n, size_t number)
{
	for (size_t i = 0; i < n; i++) {
		if (numbers[i] == number)
			return true;
	}
	return false;
}

/* What tracing tells must be what deciding did. */
static void
check_trace(const struct cedar_trace *trace, const struct cedar_answer *answer,
    const struct cedar_policies *policies, size_t i)
{
	bool is_permit =
	    cedar_policies_get(policies, i).effect == CEDAR_PERMIT;
	bool is_reason = is_listed(answer->reasons, answer->n_reasons, i);
	bool is_error = false;

	for (size_t j = 0; j < answer->n_errors; j++)
		is_error |= answer->errors[j].policy == i;
	if (is_error != (trace->outcome == CEDAR_TRACE_ERROR) ||
	    (is_reason && trace->outcome != CEDAR_TRACE_SATISFIED) ||
	    (!is_reason && trace->outcome == CEDAR_TRACE_SATISFIED &&
	    (!is_permit || answer->n_reasons == 0)))
		abort();
}

static void
trace_all(const struct cedar_policies *policies,
    const struct cedar_query *query, const struct cedar_answer *answer,
    struct cedar_uid resource)
{
	size_t n = cedar_policies_count(policies);

	for (size_t i = 0; i < n; i++) {
		CLEANUP(arena_fini) struct arena arena;
		struct cedar_trace trace;

		arena_init(&arena, (size_t)64 << 20);
		if (cedar_trace_policy(&trace, &arena, query, policies, i,
		    resource) == 0)
			check_trace(&trace, answer, policies, i);
	}
}

static void
decide(const struct cedar_policies *policies,
    const struct cedar_entities *entities, struct arena *arena)
{
	static const struct cedar_field fields[] = {
		{ STR_INIT("a"), { .kind = CEDAR_LONG, .number = 1 } },
		{ STR_INIT("b"),
		    { .kind = CEDAR_STRING, .text = STR_INIT("text") } },
	};
	const struct cedar_entity user = { .uid = { STR("User"), STR("u") },
		.attrs = fields, .n_attrs = 2, .tags = fields, .n_tags = 2 };
	struct cedar_request request = { .principal = user.uid,
		.action = { STR("Action"), STR("a") },
		.entities = entities,
		.overlay = &user, .n_overlay = 1,
		.context = fields, .n_context = 2 };
	struct cedar_query *query;

	if (cedar_query_new(&query, arena, &request, NULL) != 0)
		return;
	for (int i = 0; i < 2; i++) {
		struct cedar_answer answer;

		if (cedar_query_decide(&answer, query, policies,
		    user.uid) != 0)
			return;
		for (size_t j = 0; j < answer.n_errors; j++)
			(void)cedar_query_explain(query, &answer.errors[j],
			    arena);
		trace_all(policies, query, &answer, user.uid);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	CLEANUP(cedar_entities_freep) struct cedar_entities *entities = NULL;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	CLEANUP(arena_fini) struct arena arena;
	struct str text = { (const char *)data, size };
	struct diag_list diags;
	int r;

	arena_init(&arena, (size_t)64 << 20);
	diag_init(&diags, &arena, STR("fuzz"), text);
	if (cedar_names_new(&names) != 0 ||
	    cedar_entities_new(&entities, names) != 0 ||
	    cedar_entities_finish(entities, &diags) != 0)
		return 0;
	r = cedar_policies_parse(&policies, names, text, NULL, 0, 0, &diags);
	if ((r > 0) != (diags.n_errors > 0))
		abort();
	if (r == 0) {
		read_back(policies);
		decide(policies, entities, &arena);
	}
	return 0;
}
