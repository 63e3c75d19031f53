/*
 * Partial evaluation against evaluation: for random policies, requests and
 * unknowns, what was certain and what the residuals say once everything is
 * known must be exactly what the policies say.
 *
 * PARTIAL_SEED and PARTIAL_CASES in the environment choose others.
 */
#include <stdlib.h>

#include "partial_case.h"
#include "tap.h"

static struct {
	uint64_t seed;
	uint64_t n_cases;
	uint64_t n_made;
	uint64_t n_decided;
	uint64_t n_residuals;
	uint64_t n_errors;
	uint64_t n_allowed;
} total;

/* What one case is looked at with. */
struct look {
	struct partial_case *made;
	struct cedar_partial *partial;
	struct cedar_partial_answer before;
	struct cedar_query *query;
	struct cedar_answer want;
	struct diag_list diags;
};

static bool
has(const uint32_t *list, size_t n, uint32_t number)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i] == number)
			return true;
	}
	return false;
}

static bool
is_part(const uint32_t *part, size_t n_part, const uint32_t *of, size_t n)
{
	for (size_t i = 0; i < n_part; i++) {
		if (!has(of, n, part[i]))
			return false;
	}
	return true;
}

static bool
has_error(const struct cedar_error *errors, size_t n, uint32_t policy)
{
	for (size_t i = 0; i < n; i++) {
		if (errors[i].policy == policy)
			return true;
	}
	return false;
}

/* What was certain is so. Returns: NULL; what is not. */
static const char *
compare_before(const struct look *look)
{
	const struct cedar_partial_answer *before = &look->before;
	const struct cedar_answer *want = &look->want;

	if (before->is_decided && before->decision != want->decision)
		return "it was decided otherwise";
	if (!is_part(before->must, before->n_must, want->reasons,
	    want->n_reasons))
		return "what must be a reason is none";
	if (!is_part(want->reasons, want->n_reasons, before->may,
	    before->n_may))
		return "a reason is not among those that may be";
	for (size_t i = 0; i < before->n_errors; i++) {
		if (!has_error(want->errors, want->n_errors,
		    before->errors[i].policy))
			return "a certain error is none";
	}
	for (size_t i = 0; i < before->n_residuals; i++) {
		if (!before->residuals[i].can_fail && has_error(want->errors,
		    want->n_errors, before->residuals[i].policy))
			return "a residual that cannot fail does";
	}
	return NULL;
}

/* The kinds of errors that were certain before need not be the same. */
static bool
are_errors_same(const struct look *look, const struct cedar_answer *got)
{
	for (size_t i = 0; i < got->n_errors; i++) {
		const struct cedar_error *a = &got->errors[i];
		const struct cedar_error *b = &look->want.errors[i];

		if (a->policy != b->policy)
			return false;
		if (a->kind != b->kind && !has_error(look->before.errors,
		    look->before.n_errors, a->policy))
			return false;
	}
	return true;
}

static const char *
compare_after(const struct look *look, const struct cedar_answer *got)
{
	const struct cedar_answer *want = &look->want;

	if (got->decision != want->decision)
		return "the residuals give another decision";
	if (got->n_reasons != want->n_reasons ||
	    (got->n_reasons > 0 && memcmp(got->reasons, want->reasons,
	    got->n_reasons * sizeof(*got->reasons)) != 0))
		return "the residuals give other reasons";
	if (got->n_errors != want->n_errors || !are_errors_same(look, got))
		return "the residuals give other errors";
	if (got->is_denied_by_error != want->is_denied_by_error)
		return "an error denies only once";
	return NULL;
}

static const char *
decide_residuals(struct look *look, const struct cedar_policies *residuals)
{
	struct partial_case *made = look->made;
	struct cedar_query *query;
	struct cedar_answer got;

	if (cedar_policies_count(residuals) != look->before.n_residuals)
		return "there are not as many residuals";
	if (cedar_query_new(&query, made->arena, &made->request,
	    &look->diags) != 0)
		return "no query for the residuals";
	if (cedar_residual_decide(&got, query, residuals, &look->before,
	    made->policies, made->real_resource) != 0)
		return "the residuals cannot be decided";
	return compare_after(look, &got);
}

