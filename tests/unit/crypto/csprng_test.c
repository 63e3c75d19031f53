/* The random source: different bytes every time, in a forked child too. */
#include "crypto/csprng.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static void
no_two_draws_are_alike(void)
{
	CLEANUP(csprng_close) struct csprng csprng = { 0 };
	struct random random;
	uint8_t draws[500][16];

	if (!check(csprng_open(&csprng) == 0))
		return;
	random = csprng_random(&csprng);
	for (size_t i = 0; i < ARRAY_LEN(draws); i++) {
		random_fill(&random, draws[i], sizeof(draws[i]));
		for (size_t j = 0; j < i; j++)
			check(memcmp(draws[i], draws[j], 16) != 0);
	}
}

static void
every_length_is_filled_to_its_end(void)
{
	CLEANUP(csprng_close) struct csprng csprng = { 0 };
	static const size_t lens[] = { 1, 16, 1000, 1023, 1500, 4096, 9000 };
	uint8_t bytes[9001];

	if (!check(csprng_open(&csprng) == 0))
		return;
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		size_t len = lens[i];
		bool is_set = false;

		memset(bytes, 0, sizeof(bytes));
		for (int round = 0; round < 64 && !is_set; round++) {
			csprng_fill(&csprng, bytes, len);
			is_set = bytes[len - 1] != 0;
		}
		check(is_set);
		check(bytes[len] == 0);
	}
	csprng_fill(&csprng, bytes, 0);
}

static void
a_forked_child_draws_other_bytes(void)
{
	CLEANUP(csprng_close) struct csprng csprng = { 0 };
	uint8_t ours[64];
	uint8_t theirs[64] = { 0 };
	int ends[2];
	pid_t child;

	if (!check(csprng_open(&csprng) == 0) || !check(pipe(ends) == 0))
		return;
	csprng_fill(&csprng, ours, sizeof(ours)); /* the page is full now */
	child = fork();
	if (child == 0) {
		csprng_fill(&csprng, theirs, sizeof(theirs));
		_exit(write(ends[1], theirs, sizeof(theirs)) !=
		    sizeof(theirs));
	}
	csprng_fill(&csprng, ours, sizeof(ours));
	check(read(ends[0], theirs, sizeof(theirs)) == sizeof(theirs));
	check(waitpid(child, NULL, 0) == child);
	check(memcmp(ours, theirs, sizeof(ours)) != 0);
	close(ends[0]);
	close(ends[1]);
}

static void
closing_twice_is_harmless(void)
{
	struct csprng csprng = { 0 };

	csprng_close(&csprng);
	check(csprng_open(&csprng) == 0);
	csprng_close(&csprng);
	csprng_close(&csprng);
	check(csprng.page == NULL);
}

static const struct tap_test tests[] = {
	TEST(no_two_draws_are_alike),
	TEST(every_length_is_filled_to_its_end),
	TEST(a_forked_child_draws_other_bytes),
	TEST(closing_twice_is_harmless),
};

TAP_MAIN(tests)
