/* stile verify: a receipt or a whole log, offline, with the log's public key. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "claims/claims.h"
#include "cli/response.h"
#include "cli/verb.h"
#include "limits.h"
#include "stile/tlog.h"
#include "tlog/checkpoint.h"
#include "tlog/receipt.h"
#include "util/hex.h"

/* A receipt that was believed. */
struct proven {
	struct tlog_receipt receipt;
	struct tlog_checkpoint checkpoint;
	struct claims claims;
};

static int
read_key(struct cli *cli, struct str *vkey, const char *fallback)
{
	const char *path = option_get(&cli->options, "key");
	int r;

	if (path == NULL && fallback != NULL)
		path = arena_format(&cli->arena, "%s/keys/log.vkey",
		    fallback).p;
	if (path == NULL)
		return verb_fail(cli, VERB_USAGE,
		    "--key VKEY is missing: the verifier key of the log, a "
		    "file");
	r = verb_read(cli, vkey, path, LIMIT_TLOG_NOTE_BYTES);
	*vkey = str_trim(*vkey);
	return r;
}

static int
verify_log(struct cli *cli, const char *path, struct str vkey)
{
	char message[512] = "";
	char root[65];
	struct tlog_head head;
	enum tlog_result result = tlog_verify_directory(&head, path, vkey.p,
	    vkey.len, message, sizeof(message));

	if (result == TLOG_FAULT || result == TLOG_ABSENT)
		return verb_fail(cli, VERB_CANNOT, "%s: %s", path,
		    message[0] != '\0' ? message : "cannot be read");
	if (result == TLOG_BAD_KEY)
		return verb_fail(cli, VERB_USAGE, "--key: not a verifier key");
	if (result != TLOG_OK) {
		if (cli->is_json)
			fprintf(cli->out.file, "{\"verified\":false}\n");
		return verb_fail(cli, VERB_NO, "%s: does not verify: %s", path,
		    message);
	}
	hex_format(root, (const uint8_t *)&head.root, sizeof(head.root));
	if (cli->is_json)
		fprintf(cli->out.file,
		    "{\"verified\":true,\"entries\":%llu,\"root\":\"%s\"}\n",
		    (unsigned long long)head.size, root);
	else if (!cli->is_quiet)
		fprintf(cli->out.file,
		    "%s: verified: %llu entries, root %s\n", path,
		    (unsigned long long)head.size, root);
	return VERB_OK;
}

/* The answer of `stile ask --json` holds its receipt as a member. */
static int
take_receipt(struct cli *cli, struct str *text)
{
	CLEANUP(response_fini) struct response answer = { 0 };
	struct str receipt = { 0 };

	if (text->len == 0 || text->p[0] != '{')
		return VERB_OK;
	if (response_parse(&answer, *text))
		receipt = response_text(&answer, "receipt");
	if (receipt.len == 0)
		return verb_fail(cli, VERB_NO, "JSON without a receipt in it");
	*text = arena_str(&cli->arena, receipt);
	return text->p != NULL ? VERB_OK : verb_fault(cli, ENOMEM, "memory");
}

static int
fail_receipt(struct cli *cli, const char *why)
{
	if (cli->is_json)
		fprintf(cli->out.file, "{\"verified\":false}\n");
	return verb_fail(cli, VERB_NO, "%s: does not verify: %s",
	    cli->options.operands[0], why);
}

/* What the disclosures open must be of this very entry. */
static int
open_claims(struct cli *cli, struct proven *proven, struct str entry,
    const struct str *disclosures, size_t n)
{
	static const char *const words[] = {
		[CLAIMS_E_ENTRY] = "the entry is not an object of claims",
		[CLAIMS_E_DISCLOSURE] = "a disclosure is malformed",
		[CLAIMS_E_DUPLICATE] = "a disclosure is there twice",
		[CLAIMS_E_FOREIGN] = "a disclosure is not of this entry",
		[CLAIMS_E_LIMIT] = "more disclosures than allowed",
	};
	int r = claims_verify(&proven->claims, NULL, &cli->arena, entry,
	    disclosures, n);

	if (r < 0)
		return verb_fault(cli, r, "claims");
	return r > 0 ? fail_receipt(cli, words[r]) : VERB_OK;
}

static int
prove(struct cli *cli, struct proven *proven, struct str text, struct str vkey)
{
	struct tlog_note_key key;
	struct str *disclosures = NULL;
	struct str entry = { 0 };
	struct digest leaf;
	size_t n = 0;
	int r;

	if (tlog_note_key_parse(&key, vkey) != 0)
		return verb_fail(cli, VERB_USAGE, "--key: not a verifier key");
	r = tlog_receipt_parse(&proven->receipt, &cli->arena, text);
	if (r < 0)
		return verb_fault(cli, r, "receipt");
	if (r > 0)
		return fail_receipt(cli, "not a c2sp.org/tlog-proof@v1 text");
	if (!proven->receipt.has_extra)
		return fail_receipt(cli, "it does not hold its entry");
	r = claims_parse(&entry, &disclosures, &n, &cli->arena,
	    proven->receipt.extra);
	if (r < 0)
		return verb_fault(cli, r, "receipt");
	if (r > 0)
		return fail_receipt(cli, "its entry is malformed");
	tlog_leaf_hash(&leaf, entry.p, entry.len);
	r = tlog_receipt_verify(&proven->receipt, &proven->checkpoint, &leaf,
	    &key);
	if (r == TLOG_RECEIPT_E_SIGNATURE)
		return fail_receipt(cli,
		    "its checkpoint is not signed by this log");
	if (r != 0)
		return fail_receipt(cli,
		    "its entry is not under the checkpoint");
	return open_claims(cli, proven, entry, disclosures, n);
}

