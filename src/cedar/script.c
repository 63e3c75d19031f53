/* Scripts of a text; see script.h. */
#include "cedar/script.h"

#include <stddef.h>

#include "util/attr.h"
#include "util/utf8.h"

struct range {
	uint32_t first;
	uint32_t last;
	uint8_t set; /* row of sets */
};

struct script_set {
	uint64_t words[3];
};

#define S(first, last, set) { first, last, set },
static const struct range scripts[] = {
#include "cedar/script.def"
};
#undef S

#define T(a, b, c) { { a, b, c } },
static const struct script_set sets[] = {
#include "cedar/script_set.def"
};
#undef T

#define X(first, last) { first, last, 0 },
static const struct range identifiers[] = {
#include "cedar/identifier.def"
};
#undef X

static const struct range *
find(const struct range *ranges, size_t n, uint32_t code)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (code < ranges[middle].first)
			n = middle;
		else if (code > ranges[middle].last)
			low = middle + 1;
		else
			return &ranges[middle];
	}
	return NULL;
}

bool
cedar_script_is_single(struct str text)
{
	struct script_set shared = { { UINT64_MAX, UINT64_MAX, UINT64_MAX } };

	for (size_t at = 0; at < text.len;) {
		int32_t code = utf8_next(text, &at);
		const struct range *range = code < 0 ? NULL
		    : find(scripts, ARRAY_LEN(scripts), (uint32_t)code);

		if (range == NULL)
			return false;
		for (size_t i = 0; i < ARRAY_LEN(shared.words); i++)
			shared.words[i] &= sets[range->set].words[i];
	}
	return (shared.words[0] | shared.words[1] | shared.words[2]) != 0;
}

bool
cedar_script_is_identifier(uint32_t code)
{
	if (code < 0x80)
		return code > 0x20 && code < 0x7f;
	return find(identifiers, ARRAY_LEN(identifiers), code) != NULL;
}

bool
cedar_script_is_bidi(uint32_t code)
{
	return (code >= 0x202a && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069);
}
