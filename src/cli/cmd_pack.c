/* stile pack: signed sets of policies, from the work bench to being in force. */
#include "cli/holder.h"
#include "cli/result.h"
#include "cli/verb.h"
#include "crypto/csprng.h"
#include "gate/pack.h"
#include "store/packs.h"
#include "tlog/note.h"
#include "util/clock.h"
#include "util/file.h"

#include <fcntl.h>
#include <sys/stat.h>

static int
read_key(struct cli *cli, struct str *text, const char *option)
{
	const char *path = option_get(&cli->options, option);

	*text = STR("");
	return path == NULL ? VERB_OK : verb_read(cli, text, path, 65536);
}

static void
print_good(struct cli *cli, const struct pack *pack, bool is_signed)
{
	if (cli->is_json) {
		CLEANUP(result_end) struct result out;

		result_begin(&out, cli);
		json_put_bool(&out.json, "good", true);
		json_put_string(&out.json, "name", pack->name);
		json_put_i64(&out.json, "version", (int64_t)pack->version);
		json_put_string(&out.json, "hash", str_of(pack->hash));
		json_put_bool(&out.json, "signature_checked", is_signed);
		return;
	}
	fprintf(cli->out.file, "%.*s version %llu: good%s\n%s\n",
	    STR_ARG(pack->name), (unsigned long long)pack->version,
	    is_signed ? ", signed by its authority"
		      : ", signature not asked for (--key)",
	    pack->hash);
}

static int
run_check(struct cli *cli)
{
	CLEANUP(pack_freep) struct pack *pack = NULL;
	const char *folder = cli->options.operands[0];
	struct vocabulary vocabulary;
	struct clock clock = clock_system();
	struct diag_list diags;
	struct str vkey;
	int r = read_key(cli, &vkey, "key");

	if (r != VERB_OK)
		return r;
	r = vocabulary_init(&vocabulary);
	if (r < 0)
		return verb_fault(cli, r, "vocabulary");
	diag_init(&diags, &cli->arena, str_of(folder), (struct str){ 0 });
	r = pack_load(&pack, &vocabulary, folder, vkey, clock_now_us(&clock),
	    &diags);
	if (r == 0)
		print_good(cli, pack, vkey.len > 0);
	pack_freep(&pack);
	vocabulary_fini(&vocabulary);
	if (r < 0)
		return verb_fault(cli, r, folder);
	return r > 0 ? verb_diags(cli, VERB_NO, &diags) : VERB_OK;
}

static int
run_sign(struct cli *cli)
{
	const char *folder = cli->options.operands[0];
	struct diag_list diags;
	struct str skey;
	int r = read_key(cli, &skey, "key");

	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, str_of(folder), (struct str){ 0 });
	r = pack_sign(folder, skey, &diags);
	r = holder_done(cli, r, &diags,
	    arena_format(&cli->arena, "signed %s/pack.sig", folder).p);
	if (r == VERB_OK && cli->is_json) {
		CLEANUP(result_end) struct result out;

		result_begin(&out, cli);
		json_put_string(&out.json, "signed",
		    arena_format(&cli->arena, "%s/pack.sig", folder));
	}
	return r;
}

static int
write_keys(struct cli *cli, const struct tlog_note_signer *signer,
    const char *secret, const char *public)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	int r;

	buf_init(&text, 4096);
	tlog_note_signer_format(signer, &text);
	buf_add_char(&text, '\n');
	r = file_replace(AT_FDCWD, secret, buf_str(&text), 0600);
	buf_reset(&text);
	tlog_note_key_format(&signer->key, &text);
	buf_add_char(&text, '\n');
	if (r == 0)
		r = file_replace(AT_FDCWD, public, buf_str(&text), 0644);
	return r < 0 ? verb_fault(cli, r, secret) : VERB_OK;
}

static int
run_key(struct cli *cli)
{
	const char *name = cli->options.operands[0];
	const char *secret = option_get(&cli->options, "secret");
	const char *public = option_get(&cli->options, "public");
	struct tlog_note_signer signer;
	struct ed25519_seed seed;
	struct csprng csprng = { 0 };
	struct stat st;
	int r = csprng_open(&csprng);

	if (r < 0)
		return verb_fault(cli, r, "random");
	csprng_fill(&csprng, seed.b, sizeof(seed.b));
	csprng_close(&csprng);
	if (stat(secret, &st) == 0)
		return verb_fail(cli, VERB_NO, "%s exists: not replaced",
		    secret);
	if (tlog_note_signer_init(&signer, str_of(name), TLOG_NOTE_ED25519,
		&seed) != 0)
		return verb_fail(cli, VERB_USAGE,
		    "%s: a key's name has no space and no +", name);
	r = write_keys(cli, &signer, secret, public);
	if (r == VERB_OK && cli->is_json) {
		CLEANUP(result_end) struct result out;

		result_begin(&out, cli);
		json_put_string(&out.json, "secret", str_of(secret));
		json_put_string(&out.json, "public", str_of(public));
	} else if (r == VERB_OK && !cli->is_quiet) {
		fprintf(cli->out.file, "wrote %s (secret) and %s\n", secret,
		    public);
	}
	return r;
}

