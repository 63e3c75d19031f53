/* Partial evaluation: what goes away, what stays, and how it reads. */
#include "cedar_fixture.h"
#include "limits.h"

#define ENTITIES                                                               \
	"[{\"uid\":{\"type\":\"User\",\"id\":\"u\"},"                          \
	"\"attrs\":{\"n\":7,\"s\":\"text\",\"set\":[1,2],"                     \
	"\"rec\":{\"a\":{\"b\":1},\"c\":true},"                                \
	"\"ip\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"10.0.0.1\"}},"            \
	"\"friend\":{\"__entity\":{\"type\":\"User\",\"id\":\"v\"}}},"         \
	"\"parents\":[{\"type\":\"Group\",\"id\":\"g\"}],"                     \
	"\"tags\":{\"t\":\"v\"}},"                                             \
	"{\"uid\":{\"type\":\"User\",\"id\":\"v\"},\"attrs\":{\"n\":1},"       \
	"\"parents\":[]},"                                                     \
	"{\"uid\":{\"type\":\"Group\",\"id\":\"g\"},\"attrs\":{},"             \
	"\"parents\":[]},"                                                     \
	"{\"uid\":{\"type\":\"Doc\",\"id\":\"d\"},\"attrs\":{\"p\":true},"     \
	"\"parents\":[{\"type\":\"Folder\",\"id\":\"f\"}]}]"

/* The context: { k: 1, open: false, at: .., ground: { open, kind: "x" } }. */
static const struct cedar_field ground[] = {
	{ STR_INIT("open"), { .kind = CEDAR_BOOL } },
	{ STR_INIT("kind"), { .kind = CEDAR_STRING, .text = STR_INIT("x") } },
};
static const struct cedar_field context[] = {
	{ STR_INIT("k"), { .kind = CEDAR_LONG, .number = 1 } },
	{ STR_INIT("open"), { .kind = CEDAR_BOOL } },
	{ STR_INIT("at"), { .kind = CEDAR_DATETIME, .number = -1 } },
	{ STR_INIT("far"), { .kind = CEDAR_DATETIME, .number = INT64_MAX } },
	{ STR_INIT("span"), { .kind = CEDAR_DURATION, .number = INT64_MIN } },
	{ STR_INIT("dec"), { .kind = CEDAR_DECIMAL, .number = -1 } },
	{ STR_INIT("ground"),
	    { .kind = CEDAR_RECORD, .record = { ground, 2 } } },
};

#define MOST 12
static const struct str open_path[] = { STR_INIT("open") };
static const struct str x_path[] = { STR_INIT("x") };
static const struct str y_path[] = { STR_INIT("y") };
static const struct str z_path[] = { STR_INIT("z") };
static const struct str s_path[] = { STR_INIT("str") };
static const struct str ground_path[] = { STR_INIT("ground"),
	STR_INIT("open") };
static const struct str n_path[] = { STR_INIT("n") };
static const struct str rec_path[] = { STR_INIT("rec"), STR_INIT("a") };
static const struct str tag_path[] = { STR_INIT("later") };

/*
 * Unknown: principal's n, rec.a, tag "later"; context.open (a bool), x, y (may
 * be absent), z (a number that may be absent), str (a string), ground.open (a
 * bool); all of User::"v"; more ancestors of Group::"g"; the resource, a Doc.
 */
