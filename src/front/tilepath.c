/* The strict reader of tlog-tiles paths. */
#include "front/tilepath.h"

#include <string.h>

#define WIDTH_FULL 256
#define LEVEL_MAX 63
#define GROUPS_MAX 6 /* 10^18 tiles */

static bool
take_number(unsigned *value, struct str *rest, unsigned max)
{
	size_t n = 0;
	unsigned sum = 0;

	while (n < rest->len && rest->p[n] >= '0' && rest->p[n] <= '9') {
		sum = sum * 10 + (unsigned)(rest->p[n] - '0');
		if (sum > max || (n == 1 && rest->p[0] == '0'))
			return false;
		n++;
	}
	if (n == 0)
		return false;
	*value = sum;
	*rest = str_part(*rest, n, rest->len);
	return true;
}

static bool
take_text(struct str *rest, struct str text)
{
	if (!str_has_prefix(*rest, text))
		return false;
	*rest = str_part(*rest, text.len, rest->len);
	return true;
}

/* Three digits. */
static bool
take_group(uint64_t *index, struct str *rest)
{
	if (rest->len < 3)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (rest->p[i] < '0' || rest->p[i] > '9')
			return false;
		*index = *index * 10 + (uint64_t)(rest->p[i] - '0');
	}
	*rest = str_part(*rest, 3, rest->len);
	return true;
}

static bool
take_index(uint64_t *index, struct str *rest)
{
	*index = 0;
	for (unsigned n = 0; n < GROUPS_MAX; n++) {
		bool is_last = !take_text(rest, STR("x"));

		if (!take_group(index, rest))
			return false;
		if (is_last)
			return true;
		/* x000/ in front would be a second way to write it. */
		if ((n == 0 && *index == 0) || !take_text(rest, STR("/")))
			return false;
	}
	return false;
}

static bool
take_width(unsigned *width, struct str *rest)
{
	*width = WIDTH_FULL;
	if (rest->len == 0)
		return true;
	return take_text(rest, STR(".p/")) &&
	    take_number(width, rest, WIDTH_FULL - 1) && *width > 0 &&
	    rest->len == 0;
}

bool
tilepath_parse(struct tilepath *tilepath, struct str path)
{
	struct str rest = path;

	*tilepath = (struct tilepath){ 0 };
	if (path.len >= sizeof(tilepath->text))
		return false;
	if (path.len > 0)
		memcpy(tilepath->text, path.p, path.len);
	if (str_is_equal(path, STR("checkpoint"))) {
		tilepath->kind = TILEPATH_CHECKPOINT;
		return true;
	}
	if (!take_text(&rest, STR("tile/")))
		return false;
	if (take_text(&rest, STR("entries/")))
		tilepath->kind = TILEPATH_ENTRIES;
	else if (take_number(&tilepath->level, &rest, LEVEL_MAX) &&
	    take_text(&rest, STR("/")))
		tilepath->kind = TILEPATH_TILE;
	else
		return false;
	return take_index(&tilepath->index, &rest) &&
	    take_width(&tilepath->width, &rest);
}
