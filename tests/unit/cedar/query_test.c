/* Decisions: semantics, errors, overlays, many resources, links. */
#include "cedar_fixture.h"
#include "limits.h"

#define ENTITIES                                                               \
	"[{\"uid\":{\"type\":\"User\",\"id\":\"u\"},"                          \
	"\"attrs\":{\"n\":7,\"s\":\"text\",\"set\":[1,2,\"x\"],"               \
	"\"rec\":{\"a\":{\"b\":1}},"                                           \
	"\"friend\":{\"__entity\":{\"type\":\"User\",\"id\":\"gone\"}},"       \
	"\"docs\":[{\"__entity\":{\"type\":\"Doc\",\"id\":\"d\"}},"            \
	"{\"__entity\":{\"type\":\"Doc\",\"id\":\"e\"}}]},"                    \
	"\"parents\":[{\"type\":\"Group\",\"id\":\"g\"}],"                     \
	"\"tags\":{\"t\":\"v\"}},"                                             \
	"{\"uid\":{\"type\":\"Group\",\"id\":\"g\"},\"attrs\":{},"             \
	"\"parents\":[{\"type\":\"Group\",\"id\":\"top\"}]},"                  \
	"{\"uid\":{\"type\":\"Doc\",\"id\":\"d\"},\"attrs\":{\"p\":true},"     \
	"\"parents\":[{\"type\":\"Folder\",\"id\":\"f\"}]}]"

/* What an expression gives: 't', 'f', or the kind of its error. */
static int
outcome(const char *expression)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_query *query;
	struct cedar_answer answer;
	char text[4096];

	fixture_init(&f);
	snprintf(text, sizeof(text),
	    "permit(principal,action,resource) when { %s };", expression);
	if (!check(fixture_policies(&f, text) == 0) ||
	    !check(fixture_entities(&f, ENTITIES) == 0)) {
		diag_print(&f.diags, stdout);
		return -1;
	}
	answer = fixture_ask(&f, &query);
	if (answer.n_errors > 0) {
		check(answer.decision == CEDAR_DENY);
		check(cedar_query_explain(query, &answer.errors[0],
		    &f.arena).len > 0);
		check(answer.errors[0].len > 0);
		return (int)answer.errors[0].kind;
	}
	return answer.decision == CEDAR_ALLOW ? 't' : 'f';
}

struct expression_case {
	const char *expression;
	int outcome;
};

static void
run(const struct expression_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int got = outcome(cases[i].expression);

		if (!check(got == cases[i].outcome))
			printf("# %s gives %d, expected %d\n",
			    cases[i].expression, got, cases[i].outcome);
	}
}

static void
logic_stops_at_the_first_operand_that_decides(void)
{
	static const struct expression_case cases[] = {
		{ "true", 't' },
		{ "false && 1", 'f' },
		{ "true && 1", CEDAR_ERROR_TYPE },
		{ "1 && false", CEDAR_ERROR_TYPE },
		{ "true || 1", 't' },
		{ "false || 1", CEDAR_ERROR_TYPE },
		{ "principal.n == 7 && (principal.n == 7 || 1)", 't' },
		{ "principal.n == 7 || principal.none", 't' },
		{ "principal.n == 8 && principal.none", 'f' },
		{ "principal.n == 7 && principal.none", CEDAR_ERROR_ATTRIBUTE },
		{ "!(principal.n == 8)", 't' },
		{ "!principal.n", CEDAR_ERROR_TYPE },
		{ "if principal.n == 7 then true else 1", 't' },
		{ "if principal.n then true else true", CEDAR_ERROR_TYPE },
		{ "if true then 1 else true", CEDAR_ERROR_TYPE },
		{ "1", CEDAR_ERROR_TYPE },
		{ "true && true && true", 't' },
		{ "true && true && 1", CEDAR_ERROR_TYPE },
		{ "false || false || principal.n == 7", 't' },
	};

	run(cases, ARRAY_LEN(cases));
}

