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
#include "tlog/logdir.h"
#include "tlog/policy.h"
#include "tlog/proof.h"
#include "tlog/receipt.h"
#include "util/hex.h"
#include "util/instant.h"

/* A receipt that was believed. */
struct proven {
	struct tlog_receipt receipt;
	struct tlog_checkpoint checkpoint;
	struct claims claims;
};

/* What the reader believes: a log's key, a policy, or both. */
struct trust {
	struct str vkey; /* empty: of the policy's log with that origin */
	bool has_policy;
	struct tlog_policy policy;
	struct tlog_policy_verdict verdict; /* of what was verified */
};

static int
read_policy(struct cli *cli, struct trust *trust)
{
	const char *path = option_get(&cli->options, "policy");
	struct diag_list diags;
	struct str text = { 0 };
	int r;

	if (path == NULL)
		return VERB_OK;
	r = verb_read(cli, &text, path, LIMIT_TLOG_POLICY_BYTES);
	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, str_of(path), text);
	r = tlog_policy_parse(&trust->policy, &cli->arena, &diags, text);
	if (r != 0)
		return r < 0 ? verb_fault(cli, r, path)
			     : verb_diags(cli, VERB_USAGE, &diags);
	trust->has_policy = true;
	return VERB_OK;
}

static int
read_key(struct cli *cli, struct str *vkey, const char *fallback)
{
	const char *path = option_get(&cli->options, "key");
	int r;

	if (path == NULL && fallback != NULL)
		path = arena_format(&cli->arena, "%s/keys/log.vkey",
		    fallback).p;
	if (path == NULL && option_get(&cli->options, "policy") != NULL)
		return VERB_OK;
	if (path == NULL)
		return verb_fail(cli, VERB_USAGE,
		    "--key VKEY is missing: the verifier key of the log, a "
		    "file");
	r = verb_read(cli, vkey, path, LIMIT_TLOG_NOTE_BYTES);
	*vkey = str_trim(*vkey);
	return r;
}

static int
read_trust(struct cli *cli, struct trust *trust, const char *fallback)
{
	int r = read_policy(cli, trust);

	return r == VERB_OK ? read_key(cli, &trust->vkey, fallback) : r;
}

/* Without --key: the key of the policy's log that the note is of. */
static int
choose_key(struct cli *cli, struct trust *trust, struct str bytes)
{
	CLEANUP(buf_fini) struct buf vkey = { 0 };
	struct tlog_checkpoint checkpoint;
	struct tlog_note note;

	if (trust->vkey.len > 0)
		return VERB_OK;
	if (tlog_note_parse(&note, bytes) != 0 ||
	    tlog_checkpoint_parse(&checkpoint, note.text) != 0)
		return verb_fail(cli, VERB_NO, "it holds no checkpoint");
	buf_init(&vkey, LIMIT_TLOG_NOTE_BYTES);
	for (size_t i = 0; i < trust->policy.n_logs && vkey.len == 0; i++) {
		const struct tlog_note_key *key = &trust->policy.logs[i].key;

		if (str_is_equal(checkpoint.origin,
			(struct str){ key->name.text, key->name.len }))
			tlog_note_key_format(key, &vkey);
	}
	trust->vkey = arena_str(&cli->arena, buf_str(&vkey));
	return vkey.len > 0
	    ? VERB_OK
	    : verb_fail(cli, VERB_NO, "it is of %.*s, which is no log of the "
		"policy; give its --key", STR_ARG(checkpoint.origin));
}

/* Is the checkpoint witnessed as the policy demands? NULL, or what is wrong. */
static const char *
judge_witnesses(struct cli *cli, struct trust *trust, struct str note)
{
	struct tlog_checkpoint checkpoint;
	struct tlog_note_key key;

	if (!trust->has_policy)
		return NULL;
	if (tlog_note_key_parse(&key, trust->vkey) != 0)
		return "the key is not a verifier key";
	switch (tlog_policy_open(&trust->policy, &checkpoint, &trust->verdict,
	    note, &key)) {
	case 0:
		return NULL;
	case TLOG_POLICY_E_QUORUM:
		return arena_format(&cli->arena, "%zu of %zu witnesses cosigned "
		    "its checkpoint: the policy's quorum is not met",
		    trust->verdict.n_good, trust->policy.n_witnesses).p;
	case TLOG_POLICY_E_BAD:
		return "a witness's cosignature of its checkpoint is wrong";
	default:
		return "its checkpoint cannot be read";
	}
}

