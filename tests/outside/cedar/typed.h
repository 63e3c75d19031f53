/*
 * Policies, entities and requests that fit a model, mostly: expressions are made
 * for a wanted type in one environment of the schema, optional attributes stand
 * behind the `has` they need, and now and then something does not fit.
 */
#ifndef STILE_TESTS_TYPED_H
#define STILE_TESTS_TYPED_H

#include "model.h"
#include "stile/cedar.h"

struct slots {
	bool principal;
	bool resource;
};

/* An action, and what it is asked for. */
struct typed_env {
	const struct model *model;
	size_t principal; /* entity types */
	size_t resource;
	size_t action;
};

/* One of the environments of the schema, mostly. */
struct typed_env typed_draw_env(struct generator *g,
    const struct model *model);

/* One policy behind its annotations; *slots: those it has. */
void typed_policy(struct generator *g, const struct model *model,
    bool may_slot, struct slots *slots);

struct cedar_uid typed_draw_uid(struct generator *g,
    const struct model *model, size_t entity);
struct cedar_uid typed_action_uid(struct generator *g,
    const struct model *model, size_t action);

/* A list of entities; the context of an environment. As JSON. */
struct str typed_entities(struct generator *g, const struct model *model);
struct str typed_context(struct generator *g, const struct typed_env *env);

#endif
