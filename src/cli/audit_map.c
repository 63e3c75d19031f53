/* Mapping files of audit logs; see audit_map.h. */
#include "cli/audit_map.h"

#include <ctype.h>
#include <errno.h>
#include <libconfig.h>

#include "limits.h"
#include "util/fault.h"

static const struct {
	const char *name;
	const char *title;
} columns[AUDIT_MAP_N_COLUMNS] = {
	[AUDIT_MAP_WHEN] = { "when", "when it was" },
	[AUDIT_MAP_TIME] = { "time", "the time of day" },
	[AUDIT_MAP_WHO] = { "who", "who asked" },
	[AUDIT_MAP_AGENCY] = { "agency", "which agency" },
	[AUDIT_MAP_REASON] = { "reason", "the reason typed" },
	[AUDIT_MAP_CASE] = { "case", "the case number" },
	[AUDIT_MAP_OFFENCE] = { "offence", "the kind of offence" },
	[AUDIT_MAP_BREADTH] = { "breadth", "cameras searched" },
	[AUDIT_MAP_NETWORKS] = { "networks", "networks searched" },
	[AUDIT_MAP_KIND] = { "kind", "the kind of search" },
	[AUDIT_MAP_MODERATION] = { "moderation", "the system's own say" },
	[AUDIT_MAP_SUBJECT] = { "subject", "the plate" },
};

static const struct {
	enum audit_map_column column;
	const char *name;
} guesses[] = {
#define G(column, name) { AUDIT_MAP_##column, name },
#include "cli/audit_columns.def"
#undef G
};

const char *
audit_map_name(enum audit_map_column column)
{
	return columns[column].name;
}

const char *
audit_map_title(enum audit_map_column column)
{
	return columns[column].title;
}

/* One setting with its place, for messages. */
static void
complain(struct diag_list *diags, const config_setting_t *setting,
    const char *text)
{
	const char *name = config_setting_name(setting);

	diag_error_at(diags, diags->where, "line %u: %s: %s",
	    config_setting_source_line(setting), name != NULL ? name : "?",
	    text);
}

static int
take_text(struct str *out, struct diag_list *diags, struct arena *arena,
    const config_setting_t *setting)
{
	const char *text = config_setting_get_string(setting);

	if (text == NULL) {
		complain(diags, setting, "a text in quotes belongs here");
		return AUDIT_MAP_E_WRONG;
	}
	*out = arena_str(arena, str_of(text));
	return out->p != NULL ? 0 : FAULT(ENOMEM);
}

static int
take_columns(struct audit_map *map, struct diag_list *diags,
    struct arena *arena, config_setting_t *group)
{
	if (!config_setting_is_group(group)) {
		complain(diags, group, "a group { … } belongs here");
		return 0;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *setting = config_setting_get_elem(group,
		    (unsigned)i);
		const char *name = config_setting_name(setting);
		size_t at = 0;
		int r;

		while (at < AUDIT_MAP_N_COLUMNS &&
		    strcmp(columns[at].name, name) != 0)
			at++;
		if (at == AUDIT_MAP_N_COLUMNS) {
			complain(diags, setting,
			    "not one of when, time, who, agency, reason, "
			    "case, offence, breadth, networks, kind, "
			    "moderation, subject");
			continue;
		}
		map->is_given[at] = true;
		r = take_text(&map->columns[at], diags, arena, setting);
		if (r < 0)
			return TRACE(r);
	}
	return 0;
}

static int
take_forms(struct audit_map *map, struct diag_list *diags, struct arena *arena,
    config_setting_t *list)
{
	int n = config_setting_length(list);

	if (!config_setting_is_array(list) && !config_setting_is_list(list)) {
		complain(diags, list, "a list [ \"…\", … ] belongs here");
		return 0;
	}
	map->case_forms = ARENA_ARRAY(arena, (size_t)n, struct str);
	if (map->case_forms == NULL)
		return FAULT(ENOMEM);
	for (int i = 0; i < n; i++) {
		struct str form = { 0 };
		int r = take_text(&form, diags, arena,
		    config_setting_get_elem(list, (unsigned)i));
		size_t n_digits = 0;

		if (r < 0)
			return TRACE(r);
		for (size_t k = 0; k < form.len; k++)
			n_digits += form.p[k] == '9' || form.p[k] == '*' ||
			    isdigit((unsigned char)form.p[k]);
		if (r == 0 && n_digits < 3)
			complain(diags, list,
			    "a form has three digits or more (9 a digit, A a "
			    "letter, * more digits)");
		else if (r == 0)
			map->case_forms[map->n_case_forms++] = form;
	}
	return 0;
}

