/*
 * Names of persons in canonical form, a part of subject.h.
 *
 * Letters are those of U.S. licences: ASCII, Latin-1, Latin Extended-A, and the
 * Romanian and Vietnamese ones beyond, each as one code point; upper case by
 * the simple mapping of Unicode.
 */
#ifndef STILE_SOURCE_SUBJECT_NAME_H
#define STILE_SOURCE_SUBJECT_NAME_H

#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

enum {
	SUBJECT_NAME_E_REFUSED = 1, /* and *rule and *why say why */
};

/*
 * Bring a family or given name into canonical form. text is well-formed UTF-8
 * of at most LIMIT_SUBJECT_MEMBER bytes, without control characters.
 *
 * Returns: 0 and *name in the arena; SUBJECT_NAME_E_REFUSED; fault ENOMEM.
 */
int subject_name_normalise(struct str *name, const char **rule, struct str *why,
    struct arena *arena, struct str text) MUST_USE NONNULL;

#endif
