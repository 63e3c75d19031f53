/* A store for the next log; see succession.h. */
#include "store/succession.h"

#include "store/row.h"
#include "store/store_int.h"
#include "util/fault.h"

/* What refers to a row goes before it. */
static const enum statement statements[] = {
	STATEMENT_APPROVAL_CLEAR,
	STATEMENT_REQUEST_CLEAR,
	STATEMENT_ANSWERED_CLEAR,
	STATEMENT_RELEASE_CLEAR,
	STATEMENT_HOLD_CLEAR,
	STATEMENT_CONSIGNMENT_CLEAR,
	STATEMENT_SAYING_CLEAR,
	STATEMENT_COMPLAINT_CLEAR,
	STATEMENT_LOOKUP_CLEAR,
	STATEMENT_VEILED_CLEAR,
	STATEMENT_SEALED_CLEAR,
	STATEMENT_EPOCH_CLEAR,
	STATEMENT_PACK_CLEAR,
	STATEMENT_HEAD_CLEAR,
	STATEMENT_TILE_CLEAR,
	STATEMENT_ENTRY_CLEAR,
};

int
succession_clear(struct store *store)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(statements) && r == 0; i++)
		r = row_change(store, statements[i], NULL, 0);
	return TRACE(r);
}
