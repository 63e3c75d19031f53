/* stile consign: what arrives in bulk, unasked. */
#include <inttypes.h>

#include "cli/consign_custodian.h"
#include "cli/consign_order.h"
#include "cli/consign_receive.h"
#include "cli/holder.h"
#include "cli/https.h"
#include "consign/folder.h"
#include "crypto/csprng.h"
#include "util/clock.h"
#include "util/instant.h"
#include "util/json.h"

struct listing {
	struct cli *cli;
	int32_t today;
	size_t n;
};

static void
print_row(struct listing *listing, const char *id, enum folder_state state,
    const struct consign_head *head)
{
	const struct terminal *out = &listing->cli->out;
	bool is_overdue = state == FOLDER_HELD &&
	    head->deadline < listing->today;
	char day[11] = "";
	char number[32];

	if (listing->n++ == 0)
		fputs("id                          state       form       "
		      "records  until       from\n", out->file);
	fprintf(out->file, "%s  ", id);
	terminal_print(out, is_overdue ? TERMINAL_BAD : TERMINAL_PLAIN, "%-10s",
	    is_overdue ? "overdue" : folder_state_text(state));
	if (state != FOLDER_HELD && state != FOLDER_ERASED) {
		fputc('\n', out->file);
		return;
	}
	instant_format_date(day, head->deadline);
	fprintf(out->file, "  %-5.*s %12s  %s  ",
	    STR_ARG(consign_head_form_text(head->form)),
	    terminal_number(number, head->n_records), day);
	terminal_text(out, str_of(head->sender), 40);
	fputc('\n', out->file);
}

static void
print_json(struct listing *listing, const char *id, enum folder_state state,
    const struct consign_head *head)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	char day[11];
	struct json json;

	buf_init(&text, 65536);
	json_init(&json, &text);
	json_open_object(&json);
	json_put_string(&json, "consignment", str_of(id));
	json_put_string(&json, "state", str_of(folder_state_text(state)));
	if (state == FOLDER_HELD || state == FOLDER_ERASED) {
		instant_format_date(day, head->deadline);
		json_put_string(&json, "form",
		    consign_head_form_text(head->form));
		json_put_i64(&json, "size", (int64_t)head->size);
		json_put_i64(&json, "records", (int64_t)head->n_records);
		json_put_i64(&json, "found", (int64_t)head->n_found);
		json_put_string(&json, "deadline", str_of(day));
		json_put_bool(&json, "overdue",
		    head->deadline < listing->today);
		json_put_string(&json, "sender", str_of(head->sender));
	}
	json_close_object(&json);
	fprintf(listing->cli->out.file, "%.*s\n", STR_ARG(buf_str(&text)));
}

static int
list_one(void *context, const char *id)
{
	struct listing *listing = context;
	struct consign_head head;
	enum folder_state state;
	int r = folder_look(&state, &head, holder_dir(listing->cli), id);

	if (r < 0)
		return r;
	if (listing->cli->is_json)
		print_json(listing, id, state, &head);
	else
		print_row(listing, id, state, &head);
	return 0;
}

static int
run_list(struct cli *cli)
{
	struct clock clock = clock_system();
	struct listing listing = { .cli = cli,
		.today = instant_day(clock_now_us(&clock)) };
	int r = folder_each(holder_dir(cli), list_one, &listing);

	if (r < 0)
		return verb_fault(cli, r, holder_dir(cli));
	if (listing.n == 0 && !cli->is_json && !cli->is_quiet)
		fputs("no consignments\n", cli->out.file);
	return VERB_OK;
}

static int
run_register(struct cli *cli)
{
	return consign_receive_register(cli, cli->options.operands[0]);
}

static int
run_show(struct cli *cli)
{
	struct str path = arena_format(&cli->arena, "/v1/consignments/%.*s",
	    STR_ARG(https_escape(&cli->arena, cli->options.operands[0])));

	return https_run(cli, path.p, (struct str){ 0 }, NULL);
}

/* Only what was never finished: all else is ended by two persons. */
static int
run_abandon(struct cli *cli)
{
	const char *id = cli->options.operands[0];
	struct csprng csprng;
	struct random random;
	struct consign_head head;
	enum folder_state state;
	int r = folder_look(&state, &head, holder_dir(cli), id);

	if (r < 0)
		return verb_fault(cli, r, id);
	if (state != FOLDER_UNFINISHED)
		return verb_fail(cli, VERB_NO, "%s is %s: only a transfer that "
		    "was not finished is given up", id,
		    folder_state_text(state));
	if (csprng_open(&csprng) < 0)
		return verb_fault(cli, -1, "memory");
	random = csprng_random(&csprng);
	r = folder_remove(holder_dir(cli), id, &random);
	csprng_close(&csprng);
	if (r < 0)
		return verb_fault(cli, r, id);
	if (!cli->is_quiet)
		fprintf(cli->out.file, "%s: erased\n", id);
	return VERB_OK;
}

