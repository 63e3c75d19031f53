/*
 * Disclosures and presentations: a text is tried as either. Slices must stay
 * inside their text; what verifies must open as many claims as it discloses.
 */
#include <assert.h>
#include <stdint.h>

#include "claims/claims.h"
#include "claims/disclosure.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_presentation(struct arena *arena, struct str text)
{
	struct claims claims;
	struct str *disclosures = NULL;
	struct str entry;
	size_t n = 0;
	size_t bad = 0;
	size_t n_open = 0;
	int r = claims_parse(&entry, &disclosures, &n, arena, text);

	if (r != 0)
		return;
	assert(entry.p == text.p && entry.len < text.len);
	r = claims_verify(&claims, &bad, arena, entry, disclosures, n);
	assert(bad <= n);
	if (r != 0)
		return;
	for (size_t i = 0; i < claims.n_claims; i++) {
		const struct claims_claim *claim = &claims.claims[i];

		n_open += claim->state == CLAIMS_DISCLOSED;
		assert((claim->state == CLAIMS_WITHHELD) ==
		    (claim->value.len == 0));
	}
	assert(n_open == n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct claims_disclosure disclosure;
	struct arena arena;

	arena_init(&arena, (size_t)1 << 22);
	if (claims_disclosure_parse(&disclosure, &arena, text) == 0)
		assert(disclosure.value.len > 0 && disclosure.salt.p != NULL);
	try_presentation(&arena, text);
	arena_fini(&arena);
	return 0;
}
