/*
 * `stile log rotate`: the next log of a holder, in a directory of its own.
 *
 * A log that has grown too large is not cut: the holder's directory stays as it
 * is, with its store, its keys and all that can be proved or erased in it, and
 * a new one takes over people, grounds, seals, budgets, packs, certificates and
 * records. The first entry of the new log holds the last checkpoint of the old
 * one; the last of the old one names the new one's key. Everything is made in
 * NEWDIR.new and renamed at the end, as by `stile init`.
 */
#ifndef STILE_CLI_ROTATE_H
#define STILE_CLI_ROTATE_H

#include "cli/verb.h"

/* Operands: DIR and NEWDIR. Returns: an exit code. */
int rotate_run(struct cli *cli) NONNULL;

#endif
