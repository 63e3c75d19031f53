/*
 * A random partial query and a request that agrees with it.
 *
 * Around a generated case (tests/outside/cedar/generate.h): what the partial
 * query is given, what it is told is unknown, and a real request and store that
 * differ from what it was given only there.
 */
#ifndef STILE_TESTS_PARTIAL_CASE_H
#define STILE_TESTS_PARTIAL_CASE_H

#include "../../outside/cedar/generate.h"

#define PARTIAL_CASE_MOST 8 /* unknowns */

struct partial_case {
	struct arena *arena;
	struct draw *draw;
	struct cedar_names *names;
	struct cedar_policies *policies;
	struct cedar_entities *given; /* store of the partial query */
	struct cedar_entities *real;
	struct cedar_request partial; /* entities: given */
	struct cedar_uid resource;    /* of the partial query */
	struct cedar_request request; /* entities: real */
	struct cedar_uid real_resource;
	struct cedar_unknown unknowns[PARTIAL_CASE_MOST];
	size_t n_unknowns;
	/* Entities as plain data, from which the two stores are made. */
	struct cedar_entity *entities;
	struct cedar_entity *changed;
	size_t n_entities;
	const struct cedar_value *pool; /* values to change to */
	size_t n_pool;
};

/* Returns: false when the generated case is refused (it is damaged). */
bool partial_case_make(struct partial_case *made, struct draw *draw,
    struct arena *arena);
void partial_case_free(struct partial_case *made);

/*
 * Decide the real request with some changes made to it: bit i of mask for change
 * i, each of an unknown with a path. The answer lives in the case's arena.
 */
void partial_case_decide(struct partial_case *made, struct cedar_answer *answer,
    const struct cedar_change *changes, size_t n, uint64_t mask);

/* What was made, for a person to read. */
void partial_case_print(const struct partial_case *made);

#endif
