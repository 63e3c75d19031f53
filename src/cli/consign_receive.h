/* `stile consign receive`: take a transfer in, sealed while it is read. */
#ifndef STILE_CLI_CONSIGN_RECEIVE_H
#define STILE_CLI_CONSIGN_RECEIVE_H

#include "cli/verb.h"
#include "util/attr.h"

/* Run it with the options of cmd_consign.c. Returns: the exit code. */
int consign_receive_run(struct cli *cli) MUST_USE NONNULL;

/*
 * Register a sealed one with the gate; the receipt is the statement to the
 * sender. Returns: the exit code.
 */
int consign_receive_register(struct cli *cli, const char *id) MUST_USE NONNULL;

#endif
