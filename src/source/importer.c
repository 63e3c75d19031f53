/* From a CSV file to the record database; see importer.h. */
#include "source/importer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "source/import_ban.h"
#include "source/import_map.h"
#include "source/import_row.h"
#include "source/source_sqlite.h"
#include "util/csv_file.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/instant.h"
#include "util/utf8.h"

#define PATH_BYTES 4096
#define PROGRESS_ROWS 1000

/* One import under way. */
struct import {
	const struct importer_options *options;
	struct importer_report *report;
	struct diag_list *diags;
	struct arena *arena; /* for what the report keeps */
	struct import_map map;
	struct csv_file file;
	struct source_sqlite_writer *writer; /* NULL: only a check */
	struct arena rows;		     /* for one row */
	struct import_row row;
	int32_t today;
};

/* Say what is wrong with a file, in the words of its outcome. */
static int
refuse_file(struct import *import, const char *path, const char *why)
{
	diag_error_at(import->diags, str_of(path), "%s", why);
	return IMPORTER_E_FILE;
}

/* The same of the surroundings: no file, no space, no permission. */
static int
miss_file(struct import *import, const char *path, const char *why)
{
	diag_error_at(import->diags, str_of(path), "%s", why);
	return IMPORTER_E_CANNOT;
}

static int
read_map(struct import *import)
{
	const char *path = import->options->map;
	struct str text;
	int r = file_read(&text, import->arena, AT_FDCWD, path,
	    LIMIT_IMPORT_MAP_BYTES);

	if (r == FILE_E_ABSENT)
		return miss_file(import, path, "there is no such mapping");
	if (r == FILE_E_TOO_LARGE)
		return refuse_file(import, path, "larger than a mapping is");
	if (r == FILE_E_KIND)
		return refuse_file(import, path, "not a file");
	if (r < 0)
		return miss_file(import, path, strerror(-r));
	diag_init(import->diags, import->arena, str_of(path), text);
	r = import_map_parse(&import->map, import->diags, import->arena, text);
	return r > 0 ? IMPORTER_E_MAP : TRACE(r);
}

static int
open_csv(struct import *import)
{
	const char *path = import->options->csv;
	int r = csv_file_open(&import->file, path, import->map.separator);

	switch (r) {
	case 0:
		return 0;
	case CSV_FILE_E_ABSENT:
		return miss_file(import, path, "there is no such file");
	case CSV_FILE_E_KIND:
		return refuse_file(import, path, "not a file");
	case CSV_FILE_E_UTF16:
		return refuse_file(import, path,
		    "the text is UTF-16; save it as UTF-8");
	default:
		return miss_file(import, path, strerror(-r));
	}
}

/* A header's cell as it can be shown: what could deceive becomes '?'. */
static struct str
shown(struct arena *arena, struct str cell)
{
	struct str name = arena_str(arena,
	    str_part(str_trim(cell), 0, LIMIT_IMPORT_COLUMN));
	char *bytes = arena_dup(arena, name.p != NULL ? name.p : "", name.len);
	size_t at = 0;

	while (name.p != NULL && bytes != NULL && at < name.len) {
		size_t from = at;
		int32_t code = utf8_next(name, &at);

		at = code < 0 ? from + 1 : at;
		if (code < 0 || utf8_is_deceptive((uint32_t)code))
			memset(bytes + from, '?', at - from);
	}
	return (struct str){ bytes, name.len };
}

/* Put a column that is not imported on its list. */
static int
list_column(struct import *import, struct str name, struct str reason)
{
	struct importer_report *report = import->report;
	struct importer_column *column = reason.len > 0
	    ? &report->dropped[report->n_dropped++]
	    : &report->ignored[report->n_ignored++];

	column->name = shown(import->arena, name);
	column->reason = reason;
	return column->name.p != NULL ? 0 : FAULT(ENOMEM);
}

