/*
 * Trust policies. What is taken has a quorum that its lines define and no more
 * rows than allowed; judging an unsigned checkpoint by it never fails, and is
 * met only where the policy asks for nobody.
 */
#include <assert.h>
#include <stdint.h>

#include "limits.h"
#include "tlog/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	static struct tlog_note note;
	struct tlog_policy_verdict verdict;
	struct tlog_policy policy;
	struct diag_list diags;
	struct arena arena;
	size_t bad;
	int r;

	arena_init(&arena, 4u << 20);
	diag_init(&diags, &arena, STR("policy"), text);
	r = tlog_policy_parse(&policy, &arena, &diags, text);
	assert((r == TLOG_POLICY_E_WRONG) == (diags.n_errors > 0));
	if (r == 0) {
		assert(policy.is_none || policy.quorum < policy.n_nodes);
		assert(policy.n_logs <= LIMIT_TLOG_POLICY_ITEMS);
		assert(policy.n_witnesses <= LIMIT_TLOG_POLICY_ITEMS);
		r = tlog_policy_judge(&policy, &verdict, &bad, &note);
		assert(r == 0 && verdict.is_met == policy.is_none);
	}
	arena_fini(&arena);
	return 0;
}
