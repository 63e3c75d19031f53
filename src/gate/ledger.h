/*
 * The ledger: one more entry at the end of the log, within the transaction.
 */
#ifndef STILE_GATE_LEDGER_H
#define STILE_GATE_LEDGER_H

#include "gate/path.h"

/*
 * Write the entry down, put its leaf into the tree, the entry and its sealed
 * values into the store. Its index is the tree's size before the call.
 *
 * Returns: 0 and *text in the arena; fault, and the transaction must be taken
 * back.
 */
int ledger_append(struct gate *gate, struct entry_text *text,
    struct arena *arena, const struct entry *entry) MUST_USE NONNULL;

/*
 * Open the sealed values of an entry, as entry_write() gave them. text->leaf is
 * left alone.
 *
 * Returns: 0; EPOCH_E_* (gate/epoch.h); LEDGER_E_ABSENT; fault.
 */
enum { LEDGER_E_ABSENT = 16 };
int ledger_open(struct gate *gate, struct entry_text *text,
    struct arena *arena, uint64_t index) MUST_USE NONNULL;

/*
 * Commit a transaction of entries outside a batch: full tiles, then the store.
 * The edge stays unmarked, so that the next signature can prove them.
 *
 * Returns: 0, durable; fault, taken back.
 */
int ledger_commit(struct gate *gate, int64_t now_us) MUST_USE NONNULL;

/* Save the tiles that became full. Returns: 0; STORE_E_*; fault. */
int ledger_put_tiles(struct gate *gate) MUST_USE NONNULL;

#endif
