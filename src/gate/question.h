/*
 * The question that facts are to Cedar: principal, action, context; the resource
 * is added for each field. Names are those of the vocabulary's schema.
 */
#ifndef STILE_GATE_QUESTION_H
#define STILE_GATE_QUESTION_H

#include "gate/facts.h"
#include "stile/cedar.h"
#include "util/arena.h"
#include "util/attr.h"

struct vocabulary;

#define QUESTION_ATTRS 8
#define QUESTION_CONTEXT 13
#define QUESTION_GROUND 7

/* Everything a query borrows. */
struct question {
	struct cedar_field attrs[QUESTION_ATTRS];
	struct cedar_uid parents[1];
	struct cedar_entity overlay[2]; /* the requester, and the agency */
	struct cedar_field ground[QUESTION_GROUND];
	struct cedar_field instrument[3];
	struct cedar_field budget[3];
	struct cedar_field context[QUESTION_CONTEXT];
	struct cedar_request request; /* denies on error (P3) */
};

/*
 * Put facts into the form of a request for an action ("ask", "see").
 *
 * Returns: 0 and *question in the arena; borrows facts; fault.
 */
int question_make(struct question **question, struct arena *arena,
    const struct vocabulary *vocabulary, const struct facts *facts,
    struct str action) MUST_USE NONNULL;

/*
 * A set of texts as a member of the context: its value lives in the arena and
 * borrows the texts; items may be NULL when there are none. Returns: 0; fault.
 */
int question_set(struct cedar_field *field, struct arena *arena,
    const char *name, const struct str *items, size_t n) MUST_USE;

#endif
