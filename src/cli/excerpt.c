/* Source text with underlines and words; see excerpt.h. */
#include "cli/excerpt.h"

#include "util/utf8.h"

#define TAB 8
#define MARGIN 8     /* columns kept behind what is underlined */
#define MANY_LINES 6 /* of one label: more are cut in the middle */
#define CUT 3	     /* columns of "..." */
#define MOST_COLUMNS 160 /* terminal.c gives 120 at most */

/* A label's part on one line, in columns of the line. */
struct mark {
	const struct excerpt_label *label;
	size_t from;
	size_t to;
	size_t anchor;	/* where its word hangs */
	bool has_word;	/* it ends on this line */
	bool is_placed; /* its word was printed */
};

struct view {
	const struct terminal *terminal;
	struct str source;
	const struct excerpt_label *labels[EXCERPT_LABELS]; /* larger first */
	size_t n_labels;
	unsigned gutter; /* columns of the line numbers */
	unsigned room;	 /* columns of source that fit */
};

/* A line of the source, without its newline. */
struct line {
	struct str text;
	size_t offset;
	size_t number;
};

/* Columns that are shown: from skip on, room of them. */
struct window {
	size_t skip;
	size_t shift; /* columns of the dots in front */
};

static size_t
cell_width(int32_t code, size_t column)
{
	return code == '\t' ? TAB - column % TAB : 1;
}

/* The column of a byte of the line. */
static size_t
column_of(const struct line *line, size_t offset)
{
	size_t column = 0;
	size_t at = 0;

	while (at < line->text.len && line->offset + at < offset) {
		size_t from = at;
		int32_t code = utf8_next(line->text, &at);

		if (code < 0)
			at = from + 1;
		column += cell_width(code, column);
	}
	return column;
}

static struct line
line_at(struct str source, size_t offset)
{
	struct line line = { .number = 1 };

	for (size_t i = 0; i < offset && i < source.len; i++) {
		if (source.p[i] == '\n') {
			line.number++;
			line.offset = i + 1;
		}
	}
	line.text = str_part(source, line.offset,
	    str_find(source, '\n', line.offset));
	return line;
}

static bool
next_line(struct line *line, struct str source)
{
	size_t end = line->offset + line->text.len;

	if (end >= source.len)
		return false;
	line->offset = end + 1;
	line->number++;
	line->text = str_part(source, line->offset,
	    str_find(source, '\n', line->offset));
	return true;
}

static void
put_gutter(const struct view *view, const struct line *line)
{
	terminal_style(view->terminal, TERMINAL_DIM);
	if (line != NULL)
		fprintf(view->terminal->file, "  %*zu |", (int)view->gutter,
		    line->number);
	else
		fprintf(view->terminal->file, "  %*s |", (int)view->gutter, "");
	terminal_style(view->terminal, TERMINAL_PLAIN);
}

static struct window
choose_window(const struct view *view, const struct mark *marks, size_t n)
{
	struct window window = { 0 };
	size_t first = SIZE_MAX;
	size_t last = 0;

	for (size_t i = 0; i < n; i++) {
		first = MIN(first, marks[i].from);
		last = MAX(last, marks[i].to);
	}
	if (n > 0 && last + MARGIN > view->room) {
		window.skip = MIN(first, last + MARGIN + CUT - view->room);
		window.shift = window.skip > 0 ? CUT : 0;
	}
	return window;
}

static void
put_source(const struct view *view, const struct line *line,
    const struct window *window)
{
	const struct terminal *terminal = view->terminal;
	size_t end = window->skip + view->room - window->shift;
	size_t column = 0;
	size_t at = 0;

	put_gutter(view, line);
	if (line->text.len > 0)
		fputs(window->shift > 0 ? " ..." : " ", terminal->file);
	while (at < line->text.len) {
		size_t from = at;
		int32_t code = utf8_next(line->text, &at);
		size_t width = cell_width(code, column);

		if (code < 0)
			at = from + 1;
		if (column >= end) {
			fputs("...", terminal->file);
			break;
		}
		if (column >= window->skip && code == '\t')
			fprintf(terminal->file, "%*s", (int)width, "");
		else if (column >= window->skip && code != '\r')
			terminal_text(terminal, str_part(line->text, from, at),
			    1);
		column += width;
	}
	fputc('\n', terminal->file);
}

/* Which mark owns each column: the smallest one that is there. */
static size_t
paint(uint8_t owners[static MOST_COLUMNS], struct mark *marks, size_t n,
    const struct window *window)
{
	size_t end = 0;

	memset(owners, 0, MOST_COLUMNS);
	for (size_t i = 0; i < n; i++) {
		for (size_t c = marks[i].from; c < marks[i].to; c++) {
			size_t at = c - window->skip + window->shift;

			if (c < window->skip || at >= MOST_COLUMNS)
				continue;
			owners[at] = (uint8_t)(i + 1);
			end = MAX(end, at + 1);
		}
	}
	for (size_t i = 0; i < n; i++) {
		size_t from = marks[i].from - MIN(marks[i].from, window->skip) +
		    window->shift;
		size_t to = from + (marks[i].to - marks[i].from);

		marks[i].anchor = MIN(from, (size_t)MOST_COLUMNS - 1);
		for (size_t at = from; at < MIN(to, (size_t)MOST_COLUMNS);
		     at++) {
			if (owners[at] != i + 1)
				continue;
			marks[i].anchor = at;
			break;
		}
	}
	return end;
}

