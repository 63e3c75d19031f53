/* stile role: the body of one process that serve started; not for people. */
#include "cli/role.h"
#include "cli/verb.h"

static int
run(struct cli *cli)
{
	return role_run(cli->options.operands[0], cli->options.operands[1]);
}

const struct verb cmd_role = {
	.name = "role",
	.usage = "NAME DIR",
	.summary = "One role of a served holder",
	.examples = "",
	.least = 2,
	.most = 2,
	.operands = "NAME DIR",
	.is_hidden = true,
	.run = run,
};
