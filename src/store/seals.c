/* Seals of grounds, and of entries by their grounds; see seals.h. */
#include "store/seals.h"

#include "store/lookups.h"
#include "store/requests.h"
#include "store/row.h"
#include "store/store_int.h"
#include "util/fault.h"

static const struct row_field seal_fields[] = {
	ROW_FIELD(TEXT, struct store_seal, ori),
	ROW_FIELD(TEXT, struct store_seal, kind),
	ROW_FIELD(TEXT, struct store_seal, number),
	ROW_FIELD(I64, struct store_seal, lift_us),
	ROW_FIELD(I64, struct store_seal, order_us),
};

static const struct row_table seal_table =
    ROW_TABLE(seal_fields, struct store_seal);

int
seals_put(struct store *store, const struct store_seal *seal)
{
	return TRACE(row_write(store, STATEMENT_SEAL_PUT, &seal_table, seal,
	    STORE_E_EXISTS));
}

int
seals_end(struct store *store, struct str ori, struct str kind,
    struct str number, int64_t lift_us)
{
	int r = row_change(store, STATEMENT_SEAL_END,
	    (const struct backend_value[]){ row_text(ori), row_text(kind),
		row_text(number), row_i64(lift_us) },
	    STORE_E_EXISTS);

	/* By order of a court it may be later. */
	if (r == 0)
		r = seals_find(store, &lift_us, ori, kind, number);
	if (r == 0)
		r = lookups_seal_moved(store, ori, kind, number, lift_us);
	return TRACE(r);
}

int
seals_find(struct store *store, int64_t *lift_us, struct str ori,
    struct str kind, struct str number)
{
	int r = row_number(store, lift_us, STATEMENT_SEAL_FIND,
	    (const struct backend_value[]){ row_text(ori), row_text(kind),
		row_text(number) });

	if (r == STORE_E_ABSENT)
		*lift_us = 0;
	return r == STORE_E_ABSENT ? 0 : TRACE(r);
}

static int
of_ground(struct store *store, int64_t *lift_us,
    const struct seals_question *q)
{
	int64_t of_instrument = 0;
	int r = seals_find(store, lift_us, q->agency, q->ground_kind,
	    q->ground);

	if (r == 0 && q->instrument.len > 0)
		r = seals_find(store, &of_instrument, q->agency,
		    STR("instrument"), q->instrument);
	*lift_us = MAX(*lift_us, of_instrument);
	return TRACE(r);
}

/* Its row says the number of its ground and not of which kind that is. */
static int
of_request(struct store *store, int64_t *lift_us,
    const struct seals_question *q)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct store_request row;
	int64_t of_wanted = 0;
	int r;

	arena_init(&arena, (size_t)4 * LIMIT_STORE_BYTES);
	*lift_us = INT64_MAX;
	r = requests_find(store, &arena, &row, q->id);
	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	r = seals_find(store, lift_us, row.ori, STR("investigation"),
	    row.ground);
	if (r == 0)
		r = seals_find(store, &of_wanted, row.ori, STR("wanted"),
		    row.ground);
	*lift_us = MAX(*lift_us, of_wanted);
	return TRACE(r);
}

/* "getWanted 17": a look at a ground, or at a request. */
static int
of_look(struct store *store, int64_t *lift_us, const struct seals_question *q)
{
	static const struct {
		struct str operation;
		struct str kind;
	} looks[] = {
		{ STR_INIT("getInvestigation"), STR_INIT("investigation") },
		{ STR_INIT("getWanted"), STR_INIT("wanted") },
		{ STR_INIT("getInstrument"), STR_INIT("instrument") },
	};
	size_t space = str_find(q->what, ' ', 0);
	struct str operation = str_part(q->what, 0, space);
	struct seals_question other = *q;

	other.id = str_part(q->what, space + 1, q->what.len);
	if (str_is_equal(operation, STR("getRequest")))
		return TRACE(of_request(store, lift_us, &other));
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		if (str_is_equal(looks[i].operation, operation))
			return TRACE(seals_find(store, lift_us, q->agency,
			    looks[i].kind, other.id));
	}
	*lift_us = INT64_MAX;
	return 0;
}

/* The kinds that flow from no ground, and how the others tell theirs. */
static const struct {
	struct str type;
	int (*find)(struct store *store, int64_t *lift_us,
	    const struct seals_question *question);
} types[] = {
	{ STR_INIT("request"), of_ground },
	{ STR_INIT("lead"), of_ground },
	{ STR_INIT("ground"), of_ground },
	{ STR_INIT("approval"), of_request },
	{ STR_INIT("read"), of_look },
	{ STR_INIT("self"), NULL },
	{ STR_INIT("complaint"), NULL },
	{ STR_INIT("consignment"), NULL },
	{ STR_INIT("people"), NULL },
	{ STR_INIT("pack"), NULL },
	{ STR_INIT("release"), NULL },
	{ STR_INIT("erasure"), NULL },
	{ STR_INIT("statement"), NULL },
	{ STR_INIT("gate"), NULL },
};

int
seals_of_entry(struct store *store, int64_t *lift_us,
    const struct seals_question *question)
{
	*lift_us = INT64_MAX;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (!str_is_equal(types[i].type, question->type))
			continue;
		*lift_us = 0;
		return types[i].find == NULL
		    ? 0
		    : TRACE(types[i].find(store, lift_us, question));
	}
	return 0;
}
