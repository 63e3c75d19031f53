/*
 * What would have to be otherwise for a request to be allowed: held against
 * trying every set of changes.
 */
#include <stdlib.h>

#include "cedar_fixture.h"
#include "limits.h"
#include "util/random.h"

#define N_FACTS 6
#define N_CHANGES 9

/* Facts of the context; a..c are bools, d and e words, f a set. */
static const char *const facts[N_FACTS] = { "a", "b", "c", "d", "e", "f" };
static const struct str paths[N_FACTS] = { STR_INIT("a"), STR_INIT("b"),
	STR_INIT("c"), STR_INIT("d"), STR_INIT("e"), STR_INIT("f") };
static const struct cedar_value roles[] = {
	{ .kind = CEDAR_STRING, .text = STR_INIT("x") },
	{ .kind = CEDAR_STRING, .text = STR_INIT("y") },
};
static const struct cedar_change all_changes[N_CHANGES] = {
	{ 0, { .kind = CEDAR_BOOL, .boolean = true } },
	{ 1, { .kind = CEDAR_BOOL, .boolean = true } },
	{ 2, { .kind = CEDAR_BOOL, .boolean = true } },
	{ 3, { .kind = CEDAR_STRING, .text = STR_INIT("x") } },
	{ 3, { .kind = CEDAR_STRING, .text = STR_INIT("y") } },
	{ 4, { .kind = CEDAR_STRING, .text = STR_INIT("x") } },
	{ 5, { .kind = CEDAR_SET, .set = { roles, 1 } } },
	{ 5, { .kind = CEDAR_SET, .set = { roles + 1, 1 } } },
	{ 5, { .kind = CEDAR_SET, .set = { roles, 2 } } },
};

static uint32_t
below(struct random_state *random, uint32_t n)
{
	return (uint32_t)random_below(random, n);
}

static void
atom(struct random_state *random, struct buf *out)
{
	const char *word = below(random, 2) ? "x" : "y";
	uint32_t fact = below(random, N_FACTS);

	if (fact < 3)
		buf_add_format(out, "context.%s", facts[fact]);
	else if (fact < 5)
		buf_add_format(out, "context.%s %s \"%s\"", facts[fact],
		    below(random, 2) ? "==" : "!=", word);
	else
		buf_add_format(out, "context.f.contains(\"%s\")", word);
}

/* Never fails: every fact is there and of its type. */
static void
formula(struct random_state *random, struct buf *out, uint32_t depth)
{
	static const char *const between[] = { " && ", " || " };
	uint32_t form = depth == 0 ? 0 : below(random, 6);

	if (form == 0) {
		atom(random, out);
		return;
	}
	buf_add_text(out, form == 1 ? "!(" : form == 2 ? "(if " : "(");
	formula(random, out, depth - 1);
	if (form >= 2) {
		buf_add_text(out, form == 2 ? " then " : between[form % 2]);
		formula(random, out, depth - 1);
	}
	if (form == 2) {
		buf_add_text(out, " else ");
		formula(random, out, depth - 1);
	}
	buf_add_text(out, ")");
}

static void
policies(struct random_state *random, struct buf *out)
{
	for (uint32_t i = 0, n = 1 + below(random, 4); i < n; i++) {
		buf_add_text(out, i > 0 && below(random, 2)
		    ? "forbid" : "permit");
		buf_add_text(out, "(principal, action, resource) when { (");
		formula(random, out, below(random, 4));
		buf_add_text(out, ") && true };\n");
	}
}

/* The context, with some changes made. */
static void
fill(struct cedar_field fields[static N_FACTS], uint64_t mask)
{
	for (unsigned i = 0; i < N_FACTS; i++) {
		fields[i].name = paths[i];
		fields[i].value = i < 3 ? cedar_bool(false)
		    : i < 5 ? cedar_string(STR("-")) : cedar_set(NULL, 0);
	}
	for (unsigned i = 0; i < N_CHANGES; i++) {
		if ((mask >> i & 1) != 0)
			fields[all_changes[i].unknown].value =
			    all_changes[i].value;
	}
}

static bool
is_possible(uint64_t mask)
{
	return (mask & 0x18) != 0x18 &&
	    __builtin_popcountll(mask & 0x1c0) <= 1;
}

static bool
allows(struct fixture *f, uint64_t mask)
{
	struct cedar_field fields[N_FACTS];
	struct cedar_answer answer;
	struct cedar_query *query;

	fill(fields, mask);
	f->request.context = fields;
	f->request.n_context = N_FACTS;
	if (!check(cedar_query_new(&query, &f->arena, &f->request, NULL) ==
	    0) || !check(cedar_query_decide(&answer, query, f->policies,
	    f->resource) == 0))
		return false;
	check_u64(answer.n_errors, 0);
	return answer.decision == CEDAR_ALLOW;
}

