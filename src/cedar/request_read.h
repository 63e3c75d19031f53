/* Requests from a tree of JSON or text, for what holds one among others. */
#ifndef STILE_CEDAR_REQUEST_READ_H
#define STILE_CEDAR_REQUEST_READ_H

#include "cedar/jsontree.h"
#include "stile/cedar.h"

/*
 * Read the members principal, action, resource and context; others are the
 * caller's. schema: NULL, or what says how the context may be written.
 *
 * Returns: as cedar_request_read().
 */
int cedar_request_read_tree(struct cedar_request *request,
    struct cedar_uid *resource, struct arena *arena,
    const struct cedar_schema *schema, const struct jsontree *tree,
    struct diag_list *diags) MUST_USE;

/* An entity: {"type", "id"}, {"__entity": {..}} or "User::\"ann\"". */
int cedar_request_read_uid(struct cedar_uid *uid, struct arena *arena,
    const struct jsontree *tree, struct str what, struct diag_list *diags)
    MUST_USE NONNULL;

#endif
