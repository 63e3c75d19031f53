/* Published logs of look-ups; see audit_log.h. */
#include "cli/audit_log.h"

#include <errno.h>

#include "cli/audit_time.h"
#include "limits.h"
#include "util/csv.h"
#include "util/fault.h"
#include "util/utf8.h"

#define HEADER_ROWS 20 /* titles may stand in front of the header */

static const char separators[] = { ',', ';', '\t', '|' };

/* Where the header is and what its cells are. */
struct header {
	size_t row; /* how many readable rows stand before it */
	struct str cells[LIMIT_CSV_COLUMNS];
	size_t n_cells;
	size_t at[AUDIT_MAP_N_COLUMNS]; /* cell of each column; SIZE_MAX */
	size_t n_found;
};

static bool
has_prefix(struct str text, const char *bytes, size_t len)
{
	return text.len >= len && memcmp(text.p, bytes, len) == 0;
}

/* UTF-16 with a byte order mark into UTF-8. */
static void
decode_utf16(struct buf *out, struct str text, bool is_big)
{
	uint32_t high = 0;

	for (size_t i = 2; i + 1 < text.len; i += 2) {
		uint8_t a = (uint8_t)text.p[i];
		uint8_t b = (uint8_t)text.p[i + 1];
		uint32_t code = is_big ? (uint32_t)(a << 8 | b)
				       : (uint32_t)(b << 8 | a);
		char bytes[4];

		if (code >= 0xd800 && code < 0xdc00) {
			high = code;
			continue;
		}
		if (code >= 0xdc00 && code < 0xe000) {
			code = high != 0
			    ? 0x10000 + ((high - 0xd800) << 10) + code - 0xdc00
			    : 0xfffd;
		}
		high = 0;
		buf_add(out, bytes, utf8_encode(bytes, code));
	}
}

/* What is no UTF-8 is read as Windows-1252, byte by byte. */
static void
decode_windows(struct buf *out, struct str text)
{
	static const uint16_t c1[32] = { 0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e,
		0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152,
		0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d,
		0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153,
		0xfffd, 0x017e, 0x0178 };
	size_t at = 0;

	while (at < text.len) {
		size_t from = at;
		int32_t code = utf8_next(text, &at);
		char bytes[4];

		if (code >= 0) {
			buf_add(out, text.p + from, at - from);
			continue;
		}
		at = from + 1;
		code = (uint8_t)text.p[from];
		if (code < 0xa0)
			code = c1[code - 0x80];
		buf_add(out, bytes, utf8_encode(bytes, (uint32_t)code));
	}
}

/* The text as UTF-8 with LF lines, in the arena. */
static int
decode(struct str *out, struct audit_log *log, struct arena *arena,
    struct str text)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	bool is_utf16 = has_prefix(text, "\xff\xfe", 2) ||
	    has_prefix(text, "\xfe\xff", 2);

	*out = text;
	log->encoding = "UTF-8";
	buf_init(&buf, 3 * text.len + 4);
	if (is_utf16) {
		log->encoding = "UTF-16";
		decode_utf16(&buf, text, text.p[0] == '\xfe');
	} else if (!utf8_is_valid(text)) {
		log->encoding = "Windows-1252";
		decode_windows(&buf, text);
	} else if (str_find(text, '\n', 0) == text.len &&
	    str_find(text, '\r', 0) < text.len) {
		/* The lines of an old Macintosh. */
		buf_add_str(&buf, text);
		for (size_t i = 0; i < buf.len; i++) {
			if (buf.bytes[i] == '\r')
				buf.bytes[i] = '\n';
		}
	} else {
		return 0;
	}
	if (buf_finish(&buf) != 0)
		return FAULT(ENOMEM);
	*out = arena_str(arena, buf_str(&buf));
	return out->p != NULL ? 0 : FAULT(ENOMEM);
}

/* The cell a mapping names: "#3", or the header's text without case. */
static size_t
find_named(const struct header *header, struct str name)
{
	uint64_t number;

	if (name.len > 1 && name.p[0] == '#' &&
	    str_to_u64(&number, str_part(name, 1, name.len)) && number >= 1 &&
	    number <= LIMIT_CSV_COLUMNS)
		return (size_t)number - 1;
	for (size_t i = 0; i < header->n_cells; i++) {
		if (header->cells[i].len == name.len &&
		    strncasecmp(header->cells[i].p, name.p, name.len) == 0)
			return i;
	}
	return SIZE_MAX;
}

