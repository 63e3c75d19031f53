/*
 * Writing PDF; see pdf.h.
 *
 * Objects: 1 the catalog, 2 the tree of pages, 3 and 4 the fonts, then for each
 * page its content and itself. 1 and 2 come last, when all pages are known.
 */
#include "release/pdf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "limits.h"
#include "util/fault.h"
#include "util/utf8.h"

#define WIDTH 612 /* US Letter, points */
#define HEIGHT 792
#define LEFT 48
#define TOP 744
#define LEADING 11
/* Courier is 600/1000 em wide: at 9 points 5.4, in tenths of a point. */
#define SIZE 9
#define LETTER 54

enum {
	OBJECT_CATALOG = 1,
	OBJECT_PAGES,
	OBJECT_PLAIN,
	OBJECT_BOLD,
	OBJECT_FIRST, /* content of the first page */
};

/* --- objects ---------------------------------------------------------------- */

static int
note_place(struct pdf *pdf, size_t number)
{
	if (number >= pdf->n_rooms) {
		size_t n = MAX(2 * pdf->n_rooms, number + 64);
		uint64_t *places = reallocarray(pdf->places, n,
		    sizeof(*places));

		if (places == NULL)
			return FAULT(ENOMEM);
		pdf->places = places;
		pdf->n_rooms = n;
	}
	pdf->places[number] = sink_place(&pdf->sink);
	pdf->n_places = MAX(pdf->n_places, number + 1);
	return 0;
}

static int
begin_object(struct pdf *pdf, size_t number)
{
	int r = note_place(pdf, number);

	if (r == 0)
		buf_add_format(&pdf->sink.buf, "%zu 0 obj\n", number);
	return TRACE(r);
}

static int
put_font(struct pdf *pdf, size_t number, const char *name)
{
	int r = begin_object(pdf, number);

	if (r == 0)
		buf_add_format(&pdf->sink.buf,
		    "<</Type/Font/Subtype/Type1/BaseFont/%s"
		    "/Encoding/WinAnsiEncoding>>\nendobj\n",
		    name);
	return TRACE(r);
}

/* --- the content of a page ---------------------------------------------------- */

static unsigned
x_of(unsigned column)
{
	return LEFT * 10 + column * LETTER;
}

static unsigned
y_of(unsigned line)
{
	return TOP - line * LEADING;
}

/* Windows-1252 has these where Latin-1 has controls. */
static int
letter_of(uint32_t code)
{
	static const uint16_t more[32] = { 0x20ac, 0, 0x201a, 0x192, 0x201e,
		0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0,
		0x17d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
		0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e, 0x178 };

	if ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff))
		return (int)code;
	for (int i = 0; i < 32; i++) {
		if (more[i] != 0 && more[i] == code)
			return 0x80 + i;
	}
	return -1;
}

/* Append one letter of a PDF string. */
static void
add_letter(struct buf *out, int letter)
{
	if (letter == '(' || letter == ')' || letter == '\\')
		buf_add_char(out, '\\');
	if (letter >= 0x80)
		buf_add_format(out, "\\%03o", (unsigned)letter);
	else
		buf_add_char(out, (char)letter);
}

/* The next character as letters of the grid. Returns: how many. */
static unsigned
next_letters(struct str text, size_t *at, char letters[static 12])
{
	size_t from = *at;
	int32_t code = utf8_next(text, at);
	int letter = code < 0 ? -1 : letter_of((uint32_t)code);

	if (*at == from)
		(*at)++;
	if (letter >= 0) {
		letters[0] = (char)letter;
		return 1;
	}
	return (unsigned)snprintf(letters, 12, "<U+%04" PRIX32 ">",
	    code < 0 ? UINT32_C(0xfffd) : (uint32_t)code);
}

/* Begin a string on the page at the present place. */
static void
begin_text(struct pdf *pdf, bool is_bold, bool is_white)
{
	unsigned x = x_of(pdf->column);

	buf_add_format(&pdf->page, "%s /F%d %d Tf %u.%u %u Td (",
	    is_white ? "BT 1 g" : "BT", is_bold ? 2 : 1, SIZE, x / 10, x % 10,
	    y_of(pdf->line));
}