static const struct cedar_unknown unknowns[MOST] = {
	{ CEDAR_UNKNOWN_CONTEXT, .path = open_path, .n_path = 1,
	    .has_kind = true, .kind = CEDAR_BOOL },
	{ CEDAR_UNKNOWN_CONTEXT, .path = x_path, .n_path = 1 },
	{ CEDAR_UNKNOWN_CONTEXT, .path = y_path, .n_path = 1,
	    .is_optional = true },
	{ CEDAR_UNKNOWN_CONTEXT, .path = z_path, .n_path = 1,
	    .is_optional = true, .has_kind = true, .kind = CEDAR_LONG },
	{ CEDAR_UNKNOWN_CONTEXT, .path = s_path, .n_path = 1,
	    .has_kind = true, .kind = CEDAR_STRING },
	{ CEDAR_UNKNOWN_CONTEXT, .path = ground_path, .n_path = 2,
	    .has_kind = true, .kind = CEDAR_BOOL },
	{ CEDAR_UNKNOWN_ATTRIBUTE, .entity = { STR_INIT("User"), STR_INIT("u") },
	    .path = n_path, .n_path = 1 },
	{ CEDAR_UNKNOWN_ATTRIBUTE, .entity = { STR_INIT("User"), STR_INIT("u") },
	    .path = rec_path, .n_path = 2 },
	{ CEDAR_UNKNOWN_TAG, .entity = { STR_INIT("User"), STR_INIT("u") },
	    .path = tag_path, .n_path = 1, .is_optional = true },
	{ CEDAR_UNKNOWN_ATTRIBUTE,
	    .entity = { STR_INIT("User"), STR_INIT("v") } },
	{ CEDAR_UNKNOWN_ANCESTORS,
	    .entity = { STR_INIT("Group"), STR_INIT("g") } },
	{ CEDAR_UNKNOWN_RESOURCE, .type = STR_INIT("Doc") },
};

static void
prepare(struct fixture *f, const char *policies)
{
	fixture_init(f);
	if (!check(fixture_policies(f, policies) == 0) ||
	    !check(fixture_entities(f, ENTITIES) == 0))
		diag_print(&f->diags, stdout);
	f->request.context = context;
	f->request.n_context = ARRAY_LEN(context);
}

/* The one policy of the fixture: "true", "false", "error" or its residual. */
static struct str
outcome(struct fixture *f)
{
	struct cedar_partial *partial = NULL;
	struct cedar_partial_answer answer;
	struct buf out;
	struct str text;

	if (!check(cedar_partial_new(&partial, &f->arena, &f->request, unknowns,
	    MOST, &f->diags) == 0)) {
		diag_print(&f->diags, stdout);
		return STR("");
	}
	check(cedar_partial_decide(&answer, partial, f->policies,
	    f->resource) == 0);
	if (answer.n_satisfied > 0)
		return STR("true");
	if (answer.n_errors > 0) {
		check(cedar_partial_explain(partial, &answer.errors[0],
		    &f->arena).len > 0);
		return STR("error");
	}
	if (answer.n_residuals == 0)
		return STR("false");
	buf_init(&out, 1u << 20);
	check(cedar_residual_text(&out, partial, &answer.residuals[0]) == 0);
	text = arena_str(&f->arena, buf_str(&out));
	buf_fini(&out);
	return text;
}

struct reduced_case {
	const char *expression;
	const char *want; /* "true", "false", "error", or what is left */
};

#define BEFORE "permit(principal, action, resource) when { "

static void
run(const struct reduced_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(fixture_fini) struct fixture f;
		char text[1024];
		struct str got;

		snprintf(text, sizeof(text), BEFORE "%s };",
		    cases[i].expression);
		prepare(&f, text);
		got = outcome(&f);
		if (str_has_prefix(got, STR(BEFORE)))
			got = str_part(got, sizeof(BEFORE) - 1,
			    got.len - sizeof(" };") + 1);
		if (!check_str(got, str_of(cases[i].want)))
			printf("# of %s\n", cases[i].expression);
	}
}

static void
what_is_known_goes_away(void)
{
	static const struct reduced_case cases[] = {
		{ "context.k == 1", "true" },
		{ "context.k == 1 && context.open", "context.open" },
		{ "context.open && context.k == 1", "context.open" },
		{ "context.k == 2 || context.open", "context.open" },
		{ "context.k == 2 && context.open", "false" },
		{ "context.k == 1 || context.open", "true" },
		{ "if context.k == 1 then context.open else context.x",
		    "context.open" },
		{ "if context.open then true else false", "context.open" },
		{ "context.ground.kind == \"x\"", "true" },
		{ "context.ground.open", "(context.ground).open" },
		{ "principal has rec.c && principal.rec.c", "true" },
		{ "principal.s == \"text\"", "true" },
		{ "principal.n == 3", "(principal.n) == 3" },
		{ "principal.rec.a == 3", "((principal.rec).a) == 3" },
		{ "context.x == principal.s", "(context.x) == \"text\"" },
		{ "(context.open && context.ground.open) && context.open",
		    "(context.open) && ((context.ground).open) && "
		    "(context.open)" },
	};

	run(cases, ARRAY_LEN(cases));
}

