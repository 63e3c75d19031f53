/* The limits of schemas and of validation, reached. */
#include "stile/cedar.h"
#include "limits.h"
#include "tap.h"

/* Parse the schema in text; what came of it. */
static int
parse(struct buf *text)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	struct diag_list diags;
	struct arena arena;
	int r;

	arena_init(&arena, 64 << 20);
	diag_init(&diags, &arena, STR("schema"), buf_str(text));
	r = cedar_schema_parse(&schema, buf_str(text), &diags);
	if (r != 0)
		check(diags.n_errors > 0);
	arena_fini(&arena);
	return r;
}

/* entity E { a: Set<Set<...Long...>> } with n sets. */
static int
parse_sets(size_t n)
{
	struct buf text;
	int r;

	buf_init(&text, 1 << 20);
	buf_add_text(&text, "entity E { a: ");
	for (size_t i = 0; i < n; i++)
		buf_add_text(&text, "Set<");
	buf_add_text(&text, "Long");
	for (size_t i = 0; i < n; i++)
		buf_add_text(&text, ">");
	buf_add_text(&text, " };");
	r = parse(&text);
	buf_fini(&text);
	return r;
}

static void
types_nest_so_deep_and_no_deeper(void)
{
	check_u64((uint64_t)parse_sets(LIMIT_CEDAR_SCHEMA_DEPTH / 2), 0);
	check(parse_sets(LIMIT_CEDAR_SCHEMA_DEPTH + 1) == CEDAR_E_LIMIT);
}

static int
parse_chain(size_t n)
{
	struct buf text;
	int r;

	buf_init(&text, 4 << 20);
	for (size_t i = 0; i < n; i++)
		buf_add_format(&text, "type T%zu = T%zu;\n", i, i + 1);
	buf_add_format(&text, "type T%zu = Long;\n", n);
	r = parse(&text);
	buf_fini(&text);
	return r;
}

static void
common_types_refer_so_far_and_no_further(void)
{
	check_u64((uint64_t)parse_chain(LIMIT_CEDAR_SCHEMA_CHAIN / 2), 0);
	check(parse_chain(LIMIT_CEDAR_SCHEMA_CHAIN + 2) == CEDAR_E_LIMIT);
}

/* Each type has two of the one before: doubling. */
static int
parse_doubling(size_t n)
{
	struct buf text;
	int r;

	buf_init(&text, 1 << 20);
	buf_add_text(&text, "type T0 = { a: Long, b: Long };\n");
	for (size_t i = 1; i <= n; i++)
		buf_add_format(&text, "type T%zu = { a: T%zu, b: T%zu };\n", i,
		    i - 1, i - 1);
	buf_add_format(&text, "entity E { a: T%zu };\n", n);
	r = parse(&text);
	buf_fini(&text);
	return r;
}

static void
a_type_with_all_put_in_is_so_large_and_no_larger(void)
{
	size_t n = 0;

	while ((LIMIT_CEDAR_TYPE_SIZE >> n) > 1)
		n++;
	check_u64((uint64_t)parse_doubling(n / 2), 0);
	check(parse_doubling(n + 1) == CEDAR_E_LIMIT);
}

static void
a_schema_has_so_many_names_and_no_more(void)
{
	struct buf text;

	buf_init(&text, 4 << 20);
	for (size_t i = 0; i <= LIMIT_CEDAR_SCHEMA_NAMES; i++)
		buf_add_format(&text, "entity E%zu;\n", i);
	check(parse(&text) == CEDAR_E_LIMIT);
	buf_fini(&text);
}

static void
a_hierarchy_has_so_many_pairs_and_no_more(void)
{
	size_t n = 1;
	struct buf text;

	while (n * n / 2 <= LIMIT_CEDAR_SCHEMA_PAIRS)
		n += 64;
	buf_init(&text, 4 << 20);
	buf_add_text(&text, "entity E0;\n");
	for (size_t i = 1; i <= n; i++)
		buf_add_format(&text, "entity E%zu in E%zu;\n", i, i - 1);
	check(parse(&text) == CEDAR_E_LIMIT);
	buf_fini(&text);
}

