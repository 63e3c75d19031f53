/* The index of what is withheld; see vaughn.h. */
#include "release/vaughn.h"

#include <errno.h>

#include "release/profile.h"
#include "release/webtext.h"
#include "util/base64.h"
#include "util/csv.h"
#include "util/fault.h"
#include "util/hex.h"

enum {
	COLUMNS = 12,
};

static const char *const columns[COLUMNS] = { "release", "root", "entry",
	"time", "type", "label", "exemptions", "harm", "statement",
	"segregated", "reviewer", "made" };

static const char style[] =
    "body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:78em;"
    "padding:0 1em;color:#111;background:#fff}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{border-bottom:1px solid #ccc;padding:.25em .6em;text-align:left;"
    "vertical-align:top}\n"
    "th{position:sticky;top:0;background:#fff}\n"
    "code{font:12px/1.4 ui-monospace,monospace;word-break:break-all}\n";

void
vaughn_init(struct vaughn *vaughn, int fd, bool is_html,
    const struct inspect_report *report)
{
	*vaughn = (struct vaughn){ .is_html = is_html, .report = report };
	sink_init(&vaughn->sink, fd, LIMIT_RELEASE_LINE);
	arena_init(&vaughn->arena, LIMIT_RELEASE_LINE);
	hex_format(vaughn->release, report->body.b, sizeof(report->body.b));
	base64_format(vaughn->root, BASE64_STANDARD, report->root.b,
	    sizeof(report->root.b));
}

void
vaughn_fini(struct vaughn *vaughn)
{
	sink_fini(&vaughn->sink);
	arena_fini(&vaughn->arena);
}

static void
add_cells(struct vaughn *vaughn, const struct str *cells, size_t n)
{
	struct buf *out = &vaughn->sink.buf;

	buf_add_text(out, vaughn->is_html ? "<tr>" : "");
	for (size_t i = 0; i < n; i++) {
		if (vaughn->is_html) {
			buf_add_text(out, "<td>");
			webtext_add(out, cells[i]);
		} else {
			if (i > 0)
				buf_add_char(out, ',');
			csv_add_cell(out, cells[i]);
		}
	}
	buf_add_text(out, vaughn->is_html ? "\n" : "\r\n");
}

/* What the exemptions named protect. */
static struct str
harm_of(struct vaughn *vaughn, struct str codes)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct str code;
	struct str rest = codes;

	buf_init(&text, LIMIT_RELEASE_LINE);
	while (rest.len > 0 && str_split(&code, &rest, ',')) {
		for (size_t i = 0; i < vaughn->head->n_exemptions; i++) {
			const struct sheet_exemption *row =
			    &vaughn->head->exemptions[i];

			if (!str_is_equal(row->code, code))
				continue;
			buf_add_text(&text, text.len > 0 ? "; " : "");
			buf_add_str(&text, row->harm);
		}
	}
	return arena_str(&vaughn->arena, buf_str(&text));
}

/* The person who read texts, where there was one. */
static struct str
reviewer_of(const struct vaughn *vaughn, struct str label)
{
	const struct signoff_list *signs = &vaughn->report->signs;

	if (profile_nature(label) != PROFILE_TEXT)
		return STR("");
	for (size_t i = 0; i < signs->n; i++) {
		if (strcmp(signs->items[i].act, "review") == 0)
			return str_of(signs->items[i].person);
	}
	return STR("");
}

static struct str
statement_of(struct vaughn *vaughn, const struct sheet_withheld *row)
{
	if (row->how.len == 0)
		return STR("");
	return arena_format(&vaughn->arena, "%.*s: %.*s", STR_ARG(row->how),
	    STR_ARG(row->said));
}