static struct cedar_ways
find(struct fixture *f, const struct cedar_policies *const *sets, size_t n)
{
	struct cedar_unknown unknowns[N_FACTS];
	struct cedar_field *fields =
	    ARENA_ARRAY(&f->arena, N_FACTS, struct cedar_field);
	struct cedar_partial *partial = NULL;
	struct cedar_ways ways = { 0 };

	fill(fields, 0);
	for (unsigned i = 0; i < N_FACTS; i++)
		unknowns[i] = (struct cedar_unknown){ CEDAR_UNKNOWN_CONTEXT,
			.path = &paths[i], .n_path = 1,
			.has_kind = true, .kind = fields[i].value.kind };
	f->request.context = fields;
	f->request.n_context = N_FACTS;
	check(cedar_partial_new(&partial, &f->arena, &f->request, unknowns,
	    N_FACTS, NULL) == 0);
	check(cedar_partial_ways(&ways, partial, all_changes, N_CHANGES, sets,
	    n, f->resource) == 0);
	return ways;
}

/* Exactly the least sets of changes that allow. */
static bool
is_right(struct fixture *f, const struct cedar_ways *ways)
{
	static bool is_allowed[1u << N_CHANGES];
	size_t n = 0;

	for (uint64_t mask = 0; mask < 1u << N_CHANGES; mask++) {
		bool is_least = true;

		is_allowed[mask] = is_possible(mask) && allows(f, mask);
		if (!is_allowed[mask])
			continue;
		for (uint64_t part = 0; part < mask && is_least; part++)
			is_least = (part & ~mask) != 0 || !is_allowed[part];
		if (!is_least)
			continue;
		n++;
		for (size_t i = 0; i <= ways->n; i++) {
			if (i == ways->n)
				return false;
			if (ways->ways[i] == mask)
				break;
		}
	}
	return n == ways->n;
}

static void
ways_are_the_least_sets_of_changes(void)
{
	struct random_state random;
	unsigned n_ways[4] = { 0 };

	(void)random_seeded(&random, 1);
	for (unsigned i = 0; i < 1500; i++) {
		CLEANUP(fixture_fini) struct fixture f;
		const struct cedar_policies *sets[1];
		struct cedar_ways ways;
		struct buf text;

		buf_init(&text, 65536);
		policies(&random, &text);
		fixture_init(&f);
		check(fixture_policies(&f, buf_str(&text).p) == 0);
		check(fixture_entities(&f, "[]") == 0);
		sets[0] = f.policies;
		ways = find(&f, sets, 1);
		if (!check(!ways.is_cut && is_right(&f, &ways))) {
			printf("# %s", buf_str(&text).p);
			for (size_t k = 0; k < ways.n; k++)
				printf("# way %llx\n",
				    (unsigned long long)ways.ways[k]);
			i = 1500;
		}
		n_ways[MIN(ways.n, (size_t)3)]++;
		buf_fini(&text);
	}
	/* Some have none, some one, some many. */
	for (unsigned i = 0; i < ARRAY_LEN(n_ways); i++)
		check(n_ways[i] > 50);
}

static void
every_set_must_allow(void)
{
	static const char *const texts[] = {
		"permit(principal, action, resource) when { context.a };",
		"permit(principal, action, resource) when { context.b || "
		"context.d == \"x\" };" };
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_policies *sets[2];
	const struct cedar_policies *list[2];
	struct cedar_ways ways;

	fixture_init(&f);
	for (unsigned i = 0; i < 2; i++) {
		check(cedar_policies_parse(&sets[i], f.names, str_of(texts[i]),
		    NULL, 0, 0, &f.diags) == 0);
		list[i] = sets[i];
	}
	check(fixture_entities(&f, "[]") == 0);
	ways = find(&f, list, 2);
	check_u64(ways.n, 2);
	check_u64(ways.ways[0], 0x3);
	check_u64(ways.ways[1], 0x9);
	ways = find(&f, list, 0);
	check_u64(ways.n, 1);
	check_u64(ways.ways[0], 0);
	cedar_policies_free(sets[0]);
	cedar_policies_free(sets[1]);
}

