/* Where records end; see cutter.h. */
#include "consign/cutter.h"

#include <errno.h>

#include "consign/aamva.h"
#include "consign/cuts.h"
#include "util/fault.h"

/* With so much in view no row is cut short that csv.h would take. */
#define ENOUGH (2 * LIMIT_CSV_FIELD + 3 * LIMIT_CSV_COLUMNS + 2)

_Static_assert(ENOUGH <= LIMIT_CONSIGN_RING / 2, "a row fits the ring");

/* What one format knows: cut one stretch at the front of view. */
typedef int cut_fn(struct cutter *cutter, size_t *n_used, struct buf *out,
    struct str view, bool is_end);

int
cutter_init(struct cutter *cutter, struct form *form, int32_t today)
{
	*cutter = (struct cutter){ .form = form, .today = today,
		.is_begun = form->is_bound && form->kind == CONSIGN_CSV };
	csv_init(&cutter->csv, STR(""), form->map.separator);
	arena_init(&cutter->rows, LIMIT_IMPORT_ROW_BYTES);
	return 0;
}

void
cutter_fini(struct cutter *cutter)
{
	csv_fini(&cutter->csv);
	arena_fini(&cutter->rows);
}

/* A stretch that is no record, in as many pieces as it takes. */
static void
put_bytes(struct buf *out, size_t len)
{
	while (len > 0) {
		struct cut cut = { .kind = CUTS_BYTES,
			.len = MIN(len, (size_t)LIMIT_CONSIGN_PIECE) };

		cuts_put(out, &cut);
		len -= cut.len;
	}
}

static void
put_record(struct buf *out, size_t len, const struct form_row *row)
{
	struct cut cut = { .kind = CUTS_RECORD, .len = len };

	for (size_t i = 0; i < row->n_keys; i++)
		cut.texts[cut.n_texts++] = row->keys[i];
	cuts_put(out, &cut);
}

/* A record that is a stretch of its own: all but CSV. */
static int
cut_record(struct cutter *cutter, struct buf *out, struct str bytes)
{
	struct form_row row;
	int r;

	if (bytes.len > LIMIT_CONSIGN_PIECE) {
		put_bytes(out, bytes.len);
		return 0;
	}
	arena_reset(&cutter->rows);
	r = form_read(&row, cutter->form, &cutter->csv, &cutter->rows, bytes,
	    cutter->today, true);
	if (r < 0 && !cutter->rows.is_full)
		return TRACE(r);
	if (r < 0 || row.record.kind == RECORD_NONE)
		put_bytes(out, bytes.len);
	else
		put_record(out, bytes.len, &row);
	return 0;
}

/* Go on through a line that is too long. */
static size_t
skip(struct cutter *cutter, struct buf *out, struct str view)
{
	size_t end = str_find(view, '\n', 0);

	cutter->is_skipping = end == view.len;
	end = MIN(end + 1, view.len);
	put_bytes(out, end);
	return end;
}

/* --- CSV ----------------------------------------------------------------- */

static void
put_binding(struct buf *out, const struct form *form)
{
	const struct import_map *map = &form->map;
	char text[2 * (LIMIT_CSV_COLUMNS + 1)];
	struct cut cut = { .kind = CUTS_BINDING, .n_texts = 1 };
	size_t len = 0;

	text[len++] = (char)(map->n_columns >> 8);
	text[len++] = (char)(map->n_columns & 0xff);
	for (size_t i = 0; i < map->n_entries && len < sizeof(text); i++) {
		size_t index = map->entries[i].is_bound ? map->entries[i].index
							: map->n_columns;

		text[len++] = (char)(index >> 8);
		text[len++] = (char)(index & 0xff);
	}
	cut.texts[0] = (struct str){ text, len };
	cuts_put(out, &cut);
}

static int
refuse(struct buf *out, struct str why)
{
	struct cut cut = { .kind = CUTS_REFUSED,
		.texts = { str_part(why, 0, LIMIT_DIAG_TEXT) },
		.n_texts = 1 };

	cuts_put(out, &cut);
	return CUTTER_E_REFUSED;
}

/* The first row names the columns; r: how reading it went. */
static int
cut_header(struct cutter *cutter, struct buf *out, size_t len, int r)
{
	struct diag_list diags;

	if (r != 0)
		return refuse(out, STR("the first row is no header"));
	if (cutter->form->map.n_entries > LIMIT_CSV_COLUMNS)
		return refuse(out, STR("the mapping has too many columns"));
	arena_reset(&cutter->rows);
	diag_init(&diags, &cutter->rows, STR("mapping"), (struct str){ 0 });
	if (form_bind(cutter->form, &diags, &cutter->csv) != 0)
		return refuse(out, diag_first(&diags));
	put_binding(out, cutter->form);
	put_bytes(out, len);
	return 0;
}

