/* Names drawn as often as the census found them; for demonstration data. */
#ifndef STILE_SOURCE_DEMO_NAMES_H
#define STILE_SOURCE_DEMO_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/random.h"
#include "util/str.h"

struct demo_names {
	struct str *names; /* slices of the text read */
	uint32_t *up_to;   /* sum of the weights, this name's included */
	size_t n_names;
};

enum {
	DEMO_NAMES_E_TEXT = 1, /* not lines of "NAME percent cumulative rank" */
};

/* Read a table; text outlives it. Returns: 0; DEMO_NAMES_E_TEXT; fault. */
int demo_names_parse(struct demo_names *names, struct arena *arena,
    struct str text) MUST_USE NONNULL;

/* Draw one name. Borrowed from the text. */
struct str demo_names_draw(const struct demo_names *names,
    struct random_state *random) NONNULL;

#endif
