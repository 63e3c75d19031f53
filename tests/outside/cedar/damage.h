/*
 * Texts that are nearly right, to compare what is refused: bytes and tokens
 * dropped, repeated, exchanged or replaced. And texts that mean the same:
 * other white space, and comments, between the same tokens.
 */
#ifndef STILE_TESTS_DAMAGE_H
#define STILE_TESTS_DAMAGE_H

#include "generator.h"
#include "util/str.h"

/* What a text is in: which tokens fit it. */
enum damage_language { DAMAGE_CEDAR, DAMAGE_JSON };

/* A few changes. Lives in the arena; stays UTF-8. */
struct str damage(struct generator *g, struct str text,
    enum damage_language language);

/* The same tokens of Cedar, spaced otherwise. */
struct str damage_respace(struct generator *g, struct str text);

#endif