/* The mark whose word hangs furthest to the right of those not yet placed. */
static struct mark *
rightmost(struct mark *marks, size_t n)
{
	struct mark *best = NULL;

	for (size_t i = 0; i < n; i++) {
		if (marks[i].is_placed || !marks[i].has_word)
			continue;
		if (best == NULL || marks[i].anchor >= best->anchor)
			best = &marks[i];
	}
	return best;
}

static void
put_word(const struct view *view, struct mark *mark)
{
	terminal_style(view->terminal, mark->label->style);
	terminal_text(view->terminal, mark->label->text,
	    view->terminal->width * 2);
	terminal_style(view->terminal, TERMINAL_PLAIN);
	mark->is_placed = true;
}

static void
put_underlines(const struct view *view, struct mark *marks, size_t n,
    const uint8_t owners[static MOST_COLUMNS], size_t end)
{
	FILE *file = view->terminal->file;
	struct mark *last = rightmost(marks, n);
	uint8_t styled = 0;

	put_gutter(view, NULL);
	fputc(' ', file);
	for (size_t at = 0; at < end; at++) {
		uint8_t owner = owners[at];

		if (owner != styled && styled != 0)
			terminal_style(view->terminal, TERMINAL_PLAIN);
		if (owner != styled && owner != 0)
			terminal_style(view->terminal,
			    marks[owner - 1].label->style);
		styled = owner;
		fputc(owner == 0 ? ' '
			: marks[owner - 1].label->is_main ? '^' : '-',
		    file);
	}
	if (styled != 0)
		terminal_style(view->terminal, TERMINAL_PLAIN);
	/* The last word may stand behind the underlines. */
	if (last != NULL && owners[end - 1] == last - marks + 1) {
		fputc(' ', file);
		put_word(view, last);
	}
	fputc('\n', file);
}

/* A row of bars down to the words still to come, up to column end. */
static size_t
put_bars(const struct view *view, const struct mark *marks, size_t n,
    size_t at, size_t end)
{
	for (; at < end; at++) {
		bool is_bar = false;

		for (size_t i = 0; i < n; i++)
			is_bar |= marks[i].has_word && !marks[i].is_placed &&
			    marks[i].anchor == at;
		fputc(is_bar ? '|' : ' ', view->terminal->file);
	}
	return at;
}

/* The words that fit beside each other, from the right. Returns: how many. */
static size_t
gather_row(struct mark **row, struct mark *marks, size_t n)
{
	size_t n_row = 0;
	struct mark *mark;

	while (n_row < EXCERPT_LABELS &&
	    (mark = rightmost(marks, n)) != NULL) {
		size_t width = terminal_width_of(mark->label->text);

		if (n_row > 0 &&
		    mark->anchor + width + 2 > row[n_row - 1]->anchor)
			break;
		mark->is_placed = true;
		row[n_row++] = mark;
	}
	return n_row;
}

static void
put_words(const struct view *view, struct mark *marks, size_t n)
{
	struct mark *row[EXCERPT_LABELS];
	struct mark *last = rightmost(marks, n);
	size_t n_row;

	if (last == NULL)
		return;
	put_gutter(view, NULL);
	fputc(' ', view->terminal->file);
	put_bars(view, marks, n, 0, last->anchor + 1);
	fputc('\n', view->terminal->file);
	while ((n_row = gather_row(row, marks, n)) > 0) {
		size_t at = 0;

		put_gutter(view, NULL);
		fputc(' ', view->terminal->file);
		while (n_row-- > 0) {
			at = put_bars(view, marks, n, at, row[n_row]->anchor);
			put_word(view, row[n_row]);
			at += terminal_width_of(row[n_row]->label->text);
		}
		fputc('\n', view->terminal->file);
	}
}

/* The labels' parts on a line. Returns: how many. */
static size_t
find_marks(const struct view *view, const struct line *line, struct mark *marks)
{
	size_t end = line->offset + line->text.len;
	size_t n = 0;

	for (size_t i = 0; i < view->n_labels; i++) {
		const struct excerpt_label *label = view->labels[i];
		size_t to = label->offset + MAX(label->len, (size_t)1);
		struct mark *mark = &marks[n];

		if (label->offset > end || to <= line->offset)
			continue;
		*mark = (struct mark){ .label = label,
			.from = column_of(line,
			    MAX(label->offset, line->offset)),
			.to = column_of(line, MIN(to, end)),
			.has_word = to <= end + 1 && label->text.len > 0 };
		if (label->offset < line->offset) {
			/* Not the blanks in front of what goes on. */
			size_t at = 0;

			while (at < line->text.len &&
			    (line->text.p[at] == ' ' ||
				line->text.p[at] == '\t'))
				at++;
			mark->from = column_of(line, line->offset + at);
		}
		mark->to = MAX(mark->to, mark->from + 1);
		n++;
	}
	return n;
}

