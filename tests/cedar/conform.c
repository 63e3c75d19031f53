/*
 * cedar-conform DIR: hold the policy language against official answers.
 *
 * DIR holds corpus-tests/ or tests/ (with sample-data/), whose .json files name
 * policies, entities and schema relative to DIR and list requests with the
 * decision, reasons and errors that must come out; and probes/, edge cases with
 * a verdict each. Prints a line per kind and ends with "N passed, M failed";
 * --verbose names what failed, --only KIND runs one.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cedar/entities_json.h"
#include "cedar/policies.h"
#include "conform.h"
#include "limits.h"
#include "stile/cedar.h"
#include "util/file.h"

/* What one test file names, loaded. */
struct scene {
	struct arena arena;
	struct diag_list diags;
	struct cedar_names *names;
	struct cedar_policies *policies;
	struct cedar_entities *entities;
	struct cedar_schema *schema;
};

static void
scene_fini(struct scene *scene)
{
	cedar_entities_free(scene->entities);
	cedar_schema_free(scene->schema);
	cedar_policies_free(scene->policies);
	cedar_names_free(scene->names);
	arena_fini(&scene->arena);
}

struct str
conform_member(const struct jsontree *json, const char *name)
{
	const struct jsontree *found = cedar_jsontree_get(json, str_of(name));

	return found != NULL && found->kind == JSONTREE_STRING ? found->text
							       : STR("");
}

const struct jsontree *
conform_get(const struct jsontree *json, const char *name)
{
	static const struct jsontree none = { .kind = JSONTREE_NULL };
	const struct jsontree *found = cedar_jsontree_get(json, str_of(name));

	return found != NULL ? found : &none;
}

bool
conform_wants(const struct conform *conform, int kind)
{
	return conform->only == NULL ||
	    strcmp(conform->only, conform->kinds[kind].name) == 0;
}

bool
conform_read(struct str *text, const struct conform *conform,
    struct arena *arena, struct str path)
{
	/* A NUL ends every text in the arena: arena_str() puts it there. */
	path = arena_str(arena, path);
	return path.p != NULL && file_read(text, arena, conform->dir_fd,
	    path.p, LIMIT_FILE_BYTES) == 0;
}

/* An array member; empty when it is not there. */
static struct jsontree
list(const struct jsontree *json, const char *name)
{
	const struct jsontree *found = cedar_jsontree_get(json, str_of(name));

	return found != NULL && found->kind == JSONTREE_ARRAY ? *found
	    : (struct jsontree){ .kind = JSONTREE_ARRAY };
}

static int
read_member(struct str *text, struct scene *scene, const struct conform *conform,
    const struct jsontree *test, const char *name)
{
	struct str path = conform_member(test, name);

	/* A NUL ends every text in the arena: arena_str() puts it there. */
	path = arena_str(&scene->arena, path);
	return file_read(text, &scene->arena, conform->dir_fd, path.p,
	    LIMIT_FILE_BYTES);
}

static int
scene_load(struct scene *scene, const struct conform *conform,
    const struct jsontree *test)
{
	struct str text;
	int r;

	diag_init(&scene->diags, &scene->arena, STR(""), STR(""));
	r = cedar_names_new(&scene->names);
	if (r == 0)
		r = read_member(&text, scene, conform, test, "policies");
	if (r == 0) {
		scene->diags.source = text;
		r = cedar_policies_parse(&scene->policies, scene->names, text,
		    NULL, 0, 0, &scene->diags);
	}
	if (r == 0)
		r = cedar_entities_new(&scene->entities, scene->names);
	if (r == 0)
		r = read_member(&text, scene, conform, test, "schema");
	if (r == 0) {
		scene->diags.source = text;
		r = cedar_schema_parse(&scene->schema, text, &scene->diags);
	}
	if (r == 0)
		r = read_member(&text, scene, conform, test, "entities");
	if (r == 0) {
		scene->diags.source = text;
		r = cedar_schema_entities_json_add(scene->entities,
		    scene->schema, text, &scene->diags);
	}
	if (r == 0)
		r = cedar_entities_finish(scene->entities, &scene->diags);
	return r;
}

static bool
has_id(const struct jsontree *ids, struct str id)
{
	for (size_t i = 0; i < ids->array.n; i++) {
		if (str_is_equal(ids->array.items[i].text, id))
			return true;
	}
	return false;
}

