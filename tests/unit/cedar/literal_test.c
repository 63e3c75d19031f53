/* Values, entities and requests as text and as JSON, both ways. */
#include "cedar_fixture.h"
#include "limits.h"

/* Read as text, print as text and as JSON. */
static void
check_value(const char *text, const char *want_text, const char *want_json)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(buf_fini) struct buf json = { 0 };
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct cedar_value value;

	fixture_init(&f);
	f.diags.source = str_of(text);
	buf_init(&buf, 4096);
	buf_init(&json, 4096);
	if (!check(cedar_literal_parse(&value, &f.arena, str_of(text),
		&f.diags) == 0)) {
		diag_print(&f.diags, stdout);
		return;
	}
	check(cedar_literal_print(&buf, &value, 0) == 0);
	check(cedar_value_json(&json, &value) == 0);
	check_str(buf_str(&buf), str_of(want_text));
	check_str(buf_str(&json), str_of(want_json));
}

static void
values_are_written_as_they_were_read(void)
{
	check_value("true", "true", "true");
	check_value("-9223372036854775808", "-9223372036854775808",
	    "-9223372036854775808");
	check_value("\"a\\n\\u{e9}\\\"\"", "\"a\\n\xc3\xa9\\\"\"",
	    "\"a\\n\xc3\xa9\\\"\"");
	check_value("A :: B::\"x\"", "A::B::\"x\"",
	    "{\"__entity\":{\"type\":\"A::B\",\"id\":\"x\"}}");
	check_value("[]", "[]", "[]");
	check_value("{}", "{}", "{}");
	check_value("{ a: 1, \"b c\": [\"x\", 2], \"if\": (3) } // end",
	    "{ a: 1, \"b c\": [\"x\", 2], \"if\": 3 }",
	    "{\"a\":1,\"b c\":[\"x\",2],\"if\":3}");
}

static void
extension_values_are_written_as_their_constructors(void)
{
	check_value("ip(\"10.0.0.1/8\")", "ip(\"10.0.0.1/8\")",
	    "{\"__extn\":{\"fn\":\"ip\",\"arg\":\"10.0.0.1/8\"}}");
	check_value("ip(\"0:0::1\")", "ip(\"::1\")",
	    "{\"__extn\":{\"fn\":\"ip\",\"arg\":\"::1\"}}");
	check_value("decimal(\"1.50\")", "decimal(\"1.5\")",
	    "{\"__extn\":{\"fn\":\"decimal\",\"arg\":\"1.5\"}}");
	check_value("duration(\"36h\")", "duration(\"1d12h\")",
	    "{\"__extn\":{\"fn\":\"duration\",\"arg\":\"1d12h\"}}");
	check_value("datetime(\"2024-02-29T01:02:03.004+0100\")",
	    "datetime(\"2024-02-29T00:02:03.004Z\")",
	    "{\"__extn\":{\"fn\":\"datetime\","
	    "\"arg\":\"2024-02-29T00:02:03.004Z\"}}");
	check_value("datetime(\"9999-12-31\").offset(duration(\"1d\"))",
	    "datetime(\"1970-01-01\").offset(duration(\"2932897d\"))",
	    "{\"__extn\":{\"fn\":\"offset\",\"args\":[{\"__extn\":{"
	    "\"fn\":\"datetime\",\"arg\":\"1970-01-01\"}},{\"__extn\":{"
	    "\"fn\":\"duration\",\"arg\":\"2932897d\"}}]}}");
}

static void
a_long_value_is_broken_into_lines(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct cedar_value value;

	fixture_init(&f);
	buf_init(&buf, 4096);
	check(cedar_literal_parse(&value, &f.arena,
	    STR("{ a: [1, 2], b: { c: \"a text that is long\" } }"),
	    &f.diags) == 0);
	check(cedar_literal_print(&buf, &value, 20) == 0);
	check_str(buf_str(&buf),
	    STR("{\n  a: [1, 2],\n  b: {\n    c: \"a text that is long\"\n"
		"  }\n}"));
}

