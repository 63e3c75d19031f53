/*
 * The gate alone, in process: how long a decision takes, and how many requests
 * go down the path a second with a durable entry, by batch size.
 *
 * Usage: gate_bench [requests [batch]]. The store is in TMPDIR; the checkpoint is
 * signed by the test keeper in process. Prints a table; asserts nothing. One
 * batch size alone, for a profiler: --toggle-collect=path_walk of callgrind
 * counts the path without the test's own part.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gate/judge.h"
#include "gate/lawful.h"
#include "house.h"
#include "util/clock.h"

static struct house house;

static const char *const asked[] = { "owner.family", "owner.given",
	"owner.address.street", "owner.address.city", "owner.address.zip" };

static struct facts
good_facts(void)
{
	return (struct facts){ .requester = { .id = STR("amy"),
				   .ori = STR("NY0303000"),
				   .unit = STR(""),
				   .agency_kind = STR("local"),
				   .agency_state = STR("NY"),
				   .active = true,
				   .training_current = true,
				   .rules_current = true,
				   .agreement_current = true },
		.ground = { STR("investigation"), true, true, true, true,
		    false, false },
		.instrument = { .kind = STR("none") },
		.budget = { 1, 1, 1 },
		.purpose = STR("dppa-1"),
		.end_use = STR("criminal"),
		.subject_kind = STR("plate"),
		.reason_given = true,
		.now_us = house.now_us };
}

static bool
find_fields(enum record_field fields[static ARRAY_LEN(asked)])
{
	bool is_found = true;

	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		is_found &= record_field_find(&fields[i], str_of(asked[i]));
	return is_found;
}

static void
bench_judge(void)
{
	enum record_field fields[ARRAY_LEN(asked)];
	struct facts facts = good_facts();
	const int n = 20000;
	struct arena arena;
	int64_t start;
	size_t n_permits = 0;

	if (!find_fields(fields))
		return;
	arena_init(&arena, LIMIT_ASK_BYTES);
	start = clock_monotonic_us();
	for (int i = 0; i < n; i++) {
		struct decision decision;

		arena_reset(&arena);
		if (judge(&decision, &arena, &house.gate.vocabulary,
			house.gate.packs, house.gate.n_packs, &facts, fields,
			ARRAY_LEN(fields)) == 0)
			n_permits += decision.verdict == VERDICT_PERMIT;
	}
	printf("judge: %.2f us a request of %zu fields and %zu packs "
	       "(%.0f ns a field and pack), %zu of %d permitted, %zu bytes\n",
	    (double)(clock_monotonic_us() - start) / n, ARRAY_LEN(fields),
	    house.gate.n_packs,
	    (double)(clock_monotonic_us() - start) * 1000 / n /
		(double)(ARRAY_LEN(fields) * house.gate.n_packs +
		    house.gate.n_packs),
	    n_permits, n, arena.used);
	arena_fini(&arena);
}

/* What a refusal costs beside its decision: the ways out of it. */
static void
bench_lawful(const char *name, const struct facts *facts)
{
	enum record_field fields[ARRAY_LEN(asked)];
	const int n = 500;
	struct arena arena;
	struct str *sentences;
	size_t n_sentences = 0;
	int64_t start;

	if (!find_fields(fields))
		return;
	arena_init(&arena, LIMIT_ASK_BYTES);
	start = clock_monotonic_us();
	for (int i = 0; i < n; i++) {
		arena_reset(&arena);
		if (lawful_find(&sentences, &n_sentences, &arena,
			&house.gate.vocabulary, house.gate.packs,
			house.gate.n_packs, facts, fields,
			ARRAY_LEN(fields)) != 0)
			return;
	}
	printf("lawful: %7.1f us a refusal (%s), %zu sentences\n",
	    (double)(clock_monotonic_us() - start) / n, name, n_sentences);
	arena_fini(&arena);
}

static void
bench_refusals(void)
{
	struct facts facts = good_facts();

	facts.ground.open = false;
	bench_lawful("the case is closed", &facts);
	facts.ground = (struct facts_ground){ .kind = STR("none") };
	bench_lawful("no ground", &facts);
	facts.requester = (struct facts_requester){ .id = STR("amy"),
		.ori = STR("NY0303000"),
		.unit = STR(""),
		.agency_kind = STR("local"),
		.agency_state = STR("NY") };
	facts.reason_given = false;
	facts.purpose = STR("dppa-12");
	facts.end_use = STR("immigration-civil");
	bench_lawful("everything is missing", &facts);
}

/* CPU time of this process, user and system. */
static int64_t
cpu_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

static void
bench_path(size_t batch, size_t total)
{
	const char *who[LIMIT_BATCH];
	const char *bodies[LIMIT_BATCH];
	struct house_answer answers[LIMIT_BATCH];
	size_t n_ok = 0;
	int64_t spent = 0;
	int64_t cpu = 0;

	for (size_t i = 0; i < batch; i++) {
		who[i] = "amy";
		bodies[i] = HOUSE_REQUEST(HOUSE_PLATE,
		    "[\"owner.family\",\"owner.address.street\"]");
	}
	for (size_t done = 0; done < total; done += batch) {
		arena_reset(&house.arena);
		house.walk_us = 0;
		house.now_us += 1000;
		cpu -= cpu_us();
		house_ask_all(&house, answers, who, bodies, batch);
		cpu += cpu_us();
		spent += house.walk_us;
		for (size_t i = 0; i < batch; i++)
			n_ok += answers[i].status == 200;
	}
	printf("path: batch %3zu: %8.0f requests/s, %6.1f us each, CPU %6.1f us "
	       "with the test's own part, %zu ok\n",
	    batch, (double)total * 1e6 / (double)spent,
	    (double)spent / (double)total, (double)cpu / (double)total, n_ok);
}

int
main(int argc, char **argv)
{
	uint64_t total = 4096;
	uint64_t only = 0;

	if ((argc > 1 && !str_to_u64(&total, str_of(argv[1]))) ||
	    (argc > 2 && !str_to_u64(&only, str_of(argv[2]))) ||
	    only > LIMIT_BATCH)
		return 2;
	house_open(&house);
	house.is_keyed = true; /* as clients should */
	if (only == 0) {
		bench_judge();
		bench_refusals();
	}
	for (size_t batch = 1; batch <= LIMIT_BATCH && only == 0; batch *= 4)
		bench_path(batch, MAX((size_t)total / (batch < 16 ? 8 : 1),
				      batch));
	if (only > 0)
		bench_path((size_t)only, (size_t)total);
	house_close(&house);
	return 0;
}
