/* stile import: records from a CSV file, by a mapping. */
#include "cli/holder.h"
#include "cli/result.h"
#include "cli/verb.h"
#include "limits.h"
#include "source/importer.h"
#include "util/clock.h"

static void
show_progress(void *context, uint64_t done, uint64_t all,
    const struct importer_report *so_far)
{
	(void)so_far;
	terminal_progress(context, "importing", (size_t)done, (size_t)all);
}

static void
put_columns(struct json *json, const char *name,
    const struct importer_column *columns, size_t n)
{
	json_key(json, str_of(name));
	json_open_array(json);
	for (size_t i = 0; i < n; i++) {
		json_open_object(json);
		json_put_string(json, "column", columns[i].name);
		if (columns[i].reason.len > 0)
			json_put_string(json, "why", columns[i].reason);
		json_close_object(json);
	}
	json_close_array(json);
}

static void
print_json(struct cli *cli, const struct importer_report *report, bool is_done)
{
	CLEANUP(result_end) struct result out;
	size_t n_told = MIN(report->n_rejected, (size_t)LIMIT_IMPORT_REASONS);

	result_begin(&out, cli);
	json_put_bool(&out.json, "imported",
	    is_done && !option_has(&cli->options, "dry-run"));
	json_put_i64(&out.json, "rows", (int64_t)report->n_rows);
	json_put_i64(&out.json, "new", (int64_t)report->n_new);
	json_put_i64(&out.json, "updated", (int64_t)report->n_updated);
	json_put_i64(&out.json, "rejected", (int64_t)report->n_rejected);
	put_columns(&out.json, "dropped", report->dropped, report->n_dropped);
	put_columns(&out.json, "ignored", report->ignored, report->n_ignored);
	json_key(&out.json, STR("reasons"));
	json_open_array(&out.json);
	for (size_t i = 0; i < n_told; i++) {
		json_open_object(&out.json);
		json_put_i64(&out.json, "line",
		    (int64_t)report->rejected[i].line);
		json_put_string(&out.json, "why", report->rejected[i].reason);
		json_close_object(&out.json);
	}
	json_close_array(&out.json);
}

static void
print(struct cli *cli, const struct importer_report *report, bool is_done)
{
	if (cli->is_json)
		print_json(cli, report, is_done);
	else
		importer_print(report, cli->out.file);
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
		print(cli, &report, r == 0);
	if (r == 0)
		return VERB_OK;
	return verb_diags(cli,
	    r == IMPORTER_E_CANNOT ? VERB_CANNOT : VERB_USAGE, &diags);
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
	.about = "FILE - is standard input. All or nothing: the old records "
		 "stand until the new ones are whole. Columns the gate must not hold (birthplace, citizenship, "
		 "immigration status, documents, social security number) are "
		 "dropped, and the report says so.",
	.examples =
	    "what would come in\t"
	    "stile import registrations.csv --map ny.map --dry-run\n"
	    "from another program\t"
	    "zcat registrations.csv.gz | stile import - --map ny.map\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.least = 1,
	.most = 1,
	.operands = "FILE",
	.run = run,
};
