/*
 * Levels (RFC 76): how many entities away from the request a condition looks.
 *
 * `.`, `has`, `in`, hasTag and getTag on an entity cost one level; entities
 * that the policy names cannot be looked into at all. A policy of level n can
 * be decided with the entities within n steps of the request. After
 * cedar-policy-core, level_validate.rs.
 */
#ifndef STILE_CEDAR_LEVELCHECK_H
#define STILE_CEDAR_LEVELCHECK_H

#include "cedar/check_tree.h"
#include "cedar/typecheck.h"

/*
 * Tell what of a typed expression goes beyond the level. What the type checker
 * did not reach in this environment (check->notes) is never evaluated and
 * costs nothing.
 */
void cedar_levelcheck(struct typecheck *check, const struct check *expr,
    uint32_t level) NONNULL;

/* Tell that a place costs one level when there is none. */
void cedar_levelcheck_tell(struct typecheck *check, struct ast_span span,
    uint32_t level, uint32_t needed) NONNULL;

#endif
