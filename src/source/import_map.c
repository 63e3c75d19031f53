/* Reading and binding a mapping; see import_map.h. */
#include "source/import_map.h"

#include <assert.h>
#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>

#include "source/import_ban.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/utf8.h"

/* While a mapping is read. */
struct loading {
	struct import_map *map;
	struct diag_list *diags;
	struct arena *arena;
	struct str text;
	size_t n_errors; /* of diags when reading began */
};

typedef void (*read_fn)(struct loading *loading,
    struct import_map_entry *entry, const config_setting_t *setting);

static void read_column(struct loading *loading,
    struct import_map_entry *entry, const config_setting_t *setting);
static void read_field(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting);
static void read_value(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting);
static void read_drop(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting);
static void read_date(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting);
static void read_codes(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting);
static void read_upper(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting);
static void read_optional(struct loading *loading,
    struct import_map_entry *entry, const config_setting_t *setting);
static void read_trim(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting);

static const struct {
	const char *name;
	read_fn read;
} settings[] = {
	{ "column", read_column }, { "field", read_field },
	{ "value", read_value }, { "drop", read_drop }, { "date", read_date },
	{ "codes", read_codes }, { "upper", read_upper },
	{ "optional", read_optional }, { "trim", read_trim },
};

/* An error at a line of the mapping; libconfig knows no column. */
#define complain(loading, line, ...)                                           \
	diag_error((loading)->diags, line_start((loading)->text, (line)), 0,   \
	    __VA_ARGS__)

static size_t
line_start(struct str text, size_t line)
{
	size_t at = 0;

	if (text.p == NULL)
		return 0;
	while (line > 1 && at < text.len) {
		at = str_find(text, '\n', at) + 1;
		line--;
	}
	while (at < text.len && (text.p[at] == ' ' || text.p[at] == '\t'))
		at++;
	return MIN(at, text.len);
}

static size_t
line_of(const config_setting_t *setting)
{
	return setting != NULL ? config_setting_source_line(setting) : 1;
}

/* A string setting in the arena; a complaint and p == NULL when it is none. */
static struct str
take_string(struct loading *loading, const config_setting_t *setting)
{
	struct str text = { NULL, 0 };
	const char *name = setting != NULL ? config_setting_name(setting) : NULL;

	if (setting == NULL ||
	    config_setting_type(setting) != CONFIG_TYPE_STRING) {
		complain(loading, line_of(setting),
		    "%s: a text in quotes is expected",
		    name != NULL ? name : "codes");
		return text;
	}
	text = str_of(config_setting_get_string(setting));
	if (!utf8_is_valid(text)) {
		complain(loading, line_of(setting), "not UTF-8");
		return (struct str){ NULL, 0 };
	}
	return arena_str(loading->arena, text);
}

static bool
take_bool(struct loading *loading, const config_setting_t *setting)
{
	if (config_setting_type(setting) == CONFIG_TYPE_BOOL)
		return config_setting_get_bool(setting) != 0;
	complain(loading, line_of(setting), "%s: true or false is expected",
	    config_setting_name(setting));
	return false;
}

static void
read_column(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting)
{
	entry->column = str_trim(take_string(loading, setting));
	if (entry->column.p != NULL && entry->column.len == 0)
		complain(loading, line_of(setting), "column: a name is empty");
}

static void
read_field(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting)
{
	struct str name = take_string(loading, setting);

	entry->target = IMPORT_MAP_FIELD;
	if (str_is_equal(name, STR("flag.protected"))) {
		entry->target = IMPORT_MAP_PROTECTED;
		return;
	}
	if (str_is_equal(name, STR("flag.sealed"))) {
		entry->target = IMPORT_MAP_SEALED;
		return;
	}
	if (name.p == NULL)
		return;
	if (!record_field_find(&entry->field, name)) {
		complain(loading, line_of(setting),
		    "there is no field \"%.*s\"", STR_ARG(name));
		diag_help(loading->diags,
		    "fields are listed in src/source/record_fields.def");
		return;
	}
	if (record_field_get(entry->field)->class == RECORD_NEVER) {
		entry->target = IMPORT_MAP_DROP;
		entry->reason = record_field_get(entry->field)->cite;
	}
}

static void
read_value(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting)
{
	entry->value = take_string(loading, setting);
}

