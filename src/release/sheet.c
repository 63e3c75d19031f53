/*
 * The lines of a release; see sheet.h.
 *
 * Reading is a row of expectations: the literal parts of the line must stand
 * there byte by byte, and what stands between them has one spelling each.
 */
#include "release/sheet.h"

#include <errno.h>

#include "claims/jsontext.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/json.h"
#include "util/utf8.h"

#define HASH_TEXT 44 /* base64 of 32 bytes */

/* --- writing -------------------------------------------------------------- */

static void
add_text(struct buf *line, const char *before, struct str text)
{
	buf_add_text(line, before);
	json_add_string(line, text);
}

static void
add_number(struct buf *line, const char *before, uint64_t number)
{
	buf_add_text(line, before);
	buf_add_u64(line, number);
}

static void
add_hash(struct buf *line, const struct digest *hash)
{
	buf_add_char(line, '"');
	base64_add(line, BASE64_STANDARD, hash->b, sizeof(hash->b));
	buf_add_char(line, '"');
}

static void
add_hashes(struct buf *line, const char *before, const struct digest *hashes,
    size_t n)
{
	buf_add_text(line, before);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(line, ',');
		add_hash(line, &hashes[i]);
	}
	buf_add_char(line, ']');
}

void
sheet_write_head(struct buf *line, const struct sheet_head *head)
{
	add_text(line, "{\"stile\":\"release@v1\",\"holder\":", head->holder);
	add_text(line, ",\"origin\":", head->origin);
	add_text(line, ",\"title\":", head->title);
	add_text(line, ",\"made\":", head->made);
	add_number(line, ",\"from\":", head->from);
	add_number(line, ",\"to\":", head->to);
	add_text(line, ",\"profile\":", head->profile);
	add_text(line, ",\"review\":", head->review);
	add_text(line, ",\"checkpoint\":", head->checkpoint);
	add_hashes(line, ",\"left\":[", head->left, head->n_left);
	buf_add_text(line, ",\"exemptions\":[");
	for (size_t i = 0; i < head->n_exemptions; i++) {
		const struct sheet_exemption *row = &head->exemptions[i];

		add_text(line, i > 0 ? ",[" : "[", row->code);
		add_text(line, ",", row->title);
		add_text(line, ",", row->cite);
		add_text(line, ",", row->harm);
		add_text(line, ",", row->standing);
		buf_add_char(line, ']');
	}
	buf_add_text(line, "]}\n");
}

static void
add_withheld(struct buf *line, const struct sheet_withheld *row)
{
	add_text(line, "[", row->label);
	add_text(line, ",", row->exemptions);
	if (row->how.len > 0) {
		add_text(line, ",", row->how);
		add_text(line, ",", row->said);
	}
	buf_add_char(line, ']');
}

void
sheet_write_entry(struct buf *line, const struct sheet_entry *entry)
{
	add_number(line, "{\"entry\":", entry->index);
	if (entry->is_bare) {
		buf_add_text(line, ",\"hash\":");
		add_hash(line, &entry->hash);
		buf_add_text(line, "}\n");
		return;
	}
	buf_add_text(line, ",\"open\":[");
	for (size_t i = 0; i < entry->n_open; i++)
		add_text(line, i > 0 ? "," : "", entry->open[i]);
	buf_add_text(line, "],\"withheld\":[");
	for (size_t i = 0; i < entry->n_withheld; i++) {
		if (i > 0)
			buf_add_char(line, ',');
		add_withheld(line, &entry->withheld[i]);
	}
	buf_add_text(line, "],\"leaf\":");
	buf_add_str(line, entry->leaf);
	buf_add_text(line, "}\n");
}

void
sheet_write_end(struct buf *line, const struct sheet_end *end)
{
	add_number(line, "{\"end\":", end->to);
	add_number(line, ",\"shown\":", end->n_shown);
	add_number(line, ",\"bare\":", end->n_bare);
	add_hashes(line, ",\"right\":[", end->right, end->n_right);
	buf_add_text(line, "}\n");
}

void
sheet_write_sign(struct buf *line, struct str receipt)
{
	add_text(line, "{\"sign\":", receipt);
	buf_add_text(line, "}\n");
}

/* --- reading -------------------------------------------------------------- */

/* Sticky: after the first thing that is wrong nothing more is taken. */
struct reader {
	struct str line;
	size_t at;
	struct arena *arena;
	int result;
};

static void
fail(struct reader *reader, int result)
{
	if (reader->result == 0)
		reader->result = result;
}

/* The literal must stand here. */
static bool
take(struct reader *reader, const char *literal)
{
	size_t n = strlen(literal);

	if (reader->result != 0)
		return false;
	if (reader->line.len - reader->at < n ||
	    memcmp(reader->line.p + reader->at, literal, n) != 0) {
		fail(reader, SHEET_E_FORMAT);
		return false;
	}
	reader->at += n;
	return true;
}

