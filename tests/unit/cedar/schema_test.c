/* Schemas: both syntaxes, what names mean, what is refused and how. */
#include "cedar/schema.h"
#include "limits.h"
#include "tap.h"
#include "util/buf.h"

struct bench {
	struct arena arena;
	struct diag_list diags;
	struct cedar_schema *schema;
};

static void
bench_fini(struct bench *bench)
{
	cedar_schema_free(bench->schema);
	arena_fini(&bench->arena);
}

static int
load(struct bench *bench, struct str text)
{
	*bench = (struct bench){ 0 };
	arena_init(&bench->arena, (size_t)1 << 28);
	diag_init(&bench->diags, &bench->arena, STR("s"), text);
	return text.p[0] == '{' ?
	    cedar_schema_json_parse(&bench->schema, text, &bench->diags) :
	    cedar_schema_parse(&bench->schema, text, &bench->diags);
}

/* Refused, the message holding part. */
static void
check_refused(const char *text, const char *part)
{
	CLEANUP(bench_fini) struct bench bench;

	check_u64(load(&bench, str_of(text)), CEDAR_E_INPUT);
	if (!check(memmem(diag_first(&bench.diags).p,
	    diag_first(&bench.diags).len, part, strlen(part)) != NULL))
		printf("# %s: it said: %.*s\n", text,
		    STR_ARG(diag_first(&bench.diags)));
}

static void
check_written(const char *text, enum cedar_schema_form form, const char *want)
{
	CLEANUP(bench_fini) struct bench bench;
	struct str got = STR("");

	if (!check(load(&bench, str_of(text)) == 0))
		printf("# %.*s\n", STR_ARG(diag_first(&bench.diags)));
	else if (check(cedar_schema_write(&got, bench.schema, form,
	    &bench.arena, &bench.diags) == 0))
		check_str(got, str_of(want));
}

static void
a_name_means_its_namespace_first_and_a_type_before_an_entity(
    void)
{
	check_written("entity B; entity D; namespace N { entity A = { a: A, "
	    "b: B, c: C, d: Long, e: __cedar::Long }; type C = Set<A>; }",
	    CEDAR_SCHEMA_JSON_RESOLVED,
	    "{\"\":{\"entityTypes\":{\"B\":{},\"D\":{}},\"actions\":{}},"
	    "\"N\":{\"commonTypes\":{\"C\":{\"type\":\"Set\",\"element\":"
	    "{\"type\":\"Entity\",\"name\":\"N::A\"}}},\"entityTypes\":{\"A\":"
	    "{\"shape\":{\"type\":\"Record\",\"attributes\":{\"a\":{\"type\":"
	    "\"Entity\",\"name\":\"N::A\"},\"b\":{\"type\":\"Entity\","
	    "\"name\":\"B\"},\"c\":{\"type\":\"N::C\"},\"d\":{\"type\":"
	    "\"Long\"},\"e\":{\"type\":\"__cedar::Long\"}}}}},"
	    "\"actions\":{}}}");
	check_written("entity T; type T = Long; entity A = { a: T };",
	    CEDAR_SCHEMA_JSON_RESOLVED,
	    "{\"\":{\"commonTypes\":{\"T\":{\"type\":\"Long\"}},"
	    "\"entityTypes\":{\"A\":{\"shape\":{\"type\":\"Record\","
	    "\"attributes\":{\"a\":{\"type\":\"T\"}}}},\"T\":{}},"
	    "\"actions\":{}}}");
}

static void
one_form_is_turned_into_the_other(void)
{
	static const char json[] =
	    "{\"\":{\"entityTypes\":{\"A\":{\"memberOfTypes\":[\"B\"],"
	    "\"shape\":{\"type\":\"Record\",\"attributes\":{\"a\":{\"type\":"
	    "\"EntityOrCommon\",\"name\":\"Long\",\"annotations\":{\"d\":"
	    "\"x\"},\"required\":false}}},\"tags\":{\"type\":\"Set\","
	    "\"element\":{\"type\":\"EntityOrCommon\",\"name\":\"A\"}}},"
	    "\"B\":{\"enum\":[\"y\",\"x\"]}},\"actions\":{\"c d\":"
	    "{\"appliesTo\":{\"resourceTypes\":[\"A\"],\"principalTypes\":"
	    "[\"A\"],\"context\":{\"type\":\"C\"}},\"memberOf\":[{\"id\":"
	    "\"g\"}]},\"g\":{\"appliesTo\":{\"resourceTypes\":[],"
	    "\"principalTypes\":[]}}},\"commonTypes\":{\"C\":{\"type\":"
	    "\"Record\",\"attributes\":{}}}}}";
	static const char text[] =
	    "type C = {};\n\nentity A in [B] = {\n  @d(\"x\")\n  a?: Long\n} "
	    "tags Set<A>;\n\nentity B enum [\"y\", \"x\"];\n\naction \"c d\" "
	    "in [Action::\"g\"] appliesTo {\n  principal: [A],\n  resource: [A],\n  "
	    "context: C\n};\n\naction \"g\";\n";

	check_written(json, CEDAR_SCHEMA_TEXT, text);
	check_written(text, CEDAR_SCHEMA_TEXT, text);
}