static bool
is_answer(const struct scene *scene, const struct cedar_answer *answer,
    const struct jsontree *request)
{
	struct jsontree reason = list(request, "reason");
	struct jsontree errors = list(request, "errors");
	bool is_allow =
	    str_is_equal(conform_member(request, "decision"), STR("allow"));

	if (answer->n_reasons != reason.array.n ||
	    answer->n_errors != errors.array.n ||
	    (answer->decision == CEDAR_ALLOW) != is_allow)
		return false;
	for (size_t i = 0; i < answer->n_reasons; i++) {
		if (!has_id(&reason, cedar_policies_get(scene->policies,
		    answer->reasons[i]).id))
			return false;
	}
	for (size_t i = 0; i < answer->n_errors; i++) {
		if (!has_id(&errors, cedar_policies_get(scene->policies,
		    answer->errors[i].policy).id))
			return false;
	}
	return true;
}

static int
read_uid(struct cedar_uid *uid, const struct entities_json *reader,
    const struct jsontree *request, const char *name)
{
	const struct jsontree *json =
	    cedar_jsontree_get(request, str_of(name));

	return json == NULL ? CEDAR_E_INPUT
			    : cedar_entities_json_uid(uid, reader, json, name);
}

static bool
read_context(struct cedar_request *request, struct scene *scene,
    const struct jsontree *context_json, struct str text)
{
	struct cedar_value context;
	int r;

	text = str_part(text, context_json->span.at,
	    (size_t)context_json->span.at + context_json->span.len);
	scene->diags.source = text;
	r = cedar_schema_request_context(&context, &scene->arena,
	    scene->schema, request->action, text, &scene->diags);
	request->context = context.record.items;
	request->n_context = context.record.n;
	return r == 0;
}

static bool
is_request_valid(struct scene *scene, const struct jsontree *json,
    const struct cedar_request *request, struct cedar_uid resource)
{
	const struct jsontree *is_checked =
	    cedar_jsontree_get(json, STR("validateRequest"));

	return (is_checked != NULL && !is_checked->boolean) ||
	    cedar_schema_request_check(scene->schema, request, resource,
	    &scene->diags) == 0;
}

static bool
decide(struct scene *scene, const struct jsontree *json, struct str text)
{
	struct entities_json reader = { &scene->arena, &scene->diags,
		STR("request") };
	struct cedar_request request = { .entities = scene->entities };
	const struct jsontree *context =
	    cedar_jsontree_get(json, STR("context"));
	struct cedar_query *query;
	struct cedar_answer answer;
	struct cedar_uid resource;

	if (read_uid(&request.principal, &reader, json, "principal") != 0 ||
	    read_uid(&request.action, &reader, json, "action") != 0 ||
	    read_uid(&resource, &reader, json, "resource") != 0 ||
	    context == NULL ||
	    !read_context(&request, scene, context, text) ||
	    !is_request_valid(scene, json, &request, resource))
		return false;
	return cedar_query_new(&query, &scene->arena, &request,
	    &scene->diags) == 0 &&
	    cedar_query_decide(&answer, query, scene->policies, resource) ==
	    0 && is_answer(scene, &answer, json);
}

void
conform_count(struct conform *conform, int which, bool is_passed,
    const char *path, struct str what)
{
	struct kind *kind = &conform->kinds[which];

	if (!conform_wants(conform, which))
		return;
	if (is_passed)
		kind->n_passed++;
	else
		kind->n_failed++;
	if (!is_passed && conform->is_verbose)
		printf("%s: %s: %.*s\n", path, kind->name, STR_ARG(what));
}

/* corpus-tests/X.json to the folder's X.validation.json */
static struct str
verdict_path(struct arena *arena, const char *path)
{
	struct str name = str_of(path);
	size_t from = str_find(name, '/', 0) + 1;

	name = str_part(name, from, name.len - strlen(".json"));
	return arena_format(arena, "validation/%.*s.validation.json",
	    STR_ARG(name));
}

static void
compare_verdict(struct conform *conform, const char *path, int kind,
    struct scene *scene, const struct cedar_schema *schema, bool want)
{
	unsigned flags = kind == PERMISSIVE ? CEDAR_VALIDATE_PERMISSIVE : 0;
	int r;

	diag_init(&scene->diags, &scene->arena, str_of(path),
	    cedar_policies_ast(scene->policies)->source);
	r = cedar_policies_validate(scene->policies, schema, flags,
	    &scene->diags);
	conform_count(conform, kind, r == (want ? 0 : CEDAR_E_INPUT), path,
	    want ? diag_first(&scene->diags) : STR("not refused"));
}

