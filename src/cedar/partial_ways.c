/*
 * What would have to be otherwise for a request to be allowed.
 *
 * Every change of an unknown is a bit. A residual is a formula over those bits:
 * logic inside, and at its leaves expressions whose value is had by trying each
 * choice of the few unknowns they speak of. What makes the formula true is kept
 * as a list of ways, each the bits that must and those that must not be set;
 * `and` crosses two lists, `or` joins them. All permits and forbids of all sets
 * together are one formula. Bounded: the lists are short, the steps counted.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "cedar/intern.h"
#include "cedar/partial.h"
#include "cedar/policies.h"
#include "limits.h"
#include "util/fault.h"

#define MOST_CHOICES 64 /* tried at one leaf */
#define NODE_STEPS 16	/* what a node costs, its lists above all */

struct way {
	uint64_t on;  /* changes that are made */
	uint64_t off; /* changes that are not */
};

struct way_list {
	struct way items[LIMIT_CEDAR_WAYS];
	size_t n;
};

struct search {
	struct cedar_partial *partial;
	const struct cedar_change *changes;
	size_t n_changes;
	struct value *values; /* of the changes */
	uint32_t n_steps;
	bool is_cut;
};

static bool find(struct search *search, struct way_list *out,
    const struct code *code, bool want);

static struct way_list *
new_list(struct search *search)
{
	return ARENA_NEW(search->partial->reduce.eval.arena, struct way_list);
}

static bool
is_part(const struct way *part, const struct way *of)
{
	return (part->on & ~of->on) == 0 && (part->off & ~of->off) == 0;
}

static int
n_bits(const struct way *way)
{
	return __builtin_popcountll(way->on);
}

/* The way that does the most. */
static size_t
find_worst(const struct way_list *list)
{
	size_t worst = 0;

	for (size_t i = 1; i < list->n; i++) {
		if (n_bits(&list->items[i]) > n_bits(&list->items[worst]))
			worst = i;
	}
	return worst;
}

/* Unless one that asks for less is there; without those that ask for more. */
static void
add_way(struct search *search, struct way_list *list, struct way way)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (is_part(&list->items[i], &way))
			return;
	}
	for (size_t i = 0; i < list->n; i++) {
		if (!is_part(&way, &list->items[i]))
			list->items[n++] = list->items[i];
	}
	list->n = n;
	if (n < ARRAY_LEN(list->items)) {
		list->items[list->n++] = way;
		return;
	}
	search->is_cut = true;
	n = find_worst(list);
	if (n_bits(&way) < n_bits(&list->items[n]))
		list->items[n] = way;
}

static void
add_all(struct search *search, struct way_list *list,
    const struct way_list *more)
{
	for (size_t i = 0; i < more->n; i++)
		add_way(search, list, more->items[i]);
}

/* False: no more steps, so that what is found is all. */
static bool
step(struct search *search, uint32_t n)
{
	search->n_steps += n;
	if (search->n_steps < LIMIT_CEDAR_WAY_STEPS)
		return true;
	search->n_steps = LIMIT_CEDAR_WAY_STEPS;
	search->is_cut = true;
	return false;
}

/* list becomes what is in both. */
static bool
cross(struct search *search, struct way_list *list,
    const struct way_list *with)
{
	struct way_list *out = new_list(search);

	if (out == NULL)
		return false;
	for (size_t i = 0; i < list->n; i++) {
		for (size_t j = 0; j < with->n && step(search, 1); j++) {
			struct way way = {
				list->items[i].on | with->items[j].on,
				list->items[i].off | with->items[j].off,
			};

			if ((way.on & way.off) == 0)
				add_way(search, out, way);
		}
	}
	*list = *out;
	return true;
}

static void
set_true(struct way_list *list)
{
	list->n = 1;
	list->items[0] = (struct way){ 0, 0 };
}

/* ------------------------------------------------------------------ */
/* Leaves.							      */

