/*
 * Somebody's published log, to read: at a URL (C2SP tlog-tiles) or in a folder.
 *
 * A server is not trusted: each answer is bounded by what it may be, each call
 * by time, and a tile of another length than its name says is named so.
 */
#ifndef STILE_CLI_LOGSOURCE_H
#define STILE_CLI_LOGSOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "tlog/audit.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

struct logsource;

struct logsource_options {
	const char *where;  /* https://…, http://…, or a folder */
	const char *ca;	    /* PEM file; NULL: the system's */
	int64_t timeout_ms; /* of one call */
};

enum {
	LOGSOURCE_E_ABSENT = 1, /* there is no log, or no checkpoint */
	LOGSOURCE_E_CANNOT,	/* it cannot be read: see logsource_why() */
};

/* Returns: 0, *source owned by the caller; LOGSOURCE_E_*; fault. */
int logsource_open(struct logsource **source,
    const struct logsource_options *options) MUST_USE NONNULL;

/* Release; NULL is fine. Returns: NULL. */
struct logsource *logsource_close(struct logsource *source);
void logsource_closep(struct logsource **source);

/* Its checkpoint, in the arena. Returns: 0; LOGSOURCE_E_*; fault. */
int logsource_checkpoint(struct logsource *source, struct str *note,
    struct arena *arena) MUST_USE NONNULL;

/*
 * Tiles and entries of the log of that size, which lets bundles be fetched
 * ahead. A fault is one of the network: see logsource_why().
 */
struct tlog_audit_source logsource_reader(struct logsource *source,
    uint64_t size) NONNULL;

/* Why the last call did not work; "" when all did. */
const char *logsource_why(const struct logsource *source) NONNULL;

#endif
