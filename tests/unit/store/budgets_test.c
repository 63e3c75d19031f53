/* Distinct subjects and events. Holds for every backend. */
#include "fixture.h"
#include "limits.h"
#include "util/random.h"

#define KEY STR("ann")
#define MINUTE BUDGETS_MOMENT

static uint64_t
count(struct store *store, uint32_t scope, struct str key, int64_t since_us,
    uint64_t max)
{
	uint64_t n = 99;

	check_u64(budgets_count(store, &n, scope, key, since_us, max), 0);
	return n;
}

static void
p8_distinct_subjects_of_a_window_are_counted_once(void)
{
	struct fixture f;
	int64_t time_us;

	fixture_begin(&f);
	check_u64(count(f.store, 1, KEY, 0, 10), 0);
	check_u64(budgets_see(f.store, 1, KEY, subject('a'), 10 * MINUTE), 0);
	check_u64(budgets_see(f.store, 1, KEY, subject('z'), 10 * MINUTE), 0);
	check_u64(budgets_see(f.store, 1, KEY, subject('a'), 20 * MINUTE), 0);
	check_u64(budgets_see(f.store, 1, KEY, subject('b'), 15 * MINUTE), 0);
	check_u64(budgets_see(f.store, 2, KEY, subject('c'), 15 * MINUTE), 0);
	check_u64(budgets_see(f.store, 1, STR("bob"), subject('d'), MINUTE), 0);
	check_u64(count(f.store, 1, KEY, 0, 10), 3);
	check_u64(count(f.store, 1, KEY, 11 * MINUTE, 10), 2);
	check_u64(count(f.store, 1, KEY, 15 * MINUTE, 10), 2);
	check_u64(count(f.store, 1, KEY, 16 * MINUTE, 10), 1);
	check_u64(count(f.store, 1, KEY, 21 * MINUTE, 10), 0);
	check_u64(count(f.store, 1, KEY, 0, 2), 2);
	check_u64(count(f.store, 1, KEY, 0, 0), 0);
	check_u64(count(f.store, 3, KEY, 0, 10), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(budgets_find(f.store, &time_us, 1, KEY, subject('a')), 0);
	check_u64(time_us, 20 * MINUTE);
	check_u64(budgets_find(f.store, &time_us, 1, KEY, subject('c')),
	    STORE_E_ABSENT);
	fixture_fini(&f);
}

static void
moments_are_full_minutes_and_windows_err_towards_counting(void)
{
	struct fixture f;
	int64_t time_us;

	fixture_begin(&f);
	check_u64(budgets_see(f.store, 1, KEY, subject('a'), 5 * MINUTE + 7),
	    0);
	check_u64(budgets_find(f.store, &time_us, 1, KEY, subject('a')), 0);
	check_u64(time_us, 5 * MINUTE);
	check_u64(count(f.store, 1, KEY, 6 * MINUTE - 1, 10), 1);
	check_u64(count(f.store, 1, KEY, 6 * MINUTE, 10), 0);
	check_u64(budgets_see(f.store, 1, KEY, subject('b'), -1), 0);
	check_u64(budgets_find(f.store, &time_us, 1, KEY, subject('b')), 0);
	check(time_us == -MINUTE);
	check_u64(count(f.store, 1, KEY, INT64_MIN, 10), 2);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

/* Against a plain recount of the same sightings. */
static void
p8_a_window_counts_what_a_recount_counts(void)
{
	struct fixture f;
	struct random_state random;
	int64_t last[20] = { 0 };

	random_seeded(&random, 5);
	fixture_begin(&f);
	for (int64_t now = 1; now < 400; now++) {
		uint64_t who = random_below(&random, ARRAY_LEN(last));
		int64_t since = (int64_t)random_below(&random, 400);
		uint64_t n = 0;

		check_u64(budgets_see(f.store, 1, KEY, subject((char)who),
			      now * MINUTE),
		    0);
		last[who] = now;
		for (size_t i = 0; i < ARRAY_LEN(last); i++)
			n += last[i] > 0 && last[i] >= since;
		check_u64(count(f.store, 1, KEY, since * MINUTE, 99), n);
	}
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
a_clock_that_ran_back_moves_no_subject_back(void)
{
	struct fixture f;
	int64_t time_us;

	fixture_begin(&f);
	check_u64(budgets_see(f.store, 1, KEY, subject('a'), 20 * MINUTE), 0);
	check_u64(budgets_see(f.store, 1, KEY, subject('a'), 10 * MINUTE), 0);
	check_u64(budgets_find(f.store, &time_us, 1, KEY, subject('a')), 0);
	check_u64(time_us, 20 * MINUTE);
	check(budgets_see(f.store, 1, KEY, STR("short"), 1) == -EINVAL);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
events_are_counted_by_their_entries(void)
{
	struct fixture f;
	uint64_t n;

	fixture_begin(&f);
	for (uint64_t i = 0; i < 5; i++)
		check_u64(budgets_add_event(f.store, 1, KEY, 100, i), 0);
	check_u64(budgets_add_event(f.store, 1, KEY, 100, 4), STORE_E_EXISTS);
	check_u64(budgets_add_event(f.store, 1, KEY, 200, 5), 0);
	check_u64(budgets_count_events(f.store, &n, 1, KEY, 100, 99), 0);
	check_u64(n, 6);
	check_u64(budgets_count_events(f.store, &n, 1, KEY, 101, 99), 0);
	check_u64(n, 1);
	check_u64(budgets_count_events(f.store, &n, 1, KEY, 0, 3), 0);
	check_u64(n, 3);
	check_u64(budgets_count_events(f.store, &n, 1, STR("bob"), 0, 3), 0);
	check_u64(n, 0);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
what_is_older_than_any_window_is_swept_in_bounded_steps(void)
{
	struct fixture f;
	bool is_done = true;
	uint64_t n;
	int n_steps = 0;

	fixture_begin(&f);
	for (char c = 'a'; c <= 'e'; c++) {
		check_u64(budgets_see(f.store, 1, KEY, subject(c), c * MINUTE),
		    0);
		check_u64(budgets_see(f.store, 1, STR("bob"), subject(c),
			      c * MINUTE),
		    0);
		check_u64(budgets_add_event(f.store, 2, KEY, c * MINUTE, 7), 0);
	}
	check_u64(budgets_sweep(f.store, &is_done, 'd' * MINUTE, 3), 0);
	check(!is_done);
	for (; !is_done && n_steps < 20; n_steps++)
		check_u64(budgets_sweep(f.store, &is_done, 'd' * MINUTE, 2), 0);
	check(is_done && n_steps > 2);
	check_u64(count(f.store, 1, KEY, 0, 10), 2);
	check_u64(count(f.store, 1, STR("bob"), 0, 10), 2);
	check_u64(budgets_count_events(f.store, &n, 2, KEY, 0, 10), 0);
	check_u64(n, 2);
	check_u64(budgets_sweep(f.store, &is_done, 'z' * MINUTE, 99), 0);
	check(is_done);
	check_u64(count(f.store, 1, KEY, 0, 10), 0);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
everything_counted_is_cleared_before_it_is_recomputed(void)
{
	struct fixture f;
	uint64_t n;

	fixture_begin(&f);
	check_u64(budgets_see(f.store, 1, KEY, subject('a'), 1), 0);
	check_u64(budgets_add_event(f.store, 2, KEY, 1, 7), 0);
	check_u64(budgets_clear(f.store), 0);
	check_u64(count(f.store, 1, KEY, 0, 10), 0);
	check_u64(budgets_count_events(f.store, &n, 2, KEY, 0, 10), 0);
	check_u64(n, 0);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
a_budget_key_has_its_limit(void)
{
	static char big[LIMIT_STORE_KEY + 1];
	struct fixture f;
	struct str key = { big, sizeof(big) };
	bool is_done;

	memset(big, 'k', sizeof(big));
	fixture_begin(&f);
	check_u64(budgets_see(f.store, 1, key, subject('a'), 1),
	    STORE_E_TOO_LARGE);
	check_u64(budgets_add_event(f.store, 1, key, 1, 1), STORE_E_TOO_LARGE);
	key.len = LIMIT_STORE_KEY;
	check_u64(budgets_see(f.store, 1, key, subject('a'), 1), 0);
	check_u64(budgets_sweep(f.store, &is_done, 5 * MINUTE, 99), 0);
	check_u64(count(f.store, 1, key, 0, 10), 0);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(p8_distinct_subjects_of_a_window_are_counted_once),
	TEST(moments_are_full_minutes_and_windows_err_towards_counting),
	TEST(p8_a_window_counts_what_a_recount_counts),
	TEST(a_clock_that_ran_back_moves_no_subject_back),
	TEST(events_are_counted_by_their_entries),
	TEST(what_is_older_than_any_window_is_swept_in_bounded_steps),
	TEST(everything_counted_is_cleared_before_it_is_recomputed),
	TEST(a_budget_key_has_its_limit),
};

TAP_MAIN(tests)
