/*
 * Our engine against the original, on random cases.
 *
 * usage: differ [--seed S] [--cases N] [--jobs J] [--save DIR] ORACLE
 *
 * Case number i comes from seed S + i alone. Where the two differ the case is
 * shrunk (draw.h) and saved in DIR as policies, entities and requests, ready to
 * be read. Prints TAP: one test a job.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge_ours.h"
#include "judge_theirs.h"

#define SHRINK_TRIES 3000
#define MOST_SAVED 5 /* of one job */

struct differ {
	uint64_t seed;
	uint64_t n_cases;
	uint64_t n_jobs;
	const char *save;
	const char *script;
	struct theirs theirs;
	struct draw draw;
	struct arena arena;
	struct generate_case made;
	struct str ours[GENERATE_REQUESTS];
	struct str said[GENERATE_REQUESTS];
	/* What the cases exercised: all of it is printed. */
	uint64_t n_requests, n_allowed, n_errors, n_refused, n_linked;
	uint64_t n_differ;
};

static bool
is_fail(struct str answer)
{
	return str_has_prefix(answer, STR("fail"));
}

/* Of the drawn case. */
static bool
is_different(struct differ *differ)
{
	bool is_same = true;

	arena_reset(&differ->arena);
	generate_case(&differ->made, &differ->draw, &differ->arena);
	judge_theirs(differ->said, &differ->theirs, &differ->made,
	    &differ->arena);
	judge_ours(differ->ours, &differ->made, &differ->arena);
	for (size_t i = 0; i < differ->made.n_requests; i++) {
		struct str a = differ->ours[i];
		struct str b = differ->said[i];

		is_same = is_same && (str_is_equal(a, b) ||
		    (is_fail(a) && is_fail(b)));
	}
	return !is_same;
}

/* ------------------------------------------------------------------ */
/* Shrinking.							      */

struct row {
	uint32_t choices[DRAW_MOST];
	size_t n;
	unsigned n_tries;
};

static bool
try(struct differ *differ, struct row *best, const uint32_t *choices, size_t n)
{
	if (best->n_tries >= SHRINK_TRIES)
		return false;
	best->n_tries++;
	draw_again(&differ->draw, choices, n);
	if (!is_different(differ))
		return false;
	memcpy(best->choices, choices, n * sizeof(*choices));
	best->n = n;
	return true;
}

/* Without the choices [at, at + len), or with zeros there. */
static bool
try_part(struct differ *differ, struct row *best, size_t at, size_t len,
    bool is_drop)
{
	static uint32_t choices[DRAW_MOST];
	size_t n = best->n;
	bool is_zero = true;

	for (size_t i = at; i < at + len; i++)
		is_zero = is_zero && best->choices[i] == 0;
	if (!is_drop && is_zero)
		return false;
	memcpy(choices, best->choices, n * sizeof(*choices));
	if (is_drop) {
		memmove(choices + at, choices + at + len,
		    (n - at - len) * sizeof(*choices));
		n -= len;
	} else {
		memset(choices + at, 0, len * sizeof(*choices));
	}
	return try(differ, best, choices, n);
}

static bool
pass(struct differ *differ, struct row *best, size_t len)
{
	bool is_better = false;

	for (size_t at = best->n; at >= len; at--) {
		if (at > best->n)
			at = best->n;
		if (at < len)
			break;
		if (try_part(differ, best, at - len, len, true) ||
		    try_part(differ, best, at - len, len, false)) {
			is_better = true;
			at = at > len ? at - len + 1 : len;
		} else {
			at -= len / 2;
			at = MAX(at, len);
		}
	}
	return is_better;
}

static void
shrink(struct differ *differ)
{
	static struct row best;
	bool is_better = true;

	best.n = differ->draw.n_made;
	best.n_tries = 0;
	memcpy(best.choices, differ->draw.made, best.n * sizeof(uint32_t));
	while (is_better && best.n_tries < SHRINK_TRIES) {
		is_better = false;
		for (size_t len = MAX(best.n / 2, 1); len > 0; len /= 2)
			is_better = pass(differ, &best, len) || is_better;
	}
	draw_again(&differ->draw, best.choices, best.n);
	(void)is_different(differ);
}

/* ------------------------------------------------------------------ */

