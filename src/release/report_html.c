/*
 * A report as one page: every number in a table, a plot beside it, no script
 * and nothing from elsewhere. Colours follow the reader's light or dark, and
 * are told apart by the order of the parts too.
 */
#include <errno.h>

#include "release/chart.h"
#include "release/report.h"
#include "release/webtext.h"
#include "util/fault.h"
#include "util/hex.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<style>\n"
    ":root{--ink:#1b1f24;--soft:#57606a;--paper:#fff;--line:#d0d7de;"
    "--c0:#1a7f37;--c1:#9a6700;--c2:#b42318}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b1;"
    "--paper:#0d1117;--line:#30363d;--c0:#3fb950;--c1:#d29922;"
    "--c2:#ff7b72}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1.5rem;max-width:60rem;color:var(--ink);"
    "background:var(--paper);font:1rem/1.5 system-ui,sans-serif}\n"
    "h1{margin:0;font-size:1.8rem}h2{margin:2.2rem 0 .3rem;"
    "font-size:1.2rem}\n"
    ".soft,caption{color:var(--soft)}p{margin:.4rem 0}\n"
    ".warn{border:2px solid var(--c2);padding:.5rem 1rem}\n"
    "table{width:100%;border-collapse:collapse}caption{text-align:left}\n"
    "th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);"
    "text-align:left}tbody th{font-weight:400}\n"
    "th.n,td.n{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}\n"
    "svg{width:100%;height:auto;max-width:44rem;display:block;"
    "margin:.5rem 0}svg text{font-size:12px;fill:var(--ink)}"
    "svg text.l{text-anchor:end}svg text.w{fill:var(--soft)}\n"
    ".c0{fill:var(--c0);color:var(--c0)}.c1{fill:var(--c1);"
    "color:var(--c1)}.c2{fill:var(--c2);color:var(--c2)}\n"
    "pre,code{font-size:.9em;overflow-wrap:anywhere;white-space:pre-wrap}\n"
    "@media print{body{max-width:none}}\n"
    "</style>\n";

static void
put(struct buf *page, const char *markup)
{
	buf_add_text(page, markup);
}

/* 12345 as "12,345". */
static void
put_number(struct buf *page, uint64_t n)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%llu", (unsigned long long)n);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf_add_char(page, ',');
		buf_add_char(page, text[i]);
	}
}

static void
put_count(struct buf *page, uint64_t n)
{
	put(page, "<td class=\"n\">");
	put_number(page, n);
	put(page, "</td>");
}

static void
put_head(struct buf *page, const struct report *report)
{
	char from[11];
	char to[11];

	report_days(report, from, to);
	put(page, head);
	buf_add_format(page, "<title>Transparency report, %s to %s</title>\n"
	    "</head>\n<body>\n<main>\n<h1>Transparency report</h1>\n"
	    "<p>How ", from, to);
	webtext_add(page, report->log.holder);
	buf_add_format(page,
	    " answered requests for motor-vehicle records from <time>%s</time> "
	    "to <time>%s</time>.</p>\n", from, to);
	if (report->figures->is_exact)
		put(page, "<p class=\"warn\"><strong>Exact figures, for the "
		    "holder's own use. Not to be published.</strong></p>\n");
}

static void
put_rule(struct buf *page, const struct report *report)
{
	if (report->figures->is_exact)
		return;
	buf_add_format(page,
	    "<section aria-labelledby=\"how\"><h2 id=\"how\">How to read "
	    "this</h2>\n<p>What is open in the log is counted for the whole "
	    "period, up to the checkpoint below; anybody can count it again. "
	    "The tables are counted from values that only the holder can open. "
	    "They cover whole quarters of the calendar");
	for (size_t i = 0; i < report->n_quarters; i++) {
		char text[FIGURES_QUARTER_TEXT];

		figures_quarter_text(text,
		    report->figures->first_quarter + (int32_t)i);
		buf_add_format(page, "%s%s", i == 0 ? ": " : ", ", text);
	}
	buf_add_format(page,
	    "%s. In each quarter a number below %llu is withheld, and others "
	    "with it, so that none can be worked out from the rest, from "
	    "another table or from another report; a number is withheld here "
	    "when it is in one of its quarters. Withheld does not mean "
	    "none.</p></section>\n",
	    report->n_quarters == 0 ? ", of which there is none yet" : "",
	    (unsigned long long)report->least);
}

