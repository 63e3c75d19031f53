/*
 * Witnessing (C2SP tlog-witness): both sides of add-checkpoint, without HTTP.
 *
 * A log asks a witness to cosign its checkpoint and proves that it extends the
 * last one the witness cosigned. What is decided here is decided from values
 * alone; who keeps them, and that they are durable before a cosignature leaves,
 * is the caller's matter.
 *
 *	old <size>\n
 *	<base64 hash>\n		0 to 63 of them: the consistency proof
 *	\n
 *	<checkpoint>
 */
#ifndef STILE_TLOG_WITNESS_H
#define STILE_TLOG_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/digest.h"
#include "tlog/checkpoint.h"
#include "tlog/note.h"
#include "tlog/proof.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

#define TLOG_WITNESS_HASHES 63 /* most proof lines (C2SP tlog-witness) */

struct tlog_witness_request {
	uint64_t old_size;
	struct tlog_proof proof;
	struct str checkpoint; /* the note, borrowed */
};

enum {
	TLOG_WITNESS_E_FORMAT = 1, /* not what the specification says */
	TLOG_WITNESS_E_UNSIGNED,   /* take: nothing of this witness in it */
	TLOG_WITNESS_E_BAD,	   /* take: its cosignature is wrong */
	TLOG_WITNESS_E_TIME,	   /* take: signed for no time, or not now */
};

/*
 * Read a body. What the checkpoint in it is worth is not looked at.
 *
 * Returns: 0; TLOG_WITNESS_E_FORMAT.
 */
int tlog_witness_parse(struct tlog_witness_request *request, struct str body)
    MUST_USE NONNULL;

/* Append a body. */
void tlog_witness_format(const struct tlog_witness_request *request,
    struct buf *body) NONNULL;

/* What a witness knows of one log. */
struct tlog_witness_log {
	struct str origin;
	const struct tlog_note_key *keys; /* that may sign for it */
	size_t n_keys;
	uint64_t size; /* last cosigned; 0: never, or of the empty log */
	struct digest root;
};

/* Answers, as HTTP has them. */
enum tlog_witness_status {
	TLOG_WITNESS_OK = 200,
	TLOG_WITNESS_MALFORMED = 400, /* body, or old size past the new */
	TLOG_WITNESS_UNSIGNED = 403,  /* by no key of the log, or wrongly */
	TLOG_WITNESS_UNKNOWN = 404,   /* log */
	TLOG_WITNESS_CONFLICT = 409,  /* old size is not the last cosigned */
	TLOG_WITNESS_FORK = 422,      /* not an extension of what was cosigned */
};

struct tlog_witness_verdict {
	enum tlog_witness_status status;
	const char *why; /* one line for the client, without newline */
	const struct tlog_witness_log *log; /* NULL: unknown */
	struct tlog_note note;		    /* with OK: what to cosign */
	struct tlog_checkpoint checkpoint;
};

/*
 * Judge a request against the logs that are known, in the order in which
 * tlog-witness names the conditions. With TLOG_WITNESS_OK the checkpoint may
 * be cosigned once it is recorded as the log's last.
 *
 * Returns: 0 and *verdict, which borrows from the request; fault.
 */
int tlog_witness_judge(struct tlog_witness_verdict *verdict,
    const struct tlog_witness_request *request,
    const struct tlog_witness_log *logs, size_t n_logs) MUST_USE;

/*
 * A log's side: take the cosignature of this witness out of its answer to a
 * checkpoint and append its line, to be added to the note. Lines of other keys
 * are ignored.
 *
 * now: seconds since 1970; the cosignature's time may differ from it by at most
 * LIMIT_TLOG_WITNESS_CLOCK_S. Returns: 0 and *time; TLOG_WITNESS_E_*; fault.
 */
int tlog_witness_take(struct buf *lines, uint64_t *time, struct str checkpoint,
    struct str answer, const struct tlog_note_key *key, uint64_t now)
    MUST_USE NONNULL;

/* The size in the body of a 409 answer. Returns: false when it is none. */
bool tlog_witness_parse_size(uint64_t *size, struct str body) NONNULL;

#endif
