/* Files of the published log, opened so that nothing else can be. */
#ifndef STILE_FRONT_LOGFILE_H
#define STILE_FRONT_LOGFILE_H

#include <stddef.h>

#include "front/tilepath.h"
#include "util/attr.h"

enum {
	LOGFILE_E_ABSENT = 1, /* no such file, or no regular one */
};

/*
 * Open the file below dir_fd. No part of the path may be a symbolic link.
 *
 * Returns: 0, the descriptor, which the caller closes, and its size;
 * LOGFILE_E_ABSENT; fault.
 */
int logfile_open(int *fd, size_t *size, int dir_fd,
    const struct tilepath *tilepath) MUST_USE NONNULL;

/* Content-Type as c2sp.org/tlog-tiles wants it. */
const char *logfile_type(const struct tilepath *tilepath) NONNULL;

/* Cache-Control: a tile never changes, a checkpoint does. */
const char *logfile_cache(const struct tilepath *tilepath) NONNULL;

#endif
