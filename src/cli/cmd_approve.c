/* stile approve: another person's say on a request that waits for it. */
#include "cli/https.h"
#include "util/json.h"

#define BODY_BYTES 65536

static int
run(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct str path = arena_format(&cli->arena,
	    "/v1/requests/%.*s/approvals",
	    STR_ARG(https_escape(&cli->arena, cli->options.operands[0])));
	struct json json;

	buf_init(&body, BODY_BYTES);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "role",
	    str_of(option_get(&cli->options, "role")));
	json_put_bool(&json, "granted", !option_has(&cli->options, "refuse"));
	json_put_string(&json, "reason",
	    str_of(option_get(&cli->options, "reason")));
	json_close_object(&json);
	return https_run(cli, path.p, buf_str(&body), NULL);
}

static const struct option_spec options[] = {
	{ .name = "role",
	    .kind = OPTION_TEXT,
	    .value = "ROLE",
	    .help = "The role you act in: supervisor, counsel …",
	    .is_required = true },
	{ .name = "reason",
	    .letter = 'r',
	    .kind = OPTION_TEXT,
	    .value = "TEXT",
	    .help = "Why, in a sentence",
	    .is_required = true },
	{ .name = "refuse", .help = "Say no" },
	{ .name = "receipt",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Save the receipt; - is standard output" },
	HTTPS_OPTIONS,
};

const struct verb cmd_approve = {
	.name = "approve",
	.usage = "REQUEST --role ROLE --reason TEXT [--refuse]",
	.summary = "Approve or refuse a request that waits",
	.about = "REQUEST is the id of the referred request. Nobody approves "
		 "their own; its requester asks for the answer again.",
	.examples =
	    "a supervisor agrees\tstile approve 01JDZ8K3V5W6X7Y8Z9A0B1C2D3 "
	    "--role supervisor -r 'Linked to the case today'\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.least = 1,
	.most = 1,
	.operands = "REQUEST",
	.run = run,
};
