/* Consignments as rows; see consignments.h. */
#include "store/consignments.h"

#include "store/row.h"
#include "util/fault.h"

static const struct row_field consignment_fields[] = {
	ROW_FIELD(TEXT, struct store_consignment, id),
	ROW_FIELD(U64, struct store_consignment, index),
	ROW_FIELD(U32, struct store_consignment, state),
	ROW_FIELD(TEXT, struct store_consignment, sender),
	ROW_FIELD(TEXT, struct store_consignment, form),
	ROW_FIELD(DIGEST, struct store_consignment, digest),
	ROW_FIELD(U64, struct store_consignment, size),
	ROW_FIELD(U64, struct store_consignment, n_records),
	ROW_FIELD(I64, struct store_consignment, received_us),
	ROW_FIELD(I32, struct store_consignment, deadline),
	ROW_FIELD(TEXT, struct store_consignment, registered_by),
	ROW_FIELD(TEXT, struct store_consignment, ordered),
	ROW_FIELD(TEXT, struct store_consignment, ordered_by),
	ROW_FIELD(I64, struct store_consignment, ordered_us),
	ROW_FIELD(TEXT, struct store_consignment, confirmed_by),
};

static const struct row_field change_fields[] = {
	ROW_FIELD(TEXT, struct store_consignment, id),
	ROW_FIELD(U64, struct store_consignment, index),
	ROW_FIELD(U32, struct store_consignment, state),
	ROW_FIELD(TEXT, struct store_consignment, ordered),
	ROW_FIELD(TEXT, struct store_consignment, ordered_by),
	ROW_FIELD(I64, struct store_consignment, ordered_us),
	ROW_FIELD(TEXT, struct store_consignment, confirmed_by),
};

static const struct row_table consignment_table =
    ROW_TABLE(consignment_fields, struct store_consignment);
static const struct row_table change_table =
    ROW_TABLE(change_fields, struct store_consignment);

/* Bridge from a row's object to the caller's typed function. */
struct walk {
	consignments_each_fn *each;
	void *context;
};

static int
walk_consignment(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->each(walk->context, object);
}

int
consignments_put(struct store *store,
    const struct store_consignment *consignment)
{
	return TRACE(row_write(store, STATEMENT_CONSIGNMENT_PUT,
	    &consignment_table, consignment, STORE_E_EXISTS));
}

int
consignments_update(struct store *store,
    const struct store_consignment *consignment)
{
	return TRACE(row_write(store, STATEMENT_CONSIGNMENT_UPDATE,
	    &change_table, consignment, STORE_E_ABSENT));
}

int
consignments_find(struct store *store, struct arena *arena,
    struct store_consignment *consignment, struct str id)
{
	return TRACE(row_find(store, arena, STATEMENT_CONSIGNMENT_FIND,
	    &consignment_table, consignment,
	    (const struct backend_value[]){ row_text(id) }));
}

int
consignments_find_ending(struct store *store, struct arena *arena,
    struct store_consignment *consignment)
{
	return TRACE(row_find(store, arena, STATEMENT_CONSIGNMENT_ENDING,
	    &consignment_table, consignment, NULL));
}

int
consignments_each(struct store *store, consignments_each_fn *each,
    void *context)
{
	struct walk walk = { each, context };

	return TRACE(row_each(store, STATEMENT_CONSIGNMENT_EACH,
	    &consignment_table, NULL, walk_consignment, &walk));
}
