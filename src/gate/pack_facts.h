/* The facts of a pack's test, from its JSON; see pack_test.c for the form. */
#ifndef STILE_GATE_PACK_FACTS_H
#define STILE_GATE_PACK_FACTS_H

#include <jansson.h>

#include "gate/facts.h"
#include "util/arena.h"
#include "util/attr.h"

/*
 * What is not given is that of an active, trained requester with a reason,
 * purpose dppa-1, end use criminal, and no ground.
 *
 * object: the member "facts"; may be NULL. Texts are borrowed from it.
 * Returns: 0 and *facts, its lists in the arena; fault.
 */
int pack_facts_read(struct facts *facts, struct arena *arena,
    const json_t *object) MUST_USE;

#endif
