/* Reading a subject key, member by member; see subject.h. */
#include "source/subject.h"

#include <assert.h>
#include <errno.h>

#include "limits.h"
#include "source/subject_name.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/utf8.h"

#define OLDEST_YEARS 130

/* One value on its way to canonical form. */
struct reading {
	struct str *value;
	struct subject_problem *problem;
	struct arena *arena;
	const char *member;
	struct str state; /* of the same key, when it came before; may be NULL */
	int32_t today;
};

typedef int (*normalise_fn)(struct reading *reading, struct str text);

static int normalise_state(struct reading *reading, struct str text);
static int normalise_licence(struct reading *reading, struct str text);
static int normalise_vin(struct reading *reading, struct str text);
static int normalise_plate(struct reading *reading, struct str text);
static int normalise_year(struct reading *reading, struct str text);
static int normalise_type(struct reading *reading, struct str text);
static int normalise_name(struct reading *reading, struct str text);
static int normalise_birth_date(struct reading *reading, struct str text);

static const struct {
	const char *name;
	enum subject_kind kind;
	normalise_fn normalise;
} members[SUBJECT_N_MEMBERS] = {
	[SUBJECT_LICENCE_STATE] = { "subject/licence/state", SUBJECT_LICENCE,
	    normalise_state },
	[SUBJECT_LICENCE_NUMBER] = { "subject/licence/number", SUBJECT_LICENCE,
	    normalise_licence },
	[SUBJECT_VIN_NUMBER] = { "subject/vin", SUBJECT_VIN, normalise_vin },
	[SUBJECT_PLATE_STATE] = { "subject/plate/state", SUBJECT_PLATE,
	    normalise_state },
	[SUBJECT_PLATE_NUMBER] = { "subject/plate/number", SUBJECT_PLATE,
	    normalise_plate },
	[SUBJECT_PLATE_YEAR] = { "subject/plate/year", SUBJECT_PLATE,
	    normalise_year },
	[SUBJECT_PLATE_TYPE] = { "subject/plate/type", SUBJECT_PLATE,
	    normalise_type },
	[SUBJECT_PERSON_FAMILY] = { "subject/person/family", SUBJECT_PERSON,
	    normalise_name },
	[SUBJECT_PERSON_GIVEN] = { "subject/person/given", SUBJECT_PERSON,
	    normalise_name },
	[SUBJECT_PERSON_BIRTH_DATE] = { "subject/person/birth_date",
	    SUBJECT_PERSON, normalise_birth_date },
};

static const struct {
	struct str name;
	enum subject_member first;
	size_t n_members;
} kinds[] = {
	[SUBJECT_NONE] = { STR_INIT("none"), SUBJECT_LICENCE_STATE, 0 },
	[SUBJECT_LICENCE] = { STR_INIT("licence"), SUBJECT_LICENCE_STATE, 2 },
	[SUBJECT_VIN] = { STR_INIT("vin"), SUBJECT_VIN_NUMBER, 1 },
	[SUBJECT_PLATE] = { STR_INIT("plate"), SUBJECT_PLATE_STATE, 4 },
	[SUBJECT_PERSON] = { STR_INIT("person"), SUBJECT_PERSON_FAMILY, 3 },
};

static const struct code {
	char code[3];
	struct str title;
} states[] = {
#define X(code, title) { code, STR_INIT(title) },
#include "source/states.def"
#undef X
}, plate_types[] = {
#define X(code, title) { code, STR_INIT(title) },
#include "source/plate_types.def"
#undef X
};

static int
refuse(struct reading *reading, const char *rule, struct str text)
{
	*reading->problem = (struct subject_problem){
		.member = reading->member, .rule = rule, .text = text,
	};
	return SUBJECT_E_REFUSED;
}

static int
keep(struct reading *reading, const char *bytes, size_t len)
{
	*reading->value = arena_str(reading->arena,
	    (struct str){ bytes, len });
	return reading->value->p != NULL ? 0 : FAULT(ENOMEM);
}

