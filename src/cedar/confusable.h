/*
 * Texts of a policy that a reader may take for others: letters of several
 * scripts, characters that turn the direction of writing, characters that no
 * identifier should have (UTS 39). Only warned of.
 */
#ifndef STILE_CEDAR_CONFUSABLE_H
#define STILE_CEDAR_CONFUSABLE_H

#include "cedar/ast.h"
#include "util/diag.h"

/* Warn of the strings, patterns and names of a policy, scope and conditions. */
void cedar_confusable_check(const struct ast_policy *policy,
    struct diag_list *diags) NONNULL;

/* Whether no script has all characters of the text. text: valid UTF-8. */
bool cedar_confusable_is_mixed(struct str text);

#endif
