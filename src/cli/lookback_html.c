/*
 * A lookback as one HTML page; see lookback_html.h.
 *
 * Every number stands in a table; the bars beside them are decoration and
 * hidden from readers of text. Colours follow the reader's light or dark.
 * All foreign text goes through put_text().
 */
#include "cli/lookback_html.h"

#include <errno.h>

#include "cli/lookback_notes.h"
#include "cli/terminal.h"
#include "util/fault.h"
#include "util/utf8.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n";

static const char style[] =
    "<style>\n"
    ":root{--ink:#1b1f24;--soft:#57606a;--paper:#fff;--line:#d0d7de;"
    "--bad:#b42318;--wait:#9a6700;--good:#1a7f37;--mute:#6e7781;"
    "--bar:#3b6ea8}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b1;"
    "--paper:#0d1117;--line:#30363d;--bad:#ff7b72;--wait:#d29922;"
    "--good:#3fb950;--mute:#8b949e;--bar:#6ca4e0}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1.5rem;max-width:60rem;color:var(--ink);"
    "background:var(--paper);font:1rem/1.5 system-ui,sans-serif}\n"
    "h1{margin:0;font-size:1.8rem}h2{margin:2.2rem 0 .5rem;"
    "font-size:1.2rem}\n"
    ".soft{color:var(--soft)}p{margin:.4rem 0}\n"
    ".sum{font-size:1.25rem;line-height:1.4;margin:.8rem 0;max-width:44rem}\n"
    ".skip{position:absolute;left:-99rem}.skip:focus{left:1rem}\n"
    "table{width:100%;border-collapse:collapse}\n"
    "caption{text-align:left;color:var(--soft);padding-bottom:.3rem}\n"
    "th,td{padding:.4rem .5rem;border-bottom:1px solid var(--line);"
    "text-align:left;vertical-align:top}\n"
    "thead th{font-weight:600;font-size:.9rem;color:var(--soft);"
    "white-space:nowrap}"
    "tbody th{font-weight:400}tbody th code{font-weight:600}\n"
    "th.n,td.n{text-align:right;white-space:nowrap;width:1%;"
    "font-variant-numeric:tabular-nums}\n"
    "td.b{width:34%}"
    "td.b i{display:block;height:1.1rem;min-width:2px;background:var(--bar);"
    "border-radius:2px}\n"
    "td.b i.none{min-width:0;background:none}\n"
    "tbody th b::before{content:\"\";display:inline-block;width:.75rem;"
    "height:.75rem;margin-right:.4rem;border-radius:2px;"
    "background:var(--mute)}\n"
    ".bad i,.bad b::before{background:var(--bad)!important}"
    ".wait i,.wait b::before{background:var(--wait)!important}"
    ".good i,.good b::before{background:var(--good)!important}"
    ".mute i{background:var(--mute)!important}\n"
    ".all{display:flex;height:2rem;margin:.8rem 0;border-radius:4px;"
    "overflow:hidden;background:var(--line)}.all i{display:block}\n"
    "ul{padding-left:1.2rem}code{font-size:.95em;overflow-wrap:anywhere}\n"
    /* On a telephone the bar lies under its row. */
    "@media(max-width:40rem){body{padding:1rem}tr{position:relative}"
    "tbody th,td{padding-bottom:.9rem}th.less,td.less{display:none}"
    "td.b,thead th.b{position:absolute;left:0;bottom:0;width:100%;padding:0;"
    "border:0}td.b i{height:.3rem}}\n"
    "@media print{body{max-width:none}a{color:inherit}}\n"
    "</style>\n";

static const char *const tones[LOOKBACK_N_VERDICTS] = {
	[LOOKBACK_REFUSED] = "bad",
	[LOOKBACK_REFERRED] = "wait",
	[LOOKBACK_CONFIRM] = "good",
	[LOOKBACK_PERMITTED] = "good",
	[LOOKBACK_UNKNOWN] = "mute",
};

static void
put(struct buf *page, const char *markup)
{
	buf_add_text(page, markup);
}

/* Foreign text: markup is escaped, deceiving characters become '?'. */
static void
put_text(struct buf *page, struct str text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t from = at;
		int32_t code = utf8_next(text, &at);

		if (code < 0) {
			at = from + 1;
			put(page, "?");
		} else if (code == '&') {
			put(page, "&amp;");
		} else if (code == '<') {
			put(page, "&lt;");
		} else if (code == '>') {
			put(page, "&gt;");
		} else if (code == '"') {
			put(page, "&quot;");
		} else if (code == '\'') {
			put(page, "&#39;");
		} else if (utf8_is_deceptive((uint32_t)code)) {
			put(page, code == '\n' || code == '\t' ? " " : "?");
		} else {
			buf_add(page, text.p + from, at - from);
		}
	}
}

