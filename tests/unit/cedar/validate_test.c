/* The validator: what it proves, what it refuses, what it says. */
#include "cedar_fixture.h"

#define SCHEMA                                                                 \
	"entity User in [Group] { name: String, age?: Long, ip?: ipaddr, "     \
	"boss?: User } tags String; entity Group; entity Doc { owner: User }; " \
	"entity Color enum [\"red\", \"blue\"]; "                              \
	"action read in rw appliesTo { principal: User, resource: Doc, "       \
	"context: { n: Long, o?: Bool, c?: Color } }; action rw; "             \
	"action paint appliesTo { principal: [User, Group], resource: Color };"

static struct cedar_schema *
parse_schema(struct fixture *f, const char *text)
{
	struct cedar_schema *schema = NULL;

	f->diags.source = str_of(text);
	check(cedar_schema_parse(&schema, str_of(text), &f->diags) == 0);
	return schema;
}

static int
validate(struct fixture *f, const char *schema_text, const char *policies,
    unsigned flags)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema =
	    parse_schema(f, schema_text);

	if (schema == NULL ||
	    !check(fixture_policies(f, policies) == 0)) {
		diag_print(&f->diags, stdout);
		return -1;
	}
	return cedar_policies_validate(f->policies, schema, flags, &f->diags);
}

/* A condition of an otherwise free policy on reading. */
static int
condition(struct fixture *f, const char *text, unsigned flags)
{
	struct str policy = arena_format(&f->arena,
	    "permit(principal, action == Action::\"read\", resource) when { "
	    "%s };", text);

	return validate(f, SCHEMA, policy.p, flags);
}

static void
check_valid(const char *text)
{
	CLEANUP(fixture_fini) struct fixture f;

	fixture_init(&f);
	if (!check_u64((unsigned)condition(&f, text, 0), 0))
		diag_print(&f.diags, stdout);
}

static void
check_refused(const char *text, const char *part)
{
	CLEANUP(fixture_fini) struct fixture f;

	fixture_init(&f);
	check_u64((unsigned)condition(&f, text, 0), CEDAR_E_INPUT);
	if (!check(memmem(diag_first(&f.diags).p, diag_first(&f.diags).len,
	    part, strlen(part)) != NULL))
		printf("# %s: it said: %.*s\n", text,
		    STR_ARG(diag_first(&f.diags)));
	check(f.diags.n_items == 0 || f.diags.items[0].help.len > 0);
}

static void
an_optional_attribute_may_be_used_where_it_is_known_to_be_there(void)
{
	check_valid("principal has age && principal.age > 1");
	check_valid("if principal has age then principal.age > 1 else true");
	check_valid("principal has boss.age && principal.boss.age > 1");
	check_valid("(principal has age && true) && principal.age > 1");
	check_valid("(principal has age || principal has age) && "
	    "principal.age > 1");
	check_valid("context has o && context.o");
	check_refused("principal.age > 1", "unable to guarantee safety");
	check_refused("principal has age || principal.age > 1",
	    "unable to guarantee safety");
	check_refused("(principal has age || true == false) && "
	    "principal.age > 1 || context.n == principal.age",
	    "unable to guarantee safety");
	check_refused("!(principal has age) && principal.age > 1",
	    "unable to guarantee safety");
	check_refused("principal has boss && principal.boss.age > 1",
	    "unable to guarantee safety");
	check_refused("resource.owner has age && principal.age > 1",
	    "unable to guarantee safety");
}

static void
a_tag_may_be_read_where_it_is_known_to_be_there(void)
{
	check_valid("principal.hasTag(\"t\") && principal.getTag(\"t\") == "
	    "\"x\"");
	check_valid("principal.hasTag(principal.name) && "
	    "principal.getTag(principal.name) like \"*\"");
	check_refused("principal.getTag(\"t\") == \"x\"", "access to tag");
	check_refused("principal.hasTag(\"t\") && principal.getTag(\"u\") == "
	    "\"x\"", "access to tag");
	check_refused("resource.getTag(\"t\") == \"x\"", "no `tags`");
}

static void
what_is_never_evaluated_is_not_typed(void)
{
	check_valid("resource has nothing && resource.nothing");
	check_valid("principal is Doc && principal.owner == principal");
	check_valid("true || 1 + \"a\" == 2");
	check_valid("if false then 1 == \"a\" && 1 < \"a\" else true");
	check_refused("principal is User && principal.owner == principal",
	    "attribute `owner` on entity type `User` not found");
}