static void
arithmetic_is_checked(void)
{
	static const struct expression_case cases[] = {
		{ "1 + 2 * 3 - 4 == 3", 't' },
		{ "principal.n + 1 == 8", 't' },
		{ "9223372036854775807 + 1 == 0", CEDAR_ERROR_OVERFLOW },
		{ "-9223372036854775808 - 1 == 0", CEDAR_ERROR_OVERFLOW },
		{ "--9223372036854775808 == 0", CEDAR_ERROR_OVERFLOW },
		{ "-9223372036854775808 < 0", 't' },
		{ "4611686018427387904 * 2 == 0", CEDAR_ERROR_OVERFLOW },
		{ "-4611686018427387904 * 2 < 0", 't' },
		{ "1 + principal.s == 1", CEDAR_ERROR_TYPE },
		{ "-principal.s == 1", CEDAR_ERROR_TYPE },
		{ "1 - 2 - 3 == -4", 't' },
		{ "9223372036854775807 - 1 + 1 > 0", 't' },
		{ "principal.n < 8", 't' },
		{ "principal.n >= 8", 'f' },
		{ "principal.n <= \"x\"", CEDAR_ERROR_TYPE },
		{ "duration(\"1h\") > duration(\"59m\")", 't' },
		{ "duration(\"1h\") > datetime(\"1970-01-01\")",
		    CEDAR_ERROR_TYPE },
		{ "decimal(\"1.0\") < decimal(\"2.0\")", CEDAR_ERROR_TYPE },
	};

	run(cases, ARRAY_LEN(cases));
}

static void
entities_records_and_sets_are_looked_into(void)
{
	static const struct expression_case cases[] = {
		{ "principal has n", 't' },
		{ "principal has none", 'f' },
		{ "principal.friend has n", 'f' },
		{ "principal.friend.n == 1", CEDAR_ERROR_ENTITY },
		{ "principal.rec has a.b", 't' },
		{ "principal has rec.a.b", 't' },
		{ "principal has rec.a.c", 'f' },
		{ "principal has n.b", CEDAR_ERROR_TYPE },
		{ "principal has friend.n", 'f' },
		{ "principal[\"n\"] == 7", 't' },
		{ "principal.rec.a.b == 1", 't' },
		{ "principal.rec.z == 1", CEDAR_ERROR_ATTRIBUTE },
		{ "principal.n.z == 1", CEDAR_ERROR_TYPE },
		{ "principal.set.contains(1)", 't' },
		{ "principal.set.contains(principal)", 'f' },
		{ "principal.set.containsAll([\"x\", 1, 1])", 't' },
		{ "principal.set.containsAll([])", 't' },
		{ "principal.set.containsAny([3, 2])", 't' },
		{ "principal.set.containsAny([])", 'f' },
		{ "principal.set.isEmpty()", 'f' },
		{ "principal.set == [\"x\", 2, 1, 2]", 't' },
		{ "principal.n.contains(1)", CEDAR_ERROR_TYPE },
		{ "principal.rec == {a: {b: 1}}", 't' },
		{ "principal.docs == [Doc::\"e\", Doc::\"d\"]", 't' },
		{ "principal.docs.contains(resource)", 't' },
		{ "principal.hasTag(\"t\")", 't' },
		{ "principal.hasTag(\"none\")", 'f' },
		{ "principal.getTag(\"t\") == \"v\"", 't' },
		{ "principal.getTag(principal.s) == \"v\"", CEDAR_ERROR_TAG },
		{ "principal.friend.hasTag(\"t\")", 'f' },
		{ "principal.friend.getTag(\"t\") == 1", CEDAR_ERROR_ENTITY },
		{ "principal.s like \"t*t\"", 't' },
		{ "principal.n like \"t*t\"", CEDAR_ERROR_TYPE },
	};

	run(cases, ARRAY_LEN(cases));
}

