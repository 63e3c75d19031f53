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
 * What sealed bytes are bound to: "entry 17", "answer 17". Without a pointer
 * when the arena is full.
 */
struct str ledger_context(struct arena *arena, const char *what,
    uint64_t index) NONNULL;

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
 * Keep the answer to an entry that was appended without it, in the same
 * transaction. Returns: 0; fault.
 */
int ledger_put_answer(struct gate *gate, const struct entry *entry,
    uint64_t index) MUST_USE NONNULL;

/* Open the answer that was kept with an entry. Returns: as ledger_open(). */
int ledger_open_answer(struct gate *gate, struct str *answer,
    struct arena *arena, uint64_t index) MUST_USE NONNULL;

/*
 * Commit the entries since the mark with what belongs to them: the tiles that
 * became full, and the checkpoint before them. The edge stays unmarked, so that
 * the next signature can prove them.
 *
 * Returns: 0, durable; STORE_E_*, taken back; fault.
 */
int ledger_finish(struct gate *gate) MUST_USE NONNULL;

/* The same outside a batch. Returns: 0, durable; fault, taken back. */
int ledger_commit(struct gate *gate, int64_t now_us) MUST_USE NONNULL;

#endif