static void
types_must_fit_in_strict_mode(void)
{
	CLEANUP(fixture_fini) struct fixture f;

	check_refused("context.n == principal.name", "not compatible");
	check_refused("[1, \"a\"].contains(1)", "not compatible");
	check_refused("[].contains(1)", "empty set");
	check_refused("{a: 1} == {a: 1, b: 2}", "not compatible");
	check_refused("context.n < ip(\"1.2.3.4\")", "unexpected type");
	check_refused("context.n + principal.name == 1", "unexpected type");
	check_refused("context.n", "unexpected type: expected Bool");
	check_refused("decimal(principal.name) == decimal(\"1.0\")",
	    "non-literal");
	check_refused("decimal(\"x\") == decimal(\"1.0\")", "Failed to parse");
	check_refused("ip(\"::1\", \"::1\") == ip(\"::1\")",
	    "wrong number of arguments");
	check_refused("principal.nam == \"a\"", "not found");
	check_refused("principal in [principal.name]", "unexpected type");
	check_valid("principal == resource.owner");
	check_valid("principal == resource || context.n == 1");
	fixture_init(&f);
	check(condition(&f, "context.n == principal.name || "
	    "[].isEmpty() || {a: 1} == {b: 1} || "
	    "(if context.n == 1 then principal else resource) has name",
	    CEDAR_VALIDATE_PERMISSIVE) == 0);
}

static void
names_must_be_declared(void)
{
	check_refused("principal == Usr::\"a\"", "unrecognized entity type");
	check_refused("false && principal is Nope", "unrecognized entity type");
	check_refused("action == Action::\"reed\"", "unrecognized action");
	check_refused("context has c && context.c == Color::\"green\"",
	    "not declared as a valid eid");
}

static void
a_scope_that_fits_no_action_is_an_error_up_to_4_12_and_a_warning_since(void)
{
	static const char policy[] =
	    "permit(principal is Group, action == Action::\"read\", resource);";
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(fixture_fini) struct fixture g;

	fixture_init(&f);
	check(validate(&f, SCHEMA, policy, 0) == CEDAR_E_INPUT);
	fixture_init(&g);
	check(validate(&g, SCHEMA, policy, CEDAR_VALIDATE_4_13) == 0);
	check(g.diags.n_items > 0);
}

static void
a_policy_that_can_never_apply_is_warned_of(void)
{
	CLEANUP(fixture_fini) struct fixture f;

	fixture_init(&f);
	check(condition(&f, "principal has nothing", 0) == 0);
	check_u64(f.diags.n_items, 1);
	check(f.diags.n_items == 1 && f.diags.items[0].is_warning);
}

static void
templates_and_links_are_validated(void)
{
	static const char text[] = "permit(principal in ?principal, action == "
				   "Action::\"read\", resource == ?resource);";
	const struct cedar_link links[] = {
		{ STR("policy0"), STR("good"), { STR("Group"), STR("g") },
		    { STR("Doc"), STR("d") } },
		{ STR("policy0"), STR("bad"), { STR("Doc"), STR("g") },
		    { STR("Nope"), STR("d") } },
	};
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;

	fixture_init(&f);
	schema = parse_schema(&f, SCHEMA);
	f.diags.source = str_of(text);
	check(cedar_policies_parse(&f.policies, f.names, str_of(text), links, 1,
	    0, &f.diags) == 0);
	check(cedar_policies_validate(f.policies, schema, 0, &f.diags) == 0);
	cedar_policies_free(TAKE(f.policies));
	check(cedar_policies_parse(&f.policies, f.names, str_of(text), links, 2,
	    0, &f.diags) == 0);
	check(cedar_policies_validate(f.policies, schema, 0, &f.diags) ==
	    CEDAR_E_INPUT);
	check_u64(f.diags.n_errors, 2);
}

static int
at_level(const char *text, uint32_t level)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	struct str policy;

	fixture_init(&f);
	schema = parse_schema(&f, SCHEMA);
	policy = arena_format(&f.arena, "permit(principal, action == "
	    "Action::\"read\", resource) when { %s };", text);
	check(fixture_policies(&f, policy.p) == 0);
	return cedar_policies_validate_level(f.policies, schema, level, 0,
	    &f.diags);
}

