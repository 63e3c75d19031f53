/*
 * Writing JSON (RFC 8259) into a buf: compact, deterministic, sticky.
 *
 * Reading is done by the JSON library where text comes in (front, cli); the
 * writer is here because entries and answers must be the same bytes always.
 * Commas are placed by the writer; nesting is the caller's business and is
 * checked by assertion.
 */
#ifndef STILE_UTIL_JSON_H
#define STILE_UTIL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

struct json {
	struct buf *buf;
	unsigned depth;
	bool needs_comma;
};

void json_init(struct json *json, struct buf *buf) NONNULL;

void json_open_object(struct json *json) NONNULL;
void json_close_object(struct json *json) NONNULL;
void json_open_array(struct json *json) NONNULL;
void json_close_array(struct json *json) NONNULL;

/* Member name; a value must follow. */
void json_key(struct json *json, struct str name) NONNULL;

/* s must be valid UTF-8; quotes, backslash and controls are escaped. */
void json_string(struct json *json, struct str s) NONNULL;
void json_i64(struct json *json, int64_t value) NONNULL;
void json_bool(struct json *json, bool value) NONNULL;
void json_null(struct json *json) NONNULL;

/* A value that is JSON text already. */
void json_raw(struct json *json, struct str text) NONNULL;

/* Short forms: key and value. */
void json_put_string(struct json *json, const char *name, struct str s) NONNULL;
void json_put_i64(struct json *json, const char *name, int64_t value) NONNULL;
void json_put_bool(struct json *json, const char *name, bool value) NONNULL;
void json_put_raw(struct json *json, const char *name, struct str text) NONNULL;

/*
 * How many bytes from there on stand in a JSON string as they are: printable
 * ASCII without quote and backslash.
 */
size_t json_plain(struct str s, size_t from);

/* Append s as a JSON string, quotes included, without a writer. */
void json_add_string(struct buf *buf, struct str s) NONNULL;

#endif
