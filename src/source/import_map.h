/*
 * The mapping of a CSV file's columns to record fields (libconfig syntax):
 *
 *   kind = "vehicle";              or "driver"
 *   separator = ",";               one byte; "," when left out
 *   columns = (
 *     { column = "VIN"; field = "vehicle.vin"; },
 *     { column = "Reg Valid Date"; field = "registration.valid_from";
 *       date = "MM/DD/YYYY"; },
 *     { column = "Suspension"; field = "registration.status";
 *       codes = ( ("N", "ACTIVE"), ("Y", "SUSPENDED") ); },
 *     { field = "vehicle.plate_state"; value = "NY"; },
 *     { column = "Scofflaw"; drop = "no ground asks for it"; }
 *   );
 *
 * Settings of a column: column or value (a constant), field or drop, and
 * transforms, applied in this order: codes (what a cell stands for; a cell
 * that is not listed is kept), date (to YYYY-MM-DD; Y, M and D are digits, MM
 * two, M one or two), upper. Outer spaces are always cut (trim = true says so
 * too). optional = true: the file need not have the column. Beside fields,
 * "flag.protected" and "flag.sealed" take Y, N, 1, 0, TRUE, FALSE or nothing.
 * Where two columns map to one field, the last that has a value counts.
 */
#ifndef STILE_SOURCE_IMPORT_MAP_H
#define STILE_SOURCE_IMPORT_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "source/record.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/csv.h"
#include "util/diag.h"
#include "util/str.h"

enum import_map_target {
	IMPORT_MAP_DROP = 0, /* said to be dropped, or banned by its name */
	IMPORT_MAP_FIELD,
	IMPORT_MAP_PROTECTED,
	IMPORT_MAP_SEALED,
};

struct import_map_code {
	struct str cell;
	struct str value;
};

struct import_map_entry {
	enum import_map_target target;
	enum record_field field; /* when FIELD */
	struct str column;	 /* p == NULL: a constant */
	struct str value;	 /* of a constant */
	struct str reason;	 /* when DROP */
	struct str date;	 /* pattern; p == NULL: no date */
	struct import_map_code *codes;
	size_t n_codes;
	bool is_upper;
	bool is_optional;
	bool is_bound; /* the file has the column, at index */
	size_t index;
	size_t line; /* of the mapping file, for messages */
};

struct import_map {
	enum record_kind kind;
	char separator;
	struct import_map_entry *entries;
	size_t n_entries;
	size_t n_columns; /* of the file, once bound */
	bool has_protected; /* some bound entry sets the flag */
	bool has_sealed;
};

enum {
	IMPORT_MAP_E_BAD = 1, /* diags say where and why */
};

/*
 * Read a mapping.
 *
 * Returns: 0 and *map in the arena; IMPORT_MAP_E_BAD; fault ENOMEM.
 */
int import_map_parse(struct import_map *map, struct diag_list *diags,
    struct arena *arena, struct str text) MUST_USE NONNULL;

/*
 * Find each entry's column in the header, which is the current row of csv. A
 * column that is absent (and not optional) or there twice is an error.
 *
 * Returns: 0; IMPORT_MAP_E_BAD.
 */
int import_map_bind(struct import_map *map, struct diag_list *diags,
    const struct csv *header) MUST_USE NONNULL;

/* The entry that takes column index of the file; NULL when none names it. */
const struct import_map_entry *import_map_find(const struct import_map *map,
    size_t index) NONNULL;

/*
 * Rewrite a date by its pattern as YYYY-MM-DD and a NUL.
 *
 * Returns: true; false when the text is no such date.
 */
bool import_map_date(char iso[static 11], struct str pattern, struct str text);

#endif