static void
end_text(struct pdf *pdf, bool is_white)
{
	buf_add_text(&pdf->page, is_white ? ") Tj ET 0 g\n" : ") Tj ET\n");
}

/* Letters up to a column. Returns: bytes of the text that were taken. */
static size_t
add_letters(struct pdf *pdf, struct str text, unsigned end)
{
	char letters[12];
	size_t at = 0;

	while (at < text.len) {
		size_t next = at;
		unsigned n = next_letters(text, &next, letters);

		if (pdf->column + n > end)
			break;
		for (unsigned i = 0; i < n; i++)
			add_letter(&pdf->page, (unsigned char)letters[i]);
		pdf->column += n;
		at = next;
	}
	return at;
}

void
pdf_add(struct pdf *pdf, struct str text, bool is_bold)
{
	begin_text(pdf, is_bold, false);
	add_letters(pdf, text, PDF_COLUMNS);
	end_text(pdf, false);
}

void
pdf_add_bar(struct pdf *pdf, struct str text)
{
	unsigned from = pdf->column;
	unsigned x = x_of(from);
	unsigned width = PDF_BAR * LETTER;

	buf_add_format(&pdf->page, "%u.%u %u %u.%u %d re f\n", x / 10, x % 10,
	    y_of(pdf->line) - 2, width / 10, width % 10, LEADING - 1);
	pdf->column++;
	begin_text(pdf, false, true);
	add_letters(pdf, text, from + PDF_BAR - 1);
	end_text(pdf, true);
	pdf->column = from + PDF_BAR;
}

void
pdf_tab(struct pdf *pdf, unsigned column)
{
	pdf->column = MAX(pdf->column, column);
}

/* --- pages ------------------------------------------------------------------- */

static void
put_foot(struct pdf *pdf)
{
	char number[32];

	pdf->line = PDF_LINES + 1;
	pdf->column = 0;
	begin_text(pdf, false, false);
	add_letters(pdf, pdf->foot, PDF_COLUMNS - 12);
	end_text(pdf, false);
	snprintf(number, sizeof(number), "%" PRIu64, pdf->n_pages + 1);
	pdf->column = PDF_COLUMNS - (unsigned)strlen(number);
	begin_text(pdf, false, false);
	add_letters(pdf, str_of(number), PDF_COLUMNS);
	end_text(pdf, false);
}

static int
put_page(struct pdf *pdf, size_t content)
{
	int r;

	put_foot(pdf);
	if (buf_finish(&pdf->page) != 0)
		return FAULT(ENOMEM);
	r = begin_object(pdf, content);
	if (r < 0)
		return TRACE(r);
	buf_add_format(&pdf->sink.buf, "<</Length %zu>>\nstream\n",
	    pdf->page.len);
	buf_add_str(&pdf->sink.buf, buf_str(&pdf->page));
	buf_add_text(&pdf->sink.buf, "endstream\nendobj\n");
	r = begin_object(pdf, content + 1);
	if (r < 0)
		return TRACE(r);
	buf_add_format(&pdf->sink.buf,
	    "<</Type/Page/Parent %d 0 R/MediaBox[0 0 %d %d]"
	    "/Resources<</Font<</F1 %d 0 R/F2 %d 0 R>>>>"
	    "/Contents %zu 0 R>>\nendobj\n",
	    OBJECT_PAGES, WIDTH, HEIGHT, OBJECT_PLAIN, OBJECT_BOLD, content);
	return 0;
}

static int
end_page(struct pdf *pdf)
{
	int r;

	if (pdf->n_pages == LIMIT_RELEASE_PAGES)
		return PDF_E_LIMIT;
	r = put_page(pdf, OBJECT_FIRST + 2 * (size_t)pdf->n_pages);
	if (r == 0)
		r = sink_pass(&pdf->sink);
	pdf->n_pages++;
	buf_reset(&pdf->page);
	pdf->line = 0;
	pdf->column = 0;
	return TRACE(r);
}

int
pdf_newline(struct pdf *pdf)
{
	pdf->column = 0;
	if (++pdf->line < PDF_LINES)
		return 0;
	return end_page(pdf);
}

int
pdf_keep(struct pdf *pdf, unsigned n)
{
	if (pdf->line == 0 || pdf->line + n <= PDF_LINES)
		return 0;
	return end_page(pdf);
}

