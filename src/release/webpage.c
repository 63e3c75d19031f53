/* A release as a page of HTML; see webpage.h. */
#include "release/webpage.h"

#include <inttypes.h>

#include "release/webtext.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/hex.h"

static const char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;"
    "padding:0 1em;color:#111;background:#fff}\n"
    "table{border-collapse:collapse;width:100%;margin:.4em 0 1.6em}\n"
    "th{font-weight:normal;color:#555;text-align:left;width:11em;"
    "vertical-align:top;padding:.15em .6em .15em 0}\n"
    "td{padding:.15em 0;overflow-wrap:anywhere}\n"
    "h3{font-size:1em;margin:0;border-top:1px solid #999;padding-top:.4em}\n"
    "code{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}\n"
    /* One width for all: what is beneath has no length here. */
    "b.x{display:inline-block;width:44ch;background:#000;color:#fff;"
    "font:13px/1.5 ui-monospace,monospace;padding:0 .4em;overflow:hidden;"
    "white-space:nowrap;text-overflow:ellipsis;vertical-align:top}\n"
    "i.s{color:#555}\n"
    "p.n{color:#555;margin:.4em 0}\n"
    "@media print{b.x{-webkit-print-color-adjust:exact;"
    "print-color-adjust:exact}}\n";

void
webpage_init(struct webpage *page, int fd, const struct inspect_report *report)
{
	*page = (struct webpage){ .report = report };
	sink_init(&page->sink, fd, 4 * LIMIT_RELEASE_LINE);
}

void
webpage_fini(struct webpage *page)
{
	sink_fini(&page->sink);
}

static void
add_fact(struct webpage *page, const char *name, struct str value)
{
	struct buf *out = &page->sink.buf;

	buf_add_format(out, "<tr><th>%s<td>", name);
	webtext_add(out, value);
	buf_add_char(out, '\n');
}

static void
add_code(struct webpage *page, const char *name, const char *value)
{
	buf_add_format(&page->sink.buf, "<tr><th>%s<td><code>%s</code>\n",
	    name, value);
}

static void
add_signs(struct webpage *page)
{
	const struct signoff_list *signs = &page->report->signs;
	struct buf *out = &page->sink.buf;

	for (size_t i = 0; i < signs->n; i++) {
		const struct signoff *sign = &signs->items[i];
		bool is_review = strcmp(sign->act, "review") == 0;

		buf_add_format(out, "<tr><th>%s<td>",
		    is_review ? "texts read by" : "signed by");
		webtext_add(out, str_of(sign->person));
		buf_add_text(out, ", ");
		webtext_add(out, str_of(sign->role));
		buf_add_format(out, ", %s, entry %" PRIu64 "\n", sign->time,
		    sign->index);
	}
	if (signs->n == 0)
		buf_add_text(out, "<tr><th>signed by<td>nobody yet: a draft\n");
}

static void
add_facts(struct webpage *page)
{
	const struct inspect_report *report = page->report;
	struct buf *out = &page->sink.buf;
	char body[65];
	char root[45];

	hex_format(body, report->body.b, sizeof(report->body.b));
	base64_format(root, BASE64_STANDARD, report->root.b,
	    sizeof(report->root.b));
	root[44] = '\0';
	buf_add_text(out, "<table>\n");
	add_fact(page, "holder", page->head->holder);
	add_fact(page, "log", page->head->origin);
	buf_add_format(out,
	    "<tr><th>entries<td>%" PRIu64 " to %" PRIu64 " of %" PRIu64
	    ": %" PRIu64 " shown, %" PRIu64 " not\n",
	    report->from, report->to - 1, report->tree_size, report->n_shown,
	    report->n_bare);
	add_code(page, "root of the log", root);
	add_code(page, "release", body);
	add_fact(page, "made", page->head->made);
	add_signs(page);
	buf_add_text(out, "</table>\n");
}

