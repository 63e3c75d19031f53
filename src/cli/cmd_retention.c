/* stile retention: erase what is past its period; legal holds. */
#include <inttypes.h>

#include "cli/holder.h"
#include "cli/https.h"
#include "cli/response.h"
#include "cli/vault.h"
#include "gate/erase.h"
#include "gate/retain.h"
#include "store/holds.h"
#include "store/store.h"
#include "util/instant.h"
#include "util/json.h"

#define BODY_BYTES 8192

/* --- what would be erased ----------------------------------------------------- */

struct count {
	struct store *store;
	uint64_t n_erased;
	uint64_t n_held;
};

static int
count_one(void *context, const struct store_sealed *sealed)
{
	struct count *count = context;
	bool is_held;
	int r = holds_is_held(count->store, &is_held, sealed->index);

	if (r < 0)
		return r;
	count->n_erased += !is_held;
	count->n_held += is_held;
	return 0;
}

static int
count_kind(struct cli *cli, struct vault *vault, enum entry_type type,
    int64_t keep_us, int64_t now_us)
{
	struct count count = { .store = vault->store };
	struct str name = entry_type_name(type);
	char day[11];
	uint64_t to = 0;
	int r;

	if (keep_us == 0) {
		fprintf(cli->out.file, "%-10.*s  kept for ever\n",
		    STR_ARG(name));
		return VERB_OK;
	}
	r = entries_find_time(vault->store, &to, now_us - keep_us);
	if (r == 0)
		r = entries_each_sealed(vault->store, name, 0, to, INT64_MAX,
		    count_one, &count);
	if (r != 0)
		return verb_fault(cli, r, "store");
	instant_format_date(day, instant_day(now_us - keep_us));
	fprintf(cli->out.file,
	    "%-10.*s  %5" PRId64 " days: before %s  %8" PRIu64
	    " to erase  %6" PRIu64 " held\n",
	    STR_ARG(name), keep_us / INSTANT_DAY, day, count.n_erased,
	    count.n_held);
	return VERB_OK;
}

static int
run_dry(struct cli *cli)
{
	CLEANUP(vault_close) struct vault vault = { 0 };
	const char *as_of = option_get(&cli->options, "as-of");
	struct clock clock = clock_system();
	int64_t now_us = clock_now_us(&clock);
	struct gate gate = { 0 };
	int32_t day;
	int r = vault_open(&vault, cli);

	if (r != VERB_OK)
		return r;
	if (as_of != NULL && instant_parse_date(&day, str_of(as_of)))
		now_us = ((int64_t)day + 1) * INSTANT_DAY;
	retain_periods(&gate, &vault.config);
	for (unsigned type = ENTRY_NONE + 1; type < ENTRY_N && r == VERB_OK;
	     type++)
		r = count_kind(cli, &vault, (enum entry_type)type,
		    gate.keep_us[type], now_us);
	return r;
}

/* --- erasing ----------------------------------------------------------------- */

static void
print_total(struct cli *cli, uint64_t n_erased, uint64_t n_held,
    uint64_t n_keys)
{
	if (!cli->is_quiet)
		fprintf(cli->out.file,
		    "erased the values of %" PRIu64 " entries and %" PRIu64
		    " keys; %" PRIu64 " entries are held and were sealed anew\n",
		    n_erased, n_keys, n_held);
}

static int
run_at_rest(struct cli *cli)
{
	CLEANUP(admin_closep) struct admin *admin = NULL;
	struct erase_report total;
	struct diag_list diags;
	int r = holder_open(cli, &admin);

	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, STR("retention"), (struct str){ 0 });
	r = admin_erase(admin, &total, holder_person(cli), &diags);
	if (r < 0)
		return verb_fault(cli, r, "retention");
	if (r > 0)
		return verb_diags(cli, VERB_NO, &diags);
	print_total(cli, total.n_erased, total.n_moved, total.n_epochs);
	return VERB_OK;
}

