/*
 * Where records live: one question, at most one record.
 *
 * A backend is one constant (source_sqlite_backend, source_fixture_backend). It
 * is asked for exactly one record by a whole subject key and has no other verb:
 * no search, no list, no cursor, so no caller can get two (P2).
 * SOURCE_E_NONE and SOURCE_E_MANY walk the same path: one look-up of the key,
 * one read of a row; when there is not exactly one, the row read is an empty
 * one kept for that. The caller answers both with the same bytes (P5).
 */
#ifndef STILE_SOURCE_SOURCE_H
#define STILE_SOURCE_SOURCE_H

#include "source/record.h"
#include "source/subject.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

struct source;

enum {
	SOURCE_E_NONE = 1, /* no record has this key */
	SOURCE_E_MANY,	   /* more than one has: no unique record */
	SOURCE_E_DOWN,	   /* the source is absent, damaged or unreachable */
};

/* What a backend must do; each function as the source_ function below. */
struct source_backend {
	const char *name; /* "sqlite" */
	int (*open)(struct source *source, const char *location);
	int (*fetch)(struct record *record, struct source *source,
	    struct arena *arena, const struct subject *subject);
	struct str (*provenance)(struct source *source, struct arena *arena);
	void (*close)(struct source *source);
};

struct source {
	const struct source_backend *backend; /* NULL: closed */
	void *state;			      /* the backend's own */
};

/*
 * Open the source at location, whose meaning is the backend's (a path, an
 * array). On failure *source stays closed.
 *
 * Returns: 0; SOURCE_E_DOWN; fault.
 */
int source_open(struct source *source, const struct source_backend *backend,
    const char *location) MUST_USE NONNULL;

/*
 * Fetch the one record with this key. subject must come from subject_parse().
 *
 * A source that is replaced while open (a new import) is seen at the next
 * fetch. Unless 0 is returned, *record is zeroed.
 * Returns: 0 and the record, its bytes the arena's; SOURCE_E_NONE;
 * SOURCE_E_MANY; SOURCE_E_DOWN; fault ENOMEM.
 */
int source_fetch(struct record *record, struct source *source,
    struct arena *arena, const struct subject *subject) MUST_USE NONNULL;

/*
 * Where the records came from, one line for people and the log: file, mapping,
 * time and number of the last import. Names no person.
 */
struct str source_provenance(struct source *source, struct arena *arena)
    NONNULL;

/* Close it; safe on a zeroed or closed source. */
void source_close(struct source *source) NONNULL;

#endif
