/* The entity store and its JSON. */
#include "cedar/entities.h"
#include "cedar/jsontree.h"
#include "cedar_fixture.h"
#include "limits.h"
#include "util/buf.h"

#define UID(type, id) "{\"type\":\"" type "\",\"id\":\"" id "\"}"
#define ENTITY(id, parents)                                                    \
	"{\"uid\":" UID("G", id) ",\"attrs\":{},\"parents\":[" parents "]}"

static int
load(const char *json)
{
	CLEANUP(fixture_fini) struct fixture f;

	fixture_init(&f);
	return fixture_entities(&f, json);
}

static void
the_hierarchy_is_closed_whatever_the_order(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	const struct entity *entity;

	fixture_init(&f);
	check(fixture_entities(&f, "[" ENTITY("c", UID("G", "d"))
	    "," ENTITY("a", UID("G", "b") "," UID("G", "c") "," UID("G", "b"))
	    "," ENTITY("b", UID("G", "d") "," UID("G", "absent"))
	    "," ENTITY("d", "") "]") == 0);
	check_u64(cedar_entities_count(f.entities), 4);
	entity = cedar_entities_get(f.entities, 1);
	check_u64(entity->n_parents, 2);
	check_u64(entity->n_ancestors, 4);
	entity = cedar_entities_get(f.entities, 3);
	check_u64(entity->n_ancestors, 0);
}

static void
a_deep_hierarchy_needs_no_stack(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	struct cedar_uid parent = { STR("G"), { 0 } };
	const uint32_t n = 2000;

	fixture_init(&f);
	for (uint32_t i = 0; i < n; i++) {
		struct cedar_entity entity = { .parents = &parent,
			.n_parents = 1 };

		entity.uid = (struct cedar_uid){ STR("G"),
			arena_format(&f.arena, "%u", i) };
		parent.id = arena_format(&f.arena, "%u", i + 1);
		check(cedar_entities_add(f.entities, &entity, &f.diags) == 0);
	}
	check(cedar_entities_finish(f.entities, &f.diags) == 0);
	check_u64(cedar_entities_get(f.entities, 0)->n_ancestors, n);
}

static int
chain(uint32_t n)
{
	CLEANUP(fixture_fini) struct fixture f;
	char text[2][16];
	int r = 0;

	fixture_init(&f);
	for (uint32_t i = 0; i < n && r == 0; i++) {
		struct cedar_uid parent = { STR("G"), { 0 } };
		struct cedar_entity entity = { .parents = &parent,
			.n_parents = 1 };

		snprintf(text[0], sizeof(text[0]), "%u", i);
		snprintf(text[1], sizeof(text[1]), "%u", i + 1);
		entity.uid = (struct cedar_uid){ STR("G"), str_of(text[0]) };
		parent.id = str_of(text[1]);
		r = cedar_entities_add(f.entities, &entity, &f.diags);
	}
	return r != 0 ? r : cedar_entities_finish(f.entities, &f.diags);
}

static void
ancestors_are_limited_in_all(void)
{
	/* A chain of n has n (n + 1) / 2 of them. */
	uint32_t n = 1;

	while ((uint64_t)n * (n + 1) / 2 <= LIMIT_CEDAR_ANCESTORS)
		n++;
	check(chain(n - 1) == 0);
	check(chain(n + 1) == CEDAR_E_LIMIT);
}

static void
texts_and_memory_are_limited(void)
{
	CLEANUP(fixture_fini) struct fixture f;
	/* Lengths are looked at before the bytes, which are not there. */
	const struct cedar_value item = cedar_long(1);
	struct cedar_field attr = { STR("a"),
		cedar_string((struct str){ "x", LIMIT_CEDAR_STRING + 1u }) };
	struct cedar_entity entity = { .uid = { STR("A"), STR("a") },
		.attrs = &attr, .n_attrs = 1 };

	fixture_init(&f);
	check(cedar_entities_add(f.entities, &entity, &f.diags) ==
	    CEDAR_E_LIMIT);
	attr.value = cedar_set(&item, LIMIT_CEDAR_ARENA / 16 + 1);
	check(cedar_entities_add(f.entities, &entity, &f.diags) ==
	    CEDAR_E_LIMIT);
	attr.value = item;
	check(cedar_entities_add(f.entities, &entity, &f.diags) == 0);
}

static void
names_are_limited(void)
{
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	struct names_scope scope = { 0 };
	uint32_t number = 0;
	int r = 0;

	check(cedar_names_new(&names) == 0);
	scope.names = names;
	for (uint32_t i = 0; i < LIMIT_CEDAR_NAMES && r == 0; i++)
		r = cedar_names_intern(&number, &scope,
		    (struct str){ (const char *)&i, sizeof(i) });
	check(r == 0);
	check(cedar_names_intern(&number, &scope, STR("one more")) ==
	    CEDAR_E_LIMIT);
	check(cedar_names_intern(&number, &scope, STR("\0\0\0\0")) == 0);
	check_u64(number, 0);
}

