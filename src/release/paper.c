/* A release as PDF; see paper.h. */
#include "release/paper.h"

#include <errno.h>
#include <inttypes.h>

#include "claims/jsontext.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/hex.h"

#define VALUES 20 /* column where values begin */

void
paper_init(struct paper *paper, int fd, const struct inspect_report *report)
{
	*paper = (struct paper){ .report = report, .fd = fd };
	arena_init(&paper->arena, LIMIT_RELEASE_LINE);
}

void
paper_fini(struct paper *paper)
{
	if (paper->is_open)
		pdf_fini(&paper->pdf);
	arena_fini(&paper->arena);
}

/* An outcome of the PDF is the end of this paper. */
static int
done(struct paper *paper, int r)
{
	paper->is_full |= r > 0;
	return r > 0 ? FAULT(EFBIG) : TRACE(r);
}

static int
put_fact(struct paper *paper, const char *name, struct str value)
{
	if (value.p == NULL)
		return FAULT(ENOMEM);
	pdf_add(&paper->pdf, str_of(name), false);
	pdf_tab(&paper->pdf, VALUES);
	return done(paper, pdf_wrap(&paper->pdf, value, false));
}

static int
put_signs(struct paper *paper)
{
	const struct signoff_list *signs = &paper->report->signs;
	int r = 0;

	for (size_t i = 0; i < signs->n && r == 0; i++) {
		const struct signoff *sign = &signs->items[i];
		bool is_review = strcmp(sign->act, "review") == 0;

		r = put_fact(paper, is_review ? "texts read by" : "signed by",
		    arena_format(&paper->arena, "%s, %s, %s, entry %" PRIu64,
			sign->person, sign->role, sign->time, sign->index));
	}
	if (signs->n == 0)
		r = put_fact(paper, "signed by", STR("nobody yet: a draft"));
	return r;
}

static int
put_facts(struct paper *paper)
{
	const struct inspect_report *report = paper->report;
	char body[65];
	char root[45];
	int r;

	hex_format(body, report->body.b, sizeof(report->body.b));
	base64_format(root, BASE64_STANDARD, report->root.b,
	    sizeof(report->root.b));
	root[44] = '\0';
	r = put_fact(paper, "holder", paper->head->holder);
	if (r == 0)
		r = put_fact(paper, "log", paper->head->origin);
	if (r == 0)
		r = put_fact(paper, "entries",
		    arena_format(&paper->arena,
			"%" PRIu64 " to %" PRIu64 " of %" PRIu64 ": %" PRIu64
			" shown, %" PRIu64 " not",
			report->from, report->to - 1, report->tree_size,
			report->n_shown, report->n_bare));
	if (r == 0)
		r = put_fact(paper, "root of the log", str_of(root));
	if (r == 0)
		r = put_fact(paper, "release", str_of(body));
	if (r == 0)
		r = put_fact(paper, "made", paper->head->made);
	return r == 0 ? put_signs(paper) : r;
}

static int
put_exemptions(struct paper *paper)
{
	int r = done(paper, pdf_newline(&paper->pdf));

	for (size_t i = 0; i < paper->head->n_exemptions && r == 0; i++) {
		const struct sheet_exemption *row =
		    &paper->head->exemptions[i];
		bool is_read = str_is_equal(row->standing, STR("read"));

		pdf_add(&paper->pdf, row->code, true);
		pdf_tab(&paper->pdf, VALUES);
		r = done(paper,
		    pdf_wrap(&paper->pdf,
			arena_format(&paper->arena, "%.*s (%.*s%s)",
			    STR_ARG(row->title), STR_ARG(row->cite),
			    is_read ? "" : "; to be confirmed by counsel"),
			false));
	}
	return r == 0 ? done(paper, pdf_newline(&paper->pdf)) : r;
}

static int
begin(void *context, const struct sheet_head *head)
{
	static const struct str legend = STR_INIT(
	    "A black bar is a value that was logged and is withheld, and the "
	    "exemptions under which it is. Its width says nothing. What stands "
	    "beside it in brackets is stated by the holder; the log does not "
	    "prove it. Paper proves nothing: the release does, with `stile "
	    "release verify`.");
	struct paper *paper = context;
	int r = pdf_init(&paper->pdf, paper->fd, head->title);

	paper->head = head;
	paper->is_open = true;
	arena_reset(&paper->arena);
	if (r == 0)
		r = pdf_wrap(&paper->pdf, head->title, true);
	if (r == 0)
		r = pdf_newline(&paper->pdf);
	if (r != 0)
		return done(paper, r);
	r = put_facts(paper);
	if (r == 0)
		r = done(paper, pdf_newline(&paper->pdf));
	if (r == 0)
		r = done(paper, pdf_wrap(&paper->pdf, legend, false));
	return r == 0 ? put_exemptions(paper) : r;
}

