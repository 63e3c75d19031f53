/* Signatures of releases. */
#include "store/releases.h"

#include "store/row.h"
#include "store/store_int.h"
#include "util/fault.h"

static const struct row_field sign_fields[] = {
	ROW_FIELD(DIGEST, struct store_release_sign, digest),
	ROW_FIELD(TEXT, struct store_release_sign, act),
	ROW_FIELD(TEXT, struct store_release_sign, person),
	ROW_FIELD(U32, struct store_release_sign, role),
	ROW_FIELD(I64, struct store_release_sign, time_us),
	ROW_FIELD(U64, struct store_release_sign, index),
};

static const struct row_table sign_table =
    ROW_TABLE(sign_fields, struct store_release_sign);

int
releases_sign(struct store *store, const struct store_release_sign *sign)
{
	return TRACE(row_write(store, STATEMENT_RELEASE_SIGN, &sign_table,
	    sign, STORE_E_EXISTS));
}

int
releases_count(struct store *store, uint64_t *count, struct str digest,
    struct str act)
{
	return TRACE(row_count(store, count, STATEMENT_RELEASE_COUNT,
	    (const struct backend_value[]){ row_bytes(digest),
		row_text(act) }));
}