/* Whatever may fail, or be no bool, may not go. */
static void
an_operand_goes_only_where_it_cannot_matter(void)
{
	static const struct reduced_case cases[] = {
		{ "false && context.y", "false" },
		{ "context.open && false", "false" },
		{ "context.x && false", "(context.x) && false" },
		{ "context.y && false", "(context.y) && false" },
		{ "(context.open && context.x) && false",
		    "(context.open) && (context.x) && false" },
		{ "context.x && context.open && false",
		    "(context.x) && false" },
		{ "context.open || true", "true" },
		{ "context.y || true", "(context.y) || true" },
		{ "(context has y) && false", "false" },
		{ "(context.x + 1 == 2) && false",
		    "(((context.x) + 1) == 2) && false" },
		{ "!context.open && false", "false" },
		{ "!context.x && false", "(!(context.x)) && false" },
		{ "if context.open then 1 == 1 else 2 == 2", "true" },
		{ "if context.x then true else true",
		    "if (context.x) then true else true" },
		{ "(if context.open then false else context.x) && false",
		    "(if (context.open) then false else (context.x)) && "
		    "false" },
		{ "context.x", "true && (context.x)" },
		{ "context.x && true", "true && (context.x)" },
		{ "(context.str like \"a*\") && false", "false" },
		{ "(context.x like \"a*\") && false",
		    "((context.x) like \"a*\") && false" },
		{ "(resource in Folder::\"f\") && false", "false" },
		{ "(resource in context.x) && false",
		    "(resource in (context.x)) && false" },
		{ "[context.y].isEmpty() && false",
		    "([context.y].isEmpty()) && false" },
		{ "[context.x].isEmpty() && false", "false" },
	};

	run(cases, ARRAY_LEN(cases));
}

static void
what_surely_fails_is_an_error(void)
{
	static const struct reduced_case cases[] = {
		{ "principal.none", "error" },
		{ "context.none == context.x", "error" },
		{ "context.x + \"a\" == 1", "error" },
		{ "context.x == 1 + true", "error" },
		{ "1 && context.x", "error" },
		{ "if context.open then 1 + true == 1 else principal.none",
		    "error" },
		{ "context.open && principal.none",
		    "(context.open) && (principal.none)" },
		{ "context.open && 1", "(context.open) && 1" },
		{ "principal.none && context.open", "error" },
		{ "context.x in [1]", "error" },
		{ "resource in [1]", "error" },
		{ "context.x.contains(principal.none)", "error" },
		{ "context.x.getTag(1) == 1", "error" },
		{ "decimal(context.x, 1).lessThan(decimal(\"1.0\"))",
		    "error" },
		{ "decimal(context.x).lessThan(decimal(\"1.0\"))",
		    "(decimal(context.x)).lessThan(decimal(\"1.0\"))" },
		{ "principal has s.a", "error" },
	};

	run(cases, ARRAY_LEN(cases));
}

static void
types_that_are_known_decide(void)
{
	static const struct reduced_case cases[] = {
		{ "context.open == \"a\"", "false" },
		{ "context.open != \"a\"", "true" },
		{ "context.z == \"a\"", "(context.z) == \"a\"" },
		{ "context.x == \"a\"", "(context.x) == \"a\"" },
		{ "resource is Doc", "true" },
		{ "resource is User", "false" },
		{ "resource == User::\"u\"", "false" },
		{ "resource == Doc::\"d\"", "resource == Doc::\"d\"" },
		{ "resource is Doc in Folder::\"f\"",
		    "resource in Folder::\"f\"" },
		{ "resource is User in principal.none", "false" },
		{ "resource.p", "true && (resource.p)" },
	};

	run(cases, ARRAY_LEN(cases));
}

