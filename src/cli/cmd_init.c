/* stile init: a new holder's directory. */
#include "cli/init.h"
#include "cli/result.h"
#include "cli/verb.h"

static int
print_json(struct cli *cli, const struct init_options *options)
{
	CLEANUP(result_end) struct result out;

	result_begin(&out, cli);
	json_put_string(&out.json, "dir", str_of(options->dir));
	json_put_string(&out.json, "holder", str_of(options->holder));
	json_put_string(&out.json, "state", str_of(options->state));
	return VERB_OK;
}

static int
run(struct cli *cli)
{
	const char *hosts[LIMIT_OPTIONS];
	struct init_options options = {
		.dir = cli->options.operands[0],
		.holder = option_get(&cli->options, "holder"),
		.name = option_get(&cli->options, "name"),
		.state = option_get(&cli->options, "state"),
		.origin = option_get(&cli->options, "origin"),
		.hosts = hosts,
		.port = option_number(&cli->options, "port", 0),
		.years = option_number(&cli->options, "years", 0),
	};
	size_t at = 0;
	const char *host;
	int r;

	while ((host = option_next(&cli->options, "host", &at)) != NULL)
		hosts[options.n_hosts++] = host;
	r = init_holder(&options,
	    cli->is_quiet || cli->is_json ? NULL : cli->out.file,
	    cli->err.file);
	if (r < 0)
		return verb_fault(cli, r, options.dir);
	if (r > 0)
		return r == INIT_E_EXISTS ? VERB_NO : VERB_USAGE;
	return cli->is_json ? print_json(cli, &options) : VERB_OK;
}

static const struct option_spec options[] = {
	{ .name = "holder",
	    .kind = OPTION_TEXT,
	    .value = "ID",
	    .help = "Short id in every entry, e.g. NYDMV",
	    .is_required = true },
	{ .name = "name",
	    .kind = OPTION_TEXT,
	    .value = "NAME",
	    .help = "The holder's name for people",
	    .is_required = true },
	{ .name = "state",
	    .kind = OPTION_TEXT,
	    .value = "ST",
	    .help = "Two letters",
	    .is_required = true },
	{ .name = "origin",
	    .kind = OPTION_TEXT,
	    .value = "ORIGIN",
	    .help = "Name of the log, a schema-less URL" },
	{ .name = "host",
	    .kind = OPTION_TEXT,
	    .value = "NAME",
	    .help = "Name or address for the server's certificate",
	    .is_repeated = true },
	{ .name = "port",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "TCP port to serve on",
	    .least = 1,
	    .most = 65535 },
	{ .name = "years",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "Years the certificate authority is good; else 10",
	    .least = 1,
	    .most = 30 },
};

const struct verb cmd_init = {
	.name = "init",
	.usage = "DIR --holder ID --name NAME --state ST",
	.summary = "Make a new holder's directory",
	.about = "Keys, certificate authority, empty store, configuration and "
		 "the folders around them: whole, or not at all. A directory "
		 "that exists is never touched.",
	.examples =
	    "a holder for New York\t"
	    "stile init /var/lib/stile --holder NYDMV --name 'New York State DMV'"
	    " --state NY --host gate.example\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.least = 1,
	.most = 1,
	.operands = "DIR",
	.run = run,
};