static struct str
code_title(const struct code *codes, size_t n, struct str code)
{
	if (code.len != 2)
		return (struct str){ NULL, 0 };
	for (size_t i = 0; i < n; i++) {
		if (memcmp(codes[i].code, code.p, 2) == 0)
			return codes[i].title;
	}
	return (struct str){ NULL, 0 };
}

struct str
subject_state_title(struct str code)
{
	return code_title(states, ARRAY_LEN(states), code);
}

struct str
subject_plate_type_title(struct str code)
{
	return code_title(plate_types, ARRAY_LEN(plate_types), code);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static char
to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* What an ASCII character may stand for beside itself. */
enum sign {
	SIGN_PLAIN = 0,
	SIGN_PATTERN, /* *?%_[](){}^$+\<>=~ */
	SIGN_LIST,    /* ,;/|& */
};

static const unsigned char signs[0x80] = {
	['*'] = SIGN_PATTERN, ['?'] = SIGN_PATTERN, ['%'] = SIGN_PATTERN,
	['_'] = SIGN_PATTERN, ['['] = SIGN_PATTERN, [']'] = SIGN_PATTERN,
	['('] = SIGN_PATTERN, [')'] = SIGN_PATTERN, ['{'] = SIGN_PATTERN,
	['}'] = SIGN_PATTERN, ['^'] = SIGN_PATTERN, ['$'] = SIGN_PATTERN,
	['+'] = SIGN_PATTERN, ['\\'] = SIGN_PATTERN, ['<'] = SIGN_PATTERN,
	['>'] = SIGN_PATTERN, ['='] = SIGN_PATTERN, ['~'] = SIGN_PATTERN,
	[','] = SIGN_LIST, [';'] = SIGN_LIST, ['/'] = SIGN_LIST,
	['|'] = SIGN_LIST, ['&'] = SIGN_LIST,
};

/*
 * What no member may hold, whatever it is: broken UTF-8, hidden characters,
 * patterns, more than one value. has_stars: '*' is left to the member.
 */
static int
check_text(struct reading *reading, struct str text, bool has_stars)
{
	size_t at = 0;

	if (text.len > LIMIT_SUBJECT_MEMBER)
		return refuse(reading, "length",
		    STR("the value is longer than any that is stored"));
	while (at < text.len) {
		int32_t code = utf8_next(text, &at);
		unsigned sign = code >= 0 && code < 0x80 ? signs[code]
							 : SIGN_PLAIN;

		if (code < 0)
			return refuse(reading, "utf8",
			    STR("the value is not well-formed UTF-8"));
		if (utf8_is_deceptive((uint32_t)code))
			return refuse(reading, "no-hidden-characters",
			    STR("the value has a control, bidirectional or "
				"zero-width character"));
		if (code == '*' && has_stars)
			continue;
		if (sign == SIGN_PATTERN)
			return refuse(reading, "no-wildcard",
			    STR("the value has a wildcard or pattern "
				"character; write the whole value"));
		if (sign == SIGN_LIST)
			return refuse(reading, "one-value",
			    STR("the value looks like a list; ask for one "
				"person or vehicle"));
	}
	return 0;
}

/* Upper case without spaces and hyphens; no other character is touched. */
static int
squeeze(struct reading *reading, char *bytes, size_t *len, size_t size,
    struct str text)
{
	*len = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = to_upper(text.p[i]);

		if (c == ' ' || c == '-')
			continue;
		if (c == '.')
			return refuse(reading, "no-wildcard",
			    STR("the value has a wildcard or pattern "
				"character; write the whole value"));
		if (!is_upper(c) && !is_digit(c) && c != '*')
			return refuse(reading, "characters",
			    STR("only the letters A to Z and digits are in a "
				"number"));
		if (*len == size)
			return refuse(reading, "length",
			    STR("the number is longer than any that is "
				"issued"));
		bytes[(*len)++] = c;
	}
	if (*len == 0)
		return refuse(reading, "whole-key",
		    STR("the value is empty"));
	return 0;
}

/* Two letters that stand in a table. */
static int
normalise_code(struct reading *reading, struct str text,
    struct str (*title)(struct str code), const char *rule, struct str refusal)
{
	char bytes[2];
	int r = check_text(reading, text, false);