static void
presence_is_known_or_not(void)
{
	static const struct reduced_case cases[] = {
		{ "context has x", "true" },
		{ "context has y", "context has y" },
		{ "context has none", "false" },
		{ "context has ground.open", "true" },
		{ "context has ground.none", "false" },
		{ "{a: context.x, b: 1} has b", "true" },
		{ "{a: context.x, b: 1} has c", "false" },
		{ "{a: context.y, b: 1} has b",
		    "{a: context.y, b: 1} has b" },
		{ "{a: context.x, b: 1}.c == 1", "error" },
		{ "{a: context.x, b: 1}.b == 1", "true" },
		{ "{a: context.x, b: 1}.a == 1", "(context.x) == 1" },
		{ "{a: context.y, b: 1}.b == 1",
		    "({a: context.y, b: 1}.b) == 1" },
		{ "context has x.y", "context has x.y" },
		{ "context has y && context.y == 1",
		    "(context has y) && ((context.y) == 1)" },
		{ "principal has n", "true" },
		{ "User::\"v\" has n", "User::\"v\" has n" },
		{ "User::\"w\" has n", "false" },
		{ "principal.friend.n == 1", "(User::\"v\".n) == 1" },
		{ "principal.hasTag(\"t\")", "true" },
		{ "principal.hasTag(\"none\")", "false" },
		{ "principal.hasTag(\"later\")",
		    "principal.hasTag(\"later\")" },
		{ "principal.getTag(\"later\") == \"x\"",
		    "(principal.getTag(\"later\")) == \"x\"" },
		{ "principal.hasTag(context.str)",
		    "principal.hasTag(context.str)" },
	};

	run(cases, ARRAY_LEN(cases));
}

static void
ancestors_that_are_given_stand(void)
{
	static const struct reduced_case cases[] = {
		{ "principal in Group::\"g\"", "true" },
		{ "principal in Group::\"h\"", "principal in Group::\"h\"" },
		{ "principal in [Group::\"h\", Group::\"g\"]", "true" },
		{ "principal in []", "false" },
		{ "Doc::\"d\" in Group::\"h\"", "false" },
		{ "Group::\"g\" in context.x", "Group::\"g\" in (context.x)" },
		{ "principal is User in Group::\"h\"",
		    "principal in Group::\"h\"" },
		{ "principal is Group in Group::\"h\"", "false" },
	};

	run(cases, ARRAY_LEN(cases));
}

/* Every kind of value that a residual must be able to say. */
static void
values_are_written_as_literals(void)
{
	static const struct reduced_case cases[] = {
		{ "context.x == -5", "(context.x) == (-5)" },
		{ "context.x == principal.set", "(context.x) == [1, 2]" },
		{ "context.x == principal.ip",
		    "(context.x) == (ip(\"10.0.0.1/32\"))" },
		{ "context.x == principal.friend",
		    "(context.x) == User::\"v\"" },
		{ "context.x == context.at",
		    "(context.x) == (datetime(\"1969-12-31T23:59:59.999Z\"))" },
		{ "context.x == context.far",
		    "(context.x) == ((datetime(\"1970-01-01\")).offset("
		    "duration(\"9223372036854775807ms\")))" },
		{ "context.x == datetime(\"2024-02-29T12:30:00Z\")",
		    "(context.x) == (datetime(\"2024-02-29T12:30:00Z\"))" },
		{ "context.x == datetime(\"2024-02-29\")",
		    "(context.x) == (datetime(\"2024-02-29\"))" },
		{ "context.x == context.span",
		    "(context.x) == "
		    "(duration(\"-9223372036854775808ms\"))" },
		{ "context.x == context.dec",
		    "(context.x) == (decimal(\"-0.0001\"))" },
		{ "context.x == {a: 1, \"b c\": [\"\\n\"]}",
		    "(context.x) == {a: 1, \"b c\": [\"\\n\"]}" },
		{ "context.x == principal", "(context.x) == User::\"u\"" },
		{ "principal.rec == context.x",
		    "(principal.rec) == (context.x)" },
	};

	run(cases, ARRAY_LEN(cases));
}