/* {"role":"…"} */
static void
put_role(struct cli *cli, struct buf *body)
{
	struct json json;

	json_init(&json, body);
	json_open_object(&json);
	json_put_string(&json, "role",
	    str_of(option_get(&cli->options, "role")));
	json_close_object(&json);
}

/* One step through the gate; adds to the totals. */
static int
step(struct cli *cli, uint64_t totals[static 3], bool *has_more)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	CLEANUP(response_fini) struct response answer = { 0 };
	struct https_reply got = { 0 };
	int r;

	buf_init(&body, BODY_BYTES);
	put_role(cli, &body);
	r = https_call(cli, &got, "/v1/retention/erasures", buf_str(&body),
	    NULL);
	if (r == VERB_OK && !response_parse(&answer, buf_str(&got.body)))
		r = verb_fail(cli, VERB_CANNOT,
		    "status %ld without a JSON object: not a Stile server?",
		    got.status);
	if (r == VERB_OK && got.status != 201) {
		response_print(&answer, &cli->err);
		r = (int)response_exit(got.status);
	}
	https_reply_fini(&got);
	if (r != VERB_OK)
		return r;
	totals[0] += response_number(&answer, "erased", "erased");
	totals[1] += response_number(&answer, "erased", "held");
	totals[2] += response_number(&answer, "erased", "keys");
	*has_more = response_number(&answer, "erased", "more") != 0;
	return VERB_OK;
}

static int
run_run(struct cli *cli)
{
	uint64_t totals[3] = { 0 };
	bool has_more = true;
	int r = VERB_OK;

	if (option_has(&cli->options, "dry-run"))
		return run_dry(cli);
	if (option_has(&cli->options, "as-of"))
		return verb_fail(cli, VERB_USAGE,
		    "--as-of is for --dry-run: what is erased is erased as of "
		    "now");
	if (option_has(&cli->options, "at-rest"))
		return run_at_rest(cli);
	if (!option_has(&cli->options, "role"))
		return verb_fail(cli, VERB_USAGE,
		    "--role is missing: who has it erased (or --at-rest)");
	while (r == VERB_OK && has_more)
		r = step(cli, totals, &has_more);
	if (r == VERB_OK)
		print_total(cli, totals[0], totals[1], totals[2]);
	return r;
}

/* --- holds ------------------------------------------------------------------- */

static int
run_hold(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	int64_t from = option_number(&cli->options, "from", 0);
	struct json json;

	buf_init(&body, BODY_BYTES);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "id", str_of(cli->options.operands[0]));
	json_put_i64(&json, "from", from);
	json_put_i64(&json, "to",
	    option_number(&cli->options, "to", from + 1));
	json_put_string(&json, "reason",
	    str_of(option_get(&cli->options, "reason")));
	json_put_string(&json, "role",
	    str_of(option_get(&cli->options, "role")));
	json_close_object(&json);
	return https_run(cli, "/v1/retention/holds", buf_str(&body), NULL);
}

static int
run_lift(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct str path = arena_format(&cli->arena,
	    "/v1/retention/holds/%.*s/lift",
	    STR_ARG(https_escape(&cli->arena, cli->options.operands[0])));

	buf_init(&body, BODY_BYTES);
	put_role(cli, &body);
	return https_run(cli, path.p, buf_str(&body), NULL);
}

static int
print_hold(void *context, const struct store_hold *hold)
{
	struct cli *cli = context;
	char placed[11];

	instant_format_date(placed, instant_day(hold->placed_us));
	terminal_cell(&cli->out, hold->id, 20);
	fprintf(cli->out.file, "  %8" PRIu64 " to %-8" PRIu64 "  %s  ",
	    hold->from, hold->to - 1, placed);
	terminal_cell(&cli->out, hold->placed_by, 12);
	fprintf(cli->out.file, "  %-8s  ",
	    hold->lifted_us == 0 ? "in force" : "lifted");
	terminal_text(&cli->out, hold->reason, 60);
	fputc('\n', cli->out.file);
	return 0;
}

