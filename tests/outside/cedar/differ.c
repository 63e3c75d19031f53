/*
 * Our engine against the original, on random cases.
 *
 * usage: differ [--seed S] [--cases N] [--jobs J] [--save DIR] [--most N] ORACLE
 *
 * Case number i comes from seed S + i alone. Where the two differ the case is
 * shrunk (draw.h) and saved in DIR, ready to be read; at most N of a job.
 * ORACLE: oracle.mjs, or the program of native/. Prints TAP: one test a job.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cedar/jsontree.h"
#include "judge_ours.h"
#include "judge_theirs.h"
#include "limits.h"

#define SHRINK_TRIES 3000

struct differ {
	uint64_t seed;
	uint64_t n_cases;
	uint64_t n_jobs;
	uint64_t most_saved; /* of one job */
	const char *save;
	const char *engine;
	struct theirs theirs;
	struct draw draw;
	struct arena arena;
	struct generate_case made;
	struct str ours[GENERATE_QUESTIONS];
	struct str said[GENERATE_QUESTIONS];
	/* What the cases exercised: all of it is printed. */
	uint64_t n_asked[QUESTION_KINDS];
	uint64_t n_refused[QUESTION_KINDS]; /* by both */
	uint64_t n_allowed, n_errors, n_valid, n_linked;
	uint64_t n_differ;
};

static bool
is_fail(struct str answer)
{
	return str_has_prefix(answer, STR("fail"));
}

/* Equal as JSON: members in any order. */
static bool
is_equal(const struct jsontree *a, const struct jsontree *b)
{
	if (a == NULL || b == NULL || a->kind != b->kind)
		return false;
	switch (a->kind) {
	case JSONTREE_NULL:
		return true;
	case JSONTREE_BOOL:
		return a->boolean == b->boolean;
	case JSONTREE_INTEGER:
		return a->number == b->number;
	case JSONTREE_NUMBER:
	case JSONTREE_STRING:
		return str_is_equal(a->text, b->text);
	case JSONTREE_ARRAY:
		for (size_t i = 0; i < a->array.n && i < b->array.n; i++) {
			if (!is_equal(&a->array.items[i], &b->array.items[i]))
				return false;
		}
		return a->array.n == b->array.n;
	case JSONTREE_OBJECT:
		break;
	}
	for (size_t i = 0; i < a->object.n; i++) {
		if (!is_equal(&a->object.items[i].value,
			cedar_jsontree_get(b, a->object.items[i].name)))
			return false;
	}
	return a->object.n == b->object.n;
}

static bool
is_same_json(struct differ *differ, struct str a, struct str b)
{
	struct diag_list diags;
	struct jsontree x;
	struct jsontree y;

	diag_init(&diags, &differ->arena, STR(""), a);
	if (cedar_jsontree_parse_deep(&x, &differ->arena, a,
		LIMIT_CEDAR_EST_DEPTH, &diags) != 0)
		return false;
	diags.source = b;
	return cedar_jsontree_parse_deep(&y, &differ->arena, b,
		   LIMIT_CEDAR_EST_DEPTH, &diags) == 0 && is_equal(&x, &y);
}

static size_t
skip_space(struct str text, size_t at)
{
	while (at < text.len && (text.p[at] == ' ' || text.p[at] == '\n'))
		at++;
	return at;
}

/*
 * Equal but for the white space between a string and a comment: there the
 * original loses a line break, and so puts it elsewhere the second time.
 */
static bool
is_same_layout(struct str a, struct str b)
{
	size_t i = 0;
	size_t j = 0;

	while (i < a.len && j < b.len && a.p[i] == b.p[j]) {
		bool is_mark = a.p[i] == '"';
		size_t x = skip_space(a, ++i);
		size_t y = skip_space(b, ++j);

		if (is_mark && x < a.len && y < b.len && a.p[x] == '/' &&
		    b.p[y] == '/') {
			i = x;
			j = y;
		}
	}
	return i == a.len && j == b.len;
}

static size_t
count_comments(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < text.len; i++)
		n += text.p[i] == '/' && text.p[i + 1] == '/';
	return n;
}

/*
 * Where we do not follow: it answers for schemas that it refuses everywhere
 * else; it loses comments in some places; and as text it may give a schema
 * another meaning, where an entity type and a common type share a name.
 */
static bool
is_known(enum question_kind kind, struct str ours, struct str theirs)
{
	if (kind == QUESTION_SCHEMA_RESOLVED)
		return is_fail(ours);
	if (kind == QUESTION_FORMAT)
		return count_comments(ours) > count_comments(theirs) ||
		    is_same_layout(ours, theirs);
	return kind == QUESTION_SCHEMA_TEXT && is_fail(ours) &&
	    strstr(ours.p, "name collisions") != NULL;
}

static bool
is_same(struct differ *differ, enum question_kind kind, struct str ours,
    struct str theirs)
{
	if (theirs.p == NULL) /* it knows no such question */
		return true;
	if (is_known(kind, ours, theirs))
		return true;
	if (is_fail(ours) || is_fail(theirs))
		return is_fail(ours) && is_fail(theirs);
	if (kind == QUESTION_POLICY_JSON || kind == QUESTION_SCHEMA_JSON ||
	    kind == QUESTION_SCHEMA_RESOLVED)
		return is_same_json(differ, ours, theirs);
	if (str_has_suffix(ours, STR("valid .."))) /* too many messages */
		return str_has_prefix(theirs,
		    str_part(ours, 0, ours.len - strlen(" ..")));
	return str_is_equal(ours, theirs);
}

