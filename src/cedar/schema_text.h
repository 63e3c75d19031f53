/* Schemas in Cedar's own syntax: reading and writing. */
#ifndef STILE_CEDAR_SCHEMA_TEXT_H
#define STILE_CEDAR_SCHEMA_TEXT_H

#include "cedar/schema_tree.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"

/*
 * Read a schema. After an error reading goes on behind the next semicolon.
 *
 * arena: takes the tree; text must live as long.
 * Returns: 0 and *tree, sorted; CEDAR_E_INPUT, CEDAR_E_LIMIT with diagnostics;
 * fault.
 */
int cedar_schema_text_read(struct schema_tree *tree, struct arena *arena,
    struct str text, struct diag_list *diags) MUST_USE NONNULL;

#endif
