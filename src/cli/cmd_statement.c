/* stile statement: what the holder says to the public, and who approved it. */
#include <errno.h>

#include "cli/holder.h"
#include "cli/https.h"
#include "cli/insight.h"
#include "cli/result.h"
#include "cli/spoken.h"
#include "util/hex.h"
#include "util/instant.h"

#define BODY_BYTES 65536

/* --- through the gate ---------------------------------------------------- */

static int
read_text(struct cli *cli, struct str *text)
{
	const char *said = option_get(&cli->options, "text");
	const char *path = option_get(&cli->options, "file");

	if ((said == NULL) == (path == NULL))
		return verb_fail(cli, VERB_USAGE, "one of --text and --file");
	*text = str_of(said);
	if (path == NULL)
		return VERB_OK;
	/* The newline at the end of a file is the editor's. */
	return verb_read(cli, text, path, BODY_BYTES / 2);
}

static int
run_add(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	const char *old = option_get(&cli->options, "supersedes");
	struct str text = { 0 };
	struct json json;
	int r = read_text(cli, &text);

	if (r != VERB_OK)
		return r;
	buf_init(&body, BODY_BYTES);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "number", str_of(cli->options.operands[0]));
	json_put_string(&json, "topic",
	    str_of(option_get(&cli->options, "topic")));
	json_put_string(&json, "text", str_trim(text));
	if (old != NULL)
		json_put_string(&json, "supersedes", str_of(old));
	json_put_string(&json, "role",
	    str_of(option_get(&cli->options, "role")));
	json_close_object(&json);
	return https_run(cli, "/v1/statements", buf_str(&body), NULL);
}

static int
run_approve(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct str path = arena_format(&cli->arena,
	    "/v1/statements/%.*s/approval",
	    STR_ARG(https_escape(&cli->arena, cli->options.operands[0])));
	struct json json;

	buf_init(&body, BODY_BYTES);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "role",
	    str_of(option_get(&cli->options, "role")));
	json_close_object(&json);
	return https_run(cli, path.p, buf_str(&body), NULL);
}

/* --- the register -------------------------------------------------------- */

static void
put_item(struct json *json, const struct spoken_item *item)
{
	const struct store_saying *saying = &item->saying;
	char time[INSTANT_TEXT_SIZE];

	json_open_object(json);
	json_put_string(json, "number", saying->number);
	json_put_string(json, "topic", saying->topic);
	json_put_string(json, "state", str_of(spoken_word(spoken_state(item))));
	json_put_string(json, "text", saying->text);
	instant_format(time, saying->drafted_us);
	json_put_string(json, "drafted_by", saying->drafted_by);
	json_put_string(json, "drafted", str_of(time));
	json_put_i64(json, "drafted_entry", (int64_t)saying->drafted_index);
	if (saying->approved_us != 0) {
		instant_format(time, saying->approved_us);
		json_put_string(json, "approved_by", saying->approved_by);
		json_put_string(json, "approved", str_of(time));
		json_put_i64(json, "approved_entry",
		    (int64_t)saying->approved_index);
	}
	if (saying->supersedes.len > 0)
		json_put_string(json, "supersedes", saying->supersedes);
	if (item->successor != NULL)
		json_put_string(json, "superseded_by",
		    item->successor->saying.number);
	json_close_object(json);
}

