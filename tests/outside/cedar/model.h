/*
 * A random schema as data, from which its text, its JSON, policies, entities
 * and requests that fit it are written.
 *
 * Names are few, so that they meet: a common type called like an entity type, a
 * type called like a builtin, the same name in two namespaces.
 */
#ifndef STILE_TESTS_MODEL_H
#define STILE_TESTS_MODEL_H

#include "generator.h"
#include "util/str.h"

#define MODEL_ENTITIES 6
#define MODEL_COMMONS 4
#define MODEL_ACTIONS 5
#define MODEL_ATTRS 5
#define MODEL_IDS 3

enum model_kind {
	MODEL_BOOL,
	MODEL_LONG,
	MODEL_STRING,
	MODEL_DECIMAL,
	MODEL_DATETIME,
	MODEL_DURATION,
	MODEL_IP,
	MODEL_ENTITY,
	MODEL_SET,
	MODEL_RECORD,
};

struct model_type;

struct model_attr {
	const char *name;
	const struct model_type *type;
	bool is_optional;
};

struct model_type {
	enum model_kind kind;
	size_t common; /* 1 + the common type that it is written as; 0: none */
	size_t entity; /* ENTITY */
	const struct model_type *element; /* SET */
	struct model_attr attrs[MODEL_ATTRS]; /* RECORD */
	size_t n_attrs;
};

struct model_entity {
	const char *space; /* namespace; "": none */
	const char *name;
	bool is_enum;
	const char *ids[MODEL_IDS]; /* those declared, or those in use */
	size_t n_ids;
	uint32_t parents; /* bits: entities */
	const struct model_type *shape; /* RECORD */
	const struct model_type *tags;	/* NULL: none */
};

struct model_common {
	const char *space;
	const char *name;
	size_t alias; /* 1 + the common type it is another name of; 0: none */
	const struct model_type *type;
};

struct model_action {
	const char *space;
	const char *id;
	uint32_t parents; /* bits: actions */
	bool is_applied;
	uint32_t principals; /* bits: entities */
	uint32_t resources;
	const struct model_type *context; /* RECORD */
};

struct model {
	struct model_entity entities[MODEL_ENTITIES];
	size_t n_entities;
	struct model_common commons[MODEL_COMMONS];
	size_t n_commons;
	struct model_action actions[MODEL_ACTIONS];
	size_t n_actions;
	const char *spaces[3];
	size_t n_spaces;
};

/* Draw one; lives in the arena. */
struct model *model_draw(struct generator *g);

/* Whether the two are one type: same attributes, same ones optional. */
bool model_is_same(const struct model_type *a, const struct model_type *b);

/* A type's or action's name with its namespace. */
struct str model_full_name(struct generator *g, const char *space,
    const char *name);

/* One of the entity types or actions whose bit is set; 0 when none is. */
size_t model_pick(struct generator *g, uint32_t bits, size_t n);

/* Write it in Cedar's syntax, and as JSON. */
void model_write_text(struct generator *g, const struct model *model);
void model_write_json(struct generator *g, const struct model *model);

#endif