static void
membership_is_reflexive_and_transitive(void)
{
	static const struct expression_case cases[] = {
		{ "principal in principal", 't' },
		{ "principal in Group::\"g\"", 't' },
		{ "principal in Group::\"top\"", 't' },
		{ "Group::\"g\" in principal", 'f' },
		{ "principal.friend in principal.friend", 't' },
		{ "principal.friend in Group::\"g\"", 'f' },
		{ "principal in [Group::\"x\", Group::\"top\"]", 't' },
		{ "principal in []", 'f' },
		{ "resource in [Folder::\"f\"]", 't' },
		{ "principal in [Group::\"g\", 1]", CEDAR_ERROR_TYPE },
		{ "principal in principal.set", CEDAR_ERROR_TYPE },
		{ "principal in 1", CEDAR_ERROR_TYPE },
		{ "1 in principal", CEDAR_ERROR_TYPE },
		{ "principal is User", 't' },
		{ "principal is Group", 'f' },
		{ "principal is A::User", 'f' },
		{ "principal is User in Group::\"top\"", 't' },
		{ "principal is Group in 1", 'f' },
		{ "principal is User in 1", CEDAR_ERROR_TYPE },
		{ "principal.n is User", CEDAR_ERROR_TYPE },
		{ "Nobody::\"x\" is Nobody", 't' },
	};

	run(cases, ARRAY_LEN(cases));
}

static void
extension_functions_check_number_and_type_at_run_time(void)
{
	static const struct expression_case cases[] = {
		{ "ip(\"1.2.3.4\").isInRange(ip(\"1.2.0.0/16\"))", 't' },
		{ "ip(\"1.2.3.4/24\") == ip(\"1.2.3.0/24\")", 'f' },
		{ "ip(1) == ip(2)", CEDAR_ERROR_TYPE },
		{ "ip(\"x\") == 1", CEDAR_ERROR_EXTENSION },
		{ "ip() == 1", CEDAR_ERROR_ARITY },
		{ "ip(\"::\", 2, 3, 4, 5) == 1", CEDAR_ERROR_ARITY },
		{ "ip(\"::\", 2, 3, 4, principal.z) == 1",
		    CEDAR_ERROR_ATTRIBUTE },
		{ "principal.n.isIpv4()", CEDAR_ERROR_TYPE },
		{ "decimal(principal.s) == 1", CEDAR_ERROR_EXTENSION },
		{ "decimal(\"1.0\").lessThan(decimal(\"1.1\"))", 't' },
		{ "decimal(\"1.0\").greaterThanOrEqual(decimal(\"1.0\"))",
		    't' },
		{ "datetime(\"1970-01-02\").offset(duration(\"-1d\")) == "
		  "datetime(\"1970-01-01\")", 't' },
		{ "datetime(\"1970-01-02\").durationSince("
		  "datetime(\"1970-01-01\")).toHours() == 24", 't' },
		{ "datetime(\"1969-12-31T23:59:59Z\").toDate() == "
		  "datetime(\"1969-12-31\")", 't' },
		{ "duration(\"-25h\").toDays() == -1", 't' },
		{ "datetime(\"9999-12-31\").offset("
		  "duration(\"9223372036854775807ms\")) == 1",
		    CEDAR_ERROR_EXTENSION },
	};

	run(cases, ARRAY_LEN(cases));
}

static void
a_forbid_overrides_and_an_error_is_skipped_and_told(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_query *query;
	struct cedar_answer answer;

	fixture_init(&f);
	check(fixture_policies(&f,
	    "permit(principal,action,resource);"
	    "forbid(principal,action,resource) when { principal.none };"
	    "permit(principal,action,resource) when { resource.p };") == 0);
	check(fixture_entities(&f, ENTITIES) == 0);
	answer = fixture_ask(&f, &query);
	check(answer.decision == CEDAR_ALLOW);
	check_u64(answer.n_reasons, 2);
	check(answer.n_reasons == 2 && answer.reasons[0] == 0 &&
	    answer.reasons[1] == 2);
	check(answer.n_errors == 1 && answer.errors[0].policy == 1);
	check_str(cedar_query_explain(query, &answer.errors[0], &f.arena),
	    STR("`User::\"u\"` does not have the attribute `none`"));
	f.request.flags = CEDAR_DENY_ON_ERROR;
	answer = fixture_ask(&f, &query);
	check(answer.decision == CEDAR_DENY && answer.is_denied_by_error);
	check_u64(answer.n_reasons, 2);
}

