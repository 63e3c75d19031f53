/* Every message has a place and says how to mend what it is about. */
#include "cedar_fixture.h"
#include "limits.h"

enum reader { POLICIES, POLICIES_JSON, SCHEMA, SCHEMA_JSON, ENTITIES,
	TYPED_ENTITIES, REQUEST, TYPED_REQUEST, LINK };

static const struct str schema_text = STR_INIT(
    "entity Group; entity Kind enum [\"a\"];\n"
    "entity User in [Group] { age: Long, ip?: ipaddr, kind?: Kind };\n"
    "action read appliesTo { principal: User, resource: User, "
    "context: { n: Long } };");

struct bad_case {
	enum reader reader;
	const char *text;
};

#define DEEP                                                                   \
	"((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("
#define DEEP_JSON                                                              \
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["

/* A scope that is right, for what is wrong behind it. */
#define P "permit(principal, action, resource) "
#define E "\"effect\":\"permit\","
#define S                                                                      \
	"\"principal\":{\"op\":\"All\"},\"action\":{\"op\":\"All\"},"          \
	"\"resource\":{\"op\":\"All\"},"
#define U "{\"uid\":{\"type\":\"User\",\"id\":\"u\"},"

static const struct bad_case cases[] = {
	{ POLICIES, P "when { " DEEP DEEP DEEP DEEP DEEP DEEP DEEP DEEP "1 };" },
	{ POLICIES, P "when { \"\\q\" };" },
	{ POLICIES, P "when { context.if };" },
	{ POLICIES, P "when { context has __cedar };" },
	{ POLICIES, P "when { User::{} };" },
	{ POLICIES, "@a @a " P ";" },
	{ POLICIES, "permit(principal, action == ?principal, resource);" },
	{ POLICIES, "permit(principal == ?resource, action, resource);" },
	{ POLICIES, "permit(principal == User, action, resource);" },
	{ POLICIES, "permit(principal in [A::\"a\"], action, resource);" },
	{ POLICIES, "permit(principal, action == A::\"a\", resource);" },
	{ POLICIES, "permit(principal is A::\"a\", action, resource);" },
	{ POLICIES, "permit(principal, action);" },
	{ POLICIES, "permit(principal, action, resource, more);" },
	{ POLICIES, "@id(\"a\") " P "; @id(\"a\") " P ";" },
	{ POLICIES, P "when { { 1: 2 } };" },
	{ POLICIES, P "when { { a: 2, a: 3 } };" },
	{ POLICIES, P "when { f() };" },
	{ POLICIES, P "when { context.f() };" },
	{ POLICIES, P "when { 99999999999999999999 };" },
	{ POLICIES, P "when { context.contains() };" },
	{ POLICIES, P "when { 1 / 2 };" },
	{ POLICIES, P "when { 1 % 2 };" },
	{ POLICIES, P "when { 1 < 2 < 3 };" },
	{ POLICIES, P "when { \"a };" },
	{ POLICIES, P "when { \"\xff\" };" },
	{ POLICIES, P "when { # };" },
	{ POLICIES, P "when { resource like 1 };" },
	{ POLICIES, P "when { resource is 1 };" },
	{ POLICIES, P "when { a };" },
	{ POLICIES, P "when { 1 = 2 };" },
	{ POLICIES, P "when { ?principal == 1 };" },
	{ POLICIES, "allow(principal, action, resource);" },
	{ POLICIES, P "if { 1 };" },
	{ POLICIES, P },
	{ LINK, "@id(\"t\") permit(principal == ?principal, action, resource "
		"== ?resource);" },
	{ LINK, "@id(\"t\") permit(principal, action, resource == ?resource);" },
	{ LINK, "@id(\"t\") " P ";" },
	{ LINK, P ";" },
	{ POLICIES_JSON, "{" E S "\"conditions\":[],\"more\":1}" },
	{ POLICIES_JSON, "{" E S "\"conditions\":[{\"kind\":\"when\",\"body\":"
			 "{\"Value\":null}}]}" },
	{ POLICIES_JSON, "{" E S "\"conditions\":[{\"kind\":\"when\",\"body\":"
			 "{\"f\":[1]}}]}" },
	{ POLICIES_JSON, "{\"templates\":{\"a\":{" E S "\"conditions\":[]}}}" },
	{ POLICIES_JSON, "{\"staticPolicies\":{\"a\":{" E
			 "\"principal\":{\"op\":\"==\",\"slot\":\"?principal\"},"
			 "\"action\":{\"op\":\"All\"},\"resource\":{\"op\":"
			 "\"All\"},\"conditions\":[]}}}" },
	{ POLICIES_JSON, "{\"staticPolicies\":{\"a\":{" E S
			 "\"conditions\":[]}},\"templateLinks\":[{"
			 "\"templateId\":\"a\",\"newId\":\"b\",\"values\":{}}]}" },
	{ POLICIES_JSON, "{\"effect\":\"permit\", }" },
	{ POLICIES_JSON, "{\"a\":01}" },
	{ POLICIES_JSON, "{\"a\":1,\"a\":2}" },
	{ POLICIES_JSON, "{\"a\":\"\\x\"}" },
	{ POLICIES_JSON, "{\"a\":\"\n\"}" },
	{ POLICIES_JSON, "{\"a\"" },
	{ POLICIES_JSON, "{\"staticPolicies\":{}} 1" },
	{ POLICIES_JSON, "nul" },
	{ POLICIES_JSON, "" },
	{ ENTITIES, "{}" },
	{ ENTITIES, "[1]" },
	{ ENTITIES, DEEP_JSON DEEP_JSON },
	{ ENTITIES, "[{}]" },
	{ ENTITIES, "[{\"uid\":1}]" },
	{ ENTITIES, "[{\"uid\":1,\"attrs\":{}}]" },
	{ ENTITIES, "[{\"uid\":1,\"attrs\":{},\"parents\":[]}]" },
	{ ENTITIES, "[{\"uid\":{\"type\":\"a b\",\"id\":\"\"},\"attrs\":{},"
		    "\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":[],\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":{},\"parents\":{}}]" },
	{ ENTITIES, "[" U "\"attrs\":{\"a\":null},\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":{\"a\":1.5},\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":{\"a\":{\"__expr\":\"1\"}},"
		    "\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":{\"a\":{\"__extn\":{}}},\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":{\"a\":{\"__extn\":{\"fn\":\"f\",\"arg\":"
		    "1}}},\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":{\"a\":{\"__extn\":{\"fn\":\"ip\",\"arg\":"
		    "\"1\"}}},\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":{\"a\":{\"__extn\":{\"fn\":\"decimal\","
		    "\"arg\":\"1\"}}},\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":{\"a\":{\"__extn\":{\"fn\":\"datetime\","
		    "\"arg\":\"1\"}}},\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":{\"a\":{\"__extn\":{\"fn\":\"duration\","
		    "\"arg\":\"1\"}}},\"parents\":[]}]" },
	{ ENTITIES, "[" U "\"attrs\":{},\"parents\":[]}," U
		    "\"attrs\":{\"a\":1},\"parents\":[]}]" },
	{ TYPED_ENTITIES, "[" U "\"attrs\":{},\"parents\":[]}]" },
	{ TYPED_ENTITIES, "[" U "\"attrs\":{\"age\":\"x\"},\"parents\":[]}]" },
	{ TYPED_ENTITIES, "[" U "\"attrs\":{\"age\":1,\"x\":1},"
			  "\"parents\":[]}]" },
	{ TYPED_ENTITIES, "[" U "\"attrs\":{\"age\":1},\"parents\":[{\"type\":"
			  "\"User\",\"id\":\"v\"}]}]" },
	{ TYPED_ENTITIES, "[" U "\"attrs\":{\"age\":1},\"parents\":[],"
			  "\"tags\":{\"a\":1}}]" },
	{ TYPED_ENTITIES, "[" U "\"attrs\":{\"age\":1,\"kind\":{\"type\":"
			  "\"Kind\",\"id\":\"b\"}},\"parents\":[]}]" },
	{ TYPED_ENTITIES, "[{\"uid\":{\"type\":\"Action\",\"id\":\"none\"},"
			  "\"attrs\":{},\"parents\":[]}]" },
	{ TYPED_ENTITIES, "[{\"uid\":{\"type\":\"Action\",\"id\":\"read\"},"
			  "\"attrs\":{\"a\":1},\"parents\":[]}]" },
	{ TYPED_ENTITIES, "[{\"uid\":{\"type\":\"Robot\",\"id\":\"r\"},"
			  "\"attrs\":{},\"parents\":[]}]" },
	{ REQUEST, "1" },
	{ REQUEST, "{\"contex\":{}}" },
	{ REQUEST, "{\"principal\":\"A::\\\"a\\\"\",\"action\":"
		   "\"A::\\\"a\\\"\",\"resource\":\"A::\\\"a\\\"\","
		   "\"context\":1}" },
	{ TYPED_REQUEST, "{\"principal\":\"User::\\\"a\\\"\",\"action\":"
			 "\"Action::\\\"none\\\"\",\"resource\":"
			 "\"User::\\\"a\\\"\"}" },
	{ TYPED_REQUEST, "{\"principal\":\"Group::\\\"a\\\"\",\"action\":"
			 "\"Action::\\\"read\\\"\",\"resource\":"
			 "\"User::\\\"a\\\"\",\"context\":{\"n\":1}}" },
	{ TYPED_REQUEST, "{\"principal\":\"User::\\\"a\\\"\",\"action\":"
			 "\"Action::\\\"read\\\"\",\"resource\":"
			 "\"User::\\\"a\\\"\",\"context\":{}}" },
	{ SCHEMA, "entity __cedar;" },
	{ SCHEMA, "action a appliesTo { principal: A, principal: A, "
		  "resource: A };" },
	{ SCHEMA, "entity A { a: B };" },
	{ SCHEMA, "@a @a entity A;" },
	{ SCHEMA_JSON, "{\"\":{\"entityTypes\":{\"A\":{\"x\":1}},"
		       "\"actions\":{}}}" },
	{ SCHEMA_JSON, "{\"\":{\"entityTypes\":{\"A\":{\"shape\":{\"type\":"
		       "\"Record\"}}},\"actions\":{}}}" },
	{ SCHEMA_JSON, "{\"\":{\"commonTypes\":{\"A\":{\"type\":\"Set\"}},"
		       "\"entityTypes\":{},\"actions\":{}}}" },
	{ SCHEMA_JSON, "{\"\":{\"commonTypes\":{\"A\":{\"type\":\"Entity\"}},"
		       "\"entityTypes\":{},\"actions\":{}}}" },
	{ SCHEMA_JSON, "{\"\":{\"entityTypes\":{\"A\":{\"enum\":[]}},"
		       "\"actions\":{}}}" },
	{ SCHEMA_JSON, "{\"a b\":{\"entityTypes\":{},\"actions\":{}}}" },
};

static int
read_links(struct fixture *f, struct str text)
{
	const struct cedar_link links[] = {
		{ .template_id = STR("t"), .id = STR("l"),
		    .principal = { STR("User"), STR("u") } },
		{ .template_id = STR("policy0"), .id = STR("m"),
		    .principal = { STR("User"), STR("u") } },
	};

	return cedar_policies_parse(&f->policies, f->names, text, links, 2,
	    CEDAR_ID_ANNOTATION, &f->diags);
}

static int
read_typed(struct fixture *f, enum reader reader, struct str text)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	int r = cedar_schema_parse(&schema, schema_text, &f->diags);

	check(r == 0);
	if (reader == TYPED_ENTITIES)
		return cedar_schema_entities_json_add(f->entities, schema, text,
		    &f->diags);
	r = cedar_request_read(&f->request, &f->resource, &f->arena, schema,
	    CEDAR_FORM_JSON, text, &f->diags);
	return r != 0 ? r
		      : cedar_schema_request_check(schema, &f->request,
			    f->resource, &f->diags);
}

static int
read_case(struct fixture *f, enum reader reader, struct str text)
{
	struct cedar_schema *schema = NULL;
	int r = 0;

	switch (reader) {
	case POLICIES:
		return cedar_policies_parse(&f->policies, f->names, text, NULL,
		    0, CEDAR_ID_ANNOTATION, &f->diags);
	case POLICIES_JSON:
		return cedar_policies_from_json(&f->policies, f->names, text,
		    &f->diags);
	case LINK:
		return read_links(f, text);
	case SCHEMA:
		r = cedar_schema_parse(&schema, text, &f->diags);
		break;
	case SCHEMA_JSON:
		r = cedar_schema_json_parse(&schema, text, &f->diags);
		break;
	case ENTITIES:
		return cedar_entities_json_add(f->entities, text, &f->diags);
	case REQUEST:
		return cedar_request_read(&f->request, &f->resource, &f->arena,
		    NULL, CEDAR_FORM_JSON, text, &f->diags);
	case TYPED_ENTITIES:
	case TYPED_REQUEST:
		return read_typed(f, reader, text);
	}
	cedar_schema_free(schema);
	return r;
}

static const struct {
	struct str part;
	struct str help;
} mends[] = {
#define M(part, help) { STR_INIT(part), STR_INIT(help) },
#include "cedar/mends.def"
#undef M
};

static bool is_used[ARRAY_LEN(mends)];

static void
check_message(const struct bad_case *one, const struct diag *diag)
{
	for (size_t i = 0; i < ARRAY_LEN(mends); i++) {
		if (str_is_equal(diag->help, mends[i].help))
			is_used[i] = true;
	}
	/* What was expected, or which it is, is mended by that. */
	if (!check(diag->help.len > 0 ||
		str_has_prefix(diag->text, STR("expected "))))
		printf("# no help: %.*s\n# %s\n", STR_ARG(diag->text),
		    one->text);
	if (!check(diag->line > 0 || one->reader == LINK ||
		one->reader == TYPED_REQUEST || one->reader == ENTITIES ||
		str_find(diag->text, '`', 0) < diag->text.len))
		printf("# no place: %.*s\n", STR_ARG(diag->text));
}

static void
every_message_says_how_to_mend_it(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(fixture_fini) struct fixture f;
		struct str text = str_of(cases[i].text);

		fixture_init(&f);
		f.diags.source = text;
		if (!check(read_case(&f, cases[i].reader, text) > 0) ||
		    !check(f.diags.n_items > 0))
			printf("# not refused: %s\n", cases[i].text);
		for (size_t k = 0; k < f.diags.n_items; k++)
			check_message(&cases[i], &f.diags.items[k]);
	}
	for (size_t i = 0; i < ARRAY_LEN(mends); i++) {
		if (!check(is_used[i]))
			printf("# no message is mended by: %.*s\n",
			    STR_ARG(mends[i].part));
	}
}

static const struct tap_test tests[] = {
	TEST(every_message_says_how_to_mend_it),
};

TAP_MAIN(tests)
