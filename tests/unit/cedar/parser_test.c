/* Text to tree: what is kept for the formatter, what is refused and where. */
#include "cedar/parser.h"
#include "cedar_fixture.h"
#include "limits.h"
#include "util/buf.h"

struct parsed {
	struct arena arena;
	struct diag_list diags;
	struct ast_set set;
	int r;
};

static void
parsed_fini(struct parsed *parsed)
{
	arena_fini(&parsed->arena);
}

static void
parse(struct parsed *parsed, struct str text)
{
	*parsed = (struct parsed){ 0 };
	arena_init(&parsed->arena, (size_t)1 << 30);
	diag_init(&parsed->diags, &parsed->arena, STR("test"), text);
	parsed->r = cedar_parser_parse(&parsed->set, &parsed->arena, text, 0,
	    &parsed->diags);
}

static const struct ast_expr *
body(const struct parsed *parsed)
{
	static const struct ast_expr none;

	if (!check(parsed->r == 0 && parsed->set.n_policies == 1 &&
	    parsed->set.policies[0].n_conditions == 1))
		return &none;
	return parsed->set.policies[0].conditions[0].body;
}

static void
nothing_is_desugared(void)
{
	CLEANUP(parsed_fini) struct parsed parsed;
	const struct ast_expr *e;
	struct str text = STR("@a @b(\"x\") permit(principal, action, "
	    "resource) when { ((a.b)) > -5 && context has x.y && \n!true && "
	    "context[\"k\"] like \"a*\\*\" };");

	text = STR("@a @b(\"x\") permit(principal, action, resource) when { "
	    "((context.b)) > -5 && context has x.y && !!true && "
	    "context[\"k\"] like \"a*\\*\" };");
	parse(&parsed, text);
	e = body(&parsed);
	check(e->kind == AST_AND && e->list.n == 4);
	if (e->kind != AST_AND || e->list.n != 4)
		return;
	check(e->list.items[0]->kind == AST_RELATION);
	check(e->list.items[0]->relation.op == AST_GREATER);
	check_u64(e->list.items[0]->relation.left->n_parens, 2);
	check_str(str_part(text, e->list.items[0]->relation.left->outer.at,
	    e->list.items[0]->relation.left->outer.at +
	    e->list.items[0]->relation.left->outer.len), STR("((context.b))"));
	check(e->list.items[0]->relation.right->kind == AST_LONG);
	check(e->list.items[0]->relation.right->number == -5);
	check(e->list.items[1]->kind == AST_HAS && e->list.items[1]->has.n == 2);
	check(e->list.items[2]->kind == AST_NOT);
	check(e->list.items[2]->operand->kind == AST_NOT);
	check(e->list.items[3]->kind == AST_LIKE);
	check(e->list.items[3]->like.n == 3);
	check(e->list.items[3]->like.left->get.is_index);
	check_u64(parsed.set.policies[0].n_annotations, 2);
	check(!parsed.set.policies[0].annotations[0].has_value);
	check_str(parsed.set.policies[0].annotations[1].value, STR("x"));
}

static void
a_long_chain_has_no_depth(void)
{
	CLEANUP(parsed_fini) struct parsed parsed;
	CLEANUP(buf_fini) struct buf buf;

	buf_init(&buf, 1u << 24);
	buf_add_text(&buf, "permit(principal,action,resource) when { 0");
	for (int i = 0; i < 20000; i++)
		buf_add_text(&buf, " + 1");
	buf_add_text(&buf, " == 20000 };");
	parse(&parsed, buf_str(&buf));
	check(body(&parsed)->height == 3);
}

static int
nested(const char *open, const char *core, const char *close, size_t n)
{
	CLEANUP(parsed_fini) struct parsed parsed;
	CLEANUP(buf_fini) struct buf buf;

	buf_init(&buf, 1u << 26);
	buf_add_text(&buf, "permit(principal,action,resource) when { ");
	for (size_t i = 0; i < n; i++)
		buf_add_text(&buf, open);
	buf_add_text(&buf, core);
	for (size_t i = 0; i < n; i++)
		buf_add_text(&buf, close);
	buf_add_text(&buf, " };");
	parse(&parsed, buf_str(&buf));
	return parsed.r;
}

