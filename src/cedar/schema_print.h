/* Schemas written in Cedar's own syntax. */
#ifndef STILE_CEDAR_SCHEMA_PRINT_H
#define STILE_CEDAR_SCHEMA_PRINT_H

#include "cedar/schema_tree.h"
#include "util/buf.h"
#include "util/diag.h"

/*
 * Append a schema, laid out as the original engine does.
 *
 * Returns: 0; CEDAR_E_INPUT with a diagnostic when the syntax cannot say it: a
 * namespace has a common type and an entity type of one name, or an entity's
 * shape is a common type.
 */
int cedar_schema_print(struct buf *buf, const struct schema_tree *tree,
    struct diag_list *diags) MUST_USE NONNULL;

#endif
