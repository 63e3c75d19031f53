/* A report as JSON; docs/format/report.md describes it. */
#include <errno.h>

#include "release/report.h"
#include "util/fault.h"
#include "util/hex.h"
#include "util/json.h"

static const struct {
	const char *id, *title, *why;
} unknown[] = {
#define U(id, title, why) { id, title, why },
#include "release/figures.def"
};

static void
put_log(struct json *json, const struct report_log *log)
{
	char root[65];

	hex_format(root, log->root.b, sizeof(log->root.b));
	json_key(json, STR("log"));
	json_open_object(json);
	json_put_string(json, "origin", log->origin);
	json_put_i64(json, "size", (int64_t)log->size);
	json_put_string(json, "root", str_of(root));
	json_put_string(json, "checkpoint", log->checkpoint);
	json_close_object(json);
}

static void
put_period(struct json *json, const struct report *report)
{
	char from[11];
	char to[11];

	report_days(report, from, to);
	json_key(json, STR("period"));
	json_open_object(json);
	json_put_string(json, "from", str_of(from));
	json_put_string(json, "to", str_of(to));
	json_key(json, STR("quarters"));
	json_open_array(json);
	for (size_t i = 0; i < report->n_quarters; i++) {
		char text[FIGURES_QUARTER_TEXT];

		if (report->figures->is_exact)
			break;
		figures_quarter_text(text,
		    report->figures->first_quarter + (int32_t)i);
		json_string(json, str_of(text));
	}
	json_close_array(json);
	json_close_object(json);
}

static void
put_rule(struct json *json, const struct report *report)
{
	json_key(json, STR("rule"));
	json_open_object(json);
	json_put_i64(json, "least",
	    report->figures->is_exact ? 1 : (int64_t)report->least);
	json_put_string(json, "text",
	    report->figures->is_exact
		? STR("exact figures: for the holder's own use, not to be "
		      "published")
		: STR("in each quarter cells smaller than least are withheld, "
		      "and others with them, so that none can be worked out "
		      "from the rest; a figure is withheld when it is in one "
		      "of its quarters"));
	json_close_object(json);
}

static void
put_open(struct json *json, const struct figures *figures)
{
	json_key(json, STR("entries"));
	json_open_array(json);
	for (size_t i = 0; i < figures->n_counts; i++) {
		json_open_object(json);
		json_put_string(json, "type", figures->counts[i].type);
		json_put_string(json, "decision", figures->counts[i].decision);
		json_put_i64(json, "n", (int64_t)figures->counts[i].n);
		json_close_object(json);
	}
	json_close_array(json);
	json_key(json, STR("months"));
	json_open_array(json);
	for (size_t i = 0; i < figures->n_months; i++) {
		int32_t month = figures->first_month + (int32_t)i;
		const struct figures_kind_spec *kind =
		    &figures_kinds[FIGURES_REQUEST];
		char text[16];

		snprintf(text, sizeof(text), "%04d-%02d", month / 12 % 10000,
		    month % 12 + 1);
		json_open_object(json);
		json_put_string(json, "month", str_of(text));
		for (size_t k = 0; k < kind->n_decisions; k++)
			json_put_i64(json, kind->decisions[k],
			    (int64_t)figures->months[i][k]);
		json_close_object(json);
	}
	json_close_array(json);
	json_key(json, STR("packs"));
	json_open_object(json);
	json_put_raw(json, "in_force", figures->packs);
	json_put_i64(json, "changes", (int64_t)figures->n_pack_changes);
	json_close_object(json);
}

static void
put_cell(struct json *json, const struct suppress_cell *cell)
{
	if (cell->is_withheld)
		json_null(json);
	else
		json_i64(json, (int64_t)cell->n);
}

static void
put_row(struct json *json, const struct report_table *table,
    const struct report_row *row)
{
	json_open_object(json);
	json_put_string(json, "id", row->id);
	json_put_string(json, "title", row->title);
	json_key(json, STR("cells"));
	json_open_array(json);
	for (size_t k = 0; k < table->n_columns; k++)
		put_cell(json, &row->cells[k]);
	json_close_array(json);
	if (!figures_is_list(table->table)) {
		json_key(json, STR("total"));
		put_cell(json, &row->cells[table->n_columns]);
	}
	json_close_object(json);
}

static void
put_numbers(struct json *json, const char *name, const uint64_t *numbers,
    size_t n)
{
	json_key(json, str_of(name));
	json_open_array(json);
	for (size_t i = 0; i < n; i++)
		json_i64(json, (int64_t)numbers[i]);
	json_close_array(json);
}

static void
put_table(struct json *json, const struct report_table *table)
{
	json_open_object(json);
	json_put_string(json, "id", str_of(table->spec->id));
	json_put_string(json, "title", str_of(table->spec->title));
	json_put_string(json, "counts", str_of(table->spec->counts));
	json_key(json, STR("columns"));
	json_open_array(json);
	for (size_t k = 0; k < table->n_columns; k++)
		json_string(json, str_of(table->columns[k]));
	json_close_array(json);
	if (table->state != REPORT_GIVEN) {
		json_put_string(json, "not_given",
		    str_of(report_why(table->state)));
		json_close_object(json);
		return;
	}
	json_key(json, STR("rows"));
	json_open_array(json);
	for (size_t i = 0; i < table->n_rows; i++)
		put_row(json, table, &table->rows[i]);
	json_close_array(json);
	put_numbers(json, "entries", table->totals, table->n_columns);
	if (figures_is_list(table->table))
		put_numbers(json, "left_out", table->left_out,
		    table->n_columns);
	json_put_i64(json, "withheld", (int64_t)table->n_withheld);
	json_close_object(json);
}

static void
put_unknown(struct json *json)
{
	json_key(json, STR("not_known"));
	json_open_array(json);
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
		json_open_object(json);
		json_put_string(json, "id", str_of(unknown[i].id));
		json_put_string(json, "title", str_of(unknown[i].title));
		json_put_string(json, "why", str_of(unknown[i].why));
		json_close_object(json);
	}
	json_close_array(json);
}

int
report_json(struct buf *out, const struct report *report)
{
	struct json json;

	json_init(&json, out);
	json_open_object(&json);
	json_put_string(&json, "report", STR("stile-transparency/1"));
	json_put_string(&json, "holder", report->log.holder);
	json_put_bool(&json, "exact", report->figures->is_exact);
	put_period(&json, report);
	put_log(&json, &report->log);
	put_rule(&json, report);
	put_open(&json, report->figures);
	json_key(&json, STR("tables"));
	json_open_array(&json);
	for (size_t i = 0; i < FIGURES_N_TABLES; i++)
		put_table(&json, &report->tables[i]);
	json_close_array(&json);
	put_unknown(&json);
	json_close_object(&json);
	buf_add_char(out, '\n');
	return buf_finish(out) == 0 ? 0 : FAULT(ENOMEM);
}
