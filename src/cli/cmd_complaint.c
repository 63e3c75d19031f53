/* stile complaint: what persons complain of, for the holder's privacy officer. */
#include "cli/https.h"
#include "util/json.h"

#define BODY_BYTES 65536

static const char *
path_of(struct cli *cli, const char *rest)
{
	return arena_format(&cli->arena, "/v1/complaints/%.*s%s",
	    STR_ARG(https_escape(&cli->arena, cli->options.operands[0])),
	    rest).p;
}

static int
run_list(struct cli *cli)
{
	return https_run(cli, "/v1/complaints", (struct str){ 0 }, NULL);
}

static int
run_show(struct cli *cli)
{
	return https_run(cli, path_of(cli, ""), (struct str){ 0 }, NULL);
}

static int
run_answer(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct json json;

	buf_init(&body, BODY_BYTES);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "finding",
	    str_of(option_get(&cli->options, "finding")));
	json_put_string(&json, "text",
	    str_of(option_get(&cli->options, "text")));
	json_close_object(&json);
	return https_run(cli, path_of(cli, "/answer"), buf_str(&body), NULL);
}

#define RECEIPT_OPTION                                                         \
	{ .name = "receipt", .kind = OPTION_FILE, .value = "FILE",             \
	    .help = "Save the receipt; - is standard output" }

static const struct option_spec plain_options[] = {
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec answer_options[] = {
	{ .name = "finding",
	    .kind = OPTION_CHOICE,
	    .value = "FINDING",
	    .help = "What came of it",
	    .choices = "upheld|partly-upheld|not-upheld|referred",
	    .is_required = true },
	{ .name = "text",
	    .kind = OPTION_TEXT,
	    .value = "TEXT",
	    .help = "What the person reads",
	    .is_required = true },
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct verb actions[] = {
	{ .name = "list",
	    .usage = "",
	    .summary = "Show what waits for an answer, oldest first",
	    .examples = "the queue\tstile complaint list\n",
	    .options = plain_options,
	    .n_options = ARRAY_LEN(plain_options),
	    .run = run_list },
	{ .name = "show",
	    .usage = "ID",
	    .summary = "Read a complaint",
	    .examples =
		"one of them\tstile complaint show 01JDZ8K3V5W6X7Y8Z9A0B1C2D3\n",
	    .options = plain_options,
	    .n_options = ARRAY_LEN(plain_options),
	    .least = 1,
	    .most = 1,
	    .operands = "ID",
	    .run = run_show },
	{ .name = "answer",
	    .usage = "ID --finding FINDING --text TEXT",
	    .summary = "Answer a complaint, once",
	    .examples =
		"the look-up was lawful\tstile complaint answer "
		"01JDZ8K3V5W6X7Y8Z9A0B1C2D3 --finding not-upheld --text "
		"'It belongs to a case that was open.'\n",
	    .options = answer_options,
	    .n_options = ARRAY_LEN(answer_options),
	    .least = 1,
	    .most = 1,
	    .operands = "ID",
	    .run = run_answer },
};

const struct verb cmd_complaint = {
	.name = "complaint",
	.usage = "list|show|answer",
	.summary = "Read and answer what persons complain of",
	.about = "For the holder's privacy officer. A person who was told of a "
		 "look-up may complain of it; complaint, reading and answer "
		 "are entries of the log.",
	.examples = "the queue\tstile complaint list\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
