/* Migrations: walk the table that sql/embed made. */
#include "store/migrate.h"

#include <assert.h>

#include "util/fault.h"

struct migration {
	const char *name;
	const char *sqlite;
	const char *postgres;
};

#include "store/migrations.inc"

uint32_t
migrate_newest(void)
{
	return (uint32_t)ARRAY_LEN(migrations);
}

static int
apply(struct backend *backend, uint32_t version)
{
	const struct migration *m = &migrations[version - 1];
	const char *sql = backend->ops->is_postgres ? m->postgres : m->sqlite;
	int r;

	r = backend->ops->begin(backend, true);
	if (r != 0)
		return TRACE(r);
	r = backend->ops->migrate(backend, sql, version);
	if (r == 0)
		r = backend->ops->commit(backend);
	if (r != 0)
		backend->ops->rollback(backend);
	return TRACE(r);
}

int
migrate_run(struct backend *backend, uint32_t from, uint32_t to,
    struct diag_list *diags)
{
	assert(to <= migrate_newest());
	for (uint32_t version = from + 1; version <= to; version++) {
		int r = apply(backend, version);

		if (r != 0) {
			diag_error_at(diags, diags->where, "migration %s: %s",
			    migrations[version - 1].name, backend->reason);
			return TRACE(r);
		}
	}
	return 0;
}
