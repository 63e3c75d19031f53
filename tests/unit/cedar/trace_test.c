/* Why a policy came to what it did: the walk, its causes, its words. */
#include "cedar_fixture.h"

#define ENTITIES                                                               \
	"[{\"uid\":{\"type\":\"User\",\"id\":\"u\"},"                          \
	"\"attrs\":{\"n\":7,\"s\":\"Text\",\"set\":[1,2,\"x\"],"               \
	"\"on\":true,\"off\":false,\"rec\":{\"a\":{\"b\":1}},"                 \
	"\"friend\":{\"__entity\":{\"type\":\"User\",\"id\":\"gone\"}}},"      \
	"\"parents\":[{\"type\":\"Group\",\"id\":\"g\"}],"                     \
	"\"tags\":{\"t\":\"v\"}},"                                             \
	"{\"uid\":{\"type\":\"Group\",\"id\":\"g\"},\"attrs\":{},"             \
	"\"parents\":[{\"type\":\"Group\",\"id\":\"top\"}]},"                  \
	"{\"uid\":{\"type\":\"Doc\",\"id\":\"d\"},\"attrs\":{\"p\":true},"     \
	"\"parents\":[]}]"

/* A policy traced; the answer of the engine beside it. */
struct traced {
	struct fixture f;
	struct cedar_trace trace;
	struct cedar_answer answer;
	struct str text;
};

static void
traced_fini(struct traced *traced)
{
	fixture_fini(&traced->f);
}

static void
trace_policy(struct traced *traced, const char *text)
{
	struct cedar_query *query;

	fixture_init(&traced->f);
	traced->text = str_of(text);
	traced->trace = (struct cedar_trace){ .outcome = CEDAR_TRACE_SCOPE };
	if (!check(fixture_policies(&traced->f, text) == 0) ||
	    !check(fixture_entities(&traced->f, ENTITIES) == 0)) {
		diag_print(&traced->f.diags, stdout);
		return;
	}
	traced->answer = fixture_ask(&traced->f, &query);
	check(cedar_trace_policy(&traced->trace, &traced->f.arena, query,
	    traced->f.policies, 0, traced->f.resource) == 0);
}

static void
trace_expression(struct traced *traced, char text[static 4096],
    const char *expression)
{
	snprintf(text, 4096, "permit(principal,action,resource) when { %s };",
	    expression);
	trace_policy(traced, text);
}

static struct str
step_text(const struct traced *traced, const struct cedar_step *step)
{
	return str_part(traced->text, step->offset,
	    (size_t)step->offset + step->len);
}

/* The causes that are no part of the scope: "text = value; text = value". */
static void
causes(const struct traced *traced, struct buf *buf)
{
	for (size_t i = 0; i < traced->trace.n_steps; i++) {
		const struct cedar_step *step = &traced->trace.steps[i];

		if (!step->is_cause || step->kind <= CEDAR_STEP_RESOURCE)
			continue;
		buf_add_format(buf, "%s%.*s = ", buf->len > 0 ? "; " : "",
		    STR_ARG(step_text(traced, step)));
		if (step->outcome == CEDAR_STEP_VALUE)
			check(cedar_literal_print(buf, &step->value, 0) == 0);
		else
			buf_add_text(buf, "?");
	}
}

static enum cedar_trace_outcome
engine_outcome(const struct cedar_answer *answer)
{
	if (answer->n_errors > 0)
		return CEDAR_TRACE_ERROR;
	return answer->n_reasons > 0 ? CEDAR_TRACE_SATISFIED
				     : CEDAR_TRACE_FALSE;
}

/* Steps are in order, within their parents, and values only where evaluated. */
static void
check_steps(const struct traced *traced)
{
	for (size_t i = 0; i < traced->trace.n_steps; i++) {
		const struct cedar_step *step = &traced->trace.steps[i];
		const struct cedar_step *parent =
		    &traced->trace.steps[step->parent];

		check(step->parent <= i);
		check(step->len > 0 || step->kind <= CEDAR_STEP_RESOURCE);
		check(step->parent == i || (step->offset >= parent->offset &&
		    step->offset + step->len <= parent->offset + parent->len));
		check(step->note.len == 0 || step->is_cause);
	}
}

struct cause_case {
	const char *expression;
	const char *causes;
};

