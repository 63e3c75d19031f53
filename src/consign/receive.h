/*
 * Taking a transfer in: read once, sealed while it is read, never stored as it
 * came.
 *
 * Reading, hashing and sealing are done here; where records end and by which
 * identifiers they are found is worked out by a process that has neither keys
 * nor files (cutproc.h). Bytes that are not to be read are sealed in pieces
 * without that process.
 * Memory does not grow with the transfer. What is refused, for whatever reason,
 * leaves nothing behind; what is interrupted can be gone on with.
 */
#ifndef STILE_CONSIGN_RECEIVE_H
#define STILE_CONSIGN_RECEIVE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "consign/head.h"
#include "consign/keyfile.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/random.h"
#include "util/str.h"

/* bytes_all is 0 when it is not known. */
typedef void (*receive_progress_fn)(void *context, uint64_t bytes_done,
    uint64_t bytes_all);

struct receive_options {
	const char *dir; /* the holder's */
	int fd;		 /* of the transfer, at its first byte */
	const char *name; /* for messages */
	enum consign_form form;
	struct str map; /* text of the mapping; CSV and JSON */
	struct str sender;
	int32_t deadline; /* last day */
	int64_t now_us;
	uint8_t threshold; /* 0: nobody can open the whole */
	const struct keyfile_custodian *custodians; /* names and public keys */
	size_t n_custodians;
	struct keyfile_public public;
	uint64_t max_bytes; /* of a transfer */
	uint64_t keep_free; /* bytes of the disk */
	/* What the sender says came; 0 and NULL when nothing was said. */
	uint64_t size;
	const struct digest *digest;
	/*
	 * Going on with an interrupted one: its id, and who opens its work key
	 * (0; > 0 when it is not of this keeper). Called when the process that
	 * reads formats has been forked, so that it never sees a key.
	 */
	const char *resume_id;
	int (*open_work)(void *context, struct seal_key *key,
	    const struct seal_wrapped *wrapped);
	const struct random *random;
	const volatile sig_atomic_t *is_stopped; /* may be NULL */
	receive_progress_fn progress;	/* may be NULL */
	void *context;
};

struct receive_report {
	char id[CONSIGN_ID + 1];
	struct consign_head head; /* when it is finished */
	uint64_t n_done;
	char earlier[CONSIGN_ID + 1]; /* the same bytes, by an earlier id */
	bool is_earlier_erased;
};

enum {
	RECEIVE_E_REFUSED = 1, /* nothing was kept; diags say why */
	RECEIVE_E_AGAIN,       /* report->earlier is the same and is held */
	RECEIVE_E_STOPPED,     /* it can be gone on with as report->id */
};

/*
 * Take it in.
 *
 * Returns: 0, durable; RECEIVE_E_*; fault, and nothing was kept, or, where
 * something was durable, it can be gone on with.
 */
int receive_run(struct receive_report *report, struct diag_list *diags,
    struct arena *arena, const struct receive_options *options) MUST_USE
    NONNULL;

#endif
