/* Counting entries for a report; see figures.h. */
#include "release/figures.h"

#include <errno.h>
#include <stdio.h>

#include "claims/jsontext.h"
#include "util/fault.h"
#include "util/instant.h"

#define NAME 160 /* of a row of a list, with its NUL */

#define COUNT_(a, b, c, n, ...) n
#define COUNT(...) COUNT_(__VA_ARGS__, 3, 2, 1, 0)

const struct figures_kind_spec figures_kinds[FIGURES_N_KINDS] = {
#define K(symbol, type, ...)                                                   \
	[FIGURES_##symbol] = { type, { __VA_ARGS__ }, COUNT(__VA_ARGS__) },
#include "release/figures.def"
};

const struct figures_spec figures_specs[FIGURES_N_TABLES] = {
#define T(symbol, id, kind, shape, label, title, counts)                       \
	[FIGURES_BY_##symbol] = { id, FIGURES_##kind, FIGURES_##shape, label,  \
		title, counts },
#include "release/figures.def"
};

static const struct figures_row_spec rows[] = {
#define R(table, value, title, mask)                                           \
	{ FIGURES_BY_##table, value, title, mask },
#include "release/figures.def"
};

void
figures_columns(enum figures_table table, size_t *from, size_t *to)
{
	enum figures_shape shape = figures_specs[table].shape;
	size_t n = figures_kinds[figures_specs[table].kind].n_decisions;

	*from = shape == FIGURES_LIST_REST ? 1 : 0;
	*to = shape == FIGURES_ONLY || shape == FIGURES_LIST_ONLY ? 1 : n;
}

const struct figures_row_spec *
figures_row(enum figures_table table, size_t i)
{
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		if (rows[k].table == table && i-- == 0)
			return &rows[k];
	}
	return NULL;
}

bool
figures_is_counted(struct str label)
{
	for (size_t i = 0; i < FIGURES_N_TABLES; i++) {
		if (str_is_equal(label, str_of(figures_specs[i].label)))
			return true;
	}
	return str_is_equal(label, STR("detail"));
}

/* --- the calendar -------------------------------------------------------- */

static int32_t
month_of(int64_t us)
{
	int year;
	int month;
	int day;

	instant_civil(instant_day(us), &year, &month, &day);
	return year * 12 + month - 1;
}

static int32_t
quarter_of(int64_t us)
{
	return month_of(us) / 3;
}

int64_t
figures_quarter_us(int32_t quarter)
{
	return instant_day_of(quarter / 4, quarter % 4 * 3 + 1, 1) *
	    INSTANT_DAY;
}

void
figures_quarter_text(char text[static FIGURES_QUARTER_TEXT], int32_t quarter)
{
	snprintf(text, FIGURES_QUARTER_TEXT, "%04d-Q%d", quarter / 4 % 10000,
	    quarter % 4 + 1);
}

/* Whole quarters that lie in the period. */
static size_t
count_quarters(struct figures *figures)
{
	int32_t first = quarter_of(figures->from_us);
	int32_t end = quarter_of(figures->to_us);

	if (figures_quarter_us(first) < figures->from_us)
		first++;
	figures->first_quarter = first;
	return end > first ? (size_t)(end - first) : 0;
}

int
figures_begin(struct figures *figures, struct arena *arena, int64_t from_us,
    int64_t to_us, bool is_exact)
{
	int64_t n_months;

	*figures = (struct figures){ .arena = arena,
		.from_us = from_us,
		.to_us = to_us,
		.is_exact = is_exact,
		.last_us = INT64_MIN,
		.packs = STR("[]") };
	if (from_us >= to_us)
		return FIGURES_E_PERIOD;
	figures->first_month = month_of(from_us);
	n_months = month_of(to_us - 1) - figures->first_month + 1;
	figures->n_quarters = is_exact ? 1 : count_quarters(figures);
	if (n_months > LIMIT_REPORT_MONTHS ||
	    figures->n_quarters > LIMIT_REPORT_QUARTERS)
		return FIGURES_E_PERIOD;
	figures->n_months = (size_t)n_months;
	figures->quarters = ARENA_ARRAY(arena, figures->n_quarters,
	    struct figures_quarter);
	if (figures->quarters == NULL)
		return FAULT(ENOMEM);
	map_init(&figures->agencies, arena, 0x5717e);
	return 0;
}

/* --- values of an entry -------------------------------------------------- */

/* The value of a label, JSON text; empty when absent or withheld. */
static struct str
value_of(const struct claims *claims, const char *label)
{
	const struct claims_claim *claim = claims_find(claims, label);

	if (claim == NULL || claim->state == CLAIMS_WITHHELD ||
	    str_is_equal(claim->value, STR("null")))
		return STR("");
	return claim->value;
}

/* A string without its quotes, escapes as they stand; else as it is. */
static struct str
plain(struct str value)
{
	if (value.len >= 2 && value.p[0] == '"')
		return str_part(value, 1, value.len - 1);
	return value;
}

static struct str
text_of(const struct claims *claims, const char *label)
{
	return plain(value_of(claims, label));
}

/* --- which row ----------------------------------------------------------- */

/* "agency NY0303000" was registered as "Name; NY; local; active". */
static int
take_agency(struct figures *figures, const struct claims *claims)
{
	struct str change = text_of(claims, "change");
	struct str rest = text_of(claims, "detail");
	struct str parts[4];
	struct str *kind;
	struct str ori;
	size_t n = 0;

	if (!str_has_prefix(change, STR("agency ")))
		return 0;
	/* A name may hold semicolons: the last three parts are ours. */
	for (size_t at = rest.len; at > 0 && n < 3; at--) {
		if (rest.p[at - 1] != ';')
			continue;
		parts[n++] = str_trim(str_part(rest, at, rest.len));
		rest = str_part(rest, 0, at - 1);
	}
	if (n < 3 || figures->agencies.n_items >= LIMIT_REPORT_AGENCIES)
		return n < 3 ? 0 : FIGURES_E_LIMIT;
	ori = arena_str(figures->arena,
	    str_part(change, sizeof("agency ") - 1, change.len));
	kind = ARENA_NEW(figures->arena, struct str);
	if (ori.p == NULL || kind == NULL)
		return FAULT(ENOMEM);
	*kind = arena_str(figures->arena, parts[1]);
	if (kind->p == NULL)
		return FAULT(ENOMEM);
	return TRACE(map_put(&figures->agencies, ori, kind));
}

/* A warrant or instrument by its kind: "file court-subpoena". */
static struct str
change_of(const struct claims *claims, char text[static 64])
{
	struct str change = text_of(claims, "change");
	struct str detail = value_of(claims, "detail");
	struct claims_jsontext walk;
	struct str kind;
	int n;

	if (!str_is_equal(change, STR("add")) &&
	    !str_is_equal(change, STR("file")))
		return change;
	claims_jsontext_init(&walk, detail);
	if (claims_jsontext_open(&walk, '[') != 0 ||
	    claims_jsontext_next(&walk, '[', true) != 0 ||
	    claims_jsontext_value(&walk, &kind) != 0)
		return STR("");
	n = snprintf(text, 64, "%.*s %.*s", STR_ARG(change),
	    STR_ARG(plain(kind)));
	return n > 0 && n < 64 ? (struct str){ text, (size_t)n } : STR("");
}

/* What decides the row of a split table. */
static struct str
quality_of(const struct figures *figures, const struct claims *claims,
    enum figures_table table, char text[static 64])
{
	struct str value = text_of(claims, figures_specs[table].label);
	const struct str *kind;

	switch (table) {
	case FIGURES_BY_AGENCY:
		kind = map_find(&figures->agencies, value);
		return kind != NULL ? *kind : STR("");
	case FIGURES_BY_INSTRUMENT:
		return value.len > 0 ? STR("named") : STR("");
	case FIGURES_BY_DISCLOSED:
		return value.len > 0 ? STR("some") : STR("");
	case FIGURES_BY_CHANGE:
		return change_of(claims, text);
	case FIGURES_BY_GROUND_KIND:
	case FIGURES_BY_PURPOSE:
	case FIGURES_BY_END_USE:
	case FIGURES_BY_SUBJECT_KIND:
	case FIGURES_BY_SUBJECTS:
	case FIGURES_BY_RULES:
	case FIGURES_BY_FIELDS_ASKED:
	case FIGURES_BY_FIELDS_DISCLOSED:
	case FIGURES_BY_APPROVER:
	case FIGURES_BY_GRANTED:
	case FIGURES_N_TABLES:
	default:
		return value;
	}
}

static void
count_split(const struct figures *figures, struct figures_quarter *quarter,
    const struct claims *claims, enum figures_table table, size_t column)
{
	char text[64];
	struct str value = quality_of(figures, claims, table, text);
	size_t i = 0;

	/* The last row takes what no other does. */
	while (figures_row(table, i + 1) != NULL &&
	    !str_is_equal(value, str_of(figures_row(table, i)->value)))
		i++;
	quarter->cells[table][i][column]++;
}

/* --- lists --------------------------------------------------------------- */

/* The row of that name, a new one if need be. */
static int
find_name(struct figures *figures, size_t *row, enum figures_table table,
    struct str name)
{
	struct str *names = figures->names[table];
	size_t *n = &figures->n_names[table];

	for (*row = 0; *row < *n; (*row)++) {
		if (str_is_equal(names[*row], name))
			return 0;
	}
	if (*n == LIMIT_REPORT_ROWS)
		return FIGURES_E_LIMIT;
	names[*n] = arena_str(figures->arena, name);
	return names[(*n)++].p != NULL ? 0 : FAULT(ENOMEM);
}

/* A subject that was not there before in the quarter counts. */
static int
count_subject(struct figures *figures, struct figures_quarter *quarter,
    const struct claims *claims, size_t column)
{
	enum figures_table table = FIGURES_BY_SUBJECTS;
	size_t row;
	int r = find_name(figures, &row, table, STR("distinct"));

	if (r == 0)
		r = distinct_add(&quarter->subjects, figures->arena,
		    text_of(claims, figures_specs[table].label));
	if (r == 0)
		quarter->cells[table][row][column] =
		    quarter->subjects.n_items;
	return r < 0 ? TRACE(r) : r;
}

/* A member of an object, without quotes; empty when it is not there. */
static struct str
member_of(struct str object, struct str name)
{
	struct claims_jsontext walk;
	bool is_first = true;

	claims_jsontext_init(&walk, object);
	if (claims_jsontext_open(&walk, '{') != 0)
		return STR("");
	while (claims_jsontext_next(&walk, '{', is_first) == 0) {
		struct str key;
		struct str value;

		if (claims_jsontext_name(&walk, &key) != 0 ||
		    claims_jsontext_value(&walk, &value) != 0)
			break;
		if (str_is_equal(key, name))
			return plain(value);
		is_first = false;
	}
	return STR("");
}

/* "owner.family"; a ruling is {"pack":…,"rule":…}: "federal/no-ground". */
static struct str
name_of(struct str item, char text[static NAME])
{
	int n;

	if (item.len == 0 || item.p[0] != '{')
		return str_part(plain(item), 0, NAME - 1);
	n = snprintf(text, NAME, "%.*s/%.*s",
	    STR_ARG(member_of(item, STR("pack"))),
	    STR_ARG(member_of(item, STR("rule"))));
	return n > 0 && n < NAME ? (struct str){ text, (size_t)n } : STR("");
}

static int
count_list(struct figures *figures, struct figures_quarter *quarter,
    const struct claims *claims, enum figures_table table, size_t column)
{
	struct str list = value_of(claims, figures_specs[table].label);
	bool is_counted[LIMIT_REPORT_ROWS] = { false };
	struct claims_jsontext walk;
	struct str item;

	claims_jsontext_init(&walk, list);
	if (list.len == 0 || claims_jsontext_open(&walk, '[') != 0)
		return 0;
	for (bool is_first = true;
	     claims_jsontext_next(&walk, '[', is_first) == 0 &&
	     claims_jsontext_value(&walk, &item) == 0;
	     is_first = false) {
		char text[NAME];
		size_t row;
		int r = find_name(figures, &row, table, name_of(item, text));

		if (r != 0)
			return r < 0 ? TRACE(r) : r;
		/* An entry counts once, however often it names it. */
		if (!is_counted[row])
			quarter->cells[table][row][column]++;
		is_counted[row] = true;
	}
	return 0;
}

/* --- entries ------------------------------------------------------------- */

static bool
find_column(enum figures_kind *kind, size_t *column, struct str type,
    struct str decision)
{
	for (size_t i = 0; i < FIGURES_N_KINDS; i++) {
		const struct figures_kind_spec *spec = &figures_kinds[i];

		if (!str_is_equal(type, str_of(spec->type)))
			continue;
		for (size_t k = 0; k < spec->n_decisions; k++) {
			if (!str_is_equal(decision,
				str_of(spec->decisions[k])))
				continue;
			*kind = (enum figures_kind)i;
			*column = k;
			return true;
		}
	}
	return false;
}

static int
count_open(struct figures *figures, struct str type, struct str decision)
{
	struct figures_count *count;
	size_t i = 0;

	while (i < figures->n_counts &&
	    !(str_is_equal(figures->counts[i].type, type) &&
		str_is_equal(figures->counts[i].decision, decision)))
		i++;
	if (i == LIMIT_MONITOR_KINDS)
		return FIGURES_E_LIMIT;
	count = &figures->counts[i];
	count->n++;
	if (i < figures->n_counts)
		return 0;
	figures->n_counts++;
	count->type = arena_str(figures->arena, type);
	count->decision = arena_str(figures->arena, decision);
	return count->type.p != NULL && count->decision.p != NULL
	    ? 0
	    : FAULT(ENOMEM);
}

static int
take_packs(struct figures *figures, struct str packs, bool is_inside)
{
	if (str_is_equal(figures->packs, packs))
		return 0;
	figures->n_pack_changes += is_inside;
	figures->packs = arena_str(figures->arena, packs);
	return figures->packs.p != NULL ? 0 : FAULT(ENOMEM);
}

/* The quarter an entry is counted in; NULL: none. */
static struct figures_quarter *
quarter_at(const struct figures *figures, int64_t us)
{
	int32_t i = quarter_of(us) - figures->first_quarter;

	if (figures->is_exact)
		return &figures->quarters[0];
	return i >= 0 && (size_t)i < figures->n_quarters
	    ? &figures->quarters[i]
	    : NULL;
}

static int
count_sealed(struct figures *figures, struct figures_quarter *quarter,
    const struct claims *claims, enum figures_kind kind, size_t column)
{
	int r = 0;

	for (size_t i = 0; i < FIGURES_N_TABLES && r == 0; i++) {
		enum figures_table table = (enum figures_table)i;
		size_t from;
		size_t to;

		figures_columns(table, &from, &to);
		if (figures_specs[i].kind != kind || column < from ||
		    column >= to)
			continue;
		if (table == FIGURES_BY_SUBJECTS)
			r = count_subject(figures, quarter, claims, column);
		else if (figures_is_list(table))
			r = count_list(figures, quarter, claims, table,
			    column);
		else
			count_split(figures, quarter, claims, table, column);
	}
	return r < 0 ? TRACE(r) : r;
}

/* An entry of the period. */
static int
count(struct figures *figures, const struct claims *claims, struct str type,
    bool is_kept)
{
	struct str decision = text_of(claims, "decision");
	struct figures_quarter *quarter =
	    quarter_at(figures, figures->last_us);
	int32_t month = month_of(figures->last_us) - figures->first_month;
	enum figures_kind kind;
	size_t column;
	int r = count_open(figures, type, decision);

	if (r != 0 || !find_column(&kind, &column, type, decision))
		return r < 0 ? TRACE(r) : r;
	if (kind == FIGURES_REQUEST)
		figures->months[month][column]++;
	if (quarter == NULL)
		return 0;
	quarter->totals[kind][column]++;
	quarter->n_erased[kind] += !is_kept;
	if (!is_kept)
		return 0;
	return count_sealed(figures, quarter, claims, kind, column);
}

int
figures_take(struct figures *figures, const struct claims *claims,
    bool is_kept)
{
	struct str type = text_of(claims, "type");
	bool is_inside;
	int64_t us;
	int r = 0;

	if (type.len == 0 || !instant_parse(&us, text_of(claims, "time")) ||
	    us < figures->last_us)
		return FIGURES_E_FOREIGN;
	figures->n_entries++;
	figures->last_us = us;
	is_inside = us >= figures->from_us && us < figures->to_us;
	if (us < figures->to_us)
		r = take_packs(figures, value_of(claims, "packs"), is_inside);
	if (r == 0 && str_is_equal(type, STR("people"))) {
		figures->has_lost_agencies |= !is_kept;
		r = take_agency(figures, claims);
	}
	if (r == 0 && is_inside)
		r = count(figures, claims, type, is_kept);
	return r < 0 ? TRACE(r) : r;
}
