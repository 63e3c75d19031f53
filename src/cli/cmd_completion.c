/* stile completion: the shells' completion scripts. */
#include "cli/completion.h"
#include "cli/verb.h"

static int
run(struct cli *cli)
{
	const char *shell = cli->options.operands[0];

	if (!completion_write(cli->out.file, shell))
		return verb_fail(cli, VERB_USAGE,
		    "%s: one of bash, zsh, fish", shell);
	return VERB_OK;
}

const struct verb cmd_completion = {
	.name = "completion",
	.usage = "bash|zsh|fish",
	.summary = "Print the completion script of a shell",
	.examples =
	    "for this session\tsource <(stile completion bash)\n"
	    "for good\t"
	    "stile completion fish >~/.config/fish/completions/stile.fish\n",
	.least = 1,
	.most = 1,
	.operands = "bash, zsh or fish",
	.run = run,
};
