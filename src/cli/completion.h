/*
 * Completion for shells, written out of the verbs' tables.
 */
#ifndef STILE_CLI_COMPLETION_H
#define STILE_CLI_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

#include "util/attr.h"

/* Write the script for "bash", "zsh" or "fish". False: no such shell. */
bool completion_write(FILE *out, const char *shell) NONNULL;

#endif
