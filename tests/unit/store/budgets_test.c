/* Distinct subjects and events. Holds for every backend. */
#include "fixture.h"
#include "limits.h"

#define KEY STR("ann")

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
	check_u64(budgets_see(f.store, 1, KEY, subject('a'), 100), 0);
	check_u64(budgets_see(f.store, 1, KEY, subject('a'), 200), 0);
	check_u64(budgets_see(f.store, 1, KEY, subject('b'), 150), 0);
	check_u64(budgets_see(f.store, 2, KEY, subject('c'), 150), 0);
	check_u64(budgets_see(f.store, 1, STR("bob"), subject('d'), 150), 0);
	check_u64(count(f.store, 1, KEY, 0, 10), 2);
	check_u64(count(f.store, 1, KEY, 150, 10), 2);
	check_u64(count(f.store, 1, KEY, 151, 10), 1);
	check_u64(count(f.store, 1, KEY, 201, 10), 0);
	check_u64(count(f.store, 1, KEY, 0, 1), 1);
	check_u64(count(f.store, 1, KEY, 0, 0), 0);
	check_u64(count(f.store, 3, KEY, 0, 10), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(budgets_find(f.store, &time_us, 1, KEY, subject('a')), 0);
	check_u64(time_us, 200);
	check_u64(budgets_find(f.store, &time_us, 1, KEY, subject('c')),
	    STORE_E_ABSENT);
	fixture_fini(&f);
}

static void
a_clock_that_ran_back_moves_no_subject_back(void)
{
	struct fixture f;
	int64_t time_us;

	fixture_begin(&f);
	check_u64(budgets_see(f.store, 1, KEY, subject('a'), 200), 0);
	check_u64(budgets_see(f.store, 1, KEY, subject('a'), 100), 0);
	check_u64(budgets_find(f.store, &time_us, 1, KEY, subject('a')), 0);
	check_u64(time_us, 200);
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
	uint64_t n;

	fixture_begin(&f);
	for (char c = 'a'; c <= 'e'; c++) {
		check_u64(budgets_see(f.store, 1, KEY, subject(c), c), 0);
		check_u64(budgets_add_event(f.store, 1, KEY, c, 7), 0);
	}
	check_u64(budgets_sweep(f.store, &n, 'd', 2), 0);
	check_u64(n, 4);
	check_u64(budgets_sweep(f.store, &n, 'd', 2), 0);
	check_u64(n, 2);
	check_u64(budgets_sweep(f.store, &n, 'd', 2), 0);
	check_u64(n, 0);
	check_u64(count(f.store, 1, KEY, 0, 10), 2);
	check_u64(budgets_clear(f.store), 0);
	check_u64(count(f.store, 1, KEY, 0, 10), 0);
	check_u64(budgets_count_events(f.store, &n, 1, KEY, 0, 10), 0);
	check_u64(n, 0);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(p8_distinct_subjects_of_a_window_are_counted_once),
	TEST(a_clock_that_ran_back_moves_no_subject_back),
	TEST(events_are_counted_by_their_entries),
	TEST(what_is_older_than_any_window_is_swept_in_bounded_steps),
};

TAP_MAIN(tests)
