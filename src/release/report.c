/* Making a report of figures; see report.h. */
#include "release/report.h"

#include <errno.h>
#include <stdlib.h>

#include "util/fault.h"
#include "util/instant.h"

/* Where the rows of a table are in the figures. */
struct order {
	const struct str *names;
	size_t rows[LIMIT_REPORT_ROWS];
	size_t n;
};

const char *
report_why(enum report_state state)
{
	switch (state) {
	case REPORT_NO_QUARTER:
		return "no quarter of the calendar lies whole in the period and "
		       "in the log";
	case REPORT_ERASED:
		return "values of the period are erased; what was published at "
		       "the time stands";
	case REPORT_GIVEN:
	default:
		return "";
	}
}

void
report_days(const struct report *report, char from[static 11],
    char to[static 11])
{
	instant_format_date(from, instant_day(report->figures->from_us));
	instant_format_date(to, instant_day(report->figures->to_us - 1));
}

/* A quarter is whole once the log goes on behind it. */
static size_t
count_whole(const struct figures *figures)
{
	size_t n = figures->n_quarters;

	if (figures->is_exact)
		return n;
	while (n > 0 &&
	    figures_quarter_us(figures->first_quarter + (int32_t)n) >
		figures->last_us)
		n--;
	return n;
}

static int
compare_names(const void *a, const void *b, void *context)
{
	const struct str *names = context;
	const size_t *x = a;
	const size_t *y = b;

	return str_compare(names[*x], names[*y]);
}

/* Does a list say nothing of that quarter: too few entries? */
static bool
is_left_out(const struct report *report, uint64_t n_entries)
{
	return !report->figures->is_exact && n_entries < report->least;
}

/* Whether a row of a list is named in a quarter that is counted. */
static bool
is_named(const struct report *report, const struct report_table *table,
    size_t row)
{
	size_t from;
	size_t to;

	figures_columns(table->table, &from, &to);
	for (size_t q = 0; q < report->n_quarters; q++) {
		const struct figures_quarter *quarter =
		    &report->figures->quarters[q];

		for (size_t k = from; k < to; k++) {
			if (quarter->cells[table->table][row][k] > 0 &&
			    !is_left_out(report,
				quarter->totals[table->spec->kind][k]))
				return true;
		}
	}
	return false;
}

static void
order_rows(struct order *order, const struct report *report,
    const struct report_table *table)
{
	const struct figures *figures = report->figures;

	*order = (struct order){ .names = figures->names[table->table] };
	if (!figures_is_list(table->table)) {
		while (figures_row(table->table, order->n) != NULL) {
			order->rows[order->n] = order->n;
			order->n++;
		}
		return;
	}
	for (size_t i = 0; i < figures->n_names[table->table]; i++) {
		if (is_named(report, table, i))
			order->rows[order->n++] = i;
	}
	qsort_r(order->rows, order->n, sizeof(order->rows[0]), compare_names,
	    (void *)(uintptr_t)order->names);
}

static void
name_rows(struct report_table *table, const struct order *order)
{
	table->n_rows = order->n;
	for (size_t i = 0; i < order->n; i++) {
		struct report_row *row = &table->rows[i];
		const struct figures_row_spec *spec;

		if (figures_is_list(table->table)) {
			row->id = row->title = order->names[order->rows[i]];
			continue;
		}
		spec = figures_row(table->table, i);
		row->id = spec->value[0] != '\0' ? str_of(spec->value)
						 : STR("else");
		row->title = str_of(spec->title);
	}
}

/* The table of one quarter, nothing withheld yet. */
static void
fill(struct suppress_table *one, const struct report_table *table,
    const struct figures_quarter *quarter, const struct order *order,
    size_t from)
{
	*one = (struct suppress_table){ .n_rows = table->n_rows,
		.n_columns = table->n_columns };
	for (size_t i = 0; i < table->n_rows; i++) {
		const struct figures_row_spec *spec =
		    figures_row(table->table, i);

		for (size_t k = 0; k < table->n_columns; k++) {
			struct suppress_cell *cell = &one->cells[i][k];

			cell->n = quarter->cells[table->table][order->rows[i]]
						[from + k];
			cell->is_impossible = spec != NULL &&
			    (spec->mask & 1U << (from + k)) == 0;
			one->cells[i][table->n_columns].n += cell->n;
		}
	}
}

