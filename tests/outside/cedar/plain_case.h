/*
 * A random case without a schema and one question of it, as plain data: what the
 * tests of partial evaluation begin with.
 */
#ifndef STILE_TESTS_PLAIN_CASE_H
#define STILE_TESTS_PLAIN_CASE_H

#include "generate.h"

struct plain_case {
	struct generate_case made; /* text is Cedar text, at times a damaged one */
	struct cedar_uid principal;
	struct cedar_uid action;
	struct cedar_uid resource;
	struct str context; /* JSON, at times a damaged one */
};

/* Everything lives in the arena. */
void plain_case_make(struct plain_case *plain, struct draw *draw,
    struct arena *arena);

#endif