/* The unknowns a leaf speaks of, and what is chosen for each. */
struct choice {
	struct hole *hole;
	uint64_t rest; /* changes of it that are still to be tried */
};

struct trial {
	struct choice choices[LIMIT_CEDAR_CHANGES];
	size_t n;
	size_t n_trials;
};

static bool
has_choice(const struct trial *trial, const struct hole *hole)
{
	for (size_t i = 0; i < trial->n; i++) {
		if (trial->choices[i].hole == hole)
			return true;
	}
	return false;
}

static void
collect(const struct search *search, struct trial *trial, uint64_t touched)
{
	struct hole **holes = search->partial->reduce.unknowns.holes;

	*trial = (struct trial){ .n_trials = 1 };
	for (size_t i = 0; i < search->n_changes; i++) {
		struct hole *hole = holes[search->changes[i].unknown];

		if ((touched & (UINT64_C(1) << i)) == 0 ||
		    has_choice(trial, hole))
			continue;
		trial->choices[trial->n++].hole = hole;
		if (trial->n_trials <= MOST_CHOICES)
			trial->n_trials *= 1 +
			    (size_t)__builtin_popcountll(hole->changes);
	}
}

/* Every unknown of the leaf as the request gives it. */
static void
begin(struct trial *trial)
{
	for (size_t i = 0; i < trial->n; i++) {
		struct choice *choice = &trial->choices[i];

		choice->rest = choice->hole->changes;
		choice->hole->assumed = HOLE_GIVEN;
	}
}

static void
end(struct trial *trial)
{
	for (size_t i = 0; i < trial->n; i++)
		trial->choices[i].hole->assumed = HOLE_OPEN;
}

/* The next choice, counting like digits. Returns: false after the last. */
static bool
advance(const struct search *search, struct trial *trial)
{
	for (size_t i = 0; i < trial->n; i++) {
		struct choice *choice = &trial->choices[i];
		unsigned bit;

		if (choice->rest != 0) {
			bit = (unsigned)__builtin_ctzll(choice->rest);
			choice->rest &= choice->rest - 1;
			choice->hole->assumed = HOLE_VALUE;
			choice->hole->value = &search->values[bit];
			return true;
		}
		choice->rest = choice->hole->changes;
		choice->hole->assumed = HOLE_GIVEN;
	}
	return false;
}

/* The way that is being tried. */
static struct way
chosen(const struct search *search, const struct trial *trial)
{
	struct way way = { 0, 0 };

	for (size_t i = 0; i < trial->n; i++) {
		const struct hole *hole = trial->choices[i].hole;
		uint64_t on = 0;

		if (hole->assumed == HOLE_VALUE)
			on = UINT64_C(1) << (hole->value - search->values);
		way.on |= on;
		way.off |= hole->changes & ~on;
	}
	return way;
}

static bool
find_leaf(struct search *search, struct way_list *out,
    const struct code *code, bool want)
{
	struct reduce *reduce = &search->partial->reduce;
	struct reduced reduced;
	struct trial trial;
	bool is_more;

	reduce->touched = 0;
	if (!cedar_reduce(reduce, &reduced, code))
		return false;
	collect(search, &trial, reduce->touched);
	is_more = trial.n_trials <= MOST_CHOICES;
	search->is_cut |= !is_more;
	begin(&trial);
	do {
		if (!cedar_reduce(reduce, &reduced, code)) {
			end(&trial);
			return false;
		}
		if (reduced.state == REDUCED_VALUE &&
		    reduced.value.kind == CEDAR_BOOL &&
		    (reduced.value.number != 0) == want)
			add_way(search, out, chosen(search, &trial));
	} while (is_more && step(search, 1) && advance(search, &trial));
	end(&trial);
	return true;
}

/* ------------------------------------------------------------------ */
/* Formulas.							      */

/* All of the items must be want. */
static bool
find_all(struct search *search, struct way_list *out,
    const struct code *code, bool want)
{
	struct way_list *one = new_list(search);

	if (one == NULL)
		return false;
	set_true(out);
	for (uint32_t i = 0; i < code->n && out->n > 0; i++) {
		one->n = 0;
		if (!find(search, one, code->items[i], want) ||
		    !cross(search, out, one))
			return false;
	}
	return true;
}

