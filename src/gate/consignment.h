/*
 * Consignments at the gate: registered by one person, opened whole or ended by
 * two (P9), and asked one record at a time like any source.
 *
 * What a consignment is, stands in its folder (consign/folder.h), which the
 * command line filled; the gate takes nothing of it on trust but the digests.
 * Ending one is two steps, so that a crash cannot leave the log saying what did
 * not happen: the order is an entry, then the keys are erased, then the erasure
 * is an entry of its own, the certificate.
 */
#ifndef STILE_GATE_CONSIGNMENT_H
#define STILE_GATE_CONSIGNMENT_H

#include "gate/path.h"
#include "store/consignments.h"

/* What an operation on a consignment says and finds. */
struct ask_consign {
	struct str id;
	struct str order;  /* "open", "return", "destroy" */
	struct str reason;
	struct str change; /* of the entry: "received", "order destroy", … */
	struct store_consignment row;
	struct str custodians; /* "2 of 3: ann, ben, cem" */
	struct str half; /* base64; the answer to who confirmed "open" */
	bool is_waiting; /* for a second person */
};

/* read: the members of the body into ask->consign. Returns: 0; fault. */
int consignment_read(struct ask *ask) MUST_USE NONNULL;

/* ground: find it, check who may do this, and do it. Returns: 0; fault. */
int consignment_apply(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* look: the state of one, with the receipt of its newest entry. */
int consignment_look(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* ground of a request: may its source be asked at all? Returns: 0; fault. */
int consignment_check(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* fetch: as source_fetch(), of the consignment that the request names. */
int consignment_fetch(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* enter: the row of a change, once its entry has an index. Returns: 0; fault. */
int consignment_keep(struct gate *gate, struct ask *ask) MUST_USE NONNULL;

/* enter: the labels. */
void consignment_fill(struct ask *ask) NONNULL;

/*
 * Between batches: erase the keys of one that is to end, and write its
 * certificate. *has_erased: there was one; call again.
 *
 * Returns: 0; fault, and it is tried again later.
 */
int consignment_sweep(struct gate *gate, bool *has_erased) MUST_USE NONNULL;

/* Close the one that is open for fetching. */
void consignment_close(struct gate *gate) NONNULL;

#endif