	if (r != 0)
		return r;
	if (text.len != 2)
		return refuse(reading, rule, refusal);
	bytes[0] = to_upper(text.p[0]);
	bytes[1] = to_upper(text.p[1]);
	if (title((struct str){ bytes, 2 }).p == NULL)
		return refuse(reading, rule, refusal);
	return keep(reading, bytes, 2);
}

static int
normalise_state(struct reading *reading, struct str text)
{
	return normalise_code(reading, text, subject_state_title, "state",
	    STR("not the two-letter code of a state, territory or province"));
}

static int
normalise_type(struct reading *reading, struct str text)
{
	return normalise_code(reading, text, subject_plate_type_title,
	    "plate-type", STR("not a two-letter NCIC plate type (LIT)"));
}

/*
 * Washington's licences issued before 2018 hold '*' as filler after the name
 * letters, twelve characters in all. The look-up is an equality, so the star
 * matches nothing but itself; anywhere else it is refused as a wildcard.
 */
static bool
has_filler_stars(const struct reading *reading, struct str number)
{
	return str_is_equal(reading->state, STR("WA")) && number.len == 12 &&
	    is_upper(number.p[0]) && memchr(number.p + 7, '*', 5) == NULL;
}

static int
normalise_licence(struct reading *reading, struct str text)
{
	char bytes[LIMIT_SUBJECT_LICENCE];
	size_t len;
	int r = check_text(reading, text, true);

	if (r != 0)
		return r;
	r = squeeze(reading, bytes, &len, sizeof(bytes), text);
	if (r != 0)
		return r;
	if (memchr(bytes, '*', len) != NULL &&
	    !has_filler_stars(reading, (struct str){ bytes, len }))
		return refuse(reading, "no-wildcard",
		    STR("the value has a wildcard or pattern character; write "
			"the whole value"));
	return keep(reading, bytes, len);
}

static int
normalise_plate(struct reading *reading, struct str text)
{
	char bytes[LIMIT_SUBJECT_PLATE];
	size_t len;
	int r = check_text(reading, text, false);

	if (r != 0)
		return r;
	r = squeeze(reading, bytes, &len, sizeof(bytes), text);
	return r != 0 ? r : keep(reading, bytes, len);
}

/* 49 CFR 565.13: 17 characters since 1981; shorter ones before. */
static int
normalise_vin(struct reading *reading, struct str text)
{
	char bytes[17];
	int r = check_text(reading, text, false);

	if (r != 0)
		return r;
	if (text.len < 11 || text.len > sizeof(bytes))
		return refuse(reading, "vin-length",
		    STR("a vehicle identification number has 17 characters, or "
			"11 to 16 before model year 1981 (49 CFR 565.13)"));
	for (size_t i = 0; i < text.len; i++) {
		char c = bytes[i] = to_upper(text.p[i]);

		if (c == 'I' || c == 'O' || c == 'Q')
			return refuse(reading, "vin-letters",
			    STR("the letters I, O and Q are in no vehicle "
				"identification number (49 CFR 565.13)"));
		if (!is_upper(c) && !is_digit(c))
			return refuse(reading, "characters",
			    STR("only letters and digits are in a vehicle "
				"identification number"));
	}
	return keep(reading, bytes, text.len);
}

static int
normalise_year(struct reading *reading, struct str text)
{
	uint64_t year;
	int now;
	int month;
	int day;
	int r = check_text(reading, text, false);

	if (r != 0)
		return r;
	if (text.len == 2 && to_upper(text.p[0]) == 'N' &&
	    to_upper(text.p[1]) == 'X')
		return keep(reading, "NX", 2);
	instant_civil(reading->today, &now, &month, &day);
	if (text.len != 4 || !str_to_u64(&year, text) || year < 1900 ||
	    year > (uint64_t)now + 3)
		return refuse(reading, "plate-year",
		    STR("a plate year is four digits from 1900 to three years "
			"from now, or NX for a plate that does not expire"));
	return keep(reading, text.p, 4);
}

