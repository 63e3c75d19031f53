/*
 * stile witness: be a witness of other people's logs.
 *
 *	witness.key, witness.vkey	its key, type 0x04
 *	logs				whom it serves (witness/loglist.h)
 *	state/				what it cosigned last of each
 *	lock				one server at a time
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/listen.h"
#include "cli/notify.h"
#include "cli/verb.h"
#include "crypto/csprng.h"
#include "crypto/secret.h"
#include "tlog/checkpoint.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/json.h"
#include "util/sandbox.h"
#include "witness/stand.h"

#define LIST_HEAD                                                             \
	"logs/v0\n"                                                            \
	"# A log begins with its vkey; origin, qpd and contact may follow.\n"

/* A witness's folder, opened. */
struct post {
	struct tlog_note_signer signer;
	struct loglist list;
	struct str vkey;
	struct clock clock;
	struct notary *notary;
};

static const char *
path_of(struct cli *cli, const char *name)
{
	return arena_format(&cli->arena, "%s/%s", cli->options.operands[0],
	    name).p;
}

static void
post_fini(struct post *post)
{
	notary_closep(&post->notary);
	secret_wipe(&post->signer, sizeof(post->signer));
}

/* --- init ---------------------------------------------------------------- */

static int
write_text(struct cli *cli, const char *name, struct str text, mode_t mode)
{
	int r = file_replace(AT_FDCWD, path_of(cli, name), text, mode);

	return r < 0 ? verb_fault(cli, r, path_of(cli, name)) : VERB_OK;
}

static int
write_keys(struct cli *cli, const struct tlog_note_signer *signer)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	int r;

	buf_init(&text, LIMIT_KEEPER_KEY);
	tlog_note_signer_format(signer, &text);
	buf_add_char(&text, '\n');
	r = write_text(cli, "witness.key", buf_str(&text), 0600);
	if (text.bytes != NULL)
		secret_wipe(text.bytes, text.len);
	if (r != VERB_OK)
		return r;
	buf_reset(&text);
	tlog_note_key_format(&signer->key, &text);
	buf_add_char(&text, '\n');
	r = write_text(cli, "witness.vkey", buf_str(&text), 0644);
	if (r == VERB_OK && !cli->is_quiet)
		fprintf(cli->out.file, "%.*s", STR_ARG(buf_str(&text)));
	return r;
}

static int
make_key(struct cli *cli, struct tlog_note_signer *signer)
{
	const char *name = option_get(&cli->options, "name");
	struct csprng csprng;
	struct ed25519_seed seed;
	int r = csprng_open(&csprng);

	if (r < 0)
		return verb_fault(cli, r, "random numbers");
	csprng_fill(&csprng, seed.b, sizeof(seed.b));
	csprng_close(&csprng);
	r = tlog_note_signer_init(signer, str_of(name), TLOG_NOTE_COSIGNATURE,
	    &seed);
	secret_wipe(&seed, sizeof(seed));
	if (r != 0)
		return verb_fail(cli, VERB_USAGE, "--name %s: a name has no "
		    "space, no '+' and at most 255 bytes", name);
	return VERB_OK;
}

static int
run_init(struct cli *cli)
{
	const char *dir = cli->options.operands[0];
	struct tlog_note_signer signer;
	int r = make_key(cli, &signer);

	if (r != VERB_OK)
		return r;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		r = verb_fail(cli, VERB_CANNOT, "%s: %s", dir, strerror(errno));
	else if (access(path_of(cli, "witness.key"), F_OK) == 0)
		r = verb_fail(cli, VERB_CANNOT,
		    "%s is a witness already; nothing was changed", dir);
	else if (mkdir(path_of(cli, "state"), 0700) < 0 && errno != EEXIST)
		r = verb_fail(cli, VERB_CANNOT, "%s: %s",
		    path_of(cli, "state"), strerror(errno));
	if (r == VERB_OK)
		r = write_text(cli, "logs", STR(LIST_HEAD), 0644);
	if (r == VERB_OK)
		r = write_keys(cli, &signer);
	secret_wipe(&signer, sizeof(signer));
	return r;
}

