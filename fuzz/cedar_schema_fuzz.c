/*
 * Any bytes as a schema: its first byte says in which syntax. What is accepted
 * is written in every form, and what was written must read back and be written
 * the same; then policies, entities and a context are held against it.
 */
#include <stdlib.h>

#include "stile/cedar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int (*parse_fn)(struct cedar_schema **schema, struct str text,
    struct diag_list *diags);

/* Read what was written. Returns: false for a limit: JSON is deeper than text. */
static bool
read_back(struct cedar_schema **again, struct str text, parse_fn parse,
    struct arena *arena)
{
	struct diag_list diags;
	int r;

	diag_init(&diags, arena, STR("fuzz"), text);
	r = parse(again, text, &diags);
	if (r != 0 && r != CEDAR_E_LIMIT) {
		diag_print(&diags, stderr);
		abort();
	}
	return r == 0;
}

/*
 * Write, read back, write again, and once more: the last two are the same. (The
 * first may differ: JSON has `null` for an annotation, text has "" then.)
 */
static void
round_trip(const struct cedar_schema *schema, enum cedar_schema_form form,
    parse_fn parse, struct arena *arena)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *again = NULL;
	CLEANUP(cedar_schema_freep) struct cedar_schema *last = NULL;
	struct diag_list diags;
	struct str first;
	struct str second;

	diag_init(&diags, arena, STR("fuzz"), STR(""));
	if (cedar_schema_write(&first, schema, form, arena, &diags) != 0 ||
	    !read_back(&again, first, parse, arena))
		return;
	if (cedar_schema_write(&first, again, form, arena, &diags) != 0)
		abort();
	if (!read_back(&last, first, parse, arena))
		return;
	if (cedar_schema_write(&second, last, form, arena, &diags) != 0 ||
	    !str_is_equal(first, second))
		abort();
}

static void
hold(const struct cedar_schema *schema, struct arena *arena)
{
	static const char policies_text[] =
	    "permit(principal, action, resource) when { principal has a && "
	    "principal.a == resource && context has b.c && principal in "
	    "[resource] && resource.hasTag(\"t\") && resource.getTag(\"t\") "
	    "like \"*\" };";
	static const char entities_text[] =
	    "[{\"uid\":{\"type\":\"A\",\"id\":\"x\"},\"attrs\":{\"a\":"
	    "{\"b\":[1,\"1.2.3.4\",{\"type\":\"A\",\"id\":\"y\"}]}},"
	    "\"parents\":[{\"type\":\"A\",\"id\":\"y\"}]}]";
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	CLEANUP(cedar_entities_freep) struct cedar_entities *entities = NULL;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	struct cedar_value context;
	struct diag_list diags;

	diag_init(&diags, arena, STR("fuzz"), str_of(policies_text));
	if (cedar_names_new(&names) != 0 ||
	    cedar_entities_new(&entities, names) != 0 ||
	    cedar_policies_parse(&policies, names, str_of(policies_text), NULL,
	    0, 0, &diags) != 0)
		return;
	for (unsigned flags = 0; flags < 4; flags++) {
		if (cedar_policies_validate(policies, schema, flags,
		    &diags) < 0)
			abort();
	}
	diags.source = str_of(entities_text);
	if (cedar_schema_entities_json_add(entities, schema,
	    str_of(entities_text), &diags) < 0)
		abort();
	diags.source = STR("{\"b\":{\"c\":true}}");
	if (cedar_schema_request_context(&context, arena, schema,
	    (struct cedar_uid){ STR("Action"), STR("a") }, diags.source,
	    &diags) < 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	CLEANUP(arena_fini) struct arena arena;
	struct str text = { (const char *)data, size };
	struct diag_list diags;
	bool is_json = size > 0 && data[0] == '{';
	int r;

	arena_init(&arena, (size_t)256 << 20);
	diag_init(&diags, &arena, STR("fuzz"), text);
	r = is_json ? cedar_schema_json_parse(&schema, text, &diags)
		    : cedar_schema_parse(&schema, text, &diags);
	if ((r > 0) != (diags.n_errors > 0))
		abort();
	if (r != 0)
		return 0;
	round_trip(schema, CEDAR_SCHEMA_TEXT, cedar_schema_parse, &arena);
	round_trip(schema, CEDAR_SCHEMA_JSON, cedar_schema_json_parse, &arena);
	hold(schema, &arena);
	return 0;
}