/* Does the literal stand here? Then step over it. */
static bool
skip(struct reader *reader, const char *literal)
{
	size_t n = strlen(literal);

	if (reader->result != 0 || reader->line.len - reader->at < n ||
	    memcmp(reader->line.p + reader->at, literal, n) != 0)
		return false;
	reader->at += n;
	return true;
}

static void
take_number(struct reader *reader, uint64_t *number)
{
	size_t from = reader->at;

	*number = 0;
	if (reader->result != 0)
		return;
	while (reader->at < reader->line.len &&
	    reader->line.p[reader->at] >= '0' &&
	    reader->line.p[reader->at] <= '9')
		reader->at++;
	if (!str_to_u64(number, str_part(reader->line, from, reader->at)) ||
	    *number > TLOG_SIZE_MAX)
		fail(reader, SHEET_E_FORMAT);
}

/* A string with escapes: undone, and written again it must be the same. */
static void
unescape(struct reader *reader, struct str *text, struct str raw, size_t from)
{
	CLEANUP(buf_fini) struct buf plain = { 0 };
	CLEANUP(buf_fini) struct buf again = { 0 };

	buf_init(&plain, LIMIT_RELEASE_LINE);
	buf_init(&again, LIMIT_RELEASE_LINE);
	claims_jsontext_unescape(&plain, raw);
	json_add_string(&again, buf_str(&plain));
	if (buf_finish(&plain) != 0 || buf_finish(&again) != 0) {
		fail(reader, FAULT(ENOMEM));
		return;
	}
	if (!str_is_equal(buf_str(&again),
		str_part(reader->line, from, reader->at))) {
		fail(reader, SHEET_E_FORMAT);
		return;
	}
	*text = arena_str(reader->arena, buf_str(&plain));
	if (text->p == NULL)
		fail(reader,
		    reader->arena->is_full ? SHEET_E_LIMIT : FAULT(ENOMEM));
}

static void
take_text(struct reader *reader, struct str *text)
{
	size_t from = reader->at;
	struct claims_jsontext walk;
	struct str raw;
	size_t end;

	*text = STR("");
	if (!take(reader, "\""))
		return;
	/* Most strings are plain: labels, codes, base64. */
	end = reader->at + json_plain(reader->line, reader->at);
	if (end < reader->line.len && reader->line.p[end] == '"') {
		*text = str_part(reader->line, reader->at, end);
		reader->at = end + 1;
		return;
	}
	claims_jsontext_init(&walk, reader->line);
	walk.at = from;
	if (claims_jsontext_string(&walk, &raw) != 0) {
		fail(reader, SHEET_E_FORMAT);
		return;
	}
	reader->at = walk.at;
	unescape(reader, text, raw, from);
}

static void
take_hash(struct reader *reader, struct digest *hash)
{
	struct str text;
	size_t len = 0;

	if (!take(reader, "\""))
		return;
	text = str_part(reader->line, reader->at, reader->at + HASH_TEXT);
	if (base64_parse(hash->b, &len, sizeof(hash->b), BASE64_STANDARD,
		text) != 0 ||
	    len != sizeof(hash->b)) {
		fail(reader, SHEET_E_FORMAT);
		return;
	}
	reader->at += HASH_TEXT;
	take(reader, "\"");
}

/* Is there another element? Steps over the comma or the closing bracket. */
static bool
take_next(struct reader *reader, size_t n, size_t max)
{
	if (reader->result != 0 || skip(reader, "]"))
		return false;
	if (n > 0)
		take(reader, ",");
	if (n == max)
		fail(reader, SHEET_E_LIMIT);
	return reader->result == 0;
}

static void
take_hashes(struct reader *reader, const char *before, struct digest *hashes,
    size_t *n, size_t max)
{
	take(reader, before);
	for (*n = 0; take_next(reader, *n, max); (*n)++)
		take_hash(reader, &hashes[*n]);
}

static int
finish(struct reader *reader, size_t *at)
{
	if (reader->result == 0 && reader->at != reader->line.len)
		fail(reader, SHEET_E_FORMAT);
	*at = reader->at;
	return TRACE(reader->result);
}

static void
take_exemption(struct reader *reader, struct sheet_exemption *row)
{
	take(reader, "[");
	take_text(reader, &row->code);
	take(reader, ",");
	take_text(reader, &row->title);
	take(reader, ",");
	take_text(reader, &row->cite);
	take(reader, ",");
	take_text(reader, &row->harm);
	take(reader, ",");
	take_text(reader, &row->standing);
	take(reader, "]");
}

int
sheet_read_head(struct sheet_head *head, size_t *at, struct arena *arena,
    struct str line)
{
	struct reader reader = { line, 0, arena, 0 };
	size_t *n = &head->n_exemptions;

