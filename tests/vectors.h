/*
 * Reading test vectors: JSON files and JSON lines below tests/.
 *
 * A vector that cannot be read ends the test program: it is part of the tree.
 */
#ifndef STILE_TESTS_VECTORS_H
#define STILE_TESTS_VECTORS_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "stile/digest.h"
#include "util/attr.h"
#include "util/base64.h"
#include "util/hex.h"
#include "util/str.h"

UNUSED static NORETURN void
vectors_die(const char *path, const char *why)
{
	printf("Bail out! %s: %s\n", path, why);
	exit(1);
}

/* A whole JSON file; the caller json_decref()s it. */
UNUSED static json_t *
vectors_load(const char *path)
{
	json_error_t error;
	json_t *json = json_load_file(path, 0, &error);

	if (json == NULL)
		vectors_die(path, error.text);
	return json;
}

/* One JSON object a line, as an array; some have 2^64 - 1, so all are real. */
UNUSED static json_t *
vectors_load_lines(const char *path)
{
	FILE *file = fopen(path, "r");
	json_t *array = json_array();
	char *line = NULL;
	size_t size = 0;

	if (file == NULL)
		vectors_die(path, "not there");
	while (getline(&line, &size, file) > 0) {
		json_t *json = json_loads(line,
		    JSON_DECODE_INT_AS_REAL, NULL);

		if (json == NULL)
			vectors_die(path, line);
		json_array_append_new(array, json);
	}
	free(line);
	fclose(file);
	return array;
}

UNUSED static struct str
vectors_str(const json_t *object, const char *name)
{
	const json_t *string = json_object_get(object, name);

	return (struct str){ json_string_value(string),
		json_string_length(string) };
}

UNUSED static uint64_t
vectors_u64(const json_t *object, const char *name)
{
	const json_t *number = json_object_get(object, name);
	double real = json_real_value(number);

	if (json_is_integer(number))
		return (uint64_t)json_integer_value(number);
	return real < 0x1p64 ? (uint64_t)real : UINT64_MAX;
}

/* Bytes of a hex string; it must be well-formed. Returns: their number. */
UNUSED static size_t
vectors_hex(uint8_t *bytes, size_t size, struct str text)
{
	if (text.len / 2 > size || !hex_parse(bytes, text.len / 2, text))
		vectors_die("hex", text.p);
	return text.len / 2;
}

UNUSED static bool
vectors_digest(struct digest *digest, struct str base64)
{
	size_t len = 0;

	return base64_parse(digest->b, &len, sizeof(digest->b),
		   BASE64_STANDARD, base64) == 0 &&
	    len == sizeof(digest->b);
}

#endif
