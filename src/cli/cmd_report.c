/* stile report: how the holder answered, in figures that may be published. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "cli/holder.h"
#include "cli/insight.h"
#include "util/file.h"
#include "util/instant.h"

typedef int form_fn(struct buf *out, const struct report *report);

static const struct {
	const char *name;
	const char *file;
	form_fn *write;
} forms[] = {
	{ "json", "report.json", report_json },
	{ "csv", "report.csv", report_csv },
	{ "html", "report.html", report_html },
};

static int
day_of(const char *text, int64_t *us)
{
	int32_t day;

	if (!instant_parse_date(&day, str_of(text)))
		return VERB_USAGE;
	*us = day * INSTANT_DAY;
	return VERB_OK;
}

/* The period that the command line says. */
static int
choose(struct cli *cli, const struct insight *insight, int64_t *from_us,
    int64_t *to_us)
{
	const char *from = option_get(&cli->options, "from");
	const char *to = option_get(&cli->options, "to");
	bool is_live = option_has(&cli->options, "live");
	bool has_year = option_has(&cli->options, "year");
	int year;
	int month;
	int day;

	if (is_live + has_year + (from != NULL) > 1 ||
	    (from == NULL) != (to == NULL))
		return verb_fail(cli, VERB_USAGE,
		    "one of --year, --live, and --from with --to");
	instant_civil(instant_day(insight_last_us(insight)), &year, &month,
	    &day);
	insight_year(insight, from_us, to_us);
	if (is_live)
		insight_year_of(year, from_us, to_us);
	if (has_year)
		insight_year_of((int)option_number(&cli->options, "year", 0),
		    from_us, to_us);
	if (from == NULL)
		return VERB_OK;
	if (day_of(from, from_us) != VERB_OK || day_of(to, to_us) != VERB_OK)
		return verb_fail(cli, VERB_USAGE, "a day is 2026-11-23");
	*to_us += INSTANT_DAY;
	return VERB_OK;
}

static int
write_form(struct cli *cli, struct str *text, form_fn *write,
    const struct report *report)
{
	struct buf out;
	int r;

	buf_init_in(&out, &cli->arena, LIMIT_REPORT_BYTES);
	r = write(&out, report);
	*text = buf_take(&out);
	if (r == 0 && text->p == NULL)
		r = -ENOMEM;
	return r < 0 ? verb_fault(cli, r, "report") : VERB_OK;
}

/* All three, each replaced whole. */
static int
write_all(struct cli *cli, const char *dir, const struct report *report)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct str path = arena_format(&cli->arena, "%s/%s", dir,
		    forms[i].file);
		struct str text;
		int r = write_form(cli, &text, forms[i].write, report);

		if (r != VERB_OK)
			return r;
		r = file_replace(AT_FDCWD, path.p, text, 0644);
		if (r < 0)
			return verb_fault(cli, r, path.p);
		if (!cli->is_quiet)
			fprintf(cli->out.file, "%s\n", path.p);
	}
	return VERB_OK;
}

/* --- what people read ---------------------------------------------------- */

static void
print_cell(struct cli *cli, const struct suppress_cell *cell)
{
	char number[32];

	fprintf(cli->out.file, "%12s",
	    cell->is_withheld ? "withheld" : terminal_number(number, cell->n));
}

static void
print_table(struct cli *cli, const struct report_table *table)
{
	FILE *out = cli->out.file;

	fprintf(out, "\n%s: ", table->spec->title);
	if (table->state != REPORT_GIVEN) {
		fprintf(out, "not given: %s\n", report_why(table->state));
		return;
	}
	fprintf(out, "%s\n%-36s", table->spec->counts, "");
	for (size_t k = 0; k < table->n_columns; k++)
		fprintf(out, "%12s", table->columns[k]);
	fputc('\n', out);
	for (size_t i = 0; i < table->n_rows; i++) {
		fputs("  ", out);
		terminal_cell(&cli->out, table->rows[i].title, 34);
		for (size_t k = 0; k < table->n_columns; k++)
			print_cell(cli, &table->rows[i].cells[k]);
		fputc('\n', out);
	}
}

