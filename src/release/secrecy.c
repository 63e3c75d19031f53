/* Sealed entries; see secrecy.h. */
#include "release/secrecy.h"

#include "store/seals.h"
#include "util/fault.h"

int
secrecy_of(bool *is_sealed, struct stock *stock,
    const struct stock_entry *entry, int64_t now_us)
{
	struct seals_question question = { .type = entry->type };
	const struct {
		const char *label;
		struct str *to;
	} parts[] = {
		{ "agency", &question.agency },
		{ "ground_kind", &question.ground_kind },
		{ "ground", &question.ground },
		{ "instrument", &question.instrument },
		{ "id", &question.id },
		{ "what", &question.what },
	};
	int64_t lift_us = INT64_MAX;
	int r = 0;

	*is_sealed = true;
	for (size_t i = 0; i < ARRAY_LEN(parts) && r == 0; i++)
		r = stock_text(stock, entry, parts[i].label, parts[i].to);
	if (r == 0)
		r = seals_of_entry(stock->store, &lift_us, &question);
	*is_sealed = r != 0 || now_us < lift_us;
	return r < 0 ? TRACE(r) : r;
}
