/*
 * The forms of policies and data where the original has a way of its own: each
 * case was a difference that tests/outside/cedar found.
 */
#include "cedar_fixture.h"

#include "util/buf.h"

/* The one policy read from text or JSON, written as text. */
static void
check_text(const char *json, const char *want)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(buf_fini) struct buf buf;

	fixture_init(&f);
	buf_init(&buf, 1u << 20);
	f.diags.source = str_of(json);
	if (!check(cedar_policies_from_json(&f.policies, f.names,
		str_of(json), &f.diags) == 0))
		printf("# %.*s\n", STR_ARG(diag_first(&f.diags)));
	else if (check(cedar_policies_to_text(f.policies, &buf) == 0))
		check_str(buf_str(&buf), str_of(want));
}

#define BODY(expression)                                                       \
	"{\"effect\":\"permit\",\"principal\":{\"op\":\"All\"},\"action\":"    \
	"{\"op\":\"All\"},\"resource\":{\"op\":\"All\"},\"conditions\":[{"     \
	"\"kind\":\"when\",\"body\":" expression "}]"
#define WHEN(text) "permit(principal, action, resource) when { " text " };\n"

static void
check_json(const char *text, const char *want)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(buf_fini) struct buf buf;
	struct str got;

	fixture_init(&f);
	buf_init(&buf, 1u << 20);
	if (!check(fixture_policies(&f, text) == 0) ||
	    !check(cedar_policies_to_json(f.policies, &buf) == 0))
		return;
	got = buf_str(&buf);
	if (!check(memmem(got.p, got.len, want, strlen(want)) != NULL))
		printf("# %.*s\n", STR_ARG(got));
}

static void
a_path_behind_has_nests_to_the_left(void)
{
	check_json("permit(principal, action, resource) when { context has "
		   "a.b.c };",
	    "\"body\":{\"&&\":{\"left\":{\"&&\":{\"left\":{\"has\":{\"left\":"
	    "{\"Var\":\"context\"},\"attr\":\"a\"}},\"right\":{\"has\":");
}

static void
a_list_behind_has_stays_a_list(void)
{
	check_text(BODY("{\"has\":{\"left\":{\"Var\":\"context\"},\"attr\":"
			"[\"a\",\"b\"]}}") "}",
	    WHEN("context has a.b"));
}

static void
records_and_annotations_of_json_are_ordered_by_name(void)
{
	check_text(BODY("{\"Record\":{\"b\":{\"Value\":1},\"a\":"
			"{\"Value\":{\"z\":1,\"y\":2}}}}")
	    ",\"annotations\":{\"n\":null,\"b\":\"x\"}}",
	    "@b(\"x\")\n@n\n" WHEN("{a: {\"y\": 2, \"z\": 1}, b: 1}"));
}

static void
h12_an_escape_that_is_not_well_formed_is_a_record(void)
{
	check_text(BODY("{\"Value\":{\"__entity\":{\"type\":\"User\"}}}") "}",
	    WHEN("{\"__entity\": {\"type\": \"User\"}}"));
	check_text(BODY("{\"Value\":{\"__extn\":{\"f\":\"ip\",\"arg\":\"x\"}}"
			"}") "}",
	    WHEN("{\"__extn\": {\"arg\": \"x\", \"f\": \"ip\"}}"));
}

static int
read_entities(const char *schema_text, const char *json)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;

	fixture_init(&f);
	f.diags.source = str_of(json);
	if (schema_text == NULL)
		return fixture_entities(&f, json);
	check(cedar_schema_parse(&schema, str_of(schema_text), &f.diags) == 0);
	return cedar_schema_entities_json_add(f.entities, schema, str_of(json),
	    &f.diags);
}

#define ENTITY(attrs)                                                          \
	"[{\"uid\":{\"type\":\"U\",\"id\":\"a\"},\"attrs\":{" attrs "},"       \
	"\"parents\":[]}]"