static void
read_drop(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting)
{
	entry->reason = str_trim(take_string(loading, setting));
	if (entry->reason.p != NULL && entry->reason.len == 0)
		complain(loading, line_of(setting), "drop: say why");
}

/* One run of Y, M and D each, of a length that digits can fill. */
static bool
is_pattern(struct str pattern)
{
	size_t n_runs[3] = { 0 };

	for (size_t i = 0; i < pattern.len;) {
		char c = pattern.p[i];
		size_t len = 0;

		if (c >= '0' && c <= '9')
			return false;
		while (i + len < pattern.len && pattern.p[i + len] == c)
			len++;
		i += len;
		n_runs[0] += c == 'Y';
		n_runs[1] += c == 'M';
		n_runs[2] += c == 'D';
		if ((c == 'Y' && len != 4) ||
		    ((c == 'M' || c == 'D') && len > 2))
			return false;
	}
	return n_runs[0] == 1 && n_runs[1] == 1 && n_runs[2] == 1;
}

static void
read_date(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting)
{
	entry->date = take_string(loading, setting);
	if (entry->date.p == NULL || is_pattern(entry->date))
		return;
	complain(loading, line_of(setting), "date: \"%.*s\" is no pattern",
	    STR_ARG(entry->date));
	diag_help(loading->diags, "YYYY-MM-DD, MM/DD/YYYY, M/D/YYYY, YYYYMMDD "
				  "and the like");
}

static bool
read_code(struct loading *loading, struct import_map_code *code,
    const config_setting_t *setting)
{
	if (!config_setting_is_list(setting) ||
	    config_setting_length(setting) != 2) {
		complain(loading, line_of(setting),
		    "codes: pairs are expected: ( (\"N\", \"ACTIVE\") )");
		return false;
	}
	code->cell = take_string(loading, config_setting_get_elem(setting, 0));
	code->value = take_string(loading, config_setting_get_elem(setting, 1));
	return code->cell.p != NULL && code->value.p != NULL;
}

static void
read_codes(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting)
{
	int n = config_setting_length(setting);

	if (!config_setting_is_list(setting)) {
		complain(loading, line_of(setting),
		    "codes: pairs are expected: ( (\"N\", \"ACTIVE\") )");
		return;
	}
	entry->codes = ARENA_ARRAY(loading->arena, (size_t)n,
	    struct import_map_code);
	for (int i = 0; i < n && entry->codes != NULL; i++) {
		if (!read_code(loading, &entry->codes[i],
			config_setting_get_elem(setting, (unsigned)i)))
			return;
		entry->n_codes++;
	}
}

static void
read_upper(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting)
{
	entry->is_upper = take_bool(loading, setting);
}

static void
read_optional(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting)
{
	entry->is_optional = take_bool(loading, setting);
}

static void
read_trim(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting)
{
	(void)entry;
	if (!take_bool(loading, setting))
		complain(loading, line_of(setting),
		    "trim: outer spaces are always cut");
}

/* What the settings of one entry must be together. */
static void
check_entry(struct loading *loading, const struct import_map_entry *entry,
    const config_setting_t *group)
{
	bool has_field = config_setting_get_member(group, "field") != NULL;
	bool has_drop = config_setting_get_member(group, "drop") != NULL;
	const struct record_field_info *info = record_field_get(entry->field);
	size_t line = entry->line;

	if (entry->column.p == NULL && entry->value.p == NULL)
		complain(loading, line, "column (or value) is missing");
	if (entry->column.p != NULL && entry->value.p != NULL)
		complain(loading, line, "column and value exclude each other");
	if (!has_field && !has_drop)
		complain(loading, line,
		    "field (or drop, with the reason) is missing");
	if (has_field && has_drop)
		complain(loading, line, "field and drop exclude each other");
	if (entry->target == IMPORT_MAP_FIELD &&
	    info->kind != loading->map->kind)
		complain(loading, line, "a %.*s has no field \"%.*s\"",
		    STR_ARG(record_kind_text(loading->map->kind)),
		    STR_ARG(info->name));
}

static void
read_setting(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (strcmp(settings[i].name, name) == 0) {
			settings[i].read(loading, entry, setting);
			return;
		}
	}
	complain(loading, line_of(setting), "a column has no setting \"%s\"",
	    name);
}