/* What the mapping says stands before what is guessed. */
static void
tell_columns(struct header *header, const struct audit_map *map)
{
	audit_map_guess(header->at, header->cells, header->n_cells);
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		if (!map->is_given[i])
			continue;
		header->at[i] = map->columns[i].len > 0
		    ? find_named(header, map->columns[i])
		    : SIZE_MAX;
		for (size_t k = 0; k < AUDIT_MAP_N_COLUMNS; k++) {
			if (k != i && !map->is_given[k] &&
			    header->at[k] == header->at[i])
				header->at[k] = SIZE_MAX;
		}
	}
	header->n_found = 0;
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++)
		header->n_found += header->at[i] != SIZE_MAX;
}

static int
keep_header(struct header *best, const struct header *header,
    struct arena *arena)
{
	*best = *header;
	for (size_t i = 0; i < best->n_cells; i++) {
		best->cells[i] = arena_str(arena, header->cells[i]);
		if (best->cells[i].p == NULL)
			return FAULT(ENOMEM);
	}
	return 0;
}

/* The row among the first that has the most names of columns. */
static int
find_header(struct header *best, struct arena *arena, struct str text,
    char separator, const struct audit_map *map)
{
	CLEANUP(csv_fini) struct csv csv;
	int r;

	csv_init(&csv, text, separator);
	for (size_t row = 0; row < HEADER_ROWS; row++) {
		struct header header = { .row = row };

		r = csv_next(&csv);
		if (r < 0)
			return TRACE(r);
		if (r == CSV_E_END)
			break;
		if (r > 0) {
			row--;
			if (csv.at >= text.len)
				break;
			continue;
		}
		header.n_cells = csv.n_cells;
		for (size_t i = 0; i < csv.n_cells; i++)
			header.cells[i] = str_trim(csv_cell(&csv, i));
		if (map->has_no_header)
			header.row = SIZE_MAX; /* the first row is data */
		tell_columns(&header, map);
		if (header.n_found > best->n_found ||
		    (header.n_found == best->n_found && header.n_found > 0 &&
			row == 0 && header.n_cells > best->n_cells)) {
			r = keep_header(best, &header, arena);
			if (r < 0)
				return TRACE(r);
		}
		if (map->has_no_header)
			break;
	}
	return 0;
}

static int
choose_separator(struct audit_log *log, struct header *header,
    struct arena *arena, struct str text, const struct audit_map *map)
{
	size_t n = map->separator != 0 ? 1 : ARRAY_LEN(separators);

	for (size_t i = 0; i < n; i++) {
		char separator = map->separator != 0 ? map->separator
						     : separators[i];
		struct header one = { 0 };
		int r = find_header(&one, arena, text, separator, map);

		if (r < 0)
			return TRACE(r);
		if (i == 0 || one.n_found > header->n_found ||
		    (one.n_found == header->n_found &&
			one.n_cells > header->n_cells)) {
			*header = one;
			log->separator = separator;
		}
	}
	return 0;
}

/* Every column that the mapping names must be there. */
static int
check_columns(const struct header *header, const struct audit_map *map,
    struct diag_list *diags)
{
	bool is_missing = false;

	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		if (!map->is_given[i] || map->columns[i].len == 0 ||
		    header->at[i] != SIZE_MAX)
			continue;
		diag_error_at(diags, diags->where,
		    "the mapping's column %s = \"%.*s\" is not in the header",
		    audit_map_name((enum audit_map_column)i),
		    STR_ARG(map->columns[i]));
		is_missing = true;
	}
	if (header->n_found == 0) {
		diag_error_at(diags, diags->where,
		    "no column has a name that is known");
		is_missing = true;
	}
	if (is_missing)
		diag_help(diags, "name the columns in a mapping file: columns "
		    "= { when = \"…\"; who = \"…\"; reason = \"…\"; case = "
		    "\"…\"; };");
	return is_missing ? AUDIT_LOG_E_COLUMNS : 0;
}

static int
describe(struct audit_log *log, const struct header *header,
    const struct audit_map *map, struct arena *arena)
{
	bool is_used[LIMIT_CSV_COLUMNS] = { false };

	log->agency = map->agency;
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		size_t at = header->at[i];

		if (at == SIZE_MAX)
			continue;
		log->is_guess[i] = !map->is_given[i];
		if (at < header->n_cells)
			is_used[at] = true;
		log->names[i] = map->has_no_header
		    ? arena_format(arena, "#%zu", at + 1)
		    : at < header->n_cells ? header->cells[at]
					   : map->columns[i];
	}
	log->others = ARENA_ARRAY(arena, header->n_cells, struct str);
	if (log->others == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < header->n_cells && !map->has_no_header; i++) {
		if (!is_used[i] && header->cells[i].len > 0)
			log->others[log->n_others++] = header->cells[i];
	}
	return 0;
}

