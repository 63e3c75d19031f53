/* The gate's own judge behind a lookback: the shipped packs speak. */
#include "cli/lookback_judge.h"

#include <stdlib.h>

#include "tap.h"

#define NOW INT64_C(1795000000000000) /* late in 2026 */

static const struct lookback_facts best = { .ground_kind = "investigation",
	.registered = true,
	.open = true,
	.same_agency = true,
	.assigned = true,
	.requester_active = true,
	.training_current = true,
	.agreement_current = true,
	.reason_given = true,
	.end_use = "criminal",
	.requester_day = 1,
	.ground_count = 1,
	.agency_day = 1,
	.now_us = NOW };

static struct lookback_opinion
ask(struct lookback_bench *bench, struct lookback_facts facts)
{
	struct lookback_opinion opinion;

	check(lookback_judge_ask(bench, &opinion, &facts) == 0);
	return opinion;
}

static void
the_shipped_packs_answer_by_their_rules(void)
{
	struct arena arena = { 0 };
	struct diag_list diags;
	struct lookback_bench bench;
	struct lookback_opinion opinion;
	struct lookback_facts facts = best;

	arena_init(&arena, 1 << 20);
	diag_init(&diags, &arena, STR("packs"), (struct str){ 0 });
	check(lookback_judge_init(&bench, getenv("STILE_PACKS"), NOW, &diags) ==
	    0);
	check_str(bench.names, STR("federal, house"));
	check(ask(&bench, facts).answer == LOOKBACK_PERMIT);
	facts.requester_day = 51;
	opinion = ask(&bench, facts);
	check(opinion.answer == LOOKBACK_REFER);
	check_str(opinion.rules[0].rule, STR("too-many-persons"));
	facts = best;
	facts.ground_kind = "none";
	opinion = ask(&bench, facts);
	check(opinion.answer == LOOKBACK_DENY);
	check_str(opinion.rules[0].rule, STR("ground-missing"));
	check(opinion.rules[0].says.len > 0 && opinion.rules[0].remedy.len > 0);
	facts = best;
	facts.end_use = "immigration-civil";
	check(ask(&bench, facts).answer == LOOKBACK_DENY);
	lookback_judge_fini(&bench);
	arena_fini(&arena);
}

static void
a_folder_without_packs_is_refused(void)
{
	struct arena arena = { 0 };
	struct diag_list diags;
	struct lookback_bench bench;

	arena_init(&arena, 1 << 20);
	diag_init(&diags, &arena, STR("packs"), (struct str){ 0 });
	check(lookback_judge_init(&bench, "/nowhere", NOW, &diags) ==
	    LOOKBACK_JUDGE_E_PACKS);
	check(lookback_judge_init(&bench, "/proc/self/fd", NOW, &diags) ==
	    LOOKBACK_JUDGE_E_PACKS);
	check(diags.n_errors == 2);
	arena_fini(&arena);
}

static const struct tap_test tests[] = {
	TEST(the_shipped_packs_answer_by_their_rules),
	TEST(a_folder_without_packs_is_refused),
};

TAP_MAIN(tests)