static void
the_forbids_are_the_reasons_of_a_denial(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_query *query;
	struct cedar_answer answer;

	fixture_init(&f);
	check(fixture_policies(&f,
	    "permit(principal,action,resource);"
	    "@id(\"x\") forbid(principal == User::\"u\",action,resource);") ==
	    0);
	check(fixture_entities(&f, "[]") == 0);
	answer = fixture_ask(&f, &query);
	check(answer.decision == CEDAR_DENY && !answer.is_denied_by_error);
	check(answer.n_reasons == 1 && answer.reasons[0] == 1);
	f.request.principal.id = STR("other");
	answer = fixture_ask(&f, &query);
	check(answer.decision == CEDAR_ALLOW);
	f.request.flags = CEDAR_DENY_ON_ERROR;
	answer = fixture_ask(&f, &query);
	check(answer.decision == CEDAR_ALLOW);
}

static void
one_query_answers_for_many_resources(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_query *query;
	struct cedar_answer answer;

	fixture_init(&f);
	check(fixture_policies(&f,
	    "permit(principal,action,resource in Folder::\"f\")"
	    " when { principal.n == 7 && resource.p };"
	    "permit(principal,action,resource == Doc::\"new\");"
	    "forbid(principal,action,resource)"
	    " when { principal.n == 8 && resource == Doc::\"d\" };") == 0);
	check(fixture_entities(&f, ENTITIES) == 0);
	answer = fixture_ask(&f, &query);
	for (int i = 0; i < 3; i++) {
		check(cedar_query_decide(&answer, query, f.policies,
		    (struct cedar_uid){ STR("Doc"), STR("d") }) == 0);
		check(answer.decision == CEDAR_ALLOW);
		check(cedar_query_decide(&answer, query, f.policies,
		    (struct cedar_uid){ STR("Doc"), STR("unknown") }) == 0);
		check(answer.decision == CEDAR_DENY && answer.n_reasons == 0);
		check(cedar_query_decide(&answer, query, f.policies,
		    (struct cedar_uid){ STR("Doc"), STR("new") }) == 0);
		check(answer.decision == CEDAR_ALLOW);
		check(answer.n_reasons == 1 && answer.reasons[0] == 1);
	}
}

static void
entities_may_come_with_the_request(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	const struct cedar_value docs[] = {
		cedar_entity_ref(STR("Doc"), STR("mine")),
		cedar_entity_ref(STR("Doc"), STR("d")),
	};
	const struct cedar_field attrs[] = {
		{ STR("level"), cedar_long(3) },
		{ STR("docs"), cedar_set(docs, 2) },
		{ STR("born"), cedar_datetime(0) },
	};
	const struct cedar_uid parents[] = { { STR("Team"), STR("t") } };
	const struct cedar_uid above[] = { { STR("Group"), STR("g") } };
	const struct cedar_entity overlay[] = {
		{ .uid = { STR("User"), STR("now") },
		    .attrs = attrs, .n_attrs = 3,
		    .parents = parents, .n_parents = 1 },
		{ .uid = { STR("Team"), STR("t") },
		    .parents = above, .n_parents = 1 },
	};
	struct cedar_query *query;
	struct cedar_answer answer;

	fixture_init(&f);
	check(fixture_policies(&f,
	    "permit(principal in Group::\"top\",action,resource) when {"
	    " principal.level > 2 && principal.docs.contains(resource) &&"
	    " principal.born == datetime(\"1970-01-01\") &&"
	    " context.why == \"asked\" };") == 0);
	check(fixture_entities(&f, ENTITIES) == 0);
	f.request.principal.id = STR("now");
	f.request.overlay = overlay;
	f.request.n_overlay = 2;
	f.request.context = &(struct cedar_field){ STR("why"),
		cedar_string(STR("asked")) };
	f.request.n_context = 1;
	answer = fixture_ask(&f, &query);
	check(answer.decision == CEDAR_ALLOW);
	check(cedar_query_decide(&answer, query, f.policies,
	    (struct cedar_uid){ STR("Doc"), STR("mine") }) == 0);
	check(answer.decision == CEDAR_ALLOW);
	check(cedar_query_decide(&answer, query, f.policies,
	    (struct cedar_uid){ STR("Doc"), STR("theirs") }) == 0);
	check(answer.decision == CEDAR_DENY && answer.n_errors == 0);
}

