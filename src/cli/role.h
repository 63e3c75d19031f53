/*
 * `stile role NAME DIR`: the body of one process that serve started.
 */
#ifndef STILE_CLI_ROLE_H
#define STILE_CLI_ROLE_H

#include "util/attr.h"

#define ROLE_LISTEN_FD 3 /* where the role accepts */
#define ROLE_PARENT_FD 4 /* frames.h, enum parent_byte */
#define ROLE_PUBLIC_FD 5 /* front: listen.public_port, when there is one */
#define ROLE_LOCK_FD 6	 /* kept open, never used: the lock of run/ */

/* Run the role. Returns: its exit code; 64 (EX_USAGE) for no such role. */
int role_run(const char *name, const char *dir) NONNULL;

#endif