static void
print_case(const struct differ *differ, uint64_t seed, FILE *out)
{
	const struct generate_case *made = &differ->made;

	fprintf(out, "// seed %llu\n%.*s\n", (unsigned long long)seed,
	    STR_ARG(made->text));
	fprintf(out, "// to cedar-wasm: %.*s\n// entities: %.*s\n",
	    STR_ARG(made->policies), STR_ARG(made->entities));
	for (size_t i = 0; i < made->n_requests; i++) {
		const struct generate_request *r = &made->requests[i];

		fprintf(out, "// %.*s::\"%.*s\" %.*s::\"%.*s\" %.*s::\"%.*s\""
		    " %.*s\n//   original: %.*s\n//   ours:     %.*s\n",
		    STR_ARG(r->principal.type), STR_ARG(r->principal.id),
		    STR_ARG(r->action.type), STR_ARG(r->action.id),
		    STR_ARG(r->resource.type), STR_ARG(r->resource.id),
		    STR_ARG(r->context), STR_ARG(differ->said[i]),
		    STR_ARG(differ->ours[i]));
	}
}

static void
save(struct differ *differ, uint64_t seed)
{
	struct str path = arena_format(&differ->arena, "%s/%llu.txt",
	    differ->save, (unsigned long long)seed);
	FILE *out;

	if (mkdir(differ->save, 0777) != 0 && errno != EEXIST)
		perror(differ->save);
	out = fopen(path.p, "w");
	if (out == NULL) {
		perror(path.p);
		return;
	}
	print_case(differ, seed, out);
	(void)fclose(out);
	printf("# seed %llu differs: %s\n", (unsigned long long)seed, path.p);
}

static void
count(struct differ *differ)
{
	differ->n_linked += differ->made.n_links > 0;
	for (size_t i = 0; i < differ->made.n_requests; i++) {
		struct str answer = differ->ours[i];

		differ->n_requests++;
		differ->n_refused += is_fail(answer);
		differ->n_allowed += str_has_prefix(answer, STR("allow"));
		differ->n_errors += !is_fail(answer) &&
		    !str_has_suffix(answer, STR("|"));
	}
}

/* Cases number job, job + n_jobs ... Returns: whether none differed. */
static bool
run(struct differ *differ, uint64_t job)
{
	arena_init(&differ->arena, (size_t)1 << 30);
	judge_theirs_start(&differ->theirs, differ->script);
	for (uint64_t i = job; i < differ->n_cases; i += differ->n_jobs) {
		draw_seed(&differ->draw, differ->seed + i);
		if (is_different(differ)) {
			if (differ->n_differ++ < MOST_SAVED) {
				shrink(differ);
				save(differ, differ->seed + i);
			}
		}
		count(differ);
	}
	judge_theirs_stop(&differ->theirs);
	printf("# %llu requests: %llu allowed, %llu with errors, %llu refused"
	    " as a case; %llu cases with links\n%s %llu - seed %llu: "
	    "%llu differ\n", (unsigned long long)differ->n_requests,
	    (unsigned long long)differ->n_allowed,
	    (unsigned long long)differ->n_errors,
	    (unsigned long long)differ->n_refused,
	    (unsigned long long)differ->n_linked,
	    differ->n_differ == 0 ? "ok" : "not ok",
	    (unsigned long long)job + 1, (unsigned long long)differ->seed,
	    (unsigned long long)differ->n_differ);
	arena_fini(&differ->arena);
	return differ->n_differ == 0;
}

static void
usage(void)
{
	fprintf(stderr, "usage: differ [--seed S] [--cases N] [--jobs J]"
	    " [--save DIR] ORACLE\n");
	exit(2);
}

static void
read_arguments(struct differ *differ, int argc, char **argv)
{
	int i = 1;

	for (; i + 1 < argc; i += 2) {
		struct str name = str_of(argv[i]);
		struct str value = str_of(argv[i + 1]);
		bool is_good = true;

		if (str_is_equal(name, STR("--seed")))
			is_good = str_to_u64(&differ->seed, value);
		else if (str_is_equal(name, STR("--cases")))
			is_good = str_to_u64(&differ->n_cases, value);
		else if (str_is_equal(name, STR("--jobs")))
			is_good = str_to_u64(&differ->n_jobs, value) &&
			    differ->n_jobs > 0 && differ->n_jobs <= 64;
		else if (str_is_equal(name, STR("--save")))
			differ->save = value.p;
		else
			usage();
		if (!is_good)
			usage();
	}
	if (i + 1 != argc)
		usage();
	differ->script = argv[i];
}

int
main(int argc, char **argv)
{
	static struct differ differ = { .seed = 1, .n_cases = 1000, .n_jobs = 2,
		.save = "differ-found" };
	int status = 0;
	int one;

	read_arguments(&differ, argc, argv);
	printf("1..%llu\n", (unsigned long long)differ.n_jobs);
	(void)fflush(stdout);
	for (uint64_t job = 0; job < differ.n_jobs; job++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("fork");
			return 2;
		}
		if (pid == 0)
			exit(run(&differ, job) ? 0 : 1);
	}
	while (wait(&one) > 0)
		status = status != 0 || one != 0;
	return status;
}
