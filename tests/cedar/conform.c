/*
 * cedar-conform DIR: hold the policy language against official answers.
 *
 * DIR holds corpus-tests/ or tests/ (with sample-data/), whose .json files name
 * policies, entities and schema relative to DIR and list requests with the
 * decision, reasons and errors that must come out. Prints a line per kind and
 * ends with "N passed, M failed"; --verbose names what failed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cedar/entities_json.h"
#include "limits.h"
#include "stile/cedar.h"
#include "util/file.h"

struct kind {
	const char *name;
	size_t n_passed;
	size_t n_failed;
};

struct conform {
	int dir_fd;
	bool is_verbose;
	struct kind decisions;
};

/* What one test file names, loaded. */
struct scene {
	struct arena arena;
	struct diag_list diags;
	struct cedar_names *names;
	struct cedar_policies *policies;
	struct cedar_entities *entities;
};

static void
scene_fini(struct scene *scene)
{
	cedar_entities_free(scene->entities);
	cedar_policies_free(scene->policies);
	cedar_names_free(scene->names);
	arena_fini(&scene->arena);
}

/* A string member; empty when it is not there. */
static struct str
member(const struct jsontree *json, const char *name)
{
	const struct jsontree *found = cedar_jsontree_get(json, str_of(name));

	return found != NULL && found->kind == JSONTREE_STRING ? found->text
							       : STR("");
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
	struct str path = member(test, name);

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
		r = read_member(&text, scene, conform, test, "entities");
	if (r == 0)
		r = cedar_entities_json_add(scene->entities, text,
		    &scene->diags);
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
	    str_is_equal(member(request, "decision"), STR("allow"));

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
decide(struct scene *scene, const struct jsontree *json)
{
	struct entities_json reader = { &scene->arena, &scene->diags,
		STR("request") };
	struct cedar_request request = { .entities = scene->entities };
	const struct jsontree *context_json =
	    cedar_jsontree_get(json, STR("context"));
	struct cedar_value context;
	struct cedar_query *query;
	struct cedar_answer answer;
	struct cedar_uid resource;

	if (read_uid(&request.principal, &reader, json, "principal") != 0 ||
	    read_uid(&request.action, &reader, json, "action") != 0 ||
	    read_uid(&resource, &reader, json, "resource") != 0 ||
	    context_json == NULL ||
	    cedar_entities_json_value(&context, &reader, context_json) != 0)
		return false;
	request.context = context.record.items;
	request.n_context = context.record.n;
	return cedar_query_new(&query, &scene->arena, &request,
	    &scene->diags) == 0 &&
	    cedar_query_decide(&answer, query, scene->policies, resource) ==
	    0 && is_answer(scene, &answer, json);
}

static void
count(struct conform *conform, struct kind *kind, bool is_passed,
    const char *path, struct str what)
{
	if (is_passed)
		kind->n_passed++;
	else
		kind->n_failed++;
	if (!is_passed && conform->is_verbose)
		printf("%s: %s: %.*s\n", path, kind->name, STR_ARG(what));
}

static void
run_test(struct conform *conform, const char *path, const struct jsontree *test)
{
	CLEANUP(scene_fini) struct scene scene = { 0 };
	struct jsontree requests = list(test, "requests");
	int r;

	arena_init(&scene.arena, (size_t)1 << 30);
	r = scene_load(&scene, conform, test);
	if (r != 0 && conform->is_verbose)
		diag_print(&scene.diags, stdout);
	for (size_t i = 0; i < requests.array.n; i++) {
		const struct jsontree *request = &requests.array.items[i];

		count(conform, &conform->decisions,
		    r == 0 && decide(&scene, request), path,
		    member(request, "description"));
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
		count(conform, &conform->decisions, false, path,
		    diag_first(&diags));
	else
		run_test(conform, path, &test);
}

/* Every .json below the folder; folders are at most depth deep. */
static void
run_folder(struct conform *conform, const char *folder, unsigned depth)
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
			run_folder(conform, path, depth - 1);
		else if (str_has_suffix(name, STR(".json")) &&
		    !str_has_suffix(name, STR(".entities.json")))
			run_file(conform, path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

int
main(int argc, char **argv)
{
	struct conform conform = { .decisions = { .name = "decisions" } };
	const struct kind *kind = &conform.decisions;

	if (argc == 3 && strcmp(argv[1], "--verbose") == 0)
		conform.is_verbose = true;
	else if (argc != 2) {
		fprintf(stderr, "usage: cedar-conform [--verbose] DIR\n");
		return 2;
	}
	conform.dir_fd = open(argv[argc - 1], O_RDONLY | O_DIRECTORY);
	if (conform.dir_fd < 0) {
		perror(argv[argc - 1]);
		return 2;
	}
	run_folder(&conform, "tests", 2);
	run_folder(&conform, "corpus-tests", 0);
	close(conform.dir_fd);
	printf("%-12s %zu passed, %zu failed\n", kind->name, kind->n_passed,
	    kind->n_failed);
	printf("%zu passed, %zu failed\n", kind->n_passed, kind->n_failed);
	return kind->n_failed > 0 || kind->n_passed == 0;
}