/* The validator's verdicts, strict and permissive. */
static void
run_validation(struct conform *conform, const char *path,
    const struct jsontree *test, struct scene *scene, struct str text)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	const struct jsontree *verdict;
	struct jsontree json;
	struct str policies;
	int r;

	diag_init(&scene->diags, &scene->arena, str_of(path), text);
	r = cedar_schema_parse(&schema, text, &scene->diags);
	if (r == 0)
		r = cedar_names_new(&scene->names);
	if (r == 0)
		r = read_member(&policies, scene, conform, test, "policies");
	if (r == 0)
		r = cedar_policies_parse(&scene->policies, scene->names,
		    policies, NULL, 0, 0, &scene->diags);
	if (r != 0) {
		conform_count(conform, VALIDATION, false, path,
		    diag_first(&scene->diags));
		return;
	}
	compare_verdict(conform, path, VALIDATION, scene, schema,
	    conform_get(test, "shouldValidate")->boolean);
	if (!conform_read(&text, conform, &scene->arena,
	    verdict_path(&scene->arena, path)) || cedar_jsontree_parse(&json,
	    &scene->arena, text, &scene->diags) != 0)
		return;
	verdict = conform_get(conform_get(&json, "policyValidation"),
	    "permissive");
	compare_verdict(conform, path, PERMISSIVE, scene, schema,
	    verdict->boolean);
}

static void
run_test(struct conform *conform, const char *path,
    const struct jsontree *test, struct str text)
{
	CLEANUP(scene_fini) struct scene scene = { 0 };
	struct jsontree requests = list(test, "requests");
	struct str schema;
	int r;

	arena_init(&scene.arena, (size_t)1 << 30);
	if (conform_read(&schema, conform, &scene.arena,
	    conform_member(test, "schema")))
		conform_schema_case(conform, path, schema);
	if (conform_wants(conform, VALIDATION) ||
	    conform_wants(conform, PERMISSIVE)) {
		CLEANUP(scene_fini) struct scene other = { 0 };

		arena_init(&other.arena, (size_t)1 << 30);
		run_validation(conform, path, test, &other, schema);
	}
	if (!conform_wants(conform, DECISIONS))
		return;
	r = scene_load(&scene, conform, test);
	if (r != 0 && conform->is_verbose)
		diag_print(&scene.diags, stdout);
	for (size_t i = 0; i < requests.array.n; i++) {
		const struct jsontree *request = &requests.array.items[i];

		conform_count(conform, DECISIONS,
		    r == 0 && decide(&scene, request, text), path,
		    conform_member(request, "description"));
	}
}

static void
run_file(struct conform *conform, const char *path)
{
	CLEANUP(arena_fini) struct arena arena;
	struct diag_list diags;
	struct jsontree test;
	struct str text;

	arena_init(&arena, LIMIT_FILE_BYTES * 2);
	if (file_read(&text, &arena, conform->dir_fd, path,
	    LIMIT_FILE_BYTES) != 0)
		return;
	diag_init(&diags, &arena, str_of(path), text);
	if (cedar_jsontree_parse(&test, &arena, text, &diags) != 0)
		conform_count(conform, DECISIONS, false, path,
		    diag_first(&diags));
	else
		run_test(conform, path, &test, text);
}

/* ------------------------------------------------------------------ */
/* Probes: one expression, policy or list of entities, and its verdict. */

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
	all = list(&probe, "probes");
	for (size_t i = 0; i < all.array.n; i++) {
		run_probe(conform, path, text, &all.array.items[i],
		    "noSchema", STR(""));
		run_probe(conform, path, text, &all.array.items[i],
		    "withSchema", conform_member(&probe, "schema"));
	}
	if (all.array.n == 0)
		run_probe(conform, path, text, &probe, "result", STR(""));
}

/* One JSON document, or one a line. */
static void
run_probes(struct conform *conform, const char *path)
{
	CLEANUP(arena_fini) struct arena arena;
	struct str text;
	struct str line;

	arena_init(&arena, LIMIT_FILE_BYTES * 2);
	if (file_read(&text, &arena, conform->dir_fd, path,
	    LIMIT_FILE_BYTES) != 0)
		return;
	if (str_has_suffix(str_of(path), STR(".json"))) {
		run_probes_text(conform, path, text, &arena);
		return;
	}
	while (str_split(&line, &text, '\n')) {
		if (line.len > 0)
			run_probes_text(conform, path, line, &arena);
	}
}