static int
normalise_name(struct reading *reading, struct str text)
{
	const char *rule;
	struct str why;
	int r = check_text(reading, text, false);

	if (r != 0)
		return r;
	r = subject_name_normalise(reading->value, &rule, &why, reading->arena,
	    text);
	return r > 0 ? refuse(reading, rule, why) : TRACE(r);
}

static int
age_of(int32_t birth, int32_t today)
{
	int born[3];
	int now[3];

	instant_civil(birth, &born[0], &born[1], &born[2]);
	instant_civil(today, &now[0], &now[1], &now[2]);
	return now[0] - born[0] - (now[1] < born[1] ||
	    (now[1] == born[1] && now[2] < born[2]));
}

static int
normalise_birth_date(struct reading *reading, struct str text)
{
	int32_t day;
	int r = check_text(reading, text, false);

	if (r != 0)
		return r;
	if (text.len != 10 || text.p[4] != '-' || text.p[7] != '-')
		return refuse(reading, "full-date",
		    STR("a birth date is year, month and day: YYYY-MM-DD"));
	if (!instant_parse_date(&day, text))
		return refuse(reading, "date", STR("no such date"));
	if (day >= reading->today)
		return refuse(reading, "date-in-past",
		    STR("a birth date is in the past"));
	if (age_of(day, reading->today) >= OLDEST_YEARS)
		return refuse(reading, "age",
		    STR("a birth date is less than 130 years ago"));
	return keep(reading, text.p, text.len);
}

bool
subject_vin_holds(struct str vin)
{
	/* 49 CFR 565.15(c), table III: value of each letter, then weights. */
	static const char values[] = "12345678\00012345\0007\0009"
				     "23456789";
	static const unsigned char weights[17] = { 8, 7, 6, 5, 4, 3, 2, 10, 0,
		9, 8, 7, 6, 5, 4, 3, 2 };
	unsigned sum = 0;

	if (vin.len != 17)
		return false;
	for (size_t i = 0; i < 17; i++) {
		char c = vin.p[i];
		unsigned value;

		if (is_digit(c))
			value = (unsigned)(c - '0');
		else if (is_upper(c) && values[c - 'A'] != '\0')
			value = (unsigned)(values[c - 'A'] - '0');
		else
			return false;
		sum += value * weights[i];
	}
	return vin.p[8] == (sum % 11 == 10 ? 'X' : (char)('0' + sum % 11));
}

/* Trim, then the member's own rules. */
static int
read_member(struct reading *reading, enum subject_member member,
    struct str text)
{
	reading->member = members[member].name;
	if (text.p == NULL || text.len == 0)
		return refuse(reading, "whole-key",
		    STR("the key is not whole without this value"));
	while (text.len > 0 && text.p[0] == ' ')
		text = str_part(text, 1, text.len);
	while (text.len > 0 && text.p[text.len - 1] == ' ')
		text = str_part(text, 0, text.len - 1);
	if (text.len == 0)
		return refuse(reading, "whole-key", STR("the value is empty"));
	return members[member].normalise(reading, text);
}

/* Exactly one kind is asked for, or the refusal says so. */
static int
find_kind(enum subject_kind *kind, struct reading *reading,
    const struct subject_input *input)
{
	*kind = SUBJECT_NONE;
	reading->member = "subject";
	for (size_t i = 0; i < SUBJECT_N_MEMBERS; i++) {
		if (input->members[i].p == NULL || members[i].kind == *kind)
			continue;
		if (*kind != SUBJECT_NONE)
			return refuse(reading, "one-subject",
			    STR("the request names more than one subject key; "
				"ask for one person or vehicle by one key"));
		*kind = members[i].kind;
	}
	if (*kind == SUBJECT_NONE)
		return refuse(reading, "one-subject",
		    STR("the request names no person or vehicle: licence "
			"number, VIN, plate, or name with birth date"));
	return 0;
}

