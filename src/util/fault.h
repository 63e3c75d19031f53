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

#include <stdio.h>

#include "util/attr.h"

#define FAULT(error) fault_raise((error), __FILE__, __LINE__)
#define TRACE(r) fault_trace((r), __FILE__, __LINE__)

/* Start a trail. error: positive errno. Returns: -error. */
int fault_raise(int error, const char *file, int line);

/* Add a place to the trail when r < 0. Returns: r. */
int fault_trace(int r, const char *file, int line);

/* Print the trail, oldest first, one place a line; then forget it. */
void fault_trail(FILE *out) NONNULL;

#endif
