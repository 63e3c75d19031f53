/* Problem documents. */
#include "front/problem.h"

#include "tap.h"

static void
rfc9457_a_problem_has_type_title_status_detail_and_instance(void)
{
	struct buf buf;

	buf_init(&buf, 1024);
	problem_format(&buf, PROBLEM_NO_SUCH_PATH, STR("r1"));
	check_str(buf_str(&buf),
	    STR("{\"type\":\"/problems/no-such-path\","
		"\"title\":\"No such path\",\"status\":404,"
		"\"detail\":\"The paths are listed at /openapi.json.\","
		"\"instance\":\"r1\"}\n"));
	buf_fini(&buf);
}

static void
codes_are_unique_and_statuses_are_errors(void)
{
	for (enum problem_id i = PROBLEM_NONE + 1; i <= PROBLEM_VERSION; i++) {
		struct str code = str_of(problem_get(i)->code);

		check(problem_get(i)->status >= 400);
		check(problem_get(i)->status <= 599);
		for (enum problem_id j = PROBLEM_NONE + 1; j < i; j++)
			check(!str_is_equal(code, str_of(problem_get(j)->code)));
	}
}

static const struct tap_test tests[] = {
	TEST(rfc9457_a_problem_has_type_title_status_detail_and_instance),
	TEST(codes_are_unique_and_statuses_are_errors),
};

TAP_MAIN(tests)
