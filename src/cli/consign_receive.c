/* Taking a transfer in; see consign_receive.h. */
#include "cli/consign_receive.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/consign_custodian.h"
#include "cli/holder.h"
#include "cli/https.h"
#include "config/config.h"
#include "consign/receive.h"
#include "crypto/csprng.h"
#include "gate/read.h"
#include "keeper/keyring.h"
#include "util/clock.h"
#include "util/hex.h"
#include "util/instant.h"
#include "util/json.h"
#include "util/utf8.h"

#define MIB UINT64_C(1048576)
#define BAR_COLUMNS 40u
#define SHOW_US 200000 /* between two pictures of the bar */

struct taking {
	struct cli *cli;
	struct config config;
	struct csprng csprng;
	struct random random;
	struct receive_options options;
	struct receive_report report;
	struct keyfile_custodian custodians[LIMIT_CONSIGN_CUSTODIANS];
	struct digest digest; /* that the sender stated */
	struct diag_list diags;
	int64_t began_us;
	int64_t shown_us;
};

static volatile sig_atomic_t is_stopped;

static void
stop(int signal_number)
{
	(void)signal_number;
	is_stopped = 1;
}

/* Once is asked, twice is meant: the second signal ends the process. */
static void
take_signals(void)
{
	struct sigaction action = { .sa_handler = stop,
		.sa_flags = (int)SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* --- progress ------------------------------------------------------------- */

static void
show_progress(void *context, uint64_t done, uint64_t all)
{
	struct taking *taking = context;
	const struct terminal *err = &taking->cli->err;
	int64_t now = clock_monotonic_us();
	uint64_t seconds = (uint64_t)(now - taking->began_us) / 1000000 + 1;

	if (now - taking->shown_us < SHOW_US)
		return;
	taking->shown_us = now;
	fputs("\r\033[K", err->file);
	if (all > 0)
		terminal_bar(err, TERMINAL_GOOD, done, all, BAR_COLUMNS);
	fprintf(err->file, " %" PRIu64 " MiB sealed, %" PRIu64 " MiB/s",
	    done / MIB, done / MIB / seconds);
	if (all > 0)
		fprintf(err->file, ", %u %%", (unsigned)(done * 100 / all));
	fflush(err->file);
}

static void
wipe_progress(const struct taking *taking)
{
	if (taking->options.progress != NULL) {
		fputs("\r\033[K", taking->cli->err.file);
		fflush(taking->cli->err.file);
	}
}

/* --- what is asked --------------------------------------------------------- */

static int
read_settings(struct taking *taking)
{
	struct cli *cli = taking->cli;
	const char *dir = holder_dir(cli);
	struct seal_public public[KEYRING_PAIRS];
	int r = config_load(&taking->config, &taking->diags, dir);

	if (r == CONFIG_E_ABSENT)
		return verb_fail(cli, VERB_CANNOT,
		    "%s: not a holder's directory: it has no stile.conf", dir);
	if (r != 0)
		return r < 0 ? verb_fault(cli, r, dir)
			     : verb_diags(cli, VERB_CANNOT, &taking->diags);
	r = keyring_read_public(public, &taking->diags, dir);
	if (r != 0)
		return r < 0 ? verb_fault(cli, r, dir)
			     : verb_diags(cli, VERB_CANNOT, &taking->diags);
	taking->options.dir = dir;
	taking->options.public = (struct keyfile_public){
		public[KEYRING_INDEX], public[KEYRING_HALF],
		public[KEYRING_WORK] };
	taking->options.max_bytes =
	    (uint64_t)taking->config.consign.max_mib * MIB;
	taking->options.keep_free =
	    (uint64_t)taking->config.consign.keep_free_mib * MIB;
	return VERB_OK;
}

static int
read_form(struct taking *taking)
{
	struct cli *cli = taking->cli;
	const char *form = option_get(&cli->options, "form");
	const char *map = option_get(&cli->options, "map");
	struct receive_options *options = &taking->options;

	if (form == NULL)
		form = map != NULL ? "csv" : "bytes";
	for (int i = 0; i < CONSIGN_N_FORMS; i++) {
		if (str_is_equal(str_of(form),
			consign_head_form_text((enum consign_form)i)))
			options->form = (enum consign_form)i;
	}
	if ((options->form == CONSIGN_CSV || options->form == CONSIGN_JSON) !=
	    (map != NULL))
		return verb_fail(cli, VERB_USAGE, map != NULL
			? "a mapping goes with csv and json only"
			: "csv and json need a mapping: --map");
	return map == NULL ? VERB_OK
			   : verb_read(cli, &options->map, map,
				 LIMIT_IMPORT_MAP_BYTES);
}

static int
read_sender(struct taking *taking)
{
	struct cli *cli = taking->cli;
	struct str sender = str_trim(str_of(option_get(&cli->options, "from")));
	size_t at = 0;

	if (sender.len == 0 || sender.len > LIMIT_CONSIGN_SENDER)
		return verb_fail(cli, VERB_USAGE,
		    "--from: 1 to %d bytes say who sent it",
		    LIMIT_CONSIGN_SENDER);
	while (at < sender.len) {
		int32_t code = utf8_next(sender, &at);

		if (code < 0 || utf8_is_deceptive((uint32_t)code))
			return verb_fail(cli, VERB_USAGE,
			    "--from: not a line of text");
	}
	taking->options.sender = sender;
	return VERB_OK;
}

/* What the sender stated, and until when it may be held. */
static int
read_statement(struct taking *taking)
{
	struct cli *cli = taking->cli;
	const char *sha256 = option_get(&cli->options, "digest");
	const char *deadline = option_get(&cli->options, "deadline");
	struct receive_options *options = &taking->options;
	int32_t today = instant_day(options->now_us);

	options->size = (uint64_t)option_number(&cli->options, "size", 0);
	if (sha256 != NULL) {
		if (!hex_parse(taking->digest.b, sizeof(taking->digest.b),
			str_of(sha256)))
			return verb_fail(cli, VERB_USAGE,
			    "--digest: 64 lower-case hexadecimal digits");
		options->digest = &taking->digest;
	}
	options->deadline = today +
	    (int32_t)taking->config.consign.deadline_days;
	if (deadline != NULL &&
	    !instant_parse_date(&options->deadline, str_of(deadline)))
		return verb_fail(cli, VERB_USAGE, "--deadline: YYYY-MM-DD");
	return options->deadline >= today
	    ? VERB_OK
	    : verb_fail(cli, VERB_USAGE, "--deadline: it has passed already");
}

static int
read_custodians(struct taking *taking)
{
	struct cli *cli = taking->cli;
	struct receive_options *options = &taking->options;
	int64_t threshold = option_number(&cli->options, "custodians",
	    taking->config.consign.custodians);
	int r;

	if (option_has(&cli->options, "never-whole"))
		return VERB_OK;
	r = consign_custodian_list(cli, taking->custodians,
	    &options->n_custodians);
	if (r != VERB_OK)
		return r;
	options->custodians = taking->custodians;
	if (options->n_custodians >= (size_t)threshold) {
		options->threshold = (uint8_t)threshold;
		return VERB_OK;
	}
	return verb_fail(cli, VERB_CANNOT, "%zu custodians are there and %d "
	    "are to open the whole together: stile consign custodian NAME, or "
	    "--never-whole", options->n_custodians, (int)threshold);
}

static int
open_input(struct taking *taking)
{
	struct cli *cli = taking->cli;
	const char *path = cli->options.operands[0];

	taking->options.name = path;
	if (strcmp(path, "-") == 0) {
		taking->options.name = "standard input";
		taking->options.fd = STDIN_FILENO;
		return VERB_OK;
	}
	taking->options.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return taking->options.fd >= 0 ? VERB_OK
				       : verb_fault(cli, errno, path);
}

/* The keeper's work key, from its files: who goes on must be able to read them. */
static int
open_work(void *context, struct seal_key *key,
    const struct seal_wrapped *wrapped)
{
	struct taking *taking = context;
	CLEANUP(keyring_freep) struct keyring *keyring = NULL;
	int r = keyring_load(&keyring, &taking->diags,
	    holder_dir(taking->cli), taking->config.holder.origin);

	if (r != 0)
		return r;
	return seal_unwrap(key, &keyring->consign_public[KEYRING_WORK],
	    &keyring->consign_secret[KEYRING_WORK], wrapped);
}

static int
name_it(struct taking *taking)
{
	const char *resume = option_get(&taking->cli->options, "resume");
	struct str id;

	if (resume != NULL) {
		if (!consign_head_is_id(str_of(resume)))
			return verb_fail(taking->cli, VERB_USAGE,
			    "--resume: an id has 26 characters");
		taking->options.resume_id = resume;
		taking->options.open_work = open_work;
		id = str_of(resume);
	} else if (read_id(&id, &taking->cli->arena, taking->options.now_us,
		       &taking->random) < 0) {
		return verb_fault(taking->cli, ENOMEM, "memory");
	}
	memcpy(taking->report.id, id.p, CONSIGN_ID);
	return VERB_OK;
}

static int
prepare(struct taking *taking)
{
	struct cli *cli = taking->cli;
	struct clock clock = clock_system();
	int r;

	taking->options.now_us = clock_now_us(&clock);
	taking->options.is_stopped = &is_stopped;
	taking->options.context = taking;
	taking->options.random = &taking->random;
	if (cli->err.is_tty && !cli->is_quiet)
		taking->options.progress = show_progress;
	r = read_settings(taking);
	if (r == VERB_OK)
		r = read_form(taking);
	if (r == VERB_OK)
		r = read_sender(taking);
	if (r == VERB_OK)
		r = read_statement(taking);
	if (r == VERB_OK)
		r = read_custodians(taking);
	if (r == VERB_OK)
		r = name_it(taking);
	return r == VERB_OK ? open_input(taking) : r;
}

/* --- what came of it -------------------------------------------------------- */

static void
put_json(const struct taking *taking, const char *state)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	const struct consign_head *head = &taking->report.head;
	char hex[2 * sizeof(head->digest.b) + 1];
	struct json json;

	buf_init(&text, 65536);
	json_init(&json, &text);
	hex_format(hex, head->digest.b, sizeof(head->digest.b));
	json_open_object(&json);
	json_put_string(&json, "consignment", str_of(taking->report.id));
	json_put_string(&json, "state", str_of(state));
	json_put_i64(&json, "done", (int64_t)taking->report.n_done);
	if (head->size > 0) {
		json_put_i64(&json, "size", (int64_t)head->size);
		json_put_string(&json, "sha256", str_of(hex));
		json_put_i64(&json, "records", (int64_t)head->n_records);
		json_put_i64(&json, "found", (int64_t)head->n_found);
		json_put_i64(&json, "shared", (int64_t)head->n_shared);
	}
	if (taking->report.earlier[0] != '\0')
		json_put_string(&json, "earlier",
		    str_of(taking->report.earlier));
	json_close_object(&json);
	fprintf(taking->cli->out.file, "%.*s\n", STR_ARG(buf_str(&text)));
}

static void
print_sealed(const struct taking *taking)
{
	const struct consign_head *head = &taking->report.head;
	FILE *out = taking->cli->out.file;
	char hex[2 * sizeof(head->digest.b) + 1];
	char day[11];
	char a[32];
	char b[32];

	hex_format(hex, head->digest.b, sizeof(head->digest.b));
	instant_format_date(day, head->deadline);
	fprintf(out, "sealed %s bytes from %s as %s\n",
	    terminal_number(a, head->size), head->sender, head->id);
	fprintf(out, "  SHA-256 %s\n", hex);
	if (head->form == CONSIGN_BYTES)
		fputs("  as bytes: nobody can ask for a record of it\n", out);
	else
		fprintf(out, "  %s records, %s of them with a whole key\n",
		    terminal_number(a, head->n_records),
		    terminal_number(b, head->n_found));
	if (head->n_shared > 0)
		fprintf(out, "  %s keys stand in several records and lead to "
			     "none\n", terminal_number(a, head->n_shared));
	if (head->threshold > 0)
		fprintf(out, "  the whole: %u of %u custodians\n",
		    head->threshold, head->n_custodians);
	else
		fputs("  the whole: nobody can open it\n", out);
	fprintf(out, "  to be returned or destroyed by %s\n", day);
	if (taking->report.earlier[0] != '\0')
		fprintf(out, "  the same bytes came before, as %s\n",
		    taking->report.earlier);
}

static bool
may_register(const struct cli *cli)
{
	return option_has(&cli->options, "as") ||
	    option_has(&cli->options, "cert") || getenv("STILE_CERT") != NULL;
}

static int
finish(struct taking *taking)
{
	struct cli *cli = taking->cli;

	if (cli->is_json)
		put_json(taking, "sealed");
	else if (!cli->is_quiet)
		print_sealed(taking);
	if (may_register(cli))
		return consign_receive_register(cli, taking->report.id);
	if (!cli->is_json && !cli->is_quiet)
		fprintf(cli->out.file, "  the gate does not know it yet: "
			"stile consign register %s\n", taking->report.id);
	return VERB_OK;
}

static int
tell(struct taking *taking, int r)
{
	struct cli *cli = taking->cli;

	wipe_progress(taking);
	switch (r) {
	case 0:
		return finish(taking);
	case RECEIVE_E_REFUSED:
		return verb_diags(cli, VERB_NO, &taking->diags);
	case RECEIVE_E_AGAIN:
		if (cli->is_json)
			put_json(taking, "again");
		return verb_fail(cli, VERB_NO, "%s: these bytes are held "
		    "already, as %s; nothing was kept twice",
		    taking->options.name, taking->report.earlier);
	case RECEIVE_E_STOPPED:
		if (cli->is_json)
			put_json(taking, "stopped");
		return verb_fail(cli, VERB_CANNOT, "stopped after %" PRIu64
		    " bytes; go on with the same command and --resume %s, or "
		    "give it up with stile consign abandon %s",
		    taking->report.n_done, taking->report.id,
		    taking->report.id);
	default:
		verb_fault(cli, r, taking->options.name);
		return VERB_CANNOT;
	}
}

int
consign_receive_run(struct cli *cli)
{
	struct taking *taking = ARENA_NEW(&cli->arena, struct taking);
	int r;

	if (taking == NULL || csprng_open(&taking->csprng) < 0)
		return verb_fault(cli, ENOMEM, "memory");
	taking->cli = cli;
	taking->random = csprng_random(&taking->csprng);
	taking->began_us = clock_monotonic_us();
	taking->options.fd = -1;
	diag_init(&taking->diags, &cli->arena, STR(""), (struct str){ 0 });
	r = prepare(taking);
	if (r == VERB_OK) {
		take_signals();
		r = tell(taking, receive_run(&taking->report, &taking->diags,
				     &cli->arena, &taking->options));
	}
	if (taking->options.fd > STDERR_FILENO)
		close(taking->options.fd);
	config_fini(&taking->config);
	csprng_close(&taking->csprng);
	return r;
}

int
consign_receive_register(struct cli *cli, const char *id)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct json json;

	buf_init(&body, 4096);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "id", str_of(id));
	json_close_object(&json);
	return https_run(cli, "/v1/consignments", buf_str(&body), NULL);
}