static void
print(struct cli *cli, const struct report *report)
{
	const struct figures *figures = report->figures;
	FILE *out = cli->out.file;
	char number[32];
	char from[11];
	char to[11];

	report_days(report, from, to);
	terminal_text(&cli->out, report->log.holder, 200);
	fprintf(out, ", %s to %s, from ", from, to);
	terminal_text(&cli->out, report->log.origin, 200);
	fprintf(out, " at %s entries\n",
	    terminal_number(number, report->log.size));
	if (figures->is_exact)
		fputs("EXACT FIGURES, not to be published\n", out);
	for (size_t i = 0; i < figures->n_counts; i++) {
		fputs("  ", out);
		terminal_cell(&cli->out, figures->counts[i].type, 12);
		fputc(' ', out);
		terminal_cell(&cli->out, figures->counts[i].decision, 8);
		fprintf(out, "%12s\n",
		    terminal_number(number, figures->counts[i].n));
	}
	for (size_t i = 0; i < FIGURES_N_TABLES; i++)
		print_table(cli, &report->tables[i]);
}

static int
show(struct cli *cli, const struct report *report)
{
	const char *format = option_get(&cli->options, "format");

	if (format == NULL && cli->is_json)
		format = "json";
	if (format == NULL) {
		print(cli, report);
		return VERB_OK;
	}
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct str text;
		int r;

		if (strcmp(format, forms[i].name) != 0)
			continue;
		r = write_form(cli, &text, forms[i].write, report);
		return r == VERB_OK ? verb_write(cli, "-", text) : r;
	}
	return VERB_USAGE;
}

static int
run(struct cli *cli)
{
	CLEANUP(insight_closep) struct insight *insight = NULL;
	const char *dir = option_get(&cli->options, "out");
	struct report *report = NULL;
	int64_t from_us = 0;
	int64_t to_us = 0;
	int r = insight_open(&insight, cli);

	if (r == VERB_OK)
		r = choose(cli, insight, &from_us, &to_us);
	if (r == VERB_OK)
		r = insight_report(insight, &report, from_us, to_us,
		    option_has(&cli->options, "exact"));
	if (r != VERB_OK)
		return r;
	return dir != NULL ? write_all(cli, dir, report) : show(cli, report);
}

static const struct option_spec options[] = {
	HOLDER_OPTION,
	{ .name = "year",
	    .kind = OPTION_NUMBER,
	    .value = "YEAR",
	    .help = "Of that year; else the last whole one the log knows",
	    .least = 1970,
	    .most = 9998 },
	{ .name = "live", .help = "Of the year that runs" },
	{ .name = "from",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "From that day …" },
	{ .name = "to",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "… to that one" },
	{ .name = "out",
	    .letter = 'o',
	    .kind = OPTION_DIR,
	    .value = "FOLDER",
	    .help = "Write report.json, report.csv and report.html there" },
	{ .name = "format",
	    .kind = OPTION_CHOICE,
	    .value = "FORM",
	    .choices = "json|csv|html",
	    .help = "One of these on standard output" },
	{ .name = "exact",
	    .help = "Nothing withheld: for the holder's own use" },
};

const struct verb cmd_report = {
	.name = "report",
	.usage = "[--year YEAR | --live | --from DAY --to DAY] [--out FOLDER]",
	.summary = "How you answered, in figures that may be published",
	.about = "Counted from the log, whose checkpoint stands in it. Small "
		 "numbers are withheld, and others with them, so that none can "
		 "be worked out from the rest, from another table or from "
		 "another report.",
	.examples =
	    "last year, as JSON, CSV and a page\t"
	    "stile report --out /srv/www/transparency\n"
	    "this year so far\tstile report --live\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.operands = "",
	.run = run,
};
