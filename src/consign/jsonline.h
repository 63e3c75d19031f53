/*
 * One line of JSON (an object, RFC 8259) as a row of cells for a mapping: the
 * cell of an entry is the member its column names, or, where the column begins
 * with '/', what it points to (RFC 6901).
 *
 * Texts and numbers are cells as they are, true and false are TRUE and FALSE,
 * null and what is absent is empty; an object or a list where a cell belongs is
 * a row that cannot be read.
 */
#ifndef STILE_CONSIGN_JSONLINE_H
#define STILE_CONSIGN_JSONLINE_H

#include "source/import_map.h"
#include "util/attr.h"
#include "util/csv.h"
#include "util/str.h"

enum {
	JSONLINE_E_BAD = 1, /* not one object, or too wide a row */
};

/* Once in a process that will lose its way to the system: seeds the parser. */
void jsonline_prepare(void);

/* Read a line into cells. Returns: 0; JSONLINE_E_BAD; fault ENOMEM. */
int jsonline_read(struct csv *cells, const struct import_map *map,
    struct str line) MUST_USE NONNULL;

#endif