static int
take_separator(struct audit_map *map, struct diag_list *diags,
    struct arena *arena, config_setting_t *setting)
{
	struct str text = { 0 };
	int r = take_text(&text, diags, arena, setting);

	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	if (str_is_equal(text, STR("tab")))
		map->separator = '\t';
	else if (text.len == 1)
		map->separator = text.p[0];
	else
		complain(diags, setting, "one character, or \"tab\"");
	return 0;
}

static int
take_dates(struct audit_map *map, struct diag_list *diags, struct arena *arena,
    config_setting_t *setting)
{
	struct str text = { 0 };
	int r = take_text(&text, diags, arena, setting);

	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	if (str_is_equal(text, STR("mdy")))
		map->dates = AUDIT_MAP_DATES_MDY;
	else if (str_is_equal(text, STR("dmy")))
		map->dates = AUDIT_MAP_DATES_DMY;
	else
		complain(diags, setting, "\"mdy\" or \"dmy\"");
	return 0;
}

static int
take_setting(struct audit_map *map, struct diag_list *diags,
    struct arena *arena, config_setting_t *setting)
{
	struct str name = str_of(config_setting_name(setting));
	int r = 0;

	if (str_is_equal(name, STR("agency"))) {
		r = take_text(&map->agency, diags, arena, setting);
	} else if (str_is_equal(name, STR("columns"))) {
		r = take_columns(map, diags, arena, setting);
	} else if (str_is_equal(name, STR("case_forms"))) {
		r = take_forms(map, diags, arena, setting);
	} else if (str_is_equal(name, STR("separator"))) {
		r = take_separator(map, diags, arena, setting);
	} else if (str_is_equal(name, STR("dates"))) {
		r = take_dates(map, diags, arena, setting);
	} else if (str_is_equal(name, STR("header"))) {
		map->has_no_header = config_setting_get_bool(setting) == 0;
	} else {
		complain(diags, setting,
		    "not one of agency, columns, case_forms, separator, "
		    "dates, header");
	}
	return r < 0 ? TRACE(r) : 0;
}

int
audit_map_parse(struct audit_map *map, struct diag_list *diags,
    struct arena *arena, struct str text)
{
	const char *copy = arena_dup(arena, text.p, text.len);
	config_setting_t *root;
	config_t config;
	int r = 0;

	*map = (struct audit_map){ 0 };
	if (copy == NULL)
		return FAULT(ENOMEM);
	config_init(&config);
	if (config_read_string(&config, copy) == CONFIG_FALSE) {
		diag_error_at(diags, diags->where, "line %d: %s",
		    config_error_line(&config), config_error_text(&config));
		config_destroy(&config);
		return AUDIT_MAP_E_WRONG;
	}
	root = config_root_setting(&config);
	for (int i = 0; i < config_setting_length(root) && r == 0; i++)
		r = take_setting(map, diags, arena,
		    config_setting_get_elem(root, (unsigned)i));
	config_destroy(&config);
	if (r == 0 && diags->n_errors > 0)
		r = AUDIT_MAP_E_WRONG;
	return r < 0 ? TRACE(r) : r;
}

/* "Search_Time (UTC)" and "search time" are "searchtime". */
static struct str
plain_name(char text[static 64], struct str name)
{
	size_t n = 0;

	for (size_t i = 0; i < name.len && n < 64; i++) {
		if (name.p[i] == '(' && n > 0)
			break;
		if (isalnum((unsigned char)name.p[i]))
			text[n++] = (char)tolower((unsigned char)name.p[i]);
	}
	return (struct str){ text, n };
}

