/*
 * The stock: entries with what is kept sealed beside them, opened.
 *
 * Read-only and beside the running gate: the store is opened for reading, in
 * one snapshot, and the holder's sealing key opens the epochs' keys. The keys
 * of the last LIMIT_RELEASE_EPOCHS epochs are held, since kinds take turns.
 */
#ifndef STILE_RELEASE_STOCK_H
#define STILE_RELEASE_STOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claims/claims.h"
#include "crypto/seal.h"
#include "limits.h"
#include "store/entries.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

struct stock_key {
	uint64_t epoch; /* 0: unused */
	bool is_erased;
	struct seal_key key;
};

struct stock {
	struct store *store; /* borrowed */
	/* Open a wrapped key. Returns: 0; > 0 it is not for us; fault. */
	int (*unwrap)(void *context, struct seal_key *key, struct str wrapped);
	void *context;
	struct arena arena; /* of the entry at hand */
	size_t next;	    /* slot to use next */
	struct stock_key keys[LIMIT_RELEASE_EPOCHS];
};

/* One entry. Good until the callback returns; all in the stock's arena. */
struct stock_entry {
	uint64_t index;
	int64_t time_us;
	struct str type;
	struct str leaf;
	struct claims claims; /* of the leaf alone: closed members withheld */
	bool is_kept;	      /* false: its values were erased */
	/* Beside each claim: its disclosure; empty for an open member. */
	struct str disclosures[LIMIT_CLAIMS_MEMBERS];
};

/* As entries_each_fn. */
typedef int stock_each_fn(void *context, struct stock *stock,
    const struct stock_entry *entry);

enum {
	STOCK_E_DAMAGED = 1, /* sealed values do not open, or are of another
				leaf */
};

void stock_init(struct stock *stock, struct store *store,
    int (*unwrap)(void *context, struct seal_key *key, struct str wrapped),
    void *context);

/* Wipe the keys. */
void stock_fini(struct stock *stock) NONNULL;

/*
 * Walk the entries of [from, to).
 *
 * bad: on STOCK_E_DAMAGED the entry. Returns: 0; STOCK_E_DAMAGED; what each
 * returned when it was < 0; fault.
 */
int stock_each(struct stock *stock, uint64_t *bad, uint64_t from, uint64_t to,
    stock_each_fn *each, void *context) MUST_USE;

/*
 * The value of claim i, as JSON text, held against its digest.
 *
 * Returns: 0 and *value in the stock's arena; STOCK_E_DAMAGED; fault.
 */
int stock_value(struct stock *stock, const struct stock_entry *entry, size_t i,
    struct str *value) MUST_USE NONNULL;

/*
 * As stock_value() by label: the text of a string value, escapes as they
 * stand; empty when it is null, no string, or not there.
 */
int stock_text(struct stock *stock, const struct stock_entry *entry,
    const char *label, struct str *text) MUST_USE NONNULL;

#endif
