/* How to mend what messages say: a table, so that code says only what is wrong. */
#ifndef STILE_CEDAR_MEND_H
#define STILE_CEDAR_MEND_H

#include "util/attr.h"
#include "util/diag.h"

/* Give every message that brought no help the one that mends.def has for it. */
void cedar_mend_all(struct diag_list *diags) NONNULL;

/* The same where a reader has refused its input. Returns: r. */
static inline int
cedar_mend(int r, struct diag_list *diags)
{
	if (r > 0)
		cedar_mend_all(diags);
	return r;
}

#endif
