/* stile import: records from a CSV file, by a mapping. */
#include "cli/holder.h"
#include "cli/verb.h"
#include "source/importer.h"
#include "util/clock.h"

static void
show_progress(void *context, uint64_t done, uint64_t all,
    const struct importer_report *so_far)
{
	(void)so_far;
	terminal_progress(context, "importing", (size_t)done, (size_t)all);
}

static int
run(struct cli *cli)
{
	struct clock clock = clock_system();
	struct importer_report report = { 0 };
	struct importer_options options = {
		.csv = cli->options.operands[0],
		.map = option_get(&cli->options, "map"),
		.dir = holder_dir(cli),
		.now_us = clock_now_us(&clock),
		.is_check = option_has(&cli->options, "dry-run"),
		.progress = cli->is_quiet ? NULL : show_progress,
		.context = &cli->err,
	};
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, STR(""), (struct str){ 0 });
	r = importer_run(&report, &diags, &cli->arena, &options);
	if (r < 0)
		return verb_fault(cli, r, options.csv);
	if (r == 0 || r == IMPORTER_E_EMPTY)
		importer_print(&report, cli->out.file);
	return r > 0 ? verb_diags(cli, VERB_USAGE, &diags) : VERB_OK;
}

static const struct option_spec options[] = {
	HOLDER_OPTION,
	{ .name = "map",
	    .letter = 'm',
	    .kind = OPTION_FILE,
	    .value = "MAP",
	    .help = "Mapping file: which column is which field",
	    .is_required = true },
	{ .name = "dry-run", .help = "Read and report only, store nothing" },
};

const struct verb cmd_import = {
	.name = "import",
	.usage = "FILE --map MAP [--dir DIR] [--dry-run]",
	.summary = "Import records from a CSV file",
	.about = "All or nothing: the old records stand until the new ones are "
		 "whole. Columns the gate must not hold (birthplace, citizenship, "
		 "immigration status, documents, social security number) are "
		 "dropped, and the report says so.",
	.examples =
	    "what would come in\t"
	    "stile import registrations.csv --map ny.map --dry-run\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.least = 1,
	.most = 1,
	.operands = "FILE",
	.run = run,
};
