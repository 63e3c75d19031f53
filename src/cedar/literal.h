/*
 * Values as Cedar text: 7, "x", User::"ann", [1, 2], { county: "Kings" },
 * ip("10.0.0.1/8").
 *
 * Cedar itself knows entities and requests as JSON only. Their text form here is
 * that JSON written as Cedar values, with the same members, so that whoever
 * reads policies reads them too. A text is therefore read into the tree that
 * JSON is read into (in the explicit form, with places in the text) and goes the
 * same way from there.
 */
#ifndef STILE_CEDAR_LITERAL_H
#define STILE_CEDAR_LITERAL_H

#include "cedar/jsontree.h"
#include "stile/cedar.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/diag.h"

#define LITERAL_CALL_TEXT 64 /* longest argument of a constructor, and NUL */

/*
 * Read one value.
 *
 * text: must live as long as the tree. diags: its source should be text.
 * Returns: 0 and *tree in the arena; CEDAR_E_INPUT, CEDAR_E_LIMIT with a
 * diagnostic; fault.
 */
int cedar_literal_tree(struct jsontree *tree, struct arena *arena,
    struct str text, struct diag_list *diags) MUST_USE NONNULL;

/*
 * The call that makes an extension value: its function and argument.
 *
 * Returns: false for a datetime outside the years that have a text, which is
 * datetime("1970-01-01").offset(duration("..ms")): then text is that duration.
 */
bool cedar_literal_call(struct str *function, char text[static LITERAL_CALL_TEXT],
    const struct cedar_value *value);

#endif