static void
levels_count_how_far_a_policy_looks(void)
{
	check(at_level("context.n == 1 && principal == principal", 0) == 0);
	check(at_level("principal.name == \"x\"", 0) == CEDAR_E_INPUT);
	check(at_level("principal.name == \"x\"", 1) == 0);
	check(at_level("resource.owner.name == \"x\"", 1) == CEDAR_E_INPUT);
	check(at_level("resource.owner.name == \"x\"", 2) == 0);
	check(at_level("resource.owner in Group::\"g\"", 1) ==
	    CEDAR_E_INPUT);
	check(at_level("resource.owner in Group::\"g\"", 2) == 0);
	check(at_level("resource.owner.hasTag(principal.name) && "
	    "resource.owner.getTag(principal.name) == \"x\"", 2) == 0);
	check(at_level("User::\"u\".name == \"x\"", 9) == CEDAR_E_INPUT);
	check(at_level("false && principal.name == \"x\"", 0) == 0);
	check(at_level("{a: principal, b: resource.owner}.a.name == \"x\"", 1)
	    == 0);
	check(at_level("{a: principal, b: resource.owner}.b.name == \"x\"", 1)
	    == CEDAR_E_INPUT);
	check(at_level("(if context.n == 1 then principal else "
	    "resource.owner).name == \"x\"", 1) == CEDAR_E_INPUT);
}

static void
in_a_scope_costs_a_level(void)
{
	static const char text[] = "permit(principal in Group::\"g\", action, "
				   "resource);";
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;

	fixture_init(&f);
	schema = parse_schema(&f, SCHEMA);
	check(fixture_policies(&f, text) == 0);
	check(cedar_policies_validate_level(f.policies, schema, 0, 0,
	    &f.diags) == CEDAR_E_INPUT);
	check(cedar_policies_validate_level(f.policies, schema, 1, 0,
	    &f.diags) == 0);
}

/* Whether the validator warns of it; it is valid all the same. */
static bool
is_warned_of(const char *text, const char *part)
{
	CLEANUP(fixture_fini) struct fixture f;
	bool is_said = false;

	fixture_init(&f);
	check_u64((unsigned)condition(&f, text, 0), 0);
	for (size_t i = 0; i < f.diags.n_items; i++) {
		const struct diag *diag = &f.diags.items[i];

		is_said |= diag->is_warning && diag->help.len > 0 &&
		    memmem(diag->text.p, diag->text.len, part, strlen(part)) !=
			NULL;
	}
	return is_said;
}

static void
h12_texts_that_can_be_taken_for_others_are_warned_of(void)
{
	static const char mixed[] = "mixed scripts";

	check(is_warned_of("principal.name == \"p\u0430ypal\"", mixed));
	check(!is_warned_of("principal.name == \"paypal\"", mixed));
	check(!is_warned_of("principal.name == \"\u043f\u0440\"", mixed));
	/* Han with Hiragana is Japanese; private characters are of no script. */
	check(!is_warned_of("principal.name == \"\u65e5\u306e\"", mixed));
	check(is_warned_of("principal.name == \"\ue000\"", mixed));
	check(is_warned_of("principal.name like \"p\u0430*\"", mixed));
	check(is_warned_of("principal.name == \"a\u202eb\"", "direction"));
	/* In a pattern such a character is written as an escape. */
	check(!is_warned_of("principal.name like \"a\u202eb\"", "direction"));
	check(is_warned_of("principal == User::\"\u200b\"", "not belong in names"));
	check(!is_warned_of("principal == User::\"\u00e9\"", "identifier"));
}

static int
add_entities(const char *json)
{
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	int r;

	fixture_init(&f);
	schema = parse_schema(&f, SCHEMA);
	f.diags.source = str_of(json);
	r = cedar_schema_entities_json_add(f.entities, schema, str_of(json),
	    &f.diags);
	if (r == 0)
		r = cedar_entities_finish(f.entities, &f.diags);
	if (r == 0)
		check(cedar_entities_count(f.entities) >= 3);
	check((r != 0) == (f.diags.n_errors > 0));
	return r;
}

#define USER(attrs, parents, tags)                                             \
	"[{\"uid\":{\"type\":\"User\",\"id\":\"u\"},\"attrs\":{\"name\":\"n\"" \
	attrs "},\"parents\":[" parents "],\"tags\":{" tags "}}]"