/* --- what is there ------------------------------------------------------- */

static int
read_signer(struct cli *cli, struct post *post)
{
	const char *path = path_of(cli, "witness.key");
	CLEANUP(buf_fini) struct buf vkey = { 0 };
	struct str skey = { 0 };
	struct stat info;
	int r = verb_read(cli, &skey, path, LIMIT_KEEPER_KEY);

	if (r != VERB_OK)
		return r;
	if (stat(path, &info) < 0 || (info.st_mode & 077) != 0)
		return verb_fail(cli, VERB_CANNOT,
		    "%s: others may read this secret: chmod 0600 it", path);
	if (tlog_note_signer_parse(&post->signer, str_trim(skey)) != 0 ||
	    post->signer.key.type != TLOG_NOTE_COSIGNATURE)
		return verb_fail(cli, VERB_CANNOT,
		    "%s: not a witness's key (type 0x04)", path);
	secret_wipe((void *)(uintptr_t)skey.p, skey.len);
	buf_init(&vkey, LIMIT_KEEPER_KEY);
	tlog_note_key_format(&post->signer.key, &vkey);
	post->vkey = arena_str(&cli->arena, buf_str(&vkey));
	return VERB_OK;
}

static int
read_list(struct cli *cli, struct loglist *list, struct str *text)
{
	const char *path = path_of(cli, "logs");
	struct diag_list diags;
	int r = verb_read(cli, text, path, LIMIT_WITNESS_LIST_BYTES);

	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, str_of(path), *text);
	r = loglist_parse(list, &cli->arena, &diags, *text);
	if (r < 0)
		return verb_fault(cli, r, path);
	return r > 0 ? verb_diags(cli, VERB_CANNOT, &diags) : VERB_OK;
}

static int
open_post(struct cli *cli, struct post *post)
{
	const char *path = path_of(cli, "state");
	struct str text = { 0 };
	struct diag_list diags;
	int r = read_signer(cli, post);

	if (r == VERB_OK)
		r = read_list(cli, &post->list, &text);
	if (r != VERB_OK)
		return r;
	post->clock = clock_system();
	diag_init(&diags, &cli->arena, str_of(path), (struct str){ 0 });
	r = notary_open(&post->notary, &diags, path, &post->list,
	    &post->signer, &post->clock);
	if (r < 0)
		return verb_fault(cli, r, path);
	return r > 0 ? verb_diags(cli, VERB_CANNOT, &diags) : VERB_OK;
}

/* --- add ----------------------------------------------------------------- */

static int
append_log(struct cli *cli, struct str text, struct str vkey)
{
	CLEANUP(buf_fini) struct buf list = { 0 };
	const char *origin = option_get(&cli->options, "origin");
	const char *contact = option_get(&cli->options, "contact");
	struct loglist again;
	struct diag_list diags;
	int r;

	buf_init(&list, LIMIT_WITNESS_LIST_BYTES);
	buf_add_str(&list, text);
	if (text.len > 0 && text.p[text.len - 1] != '\n')
		buf_add_char(&list, '\n');
	buf_add_format(&list, "\nvkey %.*s\n", STR_ARG(vkey));
	if (origin != NULL)
		buf_add_format(&list, "origin %s\n", origin);
	if (option_has(&cli->options, "per-day"))
		buf_add_format(&list, "qpd %lld\n",
		    (long long)option_number(&cli->options, "per-day", 0));
	if (contact != NULL)
		buf_add_format(&list, "contact %s\n", contact);
	if (buf_finish(&list) != 0)
		return verb_fail(cli, VERB_CANNOT, "the list would be larger "
						   "than allowed");
	diag_init(&diags, &cli->arena, STR("logs"), buf_str(&list));
	r = loglist_parse(&again, &cli->arena, &diags, buf_str(&list));
	if (r < 0)
		return verb_fault(cli, r, "logs");
	if (r > 0)
		return verb_diags(cli, VERB_USAGE, &diags);
	return write_text(cli, "logs", buf_str(&list), 0644);
}

