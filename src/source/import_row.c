/* A row becomes a record; see import_row.h. */
#include "source/import_row.h"

#include <errno.h>

#include "source/subject.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/utf8.h"

/* Which field is which member of a subject key. */
static const struct member {
	enum record_kind kind;
	enum subject_member member;
	enum record_field field;
} members[] = {
	{ RECORD_VEHICLE, SUBJECT_VIN_NUMBER, RECORD_VEHICLE_VIN },
	{ RECORD_VEHICLE, SUBJECT_PLATE_STATE, RECORD_VEHICLE_PLATE_STATE },
	{ RECORD_VEHICLE, SUBJECT_PLATE_NUMBER, RECORD_VEHICLE_PLATE },
	{ RECORD_VEHICLE, SUBJECT_PLATE_YEAR, RECORD_VEHICLE_PLATE_YEAR },
	{ RECORD_VEHICLE, SUBJECT_PLATE_TYPE, RECORD_VEHICLE_PLATE_TYPE },
	{ RECORD_DRIVER, SUBJECT_LICENCE_STATE, RECORD_LICENCE_STATE },
	{ RECORD_DRIVER, SUBJECT_LICENCE_NUMBER, RECORD_LICENCE_NUMBER },
	{ RECORD_DRIVER, SUBJECT_PERSON_FAMILY, RECORD_PERSON_FAMILY },
	{ RECORD_DRIVER, SUBJECT_PERSON_GIVEN, RECORD_PERSON_GIVEN },
	{ RECORD_DRIVER, SUBJECT_PERSON_BIRTH_DATE, RECORD_PERSON_BIRTH_DATE },
};

#define KEYS                                                                   \
	(RECORD_BIT(RECORD_VEHICLE_VIN) |                                      \
	    RECORD_BIT(RECORD_VEHICLE_PLATE_STATE) |                           \
	    RECORD_BIT(RECORD_VEHICLE_PLATE) |                                 \
	    RECORD_BIT(RECORD_VEHICLE_PLATE_YEAR) |                            \
	    RECORD_BIT(RECORD_VEHICLE_PLATE_TYPE) |                            \
	    RECORD_BIT(RECORD_LICENCE_STATE) |                                 \
	    RECORD_BIT(RECORD_LICENCE_NUMBER) |                                \
	    RECORD_BIT(RECORD_PERSON_FAMILY) |                                 \
	    RECORD_BIT(RECORD_PERSON_GIVEN) |                                  \
	    RECORD_BIT(RECORD_PERSON_BIRTH_DATE))

/* Fields that hold a date and nothing else. */
static const enum record_field dates[] = {
	RECORD_REGISTRATION_VALID_FROM, RECORD_REGISTRATION_EXPIRES,
	RECORD_OWNER_BIRTH_DATE, RECORD_LICENCE_EXPIRES,
	RECORD_PERSON_BIRTH_DATE,
};

/* Fields that hold a 5-digit ZIP code; ZIP+4 is personal (DPPA-1). */
static const enum record_field zips[] = {
	RECORD_OWNER_ADDRESS_ZIP, RECORD_PERSON_ADDRESS_ZIP,
};

static int
reject(struct import_row *row, struct arena *arena, struct str where,
    struct str why)
{
	row->reason = arena_format(arena, "%.*s: %.*s", STR_ARG(where),
	    STR_ARG(why));
	return row->reason.p != NULL ? IMPORT_ROW_E_REJECTED : FAULT(ENOMEM);
}

static bool
is_one_of(enum record_field field, const enum record_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fields[i] == field)
			return true;
	}
	return false;
}

static bool
has_hidden(struct str text)
{
	size_t at = 0;

	while (at < text.len) {
		if (utf8_is_deceptive((uint32_t)utf8_next(text, &at)))
			return true;
	}
	return false;
}

/* The codes of an entry, by what the cell says. */
static struct str
decode(const struct import_map_entry *entry, struct str cell)
{
	for (size_t i = 0; i < entry->n_codes; i++) {
		if (str_is_equal(entry->codes[i].cell, cell))
			return entry->codes[i].value;
	}
	return cell;
}

static struct str
upper(struct arena *arena, struct str text)
{
	char *bytes = arena_dup(arena, text.p, text.len);

	for (size_t i = 0; bytes != NULL && i < text.len; i++) {
		if (bytes[i] >= 'a' && bytes[i] <= 'z')
			bytes[i] = (char)(bytes[i] - 'a' + 'A');
	}
	return (struct str){ bytes, text.len };
}

