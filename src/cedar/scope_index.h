/*
 * Which policies can match at all: found by their scope, not by looking at each.
 *
 * A policy whose scope names both a principal and a resource is filed under
 * each of them, and a query takes the side with fewer. Any other is filed under
 * one key, the rarest of those its scope names: principal or its type, action,
 * resource or its type. Those without any are always candidates. A small set is
 * not filed: all are candidates.
 */
#ifndef STILE_CEDAR_SCOPE_INDEX_H
#define STILE_CEDAR_SCOPE_INDEX_H

#include "cedar/code.h"
#include "util/arena.h"
#include "util/attr.h"

enum scope_index_kind {
	SCOPE_INDEX_PRINCIPAL,
	SCOPE_INDEX_PRINCIPAL_TYPE,
	SCOPE_INDEX_ACTION,
	SCOPE_INDEX_RESOURCE,
	SCOPE_INDEX_RESOURCE_TYPE,
	SCOPE_INDEX_PAIR_PRINCIPAL, /* of policies that name both */
	SCOPE_INDEX_PAIR_RESOURCE,  /* the same policies */
	SCOPE_INDEX_ALWAYS,	    /* number 0 */
	SCOPE_INDEX_N_KINDS,
};

struct scope_index_list {
	const uint32_t *rules;
	uint32_t n;
};

struct scope_index_slot {
	uint64_t key; /* kind and number, plus 1; 0 empty */
	uint32_t n;
	uint32_t start;
};

struct scope_index {
	struct scope_index_slot *slots;
	size_t n_slots; /* power of two */
	uint32_t *rules;
	uint32_t n_filed[SCOPE_INDEX_N_KINDS]; /* nothing there: do not look */
};

/* Returns: 0; CEDAR_E_LIMIT; fault ENOMEM. Everything lives in the arena. */
int cedar_scope_index_build(struct scope_index *index, struct arena *arena,
    const struct code_rule *rules, size_t n) MUST_USE;

/* The policies filed under a key, by ascending number. */
struct scope_index_list cedar_scope_index_find(const struct scope_index *index,
    enum scope_index_kind kind, uint32_t number) NONNULL;

#endif
