/*
 * Entities and values from JSON, in the explicit form of the Cedar docs.
 *
 * The only reader of Cedar JSON data that knows the JSON library. Depth:
 * LIMIT_CEDAR_VALUE_DEPTH (serde_json's, which the original has).
 */
#ifndef STILE_CEDAR_ENTITIES_JSON_H
#define STILE_CEDAR_ENTITIES_JSON_H

#include <jansson.h>

#include "stile/cedar.h"
#include "util/arena.h"
#include "util/diag.h"

struct json_reader {
	struct arena *arena;	 /* takes what is read; texts are copied */
	struct diag_list *diags;
	struct str where;	 /* said in front of a message */
};

/*
 * Parse text: integers exact, repeated keys refused, NUL in strings allowed.
 *
 * Returns: the document, to be released by the caller with json_decref(); NULL
 * with a diagnostic.
 */
json_t *cedar_entities_json_load(struct str text,
    struct diag_list *diags) NONNULL;

/* One value. Returns: 0; CEDAR_E_INPUT, CEDAR_E_LIMIT with a diagnostic. */
int cedar_entities_json_value(struct cedar_value *value,
    const struct json_reader *reader, const json_t *json,
    unsigned depth) MUST_USE NONNULL;

/* A uid, {"type","id"} or {"__entity":{..}}. Returns: as above. */
int cedar_entities_json_uid(struct cedar_uid *uid,
    const struct json_reader *reader, const json_t *json,
    const char *what) MUST_USE NONNULL;

/* Say what is wrong. Returns: CEDAR_E_INPUT. */
int cedar_entities_json_refuse(const struct json_reader *reader,
    const char *format, ...) PRINTF(2, 3);

/* Text of a JSON string. Borrowed. */
static inline struct str
json_reader_text(const json_t *json)
{
	return (struct str){ json_string_value(json),
		json_string_length(json) };
}

#endif