static void
cycles_are_refused_and_named(void)
{
	CLEANUP(fixture_fini) struct fixture f;

	check(load("[" ENTITY("a", UID("G", "a")) "]") == CEDAR_E_INPUT);
	check(load("[" ENTITY("a", UID("G", "b")) "," ENTITY("b",
	    UID("G", "a")) "]") == CEDAR_E_INPUT);
	fixture_init(&f);
	check(fixture_entities(&f, "[" ENTITY("x", UID("G", "a")) ","
	    ENTITY("a", UID("G", "b")) "," ENTITY("b", UID("G", "c")) ","
	    ENTITY("c", UID("G", "a")) "]") == CEDAR_E_INPUT);
	check(f.diags.n_items == 1);
	check(f.diags.n_items == 1 && f.diags.items[0].text.len > 0);
}

static void
one_uid_may_come_twice_only_if_all_is_equal(void)
{
	check(load("[" ENTITY("a", "") "," ENTITY("a", "") "]") == 0);
	check(load("[" ENTITY("a", "") "," ENTITY("a", UID("G", "b")) "]") ==
	    CEDAR_E_INPUT);
	check(load("[" ENTITY("a", "") ",{\"uid\":" UID("G", "a")
	    ",\"attrs\":{\"x\":1},\"parents\":[]}]") == CEDAR_E_INPUT);
	check(load("[" ENTITY("a", "") ",{\"uid\":" UID("G", "a")
	    ",\"attrs\":{},\"parents\":[],\"tags\":{\"x\":1}}]") ==
	    CEDAR_E_INPUT);
}

static void
a_message_points_at_the_value(void)
{
	CLEANUP(fixture_fini) struct fixture f;

	fixture_init(&f);
	check(fixture_entities(&f, "[\n{\"uid\":" UID("G", "a")
	    ",\"parents\":[],\n  \"attrs\":{\"x\":1.5}}]") == CEDAR_E_INPUT);
	check(f.diags.n_items == 1 && f.diags.items[0].line == 3 &&
	    f.diags.items[0].column == 16);
}

static void
json_is_read_exactly(void)
{
	static const struct {
		const char *json;
		int outcome;
	} cases[] = {
		{ "0", 0 },
		{ " [1, -1 ,\t\"\\u0000\\ud83d\\ude00\\/\" , null,true]\r\n", 0 },
		{ "{\"a\\u0000\":1,\"a\":2}", 0 },
		{ "9223372036854775808", 0 },
		{ "1.5e+10", 0 },
		{ "", CEDAR_E_INPUT },
		{ "[1,]", CEDAR_E_INPUT },
		{ "[,1]", CEDAR_E_INPUT },
		{ "[1 2]", CEDAR_E_INPUT },
		{ "{\"a\":1,}", CEDAR_E_INPUT },
		{ "{\"a\":1,\"a\":1}", CEDAR_E_INPUT },
		{ "{\"a\":1,\"\\u0061\":1}", CEDAR_E_INPUT },
		{ "{a:1}", CEDAR_E_INPUT },
		{ "{\"a\"}", CEDAR_E_INPUT },
		{ "01", CEDAR_E_INPUT },
		{ "-", CEDAR_E_INPUT },
		{ "1.", CEDAR_E_INPUT },
		{ "1e", CEDAR_E_INPUT },
		{ "+1", CEDAR_E_INPUT },
		{ "nul", CEDAR_E_INPUT },
		{ "1 1", CEDAR_E_INPUT },
		{ "\"\t\"", CEDAR_E_INPUT },
		{ "\"", CEDAR_E_INPUT },
		{ "\"\\", CEDAR_E_INPUT },
		{ "\"\\x\"", CEDAR_E_INPUT },
		{ "\"\\ud800\"", CEDAR_E_INPUT },
		{ "\"\\udc00\\ud800\"", CEDAR_E_INPUT },
		{ "\"\\ud83d\\u0041\"", CEDAR_E_INPUT },
		{ "\"\\u12\"", CEDAR_E_INPUT },
		{ "\"\xff\"", CEDAR_E_INPUT },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(arena_fini) struct arena arena;
		struct str text = str_of(cases[i].json);
		struct diag_list diags;
		struct jsontree tree;

		arena_init(&arena, 1u << 20);
		diag_init(&diags, &arena, STR("json"), text);
		if (!check(cedar_jsontree_parse(&tree, &arena, text, &diags) ==
		    cases[i].outcome))
			printf("# %s\n", cases[i].json);
		check((diags.n_items > 0) == (cases[i].outcome != 0));
	}
}