static bool
is_match(struct str name, struct str pattern)
{
	size_t star = str_find(pattern, '*', 0);
	struct str head = str_part(pattern, 0, star);
	struct str rest;

	if (star == pattern.len)
		return str_is_equal(name, pattern);
	if (!str_has_prefix(name, head))
		return false;
	rest = str_part(pattern, star + 1, pattern.len);
	for (size_t at = head.len; at <= name.len; at++) {
		if (is_match(str_part(name, at, name.len), rest))
			return true;
	}
	return false;
}

/* A time of day is of use beside a date only. */
static bool
is_wanted(const size_t at[static AUDIT_MAP_N_COLUMNS],
    enum audit_map_column column)
{
	return at[column] == SIZE_MAX &&
	    (column != AUDIT_MAP_TIME || at[AUDIT_MAP_WHEN] != SIZE_MAX);
}

size_t
audit_map_guess(size_t at[static AUDIT_MAP_N_COLUMNS], bool *is_sure,
    const struct str *header, size_t n)
{
	bool is_taken[LIMIT_CSV_COLUMNS] = { false };
	size_t n_found = 0;

	*is_sure = false;
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++)
		at[i] = SIZE_MAX;
	for (size_t i = 0; i < ARRAY_LEN(guesses); i++) {
		if (!is_wanted(at, guesses[i].column))
			continue;
		for (size_t k = 0; k < n && k < LIMIT_CSV_COLUMNS; k++) {
			char text[64];

			if (is_taken[k] ||
			    !is_match(plain_name(text, header[k]),
				str_of(guesses[i].name)))
				continue;
			at[guesses[i].column] = k;
			is_taken[k] = true;
			*is_sure |= strchr(guesses[i].name, '*') == NULL;
			n_found++;
			break;
		}
	}
	return n_found;
}

/* A text in quotes, on one line. */
static void
put_quoted(struct buf *buf, struct str text)
{
	buf_add_char(buf, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_add_char(buf, '\\');
		buf_add_char(buf, (unsigned char)text.p[i] < ' ' ? ' '
								 : text.p[i]);
	}
	buf_add_char(buf, '"');
}

static void
put_column(struct buf *buf, enum audit_map_column column, struct str name)
{
	bool is_found = name.p != NULL && name.len > 0;

	buf_add_format(buf, "%s%s = ", is_found ? "\t" : "#\t",
	    columns[column].name);
	put_quoted(buf, is_found ? name : STR(""));
	buf_add_format(buf, ";\t# %s%s\n", columns[column].title,
	    is_found ? "" : ": not found");
}

void
audit_map_write(struct buf *buf, const char *file, const struct audit_map *map,
    const struct str names[AUDIT_MAP_N_COLUMNS], const struct str *header,
    size_t n_header)
{
	buf_add_text(buf, "# Which column is what in ");
	put_quoted(buf, str_of(file));
	buf_add_text(buf, ".\n# Correct what is wrong, take the # away where "
			  "you fill something in, then:\n"
			  "#\tstile lookback FILE --map THIS_FILE\n#\n"
			  "# Its columns:\n");
	for (size_t i = 0; i < n_header; i++) {
		buf_add_format(buf, "#\t#%zu\t", i + 1);
		put_quoted(buf, header[i]);
		buf_add_char(buf, '\n');
	}
	buf_add_text(buf, "\nagency = ");
	put_quoted(buf, map->agency);
	buf_add_text(buf, ";\t# for the headings\ncolumns = {\n");
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++)
		put_column(buf, (enum audit_map_column)i, names[i]);
	buf_add_format(buf,
	    "};\n"
	    "# case_forms = [ \"99-99999\", \"SO99-9*\" ];\t# your own case "
	    "numbers: 9 a digit, A a letter, * more digits\n"
	    "# dates = \"dmy\";\t# 01/02/2025 is the first of February\n"
	    "# separator = \"tab\";\t# or one character; else found out\n"
	    "%sheader = false;\t# the first row is a look-up: name columns "
	    "\"#1\", \"#2\" …\n",
	    map->has_no_header ? "" : "# ");
}
