/*
 * The operator's log: one JSON object a line, on standard error.
 *
 *	{"time":"…","role":"keeper","pid":7,"level":"info","message":"…"}
 *
 * For people and their collectors, never for evidence: that is the log of
 * entries. A message names roles, files, sizes and reasons; never a person, a
 * plate, a case or anything else out of a request or a record.
 */
#ifndef STILE_UTIL_EVENTLOG_H
#define STILE_UTIL_EVENTLOG_H

#include "util/attr.h"
#include "util/clock.h"
#include "util/str.h"

enum eventlog_level {
	EVENTLOG_ERROR, /* the role cannot go on, or something was refused it */
	EVENTLOG_WARNING,
	EVENTLOG_INFO,
	EVENTLOG_DEBUG,
};

struct eventlog {
	int fd;
	const char *role;
	enum eventlog_level level; /* the least important still written */
	struct clock clock;
};

/* To standard error, up to EVENTLOG_INFO, by the system's clock. */
struct eventlog eventlog_stderr(const char *role) NONNULL;

/* The level of a name: error, warning, info, debug; info for any other. */
enum eventlog_level eventlog_level_of(struct str name);

/*
 * Write one line with one write(2); cut at LIMIT_EVENT_BYTES. Never fails:
 * there is nobody to tell. Bytes that are no UTF-8 become '?'.
 */
void eventlog_write(const struct eventlog *log, enum eventlog_level level,
    const char *format, ...) PRINTF(3, 4);

/*
 * Report a fault with its trail (util/fault.h) and forget the trail.
 *
 * what: what was being done, e.g. "store: commit".
 */
void eventlog_fault(const struct eventlog *log, int r, const char *what) NONNULL;

#endif