static void
print_claims(struct cli *cli, const struct claims *claims)
{
	for (size_t i = 0; i < claims->n_claims; i++) {
		const struct claims_claim *claim = &claims->claims[i];

		fputs("  ", cli->out.file);
		terminal_cell(&cli->out, claim->label, 16);
		fputc(' ', cli->out.file);
		if (claim->state == CLAIMS_WITHHELD)
			terminal_print(&cli->out, TERMINAL_DIM, "withheld");
		else
			terminal_text(&cli->out, claim->value, 4096);
		fputc('\n', cli->out.file);
	}
}

static void
print_json(struct cli *cli, const struct proven *proven)
{
	const struct claims *claims = &proven->claims;
	bool is_first = true;

	fprintf(cli->out.file,
	    "{\"verified\":true,\"index\":%llu,\"origin\":\"%.*s\","
	    "\"entries\":%llu,\"claims\":{",
	    (unsigned long long)proven->receipt.index,
	    STR_ARG(proven->checkpoint.origin),
	    (unsigned long long)proven->checkpoint.size);
	for (size_t i = 0; i < claims->n_claims; i++) {
		const struct claims_claim *claim = &claims->claims[i];

		if (claim->state == CLAIMS_WITHHELD)
			continue;
		fprintf(cli->out.file, "%s\"%.*s\":%.*s", is_first ? "" : ",",
		    STR_ARG(claim->label), STR_ARG(claim->value));
		is_first = false;
	}
	fputs("}}\n", cli->out.file);
}

static int
verify_receipt(struct cli *cli, const char *path, struct str vkey)
{
	struct proven proven = { 0 };
	struct str text = { 0 };
	int r = verb_read(cli, &text, path, LIMIT_FILE_BYTES);

	if (r == VERB_OK)
		r = take_receipt(cli, &text);
	if (r == VERB_OK)
		r = prove(cli, &proven, text, vkey);
	if (r != VERB_OK || cli->is_quiet)
		return r;
	if (cli->is_json) {
		print_json(cli, &proven);
		return VERB_OK;
	}
	terminal_print(&cli->out, TERMINAL_GOOD, "verified");
	fprintf(cli->out.file, ": entry %llu of %.*s, under a checkpoint of "
			       "%llu entries\n",
	    (unsigned long long)proven.receipt.index,
	    STR_ARG(proven.checkpoint.origin),
	    (unsigned long long)proven.checkpoint.size);
	print_claims(cli, &proven.claims);
	return VERB_OK;
}

static bool
has_file(struct cli *cli, const char *dir, const char *name)
{
	struct str path = arena_format(&cli->arena, "%s/%s", dir, name);

	return path.p != NULL && access(path.p, F_OK) == 0;
}

static int
run(struct cli *cli)
{
	const char *what = cli->options.operands[0];
	struct str vkey = { 0 };
	struct stat st = { 0 };
	bool is_holder;
	int r;

	if (strcmp(what, "-") != 0 && stat(what, &st) != 0)
		return verb_fail(cli, VERB_CANNOT, "%s: %s", what,
		    strerror(errno));
	if (strcmp(what, "-") == 0 || !S_ISDIR(st.st_mode)) {
		r = read_key(cli, &vkey, NULL);
		return r != VERB_OK ? r : verify_receipt(cli, what, vkey);
	}
	is_holder = has_file(cli, what, "log/checkpoint") &&
	    !has_file(cli, what, "checkpoint");
	r = read_key(cli, &vkey, is_holder ? what : NULL);
	if (r != VERB_OK)
		return r;
	if (is_holder)
		what = arena_format(&cli->arena, "%s/log", what).p;
	return verify_log(cli, what, vkey);
}

static const struct option_spec options[] = {
	{ .name = "key",
	    .letter = 'k',
	    .kind = OPTION_FILE,
	    .value = "VKEY",
	    .help = "The log's verifier key; a holder's own when left out" },
};

const struct verb cmd_verify = {
	.name = "verify",
	.usage = "RECEIPT|LOG|DIR [--key VKEY]",
	.summary = "Verify a receipt or a whole log, offline",
	.about =
	    "RECEIPT is a c2sp.org/tlog-proof@v1 text, or the JSON answer that "
	    "holds one; - is standard input. LOG is a published log: a folder "
	    "with checkpoint and tile/. DIR is a holder's directory. Nothing is "
	    "needed but the log's public key. Exit code 1: it does not verify, "
	    "and what is wrong is named.",
	.examples =
	    "what you were given\tstile verify receipt.txt --key nydmv.vkey\n"
	    "a copy of the whole log\tstile verify mirror/log --key nydmv.vkey\n"
	    "for programs\tstile verify answer.json --key nydmv.vkey --json\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.least = 1,
	.most = 1,
	.operands = "RECEIPT, LOG or DIR",
	.run = run,
};
