/*
 * The gate: the one process that decides. Policies, grounds, budgets, the
 * store's writer and the record source; no network, no private key.
 */
#ifndef STILE_GATE_GATE_H
#define STILE_GATE_GATE_H

#include "util/attr.h"

/*
 * Serve until SIGTERM or until the parent is gone; SIGHUP reads the packs
 * again, and a bad pack leaves the old ones in force.
 *
 * listen_fd: DIR/run/gate.sock; parent_fd: frames.h, enum parent_byte.
 * Returns: an exit code; 0 when it was told to stop.
 */
int gate_run(const char *dir, int listen_fd, int parent_fd) NONNULL;

#endif