static void
the_cause_is_the_smallest_part_that_decided(void)
{
	static const struct cause_case cases[] = {
		{ "principal.n == 8", "principal.n == 8 = false" },
		{ "principal.n == 7", "principal.n == 7 = true" },
		{ "principal.on && principal.n > 8 && principal.none",
		    "principal.n > 8 = false" },
		{ "principal.off || (principal.n > 8)",
		    "principal.off = false; principal.n > 8 = false" },
		{ "principal.off || principal.on || principal.none",
		    "principal.on = true" },
		{ "principal.on && !principal.off",
		    "principal.on = true; principal.off = false" },
		{ "!(principal.on && principal.n == 7)",
		    "principal.on = true; principal.n == 7 = true" },
		{ "if principal.off then 1 == 1 else principal.n == 1",
		    "principal.off = false; principal.n == 1 = false" },
		{ "if principal.n == 7 then false else true",
		    "principal.n == 7 = true" },
		{ "if true then false else true",
		    "if true then false else true = false" },
		{ "true && false", "false = false" },
		{ "1 + 1 == 3", "1 + 1 == 3 = false" },
		{ "principal has rec.a.c", "principal has rec.a.c = false" },
		{ "[principal.n, 8].contains(9)",
		    "[principal.n, 8].contains(9) = false" },
		{ "principal is User in Group::\"x\"",
		    "principal is User in Group::\"x\" = false" },
		{ "principal is Doc in 7", "principal is Doc in 7 = false" },
		{ "principal.s like \"T*x\"",
		    "principal.s like \"T*x\" = false" },
		{ "{ a: 1 } has b", "{ a: 1 } has b = false" },
		{ "principal.hasTag(\"u\")",
		    "principal.hasTag(\"u\") = false" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(traced_fini) struct traced traced;
		CLEANUP(buf_fini) struct buf buf = { 0 };
		char text[4096];

		buf_init(&buf, 4096);
		trace_expression(&traced, text, cases[i].expression);
		check(traced.trace.outcome == engine_outcome(&traced.answer));
		check_steps(&traced);
		causes(&traced, &buf);
		check_str(buf_str(&buf), str_of(cases[i].causes));
	}
}

static void
the_cause_of_an_error_is_what_failed_itself(void)
{
	static const struct cause_case cases[] = {
		{ "principal.none == 1", "principal.none = ?" },
		{ "principal.on && (principal.friend.name == \"x\")",
		    "principal.friend.name = ?" },
		{ "principal.s < 1", "principal.s = \"Text\"" },
		{ "1 + principal.s == 2", "principal.s = \"Text\"" },
		{ "principal.n", "principal.n = 7" },
		{ "principal.on && principal.n", "principal.n = 7" },
		{ "!principal.n", "principal.n = 7" },
		{ "if principal.n then true else false", "principal.n = 7" },
		{ "9223372036854775807 + principal.n + principal.none > 1",
		    "9223372036854775807 + principal.n + principal.none = ?" },
		{ "1 + principal.n + principal.none > 1",
		    "principal.none = ?" },
		{ "ip(principal.s).isLoopback()", "ip(principal.s) = ?" },
		{ "principal in [Group::\"g\", 7]",
		    "[Group::\"g\", 7] = [7, Group::\"g\"]" },
		{ "principal.getTag(\"u\") == \"v\"",
		    "principal.getTag(\"u\") = ?" },
		{ "principal.set.containsAll(principal.n)",
		    "principal.n = 7" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(traced_fini) struct traced traced;
		CLEANUP(buf_fini) struct buf buf = { 0 };
		char text[4096];

		buf_init(&buf, 4096);
		trace_expression(&traced, text, cases[i].expression);
		check(traced.trace.outcome == CEDAR_TRACE_ERROR);
		check(traced.answer.n_errors == 1);
		check_steps(&traced);
		causes(&traced, &buf);
		if (!check_str(buf_str(&buf), str_of(cases[i].causes)))
			printf("# %s\n", cases[i].expression);
	}
}

static void
a_note_says_what_the_text_does_not(void)
{
	static const struct cause_case cases[] = {
		{ "principal in Group::\"x\"",
		    "User::\"u\" is in Group::\"g\" and Group::\"top\"" },
		{ "principal in Group::\"top\"",
		    "User::\"u\" is in Group::\"g\", that in Group::\"top\"" },
		{ "principal in Group::\"g\"", "" },
		{ "principal.friend in Group::\"g\"",
		    "User::\"gone\" is not among the entities" },
		{ "resource in [Group::\"g\"]", "Doc::\"d\" is in nothing" },
		{ "principal.friend has name",
		    "User::\"gone\" is not among the entities" },
		{ "resource has name", "it has `p`" },
		{ "context has name", "it has no attributes" },
		{ "principal.s == \"text\"",
		    "they differ in upper and lower case" },
		{ "principal.n == \"7\"", "a Long never equals a String" },
		{ "principal == Doc::\"u\"", "their types differ" },
		{ "resource.name == 1",
		    "`Doc::\"d\"` does not have the attribute `name`; it has "
		    "`p`" },
		{ "principal.friend.x",
		    "entity `User::\"gone\"` does not exist" },
		{ "principal.s < 2", "type error: expected one of [long, "
		    "datetime, duration], got string" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(traced_fini) struct traced traced;
		struct str note = STR("");
		char text[4096];

		trace_expression(&traced, text, cases[i].expression);
		for (size_t k = 0; k < traced.trace.n_steps; k++) {
			if (traced.trace.steps[k].note.len > 0)
				note = traced.trace.steps[k].note;
		}
		if (!check_str(note, str_of(cases[i].causes)))
			printf("# %s\n", cases[i].expression);
	}
}

static void
a_scope_that_does_not_match_is_the_cause(void)
{
	static const struct {
		const char *policy;
		bool causes[3]; /* principal, action, resource */
		enum cedar_trace_outcome outcome;
	} cases[] = {
		{ "permit(principal, action, resource);", { 0 },
		    CEDAR_TRACE_SATISFIED },
		{ "permit(principal == User::\"x\", action, resource);",
		    { true }, CEDAR_TRACE_SCOPE },
		{ "permit(principal in Group::\"top\", action == "
		  "Action::\"b\", resource is Doc);",
		    { false, true, false }, CEDAR_TRACE_SCOPE },
		{ "permit(principal is Doc, action in [Action::\"b\", "
		  "Action::\"c\"], resource is User in User::\"y\");",
		    { true, true, true }, CEDAR_TRACE_SCOPE },
		{ "permit(principal in Group::\"g\", action in [], resource)"
		  " when { principal.none };",
		    { false, true, false }, CEDAR_TRACE_SCOPE },
		{ "permit(principal in Group::\"g\", action, resource)"
		  " when { principal.on } unless { principal.on }"
		  " when { principal.none };",
		    { 0 }, CEDAR_TRACE_FALSE },
		{ "permit(principal in Group::\"g\", action == Action::\"a\","
		  " resource is Doc) when { true };",
		    { true, true, true }, CEDAR_TRACE_SATISFIED },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(traced_fini) struct traced traced;

		trace_policy(&traced, cases[i].policy);
		check(traced.trace.outcome == cases[i].outcome);
		for (size_t k = 0; k < 3 && k < traced.trace.n_steps; k++) {
			size_t at = 0;

			for (; at < traced.trace.n_steps; at++) {
				if (traced.trace.steps[at].kind ==
				    CEDAR_STEP_PRINCIPAL +
				    (enum cedar_step_kind)k)
					break;
			}
			if (!check(traced.trace.steps[at].is_cause ==
				cases[i].causes[k]))
				printf("# %s: %zu\n", cases[i].policy, k);
		}
	}
}

static void
what_is_behind_the_decision_is_skipped(void)
{
	CLEANUP(traced_fini) struct traced traced;
	size_t n_skipped = 0;

	trace_policy(&traced, "permit(principal, action, resource) "
	    "when { principal.off && (principal.none == 1 || 2 == 2) } "
	    "unless { principal.none };");
	for (size_t i = 0; i < traced.trace.n_steps; i++)
		n_skipped +=
		    traced.trace.steps[i].outcome == CEDAR_STEP_SKIPPED;
	check_u64(n_skipped, 2);
	check(traced.trace.outcome == CEDAR_TRACE_FALSE);
}

static void
a_link_is_told_with_what_fills_its_slots(void)
{
	static const struct str text = STR_INIT(
	    "@id(\"t\") permit(principal == ?principal, action, "
	    "resource in ?resource);");
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_link link = { STR("t"), STR("l"),
		{ STR("User"), STR("u") }, { STR("Doc"), STR("other") } };
	struct cedar_query *query;
	struct cedar_trace trace;
	struct cedar_answer answer;
	size_t n = 0;

	fixture_init(&f);
	check(cedar_policies_parse(&f.policies, f.names, text, &link, 1,
	    CEDAR_ID_ANNOTATION, &f.diags) == 0);
	check(fixture_entities(&f, ENTITIES) == 0);
	answer = fixture_ask(&f, &query);
	check(answer.decision == CEDAR_DENY);
	check(cedar_trace_policy(&trace, &f.arena, query, f.policies, 0,
	    f.resource) == 0);
	check(trace.outcome == CEDAR_TRACE_SCOPE);
	for (size_t i = 0; i < trace.n_steps; i++) {
		const struct cedar_step *step = &trace.steps[i];

		if (text.p[step->offset] != '?')
			continue;
		check(step->value.kind == CEDAR_ENTITY);
		check_str(step->value.uid.id, n++ == 0 ? STR("u")
						       : STR("other"));
	}
	check_u64(n, 2);
}

static void
h12_a_full_arena_is_told(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_query *query;
	struct cedar_trace trace;

	fixture_init(&f);
	check(fixture_policies(&f, "permit(principal, action, resource) when "
	    "{ principal.n == 7 && principal.s == \"x\" };") == 0);
	check(fixture_entities(&f, ENTITIES) == 0);
	fixture_ask(&f, &query);
	for (size_t limit = 0; limit < 8192; limit += 64) {
		CLEANUP(arena_fini) struct arena arena;
		int r;

		arena_init(&arena, limit);
		r = cedar_trace_policy(&trace, &arena, query, f.policies, 0,
		    f.resource);
		if (limit < 1024)
			check(r == CEDAR_E_LIMIT);
		check(r == 0 || r == CEDAR_E_LIMIT);
	}
}

static const struct tap_test tests[] = {
	TEST(the_cause_is_the_smallest_part_that_decided),
	TEST(the_cause_of_an_error_is_what_failed_itself),
	TEST(a_note_says_what_the_text_does_not),
	TEST(a_scope_that_does_not_match_is_the_cause),
	TEST(what_is_behind_the_decision_is_skipped),
	TEST(a_link_is_told_with_what_fills_its_slots),
	TEST(h12_a_full_arena_is_told),
};

TAP_MAIN(tests)
