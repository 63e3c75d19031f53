/*
 * The entity store, as the rest of the library sees it.
 *
 * Invariants, once finished: E1 ancestors of an entity hold the parents of
 * every ancestor that is in the store; E2 no entity is among its own ancestors;
 * E3 ancestors and parents are ascending, without repeats.
 */
#ifndef STILE_CEDAR_ENTITIES_H
#define STILE_CEDAR_ENTITIES_H

#include "cedar/intern.h"
#include "cedar/names.h"
#include "cedar/value.h"
#include "stile/cedar.h"

struct entity {
	uint32_t uid;
	uint32_t n_parents;
	uint32_t n_ancestors;
	const uint32_t *parents;
	const uint32_t *ancestors; /* parents included */
	const struct value_record *attrs;
	const struct value_record *tags;
};

/*
 * Read what a caller wrote into an entity without ancestors.
 *
 * Returns: as cedar_entities_add.
 */
int cedar_entities_intern(struct entity *entity, const struct intern *intern,
    const struct cedar_entity *input) MUST_USE NONNULL;

/* "Type::\"id\"" for a message, escaped. Returns: p NULL without room. */
struct str cedar_entities_name(struct arena *arena,
    const struct names_scope *scope, uint32_t uid) NONNULL;

/* Returns: the entity with that number; NULL when it is not in the store. */
const struct entity *cedar_entities_find(const struct cedar_entities *entities,
    uint32_t uid) NONNULL;

/* Entity number i in the order added, i < cedar_entities_count(). */
const struct entity *cedar_entities_get(const struct cedar_entities *entities,
    size_t i) NONNULL;

/* The dictionary of the store. Borrowed. */
struct cedar_names *cedar_entities_names(
    const struct cedar_entities *entities) NONNULL;

bool cedar_entities_is_finished(const struct cedar_entities *entities) NONNULL;

/* Sort numbers and drop repeats. Returns: how many are left. */
size_t cedar_entities_sort(uint32_t *uids, size_t n);

#endif
