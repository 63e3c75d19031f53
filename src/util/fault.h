/*
 * Faults: the things that should not happen and that nobody handles midway.
 *
 * One rule for every fallible function in the tree (after dbus-broker):
 *
 *   r <  0  fault: a negated errno. Never matched on; forwarded with TRACE(r)
 *           to whoever owns the request, where it is logged and denies.
 *   r == 0  done.
 *   r >  0  outcome: one of the enum above the prototype. The caller handles
 *           it where it stands; it is never forwarded as it is.
 *
 * FAULT() raises, TRACE() forwards. Both leave a trail of places in a small
 * ring, printed by fault_trail() when a process reports the failure.
 */
#ifndef STILE_UTIL_FAULT_H
#define STILE_UTIL_FAULT_H

#include <errno.h>
#include <stdio.h>

#include "util/attr.h"

/*
 * Start a trail. error: positive errno. Value: -error, and -EIO for a library
 * that reports failure without errno: never 0. A macro all through, so that who
 * reads the caller, man or analyser, sees that.
 */
#define FAULT(error)                                                           \
	(__extension__({                                                       \
		int fault_error_ = (error);                                    \
		int fault_r_ = fault_error_ > 0 ? -fault_error_ : -EIO;        \
		fault_start(fault_r_, __FILE__, __LINE__);                     \
		fault_r_;                                                      \
	}))

/* Add a place to the trail when r < 0. Value: r. */
#define TRACE(r)                                                               \
	(__extension__({                                                       \
		int trace_r_ = (r);                                            \
		if (trace_r_ < 0)                                              \
			fault_pass(trace_r_, __FILE__, __LINE__);              \
		trace_r_;                                                      \
	}))

/* Start a trail with r; add a place to it: what the two above do. */
void fault_start(int r, const char *file, int line);
void fault_pass(int r, const char *file, int line);

/* Print the trail, oldest first, one place a line; then forget it. */
void fault_trail(FILE *out) NONNULL;

#endif
