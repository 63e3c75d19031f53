/* Why a request was allowed or denied, for people. */
#ifndef STILE_CLI_POLICY_EXPLAIN_H
#define STILE_CLI_POLICY_EXPLAIN_H

#include "cli/policy_ask.h"

/*
 * Print the decision, the request, what decided, and what else a reader must
 * know of. all: every policy. with_steps: every expression.
 *
 * Returns: VERB_OK; else an exit code, and it was said why.
 */
int policy_explain_decided(const struct policy_ask *ask,
    const struct policy_input *input, struct cli *cli, bool all,
    bool with_steps) MUST_USE NONNULL;

#endif