/* Of the drawn case. */
static bool
is_different(struct differ *differ)
{
	bool is_all = true;

	arena_reset(&differ->arena);
	generate_case(&differ->made, &differ->draw, &differ->arena);
	judge_theirs(differ->said, &differ->theirs, &differ->made,
	    &differ->arena);
	judge_ours(differ->ours, &differ->made, &differ->arena);
	for (size_t i = 0; i < differ->made.n_questions; i++)
		is_all &= is_same(differ, differ->made.questions[i].kind,
		    differ->ours[i], differ->said[i]);
	return !is_all;
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
print_question(const struct question *question, FILE *out)
{
	fprintf(out, "// %s", generate_question_names[question->kind]);
	if (question->kind == QUESTION_DECIDE)
		fprintf(out, " %.*s %.*s %.*s %.*s%s%s", STR_ARG(
		    question->principal), STR_ARG(question->action),
		    STR_ARG(question->resource), STR_ARG(question->context),
		    question->is_unchecked ? " unchecked" : "",
		    question->is_like_last ? " like the last" : "");
	if (question->kind == QUESTION_LEVEL)
		fprintf(out, " %u", question->level);
	if (question->kind == QUESTION_FORMAT)
		fprintf(out, " %u %u", question->width, question->indent);
	if (question->text.p != NULL)
		fprintf(out, "%s:\n%.*s", question->is_template
		    ? " (template)" : "", STR_ARG(question->text));
	fprintf(out, "\n");
}

static void
print_case(struct differ *differ, uint64_t seed, FILE *out)
{
	const struct generate_case *made = &differ->made;

	fprintf(out, "// seed %llu\n", (unsigned long long)seed);
	if (made->schema.p != NULL)
		fprintf(out, "// schema:\n%.*s\n// policies:\n",
		    STR_ARG(made->schema));
	fprintf(out, "%.*s\n", STR_ARG(made->text));
	fprintf(out, "// to cedar-wasm: %.*s\n// entities: %.*s\n",
	    STR_ARG(made->policies), STR_ARG(made->entities));
	for (size_t i = 0; i < made->n_questions; i++) {
		bool is_as = is_same(differ, made->questions[i].kind,
		    differ->ours[i], differ->said[i]);

		print_question(&made->questions[i], out);
		fprintf(out, "//%s original: %.*s\n//%s ours:     %.*s\n",
		    is_as ? "  " : "!!", STR_ARG(differ->said[i]),
		    is_as ? "  " : "!!", STR_ARG(differ->ours[i]));
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
	for (size_t i = 0; i < differ->made.n_questions; i++) {
		enum question_kind kind = differ->made.questions[i].kind;
		struct str answer = differ->ours[i];

		if (differ->said[i].p == NULL)
			continue;
		differ->n_asked[kind]++;
		differ->n_refused[kind] += is_fail(answer);
		if (kind == QUESTION_DECIDE) {
			differ->n_allowed +=
			    str_has_prefix(answer, STR("allow"));
			differ->n_errors += !is_fail(answer) &&
			    !str_has_suffix(answer, STR("|"));
		}
		differ->n_valid += str_has_prefix(answer, STR("valid"));
	}
}

static void
print_counts(const struct differ *differ, uint64_t job)
{
	for (size_t i = 0; i < QUESTION_KINDS; i++) {
		if (differ->n_asked[i] > 0)
			printf("# %s: %llu, of which %llu refused\n",
			    generate_question_names[i],
			    (unsigned long long)differ->n_asked[i],
			    (unsigned long long)differ->n_refused[i]);
	}
	/* Jobs end in any order, so their results have no numbers. */
	printf("# %llu allowed, %llu with errors; %llu valid; %llu cases with "
	    "links\n%s - seed %llu, job %llu: %llu differ\n",
	    (unsigned long long)differ->n_allowed,
	    (unsigned long long)differ->n_errors,
	    (unsigned long long)differ->n_valid,
	    (unsigned long long)differ->n_linked,
	    differ->n_differ == 0 ? "ok" : "not ok",
	    (unsigned long long)differ->seed, (unsigned long long)job + 1,
	    (unsigned long long)differ->n_differ);
}

/* Cases number job, job + n_jobs ... Returns: whether none differed. */
static bool
run(struct differ *differ, uint64_t job)
{
	arena_init(&differ->arena, (size_t)1 << 30);
	judge_theirs_start(&differ->theirs, differ->engine);
	for (uint64_t i = job; i < differ->n_cases; i += differ->n_jobs) {
		draw_seed(&differ->draw, differ->seed + i);
		if (is_different(differ)) {
			if (differ->n_differ++ < differ->most_saved) {
				shrink(differ);
				save(differ, differ->seed + i);
			}
		}
		count(differ);
	}
	judge_theirs_stop(&differ->theirs);
	print_counts(differ, job);
	arena_fini(&differ->arena);
	return differ->n_differ == 0;
}

static void
usage(void)
{
	fprintf(stderr, "usage: differ [--seed S] [--cases N] [--jobs J]"
	    " [--save DIR] [--most N] ORACLE\n");
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
		else if (str_is_equal(name, STR("--most")))
			is_good = str_to_u64(&differ->most_saved, value);
		else if (str_is_equal(name, STR("--save")))
			differ->save = value.p;
		else
			usage();
		if (!is_good)
			usage();
	}
	if (i + 1 != argc)
		usage();
	differ->engine = argv[i];
}

int
main(int argc, char **argv)
{
	static struct differ differ = { .seed = 1, .n_cases = 1000, .n_jobs = 2,
		.most_saved = 5, .save = "differ-found" };
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
