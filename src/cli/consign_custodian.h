/*
 * Custodians: people who open a whole consignment together, k of n.
 *
 * A custodian has a secret file; its public half is DIR/custodians/<name>.pub,
 * one line of 64 hexadecimal digits, and <name> is a requester's id with the
 * role key_holder. A share is taken out of a consignment into a file of its own:
 *
 *	stile-share 1
 *	01KAN…			the consignment
 *	2			the share's place
 *	64 hexadecimal digits	its value; secret
 */
#ifndef STILE_CLI_CONSIGN_CUSTODIAN_H
#define STILE_CLI_CONSIGN_CUSTODIAN_H

#include <stddef.h>

#include "cli/verb.h"
#include "consign/keyfile.h"
#include "crypto/shamir.h"
#include "util/attr.h"

/*
 * The holder's custodians, by name: at most LIMIT_CONSIGN_CUSTODIANS.
 *
 * Returns: VERB_OK; else the exit code, and it was said why.
 */
int consign_custodian_list(struct cli *cli,
    struct keyfile_custodian custodians[static LIMIT_CONSIGN_CUSTODIANS],
    size_t *n) MUST_USE;

/* `stile consign custodian NAME --secret FILE`. Returns: the exit code. */
int consign_custodian_add(struct cli *cli) MUST_USE NONNULL;

/* `stile consign share ID --secret FILE --share FILE`. */
int consign_custodian_share(struct cli *cli) MUST_USE NONNULL;

/* Read a share of the consignment id from its file. As consign_custodian_list. */
int consign_custodian_read(struct cli *cli, struct shamir_share *share,
    const char *path, const char *id) MUST_USE NONNULL;

/* Write a secret to a new file that only its owner reads. Likewise. */
int consign_custodian_write(struct cli *cli, const char *path,
    struct str secret) MUST_USE NONNULL;

#endif
