/*
 * Policies, entities and contexts without a schema.
 *
 * Expressions are made for a wanted type, with a mistake now and then, so that
 * most of them get somewhere before they fail. They are written with no more
 * parentheses than precedence asks for.
 */
#ifndef STILE_TESTS_UNTYPED_H
#define STILE_TESTS_UNTYPED_H

#include "generator.h"
#include "stile/cedar.h"
#include "typed.h"

/* One policy behind its annotations; *slots: those it has. */
void untyped_policy(struct generator *g, bool may_slot, struct slots *slots);

struct cedar_uid untyped_draw_uid(struct generator *g);
struct cedar_uid untyped_draw_action(struct generator *g);

/* As JSON. */
struct str untyped_entities(struct generator *g);
struct str untyped_context(struct generator *g);

#endif
