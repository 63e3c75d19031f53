/* stile serve: the parent of the roles. */
#include "cli/supervise.h"
#include "cli/verb.h"

static int
run(struct cli *cli)
{
	int code = supervise_serve(cli->options.operands[0], supervise_roles,
	    supervise_n_roles, cli->out.file, cli->err.file);

	/* Its 78 (EX_CONFIG) and 1 are ours: a wrong file, the surroundings. */
	if (code == 0)
		return VERB_OK;
	return code == 78 ? VERB_USAGE : VERB_CANNOT;
}

const struct verb cmd_serve = {
	.name = "serve",
	.usage = "DIR",
	.summary = "Serve a holder until told to stop",
	.about = "Starts the roles, each in a process and a sandbox of its own: "
		 "front (network), gate (decisions), keeper (keys), clerk "
		 "(publishing), and where witness.policy is set the courier "
		 "(witnesses). SIGTERM ends them in order, losing nothing; "
		 "SIGHUP reads the packs again.",
	.examples = "in the foreground\tstile serve /var/lib/stile\n",
	.least = 1,
	.most = 1,
	.operands = "DIR",
	.run = run,
};