/* The residuals as JSON, or as a text in full, and read again. */
static const char *
write_and_read(struct look *look, const struct cedar_policies *residuals,
    bool is_json)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *again = NULL;
	CLEANUP(buf_fini) struct buf out = { 0 };
	struct str text;
	int r;

	buf_init(&out, (size_t)1 << 24);
	r = is_json ? cedar_policies_to_json(residuals, &out)
		    : cedar_policies_to_text(residuals, &out);
	if (r != 0)
		return "the residuals cannot be written";
	text = buf_str(&out);
	look->diags.source = text;
	r = is_json ? cedar_policies_from_json(&again, look->made->names, text,
	    &look->diags) : cedar_policies_parse(&again, look->made->names,
	    text, NULL, 0, 0, &look->diags);
	if (r != 0) {
		printf("%.*s\n", STR_ARG(text));
		return "what was written cannot be read";
	}
	return decide_residuals(look, again);
}

static const char *
check_residuals(struct look *look, bool with_forms)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *residuals = NULL;
	const char *why = NULL;

	if (cedar_residual_policies(&residuals, look->made->names,
	    look->partial, &look->before, &look->diags) != 0)
		return "the residuals are no policies";
	why = decide_residuals(look, residuals);
	if (why == NULL && with_forms)
		why = write_and_read(look, residuals, true);
	if (why == NULL && with_forms)
		why = write_and_read(look, residuals, false);
	return why;
}

static void
count(const struct look *look)
{
	total.n_made++;
	total.n_decided += look->before.is_decided;
	total.n_residuals += look->before.n_residuals;
	total.n_errors += look->want.n_errors;
	total.n_allowed += look->want.decision == CEDAR_ALLOW;
}

/* Returns: NULL when all is well. */
static const char *
check_case(struct look *look, bool with_forms)
{
	struct partial_case *made = look->made;
	const char *why;

	diag_init(&look->diags, made->arena, STR("case"), STR(""));
	if (cedar_query_new(&look->query, made->arena, &made->request,
	    &look->diags) != 0 ||
	    cedar_query_decide(&look->want, look->query, made->policies,
	    made->real_resource) != 0)
		return "the request cannot be decided";
	if (cedar_partial_new(&look->partial, made->arena, &made->partial,
	    made->unknowns, made->n_unknowns, &look->diags) != 0)
		return "the partial query is refused";
	if (cedar_partial_decide(&look->before, look->partial, made->policies,
	    made->resource) != 0)
		return "the partial query cannot be decided";
	why = compare_before(look);
	if (why == NULL)
		why = check_residuals(look, with_forms);
	count(look);
	return why;
}

static void
print_look(const struct look *look)
{
	struct buf out;

	if (look->partial == NULL)
		return;
	buf_init(&out, (size_t)1 << 22);
	for (size_t i = 0; i < look->before.n_residuals; i++) {
		buf_add_format(&out, "# %u: ",
		    look->before.residuals[i].policy);
		if (cedar_residual_text(&out, look->partial,
		    &look->before.residuals[i]) != 0)
			printf("# no room\n");
		buf_add_char(&out, '\n');
	}
	printf("%.*s", STR_ARG(buf_str(&out)));
	buf_fini(&out);
}

/* Of the choices drawn. Returns: NULL when all is well. */
static const char *
try(struct draw *draw, struct arena *arena, bool with_forms, bool is_told)
{
	CLEANUP(partial_case_free) struct partial_case made = { 0 };
	struct look look = { .made = &made };
	const char *why = NULL;

	arena_reset(arena);
	if (!partial_case_make(&made, draw, arena))
		return NULL;
	why = check_case(&look, with_forms);
	if (why != NULL && is_told) {
		printf("# %s\n", why);
		partial_case_print(&made);
		print_look(&look);
		diag_print(&look.diags, stdout);
	}
	return why;
}