static void
print_item(struct cli *cli, const struct spoken_item *item)
{
	const struct store_saying *saying = &item->saying;
	FILE *out = cli->out.file;
	char time[INSTANT_TEXT_SIZE];

	terminal_text(&cli->out, saying->text, LIMIT_STATEMENT_TEXT);
	fputs("\n\n", out);
	terminal_text(&cli->out, saying->number, LIMIT_ASK_NUMBER);
	fprintf(out, ", %s: ", spoken_word(spoken_state(item)));
	if (saying->approved_us != 0) {
		instant_format(time, saying->approved_us);
		fputs("approved by ", out);
		terminal_text(&cli->out, saying->approved_by, 64);
		fprintf(out, " on %.10s (entry %llu)", time,
		    (unsigned long long)saying->approved_index);
	} else {
		instant_format(time, saying->drafted_us);
		fputs("drafted by ", out);
		terminal_text(&cli->out, saying->drafted_by, 64);
		fprintf(out, " on %.10s (entry %llu), not approved", time,
		    (unsigned long long)saying->drafted_index);
	}
	if (saying->supersedes.len > 0) {
		fputs("; supersedes ", out);
		terminal_text(&cli->out, saying->supersedes, LIMIT_ASK_NUMBER);
	}
	if (item->successor != NULL) {
		fputs("; superseded by ", out);
		terminal_text(&cli->out, item->successor->saying.number,
		    LIMIT_ASK_NUMBER);
	}
	fputc('\n', out);
}

static void
list_json(struct cli *cli, const struct spoken *spoken)
{
	CLEANUP(result_end) struct result out;

	result_begin(&out, cli);
	json_key(&out.json, STR("statements"));
	json_open_array(&out.json);
	for (const struct spoken_item *item = spoken->first; item != NULL;
	     item = item->next)
		put_item(&out.json, item);
	json_close_array(&out.json);
}

static int
run_list(struct cli *cli)
{
	CLEANUP(store_closep) struct store *store = NULL;
	struct spoken spoken;
	int r = holder_read(cli, &store);

	if (r == VERB_OK)
		r = spoken_read(&spoken, cli, store);
	if (r != VERB_OK)
		return r;
	if (cli->is_json) {
		list_json(cli, &spoken);
		return VERB_OK;
	}
	for (const struct spoken_item *item = spoken.first; item != NULL;
	     item = item->next) {
		terminal_cell(&cli->out, item->saying.number, 12);
		fprintf(cli->out.file, "  %-10s  ",
		    spoken_word(spoken_state(item)));
		terminal_cell(&cli->out, item->saying.topic, 12);
		fputs("  ", cli->out.file);
		terminal_text(&cli->out, item->saying.text, 40);
		fputc('\n', cli->out.file);
	}
	return VERB_OK;
}

static int
run_show(struct cli *cli)
{
	CLEANUP(store_closep) struct store *store = NULL;
	const char *number = cli->options.operands[0];
	const struct spoken_item *item;
	struct spoken spoken;
	int r = holder_read(cli, &store);

	if (r == VERB_OK)
		r = spoken_read(&spoken, cli, store);
	if (r != VERB_OK)
		return r;
	item = spoken_find(&spoken, str_of(number));
	if (item == NULL)
		return verb_fail(cli, VERB_NO, "%s: no such statement", number);
	if (cli->is_json) {
		CLEANUP(result_end) struct result out;

		result_begin(&out, cli);
		json_key(&out.json, STR("statement"));
		put_item(&out.json, item);
	} else {
		print_item(cli, item);
	}
	return VERB_OK;
}

/* --- an inquiry is answered ---------------------------------------------- */

struct reply {
	const struct sayings_topic *topic;
	const struct spoken_item *item; /* in force; NULL: none */
	const struct report *report;
};

/* Of another agency's policy the answer must come from that agency. */
static int
send_on(struct cli *cli, const struct insight *insight, const char *agency)
{
	struct str holder = insight_log(insight)->holder;
	struct str text = arena_format(&cli->arena,
	    "This is about the policy of %s. The answer must come from %s: "
	    "%.*s speaks only for itself.", agency, agency, STR_ARG(holder));

	if (cli->is_json) {
		CLEANUP(result_end) struct result out;

		result_begin(&out, cli);
		json_put_string(&out.json, "answer_from", str_of(agency));
		json_put_string(&out.json, "text", text);
	} else {
		terminal_text(&cli->out, text, LIMIT_STATEMENT_TEXT);
		fputc('\n', cli->out.file);
	}
	return VERB_NO;
}