static void
an_overlay_may_not_shadow_the_store_nor_go_in_circles(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_uid up = { STR("A"), STR("2") };
	struct cedar_uid down = { STR("A"), STR("1") };
	struct cedar_entity overlay[] = {
		{ .uid = down, .parents = &up, .n_parents = 1 },
		{ .uid = up, .parents = &down, .n_parents = 1 },
	};
	struct cedar_query *query;

	fixture_init(&f);
	check(fixture_entities(&f, ENTITIES) == 0);
	f.request.overlay = overlay;
	f.request.n_overlay = 2;
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) ==
	    CEDAR_E_INPUT);
	f.request.n_overlay = 1;
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) == 0);
	overlay[0].uid = (struct cedar_uid){ STR("User"), STR("u") };
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) ==
	    CEDAR_E_INPUT);
	overlay[0].uid = overlay[1].uid;
	overlay[0].n_parents = overlay[1].n_parents = 0;
	f.request.n_overlay = 2;
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) ==
	    CEDAR_E_INPUT);
}

static void
an_overlay_has_a_limit(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_query *query;
	struct cedar_entity *overlay;
	size_t n = LIMIT_CEDAR_OVERLAY;

	fixture_init(&f);
	check(fixture_entities(&f, "[]") == 0);
	overlay = ARENA_ARRAY(&f.arena, n + 1, struct cedar_entity);
	for (size_t i = 0; i <= n; i++)
		overlay[i].uid = (struct cedar_uid){ STR("X"),
			arena_format(&f.arena, "%zu", i) };
	f.request.overlay = overlay;
	f.request.n_overlay = n;
	check(cedar_query_new(&query, &f.arena, &f.request, NULL) == 0);
	f.request.n_overlay = n + 1;
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) ==
	    CEDAR_E_LIMIT);
}

static void
bad_values_in_a_request_are_refused(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_field twice[] = { { STR("a"), cedar_long(1) },
		{ STR("a"), cedar_long(1) } };
	struct cedar_field one = { STR("a"), cedar_string(STR("\xff")) };
	struct cedar_value deep[LIMIT_CEDAR_VALUE_DEPTH + 2];
	struct cedar_query *query;

	fixture_init(&f);
	check(fixture_entities(&f, "[]") == 0);
	f.request.context = twice;
	f.request.n_context = 2;
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) ==
	    CEDAR_E_INPUT);
	f.request.context = &one;
	f.request.n_context = 1;
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) ==
	    CEDAR_E_INPUT);
	deep[0] = cedar_long(1);
	for (size_t i = 1; i < ARRAY_LEN(deep); i++)
		deep[i] = cedar_set(&deep[i - 1], 1);
	one.value = deep[LIMIT_CEDAR_VALUE_DEPTH - 1];
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) == 0);
	one.value = deep[LIMIT_CEDAR_VALUE_DEPTH];
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) ==
	    CEDAR_E_LIMIT);
	f.request.n_context = 0;
	f.request.principal.type = STR("not a path");
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) ==
	    CEDAR_E_INPUT);
	f.request.principal.type = STR("if::A");
	check(cedar_query_new(&query, &f.arena, &f.request, &f.diags) ==
	    CEDAR_E_INPUT);
}

static void
policies_loaded_after_the_query_are_refused(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_query *query;
	struct cedar_answer answer;

	fixture_init(&f);
	check(fixture_entities(&f, "[]") == 0);
	check(cedar_query_new(&query, &f.arena, &f.request, NULL) == 0);
	check(fixture_policies(&f,
	    "permit(principal == User::\"u\",action,resource);") == 0);
	check(cedar_query_decide(&answer, query, f.policies, f.resource) ==
	    CEDAR_E_STALE);
	check(answer.decision == CEDAR_DENY);
	answer = fixture_ask(&f, &query);
	check(answer.decision == CEDAR_ALLOW);
}