#define RECEIPT_OPTION                                                         \
	{ .name = "receipt", .kind = OPTION_FILE, .value = "FILE",             \
	    .help = "Save the receipt; - is standard output" }

#define REASON_OPTION                                                          \
	{ .name = "reason", .letter = 'r', .kind = OPTION_TEXT,                \
	    .value = "TEXT", .help = "Why, in a sentence",                     \
	    .is_required = true }

#define SECRET_OPTION                                                          \
	{ .name = "secret", .kind = OPTION_FILE, .value = "FILE",              \
	    .help = "The custodian's secret file", .is_required = true }

static const struct option_spec receive_options[] = {
	{ .name = "from",
	    .kind = OPTION_TEXT,
	    .value = "SENDER",
	    .help = "Who sent it",
	    .is_required = true },
	{ .name = "form",
	    .kind = OPTION_CHOICE,
	    .value = "FORM",
	    .help = "What it is; bytes when not given, csv with --map",
	    .choices = "csv|json|aamva|bytes" },
	{ .name = "map",
	    .letter = 'm',
	    .kind = OPTION_FILE,
	    .value = "MAP",
	    .help = "Mapping file, for csv and json" },
	{ .name = "deadline",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "The last day it may be held" },
	{ .name = "size",
	    .kind = OPTION_NUMBER,
	    .value = "BYTES",
	    .help = "What the sender says it has",
	    .least = 1,
	    .most = INT64_MAX },
	{ .name = "digest",
	    .kind = OPTION_TEXT,
	    .value = "SHA256",
	    .help = "What the sender says it hashes to" },
	{ .name = "custodians",
	    .kind = OPTION_NUMBER,
	    .value = "K",
	    .help = "So many open the whole together",
	    .least = 1,
	    .most = LIMIT_CONSIGN_CUSTODIANS },
	{ .name = "never-whole", .help = "Nobody can ever open the whole" },
	{ .name = "resume",
	    .kind = OPTION_TEXT,
	    .value = "ID",
	    .help = "Go on with a transfer that was interrupted" },
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec gate_options[] = {
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec order_options[] = {
	REASON_OPTION,
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec open_options[] = {
	REASON_OPTION,
	{ .name = "half",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Where the keeper's half goes once it is confirmed",
	    .is_required = true },
	HTTPS_OPTIONS,
};

static const struct option_spec whole_options[] = {
	{ .name = "half",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "The keeper's half",
	    .is_required = true },
	{ .name = "share",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "A custodian's share",
	    .is_repeated = true,
	    .is_required = true },
	{ .name = "out",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "The file to be written; it must not exist",
	    .is_required = true },
	HOLDER_OPTION,
};

static const struct option_spec custodian_options[] = {
	SECRET_OPTION,
	HOLDER_OPTION,
};

static const struct option_spec share_options[] = {
	SECRET_OPTION,
	{ .name = "share",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Where the share goes",
	    .is_required = true },
	HOLDER_OPTION,
};

static const struct option_spec holder_options[] = { HOLDER_OPTION };

#define OPTIONS(table) .options = (table), .n_options = ARRAY_LEN(table)
#define ONE(name) .least = 1, .most = 1, .operands = (name)

static const struct verb actions[] = {
	{ .name = "receive",
	    .usage = "FILE|- --from SENDER [--form FORM] [--map MAP]",
	    .summary = "Take a transfer in, sealed while it is read",
	    .about = "Each record is sealed under a key of its own and is found "
		     "by its exact identifiers only. Nothing is stored as it "
		     "came; what is refused leaves nothing behind. With --as or "
		     "--cert it is registered with the gate at once, and the "
		     "receipt is the statement to the sender.",
	    .examples =
		"a state's list of drivers\tstile consign receive drivers.csv "
		"--from 'Minnesota DVS' --map mn.map --as dora --receipt "
		"mn.receipt\n"
		"something that nobody is to read\tstile consign receive "
		"disk.img --from unknown --never-whole\n",
	    OPTIONS(receive_options),
	    ONE("FILE"),
	    .run = consign_receive_run },
	{ .name = "register",
	    .usage = "ID",
	    .summary = "Make a sealed one known to the gate",
	    .examples = "and keep the statement for the sender\tstile consign "
			"register 01KAN0YGM4WZ1SVQ0D8X6T7R5E --receipt r\n",
	    OPTIONS(gate_options),
	    ONE("ID"),
	    .run = run_register },
	{ .name = "list",
	    .usage = "[--dir DIR]",
	    .summary = "List consignments, not what is in them",
	    .examples = "what is held, and until when\tstile consign list\n",
	    OPTIONS(holder_options),
	    .operands = "",
	    .run = run_list },
	{ .name = "show",
	    .usage = "ID",
	    .summary = "Show one, with the receipt of its newest entry",
	    .examples = "the certificate of its end\tstile consign show "
			"01KAN0YGM4WZ1SVQ0D8X6T7R5E --receipt certificate\n",
	    OPTIONS(gate_options),
	    ONE("ID"),
	    .run = run_show },
	{ .name = "open",
	    .usage = "ID --reason TEXT --half FILE",
	    .summary = "Order, then confirm, that the whole is opened",
	    .about = "Said by two persons: counsel, privacy officer or data "
		     "owner first, then a key holder, who gets the keeper's "
		     "half. It opens nothing without the custodians' shares: "
		     "see stile consign whole.",
	    .examples = "the second person\tstile consign open "
			"01KAN0YGM4WZ1SVQ0D8X6T7R5E -r 'court order 26-117' "
			"--half half --as kim\n",
	    OPTIONS(open_options),
	    ONE("ID"),
	    .run = consign_order_run },
	{ .name = "whole",
	    .usage = "ID --half FILE --share FILE … --out FILE",
	    .summary = "Open the whole with half and shares",
	    .examples = "two custodians\tstile consign whole "
			"01KAN0YGM4WZ1SVQ0D8X6T7R5E --half half --share ann "
			"--share ben --out transfer\n",
	    OPTIONS(whole_options),
	    ONE("ID"),
	    .run = consign_order_whole },
	{ .name = "return",
	    .usage = "ID --reason TEXT",
	    .summary = "Order, then confirm, its return: keys are erased",
	    .examples = "the carrier goes back\tstile consign return "
			"01KAN0YGM4WZ1SVQ0D8X6T7R5E -r 'drive handed over'\n",
	    OPTIONS(order_options),
	    ONE("ID"),
	    .run = consign_order_run },
	{ .name = "destroy",
	    .usage = "ID --reason TEXT",
	    .summary = "Order, then confirm, its end: keys are erased",
	    .about = "Said by two persons: counsel, privacy officer or data "
		     "owner first, then a key holder. The keys are erased and "
		     "a certificate is entered in the log; afterwards nothing "
		     "opens it.",
	    .examples = "first one, then the other\tstile consign destroy "
			"01KAN0YGM4WZ1SVQ0D8X6T7R5E -r 'not asked for' --as "
			"dora\n",
	    OPTIONS(order_options),
	    ONE("ID"),
	    .run = consign_order_run },
	{ .name = "abandon",
	    .usage = "ID",
	    .summary = "Give up a transfer that was not finished",
	    .examples = "after an interruption\tstile consign abandon "
			"01KAN0YGM4WZ1SVQ0D8X6T7R5E\n",
	    OPTIONS(holder_options),
	    ONE("ID"),
	    .run = run_abandon },
	{ .name = "custodian",
	    .usage = "NAME --secret FILE",
	    .summary = "Make a custodian's keys",
	    .about = "NAME is the id of a person with the role key_holder. The "
		     "secret file is theirs alone; the public half stays with "
		     "the holder.",
	    .examples = "on a stick of hers\tstile consign custodian ann "
			"--secret ann.secret\n",
	    OPTIONS(custodian_options),
	    ONE("NAME"),
	    .run = consign_custodian_add },
	{ .name = "share",
	    .usage = "ID --secret FILE --share FILE",
	    .summary = "Take a custodian's share out of a consignment",
	    .examples = "hers\tstile consign share 01KAN0YGM4WZ1SVQ0D8X6T7R5E "
			"--secret ann.secret --share ann.share\n",
	    OPTIONS(share_options),
	    ONE("ID"),
	    .run = consign_custodian_share },
};

const struct verb cmd_consign = {
	.name = "consign",
	.usage = "receive|register|list|show|open|whole|return|destroy|…",
	.summary = "Hold what arrives in bulk: sealed, one record at a time",
	.about = "A transfer that nobody asked for is sealed on arrival. One "
		 "record of it is asked for like any other (stile ask "
		 "--source); the whole opens with k of n custodians, or never; "
		 "it is returned or destroyed by its deadline.",
	.examples = "what is held, and until when\tstile consign list\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
