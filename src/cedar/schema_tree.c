/* Order and words of schemas; see schema_tree.h. */
#include "cedar/schema_tree.h"

#include <stdlib.h>

bool
cedar_schema_tree_is_keyword(struct str name)
{
	static const struct str words[] = { STR_INIT("Bool"),
		STR_INIT("Boolean"), STR_INIT("Entity"), STR_INIT("Extension"),
		STR_INIT("Long"), STR_INIT("Record"), STR_INIT("Set"),
		STR_INIT("String") };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_is_equal(words[i], name))
			return true;
	}
	return false;
}

bool
cedar_schema_tree_is_path(struct str text)
{
	struct str prefix = STR("__cedar::");

	if (str_has_prefix(text, prefix))
		text = str_part(text, prefix.len, text.len);
	return ast_is_path(text);
}

/* By name, then by place. */
static int
compare(struct str a, struct ast_span x, struct str b, struct ast_span y)
{
	int order = str_compare(a, b);

	return order != 0 ? order : (x.at > y.at) - (x.at < y.at);
}

#define COMPARE(function, type)                                                \
	static int function(const void *a, const void *b)                      \
	{                                                                      \
		const struct type *x = a;                                      \
		const struct type *y = b;                                      \
		return compare(x->name, x->span, y->name, y->span);            \
	}

COMPARE(compare_attrs, schema_tree_attr)
COMPARE(compare_commons, schema_tree_common)
COMPARE(compare_entities, schema_tree_entity)
COMPARE(compare_actions, schema_tree_action)

/* Up to the last "::", and what stands behind it. */
static struct str
cut(struct str *base, struct str name)
{
	size_t at = name.len;

	while (at > 0 && name.p[at - 1] != ':')
		at--;
	*base = str_part(name, at, name.len);
	return str_part(name, 0, at >= 2 ? at - 2 : 0);
}

/* As the original orders paths: by the last part, then from the first on. */
static int
compare_paths(struct str a, struct str b)
{
	struct str x;
	struct str y;
	int order;

	a = cut(&x, a);
	b = cut(&y, b);
	order = str_compare(x, y);
	while (order == 0 && a.len > 0 && b.len > 0) {
		size_t i = str_find(a, ':', 0);
		size_t j = str_find(b, ':', 0);

		order = str_compare(str_part(a, 0, i), str_part(b, 0, j));
		a = str_part(a, i + 2, a.len);
		b = str_part(b, j + 2, b.len);
	}
	return order != 0 ? order : (a.len > 0) - (b.len > 0);
}

static int
compare_spaces(const void *a, const void *b)
{
	const struct schema_tree_space *x = a;
	const struct schema_tree_space *y = b;

	if (x->name.len == 0 || y->name.len == 0)
		return compare(x->name, x->span, y->name, y->span);
	return compare_paths(x->name, y->name);
}

static int
compare_notes(const void *a, const void *b)
{
	const struct cedar_annotation *x = a;
	const struct cedar_annotation *y = b;

	return str_compare(x->name, y->name);
}

static void
sort(void *items, size_t n, size_t size,
    int (*order)(const void *, const void *))
{
	if (n > 1)
		qsort(items, n, size, order);
}

size_t
cedar_schema_tree_sort_attrs(struct schema_tree_attr *attrs, size_t n)
{
	size_t kept = 0;

	sort(attrs, n, sizeof(*attrs), compare_attrs);
	for (size_t i = 0; i < n; i++) {
		if (i + 1 < n && str_is_equal(attrs[i].name, attrs[i + 1].name))
			continue;
		attrs[kept++] = attrs[i];
	}
	return kept;
}

long
cedar_schema_tree_sort_notes(struct cedar_annotation *notes, size_t n)
{
	sort(notes, n, sizeof(*notes), compare_notes);
	for (size_t i = 1; i < n; i++) {
		if (str_is_equal(notes[i - 1].name, notes[i].name))
			return (long)i;
	}
	return -1;
}

void
cedar_schema_tree_sort(struct schema_tree *tree)
{
	sort(tree->spaces, tree->n_spaces, sizeof(*tree->spaces),
	    compare_spaces);
	for (size_t i = 0; i < tree->n_spaces; i++) {
		struct schema_tree_space *space = &tree->spaces[i];

		sort(space->commons, space->n_commons, sizeof(*space->commons),
		    compare_commons);
		sort(space->entities, space->n_entities,
		    sizeof(*space->entities), compare_entities);
		sort(space->actions, space->n_actions, sizeof(*space->actions),
		    compare_actions);
	}
}
