/* Values written as JSON, in the explicit form that needs no schema. */
#ifndef STILE_CEDAR_VALUE_JSON_H
#define STILE_CEDAR_VALUE_JSON_H

#include "stile/cedar.h"
#include "util/json.h"

/* Append a value; texts must be valid UTF-8. */
void cedar_value_json_add(struct json *json,
    const struct cedar_value *value) NONNULL;

/* Append {"type": .., "id": ..}. */
void cedar_value_json_add_uid(struct json *json,
    const struct cedar_uid *uid) NONNULL;

/* Append an object of fields. */
void cedar_value_json_add_fields(struct json *json,
    const struct cedar_field *fields, size_t n);

#endif