static void
scopes_stay_where_they_are_undecided(void)
{
	static const struct {
		const char *policy;
		const char *want;
	} cases[] = {
		{ "permit(principal, action, resource == Doc::\"d\");",
		    "permit(principal, action, resource == Doc::\"d\");" },
		{ "permit(principal, action, resource == User::\"d\");",
		    "false" },
		{ "permit(principal == User::\"u\", action == Action::\"a\", "
		  "resource is Doc in Folder::\"f\");",
		    "permit(principal, action, resource is Doc in "
		    "Folder::\"f\");" },
		{ "permit(principal in Group::\"h\", action, resource);",
		    "permit(principal in Group::\"h\", action, resource);" },
		{ "permit(principal == User::\"w\", action, resource) when "
		  "{ context.x };", "false" },
		{ "permit(principal, action in [Action::\"b\"], resource);",
		    "false" },
		{ "permit(principal, action, resource in Folder::\"f\") when "
		  "{ principal.none };",
		    "permit(principal, action, resource in Folder::\"f\") "
		    "when { principal.none };" },
		{ "@a(\"b\") @c permit(principal, action, resource) unless "
		  "{ context.open || context.k == 2 };",
		    "@a(\"b\")\n@c\npermit(principal, action, resource) when "
		    "{ !(context.open) };" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(fixture_fini) struct fixture f;

		prepare(&f, cases[i].policy);
		check_str(outcome(&f), str_of(cases[i].want));
	}
}

static void
a_link_has_a_residual_with_its_slots_filled(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	const struct cedar_link link = { STR("policy0"), STR("l"),
		.resource = { STR("Folder"), STR("f") } };

	fixture_init(&f);
	check(cedar_policies_parse(&f.policies, f.names,
	    STR("permit(principal, action, resource in ?resource);"), &link, 1,
	    0, &f.diags) == 0);
	check(fixture_entities(&f, ENTITIES) == 0);
	f.request.context = context;
	f.request.n_context = ARRAY_LEN(context);
	check_str(outcome(&f), STR("permit(principal, action, resource in "
				   "Folder::\"f\");"));
}

/* Ask the set with what is unknown in general. */
static struct cedar_partial_answer
decide(struct fixture *f, struct cedar_partial **partial, unsigned flags)
{
	struct cedar_partial_answer answer = { 0 };

	f->request.flags = flags;
	check(cedar_partial_new(partial, &f->arena, &f->request, unknowns, MOST,
	    &f->diags) == 0);
	check(cedar_partial_decide(&answer, *partial, f->policies,
	    f->resource) == 0);
	return answer;
}

static void
the_answer_says_what_is_certain(void)
{
	static const struct {
		const char *policies;
		bool is_decided;
		bool is_decided_strictly; /* CEDAR_DENY_ON_ERROR */
		enum cedar_decision decision;
		unsigned may;  /* bits */
		unsigned must;
	} cases[] = {
#define P "permit(principal, action, resource)"
#define F "forbid(principal, action, resource)"
#define IF(x) " when { " x " };"
		{ "", true, true, CEDAR_DENY, 0, 0 },
		{ P ";", true, true, CEDAR_ALLOW, 1, 1 },
		{ P IF("context.open"), false, false, CEDAR_DENY, 1, 0 },
		{ F IF("context.open"), true, true, CEDAR_DENY, 1, 0 },
		{ P ";" F IF("context.open"), false, false, CEDAR_DENY, 3, 0 },
		{ P ";" P IF("context.open"), true, true, CEDAR_ALLOW, 3, 1 },
		/* This one may yet fail. */
		{ P ";" P IF("context.x"), true, false, CEDAR_ALLOW, 3, 1 },
		{ P ";" F ";" F IF("context.x"), true, true, CEDAR_DENY, 6,
		    2 },
		{ P IF("context.x") F ";", true, true, CEDAR_DENY, 2, 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(fixture_fini) struct fixture f;
		struct cedar_partial *partial;
		struct cedar_partial_answer answer;
		unsigned may = 0;
		unsigned must = 0;

		prepare(&f, cases[i].policies);
		answer = decide(&f, &partial, 0);
		check(answer.is_decided == cases[i].is_decided);
		check(answer.decision == cases[i].decision);
		for (size_t k = 0; k < answer.n_may; k++)
			may |= 1u << answer.may[k];
		for (size_t k = 0; k < answer.n_must; k++)
			must |= 1u << answer.must[k];
		if (!check(may == cases[i].may && must == cases[i].must))
			printf("# %s: %u %u\n", cases[i].policies, may, must);
		answer = decide(&f, &partial, CEDAR_DENY_ON_ERROR);
		check(answer.is_decided == cases[i].is_decided_strictly);
	}
}

static void
a_certain_error_denies_where_it_must(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_partial *partial;
	struct cedar_partial_answer answer;

	prepare(&f, P ";" F IF("principal.none"));
	answer = decide(&f, &partial, 0);
	check(answer.is_decided && answer.decision == CEDAR_ALLOW);
	answer = decide(&f, &partial, CEDAR_DENY_ON_ERROR);
	check(answer.is_decided && answer.decision == CEDAR_DENY);
	check(answer.is_denied_by_error);
	check_u64(answer.errors[0].kind, CEDAR_ERROR_ATTRIBUTE);
	check_str(cedar_partial_explain(partial, &answer.errors[0], &f.arena),
	    STR("`User::\"u\"` does not have the attribute `none`"));
}

/* The names that only the request has are not learnt by the dictionary. */
static void
residuals_are_policies_of_any_dictionary(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_policies_freep) struct cedar_policies *residuals = NULL;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	CLEANUP(buf_fini) struct buf out = { 0 };
	struct cedar_partial *partial;
	struct cedar_partial_answer answer;
	struct cedar_policy policy;

	prepare(&f, P ";" "@id(\"b\") " P IF("context.x == principal.friend")
	    P IF("context.open"));
	answer = decide(&f, &partial, 0);
	check_u64(answer.n_residuals, 2);
	check(cedar_names_new(&names) == 0);
	check(cedar_residual_policies(&residuals, names, partial, &answer,
	    &f.diags) == 0);
	check_u64(cedar_policies_count(residuals), 2);
	policy = cedar_policies_get(residuals, 0);
	check_str(policy.id, STR("policy1"));
	check_u64(policy.effect, CEDAR_PERMIT);
	check_str(cedar_policies_annotation(residuals, 0, STR("id")),
	    STR("b"));
	buf_init(&out, 4096);
	check(cedar_residual_json(&out, partial, &answer.residuals[1]) == 0);
	check_str(buf_str(&out), STR("{\"effect\":\"permit\",\"principal\":"
	    "{\"op\":\"All\"},\"action\":{\"op\":\"All\"},\"resource\":"
	    "{\"op\":\"All\"},\"conditions\":[{\"kind\":\"when\",\"body\":"
	    "{\".\":{\"left\":{\"Var\":\"context\"},\"attr\":\"open\"}}}]}"));
}

static void
errors_of_residuals_are_told_of_the_policy(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_policies_freep) struct cedar_policies *residuals = NULL;
	struct cedar_partial *partial;
	struct cedar_partial_answer before;
	struct cedar_query *query;
	struct cedar_answer answer;

	prepare(&f, F IF("principal.none") P IF("context.x"));
	before = decide(&f, &partial, 0);
	check(cedar_residual_policies(&residuals, f.names, partial, &before,
	    &f.diags) == 0);
	check(cedar_query_new(&query, &f.arena, &f.request, NULL) == 0);
	check(cedar_residual_decide(&answer, query, residuals, &before,
	    f.policies, f.resource) == 0);
	check_u64(answer.n_errors, 2);
	check_u64(answer.errors[0].policy, 0);
	check(cedar_query_explain(query, &answer.errors[0], &f.arena).p ==
	    NULL);
	check_u64(answer.errors[1].policy, 1);
	check_u64(answer.errors[1].offset,
	    cedar_policies_get(f.policies, 1).offset);
	check_str(cedar_query_explain(query, &answer.errors[1], &f.arena),
	    STR("record does not have the attribute `x`"));
}