/* Drop and zero runs of choices while the case still fails. */
static void
shrink(struct draw *draw, struct arena *arena)
{
	static uint32_t best[DRAW_MOST];
	static uint32_t row[DRAW_MOST];
	size_t n = draw->n_made;

	memcpy(best, draw->made, n * sizeof(*best));
	for (size_t len = n / 2; len > 0; len /= 2) {
		for (size_t at = 0; at + len <= n;) {
			memcpy(row, best, at * sizeof(*row));
			memcpy(row + at, best + at + len,
			    (n - at - len) * sizeof(*row));
			draw_again(draw, row, n - len);
			if (try(draw, arena, true, false) == NULL) {
				at += len;
				continue;
			}
			n -= len;
			memcpy(best, row, n * sizeof(*best));
		}
	}
	draw_again(draw, best, n);
	(void)try(draw, arena, true, true);
}

static void
residuals_say_what_the_policies_say(void)
{
	static struct draw draw;
	struct arena arena;
	unsigned n_bad = 0;

	arena_init(&arena, (size_t)1 << 28);
	for (uint64_t i = 0; i < total.n_cases && n_bad < 3; i++) {
		draw_seed(&draw, total.seed + i);
		if (try(&draw, &arena, i % 16 == 0, false) == NULL)
			continue;
		n_bad++;
		printf("# seed %llu\n", (unsigned long long)(total.seed + i));
		draw_seed(&draw, total.seed + i);
		(void)try(&draw, &arena, true, true);
		shrink(&draw, &arena);
	}
	check_u64(n_bad, 0);
	arena_fini(&arena);
	printf("# %llu cases: %llu decided at once, %llu residuals, %llu "
	    "errors, %llu allowed\n", (unsigned long long)total.n_made,
	    (unsigned long long)total.n_decided,
	    (unsigned long long)total.n_residuals,
	    (unsigned long long)total.n_errors,
	    (unsigned long long)total.n_allowed);
	/* A generator that makes nothing of interest proves nothing. */
	check(total.n_made > total.n_cases / 2);
	check(total.n_residuals > total.n_made / 4);
	check(total.n_decided < total.n_made);
}

/* ------------------------------------------------------------------ */
/* Ways: what would have to be otherwise.			      */

#define MOST_CHANGES 5

static struct {
	uint64_t n_searches;
	uint64_t n_ways;
	uint64_t n_longest; /* changes of a way */
	uint64_t n_trials;
} found;

/* Those unknowns that have a name; each could be one or two other things. */
static size_t
draw_changes(struct partial_case *made, struct draw *draw,
    struct cedar_change *changes)
{
	size_t n = 0;
	size_t n_kept = 0;

	for (size_t i = 0; i < made->n_unknowns; i++) {
		if (made->unknowns[i].what < CEDAR_UNKNOWN_CONTEXT ||
		    made->unknowns[i].n_path == 0)
			continue;
		made->unknowns[n_kept] = made->unknowns[i];
		/* What it would be need not be what it was said to be. */
		made->unknowns[n_kept].has_kind = false;
		made->unknowns[n_kept].type = (struct str){ 0 };
		made->unknowns[n_kept++].is_optional = true;
		for (uint32_t k = draw_below(draw, 3); k > 0 &&
		    n < MOST_CHANGES; k--)
			changes[n++] = (struct cedar_change){ n_kept - 1,
				made->pool[draw_below(draw,
				    (uint32_t)made->n_pool)] };
	}
	made->n_unknowns = n_kept;
	return n;
}

/* Two changes of one unknown are made by nobody. */
static bool
is_possible(const struct cedar_change *changes, size_t n, uint64_t mask)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = i + 1; k < n; k++) {
			if (changes[i].unknown == changes[k].unknown &&
			    (mask >> i & 1) != 0 && (mask >> k & 1) != 0)
				return false;
		}
	}
	return true;
}

static bool
is_covered(const struct cedar_ways *ways, uint64_t mask)
{
	for (size_t i = 0; i < ways->n; i++) {
		if ((ways->ways[i] & ~mask) == 0)
			return true;
	}
	return false;
}

static bool
is_way(const struct cedar_ways *ways, uint64_t mask)
{
	for (size_t i = 0; i < ways->n; i++) {
		if (ways->ways[i] == mask)
			return true;
	}
	return false;
}