static void
a_full_arena_denies(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(arena_fini) struct arena arena;
	struct cedar_query *query;
	struct cedar_answer answer;
	int r = 0;

	fixture_init(&f);
	arena_init(&arena, 8192);
	check(fixture_policies(&f, "permit(principal,action,resource) when {"
	    " [principal, action, resource].contains(resource) };") == 0);
	check(fixture_entities(&f, "[]") == 0);
	check(cedar_query_new(&query, &arena, &f.request, NULL) == 0);
	for (int i = 0; i < 1000 && r == 0; i++) {
		r = cedar_query_decide(&answer, query, f.policies,
		    f.resource);
		check((answer.decision == CEDAR_ALLOW) == (r == 0));
	}
	check(r == CEDAR_E_LIMIT && answer.n_reasons == 0);
}

static void
links_fill_slots(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	static const char text[] =
	    "@id(\"t\") permit(principal in ?principal,action,"
	    "resource == ?resource) when { principal.n == 7 };"
	    "@id(\"s\") permit(principal,action,resource == Doc::\"z\");";
	struct cedar_link links[] = {
		{ STR("t"), STR("l1"), { STR("Group"), STR("top") },
		    { STR("Doc"), STR("d") } },
		{ STR("t"), STR("l2"), { STR("Group"), STR("none") },
		    { STR("Doc"), STR("d") } },
	};
	struct cedar_query *query;
	struct cedar_answer answer;
	size_t at = 9;

	fixture_init(&f);
	check(cedar_policies_parse(&f.policies, f.names, str_of(text), links,
	    2, CEDAR_ID_ANNOTATION, &f.diags) == 0);
	check_u64(cedar_policies_count(f.policies), 3);
	check_u64(cedar_policies_count_templates(f.policies), 1);
	check(cedar_policies_find(f.policies, STR("l1"), &at) && at == 1);
	check(!cedar_policies_find(f.policies, STR("t"), &at));
	check(cedar_policies_get(f.policies, 1).is_link);
	check_str(cedar_policies_annotation(f.policies, 1, STR("id")),
	    STR("t"));
	check(fixture_entities(&f, ENTITIES) == 0);
	answer = fixture_ask(&f, &query);
	check(answer.decision == CEDAR_ALLOW);
	check(answer.n_reasons == 1 && answer.reasons[0] == 1);
}

static int
link_outcome(struct cedar_link first, struct cedar_link second)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_link links[] = { first, second };

	fixture_init(&f);
	f.diags.source = STR("");
	return cedar_policies_parse(&f.policies, f.names,
	    STR("@id(\"t\") permit(principal in ?principal,action,resource);"
		"@id(\"s\") permit(principal,action,resource);"), links,
	    second.id.len > 0 ? 2 : 1, CEDAR_ID_ANNOTATION, &f.diags);
}

static void
a_link_gives_exactly_the_slots_of_a_template(void)
{
	const struct cedar_uid user = { STR("User"), STR("u") };
	const struct cedar_uid none = { 0 };
	const struct cedar_link fine = { STR("t"), STR("l"), user, none };
	const struct cedar_link nothing = { 0 };

	check(link_outcome(fine, nothing) == 0);
	check(link_outcome(fine, (struct cedar_link){ STR("t"), STR("l2"),
	    user, none }) == 0);
	check(link_outcome(fine, fine) == CEDAR_E_INPUT);
	check(link_outcome((struct cedar_link){ STR("t"), STR("s"), user,
	    none }, nothing) == CEDAR_E_INPUT);
	check(link_outcome((struct cedar_link){ STR("t"), STR("l"), none,
	    none }, nothing) == CEDAR_E_INPUT);
	check(link_outcome((struct cedar_link){ STR("t"), STR("l"), user,
	    user }, nothing) == CEDAR_E_INPUT);
	check(link_outcome((struct cedar_link){ STR("s"), STR("l"), none,
	    none }, nothing) == CEDAR_E_INPUT);
	check(link_outcome((struct cedar_link){ STR("x"), STR("l"), user,
	    none }, nothing) == CEDAR_E_INPUT);
	check(link_outcome(fine, (struct cedar_link){ STR("l"), STR("m"),
	    user, none }) == CEDAR_E_INPUT);
	check(link_outcome((struct cedar_link){ STR("t"), STR("l"),
	    { STR("a b"), STR("u") }, none }, nothing) == CEDAR_E_INPUT);
}

