/*
 * cedar_bench FOLDER: the time of a decision, in process, on the policy sets,
 * entities and requests of bench/data/cedar.tar.xz (unpacked to FOLDER).
 * cedar_bench FOLDER SET SIZE: one of them, as a JSON object, for bench/cedar.
 *
 * One line a set: policies, entities, time to load, then nanoseconds per
 * request (query made and decided: p50, p99) and per further resource of a
 * query already made. Every answer is compared with the official one.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cedar/entities_json.h"
#include "limits.h"
#include "stile/cedar.h"
#include "util/file.h"

#define N_ROUNDS 16
#define MOST_BYTES ((size_t)1 << 30)

struct bench {
	int dir_fd;
	struct arena arena;   /* requests and answers */
	struct arena loading; /* what is read to be loaded */
	struct arena scratch;
	struct diag_list diags;
	struct cedar_names *names;
	struct cedar_policies *policies;
	struct cedar_entities *entities;
	struct cedar_request *requests;
	struct cedar_uid *resources;
	struct jsontree expected;
	size_t n;
	size_t n_wrong;
	size_t n_allowed;
};

struct figures {
	double entities_ns;
	double policies_ns;
	double more_ns;
	double *times; /* sorted */
	long rss_kib;
};

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void
bench_fini(struct bench *bench)
{
	cedar_policies_free(bench->policies);
	cedar_entities_free(bench->entities);
	cedar_names_free(bench->names);
	arena_fini(&bench->loading);
	arena_fini(&bench->arena);
	arena_fini(&bench->scratch);
}

static int
read_json(struct bench *bench, struct arena *arena, struct jsontree *tree,
    const char *app, const char *name, const char *kind)
{
	struct str path =
	    arena_format(&bench->arena, "%s/%s.%s.json", app, name, kind);
	struct str text;

	if (file_read(&text, arena, bench->dir_fd, path.p, MOST_BYTES) != 0)
		return -1;
	bench->diags.source = text;
	return cedar_jsontree_parse(tree, arena, text, &bench->diags);
}

static struct str
text_of(const struct jsontree *json, const char *name)
{
	const struct jsontree *found = cedar_jsontree_get(json, str_of(name));

	return found != NULL ? found->text : (struct str){ 0 };
}

static struct cedar_uid
uid_of(struct bench *bench, const struct jsontree *json, const char *name)
{
	struct entities_json reader = { &bench->arena, &bench->diags,
		STR("bench") };
	const struct jsontree *found =
	    json != NULL ? cedar_jsontree_get(json, str_of(name)) : NULL;
	struct cedar_uid uid = { 0 };

	if (found != NULL &&
	    cedar_entities_json_uid(&uid, &reader, found, name) != 0)
		uid = (struct cedar_uid){ 0 };
	return uid;
}

static int
load_policies(struct bench *bench, const char *app, const char *name,
    double *ns)
{
	struct str path =
	    arena_format(&bench->arena, "%s/policies.cedar", app);
	struct cedar_link *links = NULL;
	struct jsontree json = { .kind = JSONTREE_ARRAY };
	struct str text;
	int r;

	(void)!read_json(bench, &bench->loading, &json, app, name, "links");
	links = ARENA_ARRAY(&bench->loading, json.array.n, struct cedar_link);
	for (size_t i = 0; i < json.array.n; i++) {
		const struct jsontree *link = &json.array.items[i];
		const struct jsontree *values =
		    cedar_jsontree_get(link, STR("values"));

		links[i] = (struct cedar_link){ text_of(link, "templateId"),
			text_of(link, "newId"),
			uid_of(bench, values, "?principal"),
			uid_of(bench, values, "?resource") };
	}
	if (faccessat(bench->dir_fd, path.p, R_OK, 0) != 0)
		path = arena_format(&bench->arena, "%s/%s.policies.cedar", app,
		    name);
	if (file_read(&text, &bench->loading, bench->dir_fd, path.p,
	    MOST_BYTES) != 0)
		return -1;
	bench->diags.source = text;
	*ns = now();
	r = cedar_policies_parse(&bench->policies, bench->names, text,
	    links, json.array.n,
	    json.array.n > 0 ? CEDAR_ID_ANNOTATION : 0, &bench->diags);
	*ns = now() - *ns;
	return r;
}