static void
put_number(struct buf *page, uint64_t number, const char *class)
{
	char text[32];

	buf_add_format(page, "<td class=\"%s\">", class);
	put(page, terminal_number(text, number));
	put(page, "</td>");
}

/* The cells: count, share, bar; and the end of the row. */
static void
put_bar(struct buf *page, uint64_t n, uint64_t whole, uint64_t scale)
{
	char text[32];

	put_number(page, n, "n");
	if (whole > 0)
		buf_add_format(page, "<td class=\"n\">%s</td>",
		    terminal_share(text, n, whole));
	buf_add_format(page,
	    "<td class=\"b\" aria-hidden=\"true\"><i%s style=\"width:%.2f%%\">"
	    "</i></td></tr>\n",
	    n == 0 ? " class=\"none\"" : "",
	    scale > 0 ? 100.0 * (double)n / (double)scale : 0.0);
}

static void
open_table(struct buf *page, const char *id, const char *title,
    const char *caption, const char *heads)
{
	buf_add_format(page,
	    "<section aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2>\n"
	    "<table><caption>%s</caption>\n<thead><tr>%s</tr></thead><tbody>\n",
	    id, id, title, caption, heads);
}

static void
close_table(struct buf *page)
{
	put(page, "</tbody></table></section>\n");
}

#define BAR "<td class=\"b\" aria-hidden=\"true\"></td>"
#define COUNT(what) "<th scope=\"col\" class=\"n\">" what "</th>"
#define EXTRA(what) "<th scope=\"col\" class=\"n less\">" what "</th>"
#define HEADS(what)                                                            \
	"<th scope=\"col\">" what "</th>" COUNT("Look-ups") COUNT("Share") BAR

static void
put_verdicts(struct buf *page, const struct lookback *l, struct str summary)
{
	put(page, "<p class=\"sum\">");
	put_text(page, summary);
	put(page, "</p>\n<div class=\"all\" aria-hidden=\"true\">");
	for (size_t i = 0; i < LOOKBACK_N_VERDICTS && l->n_rows > 0; i++)
		buf_add_format(page,
		    "<i style=\"width:%.2f%%;background:var(--%s)\"></i>",
		    100.0 * (double)l->n_verdict[i] / (double)l->n_rows,
		    tones[i]);
	put(page, "</div>\n");
	open_table(page, "verdicts", "What they would have come to",
	    "Every look-up, judged by the rules in force at the gate",
	    HEADS("Outcome"));
	for (size_t i = 0; i < LOOKBACK_N_VERDICTS; i++) {
		enum lookback_verdict verdict = (enum lookback_verdict)i;

		buf_add_format(page,
		    "<tr class=\"%s\"><th scope=\"row\"><b>%s</b><br><span "
		    "class=\"soft\">%s</span></th>",
		    tones[i], lookback_verdict_title(verdict),
		    lookback_verdict_about(verdict));
		put_bar(page, l->n_verdict[i], l->n_rows, l->n_rows);
	}
	close_table(page);
}

static void
put_rules(struct buf *page, const struct lookback *l)
{
	if (l->n_rules == 0)
		return;
	open_table(page, "rules", "By rule",
	    "A look-up may meet several rules; below each: what would have "
	    "made it lawful, and where the rule comes from",
	    HEADS("Rule"));
	for (size_t i = 0; i < l->n_rules; i++) {
		const struct lookback_rule *rule = &l->rules[i].rule;

		buf_add_format(page, "<tr class=\"%s\"><th scope=\"row\"><code>",
		    l->rules[i].answer == LOOKBACK_REFER ? "wait" : "bad");
		put_text(page, rule->pack);
		put(page, "/");
		put_text(page, rule->rule.len > 0 ? rule->rule
						  : STR("no-permit"));
		put(page, "</code><br>");
		put_text(page, rule->says);
		put(page, "<br><span class=\"soft\">");
		put_text(page, rule->remedy);
		if (rule->cite.len > 0) {
			put(page, " (");
			put_text(page, rule->cite);
			put(page, ")");
		}
		put(page, "</span></th>");
		put_bar(page, l->rules[i].n_rows, l->n_rows, l->n_rows);
	}
	close_table(page);
}