static void
print_witnesses(struct cli *cli, const struct trust *trust)
{
	for (size_t i = 0; i < trust->policy.n_witnesses; i++) {
		char time[INSTANT_TEXT_SIZE];

		if (!trust->verdict.of[i].is_signed)
			continue;
		instant_format(time, (int64_t)trust->verdict.of[i].time *
		    INSTANT_SECOND);
		fputs("  witnessed by ", cli->out.file);
		terminal_text(&cli->out, trust->policy.witnesses[i].name, 64);
		fprintf(cli->out.file, " at %.19sZ\n", time);
	}
}

static void
add_witnesses_json(struct cli *cli, const struct trust *trust)
{
	if (trust->has_policy)
		fprintf(cli->out.file, ",\"witnesses\":%zu,\"newest\":%llu",
		    trust->verdict.n_good,
		    (unsigned long long)trust->verdict.newest);
}

/* The checkpoint file of a published log. */
static int
read_checkpoint(struct cli *cli, struct str *note, const char *path)
{
	CLEANUP(tlog_logdir_closep) struct tlog_logdir *dir = NULL;
	int r = tlog_logdir_open(&dir, path);

	if (r == 0)
		r = tlog_logdir_checkpoint(dir, note, &cli->arena);
	if (r < 0)
		return verb_fault(cli, r, path);
	return r > 0 ? verb_fail(cli, VERB_CANNOT, "%s: no checkpoint in it",
			   path)
		     : VERB_OK;
}