static void
h12_changes_of_what_has_no_name_are_refused(void)
{
	static const struct cedar_unknown unknowns[] = {
		{ CEDAR_UNKNOWN_CONTEXT },
		{ CEDAR_UNKNOWN_RESOURCE },
		{ CEDAR_UNKNOWN_ANCESTORS,
		    .entity = { STR_INIT("User"), STR_INIT("u") } },
	};
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_partial *partial;
	struct cedar_ways ways;

	fixture_init(&f);
	check(fixture_entities(&f, "[]") == 0);
	check(cedar_partial_new(&partial, &f.arena, &f.request, unknowns, 3,
	    NULL) == 0);
	for (size_t i = 0; i <= 3; i++) {
		struct cedar_change change = { i, cedar_bool(true) };

		check_u64(cedar_partial_ways(&ways, partial, &change, 1, NULL,
		    0, f.resource), CEDAR_E_INPUT);
	}
}

/* Formulas with more ways than are kept, and with more steps than are made. */
static void
h12_a_search_ends(void)
{
	static struct str names[LIMIT_CEDAR_CHANGES + 1];
	static char texts[LIMIT_CEDAR_CHANGES + 1][8];
	static struct cedar_field fields[LIMIT_CEDAR_CHANGES + 1];
	static struct cedar_unknown unknowns[LIMIT_CEDAR_CHANGES + 1];
	static struct cedar_change changes[LIMIT_CEDAR_CHANGES + 1];
	CLEANUP(fixture_fini) struct fixture f;
	const struct cedar_policies *sets[1];
	struct cedar_partial *partial;
	struct cedar_ways ways;
	struct buf text;

	buf_init(&text, 65536);
	buf_add_text(&text, "permit(principal, action, resource) when { true");
	for (unsigned i = 0; i <= LIMIT_CEDAR_CHANGES; i++) {
		snprintf(texts[i], sizeof(texts[i]), "f%u", i);
		names[i] = str_of(texts[i]);
		fields[i] = (struct cedar_field){ names[i], cedar_bool(false) };
		unknowns[i] = (struct cedar_unknown){ CEDAR_UNKNOWN_CONTEXT,
			.path = &names[i], .n_path = 1, .has_kind = true,
			.kind = CEDAR_BOOL };
		changes[i] = (struct cedar_change){ i, cedar_bool(true) };
		buf_add_format(&text, " && (context.f%u || context.f%u)",
		    i % 64, (i * 7 + 1) % 64);
	}
	buf_add_text(&text, "};");
	fixture_init(&f);
	check(fixture_policies(&f, buf_str(&text).p) == 0);
	check(fixture_entities(&f, "[]") == 0);
	f.request.context = fields;
	f.request.n_context = LIMIT_CEDAR_CHANGES + 1;
	check(cedar_partial_new(&partial, &f.arena, &f.request, unknowns,
	    LIMIT_CEDAR_CHANGES + 1, NULL) == 0);
	sets[0] = f.policies;
	check_u64(cedar_partial_ways(&ways, partial, changes,
	    LIMIT_CEDAR_CHANGES + 1, sets, 1, f.resource), CEDAR_E_LIMIT);
	check_u64(cedar_partial_ways(&ways, partial, changes,
	    LIMIT_CEDAR_CHANGES, sets, 1, f.resource), 0);
	check(ways.is_cut);
	check(ways.n <= LIMIT_CEDAR_WAYS);
	buf_fini(&text);
}

/* Each `if` in the condition of another doubles the paths. */
static void
h12_paths_that_double_end_too(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	const struct cedar_policies *sets[1];
	struct cedar_ways ways;
	struct buf text;

	check(LIMIT_CEDAR_WAY_STEPS > 0);
	buf_init(&text, 65536);
	buf_add_text(&text, "permit(principal, action, resource) when { ");
	for (unsigned i = 0; i < 100; i++)
		buf_add_text(&text, "if (");
	buf_add_text(&text, "context.a");
	for (unsigned i = 0; i < 100; i++)
		buf_add_text(&text, ") then context.b else context.c");
	buf_add_text(&text, " };");
	fixture_init(&f);
	check(fixture_policies(&f, buf_str(&text).p) == 0);
	check(fixture_entities(&f, "[]") == 0);
	sets[0] = f.policies;
	ways = find(&f, sets, 1);
	check(ways.is_cut);
	buf_fini(&text);
}

static const struct tap_test tests[] = {
	TEST(ways_are_the_least_sets_of_changes),
	TEST(every_set_must_allow),
	TEST(h12_changes_of_what_has_no_name_are_refused),
	TEST(h12_a_search_ends),
	TEST(h12_paths_that_double_end_too),
};

TAP_MAIN(tests)
