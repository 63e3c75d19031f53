/*
 * Receipts (C2SP tlog-proof@v1): an entry's place in a log, checkable offline.
 *
 * Text: header line, optional "extra" line (base64, not authenticated by the
 * format: it usually holds the entry), index, proof hashes, and the signed
 * checkpoint as it was published.
 */
#ifndef STILE_TLOG_RECEIPT_H
#define STILE_TLOG_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tlog/checkpoint.h"
#include "tlog/proof.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

struct tlog_receipt {
	bool has_extra;
	struct str extra; /* decoded */
	uint64_t index;
	struct tlog_proof proof;
	struct str checkpoint; /* note text, verbatim */
};

enum {
	TLOG_RECEIPT_E_FORMAT = 1, /* not a tlog-proof@v1 text */
	TLOG_RECEIPT_E_LIMIT,	   /* extra: its line is too long for readers */
	TLOG_RECEIPT_E_SIGNATURE,  /* the checkpoint is not the log's */
	TLOG_RECEIPT_E_PROOF,	   /* the entry is not under the checkpoint */
};

/* Bytes that extra may have: its line stays below LIMIT_TLOG_RECEIPT_LINE. */
#define TLOG_RECEIPT_EXTRA_MAX                                                 \
	((size_t)(LIMIT_TLOG_RECEIPT_LINE - sizeof("extra ")) / 4 * 3)

/*
 * Take a receipt apart; extra is decoded into the arena, the rest borrows.
 *
 * Returns: 0; TLOG_RECEIPT_E_FORMAT; TLOG_RECEIPT_E_LIMIT; fault ENOMEM.
 */
int tlog_receipt_parse(struct tlog_receipt *receipt, struct arena *arena,
    struct str text) MUST_USE NONNULL;

/* Append the text. Returns: 0; TLOG_RECEIPT_E_LIMIT (nothing is appended). */
int tlog_receipt_format(const struct tlog_receipt *receipt, struct buf *text)
    MUST_USE NONNULL;

/*
 * Does the receipt place this leaf hash in the log of this key?
 *
 * checkpoint: what was believed, borrowing from the receipt.
 * Returns: 0 yes; TLOG_RECEIPT_E_FORMAT (the checkpoint); _E_SIGNATURE;
 * _E_PROOF; fault ENOMEM.
 */
int tlog_receipt_verify(const struct tlog_receipt *receipt,
    struct tlog_checkpoint *checkpoint, const struct digest *leaf,
    const struct tlog_note_key *key) MUST_USE NONNULL;

#endif
