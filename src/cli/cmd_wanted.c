/* stile wanted: warrants, each for exactly one person. */
#include "cli/https.h"
#include "cli/subject_json.h"

#define BODY_BYTES 65536

/* Options that become members of the same name. */
static const char *const members[] = { "kind", "court", "judge", "docket",
	"offence", "issued", "expires" };

static int
run_add(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct json json;
	int r;

	if (!option_has(&cli->options, "subject"))
		return verb_fail(cli, VERB_USAGE,
		    "--subject KEY is missing: a warrant is for exactly one "
		    "person");
	buf_init(&body, BODY_BYTES);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "number", str_of(cli->options.operands[0]));
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const char *text = option_get(&cli->options, members[i]);

		if (text != NULL)
			json_put_string(&json, members[i], str_of(text));
	}
	subject_json_put_seal(cli, &json);
	r = subject_json_put_list(cli, &json);
	json_close_object(&json);
	return r != VERB_OK
	    ? r
	    : https_run(cli, "/v1/wanted", buf_str(&body), NULL);
}

static const char *
path_of(struct cli *cli, const char *rest)
{
	return arena_format(&cli->arena, "/v1/wanted/%.*s%s",
	    STR_ARG(https_escape(&cli->arena, cli->options.operands[0])),
	    rest).p;
}

static int
run_recall(struct cli *cli)
{
	return https_run(cli, path_of(cli, "/recall"), STR(""), NULL);
}

static int
run_show(struct cli *cli)
{
	return https_run(cli, path_of(cli, ""), (struct str){ 0 }, NULL);
}

#define RECEIPT_OPTION                                                         \
	{ .name = "receipt", .kind = OPTION_FILE, .value = "FILE",             \
	    .help = "Save the receipt; - is standard output" }

static const struct option_spec add_options[] = {
	SUBJECT_JSON_LIST,
	SUBJECT_JSON_SEAL,
	{ .name = "kind",
	    .kind = OPTION_CHOICE,
	    .value = "KIND",
	    .help = "Kind of warrant",
	    .choices = "arrest|bench|art3-warrant|state-warrant",
	    .is_required = true },
	{ .name = "court",
	    .kind = OPTION_TEXT,
	    .value = "NAME",
	    .help = "The court that issued it",
	    .is_required = true },
	{ .name = "judge",
	    .kind = OPTION_TEXT,
	    .value = "NAME",
	    .help = "Who signed it" },
	{ .name = "docket",
	    .kind = OPTION_TEXT,
	    .value = "NUMBER",
	    .help = "The court's number" },
	{ .name = "offence",
	    .kind = OPTION_TEXT,
	    .value = "CODE",
	    .help = "What for",
	    .is_required = true },
	{ .name = "issued",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "Day it was signed",
	    .is_required = true },
	{ .name = "expires",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "Last day; without end when not given" },
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec plain_options[] = {
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

#define PLAIN                                                                  \
	.options = plain_options, .n_options = ARRAY_LEN(plain_options),       \
	.least = 1, .most = 1, .operands = "NUMBER"

static const struct verb actions[] = {
	{ .name = "add",
	    .usage = "NUMBER --subject KEY --kind KIND --court NAME --offence "
		     "CODE --issued DAY",
	    .summary = "Register a warrant",
	    .about = "All subjects are keys of the same one person: name, "
		     "licence, plate, VIN.",
	    .examples =
		"an arrest warrant\tstile wanted add W-26-5 --kind arrest "
		"--court 'County Court' --offence robbery --issued 2026-01-05 "
		"--subject person:MARTINEZ,ELENA,1984-03-09\n",
	    .options = add_options,
	    .n_options = ARRAY_LEN(add_options),
	    .least = 1,
	    .most = 1,
	    .operands = "NUMBER",
	    .run = run_add },
	{ .name = "recall",
	    .usage = "NUMBER",
	    .summary = "Recall a warrant, or say that it was served",
	    .examples = "it was withdrawn\tstile wanted recall W-26-5\n",
	    PLAIN,
	    .run = run_recall },
	{ .name = "show",
	    .usage = "NUMBER",
	    .summary = "Show a warrant of your agency",
	    .examples = "is it active?\tstile wanted show W-26-5\n",
	    PLAIN,
	    .run = run_show },
};

const struct verb cmd_wanted = {
	.name = "wanted",
	.usage = "add|recall|show",
	.summary = "Register the warrants of your agency",
	.about = "For supervisors; each change is an entry of the holder's log.",
	.examples = "is it active?\tstile wanted show W-26-5\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
