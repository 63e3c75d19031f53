/* JSON lines as rows; see jsonline.h. */
#include "consign/jsonline.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "limits.h"
#include "util/fault.h"

void
jsonline_prepare(void)
{
	json_object_seed(0);
}

static void
decrefp(json_t **json)
{
	json_decref(*json);
}

/* One step of a pointer: "~1" is '/', "~0" is '~'. */
static bool
unescape(char *name, size_t size, struct str step)
{
	size_t len = 0;

	for (size_t i = 0; i < step.len; i++) {
		char c = step.p[i];

		if (c == '~' && i + 1 < step.len)
			c = step.p[++i] == '1' ? '/' : '~';
		if (len + 1 >= size)
			return false;
		name[len++] = c;
	}
	name[len] = '\0';
	return true;
}

/* Borrowed; NULL when there is none. */
static const json_t *
find(const json_t *object, struct str column)
{
	char name[LIMIT_IMPORT_COLUMN + 1];
	struct str step;

	if (column.len == 0 || column.p[0] != '/') {
		if (column.len > LIMIT_IMPORT_COLUMN)
			return NULL;
		memcpy(name, column.p, column.len);
		name[column.len] = '\0';
		return json_object_get(object, name);
	}
	column = str_part(column, 1, column.len);
	while (object != NULL && str_split(&step, &column, '/')) {
		if (!unescape(name, sizeof(name), step))
			return NULL;
		object = json_object_get(object, name);
	}
	return object;
}

static int
push(struct csv *cells, const json_t *value)
{
	char number[64];
	int r;

	if (value == NULL || json_is_null(value)) {
		r = csv_push(cells, STR(""));
	} else if (json_is_string(value)) {
		r = csv_push(cells, (struct str){ json_string_value(value),
		    json_string_length(value) });
	} else if (json_is_boolean(value)) {
		r = csv_push(cells,
		    json_is_true(value) ? STR("TRUE") : STR("FALSE"));
	} else if (json_is_integer(value)) {
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
		r = csv_push(cells, str_of(number));
	} else if (json_is_real(value)) {
		snprintf(number, sizeof(number), "%.17g",
		    json_real_value(value));
		r = csv_push(cells, str_of(number));
	} else {
		return JSONLINE_E_BAD;
	}
	return r < 0 ? TRACE(r) : r > 0 ? JSONLINE_E_BAD : 0;
}

int
jsonline_read(struct csv *cells, const struct import_map *map, struct str line)
{
	CLEANUP(decrefp) json_t *object = json_loadb(line.p, line.len,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	int r = 0;

	csv_clear(cells);
	if (!json_is_object(object))
		return JSONLINE_E_BAD;
	for (size_t i = 0; i < map->n_entries && r == 0; i++) {
		const struct import_map_entry *entry = &map->entries[i];

		r = push(cells, entry->column.p != NULL
			? find(object, entry->column)
			: NULL);
	}
	return TRACE(r);
}