	take(&reader, "{\"stile\":\"release@v1\",\"holder\":");
	take_text(&reader, &head->holder);
	take(&reader, ",\"origin\":");
	take_text(&reader, &head->origin);
	take(&reader, ",\"title\":");
	take_text(&reader, &head->title);
	take(&reader, ",\"made\":");
	take_text(&reader, &head->made);
	take(&reader, ",\"from\":");
	take_number(&reader, &head->from);
	take(&reader, ",\"to\":");
	take_number(&reader, &head->to);
	take(&reader, ",\"profile\":");
	take_text(&reader, &head->profile);
	take(&reader, ",\"review\":");
	take_text(&reader, &head->review);
	take(&reader, ",\"checkpoint\":");
	take_text(&reader, &head->checkpoint);
	take_hashes(&reader, ",\"left\":[", head->left, &head->n_left,
	    ARRAY_LEN(head->left));
	take(&reader, ",\"exemptions\":[");
	for (*n = 0; take_next(&reader, *n, ARRAY_LEN(head->exemptions));
	     (*n)++)
		take_exemption(&reader, &head->exemptions[*n]);
	take(&reader, "}");
	return finish(&reader, at);
}

static void
take_withheld(struct reader *reader, struct sheet_withheld *row)
{
	*row = (struct sheet_withheld){ .how = STR(""), .said = STR("") };
	take(reader, "[");
	take_text(reader, &row->label);
	take(reader, ",");
	take_text(reader, &row->exemptions);
	if (skip(reader, ",")) {
		take_text(reader, &row->how);
		take(reader, ",");
		take_text(reader, &row->said);
		if (row->how.len == 0)
			fail(reader, SHEET_E_FORMAT);
	}
	take(reader, "]");
}

/* The leaf is what is left, but for the last brace; claims/ judges it. */
static void
take_leaf(struct reader *reader, struct str *leaf)
{
	if (!take(reader, ",\"leaf\":"))
		return;
	if (reader->line.len < reader->at + 2 ||
	    reader->line.p[reader->line.len - 1] != '}') {
		fail(reader, SHEET_E_FORMAT);
		return;
	}
	*leaf = str_part(reader->line, reader->at, reader->line.len - 1);
	reader->at = reader->line.len;
}

int
sheet_read_entry(struct sheet_entry *entry, size_t *at, struct arena *arena,
    struct str line)
{
	struct reader reader = { line, 0, arena, 0 };
	size_t *n_open = &entry->n_open;
	size_t *n_withheld = &entry->n_withheld;

	*n_open = 0;
	*n_withheld = 0;
	entry->leaf = STR("");
	take(&reader, "{\"entry\":");
	take_number(&reader, &entry->index);
	entry->is_bare = skip(&reader, ",\"hash\":");
	if (entry->is_bare) {
		take_hash(&reader, &entry->hash);
		take(&reader, "}");
		return finish(&reader, at);
	}
	take(&reader, ",\"open\":[");
	while (take_next(&reader, *n_open, ARRAY_LEN(entry->open)))
		take_text(&reader, &entry->open[(*n_open)++]);
	take(&reader, ",\"withheld\":[");
	while (take_next(&reader, *n_withheld, ARRAY_LEN(entry->withheld)))
		take_withheld(&reader, &entry->withheld[(*n_withheld)++]);
	take_leaf(&reader, &entry->leaf);
	return finish(&reader, at);
}

int
sheet_read_end(struct sheet_end *end, size_t *at, struct arena *arena,
    struct str line)
{
	struct reader reader = { line, 0, arena, 0 };

	take(&reader, "{\"end\":");
	take_number(&reader, &end->to);
	take(&reader, ",\"shown\":");
	take_number(&reader, &end->n_shown);
	take(&reader, ",\"bare\":");
	take_number(&reader, &end->n_bare);
	take_hashes(&reader, ",\"right\":[", end->right, &end->n_right,
	    ARRAY_LEN(end->right));
	take(&reader, "}");
	return finish(&reader, at);
}

int
sheet_read_sign(struct str *receipt, size_t *at, struct arena *arena,
    struct str line)
{
	struct reader reader = { line, 0, arena, 0 };

	take(&reader, "{\"sign\":");
	take_text(&reader, receipt);
	take(&reader, "}");
	return finish(&reader, at);
}

enum sheet_kind
sheet_kind(struct str line)
{
	static const struct {
		struct str begin;
		enum sheet_kind kind;
	} kinds[] = { { STR_INIT("{\"stile\":"), SHEET_HEAD },
		{ STR_INIT("{\"entry\":"), SHEET_ENTRY },
		{ STR_INIT("{\"end\":"), SHEET_END },
		{ STR_INIT("{\"sign\":"), SHEET_SIGN } };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_has_prefix(line, kinds[i].begin))
			return kinds[i].kind;
	}
	return SHEET_OTHER;
}