static void
add_exemptions(struct webpage *page)
{
	struct buf *out = &page->sink.buf;

	buf_add_text(out, "<h2>Exemptions</h2>\n<table>\n");
	for (size_t i = 0; i < page->head->n_exemptions; i++) {
		const struct sheet_exemption *row = &page->head->exemptions[i];

		buf_add_text(out, "<tr><th><code>");
		webtext_add(out, row->code);
		buf_add_text(out, "</code><td>");
		webtext_add(out, row->title);
		buf_add_text(out, " (");
		webtext_add(out, row->cite);
		buf_add_text(out, str_is_equal(row->standing, STR("read"))
			? ")\n"
			: "; to be confirmed by counsel)\n");
	}
	buf_add_text(out, "</table>\n<h2>Entries</h2>\n");
}

static int
begin(void *context, const struct sheet_head *head)
{
	struct webpage *page = context;
	struct buf *out = &page->sink.buf;

	page->head = head;
	webtext_add_head(out, head->title, style);
	buf_add_text(out, "<h1>");
	webtext_add(out, head->title);
	buf_add_text(out, "</h1>\n");
	add_facts(page);
	buf_add_text(out,
	    "<p>A black bar is a value that was logged and is withheld, and "
	    "the exemptions under which it is. Its width says nothing. What "
	    "stands in italics beside it is stated by the holder; the log "
	    "does not prove it. This page proves nothing by itself: the "
	    "release does, with <code>stile release verify</code>.\n");
	add_exemptions(page);
	return TRACE(sink_pass(&page->sink));
}

static void
add_bare(struct webpage *page)
{
	if (page->n_bare == 0)
		return;
	buf_add_format(&page->sink.buf,
	    page->n_bare == 1
		? "<p class=\"n\">Entry %" PRIu64 ": not shown\n"
		: "<p class=\"n\">Entries %" PRIu64 " to %" PRIu64
		  ": not shown\n",
	    page->first_bare, page->first_bare + page->n_bare - 1);
	page->n_bare = 0;
}

static void
add_claim(struct webpage *page, const struct claims_claim *claim,
    const struct sheet_withheld *row)
{
	struct buf *out = &page->sink.buf;

	buf_add_text(out, "<tr><th>");
	webtext_add(out, claim->label);
	buf_add_text(out, "<td>");
	if (row == NULL) {
		webtext_add_value(out, claim->value);
		buf_add_char(out, '\n');
		return;
	}
	buf_add_text(out, "<b class=\"x\">");
	webtext_add(out, row->exemptions);
	buf_add_text(out, "</b>");
	if (row->how.len > 0) {
		buf_add_text(out, " <i class=\"s\">");
		webtext_add(out, row->how);
		buf_add_text(out, ": ");
		webtext_add(out, row->said);
		buf_add_text(out, "</i>");
	}
	buf_add_char(out, '\n');
}

static int
add_entry(void *context, const struct inspect_entry *entry)
{
	struct webpage *page = context;
	struct buf *out = &page->sink.buf;

	if (entry->sheet->is_bare) {
		if (page->n_bare++ == 0)
			page->first_bare = entry->sheet->index;
		return 0;
	}
	add_bare(page);
	buf_add_format(out, "<h3 id=\"e%" PRIu64 "\">Entry %" PRIu64 ": ",
	    entry->sheet->index, entry->sheet->index);
	webtext_add(out, entry->type);
	buf_add_text(out, ", ");
	webtext_add(out, entry->decision);
	buf_add_text(out, ", ");
	webtext_add(out, entry->time);
	buf_add_text(out, "</h3>\n<table>\n");
	for (size_t i = 0; i < entry->claims->n_claims; i++) {
		if (entry->claims->claims[i].state != CLAIMS_OPEN)
			add_claim(page, &entry->claims->claims[i],
			    entry->withheld[i]);
	}
	buf_add_text(out, "</table>\n");
	return TRACE(sink_pass(&page->sink));
}

static int
end(void *context, const struct inspect_report *report)
{
	struct webpage *page = context;

	(void)report;
	add_bare(page);
	buf_add_text(&page->sink.buf, "</body>\n</html>\n");
	return TRACE(sink_end(&page->sink));
}

struct inspect_visitor
webpage_visitor(struct webpage *page)
{
	return (struct inspect_visitor){ begin, add_entry, end, page };
}