/* Does a topic's list name the table? */
static bool
is_named(const char *tables, const char *id)
{
	struct str rest = str_of(tables);
	struct str name;

	while (str_split(&name, &rest, ' ')) {
		if (str_is_equal(name, str_of(id)))
			return true;
	}
	return false;
}

static void
print_cell(struct cli *cli, const char *column, const struct suppress_cell *cell)
{
	char number[32];

	fprintf(cli->out.file, "  %s %s", column,
	    cell->is_withheld ? "withheld" : terminal_number(number, cell->n));
}

static void
print_table(struct cli *cli, const struct report_table *table)
{
	FILE *out = cli->out.file;

	fprintf(out, "\n%s (%s)\n", table->spec->title, table->spec->counts);
	if (table->state != REPORT_GIVEN)
		fprintf(out, "  not given: %s\n", report_why(table->state));
	for (size_t i = 0; i < table->n_rows; i++) {
		fputs("  ", out);
		terminal_cell(&cli->out, table->rows[i].title, 34);
		for (size_t k = 0; k < table->n_columns; k++)
			print_cell(cli, table->columns[k],
			    &table->rows[i].cells[k]);
		fputc('\n', out);
	}
}

static void
print_figures(struct cli *cli, const struct reply *reply)
{
	const struct report *report = reply->report;
	const struct figures *figures = report->figures;
	FILE *out = cli->out.file;
	char number[32];
	char root[65];
	char from[11];
	char to[11];

	report_days(report, from, to);
	fprintf(out, "\nDecisions on requests, %s to %s:", from, to);
	for (size_t i = 0; i < figures->n_counts; i++) {
		if (!str_is_equal(figures->counts[i].type, STR("request")))
			continue;
		fputc(' ', out);
		terminal_text(&cli->out, figures->counts[i].decision, 16);
		fprintf(out, " %s",
		    terminal_number(number, figures->counts[i].n));
	}
	fputc('\n', out);
	for (size_t i = 0; i < FIGURES_N_TABLES; i++) {
		if (is_named(reply->topic->tables, figures_specs[i].id))
			print_table(cli, &report->tables[i]);
	}
	hex_format(root, report->log.root.b, sizeof(report->log.root.b));
	fputs("\nCounted from ", out);
	terminal_text(&cli->out, report->log.origin, 200);
	fprintf(out, " at %s entries, root %s\n",
	    terminal_number(number, report->log.size), root);
}

static int
put_figures(struct cli *cli, struct json *json, const struct report *report)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	int r;

	buf_init(&text, LIMIT_REPORT_BYTES);
	r = report_json(&text, report);
	if (r == 0)
		json_put_raw(json, "report", str_trim(buf_str(&text)));
	return r < 0 ? verb_fault(cli, r, "report") : VERB_OK;
}

static int
reply_json(struct cli *cli, const struct reply *reply)
{
	CLEANUP(result_end) struct result out;

	result_begin(&out, cli);
	json_put_string(&out.json, "topic", str_of(reply->topic->name));
	json_put_string(&out.json, "question", str_of(reply->topic->title));
	json_key(&out.json, STR("statement"));
	put_item(&out.json, reply->item);
	return put_figures(cli, &out.json, reply->report);
}

/* Nothing in force: a draft is told of, and not given. */
static int
refuse_reply(struct cli *cli, const struct spoken *spoken,
    const struct sayings_topic *topic)
{
	for (const struct spoken_item *item = spoken->first; item != NULL;
	     item = item->next) {
		if (!str_is_equal(item->saying.topic, str_of(topic->name)))
			continue;
		return verb_fail(cli, VERB_NO,
		    "%s: statement %.*s (entry %llu) is a draft: not given "
		    "before another person approves it", topic->name,
		    STR_ARG(item->saying.number),
		    (unsigned long long)item->saying.drafted_index);
	}
	return verb_fail(cli, VERB_NO,
	    "%s: no approved statement on this topic", topic->name);
}

