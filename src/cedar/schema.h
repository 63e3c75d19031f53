/*
 * A schema, resolved: every name stands for the one thing it means.
 *
 * Entity types and actions are numbers: places in the arrays, which are
 * ascending by name. The types of actions (N::Action) are entity types too,
 * marked is_action.
 *
 * Invariants: S1 no type contains itself except through an entity type. S2
 * types are at most LIMIT_CEDAR_TYPE_SIZE large with common types put in. S3
 * ancestors are transitive and ascending; of actions also free of cycles.
 */
#ifndef STILE_CEDAR_SCHEMA_H
#define STILE_CEDAR_SCHEMA_H

#include <stdint.h>

#include "cedar/schema_tree.h"
#include "cedar/schema_type.h"
#include "stile/cedar.h"
#include "util/map.h"

struct schema_numbers {
	const uint32_t *items; /* ascending, each once */
	uint32_t n;
};

struct schema_entity {
	struct str name; /* with its namespace */
	bool is_action;
	struct schema_type type;	 /* ENTITY: this one */
	const struct schema_type *attrs; /* RECORD */
	const struct schema_type *tags;	 /* NULL: no tags */
	const struct str *ids;		 /* of an enumeration, as declared */
	size_t n_ids;			 /* 0: none */
	/* Itself only in a cycle; of an action's type, those of ancestors. */
	struct schema_numbers ancestors;
};

struct schema_action {
	struct cedar_uid uid;
	uint32_t type; /* its entity type */
	struct schema_numbers parents;	 /* actions */
	struct schema_numbers ancestors; /* actions, parents included */
	struct schema_numbers principals;
	struct schema_numbers resources;
	const struct schema_type *context; /* RECORD */
};

struct cedar_schema {
	struct arena arena;
	struct schema_tree tree; /* as written, for conversions */
	struct schema_entity *entities;
	uint32_t n_entities;
	struct schema_action *actions; /* by type, then id */
	uint32_t n_actions;
};

#define SCHEMA_NONE UINT32_MAX

/* Returns: the number of the entity type of that name, or SCHEMA_NONE. */
uint32_t cedar_schema_find_entity(const struct cedar_schema *schema,
    struct str name) NONNULL;

/* Returns: the number of the action, or SCHEMA_NONE. */
uint32_t cedar_schema_find_action(const struct cedar_schema *schema,
    const struct cedar_uid *uid) NONNULL;

/* Whether the id is one that the entity type allows. */
bool cedar_schema_has_id(const struct schema_entity *entity, struct str id)
    NONNULL;

bool cedar_schema_numbers_contain(const struct schema_numbers *numbers,
    uint32_t number) NONNULL;

/* Whether an entity of type a may be, or be below, one of type b. */
bool cedar_schema_may_be_in(const struct cedar_schema *schema, uint32_t a,
    uint32_t b) NONNULL;

/* The last part of a type's name is `Action`. */
bool cedar_schema_is_action_type(struct str name);

/* How many letters differ between two names: 3 is "too many". */
unsigned cedar_schema_distance(struct str a, struct str b);

/* The name nearest to a misspelt one, for help. Empty: none is near. */
struct str cedar_schema_near_entity(const struct cedar_schema *schema,
    struct str name) NONNULL;

#endif