static int
add_row(struct vaughn *vaughn, const struct inspect_entry *entry,
    const struct sheet_withheld *row)
{
	struct str cells[COLUMNS];
	size_t n = 0;

	arena_reset(&vaughn->arena);
	if (!vaughn->is_html) {
		cells[n++] = str_of(vaughn->release);
		cells[n++] = str_of(vaughn->root);
	}
	cells[n++] = arena_format(&vaughn->arena, "%llu",
	    (unsigned long long)entry->sheet->index);
	cells[n++] = entry->time;
	cells[n++] = entry->type;
	cells[n++] = row->label;
	cells[n++] = row->exemptions;
	cells[n++] = harm_of(vaughn, row->exemptions);
	cells[n++] = statement_of(vaughn, row);
	cells[n++] = row->how.len > 0 ? STR("y") : STR("n");
	cells[n++] = reviewer_of(vaughn, row->label);
	if (!vaughn->is_html)
		cells[n++] = vaughn->head->made;
	for (size_t i = 0; i < n; i++) {
		if (cells[i].p == NULL)
			return FAULT(ENOMEM);
	}
	add_cells(vaughn, cells, n);
	return TRACE(sink_pass(&vaughn->sink));
}

static void
begin_page(struct vaughn *vaughn)
{
	struct buf *out = &vaughn->sink.buf;

	webtext_add_head(out, STR("Index of what is withheld"), style);
	buf_add_text(out, "<h1>Index of what is withheld</h1>\n<p>");
	webtext_add(out, vaughn->head->title);
	buf_add_format(out,
	    "; entries %llu to %llu of the log <code>",
	    (unsigned long long)vaughn->head->from,
	    (unsigned long long)vaughn->head->to - 1);
	webtext_add(out, vaughn->head->origin);
	buf_add_format(out,
	    "</code>, %llu shown, %llu not.\n<p>Release <code>%s</code>, "
	    "root of the log <code>%s</code>, made ",
	    (unsigned long long)vaughn->report->n_shown,
	    (unsigned long long)vaughn->report->n_bare, vaughn->release,
	    vaughn->root);
	webtext_add(out, vaughn->head->made);
	buf_add_text(out, ".\n<table>\n<thead><tr>");
	for (size_t i = 2; i < COLUMNS - 1; i++)
		buf_add_format(out, "<th>%s", columns[i]);
	buf_add_text(out, "\n<tbody>\n");
}

static int
begin(void *context, const struct sheet_head *head)
{
	struct vaughn *vaughn = context;
	struct str cells[COLUMNS];

	vaughn->head = head;
	if (vaughn->is_html) {
		begin_page(vaughn);
		return TRACE(sink_pass(&vaughn->sink));
	}
	for (size_t i = 0; i < COLUMNS; i++)
		cells[i] = str_of(columns[i]);
	add_cells(vaughn, cells, COLUMNS);
	return TRACE(sink_pass(&vaughn->sink));
}

static int
add_entry(void *context, const struct inspect_entry *entry)
{
	struct vaughn *vaughn = context;

	for (size_t i = 0; i < entry->sheet->n_withheld; i++) {
		int r = add_row(vaughn, entry, &entry->sheet->withheld[i]);

		if (r < 0)
			return TRACE(r);
	}
	return 0;
}

static int
end(void *context, const struct inspect_report *report)
{
	struct vaughn *vaughn = context;
	struct buf *out = &vaughn->sink.buf;

	(void)report;
	if (vaughn->is_html) {
		buf_add_text(out, "</table>\n<h2>Exemptions</h2>\n<dl>\n");
		for (size_t i = 0; i < vaughn->head->n_exemptions; i++) {
			const struct sheet_exemption *row =
			    &vaughn->head->exemptions[i];

			buf_add_text(out, "<dt>");
			webtext_add(out, row->code);
			buf_add_text(out, "<dd>");
			webtext_add(out, row->title);
			buf_add_text(out, " (");
			webtext_add(out, row->cite);
			buf_add_text(out,
			    str_is_equal(row->standing, STR("read"))
				? ")\n"
				: "; to be confirmed by counsel)\n");
		}
		buf_add_text(out, "</dl>\n</body>\n</html>\n");
	}
	return TRACE(sink_end(&vaughn->sink));
}

struct inspect_visitor
vaughn_visitor(struct vaughn *vaughn)
{
	return (struct inspect_visitor){ begin, add_entry, end, vaughn };
}
