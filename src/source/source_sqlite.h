/*
 * Records in one SQLite file: read by the gate, written by the importer.
 *
 * The file is never changed in place: source_sqlite_commit() renames a finished
 * copy over it. So a reader opens it read-only and immutable, without locks or
 * a journal, and looks at each fetch whether the name now means another file.
 *
 * Tables vehicle and driver have a column per field of their kind (dotted
 * names, NEVER fields left out), the two exact keys, and the holder flags. Row
 * 0 of each is empty: it is what is read when there is no unique record.
 */
#ifndef STILE_SOURCE_SOURCE_SQLITE_H
#define STILE_SOURCE_SOURCE_SQLITE_H

#include <stdbool.h>
#include <stddef.h>

#include "source/record.h"
#include "source/source.h"
#include "util/attr.h"
#include "util/str.h"

/* Location: the path of the file. */
extern const struct source_backend source_sqlite_backend;

/* A new version of the file, not yet in place. */
struct source_sqlite_writer;

/* What a record is stored with beside its fields. */
struct source_sqlite_keys {
	struct str first;  /* canonical subject bytes; vehicle: vin; driver:
			      licence; p == NULL: not found by this one */
	struct str second; /* vehicle: plate; driver: person */
	/* The input did not say; a record stored already keeps its flag. */
	bool keeps_protected;
	bool keeps_sealed;
};

enum {
	SOURCE_SQLITE_E_DAMAGED = 1, /* the old file is no record database */
	SOURCE_SQLITE_E_BUSY,	     /* another import is under way */
};

/*
 * Begin a new version of the file at path, with what the old one has. The
 * directory exists; it is locked (flock) against a second writer.
 *
 * Returns: 0 and *writer, to be closed; SOURCE_SQLITE_E_*; fault.
 */
int source_sqlite_begin(struct source_sqlite_writer **writer, const char *path)
    MUST_USE NONNULL;

/*
 * Add the record, or replace the one of the same kind and id.
 *
 * Returns: 0, and *is_new; fault.
 */
int source_sqlite_put(struct source_sqlite_writer *writer, bool *is_new,
    const struct record *record, const struct source_sqlite_keys *keys)
    MUST_USE NONNULL;

/*
 * Finish: write the provenance line, sync the new version and rename it over
 * the old one. Returns: 0, durable; fault, and the old one stands.
 */
int source_sqlite_commit(struct source_sqlite_writer *writer,
    struct str provenance) MUST_USE NONNULL;

/* Free the writer, dropping a version that was not committed. NULL is fine. */
void source_sqlite_close(struct source_sqlite_writer *writer);
void source_sqlite_closep(struct source_sqlite_writer **writer);

#endif
