/*
 * Entities from text: a set of records with the members that JSON has, as
 * literal.h says; see stile/cedar.h.
 */
#include "cedar/entities_json.h"
#include "cedar/literal.h"
#include "limits.h"

int
cedar_entities_text_add(struct cedar_entities *entities,
    const struct cedar_schema *schema, struct str text,
    struct diag_list *diags)
{
	CLEANUP(arena_fini) struct arena arena;
	struct jsontree tree;
	int r;

	arena_init(&arena, LIMIT_CEDAR_ARENA);
	r = cedar_literal_tree(&tree, &arena, text, diags);
	if (r != 0)
		return r;
	if (tree.kind != JSONTREE_ARRAY) {
		diag_error(diags, tree.span.at, tree.span.len,
		    "entities are a set of records");
		diag_help(diags,
		    "[{ uid: User::\"ann\", parents: [], attrs: {} }]");
		return CEDAR_E_INPUT;
	}
	return schema != NULL
	    ? cedar_schema_entities_add_tree(entities, schema, &tree, diags)
	    : cedar_entities_json_add_tree(entities, &tree, diags);
}
