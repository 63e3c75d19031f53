/* Census name tables; see demo_names.h. */
#include "source/demo_names.h"

#include <assert.h>
#include <errno.h>

#include "util/fault.h"

static bool
is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] < 'A' || name.p[i] > 'Z')
			return false;
	}
	return name.len >= 2;
}

/* The word at the start of *rest, cut off with the spaces behind it. */
static struct str
word(struct str *rest)
{
	size_t len = 0;
	struct str first;

	*rest = str_trim(*rest);
	while (len < rest->len && rest->p[len] != ' ')
		len++;
	first = str_part(*rest, 0, len);
	*rest = str_part(*rest, len, rest->len);
	return first;
}

/* "1.006" as 1006; at least 1. Returns: 0 when it is no such number. */
static uint32_t
weight(struct str text)
{
	size_t point = str_find(text, '.', 0);
	uint32_t thousandths = 0;

	if (text.len != point + 4)
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		if (i == point)
			continue;
		if (text.p[i] < '0' || text.p[i] > '9' || i > 6)
			return 0;
		thousandths = thousandths * 10 + (uint32_t)(text.p[i] - '0');
	}
	return MAX(thousandths, UINT32_C(1));
}

static size_t
count_lines(struct str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.p[i] == '\n';
	return n;
}

int
demo_names_parse(struct demo_names *names, struct arena *arena, struct str text)
{
	size_t n = count_lines(text);
	uint32_t sum = 0;
	struct str line;

	*names = (struct demo_names){
		.names = ARENA_ARRAY(arena, n, struct str),
		.up_to = ARENA_ARRAY(arena, n, uint32_t),
	};
	if (names->names == NULL || names->up_to == NULL)
		return FAULT(ENOMEM);
	while (str_split(&line, &text, '\n')) {
		struct str name = word(&line);
		uint32_t share = weight(word(&line));

		if (name.len == 0)
			continue;
		if (!is_name(name) || share == 0)
			return DEMO_NAMES_E_TEXT;
		sum += share;
		names->names[names->n_names] = name;
		names->up_to[names->n_names++] = sum;
	}
	return names->n_names > 0 ? 0 : DEMO_NAMES_E_TEXT;
}

struct str
demo_names_draw(const struct demo_names *names, struct random_state *random)
{
	size_t low = 0;
	size_t high = names->n_names - 1;
	uint64_t drawn;

	assert(names->n_names > 0);
	drawn = random_below(random, names->up_to[high]);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (drawn < names->up_to[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return names->names[low];
}