/* A policy without conditions need not be looked at in every environment. */
static void
h12_environments_that_are_alike_are_looked_at_once(void)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	const size_t n = 1024; /* 2^30 environments, were they looked at */
	struct diag_list diags;
	struct arena arena;
	struct buf text;
	struct buf list;

	arena_init(&arena, 64 << 20);
	buf_init(&text, 32 << 20);
	buf_init(&list, 1 << 20);
	for (size_t i = 0; i < n; i++)
		buf_add_format(&list, "%sE%zu", i > 0 ? "," : "", i);
	buf_add_format(&text, "entity %.*s;\n", STR_ARG(buf_str(&list)));
	for (size_t i = 0; i < n; i++)
		buf_add_format(&text, "action a%zu appliesTo { principal: "
		    "[%.*s], resource: [%.*s] };\n", i,
		    STR_ARG(buf_str(&list)), STR_ARG(buf_str(&list)));
	diag_init(&diags, &arena, STR("schema"), buf_str(&text));
	check(cedar_schema_parse(&schema, buf_str(&text), &diags) == 0);
	check(cedar_names_new(&names) == 0);
	diags.source = STR("permit(principal, action, resource);");
	check(cedar_policies_parse(&policies, names, diags.source, NULL, 0, 0,
	    &diags) == 0);
	if (schema != NULL && policies != NULL) {
		check(cedar_policies_validate(policies, schema, 0, &diags) ==
		    0);
		/* Levels look at each: that is counted, and ends. */
		check(cedar_policies_validate_level(policies, schema, 0, 0,
		    &diags) == CEDAR_E_LIMIT);
	}
	buf_fini(&list);
	buf_fini(&text);
	arena_fini(&arena);
}

/*
 * Principals times resources times the expressions of a policy: the work a
 * validation may cost is bounded, not only its input.
 */
static void
a_validation_costs_so_much_and_no_more(void)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	const size_t n_types = 512;
	size_t n_terms = LIMIT_CEDAR_CHECKS / (n_types * n_types) + 1;
	struct diag_list diags;
	struct arena arena;
	struct buf text;

	arena_init(&arena, 64 << 20);
	buf_init(&text, 4 << 20);
	for (size_t i = 0; i < n_types; i++)
		buf_add_format(&text, "entity E%zu;\n", i);
	buf_add_text(&text, "action a appliesTo { principal: [");
	for (size_t i = 0; i < n_types; i++)
		buf_add_format(&text, "%sE%zu", i > 0 ? "," : "", i);
	buf_add_text(&text, "], resource: [");
	for (size_t i = 0; i < n_types; i++)
		buf_add_format(&text, "%sE%zu", i > 0 ? "," : "", i);
	buf_add_text(&text, "], context: {} };");
	diag_init(&diags, &arena, STR("schema"), buf_str(&text));
	check(cedar_schema_parse(&schema, buf_str(&text), &diags) == 0);
	buf_reset(&text);
	buf_add_text(&text, "permit(principal, action, resource) when { 1");
	for (size_t i = 0; i < n_terms; i++)
		buf_add_text(&text, " + 1");
	buf_add_text(&text, " > 0 };");
	diag_init(&diags, &arena, STR("policies"), buf_str(&text));
	check(cedar_names_new(&names) == 0);
	check(cedar_policies_parse(&policies, names, buf_str(&text), NULL, 0, 0,
		  &diags) == 0);
	check_u64((uint64_t)cedar_policies_validate(policies, schema, 0,
		      &diags),
	    CEDAR_E_LIMIT);
	buf_fini(&text);
	arena_fini(&arena);
}

static const struct tap_test tests[] = {
	TEST(types_nest_so_deep_and_no_deeper),
	TEST(common_types_refer_so_far_and_no_further),
	TEST(a_type_with_all_put_in_is_so_large_and_no_larger),
	TEST(a_schema_has_so_many_names_and_no_more),
	TEST(a_hierarchy_has_so_many_pairs_and_no_more),
	TEST(h12_environments_that_are_alike_are_looked_at_once),
	TEST(a_validation_costs_so_much_and_no_more),
};

TAP_MAIN(tests)