/* One of the items must be want. */
static bool
find_any(struct search *search, struct way_list *out,
    const struct code *code, bool want)
{
	struct way_list *one = new_list(search);

	if (one == NULL)
		return false;
	for (uint32_t i = 0; i < code->n; i++) {
		one->n = 0;
		if (!find(search, one, code->items[i], want))
			return false;
		add_all(search, out, one);
	}
	return true;
}

/* A branch is taken, and is want. */
static bool
find_branch(struct search *search, struct way_list *out,
    const struct code *code, bool taken, bool want)
{
	struct way_list *condition = new_list(search);
	struct way_list *branch = new_list(search);

	if (condition == NULL || branch == NULL ||
	    !find(search, condition, code->a, taken) ||
	    !find(search, branch, taken ? code->b : code->c, want) ||
	    !cross(search, condition, branch))
		return false;
	add_all(search, out, condition);
	return true;
}

/*
 * Add the ways that make the code want. Recursion: its height is bounded by
 * LIMIT_CEDAR_DEPTH. Returns: false when the arena has no room.
 */
static bool
find(struct search *search, struct way_list *out, const struct code *code,
    bool want)
{
	if (!step(search, NODE_STEPS))
		return true;
	if (code->op == CODE_NOT)
		return find(search, out, code->a, !want);
	if (code->op == CODE_IF)
		return find_branch(search, out, code, true, want) &&
		    find_branch(search, out, code, false, want);
	if (code->op != CODE_AND && code->op != CODE_OR)
		return find_leaf(search, out, code, want);
	return (code->op == CODE_AND) == want
	    ? find_all(search, out, code, want)
	    : find_any(search, out, code, want);
}

static bool
is_scope_open(const struct residual *residual)
{
	return residual->keeps[AST_PRINCIPAL] ||
	    residual->keeps[AST_ACTION] || residual->keeps[AST_RESOURCE];
}

/*
 * One policy: of a forbid the ways in which it does not apply go into all, of a
 * permit those in which it does are added to permits.
 */
static bool
find_policy(struct search *search, struct way_list *all,
    struct way_list *permits, const struct code_rule *rule)
{
	bool is_permit = rule->effect == CEDAR_PERMIT;
	struct way_list *one;
	struct judged judged;

	if (!cedar_partial_judge(&judged, &search->partial->reduce, rule))
		return false;
	if (judged.state == JUDGED_FALSE || (judged.state == JUDGED_ERROR &&
	    (search->partial->flags & CEDAR_DENY_ON_ERROR) == 0))
		return true;
	one = new_list(search);
	if (one == NULL)
		return false;
	if (judged.state == JUDGED_REST && !is_scope_open(&judged.residual) &&
	    !find(search, one, judged.residual.body, is_permit))
		return false;
	if (judged.state == JUDGED_ERROR)
		all->n = 0;
	else if (!is_permit)
		return cross(search, all, one);
	if (judged.state == JUDGED_TRUE)
		set_true(one);
	add_all(search, permits, one);
	return true;
}

static bool
find_set(struct search *search, struct way_list *all,
    const struct cedar_policies *policies)
{
	struct way_list *permits = new_list(search);

	if (permits == NULL)
		return false;
	for (size_t i = 0; i < policies->n_rules && all->n > 0; i++) {
		if (!find_policy(search, all, permits, &policies->rules[i]))
			return false;
	}
	return cross(search, all, permits);
}

/* ------------------------------------------------------------------ */