static void
depth_is_limited_in_every_construct(void)
{
	static const char *const shapes[][3] = {
		{ "(", "true", ")" },
		{ "[", "1", "]" },
		{ "{a:", "1", "}" },
		{ "if true then true else ", "true", "" },
		{ "ip(", "1", ")" },
		{ "!(", "true", ")" },
		{ "[].contains(", "1", ")" },
		{ "", "context", ".a" },
		{ "", "context", "[\"a\"]" },
		{ "", "context", ".isEmpty()" },
	};

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		check(nested(shapes[i][0], shapes[i][1], shapes[i][2],
		    LIMIT_CEDAR_DEPTH / 2 - 2) == 0);
		check(nested(shapes[i][0], shapes[i][1], shapes[i][2],
		    LIMIT_CEDAR_DEPTH - 1) == 0);
		check(nested(shapes[i][0], shapes[i][1], shapes[i][2],
		    LIMIT_CEDAR_DEPTH) == CEDAR_E_LIMIT);
		check(nested(shapes[i][0], shapes[i][1], shapes[i][2],
		    100000) == CEDAR_E_LIMIT);
	}
	/* A path is as deep as what it stands for: has a && .a has b .. */
	check(nested("", "context has a", ".a", LIMIT_CEDAR_DEPTH - 2) == 0);
	check(nested("", "context has a", ".a", LIMIT_CEDAR_DEPTH - 1) ==
	    CEDAR_E_LIMIT);
	check(nested("", "context has a", ".a", 1000000) == CEDAR_E_LIMIT);
}

static void
annotations_are_limited(void)
{
	for (size_t n = LIMIT_CEDAR_ANNOTATIONS;
	    n <= LIMIT_CEDAR_ANNOTATIONS + 1; n++) {
		CLEANUP(parsed_fini) struct parsed parsed;
		CLEANUP(buf_fini) struct buf buf;

		buf_init(&buf, 1u << 20);
		for (size_t i = 0; i < n; i++)
			buf_add_format(&buf, "@a%zu ", i);
		buf_add_text(&buf, "permit(principal,action,resource);");
		parse(&parsed, buf_str(&buf));
		check(parsed.r == (n > LIMIT_CEDAR_ANNOTATIONS
		    ? CEDAR_E_LIMIT : 0));
	}
}

static void
h12_a_text_of_errors_alone_is_not_read_to_its_end(void)
{
	CLEANUP(parsed_fini) struct parsed parsed;
	CLEANUP(buf_fini) struct buf buf;

	buf_init(&buf, 1u << 20);
	for (size_t i = 0; i < 2 * LIMIT_CEDAR_ERRORS; i++)
		buf_add_char(&buf, ';');
	parse(&parsed, buf_str(&buf));
	check(parsed.r == CEDAR_E_INPUT);
	check_u64(parsed.diags.n_errors, LIMIT_CEDAR_ERRORS);
}

static void
a_text_has_a_limit(void)
{
	CLEANUP(parsed_fini) struct parsed parsed;
	/* The length is looked at before the bytes. */
	struct str text = { "permit", (size_t)LIMIT_CEDAR_TEXT + 1 };

	arena_init(&parsed.arena, 1u << 20);
	diag_init(&parsed.diags, &parsed.arena, STR("test"), STR(""));
	check(cedar_parser_parse(&parsed.set, &parsed.arena, text, 0,
	    &parsed.diags) == CEDAR_E_LIMIT);
}