static void
entities_are_read_and_checked_by_their_types(void)
{
	check(add_entities(USER(",\"ip\":\"10.0.0.1\"", "", "")) == 0);
	check(add_entities(USER(",\"ip\":{\"fn\":\"ip\",\"arg\":\"::1\"}",
	    "{\"type\":\"Group\",\"id\":\"g\"}", "\"t\":\"x\"")) == 0);
	check(add_entities(USER(",\"boss\":{\"type\":\"User\",\"id\":\"b\"}",
	    "", "")) == 0);
	check(add_entities(USER(",\"age\":\"1\"", "", "")) == CEDAR_E_INPUT);
	check(add_entities(USER(",\"x\":1", "", "")) == CEDAR_E_INPUT);
	check(add_entities(USER("", "{\"type\":\"Doc\",\"id\":\"g\"}", "")) ==
	    CEDAR_E_INPUT);
	check(add_entities(USER("", "", "\"t\":1")) == CEDAR_E_INPUT);
	check(add_entities("[{\"uid\":{\"type\":\"Color\",\"id\":\"green\"},"
	    "\"attrs\":{},\"parents\":[]}]") == CEDAR_E_INPUT);
	check(add_entities("[{\"uid\":{\"type\":\"Action\",\"id\":\"read\"},"
	    "\"attrs\":{},\"parents\":[]}]") == CEDAR_E_INPUT);
	check(add_entities("[{\"uid\":{\"type\":\"Action\",\"id\":\"read\"},"
	    "\"attrs\":{},\"parents\":[{\"type\":\"Action\",\"id\":\"rw\"}]}]")
	    == 0);
	check(add_entities("[{\"uid\":{\"type\":\"Doc\",\"id\":\"d\"},"
	    "\"attrs\":{},\"parents\":[]}]") == CEDAR_E_INPUT);
}

static void
an_entity_made_in_memory_is_checked_alike(void)
{
	const struct cedar_field name = { STR("name"),
		cedar_string(STR("n")) };
	struct cedar_entity user = { .uid = { STR("User"), STR("u") },
		.attrs = &name, .n_attrs = 1, .tags = &name, .n_tags = 1 };
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;

	fixture_init(&f);
	schema = parse_schema(&f, SCHEMA);
	check(cedar_schema_entities_check(schema, &user, &f.diags) == 0);
	user.n_attrs = 0;
	check(cedar_schema_entities_check(schema, &user, &f.diags) ==
	    CEDAR_E_INPUT);
	user.n_attrs = 1;
	user.parents = &user.uid;
	user.n_parents = 1;
	check(cedar_schema_entities_check(schema, &user, &f.diags) ==
	    CEDAR_E_INPUT);
}

static void
requests_are_checked(void)
{
	const struct cedar_field n = { STR("n"), cedar_long(1) };
	struct cedar_uid doc = { STR("Doc"), STR("d") };
	CLEANUP(fixture_fini) struct fixture f;
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	struct cedar_value context;

	fixture_init(&f);
	schema = parse_schema(&f, SCHEMA);
	f.request.action = (struct cedar_uid){ STR("Action"), STR("read") };
	f.request.context = &n;
	f.request.n_context = 1;
	check(cedar_schema_request_check(schema, &f.request, doc, &f.diags) ==
	    0);
	check(cedar_schema_request_check(schema, &f.request,
	    f.request.principal, &f.diags) == CEDAR_E_INPUT);
	f.request.n_context = 0;
	check(cedar_schema_request_check(schema, &f.request, doc, &f.diags) ==
	    CEDAR_E_INPUT);
	f.request.action.id = STR("rw");
	check(cedar_schema_request_check(schema, &f.request, doc, &f.diags) ==
	    CEDAR_E_INPUT);
	f.request.action.id = STR("nope");
	check(cedar_schema_request_check(schema, &f.request, doc, &f.diags) ==
	    CEDAR_E_INPUT);
	f.diags.source = STR("{\"n\":1,\"c\":{\"type\":\"Color\",\"id\":"
	    "\"red\"}}");
	check(cedar_schema_request_context(&context, &f.arena, schema,
	    (struct cedar_uid){ STR("Action"), STR("read") }, f.diags.source,
	    &f.diags) == 0);
	check(context.kind == CEDAR_RECORD && context.record.n == 2);
}

static const struct tap_test tests[] = {
	TEST(an_optional_attribute_may_be_used_where_it_is_known_to_be_there),
	TEST(a_tag_may_be_read_where_it_is_known_to_be_there),
	TEST(what_is_never_evaluated_is_not_typed),
	TEST(types_must_fit_in_strict_mode),
	TEST(names_must_be_declared),
	TEST(h12_texts_that_can_be_taken_for_others_are_warned_of),
	TEST(a_scope_that_fits_no_action_is_an_error_up_to_4_12_and_a_warning_since),
	TEST(a_policy_that_can_never_apply_is_warned_of),
	TEST(templates_and_links_are_validated),
	TEST(levels_count_how_far_a_policy_looks),
	TEST(in_a_scope_costs_a_level),
	TEST(entities_are_read_and_checked_by_their_types),
	TEST(an_entity_made_in_memory_is_checked_alike),
	TEST(requests_are_checked),
};

TAP_MAIN(tests)
