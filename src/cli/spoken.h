/*
 * The register of statements as it stands in the holder's store, held against
 * what must be true of it before anything of it is said to the public.
 */
#ifndef STILE_CLI_SPOKEN_H
#define STILE_CLI_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/verb.h"
#include "store/sayings.h"
#include "util/attr.h"

enum spoken_state {
	SPOKEN_DRAFT = 0, /* nobody else approved it */
	SPOKEN_IN_FORCE,
	SPOKEN_SUPERSEDED,
};

struct spoken_item {
	struct spoken_item *next;
	struct store_saying saying;
	const struct spoken_item *successor; /* approved; NULL: none */
};

struct spoken {
	struct arena *arena;
	struct spoken_item *first; /* in the order of their numbers */
	struct spoken_item **last;
};

/*
 * Read the register and check it: topics that exist, text without characters
 * that deceive, two persons, what is superseded is there, approved and on the
 * same topic, no circle, one in force on a topic.
 *
 * Returns: VERB_OK and *spoken in the run's arena; else the exit code, and it
 * was said which statement and why.
 */
int spoken_read(struct spoken *spoken, struct cli *cli, struct store *store)
    MUST_USE NONNULL;

/* NULL: there is none. */
const struct spoken_item *spoken_find(const struct spoken *spoken,
    struct str number) NONNULL;

/* The one in force on a topic; NULL: none. */
const struct spoken_item *spoken_in_force(const struct spoken *spoken,
    struct str topic) NONNULL;

enum spoken_state spoken_state(const struct spoken_item *item) NONNULL;

/* "draft", "in force", "superseded". */
const char *spoken_word(enum spoken_state state);

#endif
