/* Disclosures as they are kept; see kept.h. */
#include "claims/kept.h"

void
claims_kept_begin(struct buf *text, enum claims_kept whose)
{
	buf_add_char(text, (char)whose);
}

void
claims_kept_end(struct buf *text)
{
	buf_add_char(text, '~');
}

bool
claims_kept_next(enum claims_kept *whose, struct str *disclosure,
    struct str *rest)
{
	size_t end = str_find(*rest, '~', 0);

	if (end == rest->len || end < 2 ||
	    (rest->p[0] != CLAIMS_KEPT_ASKER &&
		rest->p[0] != CLAIMS_KEPT_HOLDER))
		return false;
	*whose = rest->p[0] == CLAIMS_KEPT_ASKER ? CLAIMS_KEPT_ASKER
						 : CLAIMS_KEPT_HOLDER;
	*disclosure = str_part(*rest, 1, end);
	*rest = str_part(*rest, end + 1, rest->len);
	return true;
}