/*
 * What a cell, or a constant, becomes; empty text when it says nothing.
 *
 * Returns: 0; IMPORT_ROW_E_REJECTED; fault.
 */
static int
transform(struct str *value, struct import_row *row, struct arena *arena,
    const struct import_map_entry *entry, struct str cell)
{
	struct str where = entry->column.p != NULL ? entry->column
						   : STR("value");
	char iso[11];

	if (!utf8_is_valid(cell))
		return reject(row, arena, where, STR("not UTF-8 text"));
	cell = decode(entry, str_trim(cell));
	if (has_hidden(cell))
		return reject(row, arena, where,
		    STR("a control, bidirectional or zero-width character"));
	if (entry->date.p != NULL && cell.len > 0) {
		if (!import_map_date(iso, entry->date, cell))
			return reject(row, arena, where,
			    arena_format(arena, "no date of the form %.*s",
				STR_ARG(entry->date)));
		cell = (struct str){ iso, 10 };
	}
	*value = entry->is_upper ? upper(arena, cell) : arena_str(arena, cell);
	return value->p != NULL ? 0 : FAULT(ENOMEM);
}

static int
set_flag(bool *flag, struct import_row *row, struct arena *arena,
    struct str where, struct str value)
{
	static const struct {
		struct str text;
		bool is_set;
	} words[] = {
		{ STR_INIT("Y"), true }, { STR_INIT("1"), true },
		{ STR_INIT("TRUE"), true }, { STR_INIT("YES"), true },
		{ STR_INIT("N"), false }, { STR_INIT("0"), false },
		{ STR_INIT("FALSE"), false }, { STR_INIT("NO"), false },
		{ STR_INIT(""), false },
	};
	struct str word = upper(arena, value);

	if (word.p == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_is_equal(words[i].text, word)) {
			*flag |= words[i].is_set;
			return 0;
		}
	}
	/* A flag that is not understood must not come out as "not sealed". */
	return reject(row, arena, where, STR("neither Y nor N"));
}

static int
set_field(struct import_row *row, struct arena *arena, enum record_field field,
    struct str value)
{
	const struct record_field_info *info = record_field_get(field);
	int32_t day;

	if (value.len == 0)
		return 0;
	if (is_one_of(field, zips, ARRAY_LEN(zips)) && value.len > 5)
		value = str_part(value, 0, 5);
	if (value.len > info->max)
		return reject(row, arena, info->name,
		    arena_format(arena, "longer than %zu bytes", info->max));
	if (is_one_of(field, dates, ARRAY_LEN(dates)) &&
	    !instant_parse_date(&day, value))
		return reject(row, arena, info->name,
		    STR("no date YYYY-MM-DD; give the column's form as date"));
	row->record.values[field] = value;
	return 0;
}

static int
take(struct import_row *row, struct arena *arena,
    const struct import_map_entry *entry, const struct csv *csv)
{
	struct str value = { 0 };
	int r;

	if (entry->target == IMPORT_MAP_DROP ||
	    (entry->column.p != NULL && !entry->is_bound))
		return 0;
	r = transform(&value, row, arena, entry,
	    entry->column.p != NULL ? csv_cell(csv, entry->index)
				    : entry->value);
	if (r != 0)
		return TRACE(r);
	if (entry->target == IMPORT_MAP_FIELD)
		return TRACE(set_field(row, arena, entry->field, value));
	return TRACE(set_flag(entry->target == IMPORT_MAP_SEALED
		? &row->record.is_sealed
		: &row->record.is_protected,
	    row, arena, entry->column.p != NULL ? entry->column : STR("value"),
	    value));
}

/*
 * The canonical key of one kind, and the canonical values in the record.
 *
 * Returns: 0; IMPORT_ROW_E_REJECTED when the key is not whole, and why; fault.
 */
static int
make_key(struct str *key, struct import_row *row, struct arena *arena,
    enum subject_kind kind, int32_t today)
{
	struct subject_input input = { 0 };
	struct subject_problem problem;
	struct subject subject;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		if (subject_member_kind(members[i].member) == kind)
			input.members[members[i].member] =
			    row->record.values[members[i].field];
	}
	r = subject_parse(&subject, &problem, arena, &input, today);
	if (r == SUBJECT_E_REFUSED)
		return reject(row, arena, subject_kind_text(kind),
		    problem.text);
	if (r < 0)
		return TRACE(r);
	*key = subject.canonical;
	row->is_bad_digit |= subject.has_warning;
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		if (subject_member_kind(members[i].member) == kind)
			row->record.values[members[i].field] =
			    subject.parts[n++];
	}
	return 0;
}

