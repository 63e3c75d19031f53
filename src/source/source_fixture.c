/* A source over an array; see source_fixture.h. */
#include "source/source_fixture.h"

static int
open_nothing(struct source *source, const char *location)
{
	(void)source;
	(void)location;
	return SOURCE_E_DOWN;
}

static bool
has_key(const struct source_fixture_row *row, struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(row->keys); i++) {
		if (row->keys[i].p != NULL && str_is_equal(row->keys[i], key))
			return true;
	}
	return false;
}

static int
fetch(struct record *record, struct source *source, struct arena *arena,
    const struct subject *subject)
{
	struct source_fixture *fixture = source->state;
	size_t n_hits = 0;

	(void)arena;
	fixture->n_fetches++;
	if (fixture->is_down)
		return SOURCE_E_DOWN;
	for (size_t i = 0; i < fixture->n_rows; i++) {
		if (!has_key(&fixture->rows[i], subject->canonical))
			continue;
		*record = fixture->rows[i].record;
		n_hits++;
	}
	if (n_hits != 1)
		return n_hits == 0 ? SOURCE_E_NONE : SOURCE_E_MANY;
	return 0;
}

static struct str
provenance(struct source *source, struct arena *arena)
{
	(void)source;
	(void)arena;
	return STR("records in memory");
}

static void
forget(struct source *source)
{
	source->state = NULL;
}

const struct source_backend source_fixture_backend = {
	.name = "fixture",
	.open = open_nothing,
	.fetch = fetch,
	.provenance = provenance,
	.close = forget,
};

void
source_fixture_open(struct source *source, struct source_fixture *fixture)
{
	*source = (struct source){ .backend = &source_fixture_backend,
		.state = fixture };
}
