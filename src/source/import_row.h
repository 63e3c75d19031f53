/*
 * One row of a CSV file to one record, or the reason why not.
 */
#ifndef STILE_SOURCE_IMPORT_ROW_H
#define STILE_SOURCE_IMPORT_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "source/import_map.h"
#include "source/record.h"
#include "source/source_sqlite.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/csv.h"
#include "util/str.h"

struct import_row {
	struct record record;
	struct source_sqlite_keys keys;
	bool is_one_way;   /* one of its two keys is not whole */
	bool is_bad_digit; /* the VIN's check digit does not hold */
	struct str reason; /* why it was rejected */
};

enum {
	IMPORT_ROW_E_REJECTED = 1, /* row->reason says why, without the value */
};

/*
 * Read the current row of csv by a bound mapping. Values that are part of a key
 * become canonical; a record that no whole key would find is rejected, and so
 * is a driver without a licence number, which is what tells namesakes apart.
 *
 * The row's slices are the arena's. Returns: 0; IMPORT_ROW_E_REJECTED; fault
 * ENOMEM.
 */
int import_row_read(struct import_row *row, struct arena *arena,
    const struct import_map *map, const struct csv *csv, int32_t today)
    MUST_USE NONNULL;

/*
 * Only the keys of the row: those that are whole, canonical, in row->keys; the
 * other is absent (p == NULL). A row of another width has none. For one who
 * keeps rows as they came and must find them again (consign/).
 *
 * Returns: 0; fault ENOMEM (rows.is_full tells a row that is too large).
 */
int import_row_keys(struct import_row *row, struct arena *arena,
    const struct import_map *map, const struct csv *csv, int32_t today)
    MUST_USE NONNULL;

/*
 * As import_row_read() of a row that was kept and cannot be sent back: a cell
 * that is wrong is absent, a flag that is not understood is set, and either key
 * is enough.
 *
 * Returns: 0; IMPORT_ROW_E_REJECTED (another width); fault ENOMEM.
 */
int import_row_salvage(struct import_row *row, struct arena *arena,
    const struct import_map *map, const struct csv *csv, int32_t today)
    MUST_USE NONNULL;

#endif
