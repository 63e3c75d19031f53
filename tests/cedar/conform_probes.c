/* Probes: one expression, policy, schema or list of entities, and its verdict. */
#include "conform.h"
#include "limits.h"
#include "scene.h"

/* The original's verdict begins with one of these, or is "ok". */
static const char *const classes[] = { "PARSE", "ERR", "deny ERR", "deny",
	"allow", "ok" };

static struct str
class_of(struct str verdict)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		if (str_has_prefix(verdict, str_of(classes[i])))
			return str_of(classes[i]);
	}
	return verdict;
}

static struct str
try_policy(struct scene *scene, struct str text, const char *refusal)
{
	int r;

	diag_init(&scene->diags, &scene->arena, STR("probe"), text);
	r = cedar_names_new(&scene->names);
	if (r == 0)
		r = cedar_policies_parse(&scene->policies, scene->names, text,
		    NULL, 0, 0, &scene->diags);
	return str_of(r == 0 ? "ok" : refusal);
}

/* In a store of User::"a" alone, who asks. */
static struct str
try_expression(struct scene *scene, struct str expression)
{
	struct str text = arena_format(&scene->arena,
	    "permit(principal,action,resource) when {\n%.*s\n};",
	    STR_ARG(expression));
	struct cedar_entity user = { .uid = { STR("User"), STR("a") } };
	struct cedar_request request = { .principal = user.uid,
		.action = { STR("Action"), STR("a") } };
	struct cedar_query *query;
	struct cedar_answer answer;

	if (!str_is_equal(try_policy(scene, text, "PARSE"), STR("ok")))
		return STR("PARSE");
	if (cedar_entities_new(&scene->entities, scene->names) != 0 ||
	    cedar_entities_add(scene->entities, &user, &scene->diags) != 0 ||
	    cedar_entities_finish(scene->entities, &scene->diags) != 0)
		return STR("no entities");
	request.entities = scene->entities;
	if (cedar_query_new(&query, &scene->arena, &request,
	    &scene->diags) != 0 ||
	    cedar_query_decide(&answer, query, scene->policies,
	    (struct cedar_uid){ STR("User"), STR("r") }) != 0)
		return STR("no answer");
	if (answer.n_errors > 0)
		return STR("deny ERR");
	return answer.decision == CEDAR_ALLOW ? STR("allow") : STR("deny");
}

/* schema: empty for none. */
static struct str
try_entities(struct scene *scene, struct str json, struct str schema)
{
	int r;

	diag_init(&scene->diags, &scene->arena, STR("probe"), schema);
	r = cedar_names_new(&scene->names);
	if (r == 0)
		r = cedar_entities_new(&scene->entities, scene->names);
	if (r == 0 && schema.len > 0)
		r = cedar_schema_parse(&scene->schema, schema, &scene->diags);
	scene->diags.source = json;
	if (r == 0 && schema.len > 0)
		r = cedar_schema_entities_json_add(scene->entities,
		    scene->schema, json, &scene->diags);
	else if (r == 0)
		r = cedar_entities_json_add(scene->entities, json,
		    &scene->diags);
	if (r == 0)
		r = cedar_entities_finish(scene->entities, &scene->diags);
	return r == 0 ? STR("ok") : STR("ERR");
}

static struct str
try_schema(struct scene *scene, struct str text)
{
	diag_init(&scene->diags, &scene->arena, STR("probe"), text);
	return cedar_schema_parse(&scene->schema, text, &scene->diags) == 0
	    ? STR("ok") : STR("ERR");
}

/* One probe in a scene of its own. verdict: the member that says what. */
static void
run_probe(struct conform *conform, const char *path, struct str text,
    const struct jsontree *probe, const char *verdict, struct str schema)
{
	CLEANUP(scene_fini) struct scene scene = { 0 };
	const struct jsontree *entities = conform_get(probe, "entities");
	struct str input;
	struct str got;

	arena_init(&scene.arena, (size_t)1 << 30);
	if (entities->kind == JSONTREE_ARRAY) {
		input = str_part(text, entities->span.at,
		    (size_t)entities->span.at + entities->span.len);
		got = try_entities(&scene, input, schema);
	} else if (cedar_jsontree_get(probe, STR("expr")) != NULL) {
		input = conform_member(probe, "expr");
		got = try_expression(&scene, input);
	} else if (cedar_jsontree_get(probe, STR("policy")) != NULL) {
		input = conform_member(probe, "policy");
		got = try_policy(&scene, input, "ERR");
	} else {
		input = conform_member(probe, "schema");
		got = try_schema(&scene, input);
	}
	conform_count(conform, PROBES, str_is_equal(class_of(conform_member(
	    probe, verdict)), got), path, input);
}

static void
run_probes_text(struct conform *conform, const char *path, struct str text,
    struct arena *arena)
{
	struct diag_list diags;
	struct jsontree probe;
	struct jsontree all;

	diag_init(&diags, arena, str_of(path), text);
	if (cedar_jsontree_parse(&probe, arena, text, &diags) != 0)
		conform_count(conform, PROBES, false, path,
		    diag_first(&diags));
	all = conform_list(&probe, "probes");
	for (size_t i = 0; i < all.array.n; i++) {
		run_probe(conform, path, text, &all.array.items[i],
		    "noSchema", STR(""));
		run_probe(conform, path, text, &all.array.items[i],
		    "withSchema", conform_member(&probe, "schema"));
	}
	if (all.array.n == 0)
		run_probe(conform, path, text, &probe, "result", STR(""));
}

static void
take_line(struct conform *conform, const char *path, struct str line)
{
	CLEANUP(arena_fini) struct arena arena;

	arena_init(&arena, (size_t)LIMIT_FILE_BYTES * 16);
	if (line.len > 0)
		run_probes_text(conform, path, line, &arena);
}

/* One JSON document, or one a line. */
void
conform_probes(struct conform *conform, const char *path)
{
	CLEANUP(arena_fini) struct arena arena;
	struct str text;

	arena_init(&arena, (size_t)LIMIT_FILE_BYTES * 16);
	if (!str_has_suffix(str_of(path), STR(".json")))
		conform_files_lines(conform, path, take_line);
	else if (conform_files_read(&text, &arena, path))
		run_probes_text(conform, path, text, &arena);
}
