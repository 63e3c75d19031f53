/*
 * Exemptions: why a claim is withheld, as drawn at its place: "(b)(6),(b)(7)(C)".
 *
 * The table is exemptions.def. A set is one word; its text lists the codes in
 * the order of the table, so that a set has one text.
 */
#ifndef STILE_RELEASE_EXEMPTION_H
#define STILE_RELEASE_EXEMPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

enum exemption_standing {
	EXEMPTION_MEMORY = 0, /* nobody read it again: counsel must */
	EXEMPTION_READ,	      /* read in a public copy */
};

struct exemption {
	struct str code;  /* "(b)(7)(C)" */
	struct str title;
	struct str cite;
	struct str harm; /* of release: "a source could be identified" */
	enum exemption_standing standing;
};

/* Bit i is row i of the table. Zero: none named. */
typedef uint64_t exemption_set;

/* The table: *n rows, at most 64. Static. */
const struct exemption *exemption_all(size_t *n) NONNULL;

/*
 * Read a list of codes: "(b)(6),(b)(7)(C)", in any order, each once.
 *
 * Returns: true and a set that is not empty; false and *bad, the first code
 * that is unknown or given twice.
 */
bool exemption_parse(exemption_set *set, struct str *bad, struct str text)
    NONNULL;

/* Does its text fit the black bar? See LIMIT_RELEASE_BAR. */
bool exemption_fits(exemption_set set);

/* Append the set's text. */
void exemption_format(struct buf *text, exemption_set set) NONNULL;

/* "read" or "memory". */
struct str exemption_standing_text(enum exemption_standing standing);

#endif