static int
put_bare(struct paper *paper)
{
	struct str text;

	if (paper->n_bare == 0)
		return 0;
	text = paper->n_bare == 1
	    ? arena_format(&paper->arena, "Entry %" PRIu64 ": not shown",
		  paper->first_bare)
	    : arena_format(&paper->arena,
		  "Entries %" PRIu64 " to %" PRIu64 ": not shown",
		  paper->first_bare, paper->first_bare + paper->n_bare - 1);
	paper->n_bare = 0;
	if (text.p == NULL)
		return FAULT(ENOMEM);
	return done(paper, pdf_wrap(&paper->pdf, text, false));
}

/* The value as people read it. */
static struct str
value_text(struct paper *paper, struct str json)
{
	CLEANUP(buf_fini) struct buf plain = { 0 };

	if (str_is_equal(json, STR("null")))
		return STR("-");
	if (json.len < 2 || json.p[0] != '"')
		return json;
	buf_init(&plain, LIMIT_CLAIMS_VALUE);
	claims_jsontext_unescape(&plain, str_part(json, 1, json.len - 1));
	return arena_str(&paper->arena, buf_str(&plain));
}

static int
put_claim(struct paper *paper, const struct claims_claim *claim,
    const struct sheet_withheld *row)
{
	struct pdf *pdf = &paper->pdf;
	struct str text;

	pdf_add(pdf, claim->label, false);
	pdf_tab(pdf, VALUES);
	if (row == NULL) {
		text = value_text(paper, claim->value);
		return text.p != NULL ? done(paper, pdf_wrap(pdf, text, false))
				      : FAULT(ENOMEM);
	}
	pdf_add_bar(pdf, row->exemptions);
	if (row->how.len == 0)
		return done(paper, pdf_newline(pdf));
	pdf_tab(pdf, VALUES + PDF_BAR + 1);
	text = arena_format(&paper->arena, "[%.*s: %.*s]", STR_ARG(row->how),
	    STR_ARG(row->said));
	return text.p != NULL ? done(paper, pdf_wrap(pdf, text, false))
			      : FAULT(ENOMEM);
}

static int
put_entry(struct paper *paper, const struct inspect_entry *entry)
{
	struct str title = arena_format(&paper->arena,
	    "Entry %" PRIu64 ": %.*s, %.*s, %.*s", entry->sheet->index,
	    STR_ARG(entry->type), STR_ARG(entry->decision),
	    STR_ARG(entry->time));
	int r = done(paper, pdf_newline(&paper->pdf));

	if (title.p == NULL)
		return FAULT(ENOMEM);
	if (r == 0)
		r = done(paper, pdf_keep(&paper->pdf, 6));
	if (r == 0)
		r = done(paper, pdf_wrap(&paper->pdf, title, true));
	for (size_t i = 0; i < entry->claims->n_claims && r == 0; i++) {
		if (entry->claims->claims[i].state != CLAIMS_OPEN)
			r = put_claim(paper, &entry->claims->claims[i],
			    entry->withheld[i]);
	}
	return r;
}

static int
add_entry(void *context, const struct inspect_entry *entry)
{
	struct paper *paper = context;
	int r;

	if (entry->sheet->is_bare) {
		if (paper->n_bare++ == 0)
			paper->first_bare = entry->sheet->index;
		return 0;
	}
	arena_reset(&paper->arena);
	r = put_bare(paper);
	if (r == 0)
		r = put_entry(paper, entry);
	return TRACE(r);
}

static int
end(void *context, const struct inspect_report *report)
{
	struct paper *paper = context;
	int r;

	(void)report;
	arena_reset(&paper->arena);
	r = put_bare(paper);
	return r == 0 ? done(paper, pdf_end(&paper->pdf)) : TRACE(r);
}

struct inspect_visitor
paper_visitor(struct paper *paper)
{
	return (struct inspect_visitor){ begin, add_entry, end, paper };
}
