/* CSV reader and cell writer; see csv.h. */
#include "util/csv.h"

#include <assert.h>
#include <errno.h>

#include "util/fault.h"

void
csv_init(struct csv *csv, struct str text, char separator)
{
	*csv = (struct csv){ .text = text, .separator = separator,
		.line = 1 };
	buf_init(&csv->cell, LIMIT_CSV_FIELD);
	if (str_has_prefix(text, STR("\xef\xbb\xbf")))
		csv->at = 3;
}

void
csv_fini(struct csv *csv)
{
	buf_fini(&csv->cell);
}

static bool
is_line_end(const struct csv *csv)
{
	return csv->at >= csv->text.len || csv->text.p[csv->at] == '\n' ||
	    csv->text.p[csv->at] == '\r';
}

static void
skip_line_end(struct csv *csv)
{
	if (csv->at < csv->text.len && csv->text.p[csv->at] == '\r')
		csv->at++;
	if (csv->at < csv->text.len && csv->text.p[csv->at] == '\n')
		csv->at++;
}

static void
skip_line(struct csv *csv)
{
	while (!is_line_end(csv))
		csv->at++;
	skip_line_end(csv);
}

/* A quoted cell: the opening quote is at csv->at. */
static int
quoted(struct csv *csv)
{
	size_t from = ++csv->at;

	for (;;) {
		size_t quote = str_find(csv->text, '"', from);

		if (quote >= csv->text.len)
			return CSV_E_QUOTE;
		buf_add(&csv->cell, csv->text.p + from, quote - from);
		if (quote + 1 >= csv->text.len ||
		    csv->text.p[quote + 1] != '"') {
			csv->at = quote + 1;
			break;
		}
		buf_add_char(&csv->cell, '"');
		from = quote + 2;
	}
	if (!is_line_end(csv) && csv->text.p[csv->at] != csv->separator)
		return CSV_E_QUOTE;
	return 0;
}

static int
plain(struct csv *csv)
{
	const char *text = csv->text.p;
	size_t end = csv->text.len;
	size_t from = csv->at;
	size_t at = from;

	if (at < end && text[at] == '"')
		return quoted(csv);
	while (at < end && text[at] != csv->separator && text[at] != '\n' &&
	    text[at] != '\r')
		at++;
	csv->at = at;
	buf_add(&csv->cell, text + from, at - from);
	return 0;
}

/* Is a cell over at this byte? */
static bool
is_cell_end(const struct csv *csv, size_t at)
{
	return at >= csv->text.len || csv->text.p[at] == csv->separator ||
	    csv->text.p[at] == '\n' || csv->text.p[at] == '\r';
}

/* A cell of a row with broken quotes: it does not leave its line. */
static int
mended(struct csv *csv)
{
	size_t from = csv->at;
	size_t at;

	if (!is_line_end(csv) && csv->text.p[csv->at] == '"') {
		for (at = from + 1; at < csv->text.len &&
		     csv->text.p[at] != '\n' && csv->text.p[at] != '\r'; at++) {
			if (csv->text.p[at] != '"' || !is_cell_end(csv, at + 1))
				continue;
			buf_add(&csv->cell, csv->text.p + from + 1,
			    at - from - 1);
			csv->at = at + 1;
			return 0;
		}
		from = ++csv->at; /* no end in this line: no beginning */
	}
	while (!is_cell_end(csv, csv->at))
		csv->at++;
	buf_add(&csv->cell, csv->text.p + from, csv->at - from);
	return 0;
}

static int
row(struct csv *csv, int (*cell)(struct csv *csv))
{
	csv->n_cells = 0;
	csv->start[0] = 0;
	for (;;) {
		int r;

		if (csv->n_cells == LIMIT_CSV_COLUMNS)
			return CSV_E_COLUMNS;
		r = cell(csv);
		if (r != 0)
			return r;
		csv->start[++csv->n_cells] = csv->cell.len;
		if (is_line_end(csv))
			return 0;
		csv->at++;
	}
}

/* Bring csv->line up to the byte at csv->at. */
static void
count_lines(struct csv *csv)
{
	for (size_t i = csv->counted; i < csv->at; i++)
		csv->line += csv->text.p[i] == '\n';
	csv->counted = csv->at;
}

void
csv_shift(struct csv *csv, struct str text, size_t n_gone)
{
	assert(n_gone <= csv->at && csv->counted <= csv->at);
	count_lines(csv);
	csv->text = text;
	csv->at -= n_gone;
	csv->counted -= n_gone;
}

int
csv_next(struct csv *csv)
{
	size_t from;
	int r;

	while (csv->at < csv->text.len && is_line_end(csv))
		csv->at++;
	count_lines(csv);
	if (csv->at >= csv->text.len)
		return CSV_E_END;
	from = csv->at;
	buf_reset(&csv->cell);
	csv->is_mended = false;
	r = row(csv, plain);
	if (r == CSV_E_QUOTE && csv->is_lenient) {
		csv->at = from;
		csv->is_mended = true;
		buf_reset(&csv->cell);
		r = row(csv, mended);
	}
	if (r == 0 && csv->cell.failed == ENOBUFS)
		r = CSV_E_CELL;
	if (r == 0 && csv->cell.failed != 0)
		return FAULT(csv->cell.failed);
	if (r != 0) {
		csv->at = from;
		csv->n_cells = 0;
		skip_line(csv);
	}
	return r;
}

void
csv_clear(struct csv *csv)
{
	buf_reset(&csv->cell);
	csv->n_cells = 0;
	csv->start[0] = 0;
}

int
csv_push(struct csv *csv, struct str text)
{
	if (csv->n_cells == LIMIT_CSV_COLUMNS)
		return CSV_E_COLUMNS;
	buf_add_str(&csv->cell, text);
	if (csv->cell.failed != 0)
		return csv->cell.failed == ENOBUFS ? CSV_E_CELL
						   : FAULT(ENOMEM);
	csv->start[++csv->n_cells] = csv->cell.len;
	return 0;
}

struct str
csv_cell(const struct csv *csv, size_t i)
{
	if (i >= csv->n_cells)
		return STR("");
	return str_part(buf_str(&csv->cell), csv->start[i], csv->start[i + 1]);
}

const char *
csv_text(int outcome)
{
	switch (outcome) {
	case CSV_E_END:
		return "no more rows";
	case CSV_E_QUOTE:
		return "a quoted cell has no end or text follows its end";
	case CSV_E_COLUMNS:
		return "too many cells in the row";
	case CSV_E_CELL:
		return "the row is too long";
	default:
		return "unreadable row";
	}
}

void
csv_add_cell(struct buf *buf, struct str text)
{
	bool is_formula = text.len > 0 && memchr("=+-@\t\r", text.p[0], 6);
	bool is_quoted = is_formula;

	for (size_t i = 0; i < text.len && !is_quoted; i++)
		is_quoted = memchr(",\"\r\n;", text.p[i], 5) != NULL;
	if (!is_quoted) {
		buf_add_str(buf, text);
		return;
	}
	buf_add_char(buf, '"');
	if (is_formula)
		buf_add_char(buf, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '"')
			buf_add_char(buf, '"');
		buf_add_char(buf, text.p[i]);
	}
	buf_add_char(buf, '"');
}
