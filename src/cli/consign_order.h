/*
 * Orders about a consignment, by two persons through the gate, and opening one
 * whole with what they and the custodians give.
 */
#ifndef STILE_CLI_CONSIGN_ORDER_H
#define STILE_CLI_CONSIGN_ORDER_H

#include "cli/verb.h"
#include "util/attr.h"

/* `stile consign open|return|destroy ID`, by the verb's name. */
int consign_order_run(struct cli *cli) MUST_USE NONNULL;

/* `stile consign whole ID --half FILE --share FILE … --out FILE`. */
int consign_order_whole(struct cli *cli) MUST_USE NONNULL;

#endif
