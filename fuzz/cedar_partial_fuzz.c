/*
 * Any bytes as a list of unknowns and a policy set: evaluated in part, the
 * residuals loaded and decided, and the answer held against that of the set.
 *
 * A line is one unknown: what, then where: "p" principal, "q" action, "r"
 * resource, "c a.b" context, "a c.d" attribute of the principal, "t x" its tag,
 * "n" its ancestors, "w" all of User::"v". The policies follow an empty line.
 */
#include <stdlib.h>

#include "limits.h"
#include "stile/cedar.h"

#define MOST_UNKNOWNS 8
#define MOST_STEPS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cedar_value one[] = { { .kind = CEDAR_LONG, .number = 1 } };
static const struct cedar_field inner[] = {
	{ STR_INIT("d"), { .kind = CEDAR_BOOL, .boolean = true } },
	{ STR_INIT("e"), { .kind = CEDAR_SET, .set = { one, 1 } } },
};
static const struct cedar_field fields[] = {
	{ STR_INIT("a"), { .kind = CEDAR_LONG, .number = 1 } },
	{ STR_INIT("b"), { .kind = CEDAR_STRING, .text = STR_INIT("text") } },
	{ STR_INIT("c"), { .kind = CEDAR_RECORD, .record = { inner, 2 } } },
	{ STR_INIT("f"), { .kind = CEDAR_ENTITY,
	    .uid = { STR_INIT("User"), STR_INIT("v") } } },
};
static const struct cedar_uid group = { STR_INIT("Group"), STR_INIT("g") };
static const struct cedar_entity entities[] = {
	{ .uid = { STR_INIT("User"), STR_INIT("u") }, .parents = &group,
	    .n_parents = 1, .attrs = fields, .n_attrs = 4, .tags = fields,
	    .n_tags = 4 },
	{ .uid = { STR_INIT("User"), STR_INIT("v") }, .attrs = fields,
	    .n_attrs = 2 },
};

/* What the input makes. */
struct made {
	struct cedar_unknown unknowns[MOST_UNKNOWNS];
	struct str paths[MOST_UNKNOWNS][MOST_STEPS];
	size_t n;
	struct str policies;
};

static bool
is_given(const struct str *path, size_t n)
{
	const struct cedar_field *at = fields;
	size_t n_at = ARRAY_LEN(fields);

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < n_at && !str_is_equal(at[k].name, path[i]))
			k++;
		if (k == n_at)
			return false;
		n_at = at[k].value.kind == CEDAR_RECORD ? 2 : 0;
		at = inner;
	}
	return true;
}

static void
read_line(struct made *made, struct str line)
{
	static const char kinds[] = "pqrcatn";
	struct cedar_unknown *unknown = &made->unknowns[made->n];
	struct str *path = made->paths[made->n];
	const char *kind = line.len > 0 ? strchr(kinds, line.p[0]) : NULL;
	struct str rest = str_part(line, 2, line.len);
	struct str step;

	*unknown = (struct cedar_unknown){ .entity = entities[0].uid,
		.path = path };
	if (kind == NULL) {
		unknown->what = CEDAR_UNKNOWN_ATTRIBUTE;
		unknown->entity = entities[1].uid;
	} else {
		unknown->what = (enum cedar_unknown_kind)(kind - kinds);
	}
	while (kind != NULL && unknown->n_path < MOST_STEPS &&
	    str_split(&step, &rest, '.'))
		path[unknown->n_path++] = step;
	/* What is not there must not be said to be there. */
	unknown->is_optional = !is_given(path, unknown->n_path) ||
	    line.len % 2 == 0;
	made->n++;
}

static void
read_input(struct made *made, struct str text)
{
	struct str line;

	while (made->n < MOST_UNKNOWNS && str_split(&line, &text, '\n') &&
	    line.len > 0)
		read_line(made, line);
	made->policies = text;
}

static void
compare(const struct cedar_answer *a, const struct cedar_answer *b)
{
	if (a->decision != b->decision || a->n_reasons != b->n_reasons ||
	    a->n_errors != b->n_errors)
		abort();
	for (size_t i = 0; i < a->n_reasons; i++) {
		if (a->reasons[i] != b->reasons[i])
			abort();
	}
	for (size_t i = 0; i < a->n_errors; i++) {
		if (a->errors[i].policy != b->errors[i].policy)
			abort();
	}
}

static void
decide(const struct made *made, const struct cedar_policies *policies,
    struct cedar_names *names, const struct cedar_request *request,
    struct arena *arena)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *residuals = NULL;
	struct cedar_partial_answer before;
	struct cedar_partial *partial;
	struct cedar_answer answer;
	struct cedar_answer again;
	struct cedar_query *query;
	struct diag_list diags;

	diag_init(&diags, arena, STR("fuzz"), STR(""));
	if (cedar_partial_new(&partial, arena, request, made->unknowns,
	    made->n, &diags) != 0 ||
	    cedar_partial_decide(&before, partial, policies,
	    request->principal) != 0 ||
	    cedar_residual_policies(&residuals, names, partial, &before,
	    &diags) != 0)
		return;
	if (cedar_query_new(&query, arena, request, NULL) != 0 ||
	    cedar_query_decide(&answer, query, policies,
	    request->principal) != 0 ||
	    cedar_residual_decide(&again, query, residuals, &before, policies,
	    request->principal) != 0)
		return;
	compare(&again, &answer);
	if (before.is_decided && before.decision != answer.decision)
		abort();
}

static void
search(const struct made *made, const struct cedar_policies *policies,
    const struct cedar_request *request, struct arena *arena)
{
	struct cedar_change changes[2 * MOST_UNKNOWNS];
	struct cedar_partial *partial;
	struct cedar_ways ways;
	size_t n = 0;

	for (size_t i = 0; i < made->n; i++) {
		if (made->unknowns[i].n_path == 0 ||
		    made->unknowns[i].what < CEDAR_UNKNOWN_CONTEXT)
			continue;
		changes[n++] = (struct cedar_change){ i, cedar_bool(true) };
		changes[n++] = (struct cedar_change){ i, cedar_long(7) };
	}
	if (cedar_partial_new(&partial, arena, request, made->unknowns,
	    made->n, NULL) != 0 ||
	    cedar_partial_ways(&ways, partial, changes, n, &policies, 1,
	    request->principal) != 0)
		return;
	if (ways.n > LIMIT_CEDAR_WAYS)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	CLEANUP(cedar_entities_freep) struct cedar_entities *store = NULL;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	CLEANUP(arena_fini) struct arena arena;
	struct cedar_request request = { .principal = entities[0].uid,
		.action = { STR("Action"), STR("a") },
		.context = fields, .n_context = ARRAY_LEN(fields) };
	struct made made = { 0 };
	struct diag_list diags;

	arena_init(&arena, (size_t)64 << 20);
	read_input(&made, (struct str){ (const char *)data, size });
	diag_init(&diags, &arena, STR("fuzz"), made.policies);
	if (cedar_names_new(&names) != 0 ||
	    cedar_entities_new(&store, names) != 0 ||
	    cedar_entities_add(store, &entities[0], &diags) != 0 ||
	    cedar_entities_add(store, &entities[1], &diags) != 0 ||
	    cedar_entities_finish(store, &diags) != 0 ||
	    cedar_policies_parse(&policies, names, made.policies, NULL, 0, 0,
	    &diags) != 0)
		return 0;
	request.entities = store;
	decide(&made, policies, names, &request, &arena);
	search(&made, policies, &request, &arena);
	return 0;
}
