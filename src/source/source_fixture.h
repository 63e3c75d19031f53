/* Records in memory: for simulators and tests of whoever uses a source. */
#ifndef STILE_SOURCE_SOURCE_FIXTURE_H
#define STILE_SOURCE_SOURCE_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "source/record.h"
#include "source/source.h"
#include "util/str.h"

/* A record and the canonical subject bytes that find it. */
struct source_fixture_row {
	struct record record;
	struct str keys[2]; /* p == NULL: none */
};

/* The caller's; may be changed between fetches. */
struct source_fixture {
	const struct source_fixture_row *rows;
	size_t n_rows;
	size_t n_fetches; /* counted: was anything asked for at all? */
	bool is_down;	  /* answer SOURCE_E_DOWN */
};

/* It opens by source_fixture_open() only: no location names an array. */
extern const struct source_backend source_fixture_backend;

/* Open over a fixture, which must outlive the source. Cannot fail. Records are
 * handed out with the fixture's own slices. */
void source_fixture_open(struct source *source, struct source_fixture *fixture)
    NONNULL;

#endif