static void
put_line(const struct view *view, const struct line *line, struct mark *marks,
    size_t n)
{
	uint8_t owners[MOST_COLUMNS];
	struct window window = choose_window(view, marks, n);
	size_t end;

	put_source(view, line, &window);
	if (n == 0)
		return;
	end = paint(owners, marks, n, &window);
	if (end == 0)
		return;
	put_underlines(view, marks, n, owners, end);
	put_words(view, marks, n);
}

/* A line in the middle of one long label says nothing. */
static bool
is_dull(const struct line *line, const struct mark *marks, size_t n,
    struct str source)
{
	for (size_t i = 0; i < n; i++) {
		const struct excerpt_label *label = marks[i].label;
		size_t first = line_at(source, label->offset).number;
		size_t last = line_at(source,
		    label->offset + MAX(label->len, (size_t)1) - 1).number;

		if (last - first < MANY_LINES || line->number == first ||
		    line->number == last)
			return false;
	}
	return true;
}

static void
put_lines(const struct view *view)
{
	struct line line = { 0 };
	size_t last = 0; /* number of the line printed last */
	size_t first = SIZE_MAX;
	size_t end = 0;

	for (size_t i = 0; i < view->n_labels; i++) {
		const struct excerpt_label *label = view->labels[i];

		first = MIN(first, label->offset);
		end = MAX(end, label->offset + MAX(label->len, (size_t)1));
	}
	line = line_at(view->source, first);
	do {
		struct mark marks[EXCERPT_LABELS];
		size_t n = find_marks(view, &line, marks);

		if (n == 0 || is_dull(&line, marks, n, view->source))
			continue;
		if (last > 0 && line.number > last + 1)
			terminal_print(view->terminal, TERMINAL_DIM,
			    "  %*s...\n", (int)view->gutter, "");
		put_line(view, &line, marks, n);
		last = line.number;
	} while (next_line(&line, view->source) && line.offset < end);
}

/* Larger labels first: smaller ones are painted over them. */
static void
add_label(struct view *view, const struct excerpt_label *label)
{
	size_t at = view->n_labels++;

	while (at > 0 && view->labels[at - 1]->len < label->len) {
		view->labels[at] = view->labels[at - 1];
		at--;
	}
	view->labels[at] = label;
}

void
excerpt_print(const struct terminal *terminal, struct str source,
    const struct excerpt_label *labels, size_t n)
{
	struct view view = { .terminal = terminal, .source = source };
	size_t end = 0;
	size_t last;

	for (size_t i = 0; i < MIN(n, (size_t)EXCERPT_LABELS); i++) {
		add_label(&view, &labels[i]);
		end = MAX(end, labels[i].offset + labels[i].len);
	}
	if (view.n_labels == 0)
		return;
	for (last = line_at(source, end).number; last > 0; last /= 10)
		view.gutter++;
	view.room = MIN(terminal->width, MOST_COLUMNS - 16u) - view.gutter - 6;
	put_lines(&view);
}

/* ------------------------------------------------------------------ */
/* Messages.							      */

static void
print_diag(const struct terminal *terminal, const struct diag *diag,
    struct str source)
{
	enum terminal_style style =
	    diag->is_warning ? TERMINAL_WAIT : TERMINAL_BAD;
	struct excerpt_label label = { .offset = diag->offset,
		.len = diag->len, .style = style, .is_main = true };
	FILE *file = terminal->file;

	if (diag->where.len > 0)
		terminal_print(terminal, TERMINAL_BOLD, "%.*s:",
		    STR_ARG(diag->where));
	if (diag->line > 0)
		terminal_print(terminal, TERMINAL_BOLD, "%zu:%zu:", diag->line,
		    diag->column);
	if (diag->where.len > 0 || diag->line > 0)
		fputc(' ', file);
	terminal_print(terminal, style, "%s",
	    diag->is_warning ? "warning" : "error");
	fputs(": ", file);
	terminal_text(terminal, diag->text, UINT16_MAX);
	fputc('\n', file);
	if (diag->line > 0 && source.p != NULL)
		excerpt_print(terminal, source, &label, 1);
	if (diag->help.len == 0)
		return;
	terminal_print(terminal, TERMINAL_GOOD, "  help");
	fputs(": ", file);
	terminal_text(terminal, diag->help, UINT16_MAX);
	fputc('\n', file);
}

void
excerpt_print_diags(const struct terminal *terminal,
    const struct diag_list *diags)
{
	for (size_t i = 0; i < diags->n_items; i++)
		print_diag(terminal, &diags->items[i], diags->source);
	if (diags->n_dropped > 0)
		fprintf(terminal->file, "... and %zu more\n",
		    diags->n_dropped);
}
