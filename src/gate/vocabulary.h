/*
 * The vocabulary: what every pack speaks about and no request changes.
 *
 * The dictionary of names, and the entities of the record fields in their
 * classes: Field::"owner.address.street" in Class::"ADDRESS" in Class::"PI",
 * HRPI in PI (18 U.S.C. 2725(3),(4)). Made once; outlives packs and requests.
 */
#ifndef STILE_GATE_VOCABULARY_H
#define STILE_GATE_VOCABULARY_H

#include "util/attr.h"

struct cedar_names;
struct cedar_entities;

struct vocabulary {
	struct cedar_names *names;
	struct cedar_entities *entities;
};

/* Returns: 0, to be ended by vocabulary_fini(); fault. */
int vocabulary_init(struct vocabulary *vocabulary) MUST_USE NONNULL;
void vocabulary_fini(struct vocabulary *vocabulary) NONNULL;

#endif