static int
run_add(struct cli *cli)
{
	const char *given = cli->options.operands[1];
	struct str vkey = str_of(given);
	struct loglist list;
	struct str text = { 0 };
	int r = read_list(cli, &list, &text);

	if (r == VERB_OK && access(given, F_OK) == 0)
		r = verb_read(cli, &vkey, given, LIMIT_KEEPER_KEY);
	return r == VERB_OK ? append_log(cli, text, str_trim(vkey)) : r;
}

/* --- status -------------------------------------------------------------- */

/* When our own key cosigned this note: seconds; 0: never. */
static uint64_t
time_of(const struct post *post, struct str bytes)
{
	struct tlog_note_verdict verdict = { 0 };
	struct tlog_note note;

	if (bytes.p == NULL || tlog_note_parse(&note, bytes) != 0 ||
	    tlog_note_verify(&note, &verdict, &post->signer.key, 1) != 0)
		return 0;
	return verdict.time;
}

static void
print_json(struct cli *cli, const struct post *post)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct json json;

	buf_init(&text, LIMIT_FILE_BYTES);
	json_init(&json, &text);
	json_open_object(&json);
	json_put_string(&json, "vkey", post->vkey);
	json_key(&json, STR("logs"));
	json_open_array(&json);
	for (size_t i = 0; i < post->list.n_rows; i++) {
		uint64_t size;
		struct str note = notary_get(post->notary, i, &size);

		json_open_object(&json);
		json_put_string(&json, "origin", post->list.rows[i].origin);
		json_put_i64(&json, "size", (int64_t)size);
		json_put_i64(&json, "cosigned",
		    (int64_t)time_of(post, note));
		json_close_object(&json);
	}
	json_close_array(&json);
	json_close_object(&json);
	fprintf(cli->out.file, "%.*s\n", STR_ARG(buf_str(&text)));
}

static int
run_status(struct cli *cli)
{
	CLEANUP(post_fini) struct post post = { 0 };
	int r = open_post(cli, &post);

	if (r != VERB_OK)
		return r;
	if (cli->is_json) {
		print_json(cli, &post);
		return VERB_OK;
	}
	fprintf(cli->out.file, "%.*s\n", STR_ARG(post.vkey));
	for (size_t i = 0; i < post.list.n_rows; i++) {
		uint64_t size;
		struct str note = notary_get(post.notary, i, &size);

		fputs("  ", cli->out.file);
		terminal_cell(&cli->out, post.list.rows[i].origin, 48);
		if (note.p == NULL)
			fputs(" nothing cosigned yet\n", cli->out.file);
		else
			fprintf(cli->out.file, " %llu entries, cosigned %llu\n",
			    (unsigned long long)size,
			    (unsigned long long)time_of(&post, note));
	}
	return VERB_OK;
}

/* --- serve --------------------------------------------------------------- */

/* "address:port", "[v6]:port"; false: it is neither. */
static bool
split_address(char address[static 64], uint16_t *port, struct str text)
{
	size_t colon = text.len;
	uint64_t number = 0;
	struct str host;

	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	if (colon == 0 ||
	    !str_to_u64(&number, str_part(text, colon, text.len)) ||
	    number == 0 || number > UINT16_MAX)
		return false;
	host = str_part(text, 0, colon - 1);
	if (host.len > 2 && host.p[0] == '[' && host.p[host.len - 1] == ']')
		host = str_part(host, 1, host.len - 1);
	if (host.len == 0 || host.len >= 64)
		return false;
	memcpy(address, host.p, host.len);
	address[host.len] = '\0';
	*port = (uint16_t)number;
	return true;
}

