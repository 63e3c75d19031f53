/* Published logs of look-ups; see audit_log.h. */
#include "cli/audit_log.h"

#include <errno.h>

#include "cli/audit_time.h"
#include "cli/option.h"
#include "limits.h"
#include "util/fault.h"
#include "util/instant.h"

#define HEADER_ROWS 20 /* titles may stand in front of the header */
#define LISTED 24      /* names of columns in a message */

static const char separators[] = { ',', ';', '\t', '|' };

/* Where the header is and what its cells are. */
struct header {
	size_t row; /* how many readable rows stand before it */
	struct str cells[LIMIT_CSV_COLUMNS];
	size_t n_cells;
	size_t at[AUDIT_MAP_N_COLUMNS]; /* cell of each column; SIZE_MAX */
	size_t n_found;
	bool is_named; /* the mapping names one of them */
	bool is_sure;  /* that it is one */
};

/* The cell a mapping names: "#3", or the header's text without case. */
static size_t
find_named(const struct header *header, struct str name)
{
	uint64_t number;

	for (size_t i = 0; i < header->n_cells; i++) {
		if (header->cells[i].len == name.len &&
		    strncasecmp(header->cells[i].p, name.p, name.len) == 0)
			return i;
	}
	if (name.len > 1 && name.p[0] == '#' &&
	    str_to_u64(&number, str_part(name, 1, name.len)) && number >= 1 &&
	    number <= LIMIT_CSV_COLUMNS)
		return (size_t)number - 1;
	return SIZE_MAX;
}

/* What the mapping says stands before what is guessed. */
static void
tell_columns(struct header *header, const struct audit_map *map)
{
	/* Where there is no header there is nothing to guess by. */
	audit_map_guess(header->at, &header->is_sure, header->cells,
	    map->has_no_header ? 0 : header->n_cells);
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		if (!map->is_given[i])
			continue;
		header->at[i] = map->columns[i].len > 0
		    ? find_named(header, str_trim(map->columns[i]))
		    : SIZE_MAX;
		header->is_named |= header->at[i] != SIZE_MAX;
		for (size_t k = 0; k < AUDIT_MAP_N_COLUMNS; k++) {
			if (k != i && !map->is_given[k] &&
			    header->at[k] == header->at[i])
				header->at[k] = SIZE_MAX;
		}
	}
	header->n_found = 0;
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++)
		header->n_found += header->at[i] != SIZE_MAX;
	header->is_sure |= header->is_named || header->n_found >= 2;
}

/* Does the row look like a look-up rather than a header? */
static bool
is_data(const struct header *header)
{
	for (size_t i = 0; i < header->n_cells; i++) {
		struct str cell = header->cells[i];
		struct audit_time time;
		uint64_t number;

		if (audit_time_parse(&time, cell) ||
		    (cell.len >= 6 && str_to_u64(&number, cell)))
			return true;
	}
	return false;
}