static void
open_section(struct buf *page, const char *id, const char *title)
{
	buf_add_format(page,
	    "<section aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2>\n", id, id,
	    title);
}

static void
open_table(struct buf *page, const char *caption, const char *first,
    const char *const *columns, size_t n)
{
	buf_add_format(page,
	    "<table><caption>%s</caption>\n<thead><tr><th scope=\"col\">%s"
	    "</th>", caption, first);
	for (size_t i = 0; i < n; i++)
		buf_add_format(page, "<th scope=\"col\" class=\"n\">%s</th>",
		    columns[i]);
	put(page, "</tr></thead><tbody>\n");
}

static void
put_legend(struct buf *page, const char *const *columns, size_t n,
    size_t first)
{
	put(page, "<p class=\"soft\" aria-hidden=\"true\">");
	for (size_t k = 0; k < n; k++)
		buf_add_format(page, "<span class=\"c%zu\">■</span> %s ",
		    first + k, columns[k]);
	put(page, "</p>\n");
}

static void
put_entries(struct buf *page, const struct figures *figures)
{
	static const char *const columns[] = { "decision", "entries" };

	open_section(page, "entries", "Everything that was logged");
	open_table(page, "entries of the log, by kind and decision; open to "
	    "everybody", "kind", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < figures->n_counts; i++) {
		put(page, "<tr><th scope=\"row\">");
		webtext_add(page, figures->counts[i].type);
		put(page, "</th><td class=\"n\">");
		webtext_add(page, figures->counts[i].decision);
		put(page, "</td>");
		put_count(page, figures->counts[i].n);
		put(page, "</tr>\n");
	}
	put(page, "</tbody></table>\n<p>Policies in force at the end: <code>");
	webtext_add(page, figures->packs);
	buf_add_format(page, "</code>; changes in the period: "
	    "%llu.</p></section>\n",
	    (unsigned long long)figures->n_pack_changes);
}

static void
put_months(struct buf *page, const struct figures *figures)
{
	const struct figures_kind_spec *kind = &figures_kinds[FIGURES_REQUEST];
	struct chart_bar bars[LIMIT_REPORT_MONTHS];
	char texts[LIMIT_REPORT_MONTHS][16];

	for (size_t i = 0; i < figures->n_months; i++) {
		int32_t month = figures->first_month + (int32_t)i;

		snprintf(texts[i], sizeof(texts[i]), "%04d-%02d",
		    month / 12 % 10000, month % 12 + 1);
		bars[i] = (struct chart_bar){ .title = str_of(texts[i]) };
		for (size_t k = 0; k < kind->n_decisions; k++)
			bars[i].parts[k] = figures->months[i][k];
	}
	open_section(page, "months", "Decisions on requests, by month");
	chart_standing(page, "months-plot", "Decisions on requests, by month",
	    bars, figures->n_months, kind->n_decisions);
	put_legend(page, kind->decisions, kind->n_decisions, 0);
	open_table(page, "entries of requests; open to everybody", "month",
	    kind->decisions, kind->n_decisions);
	for (size_t i = 0; i < figures->n_months; i++) {
		buf_add_format(page, "<tr><th scope=\"row\">%s</th>",
		    texts[i]);
		for (size_t k = 0; k < kind->n_decisions; k++)
			put_count(page, figures->months[i][k]);
		put(page, "</tr>\n");
	}
	put(page, "</tbody></table></section>\n");
}

static void
put_cell(struct buf *page, const struct suppress_cell *cell)
{
	if (cell->is_withheld)
		put(page, "<td class=\"n soft\">withheld</td>");
	else
		put_count(page, cell->n);
}