static int
listen_at(struct cli *cli, int *fd, const char *where)
{
	char address[64];
	uint16_t port = 0;
	int r;

	if (!split_address(address, &port, str_of(where)))
		return verb_fail(cli, VERB_USAGE,
		    "--listen %s: address:port, the address in digits", where);
	r = listen_tcp(fd, 1, address, port);
	switch (r) {
	case 0:
		return VERB_OK;
	case LISTEN_E_TAKEN:
		return verb_fail(cli, VERB_CANNOT,
		    "%s: another program listens there", where);
	case LISTEN_E_DENIED:
		return verb_fail(cli, VERB_CANNOT,
		    "%s: only root may listen there; give --user", where);
	case LISTEN_E_ADDRESS:
		return verb_fail(cli, VERB_CANNOT,
		    "%s: not an address of this machine", where);
	default:
		return verb_fault(cli, r, where);
	}
}

static int
become(struct cli *cli)
{
	const char *user = option_get(&cli->options, "user");
	int r = user != NULL ? sandbox_become(user) : 0;

	if (r > 0)
		return verb_fail(cli, VERB_CANNOT, "--user: there is no user "
		    "%s", user);
	return r < 0 ? verb_fault(cli, r, user) : VERB_OK;
}

static int
lock(struct cli *cli, int *fd)
{
	int64_t holder = 0;
	int r = listen_lock(fd, &holder, path_of(cli, "lock"));

	if (r > 0)
		return verb_fail(cli, VERB_CANNOT, "%s: another witness (pid "
		    "%lld) serves it", cli->options.operands[0],
		    (long long)holder);
	return r < 0 ? verb_fault(cli, r, "lock") : VERB_OK;
}

/* Both or none. */
static int
read_tls(struct cli *cli, struct str *certificate, struct str *key)
{
	const char *cert = option_get(&cli->options, "cert");
	const char *secret = option_get(&cli->options, "key");
	int r;

	if ((cert == NULL) != (secret == NULL))
		return verb_fail(cli, VERB_USAGE,
		    "--cert and --key go together");
	if (cert == NULL)
		return VERB_OK;
	r = verb_read(cli, certificate, cert, LIMIT_FRONT_PEM_BYTES);
	return r == VERB_OK
	    ? verb_read(cli, key, secret, LIMIT_FRONT_PEM_BYTES)
	    : r;
}

static void
say_ready(void *context)
{
	struct cli *cli = context;
	const char *where = option_get(&cli->options, "listen");

	fprintf(cli->out.file, "ready %s://%s\n",
	    option_has(&cli->options, "cert") ? "https" : "http",
	    where != NULL ? where : "127.0.0.1:7380");
	fflush(cli->out.file);
}

static int
serve(struct cli *cli, const struct stand_options *options)
{
	/* Before the sandbox, which knows no sockets of systemd's. */
	int r = notify_send("READY=1\nSTATUS=serving");

	if (r < 0)
		eventlog_fault(options->log, r, "notify");
	r = stand_serve(options, say_ready, cli);
	return r < 0 ? verb_fault(cli, r, "serve") : VERB_OK;
}

static int
run_serve(struct cli *cli)
{
	CLEANUP(post_fini) struct post post = { 0 };
	const char *where = option_get(&cli->options, "listen");
	struct eventlog log = eventlog_stderr("witness");
	struct stand_options options = { .listen_fd = -1, .log = &log,
		.is_sandboxed = true };
	struct str certificate = { 0 };
	struct str key = { 0 };
	int lock_fd = -1;
	int r = listen_at(cli, &options.listen_fd,
	    where != NULL ? where : "127.0.0.1:7380");

	/* The port and the TLS key while root, all else as the user. */
	if (r == VERB_OK)
		r = read_tls(cli, &certificate, &key);
	options.certificate = certificate.p;
	options.key = key.p;
	if (r == VERB_OK)
		r = become(cli);
	if (r == VERB_OK)
		r = lock(cli, &lock_fd);
	if (r == VERB_OK)
		r = open_post(cli, &post);
	if (r != VERB_OK)
		return r;
	options.notary = post.notary;
	options.vkey = post.vkey;
	options.state = path_of(cli, "state");
	return serve(cli, &options);
}