/* Better than the best so far: more names; of none, more cells. */
static bool
is_better(const struct header *header, const struct header *best)
{
	if (header->n_found != best->n_found)
		return header->n_found > best->n_found;
	return header->n_found == 0 && header->n_cells > best->n_cells;
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

static void
read_header(struct header *header, const struct csv *csv,
    const struct audit_map *map)
{
	header->n_cells = csv->n_cells;
	for (size_t i = 0; i < csv->n_cells; i++)
		header->cells[i] = str_trim(csv_cell(csv, i));
	tell_columns(header, map);
	if (!header->is_sure || (!header->is_named && is_data(header)))
		header->n_found = 0;
}

/* The row among the first that has the most names of columns. */
static int
find_header(struct header *best, struct arena *arena, struct str text,
    char separator, const struct audit_map *map)
{
	CLEANUP(csv_fini) struct csv csv;
	size_t row = 0;
	int r;

	csv_init(&csv, text, separator);
	csv.is_lenient = true;
	while (row < HEADER_ROWS && (r = csv_next(&csv)) != CSV_E_END) {
		struct header header = { .row = row };

		if (r < 0)
			return TRACE(r);
		if (r > 0)
			continue;
		read_header(&header, &csv, map);
		if (row == 0 || is_better(&header, best)) {
			r = keep_header(best, &header, arena);
			if (r < 0)
				return TRACE(r);
		}
		if (map->has_no_header)
			break;
		row++;
	}
	return 0;
}

static int
choose_separator(struct audit_log *log, struct header *header,
    struct arena *arena, const struct audit_map *map)
{
	size_t n = map->separator != 0 ? 1 : ARRAY_LEN(separators);

	for (size_t i = 0; i < n; i++) {
		char separator = map->separator != 0 ? map->separator
						     : separators[i];
		struct header one = { 0 };
		int r = find_header(&one, arena, log->file.csv.text, separator,
		    map);

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

/* "the columns are: Search Time, Officer, …" */
static struct str
list_columns(struct arena *arena, const struct header *header)
{
	struct str list = STR("");

	for (size_t i = 0; i < header->n_cells && list.p != NULL; i++) {
		if (i == LISTED)
			return arena_format(arena, "%.*s, …", STR_ARG(list));
		list = arena_format(arena, "%.*s%s\"%.*s\"", STR_ARG(list),
		    i > 0 ? ", " : "",
		    STR_ARG(str_part(header->cells[i], 0, 40)));
	}
	return list.p != NULL ? list : STR("");
}

/* The column that was perhaps meant. */
static struct str
nearest(const struct header *header, struct str name)
{
	struct str best = STR("");
	unsigned least = 64;

	for (size_t i = 0; i < header->n_cells; i++) {
		unsigned far = option_distance(header->cells[i], name);

		if (far < least && option_is_near(name, header->cells[i])) {
			least = far;
			best = header->cells[i];
		}
	}
	return best;
}

/* Every column that the mapping names must be there. */
static bool
has_all_named(const struct header *header, const struct audit_map *map,
    struct diag_list *diags)
{
	bool has_all = true;

	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		struct str name = map->columns[i];
		struct str meant;

		if (!map->is_given[i] || name.len == 0 ||
		    header->at[i] != SIZE_MAX)
			continue;
		meant = nearest(header, name);
		diag_error_at(diags, diags->where,
		    "the mapping's column %s = \"%.*s\" is not in the header%s"
		    "%.*s%s",
		    audit_map_name((enum audit_map_column)i), STR_ARG(name),
		    meant.len > 0 ? "; did you mean \"" : "", STR_ARG(meant),
		    meant.len > 0 ? "\"?" : "");
		has_all = false;
	}
	return has_all;
}

static int
check_columns(const struct header *header, const struct audit_map *map,
    struct diag_list *diags)
{
	struct str list = list_columns(diags->arena, header);
	bool has_all = has_all_named(header, map, diags);

	if (!has_all) {
		diag_help(diags, "its columns are %.*s", STR_ARG(list));
		return AUDIT_LOG_E_COLUMNS;
	}
	if (header->n_found > 0)
		return 0;
	if (is_data(header)) {
		diag_error_at(diags, diags->where,
		    "there is no header: the first row has %.*s",
		    STR_ARG(list));
		diag_help(diags, "write a mapping with header = false and "
		    "columns = { when = \"#1\"; reason = \"#3\"; }; "
		    "--make-map writes one to fill in");
	} else {
		diag_error_at(diags, diags->where,
		    "no column has a name that is known: they are %.*s",
		    STR_ARG(list));
		diag_help(diags, "name them in a mapping: columns = { when = "
		    "\"…\"; who = \"…\"; reason = \"…\"; case = \"…\"; }; "
		    "--make-map writes one to fill in");
	}
	return AUDIT_LOG_E_COLUMNS;
}

/* A second column of the name is told: one of them may be the better one. */
static void
warn_of_doubles(const struct header *header, struct diag_list *diags)
{
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		size_t at = header->at[i];

		for (size_t k = 0; at < header->n_cells && k < header->n_cells;
		     k++) {
			if (k == at || header->cells[at].len == 0 ||
			    !str_is_equal(header->cells[k],
				header->cells[at]))
				continue;
			diag_warning(diags, 0, 0,
			    "columns %zu and %zu are both called \"%.*s\"; "
			    "%zu is taken (a mapping can say %s = \"#%zu\")",
			    at + 1, k + 1, STR_ARG(header->cells[at]), at + 1,
			    audit_map_name((enum audit_map_column)i), k + 1);
		}
	}
}

static int
describe(struct audit_log *log, const struct header *header,
    const struct audit_map *map, struct arena *arena)
{
	log->agency = map->agency;
	log->has_header = !map->has_no_header;
	log->dates = map->dates;
	log->n_skip = map->has_no_header ? 0 : header->row + 1;
	log->n_header = header->n_cells;
	log->header = ARENA_ARRAY(arena, header->n_cells, struct str);
	log->is_used = ARENA_ARRAY(arena, header->n_cells, bool);
	if (log->header == NULL || log->is_used == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < header->n_cells; i++)
		log->header[i] = log->has_header
		    ? header->cells[i]
		    : arena_format(arena, "#%zu", i + 1);
	memcpy(log->at, header->at, sizeof(log->at));
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		size_t at = header->at[i];

		if (at == SIZE_MAX)
			continue;
		log->is_guess[i] = !map->is_given[i];
		if (at < header->n_cells)
			log->is_used[at] = true;
		log->names[i] = at < header->n_cells ? log->header[at]
						     : map->columns[i];
	}
	return 0;
}

