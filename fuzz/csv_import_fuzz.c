/*
 * Mapping and rows of an import. Input: the mapping, a line "----", the CSV
 * file. Every record that comes out has a key, valid UTF-8 values within their
 * maxima, and nothing in a NEVER field.
 */
#include <assert.h>
#include <stdint.h>

#include "source/import_map.h"
#include "source/import_row.h"
#include "util/csv.h"
#include "util/instant.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 forgets the buffer of a string that has no end. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static void
check_row(const struct import_row *row)
{
	assert(row->record.id.len > 0);
	assert(row->keys.first.p != NULL || row->keys.second.p != NULL);
	for (size_t i = 0; i < RECORD_N_FIELDS; i++) {
		const struct record_field_info *info =
		    record_field_get((enum record_field)i);
		struct str value = row->record.values[i];

		assert(value.p == NULL || info->class != RECORD_NEVER);
		assert(value.p == NULL || info->kind == row->record.kind);
		assert(value.len <= info->max && utf8_is_valid(value));
	}
}

static void
read_rows(struct import_map *map, struct diag_list *diags, struct csv *csv)
{
	struct arena arena;
	struct import_row row;
	int32_t today = instant_day_of(2026, 11, 23);
	int r = csv_next(csv);

	if (r != 0 || import_map_bind(map, diags, csv) != 0)
		return;
	arena_init(&arena, LIMIT_IMPORT_ROW_BYTES);
	while ((r = csv_next(csv)) != CSV_E_END) {
		arena_reset(&arena);
		if (r != 0)
			continue;
		r = import_row_read(&row, &arena, map, csv, today);
		if (r == 0)
			check_row(&row);
		else
			assert(r == IMPORT_ROW_E_REJECTED
			    ? row.reason.len > 0
			    : arena.is_full);
	}
	arena_fini(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n----\n";
	struct str text = { (const char *)data, size };
	const char *split = memmem(data, size, mark, sizeof(mark) - 1);
	size_t at = split != NULL ? (size_t)(split - text.p) : size;
	struct import_map map;
	struct diag_list diags;
	struct arena arena;
	struct csv csv;

	if (size == 0)
		return 0;
	arena_init(&arena, 4u << 20);
	diag_init(&diags, &arena, STR("map"), str_part(text, 0, at));
	if (import_map_parse(&map, &diags, &arena, str_part(text, 0, at)) ==
	    0) {
		csv_init(&csv, str_part(text, at + sizeof(mark) - 1, size),
		    map.separator);
		read_rows(&map, &diags, &csv);
		csv_fini(&csv);
	}
	arena_fini(&arena);
	return 0;
}
