/*
 * What is not known of a request, as the reducer looks it up.
 *
 * For the context, and for the attributes and tags of every entity with unknown
 * ones, a tree of holes: a node is unknown itself, or is a record with unknown
 * members. What has no node is known, and is what the request gives.
 */
#ifndef STILE_CEDAR_UNKNOWNS_H
#define STILE_CEDAR_UNKNOWNS_H

#include "cedar/eval.h"
#include "cedar/intern.h"
#include "stile/cedar.h"

#define HOLE_ANY 0xffu /* kind: not known */

/* What is taken for an unknown's value. */
enum hole_assumed {
	HOLE_OPEN,  /* nothing: it is not known */
	HOLE_GIVEN, /* what the request gives, which may be nothing */
	HOLE_VALUE, /* *value */
};

struct hole {
	struct hole *next;     /* of the same record */
	struct hole *children; /* none when it is unknown itself */
	uint32_t name;	       /* attribute or tag */
	uint32_t type;	       /* of an entity; NAMES_NONE: not known */
	uint8_t kind;	       /* enum cedar_kind or HOLE_ANY */
	bool is_unknown;
	bool is_optional; /* unknown: it may be absent */
	uint8_t assumed;  /* enum hole_assumed */
	const struct value *value;
	uint64_t changes; /* bits of those that would change it */
};

struct hole_entity {
	uint32_t uid;
	bool has_more_ancestors; /* than those that are given */
	struct hole attrs;	 /* unknown: all, and whether it exists */
	struct hole tags;	 /* unknown: all */
};

struct unknowns {
	struct hole vars[3]; /* by enum ast_var */
	struct hole context;
	struct hole_entity *entities;
	size_t n_entities;
	struct hole **holes; /* by the number of the unknown; NULL: ancestors */
	size_t n_holes;
};

/*
 * Read what a caller declared unknown, over the request of eval.
 *
 * Returns: 0; CEDAR_E_INPUT, CEDAR_E_LIMIT with a diagnostic; fault.
 */
int cedar_unknowns_init(struct unknowns *unknowns, const struct eval *eval,
    const struct intern *intern, const struct cedar_unknown *list,
    size_t n) MUST_USE;

/* Returns: what is unknown of the entity; NULL for nothing. */
const struct hole_entity *cedar_unknowns_entity(
    const struct unknowns *unknowns, uint32_t uid) NONNULL;

/* Whether uid may have ancestors that are not given. entity: uid's, or NULL. */
bool cedar_unknowns_has_more_ancestors(const struct unknowns *unknowns,
    uint32_t uid, const struct entity *entity);

/* The hole of a member; NULL when the member is as it is given. */
const struct hole *cedar_unknowns_member(const struct hole *hole,
    uint32_t name);

/* Whether it is the hole of a member, not of a whole. */
bool cedar_unknowns_is_member(const struct unknowns *unknowns,
    const struct hole *hole) NONNULL;

/* Whether something of it, or below it, is not known. */
bool cedar_unknowns_is_open(const struct hole *hole) NONNULL;

/* Whether something of it, or below it, is taken to be another value. */
bool cedar_unknowns_is_assumed(const struct hole *hole) NONNULL;

/*
 * A given record with the values that are assumed; nothing of it is open.
 *
 * Returns: the record in the arena; NULL when it has no room.
 */
const struct value_record *cedar_unknowns_assume(struct arena *arena,
    const struct value_record *given, const struct hole *hole) NONNULL;

#endif