static int
load_requests(struct bench *bench, const char *app, const char *name)
{
	struct entities_json reader = { &bench->arena, &bench->diags,
		STR("bench") };
	struct jsontree json;

	if (read_json(bench, &bench->arena, &json, app, name, "requests") != 0)
		return -1;
	bench->n = json.array.n;
	bench->requests =
	    ARENA_ARRAY(&bench->arena, bench->n, struct cedar_request);
	bench->resources =
	    ARENA_ARRAY(&bench->arena, bench->n, struct cedar_uid);
	for (size_t i = 0; i < bench->n; i++) {
		const struct jsontree *request = &json.array.items[i];
		struct cedar_request *out = &bench->requests[i];
		const struct jsontree *context =
		    cedar_jsontree_get(request, STR("context"));

		out->principal = uid_of(bench, request, "principal");
		out->action = uid_of(bench, request, "action");
		bench->resources[i] = uid_of(bench, request, "resource");
		out->entities = bench->entities;
		if (context != NULL && cedar_entities_json_fields(
		    &out->context, &out->n_context, &reader, context) != 0)
			return -1;
	}
	return 0;
}

/* Memory in use now. */
static long
rss_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	(void)fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int
load(struct bench *bench, const char *app, const char *name,
    struct figures *figures)
{
	struct str path = arena_format(&bench->arena,
	    "%s/%s.entities.json", app, name);
	struct str text;
	double start;

