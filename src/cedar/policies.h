/* A policy set as the rest of the library sees it. */
#ifndef STILE_CEDAR_POLICIES_H
#define STILE_CEDAR_POLICIES_H

#include "cedar/ast.h"
#include "cedar/code.h"
#include "cedar/names.h"
#include "cedar/scope_index.h"
#include "stile/cedar.h"

struct cedar_policies {
	struct arena arena; /* everything below */
	struct cedar_names *names;
	struct names_stamp stamp; /* of the names after loading */
	struct ast_set ast;
	struct code_rule *rules; /* static policies, then links */
	size_t n_rules;
	size_t n_templates;
	struct scope_index index;
};

/*
 * Make a policy set of a tree: what cedar_policies_parse() does behind the
 * parser, for other readers (the JSON form).
 *
 * policies: new, from cedar_policies_new(), its ast filled in, its texts in its
 * arena. Returns: as cedar_policies_parse().
 */
int cedar_policies_compile(struct cedar_policies *policies,
    const struct cedar_link *links, size_t n_links,
    struct diag_list *diags) MUST_USE;

/* Returns: 0 and an empty set without a tree; fault ENOMEM. */
int cedar_policies_new(struct cedar_policies **policies,
    struct cedar_names *names) MUST_USE NONNULL;

/* The syntax tree, for the validator, the JSON form and the formatter. */
static inline const struct ast_set *
cedar_policies_ast(const struct cedar_policies *policies)
{
	return &policies->ast;
}

#endif
