/*
 * Policies as JSON (Cedar's JSON policy format), read.
 *
 * What is read is printed as canonical text, which is then parsed: policies
 * from JSON have a text and places in it like all others.
 */
#ifndef STILE_CEDAR_EST_READ_H
#define STILE_CEDAR_EST_READ_H

#include "cedar/policies.h"
#include "util/attr.h"

/*
 * Read one policy or template, as {effect, principal, ..}, or a set, as
 * {staticPolicies, templates, templateLinks}.
 *
 * Returns: as cedar_policies_from_json(), whose work this is.
 */
int cedar_est_read_set(struct cedar_policies **policies,
    struct cedar_names *names, struct str json, struct diag_list *diags)
    MUST_USE NONNULL;

#endif
