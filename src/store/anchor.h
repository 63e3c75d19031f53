/*
 * Are the files that are open still the ones of their names?
 *
 * A database goes on writing into files that were unlinked, renamed away or
 * replaced, and says that it is durable; after the next start nothing of it is
 * there. Nor does it see that its log was cut behind its back. So the writer
 * holds what it opened against what the names lead to, before and after each
 * transaction: three stat() calls.
 */
#ifndef STILE_STORE_ANCHOR_H
#define STILE_STORE_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "limits.h"
#include "util/attr.h"

#define ANCHOR_FILES 3 /* the database, its log, its index of the log */

struct anchor_file {
	char path[LIMIT_STORE_PATH + 8];
	bool is_known; /* it was there when it was looked at */
	dev_t device;
	ino_t inode;
	off_t size; /* the least it may have */
};

struct anchor {
	struct anchor_file files[ANCHOR_FILES];
};

/* Name the files of a database; nothing is known of them yet. */
void anchor_init(struct anchor *anchor, const char *path) NONNULL;

/*
 * Look: files seen for the first time are remembered, others must be the same
 * and their log not shorter. Returns: NULL; the path of one that is not.
 */
const char *anchor_look(struct anchor *anchor) NONNULL;

/* The log may now be shorter: it was checkpointed. */
void anchor_forget_size(struct anchor *anchor) NONNULL;

#endif