static void
a_set_has_a_most_of_policies(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	const struct cedar_link link = { 0 };

	fixture_init(&f);
	/* The number is looked at before the links, which are not there. */
	check(cedar_policies_parse(&f.policies, f.names,
	    STR("permit(principal,action,resource);"), &link,
	    LIMIT_CEDAR_POLICIES, 0, &f.diags) == CEDAR_E_LIMIT);
}

/* The same set large enough to be filed, asked in every way. */
static void
a_filed_set_decides_as_a_small_one(void)
{
	static const char *const scopes[] = {
		"principal,action,resource",
		"principal == User::\"u\",action,resource",
		"principal in Group::\"top\",action,resource",
		"principal is User,action,resource",
		"principal is User in Group::\"g\",action,resource",
		"principal,action == Action::\"a\",resource",
		"principal,action in [Action::\"b\",Action::\"a\"],resource",
		"principal,action in [],resource",
		"principal,action,resource == Doc::\"d\"",
		"principal,action,resource in Folder::\"f\"",
		"principal,action,resource is Doc",
		("principal in Group::\"g\",action == Action::\"a\","
		 "resource in Folder::\"f\""),
		"principal == User::\"x\",action,resource",
		"principal,action == Action::\"b\",resource",
		"principal,action,resource == Doc::\"x\"",
		"principal,action,resource is Folder",
		"principal is Group,action,resource",
	};
	static const bool matches[] = { true, true, true, true, true, true,
		true, false, true, true, true, true };
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_query *query;
	struct cedar_answer answer;
	struct str text = STR("");
	size_t n = 0;

	fixture_init(&f);
	for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
		text = arena_format(&f.arena, "%.*spermit(%s);\n",
		    STR_ARG(text), scopes[i]);
	check(fixture_policies(&f, text.p) == 0);
	check(fixture_entities(&f, ENTITIES) == 0);
	answer = fixture_ask(&f, &query);
	/* The second decision of a query goes another way than the first. */
	for (int round = 0; round < 3; round++) {
		n = 0;
		for (size_t i = 0; i < ARRAY_LEN(matches); i++) {
			if (!matches[i])
				continue;
			check(n < answer.n_reasons && answer.reasons[n] == i);
			n++;
		}
		check_u64(answer.n_reasons, n);
		check(cedar_query_decide(&answer, query, f.policies,
		    f.resource) == 0);
	}
}

static const struct tap_test tests[] = {
	TEST(logic_stops_at_the_first_operand_that_decides),
	TEST(arithmetic_is_checked),
	TEST(entities_records_and_sets_are_looked_into),
	TEST(membership_is_reflexive_and_transitive),
	TEST(extension_functions_check_number_and_type_at_run_time),
	TEST(a_forbid_overrides_and_an_error_is_skipped_and_told),
	TEST(the_forbids_are_the_reasons_of_a_denial),
	TEST(one_query_answers_for_many_resources),
	TEST(entities_may_come_with_the_request),
	TEST(an_overlay_may_not_shadow_the_store_nor_go_in_circles),
	TEST(an_overlay_has_a_limit),
	TEST(bad_values_in_a_request_are_refused),
	TEST(policies_loaded_after_the_query_are_refused),
	TEST(a_full_arena_denies),
	TEST(links_fill_slots),
	TEST(a_link_gives_exactly_the_slots_of_a_template),
	TEST(a_set_has_a_most_of_policies),
	TEST(a_filed_set_decides_as_a_small_one),
};

TAP_MAIN(tests)
