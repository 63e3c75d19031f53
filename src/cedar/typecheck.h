/*
 * The type checker: a condition in one request environment (an action, the
 * types of principal and resource) to a type, or to what is wrong with it.
 *
 * Rules: cedar-spec, Cedar/Validation/Typechecker.lean, held against the Rust
 * engine 4.12. Strict mode allows no union of entity types, no records of
 * different shape, no empty set literal and only literals in constructors.
 *
 * Recursion follows the check tree, which is at most LIMIT_CEDAR_DEPTH high.
 */
#ifndef STILE_CEDAR_TYPECHECK_H
#define STILE_CEDAR_TYPECHECK_H

#include "cedar/check_tree.h"
#include "cedar/schema.h"
#include "util/diag.h"

struct typecheck {
	const struct cedar_schema *schema;
	struct arena *arena; /* of one policy: what was told */
	struct arena *types; /* of one environment: reset by _forget */
	struct diag_list *diags;
	struct str policy; /* its id, for messages */
	struct schema_type_join join;
	/* The environment. */
	const struct schema_action *action;
	uint32_t principal; /* entity types */
	uint32_t resource;
	/* By capability: how often it is known where the checker stands. */
	uint32_t *known;
	uint32_t n_known;
	uint32_t *marks; /* by capability: the intersection it was seen in */
	uint32_t n_marks;
	/* Capabilities that expressions gave, the newest last. */
	uint32_t *given;
	size_t n_given;
	size_t size_given;
	/* By node: 0, or 1 + the kind of its type here. NULL: not noted. */
	uint8_t *notes;
	struct map *told; /* messages told of this policy: each once */
	bool is_new; /* what was told last had not been told before */
	uint64_t n_checks;
	bool is_stopped; /* by a limit or memory: see r */
	int r;
};

/*
 * Begin with a policy: forget what is known and told.
 *
 * tree: the policy's. told: an empty map. Returns: 0; fault ENOMEM.
 */
int cedar_typecheck_begin(struct typecheck *check,
    const struct check_tree *tree, struct map *told) MUST_USE NONNULL;

/* Release what the checker holds besides the arena. */
void cedar_typecheck_fini(struct typecheck *check) NONNULL;

/*
 * The type of an expression, which becomes known to be true for what is
 * checked next in this environment.
 *
 * Returns: a type; NULL when it has none (told) or check->is_stopped.
 */
const struct schema_type *cedar_typecheck_assume(struct typecheck *check,
    const struct check *expr) NONNULL;

/* Forget what was assumed. */
void cedar_typecheck_forget(struct typecheck *check) NONNULL;

/* Say what is wrong with a policy, once. */
void cedar_typecheck_tell(struct typecheck *check, struct ast_span span,
    const char *format, ...) PRINTF(3, 4);

/* Help for what was told last; nothing when that had been told before. */
void cedar_typecheck_help(struct typecheck *check, const char *format, ...)
    PRINTF(2, 3);

/* Count one step of work. Returns: false past LIMIT_CEDAR_CHECKS: stopped. */
bool cedar_typecheck_count(struct typecheck *check) NONNULL;

/* Stop for a limit (CEDAR_E_LIMIT, told by the caller) or a fault. */
void cedar_typecheck_stop(struct typecheck *check, int r) NONNULL;

#endif
