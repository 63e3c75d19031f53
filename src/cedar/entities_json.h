/*
 * Entities and values from JSON, in the explicit form of the Cedar docs.
 *
 * A message points at the value it is about.
 */
#ifndef STILE_CEDAR_ENTITIES_JSON_H
#define STILE_CEDAR_ENTITIES_JSON_H

#include "cedar/jsontree.h"
#include "stile/cedar.h"
#include "util/arena.h"
#include "util/diag.h"

struct entities_json {
	struct arena *arena;	 /* takes what is read; texts are borrowed */
	struct diag_list *diags; /* its source is the JSON text */
	struct str where;	 /* entity or part, said in front of a message */
};

/* One value. Returns: 0; CEDAR_E_INPUT, CEDAR_E_LIMIT with a diagnostic. */
int cedar_entities_json_value(struct cedar_value *value,
    const struct entities_json *reader, const struct jsontree *json) MUST_USE NONNULL;

/* A uid, {"type","id"} or {"__entity":{..}}. Returns: as above. */
int cedar_entities_json_uid(struct cedar_uid *uid,
    const struct entities_json *reader, const struct jsontree *json,
    const char *what) MUST_USE NONNULL;

/* {"fn": name, "arg": value} or {"fn": name, "args": [value, ..]}. */
int cedar_entities_json_extension(struct cedar_value *value,
    const struct entities_json *reader,
    const struct jsontree *json) MUST_USE NONNULL;

/* An extension function applied to n values. json: for messages. */
int cedar_entities_json_call(struct cedar_value *value,
    const struct entities_json *reader, const struct jsontree *json,
    enum ast_function function, const struct cedar_value *args,
    size_t n) MUST_USE NONNULL;

/* The members of an object as fields. */
int cedar_entities_json_fields(const struct cedar_field **fields, size_t *n,
    const struct entities_json *reader,
    const struct jsontree *json) MUST_USE NONNULL;

/*
 * One element of an entities array: its uid and parents, the form checked.
 * Attributes and tags are the caller's to read. Sets reader->where.
 */
int cedar_entities_json_head(struct cedar_entity *entity,
    struct entities_json *reader, const struct jsontree *json) MUST_USE NONNULL;

/* As cedar_entities_json_add(), of an array that was read already. */
int cedar_entities_json_add_tree(struct cedar_entities *entities,
    const struct jsontree *tree, struct diag_list *diags) MUST_USE NONNULL;

/* As cedar_schema_entities_json_add(), of an array that was read already. */
int cedar_schema_entities_add_tree(struct cedar_entities *entities,
    const struct cedar_schema *schema, const struct jsontree *tree,
    struct diag_list *diags) MUST_USE NONNULL;

/* As cedar_schema_request_context(), of an object that was read already. */
int cedar_schema_request_context_tree(struct cedar_value *context,
    struct arena *arena, const struct cedar_schema *schema,
    struct cedar_uid action, const struct jsontree *tree,
    struct diag_list *diags) MUST_USE NONNULL;

/* Say what is wrong. Returns: CEDAR_E_INPUT. */
int cedar_entities_json_refuse(const struct entities_json *reader,
    const struct jsontree *at, const char *format, ...) PRINTF(3, 4);

#endif