static void
put_class(struct buf *page, const struct lookback *l, size_t i)
{
	const struct lookback_class *one = &l->classes[i];

	put(page, "<tr><th scope=\"row\">");
	put(page, reason_title((enum reason_class)i));
	put(page, "</th>");
	put_number(page, one->n_with_case, "n less");
	put_number(page, one->n_verdict[LOOKBACK_REFUSED], "n less");
	put_bar(page, one->n_rows, l->n_rows, l->n_rows);
}

static void
put_classes(struct buf *page, const struct lookback *l)
{
	bool is_done[REASON_N_CLASSES] = { false };

	open_table(page, "reasons", "What was written as the reason",
	    "What was typed, not what was meant",
	    "<th scope=\"col\">Reason</th>" EXTRA("With case no.")
		EXTRA("Refused") COUNT("Look-ups") COUNT("Share") BAR);
	for (size_t k = 0; k < REASON_N_CLASSES; k++) {
		size_t best = REASON_N_CLASSES;

		for (size_t i = 0; i < REASON_N_CLASSES; i++) {
			if (!is_done[i] && l->classes[i].n_rows > 0 &&
			    (best == REASON_N_CLASSES ||
				l->classes[i].n_rows >
				    l->classes[best].n_rows))
				best = i;
		}
		if (best == REASON_N_CLASSES)
			break;
		is_done[best] = true;
		put_class(page, l, best);
	}
	close_table(page);
}

static void
put_values(struct buf *page, const char *id, const char *title,
    const char *caption, const struct lookback_text *texts, size_t n,
    uint64_t whole)
{
	if (n == 0)
		return;
	open_table(page, id, title, caption, HEADS("Text"));
	for (size_t i = 0; i < n; i++) {
		put(page, "<tr><th scope=\"row\">");
		put_text(page, texts[i].text);
		put(page, "</th>");
		put_bar(page, texts[i].n_rows, whole, whole);
	}
	close_table(page);
}

static void
put_grounds(struct buf *page, const struct lookback *l)
{
	static const char *const grounds[LOOKBACK_N_GROUNDS] = {
		"No ground", "A case number, or something like one",
		"A warrant or wanted person", "Withheld in the release" };
	static const char *const ground_tones[LOOKBACK_N_GROUNDS] = { "bad",
		"good", "good", "mute" };

	open_table(page, "grounds", "Grounds named",
	    "A case number or a warrant, wherever it stood in the row",
	    HEADS("Ground"));
	for (size_t i = 0; i < LOOKBACK_N_GROUNDS; i++) {
		buf_add_format(page, "<tr class=\"%s\"><th scope=\"row\">%s</th>",
		    ground_tones[i], grounds[i]);
		put_bar(page, l->n_ground[i], l->n_rows, l->n_rows);
	}
	for (size_t i = 1; i < CASE_REF_N_FORMS; i++) {
		if (l->n_form[i] == 0)
			continue;
		buf_add_format(page,
		    "<tr><th scope=\"row\" class=\"soft\">written as %s</th>",
		    case_ref_form_name((enum case_ref_form)i));
		put_bar(page, l->n_form[i], l->n_rows, l->n_rows);
	}
	close_table(page);
}

static void
put_conditions(struct buf *page, const struct lookback *l)
{
	if (l->n_conditions == 0)
		return;
	open_table(page, "conditions", "Permitted if confirmed hangs on",
	    "The log is silent on these; the gate would have known",
	    "<th scope=\"col\">If it is so that</th>" COUNT("Look-ups")
	    "<th scope=\"col\">Otherwise</th>");
	for (size_t i = 0; i < l->n_conditions; i++) {
		const struct lookback_condition *one = &l->conditions[i];

		buf_add_format(page, "<tr><th scope=\"row\">%s</th>",
		    one->text);
		put_number(page, one->n_rows, "n");
		buf_add_format(page, "<td>%s by <code>",
		    one->otherwise == LOOKBACK_REFER ? "referred" : "refused");
		put_text(page, one->rule.pack);
		put(page, "/");
		put_text(page, one->rule.rule);
		put(page, "</code></td></tr>\n");
	}
	close_table(page);
}

static void
put_months(struct buf *page, const struct lookback *l)
{
	uint64_t most = 0;

	if (l->n_months < 2)
		return;
	for (size_t i = 0; i < l->n_months; i++)
		most = MAX(most, l->months[i].n_rows);
	open_table(page, "months", "By month",
	    "With a ground: look-ups that name a case or a warrant",
	    "<th scope=\"col\">Month</th>" COUNT("With a ground")
		COUNT("Look-ups") BAR);
	for (size_t i = 0; i < l->n_months; i++) {
		buf_add_format(page, "<tr><th scope=\"row\">%04d-%02d</th>",
		    l->months[i].year, l->months[i].month);
		put_number(page, l->months[i].n_grounded, "n");
		put_bar(page, l->months[i].n_rows, 0, most);
	}
	close_table(page);
}

