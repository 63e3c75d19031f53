/*
 * The evaluator: code, entities and a request to a value.
 *
 * Semantics: cedar-spec, Cedar/Spec/Evaluator.lean, held against the Rust
 * engine. Recursion follows the code tree, at most LIMIT_CEDAR_DEPTH high.
 */
#ifndef STILE_CEDAR_EVAL_H
#define STILE_CEDAR_EVAL_H

#include "cedar/code.h"
#include "cedar/entities.h"
#include "cedar/names.h"
#include "cedar/value.h"
#include "util/arena.h"

/* Types for "expected ..": bits 1 << enum cedar_kind. */
#define EVAL_BIT(kind) (1u << (kind))

/* Why an evaluation stopped. kind 0: memory (see the arena). */
struct eval_error {
	enum cedar_error_kind kind;
	const struct code *at;
	unsigned expected; /* TYPE: bits of what would have been right */
	uint32_t name;	   /* ATTRIBUTE; NAMES_NONE for a tag's text */
	uint32_t n_args;   /* ARITY: how many were given */
	const char *why;   /* EXTENSION, OVERFLOW: static text */
	struct value a;	   /* the value in question; left operand */
	struct value b;	   /* tag's text; right operand */
};

struct eval_overlay {
	uint32_t n_slots;	 /* power of two; 0: no overlay */
	const uint32_t *slots;	 /* place in items + 1; 0 empty */
	const struct entity *items;
};

struct eval {
	struct arena *arena;
	struct names_scope scope;
	const struct cedar_entities *entities; /* NULL while folding */
	struct eval_overlay overlay;
	uint32_t uids[3]; /* by enum ast_var */
	const struct entity *entity[3]; /* of those uids; NULL: not there */
	const struct value_record *context;
	struct eval_error error; /* set when an evaluation fails */
};

/* Returns: the entity; NULL when there is none. */
const struct entity *cedar_eval_entity(const struct eval *eval,
    uint32_t uid) NONNULL;

/* Whether uid is target or below it; entity is uid's, or NULL. */
static inline bool
eval_is_in(uint32_t uid, const struct entity *entity, uint32_t target)
{
	return uid == target || (entity != NULL &&
	    value_uids_contain(entity->ancestors, entity->n_ancestors, target));
}

/* Returns: true and *value; false and eval->error. */
bool cedar_eval(struct eval *eval, struct value *value,
    const struct code *code) NONNULL;

/* As above; a value that is no bool is a type error. */
bool cedar_eval_bool(struct eval *eval, bool *value,
    const struct code *code) NONNULL;

/* Fill eval->error. All return false. */
bool cedar_eval_type_error(struct eval *eval, const struct code *code,
    unsigned expected, const struct value *got) NONNULL;
bool cedar_eval_fail(struct eval *eval, const struct code *code,
    enum cedar_error_kind kind, const char *why, const struct value *a,
    const struct value *b);
bool cedar_eval_no_room(struct eval *eval, const struct code *code) NONNULL;

#endif
