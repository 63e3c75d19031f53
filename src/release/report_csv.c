/*
 * A report as one CSV table, a figure a row: table, row, column, number. What is
 * withheld says "withheld" in place of a number.
 */
#include <errno.h>

#include "release/report.h"
#include "util/csv.h"
#include "util/fault.h"
#include "util/hex.h"

static void
put(struct buf *out, struct str table, struct str row, struct str column,
    struct str value)
{
	csv_add_cell(out, table);
	buf_add_char(out, ',');
	csv_add_cell(out, row);
	buf_add_char(out, ',');
	csv_add_cell(out, column);
	buf_add_char(out, ',');
	csv_add_cell(out, value);
	buf_add_text(out, "\r\n");
}

static void
put_number(struct buf *out, struct str table, struct str row, struct str column,
    uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	put(out, table, row, column, str_of(text));
}

static void
put_head(struct buf *out, const struct report *report)
{
	const struct report_log *log = &report->log;
	struct str about = STR("report");
	char root[65];
	char from[11];
	char to[11];

	hex_format(root, log->root.b, sizeof(log->root.b));
	report_days(report, from, to);
	buf_add_text(out, "table,row,column,number\r\n");
	put(out, about, STR("holder"), STR(""), log->holder);
	put(out, about, STR("period"), STR("from"), str_of(from));
	put(out, about, STR("period"), STR("to"), str_of(to));
	put(out, about, STR("log"), STR("origin"), log->origin);
	put_number(out, about, STR("log"), STR("size"), log->size);
	put(out, about, STR("log"), STR("root"), str_of(root));
	put(out, about, STR("exact"), STR(""),
	    report->figures->is_exact ? STR("yes, not to be published")
				      : STR("no"));
	put_number(out, about, STR("withheld"), STR("below"),
	    report->figures->is_exact ? 0 : report->least);
	for (size_t i = 0; i < report->n_quarters; i++) {
		char text[FIGURES_QUARTER_TEXT];

		if (report->figures->is_exact)
			break;
		figures_quarter_text(text,
		    report->figures->first_quarter + (int32_t)i);
		put(out, about, STR("quarter"), STR(""), str_of(text));
	}
}

static void
put_open(struct buf *out, const struct figures *figures)
{
	const struct figures_kind_spec *kind = &figures_kinds[FIGURES_REQUEST];

	for (size_t i = 0; i < figures->n_counts; i++)
		put_number(out, STR("entries"), figures->counts[i].type,
		    figures->counts[i].decision, figures->counts[i].n);
	for (size_t i = 0; i < figures->n_months; i++) {
		int32_t month = figures->first_month + (int32_t)i;
		char text[16];

		snprintf(text, sizeof(text), "%04d-%02d", month / 12 % 10000,
		    month % 12 + 1);
		for (size_t k = 0; k < kind->n_decisions; k++)
			put_number(out, STR("months"), str_of(text),
			    str_of(kind->decisions[k]),
			    figures->months[i][k]);
	}
	put_number(out, STR("packs"), STR("changes"), STR(""),
	    figures->n_pack_changes);
}

static void
put_cell(struct buf *out, const struct report_table *table,
    const struct report_row *row, size_t column)
{
	const struct suppress_cell *cell = &row->cells[column];
	struct str id = str_of(table->spec->id);
	struct str name = column < table->n_columns
	    ? str_of(table->columns[column])
	    : STR("total");

	if (cell->is_withheld)
		put(out, id, row->id, name, STR("withheld"));
	else
		put_number(out, id, row->id, name, cell->n);
}

static void
put_table(struct buf *out, const struct report_table *table)
{
	struct str id = str_of(table->spec->id);
	size_t n = table->n_columns + !figures_is_list(table->table);

	if (table->state != REPORT_GIVEN) {
		put(out, id, STR("not given"), STR(""),
		    str_of(report_why(table->state)));
		return;
	}
	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t k = 0; k < n; k++)
			put_cell(out, table, &table->rows[i], k);
	}
	for (size_t k = 0; k < table->n_columns; k++) {
		put_number(out, id, STR("all entries"),
		    str_of(table->columns[k]), table->totals[k]);
		if (table->left_out[k] > 0)
			put_number(out, id, STR("left out"),
			    str_of(table->columns[k]), table->left_out[k]);
	}
}

int
report_csv(struct buf *out, const struct report *report)
{
	put_head(out, report);
	put_open(out, report->figures);
	for (size_t i = 0; i < FIGURES_N_TABLES; i++)
		put_table(out, &report->tables[i]);
#define U(id, title, why) put(out, STR("not known"), STR(id), STR(title), STR(why));
#include "release/figures.def"
	return buf_finish(out) == 0 ? 0 : FAULT(ENOMEM);
}
