/*
 * The notary: which checkpoint of each log was cosigned last, and nothing
 * cosigned that does not extend it.
 *
 * Invariants:
 *  1. A cosignature leaves only after the checkpoint it is of is durable as
 *     the log's last: state/<hex SHA-256 of the origin>, the cosigned note.
 *  2. Check and record are one step: one process, one thread, one lock.
 *  3. What is read from the folder is believed only when our own key cosigned
 *     it. A record that is damaged stops the start: trusting the log anew would
 *     let it roll back.
 *  4. After a failed write nothing of the log is cosigned until its record was
 *     read again and is durable.
 */
#ifndef STILE_WITNESS_NOTARY_H
#define STILE_WITNESS_NOTARY_H

#include <stddef.h>
#include <stdint.h>

#include "tlog/note.h"
#include "tlog/witness.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/diag.h"
#include "util/str.h"
#include "witness/loglist.h"

struct notary;

enum {
	NOTARY_E_WRONG = 1, /* open: a record is damaged; the diags say which */
};

/* Statuses beside those of tlog/witness.h. */
enum {
	NOTARY_TOO_MANY = 429, /* more requests of this log than agreed */
	NOTARY_FAULT = 500,    /* it could not be recorded: nothing is cosigned */
};

/*
 * Open the records of the logs in a list. path: the folder, which exists.
 * list, signer and what they hold are borrowed until notary_close().
 *
 * Returns: 0; NOTARY_E_WRONG; fault.
 */
int notary_open(struct notary **notary, struct diag_list *diags,
    const char *path, const struct loglist *list,
    const struct tlog_note_signer *signer, const struct clock *clock)
    MUST_USE NONNULL;

/* Release; NULL is fine. Returns: NULL. */
struct notary *notary_close(struct notary *notary);
void notary_closep(struct notary **notary);

/* What became of a request; texts are borrowed until the next. */
struct notary_answer {
	unsigned status; /* HTTP */
	struct str body; /* 200: cosignature lines; 409: the size; else why */
	struct str origin; /* of the log; empty: unknown */
	uint64_t size;	   /* 200: of what was cosigned */
	uint64_t retry_s;  /* 429 */
	int fault;	   /* 500: to be told to the operator */
};

/* add-checkpoint: judge, record, cosign. Never fails: see status. */
void notary_add(struct notary *notary, struct notary_answer *answer,
    struct str body) NONNULL;

/*
 * The note cosigned last of the log with that SHA-256 of its origin, 64
 * hexadecimal digits. Returns: the note; p == NULL when there is none.
 */
struct str notary_find(const struct notary *notary, struct str hex) NONNULL;

/* The i-th log of the list: its size and its note, or { 0 }. */
struct str notary_get(const struct notary *notary, size_t i, uint64_t *size)
    NONNULL;

#endif