/* Withhold what is to be withheld of one quarter. */
static void
protect(const struct report *report, struct suppress_table *one,
    struct report_table *table, const uint64_t *totals)
{
	if (!figures_is_list(table->table)) {
		if (!report->figures->is_exact)
			suppress_split(one, report->least);
		return;
	}
	for (size_t k = 0; k < table->n_columns; k++) {
		if (totals[k] == 0 || report->figures->is_exact)
			continue;
		if (is_left_out(report, totals[k])) {
			table->left_out[k] += totals[k];
			for (size_t i = 0; i < table->n_rows; i++)
				one->cells[i][k].n = 0;
			continue;
		}
		suppress_list(one, k, totals[k], report->least);
	}
}

static void
add(struct report_table *table, const struct suppress_table *one)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t k = 0; k <= table->n_columns; k++) {
			struct suppress_cell *sum = &table->rows[i].cells[k];

			sum->n += one->cells[i][k].n;
			sum->is_withheld |= one->cells[i][k].is_withheld;
		}
	}
}

/* What is withheld leaves no number behind, also not in memory. */
static void
close_table(struct report_table *table)
{
	bool is_list = figures_is_list(table->table);

	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t k = 0; k <= table->n_columns; k++) {
			struct suppress_cell *cell = &table->rows[i].cells[k];

			/* A list has no total of a row; nor figures when all
			 * of its quarters are left out. */
			if (is_list &&
			    (k == table->n_columns ||
				(table->totals[k] > 0 &&
				    table->left_out[k] == table->totals[k])))
				cell->is_withheld = true;
			if (!cell->is_withheld)
				continue;
			cell->n = 0;
			table->n_withheld += !is_list ||
			    k < table->n_columns;
		}
	}
}

static enum report_state
state_of(const struct report *report, const struct report_table *table)
{
	const struct figures *figures = report->figures;

	if (report->n_quarters == 0)
		return REPORT_NO_QUARTER;
	for (size_t q = 0; q < report->n_quarters && !figures->is_exact; q++) {
		if (figures->quarters[q].n_erased[table->spec->kind] > 0)
			return REPORT_ERASED;
	}
	if (table->table == FIGURES_BY_AGENCY && figures->has_lost_agencies &&
	    !figures->is_exact)
		return REPORT_ERASED;
	return REPORT_GIVEN;
}

static void
make_table(const struct report *report, struct report_table *table)
{
	struct suppress_table one;
	struct order order;
	size_t from;
	size_t to;

	figures_columns(table->table, &from, &to);
	table->n_columns = to - from;
	for (size_t k = from; k < to; k++)
		table->columns[k - from] =
		    figures_kinds[table->spec->kind].decisions[k];
	table->state = state_of(report, table);
	if (table->state != REPORT_GIVEN)
		return;
	order_rows(&order, report, table);
	name_rows(table, &order);
	for (size_t q = 0; q < report->n_quarters; q++) {
		const struct figures_quarter *quarter =
		    &report->figures->quarters[q];
		const uint64_t *totals =
		    &quarter->totals[table->spec->kind][from];

		for (size_t k = 0; k < table->n_columns; k++)
			table->totals[k] += totals[k];
		fill(&one, table, quarter, &order, from);
		protect(report, &one, table, totals);
		add(table, &one);
	}
	close_table(table);
}

int
report_make(struct report **out, struct arena *arena,
    const struct figures *figures, const struct report_log *log)
{
	struct report *report = ARENA_NEW(arena, struct report);

	if (report == NULL)
		return FAULT(ENOMEM);
	report->log = *log;
	report->figures = figures;
	report->least = LIMIT_REPORT_LEAST;
	report->n_quarters = count_whole(figures);
	for (size_t i = 0; i < FIGURES_N_TABLES; i++) {
		report->tables[i].table = (enum figures_table)i;
		report->tables[i].spec = &figures_specs[i];
		make_table(report, &report->tables[i]);
	}
	*out = report;
	return 0;
}