static int
run_list(struct cli *cli)
{
	CLEANUP(vault_close) struct vault vault = { 0 };
	int r = vault_open(&vault, cli);

	if (r != VERB_OK)
		return r;
	r = holds_each(vault.store, print_hold, cli);
	return r < 0 ? verb_fault(cli, r, "store") : VERB_OK;
}

/* --- the table --------------------------------------------------------------- */

#define ROLE_OPTION(needed, roles)                                             \
	{ .name = "role",                                                      \
	    .kind = OPTION_CHOICE,                                             \
	    .value = "ROLE",                                                   \
	    .choices = roles,                                                  \
	    .help = "The role you act in",                                     \
	    .is_required = needed }
#define RECEIPT_OPTION                                                         \
	{ .name = "receipt", .kind = OPTION_FILE, .value = "FILE",             \
	    .help = "Save the receipt; - is standard output" }

static const struct option_spec run_options[] = {
	{ .name = "dry-run",
	    .letter = 'n',
	    .help = "Say what would be erased; change nothing" },
	{ .name = "as-of",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "With --dry-run: as if it were that day" },
	{ .name = "at-rest",
	    .help = "The holder is not being served: on its store, by your "
		    "login name" },
	ROLE_OPTION(false, "data_owner"),
	HTTPS_OPTIONS,
};

static const struct option_spec hold_options[] = {
	{ .name = "from",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "First entry",
	    .most = INT64_MAX - 1,
	    .is_required = true },
	{ .name = "to",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "First entry that is not held; else only the one",
	    .most = INT64_MAX },
	{ .name = "reason",
	    .letter = 'r',
	    .kind = OPTION_TEXT,
	    .value = "TEXT",
	    .help = "Why, in a sentence",
	    .is_required = true },
	ROLE_OPTION(true, "counsel|data_owner"),
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec lift_options[] = {
	ROLE_OPTION(true, "counsel"),
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec list_options[] = { HOLDER_OPTION };

static const struct verb actions[] = {
	{ .name = "run",
	    .usage = "--role ROLE | --at-rest | --dry-run",
	    .summary = "Erase the sealed values past their period, and their "
		       "keys",
	    .about = "The log and all proofs, receipts and releases stay as they "
		     "are. What a legal hold covers stays. Each step is an "
		     "entry of the log.",
	    .examples =
		"what would go next year\tstile retention run --dry-run "
		"--as-of 2027-12-31 --dir /var/lib/stile\n"
		"every night\tstile retention run --role data_owner --as dora\n",
	    .options = run_options,
	    .n_options = ARRAY_LEN(run_options),
	    .operands = "",
	    .run = run_run },
	{ .name = "hold",
	    .usage = "NAME --from N [--to N] --reason TEXT --role ROLE",
	    .summary = "Place a legal hold: these entries' values stay",
	    .examples =
		"for a suit\tstile retention hold 2026-CV-117 --from 4711 "
		"--reason 'Doe v. State' --role counsel --as cal\n",
	    .options = hold_options,
	    .n_options = ARRAY_LEN(hold_options),
	    .least = 1,
	    .most = 1,
	    .operands = "NAME",
	    .run = run_hold },
	{ .name = "lift",
	    .usage = "NAME --role ROLE",
	    .summary = "Lift a legal hold",
	    .examples = "it is over\tstile retention lift 2026-CV-117 --role "
			"counsel --as cal\n",
	    .options = lift_options,
	    .n_options = ARRAY_LEN(lift_options),
	    .least = 1,
	    .most = 1,
	    .operands = "NAME",
	    .run = run_lift },
	{ .name = "list",
	    .usage = "[--dir DIR]",
	    .summary = "List the legal holds, lifted ones too",
	    .examples = "all of them\tstile retention list\n",
	    .options = list_options,
	    .n_options = ARRAY_LEN(list_options),
	    .operands = "",
	    .run = run_list },
};

const struct verb cmd_retention = {
	.name = "retention",
	.usage = "run|hold|lift|list",
	.summary = "Erase what is past its period; legal holds",
	.about = "How long values are kept is in stile.conf, by kind of entry.",
	.examples =
	    "every night\tstile retention run --role data_owner --as dora\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