static int
find_topic(struct cli *cli, const struct sayings_topic **topic)
{
	const char *name = cli->options.operands[0];
	const struct sayings_topic *topics;
	struct buf list;
	size_t n;

	*topic = sayings_topic(str_of(name));
	if (*topic != NULL)
		return VERB_OK;
	topics = sayings_topics(&n);
	buf_init_in(&list, &cli->arena, LIMIT_DIAG_TEXT);
	for (size_t i = 0; i < n; i++) {
		if (option_is_near(str_of(name), str_of(topics[i].name)))
			return verb_fail(cli, VERB_USAGE,
			    "%s: no such topic; did you mean %s?", name,
			    topics[i].name);
		buf_add_format(&list, "%s%s", i > 0 ? ", " : "",
		    topics[i].name);
	}
	return verb_fail(cli, VERB_USAGE, "%s: no such topic; there are %.*s",
	    name, STR_ARG(buf_take(&list)));
}

/* The register is the store's; what was approved is the log's. */
static int
hold(struct cli *cli, struct insight *insight, const struct spoken_item *item)
{
	const struct store_saying *saying = &item->saying;
	const struct insight_claim claims[] = {
		{ "change", STR("approve") },
		{ "number", saying->number },
		{ "topic", saying->topic },
		{ "text", saying->text },
		{ "supersedes", saying->supersedes },
		{ "operator", saying->approved_by },
	};
	const char *why = NULL;
	int r = insight_hold(insight, &why, saying->approved_index, claims,
	    ARRAY_LEN(claims));

	if (r != VERB_OK || why == NULL)
		return r;
	return verb_fail(cli, VERB_NO, "statement %.*s (entry %llu): %s",
	    STR_ARG(saying->number),
	    (unsigned long long)saying->approved_index, why);
}

static int
make_reply(struct cli *cli, struct insight *insight, struct reply *reply)
{
	struct report *report = NULL;
	struct spoken spoken;
	int64_t from_us;
	int64_t to_us;
	int r = spoken_read(&spoken, cli, insight_store(insight));

	if (r != VERB_OK)
		return r;
	reply->item = spoken_in_force(&spoken, str_of(reply->topic->name));
	if (reply->item == NULL)
		return refuse_reply(cli, &spoken, reply->topic);
	r = hold(cli, insight, reply->item);
	if (r != VERB_OK)
		return r;
	insight_year(insight, &from_us, &to_us);
	r = insight_report(insight, &report, from_us, to_us, false);
	reply->report = report;
	return r;
}

static int
run_answer(struct cli *cli)
{
	CLEANUP(insight_closep) struct insight *insight = NULL;
	const char *agency = option_get(&cli->options, "agency");
	struct reply reply = { 0 };
	int r = agency == NULL ? find_topic(cli, &reply.topic) : VERB_OK;

	if (r == VERB_OK)
		r = insight_open(&insight, cli);
	if (r != VERB_OK)
		return r;
	if (agency != NULL &&
	    !str_is_equal(str_of(agency), insight_log(insight)->holder))
		return send_on(cli, insight, agency);
	if (reply.topic == NULL)
		r = find_topic(cli, &reply.topic);
	if (r == VERB_OK)
		r = make_reply(cli, insight, &reply);
	if (r != VERB_OK || cli->is_json)
		return r != VERB_OK ? r : reply_json(cli, &reply);
	fprintf(cli->out.file, "%s\n\n", reply.topic->title);
	print_item(cli, reply.item);
	print_figures(cli, &reply);
	return VERB_OK;
}

/* --- tables -------------------------------------------------------------- */