/* ------------------------------------------------------------------ */

static int
refused(struct fixture *f, const struct cedar_unknown *list, size_t n,
    const char *why)
{
	struct cedar_partial *partial;
	int r;

	diag_init(&f->diags, &f->arena, STR("test"), STR(""));
	r = cedar_partial_new(&partial, &f->arena, &f->request, list, n,
	    &f->diags);
	if (r != 0 && !check(strstr(diag_first(&f->diags).p, why) != NULL))
		printf("# %.*s\n", STR_ARG(diag_first(&f->diags)));
	return r;
}

static void
h12_unknowns_that_make_no_sense_are_refused(void)
{
	static const struct str deep[] = { STR_INIT("k"), STR_INIT("a") };
	static const struct str gone[] = { STR_INIT("gone"), STR_INIT("a") };
	static const struct str below[] = { STR_INIT("ground"),
		STR_INIT("open"), STR_INIT("b") };
	static const struct {
		struct cedar_unknown list[2];
		size_t n;
		const char *why;
	} cases[] = {
		{ { { CEDAR_UNKNOWN_CONTEXT, .path = deep, .n_path = 2 } }, 1,
		    "no record `k`" },
		{ { { CEDAR_UNKNOWN_CONTEXT, .path = gone, .n_path = 2 } }, 1,
		    "no record `gone`" },
		{ { { CEDAR_UNKNOWN_CONTEXT, .path = ground_path, .n_path = 2 },
		      { CEDAR_UNKNOWN_CONTEXT, .path = below, .n_path = 3 } },
		    2, "lies in another" },
		{ { { CEDAR_UNKNOWN_CONTEXT, .path = ground_path, .n_path = 2 },
		      { CEDAR_UNKNOWN_CONTEXT } }, 2, "lies in another" },
		{ { { CEDAR_UNKNOWN_PRINCIPAL }, { CEDAR_UNKNOWN_PRINCIPAL } },
		    2, "twice" },
		{ { { CEDAR_UNKNOWN_PRINCIPAL, .type = STR_INIT("a b") } }, 1,
		    "not an entity type name" },
		{ { { CEDAR_UNKNOWN_ATTRIBUTE,
		      .entity = { STR_INIT("User"), STR_INIT("gone") },
		      .path = x_path, .n_path = 1 } }, 1, "not given" },
		{ { { CEDAR_UNKNOWN_TAG,
		      .entity = { STR_INIT("User"), STR_INIT("u") },
		      .path = deep, .n_path = 2 } }, 1, "not a path" },
		{ { { (enum cedar_unknown_kind)99 } }, 1, "of no kind" },
	};
	CLEANUP(fixture_fini) struct fixture f;

	prepare(&f, P ";");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_u64(refused(&f, cases[i].list, cases[i].n, cases[i].why),
		    CEDAR_E_INPUT);
}

