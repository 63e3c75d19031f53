/*
 * The keeper: the one process that holds the log's signing key, the
 * subject-index key and the sealing key, and no other thing.
 *
 * It serves one gate at a time, and only the process that the parent named as
 * the gate (frames.h, PARENT_GATE): a broken front that finds the socket is
 * turned away. Once in its sandbox it can open nothing any more.
 */
#ifndef STILE_KEEPER_KEEPER_H
#define STILE_KEEPER_KEEPER_H

#include "util/attr.h"

/*
 * Serve until SIGTERM or until the parent is gone.
 *
 * listen_fd: a listening unix socket; parent_fd: socket to the parent.
 * Returns: an exit code; 0 when it was told to stop.
 */
int keeper_run(const char *dir, int listen_fd, int parent_fd) NONNULL;

#endif