#define ROLE_OPTION                                                            \
	{ .name = "role", .kind = OPTION_CHOICE, .value = "ROLE",              \
	    .help = "The role you act in",                                     \
	    .choices = "counsel|privacy_officer|data_owner",                   \
	    .is_required = true }

#define RECEIPT_OPTION                                                         \
	{ .name = "receipt", .kind = OPTION_FILE, .value = "FILE",             \
	    .help = "Save the receipt; - is standard output" }

static const struct option_spec add_options[] = {
	{ .name = "topic",
	    .kind = OPTION_TEXT,
	    .value = "TOPIC",
	    .help = "What it is about",
	    .is_required = true },
	{ .name = "text",
	    .kind = OPTION_TEXT,
	    .value = "TEXT",
	    .help = "The statement, one paragraph" },
	{ .name = "file",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "The same from a file; - is standard input" },
	{ .name = "supersedes",
	    .kind = OPTION_TEXT,
	    .value = "NUMBER",
	    .help = "The one in force on this topic" },
	ROLE_OPTION,
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec approve_options[] = {
	ROLE_OPTION,
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec read_options[] = { HOLDER_OPTION };

static const struct option_spec answer_options[] = {
	HOLDER_OPTION,
	{ .name = "agency",
	    .kind = OPTION_TEXT,
	    .value = "NAME",
	    .help = "Whose policy is asked about, where it is another's" },
};

static const struct verb actions[] = {
	{ .name = "add",
	    .usage = "NUMBER --topic TOPIC --text TEXT --role ROLE",
	    .summary = "Draft a statement",
	    .examples =
		"on bulk\tstile statement add S-26-1 --topic bulk --role "
		"privacy_officer --text 'We give no records in bulk.'\n",
	    .options = add_options,
	    .n_options = ARRAY_LEN(add_options),
	    .least = 1,
	    .most = 1,
	    .operands = "NUMBER",
	    .run = run_add },
	{ .name = "approve",
	    .usage = "NUMBER --role ROLE",
	    .summary = "Approve what another person drafted",
	    .examples = "as counsel\tstile statement approve S-26-1 --role "
			"counsel\n",
	    .options = approve_options,
	    .n_options = ARRAY_LEN(approve_options),
	    .least = 1,
	    .most = 1,
	    .operands = "NUMBER",
	    .run = run_approve },
	{ .name = "list",
	    .usage = "[--dir DIR]",
	    .summary = "List the statements",
	    .examples = "all of them\tstile statement list\n",
	    .options = read_options,
	    .n_options = ARRAY_LEN(read_options),
	    .operands = "",
	    .run = run_list },
	{ .name = "show",
	    .usage = "NUMBER",
	    .summary = "Show a statement",
	    .examples = "who approved it?\tstile statement show S-26-1\n",
	    .options = read_options,
	    .n_options = ARRAY_LEN(read_options),
	    .least = 1,
	    .most = 1,
	    .operands = "NUMBER",
	    .run = run_show },
	{ .name = "answer",
	    .usage = "TOPIC [--agency NAME]",
	    .summary = "Answer an inquiry",
	    .about = "With the statement in force on the topic and the figures "
		     "of the report that belong to it, with their checkpoint. "
		     "Of the policy of another agency it says that the answer "
		     "must come from that agency.",
	    .examples =
		"a newspaper asks\tstile statement answer refusals\n"
		"about somebody else\tstile statement answer immigration "
		"--agency ICE\n",
	    .options = answer_options,
	    .n_options = ARRAY_LEN(answer_options),
	    .least = 1,
	    .most = 1,
	    .operands = "TOPIC",
	    .run = run_answer },
};

const struct verb cmd_statement = {
	.name = "statement",
	.usage = "add|approve|list|show|answer",
	.summary = "What you say to the public, and who approved it",
	.about = "One person drafts, another approves; each is an entry of the "
		 "log. A statement is not changed: another supersedes it.",
	.examples = "a newspaper asks\tstile statement answer refusals\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