/* --- the table ----------------------------------------------------------- */

static const struct option_spec init_options[] = {
	{ .name = "name",
	    .kind = OPTION_TEXT,
	    .value = "NAME",
	    .help = "Name of its key, such as witness.example.org/w1",
	    .is_required = true },
};

static const struct option_spec add_options[] = {
	{ .name = "origin",
	    .kind = OPTION_TEXT,
	    .value = "ORIGIN",
	    .help = "Where it is not the name of the key" },
	{ .name = "per-day",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "Requests a day that were agreed; 0: any number",
	    .most = INT64_MAX },
	{ .name = "contact",
	    .kind = OPTION_TEXT,
	    .value = "TEXT",
	    .help = "How to reach those who run it" },
};

static const struct option_spec serve_options[] = {
	{ .name = "listen",
	    .kind = OPTION_TEXT,
	    .value = "ADDRESS:PORT",
	    .help = "127.0.0.1:7380 when not given" },
	{ .name = "cert",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Certificate chain (PEM): TLS; else plain HTTP" },
	{ .name = "key",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Its private key (PEM)" },
	{ .name = "user",
	    .kind = OPTION_TEXT,
	    .value = "NAME",
	    .help = "Become this user once the port is bound" },
};

static const struct verb actions[] = {
	{ .name = "init",
	    .usage = "DIR --name NAME",
	    .summary = "Make a witness: its key and an empty list of logs",
	    .about = "Prints the verifier key, which logs and verifiers need.",
	    .examples = "an auditor's\t"
		"stile witness init /var/lib/witness --name auditor.example/w\n",
	    .options = init_options,
	    .n_options = ARRAY_LEN(init_options),
	    .least = 1,
	    .most = 1,
	    .operands = "DIR",
	    .run = run_init },
	{ .name = "add",
	    .usage = "DIR VKEY [--origin ORIGIN]",
	    .summary = "Add a log to the list",
	    .about = "VKEY is the log's verifier key, or a file that holds it. "
		     "Takes effect when the witness is started again.",
	    .examples = "a holder's log\t"
		"stile witness add /var/lib/witness nydmv.vkey\n",
	    .options = add_options,
	    .n_options = ARRAY_LEN(add_options),
	    .least = 2,
	    .most = 2,
	    .operands = "DIR VKEY",
	    .run = run_add },
	{ .name = "serve",
	    .usage = "DIR [--listen ADDRESS:PORT] [--cert FILE --key FILE]",
	    .summary = "Answer logs until told to stop",
	    .about = "Cosigns a checkpoint only when it extends the one cosigned "
		     "last, and only after that is recorded.",
	    .examples = "behind a proxy\tstile witness serve /var/lib/witness\n"
		"by itself\tstile witness serve /var/lib/witness --listen "
		"0.0.0.0:443 --cert w.pem --key w.key --user witness\n",
	    .options = serve_options,
	    .n_options = ARRAY_LEN(serve_options),
	    .least = 1,
	    .most = 1,
	    .operands = "DIR",
	    .run = run_serve },
	{ .name = "status",
	    .usage = "DIR",
	    .summary = "Show what was cosigned last of each log",
	    .examples = "for programs\t"
		"stile witness status /var/lib/witness --json\n",
	    .least = 1,
	    .most = 1,
	    .operands = "DIR",
	    .run = run_status },
};

const struct verb cmd_witness = {
	.name = "witness",
	.usage = "init|add|serve|status",
	.summary = "Be a witness of other people's logs",
	.about = "A witness (C2SP tlog-witness) sees every log it serves only "
		 "grow: it cosigns what extends what it cosigned before, and "
		 "refuses forks and rollbacks. For an auditor, a legislature, a "
		 "newspaper.",
	.examples =
	    "make one\tstile witness init /var/lib/witness --name auditor.example/w\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