static int
read_row(struct audit_log_row *row, struct audit_log *log,
    const struct header *header, const struct csv *csv, struct arena *arena)
{
	row->line = csv->line;
	row->when_us = INT64_MIN;
	log->n_short += csv->n_cells < header->n_cells;
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		struct str cell;

		if (header->at[i] == SIZE_MAX)
			continue;
		cell = str_trim(csv_cell(csv, header->at[i]));
		row->cells[i] = arena_str(arena, cell);
		if (row->cells[i].p == NULL)
			return FAULT(ENOMEM);
		if (i == AUDIT_MAP_WHEN)
			log->is_day_first |= audit_time_is_day_first(cell);
	}
	return 0;
}

static void
note_unreadable(struct audit_log *log, struct diag_list *diags, size_t line,
    int outcome)
{
	log->n_unreadable++;
	diag_warning(diags, 0, 0, "line %zu: %s", line, csv_text(outcome));
}

/* Room for one more row; the array doubles. */
static int
grow(struct audit_log *log, size_t *size, struct arena *arena)
{
	struct audit_log_row *rows;

	if (log->n_rows < *size)
		return 0;
	*size = *size == 0 ? 1024 : 2 * *size;
	rows = ARENA_ARRAY(arena, *size, struct audit_log_row);
	if (rows == NULL)
		return FAULT(ENOMEM);
	if (log->n_rows > 0)
		memcpy(rows, log->rows, log->n_rows * sizeof(*rows));
	log->rows = rows;
	return 0;
}

static int
read_rows(struct audit_log *log, struct diag_list *diags, struct arena *arena,
    const struct header *header, struct str text,
    audit_log_progress_fn progress, void *context)
{
	CLEANUP(csv_fini) struct csv csv;
	size_t size = 0;
	size_t n_skip = header->row == SIZE_MAX ? 0 : header->row + 1;
	size_t at = SIZE_MAX;
	int r;

	csv_init(&csv, text, log->separator);
	while ((r = csv_next(&csv)) != CSV_E_END) {
		if (r < 0)
			return TRACE(r);
		if (r > 0) {
			if (csv.at == at)
				break; /* it does not get on */
			at = csv.at;
			note_unreadable(log, diags, csv.line, r);
			continue;
		}
		if (n_skip > 0) {
			n_skip--;
			continue;
		}
		if (log->n_rows == LIMIT_LOOKBACK_ROWS)
			return AUDIT_LOG_E_LIMIT;
		r = grow(log, &size, arena);
		if (r == 0)
			r = read_row(&log->rows[log->n_rows], log, header, &csv,
			    arena);
		if (r < 0)
			return TRACE(r);
		log->n_rows++;
		if (progress != NULL && log->n_rows % 4096 == 0)
			progress(context, csv.at, text.len);
	}
	if (progress != NULL)
		progress(context, text.len, text.len);
	return log->n_rows > 0 ? 0 : AUDIT_LOG_E_EMPTY;
}

static void
read_times(struct audit_log *log, const struct audit_map *map)
{
	if (map->dates != AUDIT_MAP_DATES_GUESS)
		log->is_day_first = map->dates == AUDIT_MAP_DATES_DMY;
	if (log->names[AUDIT_MAP_WHEN].p == NULL)
		return;
	for (size_t i = 0; i < log->n_rows; i++) {
		struct audit_log_row *row = &log->rows[i];

		if (!audit_time_parse(&row->when_us,
			row->cells[AUDIT_MAP_WHEN], log->is_day_first)) {
			row->when_us = INT64_MIN;
			log->n_no_time++;
		}
	}
}

int
audit_log_read(struct audit_log *log, struct diag_list *diags,
    struct arena *arena, struct str text, const struct audit_map *map,
    audit_log_progress_fn progress, void *context)
{
	struct header header = { 0 };
	int r;

	*log = (struct audit_log){ 0 };
	r = decode(&text, log, arena, text);
	if (r < 0)
		return TRACE(r);
	if (str_trim(text).len == 0)
		return AUDIT_LOG_E_EMPTY;
	r = choose_separator(log, &header, arena, text, map);
	if (r < 0)
		return TRACE(r);
	r = check_columns(&header, map, diags);
	if (r > 0)
		return AUDIT_LOG_E_COLUMNS;
	r = describe(log, &header, map, arena);
	if (r == 0)
		r = read_rows(log, diags, arena, &header, text, progress,
		    context);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	read_times(log, map);
	return 0;
}
