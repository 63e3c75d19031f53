/* The table of exemptions and their texts; see exemption.h. */
#include "release/exemption.h"

#include "limits.h"

static const struct exemption rows[] = {
#define E(symbol, code, title, cite, harm, standing)                           \
	{ STR_INIT(code), STR_INIT(title), STR_INIT(cite), STR_INIT(harm),     \
		EXEMPTION_##standing },
#include "release/exemptions.def"
#undef E
};

_Static_assert(ARRAY_LEN(rows) <= 64, "a set of exemptions is one word");

const struct exemption *
exemption_all(size_t *n)
{
	*n = ARRAY_LEN(rows);
	return rows;
}

static exemption_set
find(struct str code)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (str_is_equal(rows[i].code, code))
			return (exemption_set)1 << i;
	}
	return 0;
}

bool
exemption_parse(exemption_set *set, struct str *bad, struct str text)
{
	size_t at = 0;

	*set = 0;
	do {
		size_t end = str_find(text, ',', at);
		struct str code = str_trim(str_part(text, at, end));
		exemption_set one = find(code);

		if (one == 0 || (*set & one) != 0) {
			*bad = code;
			return false;
		}
		*set |= one;
		at = end + 1;
	} while (at <= text.len);
	return true;
}

bool
exemption_fits(exemption_set set)
{
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		len += (set >> i & 1) != 0 ? rows[i].code.len + 1 : 0;
	return len <= LIMIT_RELEASE_BAR + 1;
}

void
exemption_format(struct buf *text, exemption_set set)
{
	bool is_first = true;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if ((set >> i & 1) == 0)
			continue;
		if (!is_first)
			buf_add_char(text, ',');
		buf_add_str(text, rows[i].code);
		is_first = false;
	}
}

struct str
exemption_standing_text(enum exemption_standing standing)
{
	return standing == EXEMPTION_READ ? STR("read") : STR("memory");
}
