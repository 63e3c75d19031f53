/*
 * Types as the validator knows them: those a schema declares, and those that
 * expressions have (singleton bools, unions of entity types, open records).
 *
 * Types never change once made and may be shared. Entity types are numbers of
 * a schema. Strict mode knows no unions and no open records; in permissive
 * mode they are what the branches of an `if` or the members of a set have in
 * common.
 */
#ifndef STILE_CEDAR_SCHEMA_TYPE_H
#define STILE_CEDAR_SCHEMA_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

struct cedar_schema;

enum schema_type_kind {
	TYPE_NEVER, /* of no value: the element of `[]` in permissive mode */
	TYPE_TRUE,
	TYPE_FALSE,
	TYPE_BOOL,
	TYPE_LONG,
	TYPE_STRING,
	TYPE_DECIMAL,
	TYPE_DATETIME,
	TYPE_DURATION,
	TYPE_IP,
	TYPE_ENTITY,	 /* one of n entity types */
	TYPE_ANY_ENTITY, /* any at all: permissive, with actions in a union */
	TYPE_SET,
	TYPE_RECORD,
};

struct schema_type;

struct schema_type_attr {
	struct str name;
	const struct schema_type *type;
	bool is_optional;
};

struct schema_type {
	enum schema_type_kind kind;
	bool is_open;  /* RECORD: may have more than the n attributes */
	uint16_t height; /* at least 1; of a type in a schema */
	uint32_t size; /* parts, itself included */
	uint32_t n;
	union {
		const struct schema_type *element;    /* SET */
		const uint32_t *entities;	      /* ENTITY: ascending */
		const struct schema_type_attr *attrs; /* RECORD: by name */
	};
};

/* Those without parts, by kind; NEVER to IP, and ANY_ENTITY. */
extern const struct schema_type cedar_schema_type_simple[TYPE_RECORD + 1];

static inline bool
schema_type_is_bool(const struct schema_type *type)
{
	return type->kind == TYPE_BOOL || type->kind == TYPE_TRUE ||
	    type->kind == TYPE_FALSE;
}

static inline bool
schema_type_is_entity(const struct schema_type *type)
{
	return type->kind == TYPE_ENTITY || type->kind == TYPE_ANY_ENTITY;
}

/* Returns: the attribute of a record; NULL when there is none of that name. */
const struct schema_type_attr *cedar_schema_type_attr(
    const struct schema_type *record, struct str name) NONNULL;

/* What two types are joined for, and with what. */
struct schema_type_join {
	const struct cedar_schema *schema;
	struct arena *arena; /* takes new types */
	bool is_permissive;
};

/* Whether every value of type a is one of type b. */
bool cedar_schema_type_is_within(const struct schema_type_join *join,
    const struct schema_type *a, const struct schema_type *b) NONNULL;

enum {
	SCHEMA_TYPE_E_APART = 1, /* the two have no common type */
};

/* The least type that holds both. Returns: 0; SCHEMA_TYPE_E_APART; fault. */
int cedar_schema_type_join(const struct schema_type **out,
    const struct schema_type_join *join, const struct schema_type *a,
    const struct schema_type *b) MUST_USE NONNULL;

/* Append a type as a reader writes it: Set<{a: Long, b?: User}>. */
void cedar_schema_type_print(struct buf *buf, const struct cedar_schema *schema,
    const struct schema_type *type) NONNULL;

#endif
