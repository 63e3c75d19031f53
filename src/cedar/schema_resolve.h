/* From the tree of a schema to its resolved form. */
#ifndef STILE_CEDAR_SCHEMA_RESOLVE_H
#define STILE_CEDAR_SCHEMA_RESOLVE_H

#include "cedar/schema.h"

/* What a reference to a type may name. */
enum schema_reference {
	SCHEMA_ENTITY = 1,
	SCHEMA_COMMON = 2,
	SCHEMA_EITHER = SCHEMA_ENTITY | SCHEMA_COMMON,
};

/* What a reference names. name: with its namespace, or `__cedar::Long`. */
struct schema_referent {
	enum schema_reference kind;
	struct str name;
};

/* All names that a tree declares. */
struct schema_scope;

/*
 * Collect the names and check that they are distinct and hide nothing.
 *
 * Returns: 0 and *scope in the arena; CEDAR_E_INPUT, CEDAR_E_LIMIT with
 * diagnostics; fault.
 */
int cedar_schema_resolve_scope(struct schema_scope **scope,
    const struct schema_tree *tree, struct arena *arena,
    struct diag_list *diags) MUST_USE NONNULL;

/*
 * What a name means in a namespace: N::name before name, a common type before
 * an entity type.
 *
 * Returns: true and *referent (its name in the arena); false: nothing, or no
 * room.
 */
bool cedar_schema_resolve_name(struct schema_referent *referent,
    const struct schema_scope *scope, struct str space, struct str name,
    enum schema_reference kind) NONNULL;

/* The type's name of an action's parent. Returns: p NULL when undeclared. */
struct str cedar_schema_resolve_parent(const struct schema_scope *scope,
    struct str space, const struct schema_tree_parent *parent) NONNULL;

/* Fill a schema whose tree is read. Returns: as cedar_schema_resolve_scope. */
int cedar_schema_resolve(struct cedar_schema *schema,
    struct diag_list *diags) MUST_USE NONNULL;

#endif