static void
json_keeps_every_bit_of_an_integer(void)
{
	CLEANUP(arena_fini) struct arena arena;
	struct str text = STR("[9223372036854775807,-9223372036854775808,"
	    "9223372036854775808,-0,1.0]");
	const struct jsontree *items;
	struct diag_list diags;
	struct jsontree tree;

	arena_init(&arena, 1u << 20);
	diag_init(&diags, &arena, STR("json"), text);
	if (!check(cedar_jsontree_parse(&tree, &arena, text, &diags) == 0))
		return;
	items = tree.array.items;
	check(items[0].kind == JSONTREE_INTEGER && items[0].number == INT64_MAX);
	check(items[1].kind == JSONTREE_INTEGER && items[1].number == INT64_MIN);
	check(items[2].kind == JSONTREE_NUMBER);
	check(items[3].kind == JSONTREE_NUMBER);
	check(items[4].kind == JSONTREE_NUMBER);
}

static int
deep(size_t n)
{
	CLEANUP(arena_fini) struct arena arena;
	CLEANUP(buf_fini) struct buf buf;
	struct diag_list diags;
	struct jsontree tree;

	buf_init(&buf, 1u << 22);
	for (size_t i = 0; i < n; i++)
		buf_add_text(&buf, i % 2 == 0 ? "[" : "{\"a\":");
	for (size_t i = n; i-- > 0;)
		buf_add_text(&buf, i % 2 == 0 ? (i == n - 1 ? "1]" : "]")
					      : (i == n - 1 ? "1}" : "}"));
	arena_init(&arena, 1u << 24);
	diag_init(&diags, &arena, STR("json"), buf_str(&buf));
	return cedar_jsontree_parse(&tree, &arena, buf_str(&buf), &diags);
}

static void
json_depth_is_limited(void)
{
	check(deep(LIMIT_CEDAR_JSON_DEPTH) == 0);
	check(deep(LIMIT_CEDAR_JSON_DEPTH + 1) == CEDAR_E_LIMIT);
	check(deep(100000) == CEDAR_E_LIMIT);
}

static void
an_array_is_read_element_by_element(void)
{
	static const struct {
		const char *json;
		int n; /* elements before the end; -1: an error comes */
	} cases[] = {
		{ "[]", 0 },
		{ "[1]", 1 },
		{ " [1 , 2,3 ] ", 3 },
		{ "[1,]", -1 },
		{ "[1", -1 },
		{ "[1,", -1 },
		{ "[1 2]", -1 },
		{ "[] 1", -1 },
		{ "{}", -1 },
		{ "[", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(arena_fini) struct arena arena;
		struct jsontree_reader reader;
		struct diag_list diags;
		struct jsontree tree;
		int n = 0;
		int r;

		arena_init(&arena, 1u << 20);
		diag_init(&diags, &arena, STR("json"), str_of(cases[i].json));
		r = cedar_jsontree_open(&reader, &arena, str_of(cases[i].json),
		    &diags);
		while (r == 0 && cedar_jsontree_next(&reader, &tree))
			n++;
		if (reader.r != 0)
			n = -1;
		if (!check(n == cases[i].n))
			printf("# %s gives %d\n", cases[i].json, n);
	}
}

static void
names_keep_their_numbers_as_the_dictionary_grows(void)
{
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	struct names_scope scope = { 0 };
	char text[16];

	check(cedar_names_new(&names) == 0);
	scope.names = names;
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t number = 0;

		snprintf(text, sizeof(text), "name%u", i);
		check(cedar_names_intern(&number, &scope, str_of(text)) == 0);
		check_u64(number, i);
	}
	for (uint32_t i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "name%u", i);
		check_u64(cedar_names_find(names, str_of(text)), i);
		check_str(cedar_names_text(&scope, i), str_of(text));
	}
	check(cedar_names_find(names, STR("other")) == NAMES_NONE);
	check_u64(cedar_names_stamp(names).n_names, 20000);
}

static const struct tap_test tests[] = {
	TEST(the_hierarchy_is_closed_whatever_the_order),
	TEST(a_deep_hierarchy_needs_no_stack),
	TEST(ancestors_are_limited_in_all),
	TEST(texts_and_memory_are_limited),
	TEST(names_are_limited),
	TEST(cycles_are_refused_and_named),
	TEST(one_uid_may_come_twice_only_if_all_is_equal),
	TEST(a_message_points_at_the_value),
	TEST(json_is_read_exactly),
	TEST(json_keeps_every_bit_of_an_integer),
	TEST(json_depth_is_limited),
	TEST(an_array_is_read_element_by_element),
	TEST(names_keep_their_numbers_as_the_dictionary_grows),
};

TAP_MAIN(tests)
