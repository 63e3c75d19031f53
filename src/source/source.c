/* The one question to a source of records; see source.h. */
#include "source/source.h"

#include <assert.h>

int
source_open(struct source *source, const struct source_backend *backend,
    const char *location)
{
	int r;

	*source = (struct source){ .backend = backend };
	r = backend->open(source, location);
	if (r != 0)
		*source = (struct source){ .backend = NULL };
	return r;
}

int
source_fetch(struct record *record, struct source *source, struct arena *arena,
    const struct subject *subject)
{
	int r;

	*record = (struct record){ .kind = RECORD_NONE };
	if (source->backend == NULL)
		return SOURCE_E_DOWN;
	assert(subject->kind != SUBJECT_NONE);
	r = source->backend->fetch(record, source, arena, subject);
	if (r != 0)
		*record = (struct record){ .kind = RECORD_NONE };
	return r;
}

struct str
source_provenance(struct source *source, struct arena *arena)
{
	if (source->backend == NULL)
		return STR("no source of records is open");
	return source->backend->provenance(source, arena);
}

void
source_close(struct source *source)
{
	if (source->backend != NULL)
		source->backend->close(source);
	*source = (struct source){ .backend = NULL };
}