/* Join the parts to the canonical bytes. */
static int
join(struct subject *subject, struct arena *arena)
{
	char text[8 + 4 * (LIMIT_SUBJECT_MEMBER * 2 + 1)];
	struct str piece = subject_kind_text(subject->kind);
	size_t len = piece.len;

	memcpy(text, piece.p, len);
	for (size_t i = 0; i < subject->n_parts; i++) {
		piece = subject->parts[i];
		assert(len + 1 + piece.len <= sizeof(text));
		text[len++] = '|';
		memcpy(text + len, piece.p, piece.len);
		len += piece.len;
	}
	subject->canonical = arena_str(arena, (struct str){ text, len });
	return subject->canonical.p != NULL ? 0 : FAULT(ENOMEM);
}

static void
warn_of_vin(struct subject *subject)
{
	if (subject->kind != SUBJECT_VIN || subject->parts[0].len != 17 ||
	    subject_vin_holds(subject->parts[0]))
		return;
	subject->has_warning = true;
	subject->warning = (struct subject_problem){
		.member = members[SUBJECT_VIN_NUMBER].name,
		.rule = "vin-check-digit",
		.text = STR("the check digit does not hold; look for a typing "
			    "mistake (49 CFR 565.15)"),
	};
}

int
subject_parse(struct subject *subject, struct subject_problem *problem,
    struct arena *arena, const struct subject_input *input, int32_t today)
{
	struct subject read = { .kind = SUBJECT_NONE };
	struct reading reading = { .problem = problem, .arena = arena,
		.today = today };
	int r = find_kind(&read.kind, &reading, input);

	*subject = (struct subject){ .kind = SUBJECT_NONE };
	if (r != 0)
		return r;
	for (size_t i = 0; i < kinds[read.kind].n_members; i++) {
		enum subject_member member =
		    (enum subject_member)(kinds[read.kind].first + i);

		reading.value = &read.parts[read.n_parts++];
		r = read_member(&reading, member, input->members[member]);
		if (r != 0)
			return TRACE(r);
		/* The state is the first of the members that have one. */
		if (i == 0)
			reading.state = read.parts[0];
	}
	r = join(&read, arena);
	if (r != 0)
		return TRACE(r);
	warn_of_vin(&read);
	*subject = read;
	return 0;
}

int
subject_parse_canonical(struct subject *subject,
    struct subject_problem *problem, struct arena *arena, struct str text,
    int32_t today)
{
	struct reading reading = { .problem = problem, .member = "subject" };
	struct subject_input input = { 0 };
	struct str rest = text;
	struct str piece;
	size_t kind = SUBJECT_PERSON;
	size_t n = 0;
	int r;

	*subject = (struct subject){ .kind = SUBJECT_NONE };
	if (!str_split(&piece, &rest, '|'))
		piece = STR("");
	while (kind > SUBJECT_NONE && !str_is_equal(kinds[kind].name, piece))
		kind--;
	while (str_split(&piece, &rest, '|')) {
		if (n == kinds[kind].n_members)
			break;
		input.members[kinds[kind].first + n++] = piece;
	}
	if (kind == SUBJECT_NONE || n != kinds[kind].n_members)
		return refuse(&reading, "canonical",
		    STR("not a canonical subject key"));
	r = subject_parse(subject, problem, arena, &input, today);
	if (r != 0)
		return TRACE(r);
	if (str_is_equal(subject->canonical, text))
		return 0;
	*subject = (struct subject){ .kind = SUBJECT_NONE };
	return refuse(&reading, "canonical",
	    STR("the subject key is not in canonical form"));
}

bool
subject_is_equal(const struct subject *a, const struct subject *b)
{
	return a->kind == b->kind && a->kind != SUBJECT_NONE &&
	    str_is_equal(a->canonical, b->canonical);
}

struct str
subject_kind_text(enum subject_kind kind)
{
	assert((size_t)kind < ARRAY_LEN(kinds));
	return kinds[kind].name;
}

const char *
subject_member_text(enum subject_member member)
{
	assert((size_t)member < SUBJECT_N_MEMBERS);
	return members[member].name;
}

enum subject_kind
subject_member_kind(enum subject_member member)
{
	assert((size_t)member < SUBJECT_N_MEMBERS);
	return members[member].kind;
}
