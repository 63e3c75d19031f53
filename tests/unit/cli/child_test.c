/* When a role is started again, and how its death is told. */
#include "cli/child.h"

#include <signal.h>

#include "limits.h"
#include "tap.h"

#define LONGEST_MS 5000

static void
waits_double_up_to_the_last(void)
{
	int64_t wait = 0;

	for (int64_t want = LIMIT_RESTART_FIRST_MS;
	     want < LONGEST_MS; want *= 2) {
		wait = child_next_wait_ms(wait, 0, LONGEST_MS);
		check_u64(wait, want);
	}
	wait = child_next_wait_ms(wait, 0, LONGEST_MS);
	check_u64(wait, LONGEST_MS);
	check_u64(child_next_wait_ms(wait, 0, LONGEST_MS), LONGEST_MS);
}

static void
after_a_calm_time_they_begin_again(void)
{
	check_u64(child_next_wait_ms(LONGEST_MS,
		      CHILD_CALM_MS, LONGEST_MS),
	    LIMIT_RESTART_FIRST_MS);
	check_u64(child_next_wait_ms(LONGEST_MS,
		      CHILD_CALM_MS - 1, LONGEST_MS),
	    LONGEST_MS);
	/* A holder that wants it sooner says so. */
	check_u64(child_next_wait_ms(0, 0, 30), 30);
}

static void
a_death_is_told_for_people(void)
{
	char text[128];

	child_describe(text, sizeof(text), 3 << 8);
	check_str(str_of(text), STR("ended with exit code 3"));
	child_describe(text, sizeof(text), SIGKILL);
	check_str(str_of(text), STR("was killed by signal 9 (Killed)"));
	child_describe(text, sizeof(text), SIGSYS);
	check_str(str_of(text), STR("was killed for a system call that its "
				    "sandbox forbids (SIGSYS)"));
}

static const struct tap_test tests[] = {
	TEST(waits_double_up_to_the_last),
	TEST(after_a_calm_time_they_begin_again),
	TEST(a_death_is_told_for_people),
};

TAP_MAIN(tests)
