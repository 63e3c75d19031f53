/*
 * The vault: a holder's log and what is sealed beside it, read by an officer
 * of the holder on the holder's machine while the gate runs.
 *
 * Opens the store for reading and the sealing key; never a signing key, and
 * writes nothing. One snapshot for its whole life.
 */
#ifndef STILE_CLI_VAULT_H
#define STILE_CLI_VAULT_H

#include "cli/verb.h"
#include "config/config.h"
#include "release/stock.h"
#include "tlog/note.h"
#include "util/attr.h"

struct vault {
	const char *dir;
	struct config config;
	bool has_config;
	struct store *store;
	struct tlog_note_key key; /* of the log */
	struct str checkpoint;	  /* the published one, in the run's arena */
	uint64_t size;		  /* of that */
	struct vault_keys *keys;  /* secret */
	bool has_stock;
	struct stock stock;
};

/*
 * Open the holder that the verb means, without what is sealed: settings, log,
 * published checkpoint. Returns: VERB_OK; else the exit code, and it was said
 * why. vault_close() in any case.
 */
int vault_open(struct vault *vault, struct cli *cli) MUST_USE NONNULL;

/* Open what is sealed, into vault->stock. Returns: as vault_open(). */
int vault_unseal(struct vault *vault, struct cli *cli) MUST_USE NONNULL;

void vault_close(struct vault *vault) NONNULL;

/* The log's key of a verb: the file of --log-key, else keys/log.vkey of the
 * holder. Returns: VERB_OK; else the exit code, and it was said why. */
int vault_log_key(struct cli *cli, struct tlog_note_key *key, const char *path)
    MUST_USE;

#endif
