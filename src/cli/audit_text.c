/* Any encoding into UTF-8; see audit_text.h. */
#include "cli/audit_text.h"

#include <string.h>

#include "util/fault.h"
#include "util/str.h"
#include "util/utf8.h"

#define CODE_BYTES 4 /* the most that one character takes, in or out */

/* What files begin with that people take for a CSV. */
static const struct {
	struct str start;
	const char *what;
	const char *help;
} foreign[] = {
	{ STR_INIT("PK\x03\x04"), "an Excel workbook or another zip archive",
	    "open it and save the sheet as CSV" },
	{ STR_INIT("\xd0\xcf\x11\xe0"), "an old Excel workbook",
	    "open it and save the sheet as CSV" },
	{ STR_INIT("%PDF"), "a PDF",
	    "ask the agency for the CSV that it was printed from" },
	{ STR_INIT("\x1f\x8b"), "a gzip archive",
	    "gunzip -c FILE | stile lookback -" },
	{ STR_INIT("<!"), "a web page", "download the CSV that it links to" },
	{ STR_INIT("<html"), "a web page", "download the CSV that it links to" },
	{ STR_INIT("<?xml"), "XML", "export it as CSV" },
	{ STR_INIT("SQLite format 3"), "a database",
	    "sqlite3 -header -csv FILE 'SELECT * FROM …' | stile lookback -" },
};

void
audit_text_init(struct audit_text *text, csv_file_source_fn *source,
    void *context)
{
	text->source = source;
	text->context = context;
	text->form = AUDIT_TEXT_UTF8;
	text->is_begun = text->is_ended = text->has_windows = false;
	text->high = 0;
	text->n_read = 0;
	text->at = text->n_bytes = text->n_start = 0;
}

/* Fill up the bytes; what is left goes to the front. */
static int
refill(struct audit_text *text)
{
	size_t n = 0;
	int r;

	memmove(text->bytes, text->bytes + text->at,
	    text->n_bytes - text->at);
	text->n_bytes -= text->at;
	text->at = 0;
	while (!text->is_ended && text->n_bytes < CODE_BYTES) {
		r = text->source(text->context, text->bytes + text->n_bytes,
		    sizeof(text->bytes) - text->n_bytes, &n);
		if (r < 0)
			return TRACE(r);
		text->is_ended = n == 0;
		text->n_bytes += n;
		text->n_read += n;
	}
	return 0;
}

/* Find out by the first bytes; text in ASCII tells UTF-16 without its mark. */
static void
begin(struct audit_text *text)
{
	const char *p = text->bytes;

	text->is_begun = true;
	text->n_start = MIN(text->n_bytes, sizeof(text->start));
	memcpy(text->start, p, text->n_start);
	if (text->n_bytes < CODE_BYTES)
		return;
	if (memcmp(p, "\xff\xfe", 2) == 0 ||
	    (p[0] != 0 && p[1] == 0 && p[2] != 0 && p[3] == 0))
		text->form = AUDIT_TEXT_UTF16_LITTLE;
	else if (memcmp(p, "\xfe\xff", 2) == 0 ||
	    (p[0] == 0 && p[1] != 0 && p[2] == 0 && p[3] != 0))
		text->form = AUDIT_TEXT_UTF16_BIG;
}

/* One unit of UTF-16. Returns: bytes written. */
static size_t
take_utf16(struct audit_text *text, char *out)
{
	uint8_t a = (uint8_t)text->bytes[text->at];
	uint8_t b = (uint8_t)text->bytes[text->at + 1];
	uint32_t code = text->form == AUDIT_TEXT_UTF16_BIG
	    ? (uint32_t)(a << 8 | b)
	    : (uint32_t)(b << 8 | a);

	text->at += 2;
	if (code >= 0xd800 && code < 0xdc00) {
		text->high = code;
		return 0;
	}
	if (code >= 0xdc00 && code < 0xe000)
		code = text->high != 0
		    ? 0x10000 + ((text->high - 0xd800) << 10) + code - 0xdc00
		    : 0xfffd;
	text->high = 0;
	if (code == 0 || code == 0xfeff)
		return 0;
	return utf8_encode(out, code);
}

/* One byte that is no UTF-8. */
static size_t
take_windows(struct audit_text *text, char *out)
{
	static const uint16_t c1[32] = { 0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e,
		0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152,
		0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d,
		0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153,
		0xfffd, 0x017e, 0x0178 };
	uint32_t code = (uint8_t)text->bytes[text->at++];

	text->has_windows = true;
	if (code < 0xa0)
		code = c1[code - 0x80];
	return utf8_encode(out, code);
}

/* Bytes of ASCII, as many as there are. Returns: bytes written. */
static size_t
take_ascii(struct audit_text *text, char *out, size_t room)
{
	size_t n = 0;

	while (n < room && text->at + n < text->n_bytes &&
	    (signed char)text->bytes[text->at + n] > 0)
		n++;
	memcpy(out, text->bytes + text->at, n);
	text->at += n;
	return n;
}

/* One character. Returns: bytes written. */
static size_t
take_utf8(struct audit_text *text, char *out)
{
	struct str rest = { text->bytes + text->at,
		text->n_bytes - text->at };
	size_t n = 0;
	int32_t code = utf8_next(rest, &n);

	if (code < 0)
		return take_windows(text, out);
	text->at += n;
	if (code == 0)
		return 0;
	memcpy(out, rest.p, n);
	return n;
}

int
audit_text_read(void *context, char *bytes, size_t room, size_t *n)
{
	struct audit_text *text = context;
	size_t n_ascii;
	bool is_utf8;

	*n = 0;
	while (room - *n >= CODE_BYTES) {
		if (text->n_bytes - text->at < CODE_BYTES) {
			int r = refill(text);

			if (r < 0)
				return TRACE(r);
			if (!text->is_begun)
				begin(text);
		}
		is_utf8 = text->form == AUDIT_TEXT_UTF8;
		if (text->n_bytes - text->at < (is_utf8 ? 1u : 2u))
			break;
		n_ascii = is_utf8
		    ? take_ascii(text, bytes + *n, room - *n)
		    : 0;
		if (n_ascii == 0)
			*n += is_utf8 ? take_utf8(text, bytes + *n)
				      : take_utf16(text, bytes + *n);
		*n += n_ascii;
	}
	return 0;
}

const char *
audit_text_encoding(const struct audit_text *text)
{
	if (text->form != AUDIT_TEXT_UTF8)
		return "UTF-16";
	return text->has_windows ? "Windows-1252" : "UTF-8";
}

const char *
audit_text_foreign(const struct audit_text *text, const char **help)
{
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		struct str start = foreign[i].start;

		if (start.len <= text->n_start &&
		    strncasecmp(text->start, start.p, start.len) == 0) {
			*help = foreign[i].help;
			return foreign[i].what;
		}
	}
	return NULL;
}