static void
plot_table(struct buf *page, const struct report_table *table)
{
	struct chart_bar bars[LIMIT_REPORT_ROWS];
	char id[64];
	size_t from;
	size_t to;

	/* A decision has its colour, whichever columns a table has. */
	figures_columns(table->table, &from, &to);
	for (size_t i = 0; i < table->n_rows; i++) {
		bars[i] = (struct chart_bar){ .title = table->rows[i].title };
		for (size_t k = 0; k < table->n_columns; k++) {
			bars[i].parts[from + k] = table->rows[i].cells[k].n;
			bars[i].is_withheld |=
			    table->rows[i].cells[k].is_withheld;
		}
	}
	snprintf(id, sizeof(id), "%s-plot", table->spec->id);
	chart_lying(page, id, table->spec->title, bars, table->n_rows, to);
	put_legend(page, table->columns, table->n_columns, from);
}

/* What the columns add up to; of a list, what they are of. */
static void
put_totals(struct buf *page, const struct report_table *table)
{
	bool is_list = figures_is_list(table->table);
	uint64_t sum = 0;

	buf_add_format(page, "<tr><th scope=\"row\">%s</th>",
	    is_list ? "of so many entries" : "all");
	for (size_t k = 0; k < table->n_columns; k++) {
		put_count(page, table->totals[k]);
		sum += table->totals[k];
	}
	if (!is_list)
		put_count(page, sum);
	put(page, "</tr>\n</tbody></table>\n");
	for (size_t k = 0; k < table->n_columns; k++) {
		if (table->left_out[k] > 0)
			buf_add_format(page,
			    "<p class=\"soft\">%s: %llu entries are of "
			    "quarters with too few of them, and are left "
			    "out.</p>\n", table->columns[k],
			    (unsigned long long)table->left_out[k]);
	}
}

static void
put_table(struct buf *page, const struct report_table *table)
{
	bool is_list = figures_is_list(table->table);
	const char *columns[LIMIT_REPORT_COLUMNS + 1];

	open_section(page, table->spec->id, table->spec->title);
	if (table->state != REPORT_GIVEN) {
		buf_add_format(page, "<p>Not given: %s.</p></section>\n",
		    report_why(table->state));
		return;
	}
	plot_table(page, table);
	memcpy(columns, table->columns, sizeof(table->columns));
	columns[table->n_columns] = "total";
	open_table(page, table->spec->counts, "of which", columns,
	    table->n_columns + !is_list);
	for (size_t i = 0; i < table->n_rows; i++) {
		put(page, "<tr><th scope=\"row\">");
		webtext_add(page, table->rows[i].title);
		put(page, "</th>");
		for (size_t k = 0; k < table->n_columns + !is_list; k++)
			put_cell(page, &table->rows[i].cells[k]);
		put(page, "</tr>\n");
	}
	put_totals(page, table);
	put(page, "</section>\n");
}

static void
put_unknown(struct buf *page)
{
	open_section(page, "unknown", "What is not known");
	put(page, "<ul>\n");
#define U(id, title, why) put(page, "<li>" title ": " why ".</li>\n");
#include "release/figures.def"
	put(page, "</ul></section>\n");
}

static void
put_checkpoint(struct buf *page, const struct report_log *log)
{
	char root[65];

	hex_format(root, log->root.b, sizeof(log->root.b));
	open_section(page, "log", "The log it was counted from");
	put(page, "<p>");
	webtext_add(page, log->origin);
	put(page, ": ");
	put_number(page, log->size);
	buf_add_format(page, " entries, root <code>%s</code>. The checkpoint, "
	    "signed by the log:</p>\n<pre>", root);
	for (struct str rest = log->checkpoint, line;
	     str_split(&line, &rest, '\n');) {
		webtext_add(page, line);
		put(page, "\n");
	}
	put(page, "</pre></section>\n");
}

int
report_html(struct buf *page, const struct report *report)
{
	put_head(page, report);
	put_rule(page, report);
	put_entries(page, report->figures);
	put_months(page, report->figures);
	for (size_t i = 0; i < FIGURES_N_TABLES; i++)
		put_table(page, &report->tables[i]);
	put_unknown(page);
	put_checkpoint(page, &report->log);
	put(page, "</main>\n</body>\n</html>\n");
	return buf_finish(page) == 0 ? 0 : FAULT(ENOMEM);
}
