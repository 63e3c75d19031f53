/*
 * The courier: the one role that connects to others, and only to the witnesses
 * that the policy names (witness.policy).
 *
 * Takes the checkpoint that waits in DIR/outbox, asks every witness to cosign
 * it, all at once, and puts what came back there. Holds nothing: no store, no
 * records, no key; it reads DIR/log, which is public. The clerk believes of
 * what it brings only what verifies.
 */
#ifndef STILE_COURIER_COURIER_H
#define STILE_COURIER_COURIER_H

#include "util/attr.h"

/*
 * Serve until SIGTERM or until the parent is gone. listen_fd: none, ignored.
 *
 * Returns: an exit code; 0 when it was told to stop.
 */
int courier_run(const char *dir, int listen_fd, int parent_fd) NONNULL;

#endif
