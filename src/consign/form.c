/* How bytes become records; see form.h. */
#include "consign/form.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "consign/aamva.h"
#include "consign/jsonline.h"
#include "source/import_row.h"
#include "util/fault.h"

static const char title[] = "STILE-FORM 1";

static bool
has_map(const struct form *form)
{
	return form->kind == CONSIGN_CSV || form->kind == CONSIGN_JSON;
}

/* Each entry of the mapping is a cell of its own: a member of the object. */
static int
bind_members(struct form *form, struct diag_list *diags)
{
	struct import_map *map = &form->map;

	if (map->n_entries > LIMIT_CSV_COLUMNS) {
		diag_error_at(diags, diags->where,
		    "more than %d columns in a mapping", LIMIT_CSV_COLUMNS);
		return FORM_E_BAD;
	}
	map->n_columns = map->n_entries;
	for (size_t i = 0; i < map->n_entries; i++) {
		map->entries[i].index = i;
		map->entries[i].is_bound = map->entries[i].column.p != NULL;
	}
	form->is_bound = true;
	return 0;
}

int
form_init(struct form *form, struct diag_list *diags, struct arena *arena,
    enum consign_form kind, struct str map_text)
{
	int r;

	*form = (struct form){ .kind = kind, .map_text = map_text };
	if (!has_map(form)) {
		form->is_bound = true;
		return 0;
	}
	r = import_map_parse(&form->map, diags, arena, map_text);
	if (r != 0)
		return r < 0 ? TRACE(r) : FORM_E_BAD;
	return kind == CONSIGN_JSON ? bind_members(form, diags) : 0;
}

int
form_bind(struct form *form, struct diag_list *diags, const struct csv *header)
{
	if (import_map_bind(&form->map, diags, header) != 0)
		return FORM_E_BAD;
	form->is_bound = true;
	return 0;
}

int
form_bind_to(struct form *form, const uint16_t *index, size_t n,
    size_t n_columns)
{
	struct import_map *map = &form->map;

	if (n != map->n_entries || n_columns > LIMIT_CSV_COLUMNS)
		return FORM_E_BAD;
	map->n_columns = n_columns;
	for (size_t i = 0; i < n; i++) {
		struct import_map_entry *entry = &map->entries[i];

		if (index[i] > n_columns)
			return FORM_E_BAD;
		entry->index = index[i];
		entry->is_bound = entry->column.p != NULL &&
		    index[i] < n_columns;
	}
	form->is_bound = true;
	return 0;
}

void
form_encode(struct buf *text, const struct form *form)
{
	buf_add_format(text, "%s\n%.*s\n", title,
	    STR_ARG(consign_head_form_text(form->kind)));
	if (form->kind == CONSIGN_CSV) {
		buf_add_u64(text, form->map.n_columns);
		for (size_t i = 0; i < form->map.n_entries; i++) {
			buf_add_char(text, i == 0 ? ' ' : ',');
			if (form->map.entries[i].is_bound)
				buf_add_u64(text, form->map.entries[i].index);
			else
				buf_add_char(text, '-');
		}
		buf_add_char(text, '\n');
	}
	buf_add_str(text, form->map_text);
}

/* "23 0,1,-,4" */
static int
decode_binding(struct form *form, struct str line)
{
	uint16_t index[LIMIT_CSV_COLUMNS];
	struct str word;
	uint64_t n_columns;
	size_t n = 0;

	if (!str_split(&word, &line, ' ') || !str_to_u64(&n_columns, word) ||
	    n_columns > LIMIT_CSV_COLUMNS)
		return FORM_E_BAD;
	while (str_split(&word, &line, ',')) {
		uint64_t at = n_columns;

		if (n == ARRAY_LEN(index) ||
		    (!str_is_equal(word, STR("-")) &&
			(!str_to_u64(&at, word) || at >= n_columns)))
			return FORM_E_BAD;
		index[n++] = (uint16_t)at;
	}
	return form_bind_to(form, index, n, (size_t)n_columns);
}

static bool
find_kind(enum consign_form *kind, struct str name)
{
	for (int i = 0; i < CONSIGN_N_FORMS; i++) {
		*kind = (enum consign_form)i;
		if (str_is_equal(consign_head_form_text(*kind), name))
			return true;
	}
	return false;
}

int
form_decode(struct form *form, struct diag_list *diags, struct arena *arena,
    struct str text)
{
	struct str binding = STR("");
	enum consign_form kind;
	struct str line;
	int r;

	*form = (struct form){ 0 };
	if (!str_split(&line, &text, '\n') ||
	    !str_is_equal(line, str_of(title)) ||
	    !str_split(&line, &text, '\n') || !find_kind(&kind, line) ||
	    (kind == CONSIGN_CSV && !str_split(&binding, &text, '\n'))) {
		diag_error_at(diags, diags->where, "not the form of a transfer");
		return FORM_E_BAD;
	}
	r = form_init(form, diags, arena, kind, text);
	if (r == 0 && kind == CONSIGN_CSV)
		r = decode_binding(form, binding);
	if (r != 0)
		*form = (struct form){ 0 };
	return r < 0 ? TRACE(r) : r;
}

int
form_read_cells(struct form_row *row, const struct form *form,
    struct arena *arena, const struct csv *cells, int32_t today,
    bool is_keys_only)
{
	struct import_row read;
	int r = is_keys_only
	    ? import_row_keys(&read, arena, &form->map, cells, today)
	    : import_row_salvage(&read, arena, &form->map, cells, today);

	if (r < 0)
		return TRACE(r);
	row->n_keys = 0;
	row->record = read.record;
	if (r == 0 && read.keys.first.p != NULL)
		row->keys[row->n_keys++] = read.keys.first;
	if (r == 0 && read.keys.second.p != NULL)
		row->keys[row->n_keys++] = read.keys.second;
	return 0;
}

/* One line of CSV; of several rows the first would be meant, so there is none. */
static int
read_csv(struct csv *scratch, struct str bytes, char separator)
{
	struct str rest;
	int r;

	scratch->text = bytes;
	scratch->at = 0;
	scratch->counted = 0;
	scratch->separator = separator;
	r = csv_next(scratch);
	if (r != 0)
		return r < 0 ? TRACE(r) : FORM_E_BAD;
	rest = str_trim(str_part(bytes, scratch->at, bytes.len));
	return rest.len == 0 ? 0 : FORM_E_BAD;
}

int
form_read(struct form_row *row, const struct form *form, struct csv *scratch,
    struct arena *arena, struct str bytes, int32_t today, bool is_keys_only)
{
	int r;

	*row = (struct form_row){ 0 };
	switch (form->kind) {
	case CONSIGN_CSV:
		r = read_csv(scratch, bytes, form->map.separator);
		break;
	case CONSIGN_JSON:
		r = jsonline_read(scratch, &form->map, bytes);
		break;
	case CONSIGN_AAMVA:
		return TRACE(aamva_read(&row->record, row->keys, &row->n_keys,
		    arena, bytes, today));
	case CONSIGN_BYTES:
	case CONSIGN_N_FORMS:
	default:
		return 0;
	}
	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	return TRACE(form_read_cells(row, form, arena, scratch, today,
	    is_keys_only));
}