/* "house:3a9c…": name and hash. */
static void
print_in_force(struct cli *cli, const struct gate *gate)
{
	if (cli->is_json) {
		CLEANUP(result_end) struct result out;

		result_begin(&out, cli);
		json_key(&out.json, STR("in_force"));
		json_open_array(&out.json);
		for (size_t i = 0; i < gate->n_packs; i++)
			json_string(&out.json, gate->pack_names[i]);
		json_close_array(&out.json);
		return;
	}
	for (size_t i = 0; i < gate->n_packs && !cli->is_quiet; i++)
		fprintf(cli->out.file, "in force %.*s\n",
		    STR_ARG(gate->pack_names[i]));
}

static int
run_activate(struct cli *cli)
{
	CLEANUP(admin_closep) struct admin *admin = NULL;
	struct diag_list diags;
	int r = holder_open(cli, &admin);

	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, STR("packs"), (struct str){ 0 });
	r = admin_activate_packs(admin, &diags);
	if (r != 0)
		return holder_done(cli, r, &diags, "packs");
	print_in_force(cli, admin_gate(admin));
	return VERB_OK;
}

static int
print_pack(void *context, const struct store_pack *pack)
{
	struct cli *cli = context;

	fprintf(cli->out.file, "%-16.*s  version %llu  %.*s  entry %llu\n",
	    STR_ARG(pack->name), (unsigned long long)pack->version,
	    STR_ARG(pack->hash), (unsigned long long)pack->index);
	return 0;
}

static int
list_pack(void *context, const struct store_pack *pack)
{
	struct json *json = context;

	json_open_object(json);
	json_put_string(json, "name", pack->name);
	json_put_i64(json, "version", (int64_t)pack->version);
	json_put_string(json, "hash", pack->hash);
	json_put_i64(json, "entry", (int64_t)pack->index);
	json_close_object(json);
	return 0;
}

static int
list_json(struct cli *cli, struct store *store)
{
	CLEANUP(result_end) struct result out;
	int r;

	result_begin(&out, cli);
	json_key(&out.json, STR("packs"));
	json_open_array(&out.json);
	r = packs_each_active(store, list_pack, &out.json);
	json_close_array(&out.json);
	return r;
}

static int
run_list(struct cli *cli)
{
	CLEANUP(store_closep) struct store *store = NULL;
	int r = holder_read(cli, &store);

	if (r != VERB_OK)
		return r;
	r = cli->is_json ? list_json(cli, store)
			 : packs_each_active(store, print_pack, cli);
	return r < 0 ? verb_fault(cli, r, "store") : VERB_OK;
}

static const struct option_spec check_options[] = {
	{ .name = "key",
	    .letter = 'k',
	    .kind = OPTION_FILE,
	    .value = "VKEY",
	    .help = "Verifier key of its authority: ask for the signature" },
};

static const struct option_spec sign_options[] = {
	{ .name = "key",
	    .letter = 'k',
	    .kind = OPTION_FILE,
	    .value = "SKEY",
	    .help = "Signer key of the authority",
	    .is_required = true },
};

static const struct option_spec key_options[] = {
	{ .name = "secret",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Where the signer key goes; keep it off the gate",
	    .is_required = true },
	{ .name = "public",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Where the verifier key goes: DIR/trust/NAME.vkey",
	    .is_required = true },
};

static const struct option_spec holder_options[] = { HOLDER_OPTION };

static const struct verb actions[] = {
	{ .name = "check",
	    .usage = "FOLDER [--key VKEY]",
	    .summary = "Parse a pack, run its tests, check its signature",
	    .examples =
		"while writing it\tstile pack check packs/house\n"
		"as the gate will\t"
		"stile pack check packs/house --key trust/counsel.vkey\n",
	    .options = check_options,
	    .n_options = ARRAY_LEN(check_options),
	    .least = 1,
	    .most = 1,
	    .operands = "FOLDER",
	    .run = run_check },
	{ .name = "sign",
	    .usage = "FOLDER --key SKEY",
	    .summary = "Sign a pack as its authority",
	    .examples =
		"counsel signs\tstile pack sign packs/house --key counsel.key\n",
	    .options = sign_options,
	    .n_options = ARRAY_LEN(sign_options),
	    .least = 1,
	    .most = 1,
	    .operands = "FOLDER",
	    .run = run_sign },
	{ .name = "key",
	    .usage = "NAME --secret FILE --public FILE",
	    .summary = "Make the key pair of an authority",
	    .examples =
		"for the holder's counsel\t"
		"stile pack key counsel --secret counsel.key"
		" --public trust/counsel.vkey\n",
	    .options = key_options,
	    .n_options = ARRAY_LEN(key_options),
	    .least = 1,
	    .most = 1,
	    .operands = "NAME",
	    .run = run_key },
	{ .name = "activate",
	    .usage = "[--dir DIR]",
	    .summary = "Put the packs of stile.conf in force now",
	    .examples = "before the first start\tstile pack activate\n",
	    .options = holder_options,
	    .n_options = ARRAY_LEN(holder_options),
	    .operands = "",
	    .run = run_activate },
	{ .name = "list",
	    .usage = "[--dir DIR]",
	    .summary = "List the packs in force",
	    .examples = "name, version, hash\tstile pack list\n",
	    .options = holder_options,
	    .n_options = ARRAY_LEN(holder_options),
	    .operands = "",
	    .run = run_list },
};

const struct verb cmd_pack = {
	.name = "pack",
	.usage = "check|sign|key|activate|list",
	.summary = "Check, sign and put in force the policies",
	.about = "A pack is in force only if it parses, passes its own tests, is "
		 "signed by an authority the holder trusts, is not older than "
		 "what was in force, and is not past its review date.",
	.examples = "while writing it\tstile pack check packs/house\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
