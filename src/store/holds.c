/* Legal holds. */
#include "store/holds.h"

#include "store/row.h"
#include "store/store_int.h"
#include "util/fault.h"

static const struct row_field hold_fields[] = {
	ROW_FIELD(TEXT, struct store_hold, id),
	ROW_FIELD(U64, struct store_hold, from),
	ROW_FIELD(U64, struct store_hold, to),
	ROW_FIELD(TEXT, struct store_hold, reason),
	ROW_FIELD(TEXT, struct store_hold, placed_by),
	ROW_FIELD(I64, struct store_hold, placed_us),
	ROW_FIELD(TEXT, struct store_hold, lifted_by),
	ROW_FIELD(I64, struct store_hold, lifted_us),
};

static const struct row_table hold_table =
    ROW_TABLE(hold_fields, struct store_hold);

int
holds_put(struct store *store, const struct store_hold *hold)
{
	return TRACE(row_write(store, STATEMENT_HOLD_PUT, &hold_table, hold,
	    STORE_E_EXISTS));
}

int
holds_lift(struct store *store, struct str id, struct str by, int64_t now_us)
{
	return TRACE(row_change(store, STATEMENT_HOLD_LIFT,
	    (const struct backend_value[]){ row_text(id), row_text(by),
		row_i64(now_us) },
	    STORE_E_ABSENT));
}

int
holds_is_held(struct store *store, bool *is_held, uint64_t index)
{
	return TRACE(row_has(store, is_held, STATEMENT_HOLD_IS,
	    (const struct backend_value[]){ row_u64(index) }));
}

struct walk {
	holds_each_fn *each;
	void *context;
};

static int
walk_hold(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->each(walk->context, object);
}

int
holds_each(struct store *store, holds_each_fn *each, void *context)
{
	struct walk walk = { each, context };

	return TRACE(row_each(store, STATEMENT_HOLD_EACH, &hold_table, NULL,
	    walk_hold, &walk));
}