static void
read_entry(struct loading *loading, struct import_map_entry *entry,
    const config_setting_t *group)
{
	size_t n_errors = loading->diags->n_errors;
	int n = config_setting_length(group);
	struct str ban;

	entry->line = line_of(group);
	if (!config_setting_is_group(group)) {
		complain(loading, entry->line,
		    "columns: groups are expected: { column = ...; }");
		return;
	}
	for (int i = 0; i < n; i++)
		read_setting(loading, entry,
		    config_setting_get_elem(group, (unsigned)i));
	if (loading->diags->n_errors != n_errors)
		return;
	check_entry(loading, entry, group);
	/* PII-10: whatever the mapping says. */
	ban = import_ban_reason(entry->column);
	if (ban.p != NULL) {
		entry->target = IMPORT_MAP_DROP;
		entry->reason = ban;
	}
}

static int
read_entries(struct loading *loading, const config_setting_t *columns)
{
	int n = config_setting_length(columns);

	loading->map->entries = ARENA_ARRAY(loading->arena, (size_t)n,
	    struct import_map_entry);
	if (loading->map->entries == NULL)
		return FAULT(ENOMEM);
	loading->map->n_entries = (size_t)n;
	for (int i = 0; i < n; i++)
		read_entry(loading, &loading->map->entries[i],
		    config_setting_get_elem(columns, (unsigned)i));
	return 0;
}

static void
read_kind(struct loading *loading, const config_setting_t *setting)
{
	struct str kind = setting != NULL ? take_string(loading, setting)
					  : (struct str){ NULL, 0 };

	if (setting == NULL)
		complain(loading, 1, "kind is missing");
	else if (str_is_equal(kind, STR("vehicle")))
		loading->map->kind = RECORD_VEHICLE;
	else if (str_is_equal(kind, STR("driver")))
		loading->map->kind = RECORD_DRIVER;
	else if (kind.p != NULL)
		complain(loading, line_of(setting),
		    "kind: \"vehicle\" or \"driver\" is expected");
}

static void
read_separator(struct loading *loading, const config_setting_t *setting)
{
	struct str text = STR(",");

	if (setting != NULL)
		text = take_string(loading, setting);
	loading->map->separator = ',';
	if (text.p == NULL)
		return;
	if (text.len != 1 || memchr("\"\r\n", text.p[0], 4) != NULL ||
	    (unsigned char)text.p[0] >= 0x80) {
		complain(loading, line_of(setting),
		    "separator: one character is expected, no quote and no "
		    "line end");
		return;
	}
	loading->map->separator = text.p[0];
}

static int
read_root(struct loading *loading, const config_setting_t *root)
{
	static const char *const known[] = { "kind", "separator", "columns" };
	const config_setting_t *columns =
	    config_setting_get_member(root, "columns");

	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *setting =
		    config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(setting);
		size_t k = 0;

		while (k < ARRAY_LEN(known) && strcmp(known[k], name) != 0)
			k++;
		if (k == ARRAY_LEN(known))
			complain(loading, line_of(setting),
			    "there is no setting \"%s\"", name);
	}
	read_kind(loading, config_setting_get_member(root, "kind"));
	read_separator(loading, config_setting_get_member(root, "separator"));
	if (columns == NULL || !config_setting_is_list(columns) ||
	    config_setting_length(columns) == 0) {
		complain(loading, columns != NULL ? line_of(columns) : 1,
		    "columns: a list of groups is expected: ( { ... } )");
		return 0;
	}
	/* Nothing can be said of fields while the kind is unknown. */
	if (loading->map->kind == RECORD_NONE)
		return 0;
	return TRACE(read_entries(loading, columns));
}

/* Whether libconfig would go and read another file, which a mapping may not. */
static bool
has_include(struct str text)
{
	static const struct str word = STR_INIT("@include");

	for (size_t at = 0; (at = str_find(text, '@', at)) < text.len; at++) {
		if (str_has_prefix(str_part(text, at, text.len), word))
			return true;
	}
	return false;
}

int
import_map_parse(struct import_map *map, struct diag_list *diags,
    struct arena *arena, struct str text)
{
	struct loading loading = { .map = map, .diags = diags, .arena = arena,
		.text = text, .n_errors = diags->n_errors };
	CLEANUP(config_destroy) config_t config;
	const char *copy = arena_dup(arena, text.p != NULL ? text.p : "",
	    text.len);
	int r = 0;