/* What is refused, and the column that is said. */
static void
check_refused(const char *text, size_t column)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_value value;

	fixture_init(&f);
	f.diags.source = str_of(text);
	check(cedar_literal_parse(&value, &f.arena, str_of(text), &f.diags) ==
	    CEDAR_E_INPUT);
	if (check(f.diags.n_items == 1) &&
	    !check_u64(f.diags.items[0].column, column))
		diag_print(&f.diags, stdout);
}

static void
an_expression_is_no_value(void)
{
	check_refused("1 + 2", 1);
	check_refused("[1, principal]", 5);
	check_refused("{ a: (1 == 2) }", 6);
	check_refused("ip(\"10.0.0.256\")", 1);
	check_refused("1 2", 3);
	check_refused("", 1);
	check_refused("[1", 3);
}

static void
h12_a_value_too_deep_is_refused(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_value value;
	char text[4 * LIMIT_CEDAR_DEPTH];

	fixture_init(&f);
	memset(text, '[', sizeof(text));
	f.diags.source = (struct str){ text, sizeof(text) };
	check(cedar_literal_parse(&value, &f.arena, f.diags.source,
	    &f.diags) == CEDAR_E_LIMIT);
	check(f.diags.n_errors > 0);
}

/* ------------------------------------------------------------------ */

static void
check_entities(const char *text, const char *want_text, const char *want_json)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(fixture_fini) struct fixture again;
	CLEANUP(buf_fini) struct buf json = { 0 };
	CLEANUP(buf_fini) struct buf buf = { 0 };
	int r;

	fixture_init(&f);
	fixture_init(&again);
	buf_init(&buf, 4096);
	buf_init(&json, 4096);
	f.diags.source = str_of(text);
	r = cedar_entities_text_add(f.entities, NULL, str_of(text), &f.diags);
	if (!check(r == 0))
		diag_print(&f.diags, stdout);
	check(cedar_entities_write(&buf, f.entities, CEDAR_FORM_TEXT) == 0);
	check(cedar_entities_write(&json, f.entities, CEDAR_FORM_JSON) == 0);
	check_str(buf_str(&buf), str_of(want_text));
	check_str(buf_str(&json), str_of(want_json));
	check(cedar_entities_json_add(again.entities, buf_str(&json),
	    &again.diags) == 0);
	buf_reset(&buf);
	check(cedar_entities_write(&buf, again.entities,
	    CEDAR_FORM_TEXT) == 0);
	check_str(buf_str(&buf), str_of(want_text));
}

static void
entities_go_from_text_to_json_and_back(void)
{
	check_entities("[]", "[\n]", "[]");
	check_entities("[{ uid: User::\"ann\", attrs: { z: 1, a: "
		       "[Doc::\"b\", Doc::\"a\"] },\n"
		       " parents: [Group::\"h\", Group::\"g\"], tags: { t: "
		       "ip(\"::1\") } },\n"
		       " { uid: Group::\"g\", attrs: {}, parents: [], }, ]",
	    "[\n"
	    "  {\n"
	    "    uid: User::\"ann\",\n"
	    "    parents: [Group::\"h\", Group::\"g\"],\n"
	    "    attrs: { a: [Doc::\"a\", Doc::\"b\"], z: 1 },\n"
	    "    tags: { t: ip(\"::1\") }\n"
	    "  },\n"
	    "  { uid: Group::\"g\", parents: [], attrs: {} }\n"
	    "]",
	    "[{\"uid\":{\"type\":\"User\",\"id\":\"ann\"},\"attrs\":{\"a\":["
	    "{\"__entity\":{\"type\":\"Doc\",\"id\":\"a\"}},{\"__entity\":{"
	    "\"type\":\"Doc\",\"id\":\"b\"}}],\"z\":1},\"parents\":[{\"type\":"
	    "\"Group\",\"id\":\"h\"},{\"type\":\"Group\",\"id\":\"g\"}],"
	    "\"tags\":{\"t\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"::1\"}}}},"
	    "{\"uid\":{\"type\":\"Group\",\"id\":\"g\"},\"attrs\":{},"
	    "\"parents\":[]}]");
}