/* Which unknown each change is of; all without one are as given. */
static int
prepare(struct search *search)
{
	struct cedar_partial *partial = search->partial;
	struct unknowns *unknowns = &partial->reduce.unknowns;
	struct eval *eval = &partial->reduce.eval;
	struct intern intern = { .scope = eval->scope, .arena = eval->arena };

	search->values =
	    ARENA_ARRAY(eval->arena, search->n_changes, struct value);
	if (search->values == NULL)
		return cedar_partial_no_room(partial);
	for (size_t i = 0; i < unknowns->n_holes; i++) {
		if (unknowns->holes[i] == NULL)
			continue;
		unknowns->holes[i]->assumed = HOLE_GIVEN;
		unknowns->holes[i]->changes = 0;
	}
	for (size_t i = 0; i < search->n_changes; i++) {
		const struct cedar_change *change = &search->changes[i];
		struct hole *hole = change->unknown < unknowns->n_holes
		    ? unknowns->holes[change->unknown] : NULL;
		int r;

		/* Only what has a name of its own can be changed. */
		if (hole == NULL || !cedar_unknowns_is_member(unknowns, hole))
			return CEDAR_E_INPUT;
		r = cedar_intern_value(&search->values[i], &intern,
		    &change->value);
		if (r != 0)
			return r < 0 ? TRACE(r) : r;
		hole->assumed = HOLE_OPEN;
		hole->changes |= UINT64_C(1) << i;
	}
	return 0;
}

/* For decisions after, nothing is assumed again. */
static void
forget(struct search *search)
{
	struct unknowns *unknowns = &search->partial->reduce.unknowns;

	for (size_t i = 0; i < unknowns->n_holes; i++) {
		if (unknowns->holes[i] != NULL)
			unknowns->holes[i]->assumed = HOLE_OPEN;
	}
}

static int
compare_ways(const void *a, const void *b)
{
	const struct way *x = a;
	const struct way *y = b;

	if (n_bits(x) != n_bits(y))
		return n_bits(x) - n_bits(y);
	return x->on < y->on ? -1 : x->on > y->on;
}

/* What must not be done is done by none: only the changes are left. */
static int
conclude(struct cedar_ways *ways, struct search *search,
    struct way_list *list)
{
	uint64_t *out = ARENA_ARRAY(search->partial->reduce.eval.arena,
	    list->n, uint64_t);

	if (out == NULL)
		return cedar_partial_no_room(search->partial);
	qsort(list->items, list->n, sizeof(list->items[0]), compare_ways);
	for (size_t i = 0; i < list->n; i++) {
		uint64_t on = list->items[i].on;
		bool is_more = false;

		for (size_t j = 0; j < ways->n; j++)
			is_more |= (out[j] & ~on) == 0;
		if (!is_more)
			out[ways->n++] = on;
	}
	ways->ways = out;
	ways->is_cut = search->is_cut;
	return 0;
}

static int
search_all(struct cedar_ways *ways, struct search *search,
    const struct cedar_policies *const *sets, size_t n_sets,
    const struct cedar_uid *resource)
{
	struct way_list *all = new_list(search);
	int r = all != NULL ? 0 : cedar_partial_no_room(search->partial);

	if (r == 0)
		set_true(all);
	for (size_t i = 0; i < n_sets && r == 0; i++) {
		r = cedar_partial_take(search->partial, sets[i], resource);
		if (r == 0 && !find_set(search, all, sets[i]))
			r = cedar_partial_no_room(search->partial);
	}
	return r != 0 ? r : conclude(ways, search, all);
}

int
cedar_partial_ways(struct cedar_ways *ways, struct cedar_partial *partial,
    const struct cedar_change *changes, size_t n_changes,
    const struct cedar_policies *const *sets, size_t n_sets,
    struct cedar_uid resource)
{
	struct search search = { .partial = partial,
		.changes = changes,
		.n_changes = n_changes };
	int r;

	*ways = (struct cedar_ways){ 0 };
	if (n_changes > LIMIT_CEDAR_CHANGES)
		return CEDAR_E_LIMIT;
	r = prepare(&search);
	if (r == 0)
		r = search_all(ways, &search, sets, n_sets, &resource);
	forget(&search);
	return r < 0 ? TRACE(r) : r;
}
