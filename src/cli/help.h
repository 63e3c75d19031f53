/*
 * `--help`, made of the verbs' tables.
 */
#ifndef STILE_CLI_HELP_H
#define STILE_CLI_HELP_H

#include "cli/terminal.h"
#include "util/attr.h"

struct verb;

/* All verbs, one line each, and how to go on. */
void help_all(const struct terminal *terminal) NONNULL;

/* One verb: usage, what it does, options, actions, examples. */
void help_verb(const struct terminal *terminal, const struct verb *verb,
    const char *name) NONNULL;

#endif
