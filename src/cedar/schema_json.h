/* Schemas in their JSON form: reading and writing. */
#ifndef STILE_CEDAR_SCHEMA_JSON_H
#define STILE_CEDAR_SCHEMA_JSON_H

#include "cedar/schema_resolve.h"
#include "cedar/schema_tree.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"

/*
 * Read a schema. Unknown members are refused.
 *
 * arena: takes the tree; text must live as long.
 * Returns: 0 and *tree, sorted; CEDAR_E_INPUT, CEDAR_E_LIMIT with a diagnostic;
 * fault.
 */
int cedar_schema_json_read(struct schema_tree *tree, struct arena *arena,
    struct str text, struct diag_list *diags) MUST_USE NONNULL;

/*
 * Write a schema as one line of JSON.
 *
 * scope: NULL leaves references as they were written (EntityOrCommon where
 * Cedar's syntax does not tell which); else they are resolved and qualified.
 */
void cedar_schema_json_write(struct buf *buf, const struct schema_tree *tree,
    const struct schema_scope *scope);

#endif