static int
make_keys(struct import_row *row, struct arena *arena, int32_t today)
{
	bool is_driver = row->record.kind == RECORD_DRIVER;
	struct str why;
	int first = make_key(&row->keys.first, row, arena,
	    is_driver ? SUBJECT_LICENCE : SUBJECT_VIN, today);
	int second;

	why = row->reason;
	if (first < 0 || (first > 0 && is_driver))
		return TRACE(first);
	second = make_key(&row->keys.second, row, arena,
	    is_driver ? SUBJECT_PERSON : SUBJECT_PLATE, today);
	if (second < 0)
		return TRACE(second);
	if (first > 0 && second > 0) {
		row->reason = arena_format(arena, "%.*s; %.*s", STR_ARG(why),
		    STR_ARG(row->reason));
		return row->reason.p != NULL ? IMPORT_ROW_E_REJECTED
					     : FAULT(ENOMEM);
	}
	row->is_one_way = first > 0 || second > 0;
	row->record.id = first == 0 ? row->keys.first : row->keys.second;
	return 0;
}

static int
begin(struct import_row *row, struct arena *arena,
    const struct import_map *map, const struct csv *csv)
{
	*row = (struct import_row){ .record.kind = map->kind };
	row->keys.keeps_protected = !map->has_protected;
	row->keys.keeps_sealed = !map->has_sealed;
	if (csv->n_cells == map->n_columns)
		return 0;
	return reject(row, arena, STR("row"),
	    arena_format(arena, "%zu cells where the header has %zu",
		csv->n_cells, map->n_columns));
}

int
import_row_read(struct import_row *row, struct arena *arena,
    const struct import_map *map, const struct csv *csv, int32_t today)
{
	int r = begin(row, arena, map, csv);

	for (size_t i = 0; i < map->n_entries && r == 0; i++)
		r = take(row, arena, &map->entries[i], csv);
	return r != 0 ? TRACE(r) : TRACE(make_keys(row, arena, today));
}

/* Both keys, each if it is whole. */
static int
find_keys(struct import_row *row, struct arena *arena, int32_t today)
{
	bool is_driver = row->record.kind == RECORD_DRIVER;
	int r = make_key(&row->keys.first, row, arena,
	    is_driver ? SUBJECT_LICENCE : SUBJECT_VIN, today);

	if (r < 0)
		return TRACE(r);
	r = make_key(&row->keys.second, row, arena,
	    is_driver ? SUBJECT_PERSON : SUBJECT_PLATE, today);
	return r < 0 ? TRACE(r) : 0;
}

int
import_row_keys(struct import_row *row, struct arena *arena,
    const struct import_map *map, const struct csv *csv, int32_t today)
{
	int r = begin(row, arena, map, csv);

	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	for (size_t i = 0; i < map->n_entries && r >= 0; i++) {
		const struct import_map_entry *entry = &map->entries[i];

		if (entry->target == IMPORT_MAP_FIELD &&
		    (KEYS & RECORD_BIT(entry->field)) != 0)
			r = take(row, arena, entry, csv);
	}
	return r < 0 ? TRACE(r) : TRACE(find_keys(row, arena, today));
}

/* A flag that is not understood must not come out as "not sealed". */
static void
set_anyway(struct record *record, enum import_map_target target)
{
	record->is_sealed |= target == IMPORT_MAP_SEALED;
	record->is_protected |= target == IMPORT_MAP_PROTECTED;
}

int
import_row_salvage(struct import_row *row, struct arena *arena,
    const struct import_map *map, const struct csv *csv, int32_t today)
{
	int r = begin(row, arena, map, csv);

	if (r != 0)
		return TRACE(r);
	for (size_t i = 0; i < map->n_entries; i++) {
		r = take(row, arena, &map->entries[i], csv);
		if (r < 0)
			return TRACE(r);
		if (r > 0)
			set_anyway(&row->record, map->entries[i].target);
	}
	r = find_keys(row, arena, today);
	if (r == 0)
		row->record.id = row->keys.first.p != NULL ? row->keys.first
							   : row->keys.second;
	return TRACE(r);
}
