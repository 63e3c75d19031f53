/* Which policy packs are in force, and which were. */
#include "store/packs.h"

#include "store/row.h"
#include "util/fault.h"

static const struct row_field pack_fields[] = {
	ROW_FIELD(U64, struct store_pack, index),
	ROW_FIELD(TEXT, struct store_pack, name),
	ROW_FIELD(U64, struct store_pack, version),
	ROW_FIELD(TEXT, struct store_pack, hash),
	ROW_FIELD(I64, struct store_pack, activated_us),
};

static const struct row_table pack_table =
    ROW_TABLE(pack_fields, struct store_pack);

/* Bridge from a row's object to the caller's typed function. */
struct walk {
	packs_each_fn *each;
	void *context;
};

static int
walk_pack(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->each(walk->context, object);
}

int
packs_activate(struct store *store, const struct store_pack *pack)
{
	return TRACE(row_write(store, STATEMENT_PACK_PUT, &pack_table, pack,
	    STORE_E_EXISTS));
}

int
packs_find(struct store *store, struct arena *arena, struct store_pack *pack,
    struct str name)
{
	int r;

	r = row_find(store, arena, STATEMENT_PACK_FIND, &pack_table, pack,
	    (const struct backend_value[]){ row_text(name) });
	if (r != 0)
		return TRACE(r);
	return pack->hash.len > 0 ? 0 : STORE_E_ABSENT;
}

int
packs_each_active(struct store *store, packs_each_fn *each, void *context)
{
	struct walk walk = { each, context };

	return TRACE(row_each(store, STATEMENT_PACK_ACTIVE, &pack_table, NULL,
	    walk_pack, &walk));
}

int
packs_each(struct store *store, packs_each_fn *each, void *context)
{
	struct walk walk = { each, context };

	return TRACE(row_each(store, STATEMENT_PACK_EACH, &pack_table, NULL,
	    walk_pack, &walk));
}