static void
h12_the_limits_of_unknowns_are_kept(void)
{
	static struct cedar_unknown many[LIMIT_CEDAR_UNKNOWNS + 1];
	static struct str path[LIMIT_CEDAR_VALUE_DEPTH + 1];
	static char names[LIMIT_CEDAR_UNKNOWNS + 1][8];
	static struct str one[LIMIT_CEDAR_UNKNOWNS + 1];
	const struct cedar_unknown deep = { CEDAR_UNKNOWN_CONTEXT,
		.path = path, .n_path = ARRAY_LEN(path) };
	CLEANUP(fixture_fini) struct fixture f;

	prepare(&f, P ";");
	for (size_t i = 0; i < ARRAY_LEN(path); i++)
		path[i] = STR("a");
	check_u64(refused(&f, &deep, 1, "deep"), CEDAR_E_LIMIT);
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		snprintf(names[i], sizeof(names[i]), "u%u", (unsigned)i);
		one[i] = str_of(names[i]);
		many[i] = (struct cedar_unknown){ CEDAR_UNKNOWN_CONTEXT,
			.path = &one[i], .n_path = 1 };
	}
	check_u64(refused(&f, many, ARRAY_LEN(many), "more than"),
	    CEDAR_E_LIMIT);
	check_u64(refused(&f, many, LIMIT_CEDAR_UNKNOWNS, ""), 0);
}