/* What becomes of each column of the file. */
static int
list_columns(struct import *import)
{
	const struct csv *header = &import->file.csv;
	struct importer_report *report = import->report;
	int r = 0;

	report->dropped = ARENA_ARRAY(import->arena, header->n_cells,
	    struct importer_column);
	report->ignored = ARENA_ARRAY(import->arena, header->n_cells,
	    struct importer_column);
	if (report->dropped == NULL || report->ignored == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < header->n_cells && r == 0; i++) {
		struct str name = csv_cell(header, i);
		const struct import_map_entry *entry =
		    import_map_find(&import->map, i);

		if (entry == NULL)
			r = list_column(import, name, import_ban_reason(name));
		else if (entry->target == IMPORT_MAP_DROP)
			r = list_column(import, name, entry->reason);
	}
	return TRACE(r);
}

static int
read_header(struct import *import)
{
	const char *path = import->options->csv;
	int r = csv_file_next(&import->file);

	if (r < 0)
		return miss_file(import, path, strerror(-r));
	if (r == CSV_E_END)
		return refuse_file(import, path, "the file is empty");
	if (r > 0)
		return refuse_file(import, path, csv_text(r));
	r = import_map_bind(&import->map, import->diags, &import->file.csv);
	return r > 0 ? IMPORTER_E_MAP : TRACE(list_columns(import));
}

static int
open_database(struct import *import)
{
	char path[PATH_BYTES];
	const char *dir = import->options->dir;
	int n = snprintf(path, sizeof(path), "%s/records", dir);
	int r;

	if (import->options->is_check)
		return 0;
	if (n < 0 || (size_t)n + sizeof("/records.db") > sizeof(path))
		return miss_file(import, dir, strerror(ENAMETOOLONG));
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return miss_file(import, path, strerror(errno));
	memcpy(path + n, "/records.db", sizeof("/records.db"));
	r = source_sqlite_begin(&import->writer, path);
	if (r == SOURCE_SQLITE_E_DAMAGED)
		return refuse_file(import, path,
		    "not a record database, or damaged; move it away");
	if (r == SOURCE_SQLITE_E_BUSY)
		return miss_file(import, path, "another import is under way");
	return r < 0 ? miss_file(import, path, strerror(-r)) : 0;
}

static int
reject_row(struct import *import, struct str reason)
{
	struct importer_report *report = import->report;
	struct importer_row *row;

	if (report->n_rejected++ >= LIMIT_IMPORT_REASONS)
		return 0;
	row = &report->rejected[report->n_rejected - 1];
	row->line = import->file.csv.line;
	row->reason = arena_str(import->arena, reason);
	return row->reason.p != NULL ? 0 : FAULT(ENOMEM);
}

static int
store_row(struct import *import)
{
	struct importer_report *report = import->report;
	struct import_row *row = &import->row;
	bool is_new = true;
	int r = import_row_read(row, &import->rows, &import->map,
	    &import->file.csv, import->today);

	if (r < 0 && import->rows.is_full)
		return TRACE(reject_row(import,
		    STR("row: larger than a record can be")));
	if (r < 0)
		return TRACE(r);
	if (r == IMPORT_ROW_E_REJECTED)
		return TRACE(reject_row(import, row->reason));
	if (import->writer != NULL) {
		r = source_sqlite_put(import->writer, &is_new, &row->record,
		    &row->keys);
		if (r < 0)
			return TRACE(r);
	}
	report->n_new += is_new;
	report->n_updated += !is_new;
	report->n_one_way += row->is_one_way;
	report->n_bad_digit += row->is_bad_digit;
	return 0;
}

static void
tell_progress(const struct import *import)
{
	const struct importer_options *options = import->options;

	if (options->progress != NULL)
		options->progress(options->context,
		    csv_file_done(&import->file), import->file.n_all,
		    import->report);
}

