/*
 * A unit test in TAP, without a framework.
 *
 * A test file is a table of { name, function } and TAP_MAIN(table). Names are
 * sentences in snake case; a promise's test begins with its id (p4_...).
 * check() reports the place and goes on; a test passes when all its checks do.
 */
#ifndef STILE_TESTS_TAP_H
#define STILE_TESTS_TAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/attr.h"
#include "util/str.h"

struct tap_test {
	const char *name;
	void (*run)(void);
};

#define TEST(function) { #function, function }

static bool tap_failed;

#define check(condition)                                                       \
	tap_check((condition), #condition, __FILE__, __LINE__)
#define check_u64(got, want)                                                   \
	tap_check_u64((uint64_t)(got), (uint64_t)(want), #got, __FILE__,       \
	    __LINE__)
#define check_str(got, want) tap_check_str((got), (want), #got, __FILE__, __LINE__)

UNUSED static bool
tap_check(bool condition, const char *text, const char *file, int line)
{
	if (!condition) {
		printf("# %s:%d: not so: %s\n", file, line, text);
		tap_failed = true;
	}
	return condition;
}

UNUSED static bool
tap_check_u64(uint64_t got, uint64_t want, const char *text, const char *file,
    int line)
{
	if (got != want) {
		printf("# %s:%d: %s is %llu, expected %llu\n", file, line, text,
		    (unsigned long long)got, (unsigned long long)want);
		tap_failed = true;
	}
	return got == want;
}

UNUSED static bool
tap_check_str(struct str got, struct str want, const char *text,
    const char *file, int line)
{
	if (!str_is_equal(got, want)) {
		printf("# %s:%d: %s is \"%.*s\", expected \"%.*s\"\n", file,
		    line, text, STR_ARG(got), STR_ARG(want));
		tap_failed = true;
		return false;
	}
	return true;
}

/* Run all tests, or those whose name contains argv[1]. */
UNUSED static int
tap_main(const struct tap_test *tests, size_t n, int argc, char **argv)
{
	int n_failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		if (argc > 1 && strstr(tests[i].name, argv[1]) == NULL) {
			printf("ok %zu %s # SKIP not chosen\n", i + 1,
			    tests[i].name);
			continue;
		}
		tap_failed = false;
		tests[i].run();
		n_failed += tap_failed;
		printf("%s %zu %s\n", tap_failed ? "not ok" : "ok", i + 1,
		    tests[i].name);
	}
	return n_failed > 0 ? 1 : 0;
}

#define TAP_MAIN(table)                                                        \
	int main(int argc, char **argv)                                        \
	{                                                                      \
		return tap_main((table), ARRAY_LEN(table), argc, argv);        \
	}

#endif
