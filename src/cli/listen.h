/*
 * Sockets to listen on, and the lock of a holder's directory.
 */
#ifndef STILE_CLI_LISTEN_H
#define STILE_CLI_LISTEN_H

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum {
	LISTEN_E_TAKEN = 1, /* another program listens there */
	LISTEN_E_DENIED,    /* the port is below 1024 and this is not root */
	LISTEN_E_ADDRESS,   /* this machine does not have the address */
	LISTEN_E_LONG,	    /* the path is longer than a socket's may be */
	LISTEN_E_LOCKED,    /* another serve runs on the directory */
};

/*
 * Bind n TCP sockets to one address and port; the kernel spreads connections
 * over them. address: numeric. Nothing else may listen there.
 *
 * Returns: 0 and fds, owned by the caller; LISTEN_E_TAKEN, _DENIED, _ADDRESS;
 * fault. On all but 0, fds are closed again.
 */
int listen_tcp(int *fds, size_t n, const char *address, uint16_t port)
    MUST_USE NONNULL;

/*
 * Bind a unix socket at path, mode 0600; a stale one is replaced (hold the
 * lock).
 *
 * Returns: 0 and *fd, owned by the caller; LISTEN_E_LONG; fault.
 */
int listen_unix(int *fd, const char *path) MUST_USE NONNULL;

/*
 * Take the lock file at path, waiting LIMIT_LOCK_WAIT_MS, and write the
 * process id to it. Children that inherit the descriptor hold it too.
 *
 * Returns: 0 and *fd, owned by the caller; LISTEN_E_LOCKED and *holder, the
 * process id read from the file, or 0; fault.
 */
int listen_lock(int *fd, int64_t *holder, const char *path) MUST_USE NONNULL;

/*
 * Find out whether somebody holds the lock, without taking it; waits as
 * listen_lock() does.
 *
 * Returns: 0 nobody does; LISTEN_E_LOCKED and *holder; fault.
 */
int listen_is_locked(int64_t *holder, const char *path) MUST_USE NONNULL;

#endif
