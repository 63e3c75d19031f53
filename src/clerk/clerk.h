/*
 * The clerk: everything that has time.
 *
 * Today it publishes the log: DIR/log as C2SP tlog-tiles, a projection of the
 * store's entries up to the newest signed checkpoint. It is not on the way
 * from a request to its answer, holds the store read-only, and whatever it
 * wrote can be deleted: it writes it again.
 */
#ifndef STILE_CLERK_CLERK_H
#define STILE_CLERK_CLERK_H

#include "util/attr.h"

/*
 * Serve until SIGTERM or until the parent is gone.
 *
 * listen_fd: a listening unix socket; parent_fd: socket to the parent.
 * Returns: an exit code; 0 when it was told to stop.
 */
int clerk_run(const char *dir, int listen_fd, int parent_fd) NONNULL;

#endif