	*map = (struct import_map){ .kind = RECORD_NONE };
	config_init(&config);
	if (copy == NULL)
		return FAULT(ENOMEM);
	if (!utf8_is_valid(text) || memchr(copy, '\0', text.len) != NULL)
		complain(&loading, 1, "the mapping is not UTF-8 text");
	else if (has_include(text))
		complain(&loading, 1, "@include has no place in a mapping");
	else if (!config_read_string(&config, copy))
		complain(&loading, (size_t)config_error_line(&config), "%s",
		    config_error_text(&config));
	else
		r = read_root(&loading, config_root_setting(&config));
	if (r == 0 && arena->is_full)
		return FAULT(ENOMEM);
	if (r < 0)
		return TRACE(r);
	return diags->n_errors > loading.n_errors ? IMPORT_MAP_E_BAD : 0;
}

static void
bind_entry(struct import_map *map, struct import_map_entry *entry,
    struct diag_list *diags, const struct csv *header)
{
	size_t n_hits = 0;

	for (size_t i = 0; i < header->n_cells; i++) {
		if (str_is_equal(str_trim(csv_cell(header, i)),
			entry->column)) {
			entry->index = i;
			n_hits++;
		}
	}
	entry->is_bound = n_hits == 1;
	if (n_hits > 1)
		diag_error_at(diags, diags->where,
		    "the file has %zu columns \"%.*s\" (mapping line %zu)",
		    n_hits, STR_ARG(entry->column), entry->line);
	else if (n_hits == 0 && !entry->is_optional &&
	    entry->target != IMPORT_MAP_DROP)
		diag_error_at(diags, diags->where,
		    "the file has no column \"%.*s\" (mapping line %zu)",
		    STR_ARG(entry->column), entry->line);
	map->has_protected |= entry->is_bound &&
	    entry->target == IMPORT_MAP_PROTECTED;
	map->has_sealed |= entry->is_bound &&
	    entry->target == IMPORT_MAP_SEALED;
}

int
import_map_bind(struct import_map *map, struct diag_list *diags,
    const struct csv *header)
{
	size_t n_errors = diags->n_errors;

	map->n_columns = header->n_cells;
	for (size_t i = 0; i < map->n_entries; i++) {
		struct import_map_entry *entry = &map->entries[i];

		if (entry->column.p != NULL) {
			bind_entry(map, entry, diags, header);
			continue;
		}
		map->has_protected |= entry->target == IMPORT_MAP_PROTECTED;
		map->has_sealed |= entry->target == IMPORT_MAP_SEALED;
	}
	return diags->n_errors > n_errors ? IMPORT_MAP_E_BAD : 0;
}

const struct import_map_entry *
import_map_find(const struct import_map *map, size_t index)
{
	for (size_t i = 0; i < map->n_entries; i++) {
		if (map->entries[i].is_bound && map->entries[i].index == index)
			return &map->entries[i];
	}
	return NULL;
}

/* From least to most digits as a number. */
static bool
take_digits(int *number, struct str text, size_t *at, size_t least, size_t most)
{
	size_t n = 0;

	*number = 0;
	while (n < most && *at < text.len && text.p[*at] >= '0' &&
	    text.p[*at] <= '9') {
		*number = *number * 10 + (text.p[(*at)++] - '0');
		n++;
	}
	return n >= least;
}

bool
import_map_date(char iso[static 11], struct str pattern, struct str text)
{
	int parts[3] = { 0 }; /* year, month, day */
	size_t at = 0;

	for (size_t i = 0; i < pattern.len;) {
		static const char letters[] = { 'Y', 'M', 'D' };
		const char *which = memchr(letters, pattern.p[i], 3);
		size_t len = 1;

		if (which == NULL) {
			if (at >= text.len || text.p[at++] != pattern.p[i++])
				return false;
			continue;
		}
		while (i + len < pattern.len && pattern.p[i + len] == *which)
			len++;
		/* M and D alone stand for one digit or two. */
		if (!take_digits(&parts[which - letters], text, &at, len,
			len == 1 ? 2 : len))
			return false;
		i += len;
	}
	if (at != text.len || !instant_is_date(parts[0], parts[1], parts[2]))
		return false;
	instant_format_date(iso, instant_day_of(parts[0], parts[1], parts[2]));
	return true;
}
