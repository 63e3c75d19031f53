/*
 * Policies as JSON (Cedar's JSON policy format), written.
 *
 * The form of the original: chains lean to the left, `has a.b` becomes what it
 * means, an action list of one is that one, annotations without a value are
 * null. Members come in a fixed order: the same policy gives the same bytes.
 */
#ifndef STILE_CEDAR_EST_WRITE_H
#define STILE_CEDAR_EST_WRITE_H

#include "cedar/policies.h"
#include "util/attr.h"
#include "util/buf.h"

/* Append one policy or template. Stops when buf has failed. */
void cedar_est_write_policy(struct buf *buf, const struct ast_policy *policy)
    NONNULL;

/* Append {staticPolicies, templates, templateLinks}. Stops likewise. */
void cedar_est_write_set(struct buf *buf, const struct cedar_policies *policies)
    NONNULL;

#endif
