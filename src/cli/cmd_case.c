/* stile case: investigations, registered by an agency's supervisor. */
#include "cli/https.h"
#include "cli/subject_json.h"

#define BODY_BYTES 65536

static const char *
path_of(struct cli *cli, const char *rest)
{
	return arena_format(&cli->arena, "/v1/investigations/%.*s%s",
	    STR_ARG(https_escape(&cli->arena, cli->options.operands[0])),
	    rest).p;
}

static int
run_open(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct json json;
	int r;

	buf_init(&body, BODY_BYTES);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "number", str_of(cli->options.operands[0]));
	json_put_string(&json, "offence",
	    str_of(option_get(&cli->options, "offence")));
	subject_json_put_seal(cli, &json);
	r = subject_json_put_list(cli, &json);
	json_close_object(&json);
	return r != VERB_OK ? r
			    : https_run(cli, "/v1/investigations",
				  buf_str(&body), NULL);
}

static int
run_close(struct cli *cli)
{
	return https_run(cli, path_of(cli, "/close"), STR(""), NULL);
}

static int
run_assign(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	const char *until = option_get(&cli->options, "until");
	struct json json;

	buf_init(&body, BODY_BYTES);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "requester", str_of(cli->options.operands[1]));
	if (until != NULL)
		json_put_string(&json, "until",
		    arena_format(&cli->arena, "%sT23:59:59Z", until));
	json_close_object(&json);
	return https_run(cli, path_of(cli, "/assignments"), buf_str(&body),
	    NULL);
}

static int
run_unassign(struct cli *cli)
{
	struct str rest = arena_format(&cli->arena, "/assignments/%.*s/end",
	    STR_ARG(https_escape(&cli->arena, cli->options.operands[1])));

	return https_run(cli, path_of(cli, rest.p), STR(""), NULL);
}

static int
run_show(struct cli *cli)
{
	return https_run(cli, path_of(cli, ""), (struct str){ 0 }, NULL);
}

#define RECEIPT_OPTION                                                         \
	{ .name = "receipt", .kind = OPTION_FILE, .value = "FILE",             \
	    .help = "Save the receipt; - is standard output" }

static const struct option_spec open_options[] = {
	{ .name = "offence",
	    .kind = OPTION_TEXT,
	    .value = "CODE",
	    .help = "What is investigated",
	    .is_required = true },
	SUBJECT_JSON_LIST,
	SUBJECT_JSON_SEAL,
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec assign_options[] = {
	{ .name = "until",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "The last day; without end when not given" },
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
	{ .name = "open",
	    .usage = "NUMBER --offence CODE [--subject KEY …]",
	    .summary = "Register an open investigation of your agency",
	    .about = "When subjects are named, questions about others wait for "
		     "a supervisor's approval.",
	    .examples =
		"a burglary\tstile case open 2026-0117 --offence burglary\n",
	    .options = open_options,
	    .n_options = ARRAY_LEN(open_options),
	    .least = 1,
	    .most = 1,
	    .operands = "NUMBER",
	    .run = run_open },
	{ .name = "assign",
	    .usage = "NUMBER REQUESTER [--until DAY]",
	    .summary = "Put a colleague on a case",
	    .examples =
		"until the end of March\tstile case assign 2026-0117 morris "
		"--until 2027-03-31\n",
	    .options = assign_options,
	    .n_options = ARRAY_LEN(assign_options),
	    .least = 2,
	    .most = 2,
	    .operands = "NUMBER REQUESTER",
	    .run = run_assign },
	{ .name = "unassign",
	    .usage = "NUMBER REQUESTER",
	    .summary = "Take a colleague off a case",
	    .examples = "at once\tstile case unassign 2026-0117 morris\n",
	    .options = plain_options,
	    .n_options = ARRAY_LEN(plain_options),
	    .least = 2,
	    .most = 2,
	    .operands = "NUMBER REQUESTER",
	    .run = run_unassign },
	{ .name = "close",
	    .usage = "NUMBER",
	    .summary = "Close a case: nothing flows from it any more",
	    .examples = "it is done\tstile case close 2026-0117\n",
	    PLAIN,
	    .run = run_close },
	{ .name = "show",
	    .usage = "NUMBER",
	    .summary = "Show a case of your agency",
	    .examples = "who is on it\tstile case show 2026-0117\n",
	    PLAIN,
	    .run = run_show },
};

const struct verb cmd_case = {
	.name = "case",
	.usage = "open|assign|unassign|close|show",
	.summary = "Register the investigations of your agency",
	.about = "For supervisors; each change is an entry of the holder's log.",
	.examples =
	    "a burglary\tstile case open 2026-0117 --offence burglary\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
