/* How to mend what messages say; see mend.h. */
#include "cedar/mend.h"

static const struct mend {
	struct str part;
	struct str help;
} mends[] = {
#define M(part, help) { STR_INIT(part), STR_INIT(help) },
#include "cedar/mends.def"
#undef M
};

static bool
has_part(struct str text, struct str part)
{
	for (size_t i = 0; i + part.len <= text.len; i++) {
		if (memcmp(text.p + i, part.p, part.len) == 0)
			return true;
	}
	return false;
}

void
cedar_mend_all(struct diag_list *diags)
{
	for (size_t i = 0; i < diags->n_items; i++) {
		struct diag *diag = &diags->items[i];

		for (size_t k = 0; k < ARRAY_LEN(mends) && diag->help.len == 0;
		     k++) {
			if (has_part(diag->text, mends[k].part))
				diag->help = mends[k].help;
		}
	}
}
