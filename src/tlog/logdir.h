/*
 * A log as a directory of files: checkpoint, tile/L/N, tile/entries/N
 * (C2SP tlog-tiles). Read-only; the clerk writes such directories.
 */
#ifndef STILE_TLOG_LOGDIR_H
#define STILE_TLOG_LOGDIR_H

#include <stddef.h>
#include <stdint.h>

#include "tlog/audit.h"
#include "tlog/tile.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

struct tlog_logdir;

enum {
	TLOG_LOGDIR_E_ABSENT = 1, /* no such directory, or no checkpoint */
	TLOG_LOGDIR_E_KIND,	  /* not a directory, or not a regular file */
	TLOG_LOGDIR_E_TOO_LARGE,  /* longer than LIMIT_TLOG_NOTE_BYTES */
};

/* Returns: 0, *dir owned by the caller; _E_ABSENT; _E_KIND; fault. */
int tlog_logdir_open(struct tlog_logdir **dir, const char *path)
    MUST_USE NONNULL;

/* Release; NULL is fine. Returns: NULL. */
struct tlog_logdir *tlog_logdir_close(struct tlog_logdir *dir);
void tlog_logdir_closep(struct tlog_logdir **dir);

/* The checkpoint file. Returns: 0; TLOG_LOGDIR_E_*; fault. */
int tlog_logdir_checkpoint(struct tlog_logdir *dir, struct str *note,
    struct arena *arena) MUST_USE NONNULL;

/*
 * Its tiles and entries as a source; dir must outlive it. A full file is read
 * where there is no partial one.
 */
struct tlog_audit_source tlog_logdir_source(struct tlog_logdir *dir) NONNULL;

#endif
