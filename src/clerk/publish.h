/*
 * Publishing the log: entries of the store become the tiles and bundles of
 * DIR/log (C2SP tlog-tiles), up to a signed checkpoint.
 *
 * Invariants:
 *  1. A checkpoint is published only when the root over everything written
 *     for it is the root it says, and after all of it is durable.
 *  2. Partial tiles and bundles of every published checkpoint stay until the
 *     full one is there, and keep_partials_us longer.
 *  3. The directory is a projection: whatever is missing is written again
 *     from the store.
 *
 * Memory: one bundle and the right edge of the tree, whatever the log's size.
 */
#ifndef STILE_CLERK_PUBLISH_H
#define STILE_CLERK_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "clerk/tilefiles.h"
#include "store/store.h"
#include "tlog/edge.h"
#include "tlog/note.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/eventlog.h"

struct publish {
	struct store *store;		 /* borrowed; opened for reading */
	const struct tlog_note_key *key; /* borrowed */
	const struct eventlog *log;	 /* borrowed */
	const char *path;		 /* DIR/log; borrowed */
	int64_t keep_partials_us;
	struct tilefiles files;
	struct tlog_edge *edge; /* the tree up to written */
	struct buf bundle;	/* the rightmost bundle, up to written */
	uint64_t size;		/* of the published checkpoint */
	bool has_checkpoint;	/* one is published */
	bool is_lost;		/* edge and bundle are not to be trusted */
};

enum {
	PUBLISH_E_NOTE = 1, /* not a checkpoint of this log's key */
	PUBLISH_E_OLD,	    /* not newer than the published one; nothing done */
	PUBLISH_E_SHORT,    /* the store has fewer entries than it says */
	PUBLISH_E_ROOT,	    /* the store's entries are not those it says */
};

/*
 * Open DIR/log and find out what is published. A checkpoint under which
 * something is missing is published again.
 *
 * The borrowed members and keep_partials_us are set by the caller before.
 * Returns: 0; PUBLISH_E_SHORT, _ROOT; fault. publish_close() in any case.
 */
int publish_open(struct publish *publish) MUST_USE NONNULL;

void publish_close(struct publish *publish) NONNULL;

/*
 * Publish a signed checkpoint.
 *
 * Returns: 0; PUBLISH_E_*, and the published one stands; fault, and it may be
 * tried again.
 */
int publish_checkpoint(struct publish *publish, struct str note)
    MUST_USE NONNULL;

/*
 * All of publish_checkpoint() but the checkpoint itself: its tiles and bundles
 * are there to be read, though only that one makes them durable.
 *
 * Returns: as publish_checkpoint(); the size that is published is not too old.
 */
int publish_prepare(struct publish *publish, struct str note) MUST_USE NONNULL;

/*
 * As publish_checkpoint(), also in place of one of the same size: it has got
 * cosignatures.
 */
int publish_cosigned(struct publish *publish, struct str note)
    MUST_USE NONNULL;

#endif
