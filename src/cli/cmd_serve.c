/* stile serve: the parent of the roles. */
#include "cli/supervise.h"
#include "cli/verb.h"

static int
run(struct cli *cli)
{
	return supervise_serve(cli->options.operands[0], supervise_roles,
	    supervise_n_roles, cli->out.file, cli->err.file);
}

const struct verb cmd_serve = {
	.name = "serve",
	.usage = "DIR",
	.summary = "Serve a holder until told to stop",
	.about = "Starts the four roles, each in a process and a sandbox of its "
		 "own: front (network), gate (decisions), keeper (keys), clerk "
		 "(publishing). SIGTERM ends them in order, losing nothing; "
		 "SIGHUP reads the packs again.",
	.examples = "in the foreground\tstile serve /var/lib/stile\n",
	.least = 1,
	.most = 1,
	.operands = "DIR",
	.run = run,
};
