/*
 * A request put to policies on the work bench: read from a file or from options,
 * decided over all files, which are one set.
 */
#ifndef STILE_CLI_POLICY_ASK_H
#define STILE_CLI_POLICY_ASK_H

#include "cli/policy_input.h"

struct policy_reason {
	const struct policy_file *file;
	uint32_t number; /* of the policy in its file */
};

struct policy_failure {
	const struct policy_file *file;
	struct cedar_error error;
	struct str message;
};

struct policy_ask {
	struct cedar_request request;
	struct cedar_uid resource;
	bool is_unchecked; /* not held against the schema */
	bool is_untold;	   /* nobody asks anything: for an expression alone */
	struct cedar_query *query;
	enum cedar_decision decision;
	bool is_denied_by_error; /* Cedar itself would allow */
	struct policy_reason *reasons;
	size_t n_reasons;
	struct policy_failure *failures;
	size_t n_failures;
};

/*
 * Read the request that the operand or the options tell, with the policies,
 * entities and schema that it brings and those that options name.
 *
 * may_be_untold: no request at all is none that is wrong.
 * Returns: VERB_OK; else an exit code, and it was said why.
 */
int policy_ask_read(struct policy_ask *ask, struct policy_input *input,
    struct cli *cli, bool may_be_untold) MUST_USE NONNULL;

/*
 * Read a request out of a tree, and hold it against the schema if there is one.
 * The entities must be closed. What is wrong is added to diags.
 *
 * Returns: VERB_OK, also then; else an exit code.
 */
int policy_ask_take(struct policy_ask *ask, struct policy_input *input,
    struct cli *cli, const struct jsontree *tree, struct diag_list *diags)
    MUST_USE NONNULL;

/* Decide it. Returns: VERB_OK; else an exit code, and it was said why. */
int policy_ask_decide(struct policy_ask *ask, struct policy_input *input,
    struct cli *cli, bool denies_on_error) MUST_USE NONNULL;

/* Read a whole document, JSON or text. Returns: as the library's readers. */
int policy_ask_tree(struct jsontree *tree, struct arena *arena, struct str text,
    struct diag_list *diags) MUST_USE NONNULL;

/* The word for a decision. */
struct str policy_ask_word(enum cedar_decision decision);

#endif