/* Read the row at the front of view. *len: the bytes it takes, end included. */
static int
read_row(struct cutter *cutter, size_t *len, struct str view)
{
	struct csv *csv = &cutter->csv;
	int r;

	csv->text = view;
	csv->at = 0;
	if (!cutter->is_begun && str_has_prefix(view, STR("\xef\xbb\xbf")))
		csv->at = 3;
	csv->counted = csv->at;
	r = csv_next(csv);
	if (r == 0 && csv->at < view.len && view.p[csv->at] == '\r')
		csv->at++;
	if (r == 0 && csv->at < view.len && view.p[csv->at] == '\n')
		csv->at++;
	*len = csv->at;
	return r;
}

static int
cut_csv(struct cutter *cutter, size_t *n_used, struct buf *out,
    struct str view, bool is_end)
{
	struct form_row row;
	size_t len;
	int r;

	if (!is_end && view.len < ENOUGH)
		return 0;
	r = read_row(cutter, &len, view);
	if (r < 0)
		return TRACE(r);
	*n_used = len;
	if (r != 0 && r != CSV_E_END)
		cutter->is_skipping = len == view.len && !is_end &&
		    view.p[len - 1] != '\n';
	if (!cutter->is_begun && r != CSV_E_END) {
		cutter->is_begun = true;
		return cut_header(cutter, out, len, r);
	}
	if (r != 0 || len > LIMIT_CONSIGN_PIECE) {
		put_bytes(out, len);
		return 0;
	}
	arena_reset(&cutter->rows);
	r = form_read_cells(&row, cutter->form, &cutter->rows, &cutter->csv,
	    cutter->today, true);
	if (r < 0 && !cutter->rows.is_full)
		return TRACE(r);
	row.n_keys = r < 0 ? 0 : row.n_keys;
	put_record(out, len, &row);
	return 0;
}

/* --- lines of JSON ------------------------------------------------------- */

static int
cut_json(struct cutter *cutter, size_t *n_used, struct buf *out,
    struct str view, bool is_end)
{
	size_t end = str_find(view, '\n', 0);

	if (end == view.len && !is_end && view.len <= LIMIT_CONSIGN_PIECE)
		return 0;
	if (end == view.len && !is_end) {
		*n_used = skip(cutter, out, view);
		return 0;
	}
	*n_used = MIN(end + 1, view.len);
	return TRACE(cut_record(cutter, out, str_part(view, 0, *n_used)));
}

/* --- AAMVA --------------------------------------------------------------- */

static int
cut_aamva(struct cutter *cutter, size_t *n_used, struct buf *out,
    struct str view, bool is_end)
{
	size_t end = 1;

	while ((end = str_find(view, '@', end)) < view.len &&
	    !aamva_begins(view, end) &&
	    (is_end || view.len - end >= AAMVA_BEGIN_BYTES))
		end++;
	if (end < view.len && !aamva_begins(view, end))
		end = view.len; /* it may begin there: not all of it has come */
	if (end == view.len && !is_end) {
		if (view.len <= LIMIT_CONSIGN_PIECE + AAMVA_BEGIN_BYTES)
			return 0;
		/* No record is so long: what is surely none of the next. */
		end = LIMIT_CONSIGN_PIECE;
		put_bytes(out, end);
		*n_used = end;
		return 0;
	}
	*n_used = end;
	if (!aamva_begins(view, 0)) {
		put_bytes(out, end);
		return 0;
	}
	return TRACE(cut_record(cutter, out, str_part(view, 0, end)));
}

/* --- all ----------------------------------------------------------------- */

static int
cut_bytes(struct cutter *cutter, size_t *n_used, struct buf *out,
    struct str view, bool is_end)
{
	(void)cutter;
	if (!is_end && view.len < LIMIT_CONSIGN_PIECE)
		return 0;
	*n_used = MIN(view.len, (size_t)LIMIT_CONSIGN_PIECE);
	put_bytes(out, *n_used);
	return 0;
}

static cut_fn *const cuts[CONSIGN_N_FORMS] = {
	[CONSIGN_BYTES] = cut_bytes,
	[CONSIGN_CSV] = cut_csv,
	[CONSIGN_JSON] = cut_json,
	[CONSIGN_AAMVA] = cut_aamva,
};

int
cutter_cut(struct cutter *cutter, size_t *n_used, struct buf *out,
    struct str view, bool is_end)
{
	int r = 0;

	*n_used = 0;
	while (r == 0 && *n_used < view.len &&
	    out->limit - out->len >= CUTS_ROOM) {
		struct str rest = str_part(view, *n_used, view.len);
		size_t n = 0;

		if (cutter->is_skipping)
			n = skip(cutter, out, rest);
		else
			r = cuts[cutter->form->kind](cutter, &n, out, rest,
			    is_end);
		if (r != 0 || n == 0)
			break;
		*n_used += n;
	}
	return r < 0 ? TRACE(r) : r;
}
