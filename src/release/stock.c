/* Entries and what is kept beside them; see stock.h. */
#include "release/stock.h"

#include <errno.h>
#include <stdio.h>

#include "claims/kept.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "util/fault.h"

struct walk {
	struct stock *stock;
	stock_each_fn *each;
	void *context;
	struct stock_entry entry;
	int outcome;
};

void
stock_init(struct stock *stock, struct store *store,
    int (*unwrap)(void *context, struct seal_key *key, struct str wrapped),
    void *context)
{
	*stock = (struct stock){ .store = store,
		.unwrap = unwrap,
		.context = context };
	arena_init(&stock->arena, LIMIT_RELEASE_ENTRY);
}

void
stock_fini(struct stock *stock)
{
	secret_wipe(stock->keys, sizeof(stock->keys));
	arena_fini(&stock->arena);
}

/* Open an epoch's key into a slot; an erased one is remembered as such. */
static int
open_epoch(struct stock *stock, struct stock_key *slot, uint64_t epoch)
{
	struct store_epoch row;
	int r = entries_find_epoch(stock->store, &stock->arena, &row, epoch);

	slot->epoch = 0;
	if (r < 0)
		return TRACE(r);
	slot->is_erased = r > 0;
	if (r == 0)
		r = stock->unwrap(stock->context, &slot->key, row.wrapped);
	else
		r = 0;
	if (r == 0)
		slot->epoch = epoch;
	return r > 0 ? STOCK_E_DAMAGED : TRACE(r);
}

static int
find_key(struct stock *stock, const struct stock_key **key, uint64_t epoch)
{
	struct stock_key *slot;
	int r;

	for (size_t i = 0; i < ARRAY_LEN(stock->keys); i++) {
		if (stock->keys[i].epoch == epoch && epoch != 0) {
			*key = &stock->keys[i];
			return 0;
		}
	}
	slot = &stock->keys[stock->next];
	stock->next = (stock->next + 1) % ARRAY_LEN(stock->keys);
	*key = slot;
	r = open_epoch(stock, slot, epoch);
	return r < 0 ? TRACE(r) : r;
}

/* What was sealed beside the entry. */
static int
open_kept(struct stock *stock, struct str *plain, bool *is_kept,
    const struct store_kept *kept)
{
	char context[32];
	int n = snprintf(context, sizeof(context), "entry %llu",
	    (unsigned long long)kept->entry.index);
	const struct stock_key *key;
	uint64_t epoch;
	char *bytes;
	int r;

	*is_kept = false;
	if (kept->sealed.len == 0)
		return 0;
	if (!envelope_epoch(&epoch, kept->sealed))
		return STOCK_E_DAMAGED;
	r = find_key(stock, &key, epoch);
	if (r != 0 || key->is_erased)
		return r < 0 ? TRACE(r) : r;
	bytes = arena_alloc(&stock->arena, kept->sealed.len);
	if (bytes == NULL)
		return FAULT(ENOMEM);
	if (envelope_open(bytes, &key->key, (struct str){ context, (size_t)n },
		kept->sealed) != 0)
		return STOCK_E_DAMAGED;
	*plain = (struct str){ bytes, kept->sealed.len - ENVELOPE_OVERHEAD };
	*is_kept = true;
	return 0;
}

/* The i-th kept disclosure is the i-th closed member's. */
static bool
lay_out(struct stock_entry *entry, struct str kept)
{
	enum claims_kept whose;

	for (size_t i = 0; i < entry->claims.n_claims; i++) {
		entry->disclosures[i] = STR("");
		if (entry->claims.claims[i].state == CLAIMS_OPEN)
			continue;
		if (!claims_kept_next(&whose, &entry->disclosures[i], &kept))
			return false;
	}
	return kept.len == 0;
}

static int
read_entry(struct walk *walk, const struct store_kept *kept)
{
	struct stock *stock = walk->stock;
	struct stock_entry *entry = &walk->entry;
	struct str plain = STR("");
	int r;

	entry->index = kept->entry.index;
	entry->time_us = kept->entry.time_us;
	entry->type = kept->entry.type;
	entry->leaf = kept->entry.bytes;
	r = claims_verify(&entry->claims, NULL, &stock->arena, entry->leaf,
	    NULL, 0);
	if (r != 0)
		return r < 0 ? TRACE(r) : STOCK_E_DAMAGED;
	r = open_kept(stock, &plain, &entry->is_kept, kept);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (entry->is_kept && !lay_out(entry, plain))
		return STOCK_E_DAMAGED;
	return 0;
}

static int
walk_entry(void *context, const struct store_kept *kept)
{
	struct walk *walk = context;
	int r;

	arena_reset(&walk->stock->arena);
	r = read_entry(walk, kept);
	if (r == 0)
		r = walk->each(walk->context, walk->stock, &walk->entry);
	if (r > 0)
		walk->outcome = r;
	return TRACE(r);
}

int
stock_each(struct stock *stock, uint64_t *bad, uint64_t from, uint64_t to,
    stock_each_fn *each, void *context)
{
	struct walk walk = { .stock = stock,
		.each = each,
		.context = context };
	int r = entries_each_kept(stock->store, from, to, walk_entry, &walk);

	*bad = walk.entry.index;
	if (r < 0)
		return TRACE(r);
	return walk.outcome != 0 ? STOCK_E_DAMAGED : 0;
}

int
stock_value(struct stock *stock, const struct stock_entry *entry, size_t i,
    struct str *value)
{
	struct claims_disclosure disclosure;
	int r = claims_disclosure_parse(&disclosure, &stock->arena,
	    entry->disclosures[i]);

	if (r != 0)
		return r < 0 ? TRACE(r) : STOCK_E_DAMAGED;
	if (!str_is_equal(claims_digest_str(&disclosure.digest),
		entry->claims.claims[i].digest))
		return STOCK_E_DAMAGED;
	*value = disclosure.value;
	return 0;
}

int
stock_text(struct stock *stock, const struct stock_entry *entry,
    const char *label, struct str *text)
{
	const struct claims_claim *claim = claims_find(&entry->claims, label);
	struct str value;
	int r;

	*text = STR("");
	if (claim == NULL || claim->state == CLAIMS_OPEN || !entry->is_kept)
		return 0;
	r = stock_value(stock, entry,
	    (size_t)(claim - entry->claims.claims), &value);
	if (r == 0 && value.len >= 2 && value.p[0] == '"')
		*text = str_part(value, 1, value.len - 1);
	return r < 0 ? TRACE(r) : r;
}
