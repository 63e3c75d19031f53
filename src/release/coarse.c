/* Coarsening; see coarse.h. */
#include "release/coarse.h"

#include "claims/jsontext.h"

static const struct str names[COARSE_N] = {
	[COARSE_NONE] = STR_INIT(""),
	[COARSE_YEAR] = STR_INIT("year"),
	[COARSE_MONTH] = STR_INIT("month"),
	[COARSE_STATE] = STR_INIT("state"),
	[COARSE_COUNT] = STR_INIT("count"),
	[COARSE_SUMMARY] = STR_INIT("summary"),
};

struct str
coarse_name(enum coarse coarse)
{
	return names[coarse < COARSE_N ? coarse : COARSE_NONE];
}

enum coarse
coarse_find(struct str name)
{
	for (unsigned i = COARSE_NONE + 1; i < COARSE_N; i++) {
		if (str_is_equal(names[i], name))
			return (enum coarse)i;
	}
	return COARSE_NONE;
}

/* Does text begin with the pattern, 9 for any digit, and end or go on with -? */
static bool
is_like(struct str text, const char *pattern)
{
	size_t n = strlen(pattern);

	if (text.len < n || (text.len > n && text.p[n] != '-'))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool is_digit = text.p[i] >= '0' && text.p[i] <= '9';

		if (pattern[i] == '9' ? !is_digit : text.p[i] != pattern[i])
			return false;
	}
	return true;
}

static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* The elements of a JSON array; false when it is none. */
static bool
count(size_t *n, struct str value)
{
	struct claims_jsontext walk;
	struct str element;
	int r;

	claims_jsontext_init(&walk, value);
	r = claims_jsontext_open(&walk, '[');
	for (*n = 0; r == 0; (*n)++) {
		r = claims_jsontext_next(&walk, '[', *n == 0);
		if (r == CLAIMS_JSONTEXT_E_END)
			return true;
		if (r == 0)
			r = claims_jsontext_value(&walk, &element);
	}
	return false;
}

struct str
coarse_apply(enum coarse coarse, struct arena *arena, struct str value)
{
	struct str text;
	size_t n;

	if (str_is_equal(value, STR("null")))
		return STR("none");
	if (coarse == COARSE_COUNT && count(&n, value))
		return arena_format(arena, "%zu", n);
	if (value.len < 2 || value.p[0] != '"')
		return STR("other");
	/* No escapes stand in what has a coarse form. */
	text = str_part(value, 1, value.len - 1);
	if (coarse == COARSE_YEAR && is_like(text, "9999"))
		return arena_str(arena, str_part(text, 0, 4));
	if (coarse == COARSE_MONTH && is_like(text, "9999-99"))
		return arena_str(arena, str_part(text, 0, 7));
	if (coarse == COARSE_STATE && text.len == 9 && is_letter(text.p[0]) &&
	    is_letter(text.p[1]))
		return arena_str(arena, str_part(text, 0, 2));
	return STR("other");
}
