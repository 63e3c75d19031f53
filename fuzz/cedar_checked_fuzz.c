/*
 * Any bytes as a schema, and behind a line "---" each as policies, entities and
 * a context that are held against it. A policy that is valid in strict mode must
 * be so in permissive mode; and where a set is valid, and so are entities and
 * request, no policy may fail for its types.
 */
#include <stdlib.h>

#include "stile/cedar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SCHEMA, POLICIES, ENTITIES, CONTEXT, N_PARTS };

struct checked {
	struct arena arena;
	struct diag_list diags;
	struct cedar_names *names;
	struct cedar_schema *schema;
	struct cedar_policies *policies;
	struct cedar_entities *entities;
	struct str parts[N_PARTS];
};

static void
checked_fini(struct checked *checked)
{
	cedar_entities_free(checked->entities);
	cedar_policies_free(checked->policies);
	cedar_schema_free(checked->schema);
	cedar_names_free(checked->names);
	arena_fini(&checked->arena);
}

static void
begin(struct checked *checked, struct str source)
{
	diag_init(&checked->diags, &checked->arena, STR("fuzz"), source);
}

static void
cut(struct checked *checked, struct str text)
{
	static const char mark[] = "\n---\n";

	for (size_t i = 0; i < N_PARTS; i++) {
		const char *end = text.len < 5 ? NULL
		    : memmem(text.p, text.len, mark, 5);
		size_t len = end != NULL ? (size_t)(end - text.p) : text.len;

		checked->parts[i] = str_part(text, 0, len);
		text = str_part(text, MIN(len + 5, text.len), text.len);
	}
}

static bool
load(struct checked *checked)
{
	struct str schema = checked->parts[SCHEMA];
	int r;

	begin(checked, schema);
	r = schema.len > 0 && schema.p[0] == '{'
	    ? cedar_schema_json_parse(&checked->schema, schema,
		  &checked->diags)
	    : cedar_schema_parse(&checked->schema, schema, &checked->diags);
	if (r != 0 || cedar_names_new(&checked->names) != 0)
		return false;
	begin(checked, checked->parts[POLICIES]);
	return cedar_policies_parse(&checked->policies, checked->names,
		   checked->parts[POLICIES], NULL, 0, 0, &checked->diags) == 0;
}

/* Returns: whether the set is valid in strict mode. */
static bool
validate(struct checked *checked)
{
	int strict;
	int loose;

	begin(checked, checked->parts[POLICIES]);
	strict = cedar_policies_validate(checked->policies, checked->schema, 0,
	    &checked->diags);
	if (strict < 0 ||
	    (strict > 0) != (checked->diags.n_errors > 0))
		abort();
	loose = cedar_policies_validate(checked->policies, checked->schema,
	    CEDAR_VALIDATE_PERMISSIVE, &checked->diags);
	if (loose < 0 || (strict == 0 && loose == CEDAR_E_INPUT))
		abort();
	for (uint32_t level = 0; level < 3; level++) {
		if (cedar_policies_validate_level(checked->policies,
			checked->schema, level, 0, &checked->diags) < 0)
			abort();
	}
	return strict == 0;
}

static bool
load_entities(struct checked *checked)
{
	struct str json = checked->parts[ENTITIES];

	begin(checked, json);
	return cedar_entities_new(&checked->entities, checked->names) == 0 &&
	    cedar_schema_entities_json_add(checked->entities, checked->schema,
		json, &checked->diags) == 0 &&
	    cedar_entities_finish(checked->entities, &checked->diags) == 0;
}

/* Missing entities and overflow are what types do not rule out. */
static void
decide(struct checked *checked)
{
	static const struct cedar_uid who[] = { { STR_INIT("User"),
		STR_INIT("a") }, { STR_INIT("Doc"), STR_INIT("a") } };
	struct cedar_request request = { .entities = checked->entities,
		.principal = who[0],
		.action = { STR("Action"), STR("view") } };
	struct cedar_query *query;
	struct cedar_answer answer;
	struct cedar_value context;

	begin(checked, checked->parts[CONTEXT]);
	if (cedar_schema_request_context(&context, &checked->arena,
		checked->schema, request.action, checked->parts[CONTEXT],
		&checked->diags) != 0)
		return;
	request.context = context.record.items;
	request.n_context = context.record.n;
	if (cedar_schema_request_check(checked->schema, &request, who[1],
		&checked->diags) != 0 ||
	    cedar_query_new(&query, &checked->arena, &request,
		&checked->diags) != 0 ||
	    cedar_query_decide(&answer, query, checked->policies, who[1]) != 0)
		return;
	for (size_t i = 0; i < answer.n_errors; i++) {
		enum cedar_error_kind kind = answer.errors[i].kind;

		if (kind != CEDAR_ERROR_ENTITY &&
		    kind != CEDAR_ERROR_OVERFLOW &&
		    kind != CEDAR_ERROR_EXTENSION)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(checked_fini) struct checked checked = { 0 };
	bool is_valid;

	arena_init(&checked.arena, (size_t)256 << 20);
	cut(&checked, (struct str){ (const char *)data, size });
	if (!load(&checked))
		return 0;
	is_valid = validate(&checked);
	if (load_entities(&checked) && is_valid)
		decide(&checked);
	return 0;
}
