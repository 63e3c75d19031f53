/*
 * Texts in policies that are not what they look like: characters that turn the
 * direction of a line, names of characters that do not belong in names, letters
 * of several scripts in one word. Warned of, never refused.
 */
#ifndef STILE_CEDAR_TEXTCHECK_H
#define STILE_CEDAR_TEXTCHECK_H

#include "cedar/ast.h"
#include "util/attr.h"
#include "util/diag.h"

/* Add a warning for each text of a policy or template. */
void cedar_textcheck_policy(const struct ast_policy *policy,
    struct diag_list *diags) NONNULL;

#endif