/* Try everything. Returns: NULL; how the ways that were found are wrong. */
static const char *
compare_ways(struct partial_case *made, const struct cedar_change *changes,
    size_t n, const struct cedar_ways *ways)
{
	for (uint64_t mask = 0; mask < UINT64_C(1) << n; mask++) {
		struct cedar_answer answer;

		if (!is_possible(changes, n, mask)) {
			if (is_way(ways, mask))
				return "a way changes one thing twice";
			continue;
		}
		partial_case_decide(made, &answer, changes, n, mask);
		found.n_trials++;
		if (answer.n_errors > 0)
			continue;
		if (answer.decision == CEDAR_ALLOW && !ways->is_cut &&
		    !is_covered(ways, mask))
			return "a way was not found";
		if (answer.decision != CEDAR_ALLOW && is_way(ways, mask))
			return "a way does not lead there";
	}
	return NULL;
}

static const char *
try_ways(struct draw *draw, struct arena *arena)
{
	CLEANUP(partial_case_free) struct partial_case made = { 0 };
	struct cedar_change changes[MOST_CHANGES];
	const struct cedar_policies *sets[1];
	struct cedar_partial *partial;
	struct cedar_ways ways;
	const char *why;
	size_t n;

	arena_reset(arena);
	if (!partial_case_make(&made, draw, arena))
		return NULL;
	n = draw_changes(&made, draw, changes);
	sets[0] = made.policies;
	if (n == 0)
		return NULL;
	if (cedar_partial_new(&partial, arena, &made.request, made.unknowns,
	    made.n_unknowns, NULL) != 0 ||
	    cedar_partial_ways(&ways, partial, changes, n, sets, 1,
	    made.real_resource) != 0)
		return "there is no answer";
	found.n_searches++;
	found.n_ways += ways.n;
	for (size_t i = 0; i < ways.n; i++)
		found.n_longest = MAX(found.n_longest,
		    (uint64_t)__builtin_popcountll(ways.ways[i]));
	why = compare_ways(&made, changes, n, &ways);
	if (why != NULL) {
		partial_case_print(&made);
		for (size_t i = 0; i < n; i++)
			printf("# change %zu: unknown %zu, kind %d\n", i,
			    changes[i].unknown, (int)changes[i].value.kind);
		for (size_t i = 0; i < ways.n; i++)
			printf("# way %llx\n",
			    (unsigned long long)ways.ways[i]);
	}
	return why;
}

static void
ways_are_found_and_lead_there(void)
{
	static struct draw draw;
	struct arena arena;
	unsigned n_bad = 0;

	arena_init(&arena, (size_t)1 << 28);
	for (uint64_t i = 0; i < total.n_cases / 4 && n_bad < 3; i++) {
		const char *why;

		draw_seed(&draw, total.seed + i);
		why = try_ways(&draw, &arena);
		if (why == NULL)
			continue;
		n_bad++;
		printf("# seed %llu: %s\n",
		    (unsigned long long)(total.seed + i), why);
	}
	check_u64(n_bad, 0);
	arena_fini(&arena);
	printf("# %llu searches: %llu ways, %llu changes at most; %llu "
	    "trials\n", (unsigned long long)found.n_searches,
	    (unsigned long long)found.n_ways,
	    (unsigned long long)found.n_longest,
	    (unsigned long long)found.n_trials);
	check(found.n_ways > found.n_searches / 10);
}

static uint64_t
number_of(const char *name, uint64_t usual)
{
	const char *text = getenv(name);
	uint64_t value = usual;

	return text != NULL && str_to_u64(&value, str_of(text)) ? value
								: usual;
}

static const struct tap_test tests[] = {
	TEST(residuals_say_what_the_policies_say),
	TEST(ways_are_found_and_lead_there),
};

int
main(int argc, char **argv)
{
	total.seed = number_of("PARTIAL_SEED", 1);
	total.n_cases = number_of("PARTIAL_CASES", 20000);
	return tap_main(tests, ARRAY_LEN(tests), argc, argv);
}
