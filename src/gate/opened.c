/* Opening an older entry; see opened.h. */
#include "gate/opened.h"

#include <errno.h>

#include "claims/kept.h"
#include "gate/epoch.h"
#include "gate/ledger.h"
#include "store/entries.h"
#include "util/fault.h"

static void
split(struct str *list, size_t *n, struct str kept)
{
	enum claims_kept whose;

	while (*n < LIMIT_CLAIMS_DISCLOSURES &&
	    claims_kept_next(&whose, &list[*n], &kept))
		(*n)++;
}

int
opened_read(struct opened *opened, struct gate *gate, struct arena *arena,
    uint64_t index)
{
	struct str *list = ARENA_ARRAY(arena, LIMIT_CLAIMS_DISCLOSURES,
	    struct str);
	struct entry_text text = { 0 };
	struct store_entry entry;
	size_t n = 0;
	int r = list == NULL
	    ? FAULT(ENOMEM)
	    : entries_find(gate->store, arena, &entry, index);

	*opened = (struct opened){ 0 };
	if (r != 0)
		return r < 0 ? TRACE(r) : OPENED_E_ABSENT;
	opened->leaf = entry.bytes;
	r = ledger_open(gate, &text, arena, index);
	if (r < 0)
		return TRACE(r);
	if (r == EPOCH_E_DOWN)
		return OPENED_E_DOWN;
	opened->is_erased = r != 0;
	if (r == 0)
		split(list, &n, text.kept);
	r = claims_verify(&opened->claims, NULL, arena, entry.bytes, list, n);
	return r > 0 ? FAULT(EUCLEAN) : TRACE(r);
}

struct str
opened_value(const struct opened *opened, const char *label)
{
	const struct claims_claim *claim = claims_find(&opened->claims, label);

	/* What an entry has no value of is null. */
	if (claim == NULL || claim->state == CLAIMS_WITHHELD ||
	    str_is_equal(claim->value, STR("null")))
		return (struct str){ 0 };
	return claim->value;
}

void
opened_add(const struct opened *opened, struct buf *disclosures,
    const char *label)
{
	const struct claims_claim *claim = claims_find(&opened->claims, label);

	if (claim == NULL || claim->state != CLAIMS_DISCLOSED)
		return;
	buf_add_str(disclosures,
	    opened->claims.disclosures[claim->disclosure].text);
	buf_add_char(disclosures, '~');
}