/* What is no text, or has nothing in it. */
static int
check_kind(struct audit_log *log, struct diag_list *diags)
{
	const char *help = "";
	const char *what = audit_text_foreign(&log->text, &help);

	if (what != NULL) {
		diag_error_at(diags, diags->where, "this is %s, no CSV", what);
		diag_help(diags, "%s", help);
		return AUDIT_LOG_E_KIND;
	}
	if (str_trim(log->file.csv.text).len == 0 ||
	    (log->file.csv.at >= log->file.csv.text.len)) {
		diag_error_at(diags, diags->where, "the file is empty");
		return AUDIT_LOG_E_EMPTY;
	}
	return 0;
}

int
audit_log_open(struct audit_log *log, struct diag_list *diags,
    struct arena *arena, csv_file_source_fn *source, void *context,
    const struct audit_map *map)
{
	struct header header = { 0 };
	int outcome = 0;
	int r;

	*log = (struct audit_log){ .diags = diags };
	audit_text_init(&log->text, source, context);
	r = csv_file_from(&log->file, audit_text_read, &log->text, ',');
	if (r == 0)
		outcome = r = check_kind(log, diags);
	if (r == 0)
		r = choose_separator(log, &header, arena, map);
	if (r == 0)
		r = describe(log, &header, map, arena);
	if (r == 0)
		outcome = r = check_columns(&header, map, diags);
	if (r == 0) {
		warn_of_doubles(&header, diags);
		log->file.csv.separator = log->separator;
		log->file.csv.is_lenient = true;
		return 0;
	}
	audit_log_close(log);
	return r < 0 ? TRACE(r) : outcome;
}

/* Without blanks, and without what spreadsheets put around: ="25-01234" */
static struct str
clean(struct str cell)
{
	cell = str_trim(cell);
	while (str_has_prefix(cell, STR("\xc2\xa0")))
		cell = str_trim(str_part(cell, 2, cell.len));
	while (str_has_suffix(cell, STR("\xc2\xa0")))
		cell = str_trim(str_part(cell, 0, cell.len - 2));
	if (cell.len >= 3 && str_has_prefix(cell, STR("=\"")) &&
	    str_has_suffix(cell, STR("\"")))
		cell = str_trim(str_part(cell, 2, cell.len - 1));
	return cell;
}

