/* Values held against the types of a schema, and read from JSON by them. */
#ifndef STILE_CEDAR_SCHEMA_VALUE_H
#define STILE_CEDAR_SCHEMA_VALUE_H

#include "cedar/entities_json.h"
#include "cedar/schema.h"

/*
 * Read one value that must have the type. Where the type says so, an entity may
 * be written as {"type", "id"} and an extension value as {"fn", "arg"} or as
 * the bare string of its constructor. A lax reader takes what the type lets it
 * understand; cedar_schema_value_check() then says whether it fits.
 *
 * Returns: 0; CEDAR_E_INPUT, CEDAR_E_LIMIT with a diagnostic; fault.
 */
int cedar_schema_value_read(struct cedar_value *value,
    const struct entities_json *reader, const struct cedar_schema *schema,
    const struct schema_type *type,
    const struct jsontree *json) MUST_USE NONNULL;

/* The members of an object, which must be exactly those of the record type. */
int cedar_schema_value_read_fields(const struct cedar_field **fields,
    size_t *n, const struct entities_json *reader,
    const struct cedar_schema *schema, const struct schema_type *record,
    const struct jsontree *json) MUST_USE NONNULL;

/*
 * Whether a value has the type, ids of enumerations checked.
 *
 * where: said in front of messages. Returns: 0; CEDAR_E_INPUT with a
 * diagnostic.
 */
int cedar_schema_value_check(const struct cedar_schema *schema,
    const struct schema_type *type, const struct cedar_value *value,
    struct str where, struct diag_list *diags) MUST_USE NONNULL;

/* As above for fields, which must be exactly those of the record type. */
int cedar_schema_value_check_fields(const struct cedar_schema *schema,
    const struct schema_type *record, const struct cedar_field *fields,
    size_t n, struct str where, struct diag_list *diags) MUST_USE;

#endif