static int
store_rows(struct import *import)
{
	for (;;) {
		int r = csv_file_next(&import->file);

		if (r == CSV_E_END)
			break;
		if (r < 0)
			return TRACE(r);
		if (import->report->n_rows++ % PROGRESS_ROWS == 0)
			tell_progress(import);
		arena_reset(&import->rows);
		r = r > 0 ? reject_row(import, str_of(csv_text(r)))
			  : store_row(import);
		if (r < 0)
			return TRACE(r);
	}
	tell_progress(import);
	return 0;
}

static struct str
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return str_of(slash != NULL ? slash + 1 : path);
}

static int
commit(struct import *import)
{
	const struct importer_report *report = import->report;
	char when[INSTANT_TEXT_SIZE];
	struct str csv = file_name(import->options->csv);
	struct str map = file_name(import->options->map);
	struct str text;

	if (report->n_new + report->n_updated == 0)
		return IMPORTER_E_EMPTY;
	if (import->writer == NULL)
		return 0;
	instant_format(when, import->options->now_us);
	text = arena_format(import->arena,
	    "%.*s by %.*s, %s, %zu new, %zu updated, %zu rejected",
	    STR_ARG(csv), STR_ARG(map), when, report->n_new,
	    report->n_updated, report->n_rejected);
	if (text.p == NULL)
		return FAULT(ENOMEM);
	return TRACE(source_sqlite_commit(import->writer, text));
}

static int
run(struct import *import)
{
	int r = read_map(import);

	if (r == 0)
		r = open_csv(import);
	if (r == 0)
		r = read_header(import);
	if (r == 0)
		r = open_database(import);
	if (r == 0)
		r = store_rows(import);
	return r == 0 ? commit(import) : r;
}

int
importer_run(struct importer_report *report, struct diag_list *diags,
    struct arena *arena, const struct importer_options *options)
{
	struct import import = { .options = options, .report = report,
		.diags = diags, .arena = arena, .file.fd = -1,
		.today = instant_day(options->now_us) };
	int r;

	*report = (struct importer_report){ 0 };
	arena_init(&import.rows, LIMIT_IMPORT_ROW_BYTES);
	r = run(&import);
	source_sqlite_close(import.writer);
	csv_file_close(&import.file);
	arena_fini(&import.rows);
	return TRACE(r);
}

static void
print_columns(const struct importer_report *report, FILE *out)
{
	for (size_t i = 0; i < report->n_dropped; i++)
		fprintf(out, "%s  %.*s: %.*s\n",
		    i == 0 ? "columns dropped:\n" : "",
		    STR_ARG(report->dropped[i].name),
		    STR_ARG(report->dropped[i].reason));
	for (size_t i = 0; i < report->n_ignored; i++)
		fprintf(out, "%s  %.*s\n",
		    i == 0 ? "columns ignored, not in the mapping:\n" : "",
		    STR_ARG(report->ignored[i].name));
}

void
importer_print(const struct importer_report *report, FILE *out)
{
	size_t n_told = MIN(report->n_rejected, (size_t)LIMIT_IMPORT_REASONS);

	fprintf(out, "%zu rows: %zu new, %zu updated, %zu rejected\n",
	    report->n_rows, report->n_new, report->n_updated,
	    report->n_rejected);
	if (report->n_one_way > 0)
		fprintf(out, "%zu records can be asked for by one of their two "
			     "keys only\n",
		    report->n_one_way);
	if (report->n_bad_digit > 0)
		fprintf(out, "%zu VINs have a check digit that does not hold\n",
		    report->n_bad_digit);
	print_columns(report, out);
	for (size_t i = 0; i < n_told; i++)
		fprintf(out, "%s  line %zu: %.*s\n",
		    i == 0 ? "rows rejected:\n" : "", report->rejected[i].line,
		    STR_ARG(report->rejected[i].reason));
	if (report->n_rejected > n_told)
		fprintf(out, "  and %zu more\n", report->n_rejected - n_told);
}
