/*
 * The forms of a policy held against what the original engine answered: as
 * JSON, as canonical text, formatted.
 */
#ifndef STILE_TESTS_CEDAR_FORMS_H
#define STILE_TESTS_CEDAR_FORMS_H

#include <stdbool.h>

#include "cedar/jsontree.h"
#include "util/attr.h"

struct forms_verdict {
	bool est; /* the JSON form, and what is read back from it */
	bool text;
	bool format; /* equal in every byte */
};

/*
 * line: one line of the oracle, an object with est, text and fmt.
 * source: the text of its policy. Returns: what agrees.
 */
struct forms_verdict forms_judge(const struct jsontree *line,
    struct str source) NONNULL;

#endif