static void
h12_a_residual_past_a_limit_is_told(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_policies_freep) struct cedar_policies *residuals = NULL;
	struct cedar_partial *partial;
	struct cedar_partial_answer answer;
	struct cedar_value deep[LIMIT_CEDAR_VALUE_DEPTH - 1];
	struct cedar_field field = { STR("deep"), { .kind = CEDAR_LONG } };
	struct buf text;
	struct buf small;

	/* A literal at the bottom of a tree that is as high as may be. */
	for (size_t i = 0; i < ARRAY_LEN(deep); i++) {
		deep[i] = field.value;
		field.value = cedar_set(&deep[i], 1);
	}
	buf_init(&text, 32768);
	buf_add_text(&text, P " when { context.x == ");
	for (int i = 0; i < LIMIT_CEDAR_DEPTH - 16; i++)
		buf_add_char(&text, '[');
	buf_add_text(&text, "context.deep, context.x");
	for (int i = 0; i < LIMIT_CEDAR_DEPTH - 16; i++)
		buf_add_char(&text, ']');
	buf_add_text(&text, "};");
	prepare(&f, buf_str(&text).p);
	buf_fini(&text);
	f.request.context = &field;
	f.request.n_context = 1;
	check(cedar_partial_new(&partial, &f.arena, &f.request, unknowns, 2,
	    &f.diags) == 0);
	check(cedar_partial_decide(&answer, partial, f.policies,
	    f.resource) == 0);
	check_u64(answer.n_residuals, 1);
	check_u64(cedar_residual_policies(&residuals, f.names, partial, &answer,
	    &f.diags), CEDAR_E_LIMIT);
	buf_init(&small, 16);
	check_u64(cedar_residual_text(&small, partial, &answer.residuals[0]),
	    CEDAR_E_LIMIT);
	buf_fini(&small);
}

static void
a_set_loaded_after_the_partial_query_is_stale(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_policies_freep) struct cedar_policies *later = NULL;
	struct cedar_partial *partial;
	struct cedar_partial_answer answer;

	prepare(&f, P ";");
	check(cedar_partial_new(&partial, &f.arena, &f.request, unknowns, MOST,
	    &f.diags) == 0);
	check(cedar_policies_parse(&later, f.names,
	    STR(P " when { context.later };"), NULL, 0, 0, &f.diags) == 0);
	check_u64(cedar_partial_decide(&answer, partial, later, f.resource),
	    CEDAR_E_STALE);
}

static void
a_full_arena_is_a_limit_and_a_denial(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	unsigned n_limits = 0;

	prepare(&f, P IF("context.open && context.x == principal.set")
	    F IF("principal.none || context.x") P ";");
	for (size_t limit = 0; limit < 100000; limit += 97) {
		struct cedar_partial_answer answer = { .is_decided = true,
			.decision = CEDAR_ALLOW };
		struct cedar_partial *partial;
		struct arena arena;
		int r;

		arena_init(&arena, limit);
		r = cedar_partial_new(&partial, &arena, &f.request, unknowns,
		    MOST, NULL);
		if (r == 0)
			r = cedar_partial_decide(&answer, partial, f.policies,
			    f.resource);
		else
			answer = (struct cedar_partial_answer){ 0 };
		check(r == 0 || r == CEDAR_E_LIMIT);
		check(r == 0 || (!answer.is_decided &&
		    answer.decision == CEDAR_DENY));
		n_limits += r != 0;
		arena_fini(&arena);
		if (r == 0)
			break;
	}
	check(n_limits > 10);
}

static const struct tap_test tests[] = {
	TEST(what_is_known_goes_away),
	TEST(an_operand_goes_only_where_it_cannot_matter),
	TEST(what_surely_fails_is_an_error),
	TEST(types_that_are_known_decide),
	TEST(presence_is_known_or_not),
	TEST(ancestors_that_are_given_stand),
	TEST(values_are_written_as_literals),
	TEST(scopes_stay_where_they_are_undecided),
	TEST(a_link_has_a_residual_with_its_slots_filled),
	TEST(the_answer_says_what_is_certain),
	TEST(a_certain_error_denies_where_it_must),
	TEST(residuals_are_policies_of_any_dictionary),
	TEST(errors_of_residuals_are_told_of_the_policy),
	TEST(h12_unknowns_that_make_no_sense_are_refused),
	TEST(h12_the_limits_of_unknowns_are_kept),
	TEST(h12_a_residual_past_a_limit_is_told),
	TEST(a_set_loaded_after_the_partial_query_is_stale),
	TEST(a_full_arena_is_a_limit_and_a_denial),
};

TAP_MAIN(tests)