static void
all_errors_are_reported_with_their_places(void)
{
	CLEANUP(parsed_fini) struct parsed parsed;

	parse(&parsed, STR("permit(principal,action,resource) when { 1 = 2 };\n"
	    "permit(principal,action,resource);\n"
	    "allow(principal,action,resource);\n"
	    "permit(principal,action,resource) when { \xc3\xa9 };\n"));
	check(parsed.r == CEDAR_E_INPUT);
	check_u64(parsed.diags.n_items, 3);
	if (parsed.diags.n_items != 3)
		return;
	check_u64(parsed.diags.items[0].line, 1);
	check_u64(parsed.diags.items[0].column, 44);
	check_u64(parsed.diags.items[1].line, 3);
	check_u64(parsed.diags.items[1].column, 1);
	check_u64(parsed.diags.items[2].line, 4);
}

static void
what_is_not_cedar_is_refused(void)
{
	static const char *const texts[] = {
		"\xff",
		"permit",
		"permit(",
		"permit(principal,action,resource",
		"permit(principal,action,resource) when { true }",
		"permit(principal,action,resource) when { };",
		"permit(principal,action,resource) when true;",
		"permit(action,principal,resource);",
		"permit(principal,action,resource,context);",
		"permit(principal,action,resource) when { \"open };",
		"permit(principal,action,resource) when { a };",
		"permit(principal,action,resource) when { 1 < 2 < 3 };",
		"permit(principal,action,resource) when { {a:1,a:2} == 1 };",
		"permit(principal,action,resource) when { {a:1,\"a\":2} };",
		"permit(principal,action,resource) when { "
		"18446744073709551616 };",
		"permit(principal,action,resource) when { "
		"9223372036854775808 };",
		"permit(principal,action,resource) when { ip };",
		"permit(principal,action,resource) when { contains(1) };",
		"permit(principal,action,resource) when { [].ip(1) };",
		"permit(principal,action,resource) when { A::\"x\"::\"y\" };",
		"permit(principal,action,resource) when { __cedar::A::\"x\" };",
		"permit(principal,action,resource) /* c */;",
		"permit(principal is User::\"a\",action,resource);",
		"permit(principal,action is X,resource);",
		"permit(principal in ?resource,action,resource);",
		"permit(principal,action in [[Action::\"a\"]],resource);",
		"permit(principal,action == [Action::\"a\"],resource);",
		"@a(1) permit(principal,action,resource);",
		";",
		"permit(principal,action,resource);;",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP(parsed_fini) struct parsed parsed;

		parse(&parsed, str_of(texts[i]));
		if (!check(parsed.r == CEDAR_E_INPUT &&
		    parsed.diags.n_items > 0))
			printf("# %s\n", texts[i]);
	}
}

static void
repeated_ids_are_refused(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct str text = STR("@id(\"x\")permit(principal,action,resource);"
	    "@id(\"x\")permit(principal,action,resource);");

	fixture_init(&f);
	f.diags.source = text;
	check(cedar_policies_parse(&f.policies, f.names, text, NULL, 0,
	    CEDAR_ID_ANNOTATION, &f.diags) == CEDAR_E_INPUT);
	check(cedar_policies_parse(&f.policies, f.names, text, NULL, 0, 0,
	    &f.diags) == 0);
	check_str(cedar_policies_get(f.policies, 1).id, STR("policy1"));
	check_str(cedar_policies_get(f.policies, 1).text,
	    STR("@id(\"x\")permit(principal,action,resource);"));
	check_u64(cedar_policies_get(f.policies, 1).offset, 42);
}

static const struct tap_test tests[] = {
	TEST(nothing_is_desugared),
	TEST(a_long_chain_has_no_depth),
	TEST(depth_is_limited_in_every_construct),
	TEST(annotations_are_limited),
	TEST(a_text_has_a_limit),
	TEST(h12_a_text_of_errors_alone_is_not_read_to_its_end),
	TEST(all_errors_are_reported_with_their_places),
	TEST(what_is_not_cedar_is_refused),
	TEST(repeated_ids_are_refused),
};

TAP_MAIN(tests)