/* ------------------------------------------------------------------ */

static void
run_oracle(struct conform *conform, const char *path)
{
	CLEANUP(arena_fini) struct arena arena;
	CLEANUP(arena_fini) struct arena scratch;
	struct str text;
	struct str line;

	arena_init(&arena, LIMIT_FILE_BYTES * 2);
	arena_init(&scratch, LIMIT_FILE_BYTES * 2);
	if (!conform_read(&text, conform, &arena, str_of(path)))
		return;
	while (str_split(&line, &text, '\n')) {
		struct diag_list diags;
		struct jsontree json;

		arena_reset(&scratch);
		diag_init(&diags, &scratch, str_of(path), line);
		if (line.len == 0 ||
		    cedar_jsontree_parse(&json, &scratch, line, &diags) != 0)
			continue;
		conform_schema_oracle(conform, &json);
		conform_forms_oracle(conform, &json);
	}
}

typedef void (*run_fn)(struct conform *conform, const char *path);

/* Every file below the folder; folders are at most depth deep. */
static void
run_folder(struct conform *conform, const char *folder, unsigned depth,
    run_fn run)
{
	struct dirent **entries;
	int fd = openat(conform->dir_fd, folder, O_RDONLY | O_DIRECTORY);
	int n;

	if (fd < 0)
		return;
	n = scandirat(fd, ".", &entries, NULL, alphasort);
	close(fd);
	for (int i = 0; i < n; i++) {
		struct str name = str_of(entries[i]->d_name);
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder,
		    entries[i]->d_name);
		if (entries[i]->d_type == DT_DIR && depth > 0 &&
		    name.p[0] != '.')
			run_folder(conform, path, depth - 1, run);
		else if ((str_has_suffix(name, STR(".json")) ||
		    str_has_suffix(name, STR(".jsonl"))) &&
		    !str_has_suffix(name, STR(".entities.json")))
			run(conform, path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static int
report(const struct conform *conform)
{
	size_t n_passed = 0;
	size_t n_failed = 0;

	for (size_t i = 0; i < N_KINDS; i++) {
		const struct kind *kind = &conform->kinds[i];

		n_passed += kind->n_passed;
		n_failed += kind->n_failed;
		if (kind->n_passed + kind->n_failed > 0)
			printf("%-20s %zu passed, %zu failed\n", kind->name,
			    kind->n_passed, kind->n_failed);
	}
	printf("%zu passed, %zu failed\n", n_passed, n_failed);
	return n_failed > 0 || n_passed == 0;
}

int
main(int argc, char **argv)
{
	struct conform conform = { .kinds = {
		[DECISIONS] = { "decisions" },
		[VALIDATION] = { "validation" },
		[PERMISSIVE] = { "permissive" },
		[SCHEMA_JSON] = { "schema-json" },
		[TRANSLATE_JSON] = { "translate-json" },
		[TRANSLATE_RESOLVED] = { "translate-resolved" },
		[TRANSLATE_TEXT] = { "translate-text" },
		[EST] = { "est" },
		[TEXT] = { "text" },
		[FORMAT] = { "format" },
		[PROBES] = { "probes" } } };

	for (int i = 1; i < argc - 1; i++) {
		if (strcmp(argv[i], "--verbose") == 0)
			conform.is_verbose = true;
		else if (strcmp(argv[i], "--only") == 0 && i + 2 < argc)
			conform.only = argv[++i];
		else
			argc = 0;
	}
	if (argc < 2) {
		fprintf(stderr, "usage: cedar-conform [--verbose] "
		    "[--only KIND] DIR\n");
		return 2;
	}
	conform.dir_fd = open(argv[argc - 1], O_RDONLY | O_DIRECTORY);
	if (conform.dir_fd < 0) {
		perror(argv[argc - 1]);
		return 2;
	}
	run_folder(&conform, "tests", 2, run_file);
	run_folder(&conform, "corpus-tests", 0, run_file);
	if (conform_wants(&conform, TRANSLATE_JSON) ||
	    conform_wants(&conform, TRANSLATE_RESOLVED) ||
	    conform_wants(&conform, TRANSLATE_TEXT) ||
	    conform_wants(&conform, EST) || conform_wants(&conform, TEXT) ||
	    conform_wants(&conform, FORMAT))
		run_oracle(&conform, "oracle-4.12.jsonl");
	if (conform_wants(&conform, PROBES))
		run_folder(&conform, "probes", 0, run_probes);
	close(conform.dir_fd);
	return report(&conform);
}