static void
entities_as_text_are_held_against_a_schema(void)
{
	static const struct str schema_text = STR_INIT(
	    "entity User { ip: ipaddr }; action a appliesTo { principal: "
	    "User, resource: User };");
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	struct str text =
	    STR("[{ uid: User::\"u\", parents: [], attrs: { ip: \"::1\" } },"
		" { uid: User::\"v\", parents: [], attrs: { ip: 1 } }]");

	fixture_init(&f);
	f.diags.source = schema_text;
	check(cedar_schema_parse(&schema, schema_text, &f.diags) == 0);
	f.diags.source = text;
	check(cedar_entities_text_add(f.entities, schema, text, &f.diags) ==
	    CEDAR_E_INPUT);
	check(f.diags.n_errors == 1);
	check_u64(f.diags.items[0].column, 101);
}

static int
read_request(struct fixture *f, enum cedar_form form, const char *text)
{
	f->diags.source = str_of(text);
	return cedar_request_read(&f->request, &f->resource, &f->arena, NULL,
	    form, str_of(text), &f->diags);
}

static void
requests_go_from_text_to_json_and_back(void)
{
	static const char *const text =
	    "{\n"
	    "  principal: User::\"ann\",\n"
	    "  action: Action::\"read\",\n"
	    "  resource: Doc::\"7\",\n"
	    "  context: { now: datetime(\"2026-11-23\"), mfa: true }\n"
	    "}";
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(buf_fini) struct buf json = { 0 };
	CLEANUP(buf_fini) struct buf buf = { 0 };

	fixture_init(&f);
	buf_init(&buf, 4096);
	buf_init(&json, 4096);
	check(read_request(&f, CEDAR_FORM_TEXT, text) == 0);
	check(cedar_request_write(&json, &f.request, f.resource,
	    CEDAR_FORM_JSON) == 0);
	check(read_request(&f, CEDAR_FORM_JSON, json.bytes) == 0);
	check(cedar_request_write(&buf, &f.request, f.resource,
	    CEDAR_FORM_TEXT) == 0);
	check_str(buf_str(&buf), str_of(text));
}

static void
an_entity_of_a_request_may_be_a_string(void)
{
	CLEANUP(fixture_fini) struct fixture f;

	fixture_init(&f);
	check(read_request(&f, CEDAR_FORM_JSON,
	    "{\"principal\":\"User::\\\"a b\\\"\",\"action\":{\"__entity\":"
	    "{\"type\":\"Action\",\"id\":\"x\"}},\"resource\":"
	    "{\"type\":\"N::Doc\",\"id\":\"\"}}") == 0);
	check_str(f.request.principal.id, STR("a b"));
	check_str(f.request.action.id, STR("x"));
	check_str(f.resource.type, STR("N::Doc"));
	check_u64(f.request.n_context, 0);
}

static void
p12_a_request_that_is_none_is_told_with_its_place(void)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "[]", "a request is a record" },
		{ "{\"principal\":\"User::\\\"a\\\"\"}",
		    "request: missing `action`" },
		{ "{\"principal\":\"User\"}",
		    "principal: an entity is expected, not the name `User`" },
		{ "{\"contxt\":{}}", "request: unknown member `contxt`" },
		{ "{\"principal\":\"A::\\\"a\\\"\",\"action\":"
		  "\"Action::\\\"a\\\"\",\"resource\":\"A::\\\"a\\\"\","
		  "\"context\":[]}", "context: must be a record" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(fixture_fini) struct fixture f;

		fixture_init(&f);
		check(read_request(&f, CEDAR_FORM_JSON, cases[i].text) ==
		    CEDAR_E_INPUT);
		if (check(f.diags.n_items == 1))
			check_str(f.diags.items[0].text,
			    str_of(cases[i].message));
		check(f.diags.items[0].line == 1);
	}
}

static const struct tap_test tests[] = {
	TEST(values_are_written_as_they_were_read),
	TEST(extension_values_are_written_as_their_constructors),
	TEST(a_long_value_is_broken_into_lines),
	TEST(an_expression_is_no_value),
	TEST(h12_a_value_too_deep_is_refused),
	TEST(entities_go_from_text_to_json_and_back),
	TEST(entities_as_text_are_held_against_a_schema),
	TEST(requests_go_from_text_to_json_and_back),
	TEST(an_entity_of_a_request_may_be_a_string),
	TEST(p12_a_request_that_is_none_is_told_with_its_place),
};

TAP_MAIN(tests)