static void
put_notes(struct buf *page, const char *id, const char *title,
    const struct str *notes, size_t n)
{
	if (n == 0)
		return;
	buf_add_format(page,
	    "<section aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2>\n<ul>\n", id,
	    id, title);
	for (size_t i = 0; i < n; i++) {
		put(page, "<li>");
		put_text(page, notes[i]);
		put(page, "</li>\n");
	}
	put(page, "</ul></section>\n");
}

static void
put_columns(struct buf *page, const struct audit_log *log)
{
	put(page,
	    "<section aria-labelledby=\"columns\"><h2 id=\"columns\">How the "
	    "file was read</h2>\n<table><caption>Which column was taken for "
	    "what</caption>\n<thead><tr><th scope=\"col\">What</th><th "
	    "scope=\"col\">Column</th><th scope=\"col\">By</th></tr></thead>"
	    "<tbody>\n");
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		if (log->names[i].p == NULL)
			continue;
		put(page, "<tr><th scope=\"row\">");
		put(page, audit_map_title((enum audit_map_column)i));
		put(page, "</th><td><code>");
		put_text(page, log->names[i]);
		put(page, log->is_guess[i] ? "</code></td><td>guess"
					   : "</code></td><td>mapping");
		put(page, "</td></tr>\n");
	}
	close_table(page);
}

static void
put_people(struct buf *page, const struct lookback *l)
{
	char a[32];
	char b[32];

	if (l->n_who > 0)
		buf_add_format(page,
		    "<p class=\"soft\">An officer made %s look-ups (median); "
		    "the most by one within 24 hours: %s.</p>\n",
		    terminal_number(a, l->median_by_one),
		    terminal_number(b, l->most_by_one));
	if (l->median_breadth >= 0)
		buf_add_format(page,
		    "<p class=\"soft\">A look-up searched %s cameras (median), "
		    "%s at most.</p>\n",
		    terminal_number(a, (uint64_t)l->median_breadth),
		    terminal_number(b, (uint64_t)l->most_breadth));
}

static void
put_head(struct buf *page, const struct lookback *l, struct str headline)
{
	put(page, head);
	put(page, "<title>Lookback: ");
	put_text(page, headline);
	put(page, "</title>\n");
	put(page, style);
	put(page, "</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the "
		  "outcome</a>\n<header><h1>Lookback</h1>\n<p>");
	put_text(page, headline);
	put(page, "</p>\n<p class=\"soft\">A published log of look-ups, put to "
		  "the rules of a need-to-know gate: packs ");
	put_text(page, l->packs);
	put(page, ". It shows what was written down, not what was done; no "
		  "row and nobody is shown singly.</p></header>\n"
		  "<main id=\"main\">\n");
}

int
lookback_html(const struct lookback *lookback, struct arena *arena,
    struct buf *page)
{
	struct lookback_notes notes;
	int r = lookback_notes_write(&notes, arena, lookback);

	if (r < 0)
		return TRACE(r);
	put_head(page, lookback, lookback_notes_headline(arena, lookback));
	put_verdicts(page, lookback, lookback_notes_summary(arena, lookback));
	put_people(page, lookback);
	put_rules(page, lookback);
	put_classes(page, lookback);
	put_values(page, "texts", "Written most often",
	    "Texts that stand in five rows or more; upper and lower case are "
	    "one",
	    lookback->texts, lookback->n_texts, lookback->n_rows);
	put_grounds(page, lookback);
	put_conditions(page, lookback);
	put_months(page, lookback);
	put_values(page, "kinds", "Kinds of search", "As the log names them",
	    lookback->kinds, lookback->n_kinds, lookback->n_rows);
	put_values(page, "moderation", "What the system itself said to it",
	    "As the log names it", lookback->moderations,
	    lookback->n_moderations, lookback->n_rows);
	put_notes(page, "unknown", "What the log cannot tell", notes.unknown,
	    notes.n_unknown);
	put_notes(page, "odd", "Noteworthy", notes.odd, notes.n_odd);
	put_columns(page, lookback->log);
	put_notes(page, "reading", "Notes on reading", notes.reading,
	    notes.n_reading);
	put(page, "</main>\n<footer><p class=\"soft\">Made by stile lookback."
		  "</p></footer>\n</body>\n</html>\n");
	r = buf_finish(page);
	return r > 0 ? FAULT(ENOMEM) : TRACE(r);
}