/* What of the text fits a line of so many letters: up to a blank if it can. */
static struct str
cut_line(struct str *text, unsigned columns)
{
	char letters[12];
	unsigned width = 0;
	size_t at = 0;
	size_t blank = 0;
	struct str line;

	while (at < text->len) {
		size_t next = at;
		unsigned n = next_letters(*text, &next, letters);

		if (width + n > columns)
			break;
		width += n;
		at = next;
		if (text->p[at - 1] == ' ')
			blank = at;
	}
	if (at < text->len && blank > 0)
		at = blank;
	line = str_part(*text, 0, at);
	*text = str_part(*text, at, text->len);
	return line;
}

int
pdf_wrap(struct pdf *pdf, struct str text, bool is_bold)
{
	unsigned indent = pdf->column;
	int r = 0;

	do {
		struct str line = cut_line(&text, PDF_COLUMNS - indent);

		pdf->column = indent;
		pdf_add(pdf, line, is_bold);
		r = pdf_newline(pdf);
	} while (r == 0 && text.len > 0);
	return r < 0 ? TRACE(r) : r;
}

/* --- the file ---------------------------------------------------------------- */

int
pdf_init(struct pdf *pdf, int fd, struct str foot)
{
	int r;

	*pdf = (struct pdf){ .foot = foot };
	sink_init(&pdf->sink, fd, 4 * LIMIT_RELEASE_LINE);
	buf_init(&pdf->page, LIMIT_RELEASE_LINE);
	buf_add_text(&pdf->sink.buf, "%PDF-1.4\n");
	r = put_font(pdf, OBJECT_PLAIN, "Courier");
	if (r == 0)
		r = put_font(pdf, OBJECT_BOLD, "Courier-Bold");
	return TRACE(r);
}

void
pdf_fini(struct pdf *pdf)
{
	sink_fini(&pdf->sink);
	buf_fini(&pdf->page);
	free(pdf->places);
	pdf->places = NULL;
}

static int
put_tree(struct pdf *pdf)
{
	int r = begin_object(pdf, OBJECT_PAGES);

	buf_add_format(&pdf->sink.buf, "<</Type/Pages/Count %" PRIu64 "/Kids[",
	    pdf->n_pages);
	for (uint64_t i = 0; r == 0 && i < pdf->n_pages; i++) {
		buf_add_format(&pdf->sink.buf, "%s%" PRIu64 " 0 R",
		    i > 0 ? "\n" : "", OBJECT_FIRST + 2 * i + 1);
		r = sink_pass(&pdf->sink);
	}
	buf_add_text(&pdf->sink.buf, "]>>\nendobj\n");
	if (r == 0)
		r = begin_object(pdf, OBJECT_CATALOG);
	buf_add_format(&pdf->sink.buf,
	    "<</Type/Catalog/Pages %d 0 R/Lang(en)>>\nendobj\n", OBJECT_PAGES);
	return TRACE(r);
}

/* The table of places: twenty bytes an object. */
static int
put_places(struct pdf *pdf)
{
	uint64_t place = sink_place(&pdf->sink);
	int r = 0;

	buf_add_format(&pdf->sink.buf, "xref\n0 %zu\n0000000000 65535 f \n",
	    pdf->n_places);
	for (size_t i = 1; r == 0 && i < pdf->n_places; i++) {
		buf_add_format(&pdf->sink.buf, "%010" PRIu64 " 00000 n \n",
		    pdf->places[i]);
		r = sink_pass(&pdf->sink);
	}
	buf_add_format(&pdf->sink.buf,
	    "trailer\n<</Size %zu/Root %d 0 R>>\nstartxref\n%" PRIu64
	    "\n%%%%EOF\n",
	    pdf->n_places, OBJECT_CATALOG, place);
	return TRACE(r);
}

int
pdf_end(struct pdf *pdf)
{
	int r = 0;

	if (pdf->page.len > 0 || pdf->n_pages == 0)
		r = end_page(pdf);
	if (r == 0)
		r = put_tree(pdf);
	if (r == 0)
		r = put_places(pdf);
	if (r == 0)
		r = sink_end(&pdf->sink);
	return r < 0 ? TRACE(r) : r;
}