	arena_init(&bench->loading, MOST_BYTES);
	if (cedar_names_new(&bench->names) != 0 ||
	    cedar_entities_new(&bench->entities, bench->names) != 0 ||
	    file_read(&text, &bench->loading, bench->dir_fd, path.p,
	    MOST_BYTES) != 0)
		return -1;
	bench->diags.source = text;
	start = now();
	if (cedar_entities_json_add(bench->entities, text, &bench->diags) !=
	    0 || cedar_entities_finish(bench->entities, &bench->diags) != 0)
		return -1;
	figures->entities_ns = now() - start;
	if (load_policies(bench, app, name, &figures->policies_ns) != 0)
		return -1;
	arena_fini(&bench->loading);
	if (load_requests(bench, app, name) != 0)
		return -1;
	figures->rss_kib = rss_kib();
	(void)!read_json(bench, &bench->arena, &bench->expected, app, name,
	    "expected");
	return 0;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
verify(struct bench *bench, const struct cedar_answer *answer, size_t i)
{
	const struct jsontree *want;
	const struct jsontree *reasons;
	bool is_allow;

	bench->n_allowed += answer->decision == CEDAR_ALLOW;
	if (bench->expected.kind != JSONTREE_ARRAY ||
	    i >= bench->expected.array.n)
		return;
	want = &bench->expected.array.items[i];
	reasons = cedar_jsontree_get(want, STR("r"));
	is_allow = str_is_equal(text_of(want, "d"), STR("allow"));

	if (is_allow != (answer->decision == CEDAR_ALLOW) ||
	    reasons == NULL || reasons->array.n != answer->n_reasons)
		bench->n_wrong++;
}

static double
time_request(struct bench *bench, size_t i)
{
	struct cedar_answer answer = { 0 };
	double start = now();

	for (int round = 0; round < N_ROUNDS; round++) {
		struct cedar_query *query;

		arena_reset(&bench->scratch);
		if (cedar_query_new(&query, &bench->scratch,
		    &bench->requests[i], NULL) != 0 ||
		    cedar_query_decide(&answer, query, bench->policies,
		    bench->resources[i]) != 0)
			bench->n_wrong++;
	}
	start = now() - start;
	verify(bench, &answer, i);
	return start / N_ROUNDS;
}

/* One query, asked for the resources of all requests. */
static double
time_more(struct bench *bench)
{
	struct cedar_query *query;
	struct cedar_answer answer;
	double start;

	arena_reset(&bench->scratch);
	if (cedar_query_new(&query, &bench->scratch, &bench->requests[0],
	    NULL) != 0 ||
	    cedar_query_decide(&answer, query, bench->policies,
	    bench->resources[0]) != 0)
		return -1;
	start = now();
	for (int round = 0; round < N_ROUNDS; round++) {
		for (size_t i = 0; i < bench->n; i++) {
			if (cedar_query_decide(&answer, query, bench->policies,
			    bench->resources[i]) != 0)
				bench->n_wrong++;
		}
	}
	return (now() - start) / N_ROUNDS / (double)bench->n;
}

static int
measure(struct bench *bench, const char *app, const char *name,
    struct figures *figures)
{
	arena_init(&bench->arena, MOST_BYTES);
	arena_init(&bench->scratch, (size_t)1 << 26);
	diag_init(&bench->diags, &bench->arena, str_of(app), STR(""));
	if (load(bench, app, name, figures) != 0)
		return -1;
	figures->times = ARENA_ARRAY(&bench->arena, bench->n, double);
	for (size_t i = 0; i < bench->n; i++)
		figures->times[i] = time_request(bench, i);
	figures->more_ns = time_more(bench);
	qsort(figures->times, bench->n, sizeof(*figures->times), compare);
	return 0;
}

static void
run(int dir_fd, const char *app, const char *name)
{
	CLEANUP(bench_fini) struct bench bench = { .dir_fd = dir_fd };
	struct figures figures;

	if (measure(&bench, app, name, &figures) != 0) {
		printf("%-18s %-7s not there\n", app, name);
		diag_print(&bench.diags, stdout);
		return;
	}
	printf("%-18s %-7s %8zu %8zu %9.0f %8.0f %8.0f %8.0f %6zu\n", app,
	    name, cedar_policies_count(bench.policies),
	    cedar_entities_count(bench.entities), figures.entities_ns / 1000,
	    figures.times[bench.n / 2], figures.times[bench.n * 99 / 100],
	    figures.more_ns, bench.n_wrong);
}

static int
run_one(int dir_fd, const char *app, const char *name)
{
	CLEANUP(bench_fini) struct bench bench = { .dir_fd = dir_fd };
	struct figures figures;

	if (measure(&bench, app, name, &figures) != 0) {
		diag_print(&bench.diags, stderr);
		return 1;
	}
	printf("{\"policies\":%zu,\"entities\":%zu,\"entities_us\":%.0f,"
	    "\"policies_us\":%.0f,\"p50_ns\":%.0f,\"p99_ns\":%.0f,"
	    "\"requests\":%zu,\"allowed\":%zu,\"wrong\":%zu,"
	    "\"rss_kib\":%ld}\n", cedar_policies_count(bench.policies),
	    cedar_entities_count(bench.entities), figures.entities_ns / 1000,
	    figures.policies_ns / 1000, figures.times[bench.n / 2],
	    figures.times[bench.n * 99 / 100], bench.n, bench.n_allowed,
	    bench.n_wrong, figures.rss_kib);
	return 0;
}

int
main(int argc, char **argv)
{
	static const char *const apps[] = { "tinytodo", "gdrive", "github",
		"gdrive-templates", "github-templates" };
	static const char *const names[] = { "n5-s1", "n10-s1", "n20-s1",
		"n50-s1", "n200-s1" };
	int dir_fd;

	if (argc != 2 && argc != 4) {
		fprintf(stderr, "usage: cedar_bench FOLDER [SET SIZE]\n");
		return 2;
	}
	dir_fd = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (dir_fd < 0) {
		perror(argv[1]);
		return 2;
	}
	if (argc == 4)
		return run_one(dir_fd, argv[2], argv[3]);
	printf("%-18s %-7s %8s %8s %9s %8s %8s %8s %6s\n", "set", "size",
	    "policies", "entities", "load us", "p50 ns", "p99 ns", "more ns",
	    "wrong");
	for (size_t i = 0; i < ARRAY_LEN(apps); i++) {
		for (size_t j = 0; j < ARRAY_LEN(names); j++)
			run(dir_fd, apps[i], names[j]);
	}
	close(dir_fd);
	return 0;
}
