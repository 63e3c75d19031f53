/*
 * Why: one policy's trace as people see it and as programs do.
 *
 * For people: the lines of the policy that decided, what decided underlined,
 * with the values at hand. See explain in stile-policy(1).
 */
#ifndef STILE_CLI_POLICY_WHY_H
#define STILE_CLI_POLICY_WHY_H

#include "cli/policy_ask.h"
#include "util/json.h"

struct policy_why {
	const struct policy_file *file;
	size_t number;
	struct cedar_policy policy;
	struct cedar_trace trace;
};

/*
 * Trace a policy for a decided request.
 *
 * Returns: VERB_OK; else an exit code, and it was said why.
 */
int policy_why_trace(struct policy_why *why, const struct policy_ask *ask,
    const struct policy_input *input, struct cli *cli,
    const struct policy_file *file, size_t number) MUST_USE NONNULL;

/* Print what decided, in the policy's own text. */
void policy_why_print(const struct policy_why *why,
    const struct policy_input *input, const struct cli *cli) NONNULL;

/* Print it in a line: "sealed  resource.sealed is false". */
void policy_why_print_brief(const struct policy_why *why,
    const struct policy_input *input, const struct cli *cli) NONNULL;

/* Print every step with its value, indented. */
void policy_why_print_steps(const struct policy_why *why,
    const struct cli *cli) NONNULL;

/* Append the policy as an object. is_determining: it is a reason. */
void policy_why_json(struct json *json, const struct policy_why *why,
    const struct policy_input *input, bool is_determining) NONNULL;

#endif
