/* What our engine says to a case: see judge_ours.h. */
#include <stdlib.h>

#include "judge_ours.h"

struct loaded {
	struct cedar_names *names;
	struct cedar_policies *policies;
	struct cedar_entities *entities;
};

static void
unload(struct loaded *loaded)
{
	cedar_policies_free(loaded->policies);
	cedar_entities_free(loaded->entities);
	cedar_names_free(loaded->names);
}

static bool
load(struct loaded *loaded, const struct generate_case *made,
    struct diag_list *diags)
{
	diags->source = made->text;
	if (cedar_names_new(&loaded->names) != 0 ||
	    cedar_policies_parse(&loaded->policies, loaded->names, made->text,
	    made->links, made->n_links, made->flags, diags) != 0)
		return false;
	diags->source = made->entities;
	return cedar_entities_new(&loaded->entities, loaded->names) == 0 &&
	    cedar_entities_json_add(loaded->entities, made->entities, diags) ==
	    0 && cedar_entities_finish(loaded->entities, diags) == 0;
}

static int
compare(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Sorts the ids. */
static struct str
joined(struct str *list, size_t n, struct arena *arena)
{
	struct str *parts = ARENA_ARRAY(arena, 2 * n + 1, struct str);

	if (n > 0)
		qsort(list, n, sizeof(*list), compare);
	for (size_t i = 0; i < n; i++) {
		parts[2 * i] = i > 0 ? STR(",") : STR("");
		parts[2 * i + 1] = list[i];
	}
	return arena_join(arena, parts, 2 * n);
}

static struct str
answer_text(const struct cedar_answer *answer,
    const struct cedar_policies *policies, struct arena *arena)
{
	struct str *reasons =
	    ARENA_ARRAY(arena, answer->n_reasons, struct str);
	struct str *errors = ARENA_ARRAY(arena, answer->n_errors, struct str);
	struct str reason;
	struct str error;

	for (size_t i = 0; i < answer->n_reasons; i++)
		reasons[i] = cedar_policies_get(policies,
		    answer->reasons[i]).id;
	for (size_t i = 0; i < answer->n_errors; i++)
		errors[i] = cedar_policies_get(policies,
		    answer->errors[i].policy).id;
	reason = joined(reasons, answer->n_reasons, arena);
	error = joined(errors, answer->n_errors, arena);
	return arena_format(arena, "%s|%.*s|%.*s",
	    answer->decision == CEDAR_ALLOW ? "allow" : "deny",
	    STR_ARG(reason), STR_ARG(error));
}

void
judge_ours(struct str answers[static GENERATE_REQUESTS],
    const struct generate_case *made, struct arena *arena)
{
	CLEANUP(unload) struct loaded loaded = { 0 };
	struct diag_list diags;
	struct cedar_query *query = NULL;

	diag_init(&diags, arena, STR("case"), made->text);
	if (!load(&loaded, made, &diags)) {
		for (size_t i = 0; i < made->n_requests; i++)
			answers[i] = arena_format(arena, "fail: %.*s",
			    STR_ARG(diag_first(&diags)));
		return;
	}
	for (size_t i = 0; i < made->n_requests; i++) {
		const struct generate_request *asked = &made->requests[i];
		struct cedar_request request = {
			.principal = asked->principal,
			.action = asked->action,
			.entities = loaded.entities,
		};
		struct cedar_value context;
		struct cedar_answer answer;

		answers[i] = STR("fail: request");
		diags.source = asked->context;
		if (!asked->is_like_last) {
			query = NULL;
			if (cedar_entities_json_context(&context, arena,
			    asked->context, &diags) != 0)
				continue;
			request.context = context.record.items;
			request.n_context = context.record.n;
			if (cedar_query_new(&query, arena, &request,
			    &diags) != 0)
				query = NULL;
		}
		if (query != NULL && cedar_query_decide(&answer, query,
		    loaded.policies, asked->resource) == 0)
			answers[i] = answer_text(&answer, loaded.policies,
			    arena);
	}
}
