/* The actions of `stile policy`; cmd_policy.c has their table. */
#ifndef STILE_CLI_POLICY_H
#define STILE_CLI_POLICY_H

#include "cli/verb.h"

/* Each runs one action. Returns: an exit code. */
int policy_check_run(struct cli *cli) NONNULL;
int policy_convert_run(struct cli *cli) NONNULL;
int policy_eval_run(struct cli *cli) NONNULL;
int policy_explain_run(struct cli *cli) NONNULL;
int policy_format_run(struct cli *cli) NONNULL;
int policy_test_run(struct cli *cli) NONNULL;

#endif