static void
arguments_are_read_by_the_signature_where_there_is_a_schema(void)
{
	const char *json = ENTITY("\"t\":{\"fn\":\"offset\",\"args\":"
				  "[\"2024-01-01\",\"1h\"]}");

	check(read_entities("entity U { t: datetime };", json) == 0);
	/* Without one it is a record. */
	check(read_entities(NULL, json) == 0);
	check(read_entities("entity U { t: datetime };",
		  ENTITY("\"t\":{\"fn\":\"offset\",\"args\":[\"2024-01-01\","
			 "1]}")) == CEDAR_E_INPUT);
	check(read_entities("entity U { t: duration };", json) ==
	    CEDAR_E_INPUT);
}

static void
an_action_may_be_only_in_actions(void)
{
	check(read_entities(NULL,
		  "[{\"uid\":{\"type\":\"Action\",\"id\":\"a\"},\"attrs\":{},"
		  "\"parents\":[{\"type\":\"U\",\"id\":\"b\"}]}]") ==
	    CEDAR_E_INPUT);
	check(read_entities(NULL,
		  "[{\"uid\":{\"type\":\"N::Action\",\"id\":\"a\"},\"attrs\":"
		  "{},\"parents\":[{\"type\":\"Action\",\"id\":\"b\"}]}]") ==
	    0);
}

static void
a_member_beside_an_escape_makes_it_a_plain_uid(void)
{
	check(read_entities(NULL,
		  "[{\"uid\":{\"__entity\":1,\"type\":\"U\",\"id\":\"a\"},"
		  "\"attrs\":{},\"parents\":[]}]") == 0);
}

/* ------------------------------------------------------------------ */
/* The formatter.						      */

static void
check_format(const char *text, const char *want)
{
	CLEANUP(arena_fini) struct arena arena;
	CLEANUP(buf_fini) struct buf once;
	CLEANUP(buf_fini) struct buf twice;
	struct diag_list diags;

	arena_init(&arena, 1u << 24);
	buf_init(&once, 1u << 20);
	buf_init(&twice, 1u << 20);
	diag_init(&diags, &arena, STR("f"), str_of(text));
	if (!check(cedar_format_text(&once, str_of(text), NULL, &diags) == 0))
		return;
	check_str(buf_str(&once), str_of(want));
	check(cedar_format_text(&twice, buf_str(&once), NULL, &diags) == 0);
	check_str(buf_str(&twice), buf_str(&once));
}

static void
comments_stay_where_the_original_puts_them(void)
{
	check_format("permit(principal, action, resource) when {true // c\n"
		     "&& false};",
	    "permit (principal, action, resource)\nwhen\n{\n  true // c\n"
	    "   &&\n  false\n};\n");
	check_format("permit(principal, action, resource) when {context.a "
		     "like // a\n// b\n\"*\"};",
	    "permit (principal, action, resource)\nwhen\n{\n  context.a\n"
	    "  like // a\n    // b\n    \"*\"\n};\n");
}

static void
a_comment_behind_a_comma_that_goes_stays(void)
{
	check_format("permit(principal, action == Action::\"a\", resource, "
		     "// c\n);",
	    "permit (\n  principal,\n  action == Action::\"a\",\n  resource\n"
	    ") // c\n;\n");
	check_format("permit(principal, action, resource, // c\n) // d\n"
		     "when {[1, 2, // e\n].isEmpty()};",
	    "permit (principal, action, resource) // c\n// d\nwhen\n{\n"
	    "  [1,\n   2\n  // e\n  ].isEmpty\n    ()\n};\n");
}

static const struct tap_test tests[] = {
	TEST(a_path_behind_has_nests_to_the_left),
	TEST(a_list_behind_has_stays_a_list),
	TEST(records_and_annotations_of_json_are_ordered_by_name),
	TEST(h12_an_escape_that_is_not_well_formed_is_a_record),
	TEST(arguments_are_read_by_the_signature_where_there_is_a_schema),
	TEST(an_action_may_be_only_in_actions),
	TEST(a_member_beside_an_escape_makes_it_a_plain_uid),
	TEST(comments_stay_where_the_original_puts_them),
	TEST(a_comment_behind_a_comma_that_goes_stays),
};

TAP_MAIN(tests)