static void
what_is_wrong_is_said(void)
{
	check_refused("entity A; entity A;", "`A` is declared twice");
	check_refused("namespace N {} namespace N {}", "declared twice");
	check_refused("action a; action \"a\";", "declared twice");
	check_refused("type Set = Long;", "reserved schema keyword");
	check_refused("entity Action;", "entity type `Action`");
	check_refused("namespace N { entity A; } entity A;", "shadows");
	check_refused("namespace N { action a; } action a;", "shadows");
	check_refused("entity A { x: Nope };", "failed to resolve type: Nope");
	check_refused("type T = Long; entity A in T;", "failed to resolve");
	check_refused("type T = { a: U }; type U = Set<T>;", "cycle in common");
	check_refused("action a in b;", "undeclared action");
	check_refused("action a in b; action b in a;", "cycle in action");
	check_refused("type T = Long; action a appliesTo { principal: A, "
	    "resource: A, context: T }; entity A;", "is not a record");
	check_refused("entity A; action a appliesTo { principal: A };",
	    "missing `resource`");
	check_refused("entity A; action a appliesTo { principal: [], "
	    "resource: A };", "`principal` is `[]`");
	check_refused("entity A enum [];", "unexpected token");
	check_refused("entity if;", "reserved identifier");
	check_refused("@a @a entity A;", "duplicate annotation");
	check_refused("entity __cedar;", "reserved");
	check_refused("{\"\":{}}", "missing field");
	check_refused("{\"\":{\"entityTypes\":{\"A\":{\"x\":1}},"
	    "\"actions\":{}}}", "unknown field `x`");
	check_refused("{\"\":{\"entityTypes\":{\"A\":{\"shape\":{\"type\":"
	    "\"Record\",\"attributes\":{},\"additionalAttributes\":true}}},"
	    "\"actions\":{}}}", "not supported");
	check_refused("{\"\":{\"entityTypes\":{},\"actions\":{\"a\":"
	    "{\"attributes\":{\"x\":1}}}}}", "declared with attributes");
}

static void
all_errors_are_told_at_once(void)
{
	CLEANUP(bench_fini) struct bench bench;

	check_u64(load(&bench, STR("entity 1; entity A { a: }; type = B;")),
	    CEDAR_E_INPUT);
	check_u64(bench.diags.n_errors, 3);
}

static void
a_name_that_hides_a_builtin_is_warned_of(void)
{
	CLEANUP(bench_fini) struct bench bench;

	check(load(&bench, STR("type ipaddr = Long; entity Long;")) == 0);
	check_u64(bench.diags.n_items, 2);
	check(bench.diags.items[0].is_warning);
}

static void
what_text_cannot_say_is_refused(void)
{
	CLEANUP(bench_fini) struct bench bench;
	struct str out;

	check(load(&bench, STR("{\"\":{\"commonTypes\":{\"T\":{\"type\":"
	    "\"Record\",\"attributes\":{}}},\"entityTypes\":{\"A\":"
	    "{\"shape\":{\"type\":\"T\"}},\"B\":{\"shape\":{\"type\":"
	    "\"Record\",\"attributes\":{\"t\":{\"type\":\"Entity\","
	    "\"name\":\"T\"}}}},\"T\":{}},\"actions\":{}}}")) == 0);
	check_u64(cedar_schema_write(&out, bench.schema, CEDAR_SCHEMA_TEXT,
	    &bench.arena, &bench.diags), CEDAR_E_INPUT);
	check_u64(bench.diags.n_errors, 2);
}

static void
ancestors_are_transitive_and_types_may_form_cycles(void)
{
	CLEANUP(bench_fini) struct bench bench;
	uint32_t a;
	uint32_t c;

	check(load(&bench, STR("entity A in B; entity B in C; entity C in A; "
	    "entity D in [D]; action x in y; action y in z; action z;")) == 0);
	a = cedar_schema_find_entity(bench.schema, STR("A"));
	c = cedar_schema_find_entity(bench.schema, STR("C"));
	check_u64(bench.schema->entities[a].ancestors.n, 3);
	check(cedar_schema_may_be_in(bench.schema, a, c));
	check_u64(bench.schema->actions[0].ancestors.n, 2);
}

/* ------------------------------------------------------------------ */
/* Limits: the others are in schema_limits_test.c.		      */

static int
load_buf(struct buf *buf)
{
	CLEANUP(bench_fini) struct bench bench = { 0 };
	int r = -1;

	if (check(buf_finish(buf) == 0))
		r = load(&bench, buf_str(buf));
	if (r != 0)
		check(bench.diags.n_errors > 0);
	buf_fini(buf);
	return r;
}

static void
memory_is_used_up_to_a_limit(void)
{
	struct buf buf;

	buf_init(&buf, LIMIT_CEDAR_SCHEMA_ARENA);
	buf_add_text(&buf, "type T = {");
	while (buf.len < LIMIT_CEDAR_SCHEMA_ARENA / 32)
		buf_add_text(&buf, "a:A,a:A,a:A,a:A,a:A,a:A,a:A,a:A,");
	buf_add_text(&buf, "}");
	check_u64(load_buf(&buf), CEDAR_E_LIMIT);
}

static const struct tap_test tests[] = {
	TEST(a_name_means_its_namespace_first_and_a_type_before_an_entity),
	TEST(one_form_is_turned_into_the_other),
	TEST(what_is_wrong_is_said),
	TEST(all_errors_are_told_at_once),
	TEST(a_name_that_hides_a_builtin_is_warned_of),
	TEST(what_text_cannot_say_is_refused),
	TEST(ancestors_are_transitive_and_types_may_form_cycles),
	TEST(memory_is_used_up_to_a_limit),
};

TAP_MAIN(tests)
