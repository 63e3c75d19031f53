/*
 * The syntax tree of a schema, as written: what both syntaxes are read into and
 * written from. Names are not resolved. Everything lives in one arena.
 *
 * Depth: a type is at most LIMIT_CEDAR_SCHEMA_DEPTH high, so walks may recurse.
 * Order: namespaces, declarations and attributes are ascending by name, each
 * name once; lists of types and ids are in the order written.
 */
#ifndef STILE_CEDAR_SCHEMA_TREE_H
#define STILE_CEDAR_SCHEMA_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "cedar/ast.h"
#include "stile/cedar.h"
#include "util/str.h"

enum schema_tree_kind {
	SCHEMA_TREE_NAME,   /* of an entity or common type: resolution decides */
	SCHEMA_TREE_ENTITY, /* of an entity type (JSON only) */
	SCHEMA_TREE_COMMON, /* of a common type (JSON, or a context's name) */
	SCHEMA_TREE_BOOL,   /* this one and the next three: JSON only */
	SCHEMA_TREE_LONG,
	SCHEMA_TREE_STRING,
	SCHEMA_TREE_EXTENSION, /* ipaddr, decimal, datetime, duration */
	SCHEMA_TREE_SET,
	SCHEMA_TREE_RECORD,
};

struct schema_tree_attr;

struct schema_tree_type {
	enum schema_tree_kind kind;
	struct ast_span span;
	union {
		struct str name; /* the first three, and EXTENSION */
		const struct schema_tree_type *element;
		struct {
			const struct schema_tree_attr *items;
			size_t n;
		} record;
	};
};

/* Ascending by name. */
struct schema_tree_notes {
	const struct cedar_annotation *items;
	size_t n;
};

struct schema_tree_attr {
	struct str name;
	struct ast_span span; /* of the name */
	const struct schema_tree_type *type;
	bool is_optional;
	struct schema_tree_notes notes;
};

struct schema_tree_names {
	const struct ast_name *items;
	size_t n;
};

struct schema_tree_common {
	struct str name;
	struct ast_span span; /* of the name */
	const struct schema_tree_type *type;
	struct schema_tree_notes notes;
};

struct schema_tree_entity {
	struct str name;
	struct ast_span span;
	struct schema_tree_names parents;
	const struct schema_tree_type *shape; /* NULL: no attributes */
	const struct schema_tree_type *tags;  /* NULL: none */
	const struct str *ids;		      /* of an enumeration */
	size_t n_ids;			      /* 0: no enumeration */
	struct schema_tree_notes notes;
};

/* An action's parent: its type's name is empty when it was not written. */
struct schema_tree_parent {
	struct ast_name type;
	struct str id;
	struct ast_span span;
};

struct schema_tree_action {
	struct str name;
	struct ast_span span;
	const struct schema_tree_parent *parents;
	size_t n_parents;
	bool has_parents; /* a list was written, be it empty */
	bool applies;	  /* an appliesTo was written, or the text's default */
	struct schema_tree_names principals;
	struct schema_tree_names resources;
	const struct schema_tree_type *context; /* NULL: an empty record */
	struct schema_tree_notes notes;
};

struct schema_tree_space {
	struct str name; /* empty: the namespace without a name */
	struct ast_span span;
	struct schema_tree_common *commons;
	size_t n_commons;
	struct schema_tree_entity *entities;
	size_t n_entities;
	struct schema_tree_action *actions;
	size_t n_actions;
	struct schema_tree_notes notes;
};

struct schema_tree {
	struct schema_tree_space *spaces; /* the nameless one first */
	size_t n_spaces;
};

/* `type Long`, `Set`, `Record` .. : words that no common type may be named. */
bool cedar_schema_tree_is_keyword(struct str name);

/* As ast_is_path, `__cedar` allowed: what a reference to a type may be. */
bool cedar_schema_tree_is_path(struct str text);

/*
 * Put attributes into their order; of those with one name the last stays.
 *
 * Returns: how many are left.
 */
size_t cedar_schema_tree_sort_attrs(struct schema_tree_attr *attrs, size_t n);

/* Put annotations into their order. Returns: -1, or the place of a repeat. */
long cedar_schema_tree_sort_notes(struct cedar_annotation *notes, size_t n);

/* Put all declarations of a tree into their order (names are distinct). */
void cedar_schema_tree_sort(struct schema_tree *tree) NONNULL;

/* Shape or context that is the empty record, written or not. */
static inline bool
schema_tree_is_empty(const struct schema_tree_type *type)
{
	return type == NULL ||
	    (type->kind == SCHEMA_TREE_RECORD && type->record.n == 0);
}

#endif
