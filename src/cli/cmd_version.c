/* stile version: which build this is. */
#include "cli/verb.h"

static int
run(struct cli *cli)
{
	if (cli->is_json)
		fprintf(cli->out.file, "{\"version\":\"%s\"}\n", STILE_VERSION);
	else
		fprintf(cli->out.file, "stile %s\n", STILE_VERSION);
	return VERB_OK;
}

const struct verb cmd_version = {
	.name = "version",
	.usage = "",
	.summary = "Print the version",
	.examples = "for a bug report\tstile version\n",
	.run = run,
};