/* The date without a time of day that stands for none: 1/2/2025 0:00 */
static struct str
date_alone(struct str text)
{
	size_t at = str_find(text, ':', 0);

	while (at > 0 && at < text.len && text.p[at - 1] >= '0' &&
	    text.p[at - 1] <= '9')
		at--;
	return str_trim(str_part(text, 0,
	    at > 0 && at < text.len ? at - 1 : text.len));
}

/* The date's column, with the time of day of another one behind it. */
static struct str
moment_of(struct audit_log *log, const struct audit_log_row *row)
{
	struct str date = row->cells[AUDIT_MAP_WHEN];
	struct str day = date_alone(date);
	struct str clock = row->cells[AUDIT_MAP_TIME];
	struct audit_time time;
	int n;

	if (clock.len == 0 || !audit_time_parse(&time, date) ||
	    time.us % INSTANT_DAY != 0)
		return date;
	n = snprintf(log->moment, sizeof(log->moment), "%.*s %.*s",
	    STR_ARG(day), STR_ARG(clock));
	if (n < 0 || (size_t)n >= sizeof(log->moment))
		return date;
	return audit_time_parse(&time, (struct str){ log->moment, (size_t)n })
	    ? (struct str){ log->moment, (size_t)n }
	    : date;
}

static void
read_time(struct audit_log *log, struct audit_log_row *row)
{
	struct audit_time time;

	row->when_us = row->swap_us = INT64_MIN;
	if (log->names[AUDIT_MAP_WHEN].p == NULL)
		return;
	if (!audit_time_parse(&time, moment_of(log, row))) {
		log->n_no_time++;
		return;
	}
	log->n_day_first += time.order == AUDIT_TIME_DAY_FIRST;
	log->n_month_first += time.order == AUDIT_TIME_MONTH_FIRST;
	row->when_us = time.us;
	row->swap_us = time.swap_us;
}

/* Separators alone; or the header again, where files were put together. */
static bool
is_left_out(struct audit_log *log, const struct csv *csv)
{
	bool is_blank = true;
	bool is_header = log->has_header && log->n_header >= 2 &&
	    csv->n_cells >= log->n_header;

	for (size_t i = 0; i < csv->n_cells; i++) {
		struct str cell = clean(csv_cell(csv, i));

		is_blank &= cell.len == 0;
		is_header &= i >= log->n_header ||
		    str_is_equal(cell, log->header[i]);
	}
	log->n_blank += is_blank;
	log->n_headers += is_header && !is_blank;
	return is_blank || is_header;
}

static void
read_row(struct audit_log *log, struct audit_log_row *row,
    const struct csv *csv)
{
	*row = (struct audit_log_row){ .line = csv->line };
	log->n_rows++;
	log->n_mended += csv->is_mended;
	log->n_short += csv->n_cells < log->n_header;
	log->n_long += csv->n_cells > log->n_header;
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		if (log->at[i] != SIZE_MAX)
			row->cells[i] = clean(csv_cell(csv, log->at[i]));
	}
	read_time(log, row);
}

int
audit_log_next(struct audit_log *log, struct audit_log_row *row)
{
	const struct csv *csv = &log->file.csv;
	int r;

	while ((r = csv_file_next(&log->file)) != CSV_E_END) {
		if (r < 0)
			return TRACE(r);
		if (r > 0) {
			log->n_unreadable++;
			diag_warning(log->diags, 0, 0, "line %zu: %s",
			    csv->line, csv_text(r));
		} else if (log->n_skip > 0) {
			log->n_skip--;
		} else if (!is_left_out(log, csv)) {
			read_row(log, row, csv);
			return 0;
		}
	}
	log->is_day_first = log->dates == AUDIT_MAP_DATES_DMY ||
	    (log->dates == AUDIT_MAP_DATES_GUESS &&
		log->n_day_first > log->n_month_first);
	return AUDIT_LOG_E_END;
}

uint64_t
audit_log_done(const struct audit_log *log)
{
	return log->text.n_read;
}

void
audit_log_close(struct audit_log *log)
{
	csv_file_close(&log->file);
}
