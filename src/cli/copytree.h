/* Copying a directory as it stands: files, directories, links; no others. */
#ifndef STILE_CLI_COPYTREE_H
#define STILE_CLI_COPYTREE_H

#include <stdbool.h>

#include "util/attr.h"

/*
 * Copy what is in the directory at from into the one at to, which exists; with
 * modes, and synced. Names at the top for which is_left_out() holds are passed
 * over. Returns: 0; fault, and a part is there.
 */
int copytree(const char *from, const char *to,
    bool (*is_left_out)(const char *name)) MUST_USE NONNULL;

/* Copy one file, with its mode, synced; to must not exist. As copytree(). */
int copytree_file(const char *from, const char *to) MUST_USE NONNULL;

#endif
