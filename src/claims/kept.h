/*
 * The disclosures of an entry as its holder keeps them (sealed): all of them,
 * in the order of the entry's closed members, each after a letter that says
 * whose receipt opens it and before a tilde:
 *
 *	aWyJ…~hWyJ…~
 */
#ifndef STILE_CLAIMS_KEPT_H
#define STILE_CLAIMS_KEPT_H

#include <stdbool.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

enum claims_kept {
	CLAIMS_KEPT_ASKER = 'a',  /* the one who asked, and the holder */
	CLAIMS_KEPT_HOLDER = 'h', /* the holder alone */
};

/* Append the letter; the disclosure and claims_kept_end() follow. */
void claims_kept_begin(struct buf *text, enum claims_kept whose) NONNULL;
void claims_kept_end(struct buf *text) NONNULL;

/*
 * Cut the next disclosure off.
 *
 * Returns: false when nothing is left, or what is left is not kept text; then
 * rest is empty in the first case only.
 */
bool claims_kept_next(enum claims_kept *whose, struct str *disclosure,
    struct str *rest) NONNULL;

#endif
