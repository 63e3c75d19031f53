/*
 * Wildcard matching without backtracking: the literals before the first and
 * after the last wildcard are anchored; those between are found leftmost, one
 * behind the other, which is enough as a wildcard takes anything.
 */
#include "cedar/wildcard.h"

#include <stdint.h>
#include <string.h>

bool
cedar_wildcard_match(struct str text, const struct ast_pattern_part *parts,
    size_t n)
{
	struct str rest = text;

	if (n == 0)
		return text.len == 0;
	if (!parts[0].is_wildcard) {
		if (n == 1)
			return str_is_equal(text, parts[0].literal);
		if (!str_has_prefix(rest, parts[0].literal))
			return false;
		rest = str_part(rest, parts[0].literal.len, rest.len);
	}
	if (!parts[n - 1].is_wildcard) {
		struct str last = parts[n - 1].literal;

		if (!str_has_suffix(rest, last))
			return false;
		rest = str_part(rest, 0, rest.len - last.len);
		n--;
	}
	for (size_t i = 1; i < n; i++) {
		struct str literal = parts[i].literal;
		const char *found;

		if (parts[i].is_wildcard)
			continue;
		found = memmem(rest.p, rest.len, literal.p, literal.len);
		if (found == NULL)
			return false;
		found += literal.len;
		rest.len -= (size_t)(found - rest.p);
		rest.p = found;
	}
	return true;
}