/* With a policy: whose log it is, and whether it is witnessed. */
static int
check_policy(struct cli *cli, struct trust *trust, const char *path)
{
	struct str note = { 0 };
	const char *wrong;
	int r;

	if (!trust->has_policy)
		return VERB_OK;
	r = read_checkpoint(cli, &note, path);
	if (r == VERB_OK)
		r = choose_key(cli, trust, note);
	if (r != VERB_OK)
		return r;
	wrong = judge_witnesses(cli, trust, note);
	if (wrong == NULL)
		return VERB_OK;
	if (cli->is_json)
		fprintf(cli->out.file, "{\"verified\":false}\n");
	return verb_fail(cli, VERB_NO, "%s: does not verify: %s", path, wrong);
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

/* The log says no: for programs too. */
static int
fail_log(struct cli *cli, const char *path, struct str why)
{
	if (cli->is_json)
		fprintf(cli->out.file, "{\"verified\":false}\n");
	return verb_fail(cli, VERB_NO, "%s: does not verify: %.*s", path,
	    STR_ARG(why));
}

/* The checkpoint of a file that somebody kept: its own, or a receipt's. */
static int
open_kept(struct cli *cli, struct tlog_checkpoint *kept, const char *path,
    struct str vkey)
{
	struct tlog_receipt receipt;
	struct tlog_note_key key;
	struct str text = { 0 };
	int r = verb_read(cli, &text, path, LIMIT_FILE_BYTES);

	if (r == VERB_OK)
		r = take_receipt(cli, &text);
	if (r != VERB_OK)
		return r;
	r = tlog_receipt_parse(&receipt, &cli->arena, text);
	if (r == 0)
		text = receipt.checkpoint;
	if (r >= 0 && tlog_note_key_parse(&key, vkey) == 0)
		r = tlog_checkpoint_open(kept, text, &key);
	if (r < 0)
		return verb_fault(cli, r, path);
	return r > 0 ? verb_fail(cli, VERB_USAGE,
			   "--kept %s: no checkpoint and no receipt of this "
			   "log", path)
		     : VERB_OK;
}

/* Is the tree that was kept the beginning of the log's? */
static int
prove_kept(struct cli *cli, const char *log, const struct tlog_head *head,
    const struct tlog_checkpoint *kept)
{
	CLEANUP(tlog_logdir_closep) struct tlog_logdir *dir = NULL;
	struct tlog_audit_source source;
	struct tlog_proof proof;
	int r = tlog_logdir_open(&dir, log);

	if (r == 0) {
		source = tlog_logdir_source(dir);
		r = tlog_proof_consistency(&proof, &source.tiles, kept->size,
		    head->size);
	}
	if (r == 0)
		r = tlog_proof_verify_consistency(&kept->root, kept->size,
		    &head->root, head->size, proof.hashes, proof.n_hashes);
	if (r < 0)
		return verb_fault(cli, r, log);
	return r;
}

/* The log must hold what was kept of it: T14, a log that was cut. */
static int
check_kept(struct cli *cli, const char *log, const struct tlog_head *head,
    const char *path, struct str vkey)
{
	struct tlog_checkpoint kept = { 0 };
	struct str why = STR("");
	int r = open_kept(cli, &kept, path, vkey);

	if (r != VERB_OK || kept.size == 0)
		return r;
	if (kept.size > head->size)
		why = arena_format(&cli->arena,
		    "entries %llu to %llu are missing: %s is of %llu entries, "
		    "and the log ends after %llu",
		    (unsigned long long)head->size,
		    (unsigned long long)kept.size - 1, path,
		    (unsigned long long)kept.size,
		    (unsigned long long)head->size);
	else if (prove_kept(cli, log, head, &kept) != VERB_OK)
		why = arena_format(&cli->arena,
		    "entries 0 to %llu are not those of %s: the log was "
		    "rewritten, or another one was shown to you",
		    (unsigned long long)kept.size - 1, path);
	return why.len > 0 ? fail_log(cli, log, why) : VERB_OK;
}

static int
verify_log(struct cli *cli, const char *path, struct trust *trust)
{
	char message[512] = "";
	char root[65];
	struct tlog_head head;
	enum tlog_result result;
	const char *kept;
	size_t at = 0;
	int r = check_policy(cli, trust, path);

	if (r != VERB_OK)
		return r;
	result = tlog_verify_directory(&head, path, trust->vkey.p,
	    trust->vkey.len, message, sizeof(message));
	if (result == TLOG_FAULT || result == TLOG_ABSENT)
		return verb_fail(cli, VERB_CANNOT, "%s: %s", path,
		    message[0] != '\0' ? message : "cannot be read");
	if (result == TLOG_BAD_KEY)
		return verb_fail(cli, VERB_USAGE, "--key: not a verifier key");
	if (result != TLOG_OK)
		return fail_log(cli, path, str_of(message));
	while ((kept = option_next(&cli->options, "kept", &at)) != NULL) {
		r = check_kept(cli, path, &head, kept, trust->vkey);
		if (r != VERB_OK)
			return r;
	}
	hex_format(root, (const uint8_t *)&head.root, sizeof(head.root));
	if (cli->is_json)
		fprintf(cli->out.file,
		    "{\"verified\":true,\"entries\":%llu,\"root\":\"%s\"",
		    (unsigned long long)head.size, root);
	if (cli->is_json) {
		add_witnesses_json(cli, trust);
		fputs("}\n", cli->out.file);
	} else if (!cli->is_quiet)
		fprintf(cli->out.file,
		    "%s: verified: %llu entries, root %s\n", path,
		    (unsigned long long)head.size, root);
	if (!cli->is_json && !cli->is_quiet)
		print_witnesses(cli, trust);
	return VERB_OK;
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

/* The key to verify with, once it is known whose checkpoint it is. */
static int
take_key(struct cli *cli, struct tlog_note_key *key, struct trust *trust,
    struct str note)
{
	int r = choose_key(cli, trust, note);

	if (r == VERB_OK && tlog_note_key_parse(key, trust->vkey) != 0)
		r = verb_fail(cli, VERB_USAGE, "--key: not a verifier key");
	return r;
}

static int
prove(struct cli *cli, struct proven *proven, struct str text,
    struct trust *trust)
{
	struct tlog_note_key key;
	const char *wrong;
	struct str *disclosures = NULL;
	struct str entry = { 0 };
	struct digest leaf;
	size_t n = 0;
	int r;

	r = tlog_receipt_parse(&proven->receipt, &cli->arena, text);
	if (r < 0)
		return verb_fault(cli, r, "receipt");
	if (r > 0)
		return fail_receipt(cli, "not a c2sp.org/tlog-proof@v1 text");
	r = take_key(cli, &key, trust, proven->receipt.checkpoint);
	if (r != VERB_OK)
		return r;
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
	wrong = judge_witnesses(cli, trust, proven->receipt.checkpoint);
	if (wrong != NULL)
		return fail_receipt(cli, wrong);
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
print_json(struct cli *cli, const struct proven *proven,
    const struct trust *trust)
{
	const struct claims *claims = &proven->claims;
	bool is_first = true;

	fprintf(cli->out.file,
	    "{\"verified\":true,\"index\":%llu,\"origin\":\"%.*s\","
	    "\"entries\":%llu",
	    (unsigned long long)proven->receipt.index,
	    STR_ARG(proven->checkpoint.origin),
	    (unsigned long long)proven->checkpoint.size);
	add_witnesses_json(cli, trust);
	fputs(",\"claims\":{", cli->out.file);
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
verify_receipt(struct cli *cli, const char *path, struct trust *trust)
{
	struct proven proven = { 0 };
	struct str text = { 0 };
	int r = verb_read(cli, &text, path, LIMIT_FILE_BYTES);

	if (r == VERB_OK)
		r = take_receipt(cli, &text);
	if (r == VERB_OK)
		r = prove(cli, &proven, text, trust);
	if (r != VERB_OK || cli->is_quiet)
		return r;
	if (cli->is_json) {
		print_json(cli, &proven, trust);
		return VERB_OK;
	}
	terminal_print(&cli->out, TERMINAL_GOOD, "verified");
	fprintf(cli->out.file, ": entry %llu of %.*s, under a checkpoint of "
			       "%llu entries\n",
	    (unsigned long long)proven.receipt.index,
	    STR_ARG(proven.checkpoint.origin),
	    (unsigned long long)proven.checkpoint.size);
	print_witnesses(cli, trust);
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
	struct trust *trust = ARENA_NEW(&cli->arena, struct trust);
	struct stat st = { 0 };
	bool is_holder;
	int r;

	if (trust == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	if (strcmp(what, "-") != 0 && stat(what, &st) != 0)
		return verb_fail(cli, VERB_CANNOT, "%s: %s", what,
		    strerror(errno));
	if (strcmp(what, "-") == 0 || !S_ISDIR(st.st_mode)) {
		r = read_trust(cli, trust, NULL);
		return r != VERB_OK ? r : verify_receipt(cli, what, trust);
	}
	is_holder = has_file(cli, what, "log/checkpoint") &&
	    !has_file(cli, what, "checkpoint");
	r = read_trust(cli, trust, is_holder ? what : NULL);
	if (r != VERB_OK)
		return r;
	if (is_holder)
		what = arena_format(&cli->arena, "%s/log", what).p;
	return verify_log(cli, what, trust);
}

static const struct option_spec options[] = {
	{ .name = "key",
	    .letter = 'k',
	    .kind = OPTION_FILE,
	    .value = "VKEY",
	    .help = "The log's verifier key; a holder's own when left out" },
	{ .name = "kept",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .is_repeated = true,
	    .help = "An older checkpoint or receipt: the log must hold it" },
	{ .name = "policy",
	    .letter = 'p',
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Trust policy (C2SP tlog-policy): demand its quorum" },
};

const struct verb cmd_verify = {
	.name = "verify",
	.usage = "RECEIPT|LOG|DIR [--key VKEY] [--policy FILE] "
		 "[--kept FILE]",
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
	    "was anything cut off since?\tstile verify mirror/log --key "
	    "nydmv.vkey --kept receipt.txt\n"
	    "only if witnesses saw it\tstile verify receipt.txt --policy nydmv.policy\n"
	    "for programs\tstile verify answer.json --key nydmv.vkey --json\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.least = 1,
	.most = 1,
	.operands = "RECEIPT, LOG or DIR",
	.run = run,
};
