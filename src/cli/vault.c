/* A holder's log and its sealed side, for reading; see vault.h. */
#include "cli/vault.h"

#include "cli/holder.h"
#include "crypto/secret.h"
#include "keeper/keyring.h"
#include "store/store.h"
#include "tlog/checkpoint.h"

struct vault_keys {
	struct seal_public public;
	struct seal_secret secret;
};

static int
unwrap(void *context, struct seal_key *key, struct str wrapped)
{
	const struct vault_keys *keys = context;
	struct seal_wrapped bytes;

	if (wrapped.len != sizeof(bytes.b))
		return SEAL_E_BAD;
	memcpy(bytes.b, wrapped.p, wrapped.len);
	return seal_unwrap(key, &keys->public, &keys->secret, &bytes);
}

static const char *
path_in(struct cli *cli, const char *dir, const char *name)
{
	return arena_format(&cli->arena, "%s/%s", dir, name).p;
}

static int
open_config(struct vault *vault, struct cli *cli)
{
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, str_of(vault->dir), (struct str){ 0 });
	r = config_load(&vault->config, &diags, vault->dir);
	vault->has_config = r == 0;
	if (r < 0)
		return verb_fault(cli, r, vault->dir);
	if (r == CONFIG_E_ABSENT)
		return verb_fail(cli, VERB_CANNOT,
		    "%s: not a holder's directory", vault->dir);
	return r > 0 ? verb_diags(cli, VERB_CANNOT, &diags) : VERB_OK;
}

static int
open_store(struct vault *vault, struct cli *cli)
{
	struct str path = str_of(path_in(cli, vault->dir, "state/stile.db"));
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, path, (struct str){ 0 });
	r = store_open(&vault->store, path, STORE_READ, &diags);
	if (r == 0)
		r = store_begin(vault->store);
	if (r < 0)
		return verb_fault(cli, r, path.p);
	return r > 0 ? verb_diags(cli, VERB_CANNOT, &diags) : VERB_OK;
}

int
vault_log_key(struct cli *cli, struct tlog_note_key *key, const char *path)
{
	struct str text;
	int r;

	if (path == NULL)
		path = path_in(cli, holder_dir(cli), "keys/log.vkey");
	r = verb_read(cli, &text, path, LIMIT_TLOG_NOTE_BYTES);
	if (r != VERB_OK)
		return r;
	return tlog_note_key_parse(key, str_trim(text)) == 0
	    ? VERB_OK
	    : verb_fail(cli, VERB_USAGE, "%s: not a log's public key", path);
}

static int
read_checkpoint(struct vault *vault, struct cli *cli)
{
	const char *path = path_in(cli, vault->dir, "log/checkpoint");
	struct tlog_checkpoint checkpoint;
	int r = vault_log_key(cli, &vault->key, NULL);

	if (r == VERB_OK)
		r = verb_read(cli, &vault->checkpoint, path,
		    LIMIT_TLOG_NOTE_BYTES);
	if (r != VERB_OK)
		return r;
	if (tlog_checkpoint_open(&checkpoint, vault->checkpoint,
		&vault->key) != 0)
		return verb_fail(cli, VERB_NO,
		    "%s: not signed by the log's key", path);
	vault->size = checkpoint.size;
	return VERB_OK;
}

/* The checkpoint first: the store holds at least what it is about. */
int
vault_open(struct vault *vault, struct cli *cli)
{
	int r;

	*vault = (struct vault){ .dir = holder_dir(cli) };
	r = open_config(vault, cli);
	if (r == VERB_OK)
		r = read_checkpoint(vault, cli);
	if (r == VERB_OK)
		r = open_store(vault, cli);
	return r;
}

int
vault_unseal(struct vault *vault, struct cli *cli)
{
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, STR("keys"), (struct str){ 0 });
	vault->keys = secret_alloc(sizeof(*vault->keys));
	if (vault->keys == NULL)
		return verb_fail(cli, VERB_CANNOT, "memory for the key");
	r = keyring_load_seal(&vault->keys->public, &vault->keys->secret,
	    &diags, vault->dir);
	if (r < 0)
		return verb_fault(cli, r, "keys");
	if (r > 0)
		return verb_diags(cli, VERB_CANNOT, &diags);
	stock_init(&vault->stock, vault->store, unwrap, vault->keys);
	vault->has_stock = true;
	return VERB_OK;
}

void
vault_close(struct vault *vault)
{
	if (vault->has_stock)
		stock_fini(&vault->stock);
	secret_free(vault->keys);
	store_close(vault->store);
	if (vault->has_config)
		config_fini(&vault->config);
	*vault = (struct vault){ 0 };
}
