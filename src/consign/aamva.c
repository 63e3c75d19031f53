/* AAMVA barcode texts; see aamva.h. */
#include "consign/aamva.h"

#include <errno.h>

#include "source/import_map.h"
#include "source/subject.h"
#include "util/fault.h"
#include "util/utf8.h"

enum reading {
	TEXT,
	DATE,
	SEX,
	ZIP,
};

static const struct {
	char name[4];
	enum record_field field;
	enum reading reading;
} elements[] = {
#define X(name, field, reading) { name, RECORD_##field, reading },
#include "consign/aamva_elements.def"
#undef X
};

static const struct {
	uint32_t number;
	char state[3];
} issuers[] = {
#define X(number, state) { number, state },
#include "consign/aamva_iin.def"
#undef X
};

/* What is read beside the fields. */
struct card {
	struct record *record;
	struct arena *arena;
	struct str middle;
	bool is_canadian; /* dates are CCYYMMDD there */
	bool is_cut;	  /* a name did not fit the card */
	int32_t today;
};

bool
aamva_begins(struct str text, size_t at)
{
	size_t from = at + 1;

	if (at >= text.len || text.p[at] != '@')
		return false;
	while (from < text.len && from < at + 5 && text.p[from] < 0x20)
		from++;
	text = str_part(text, from, text.len);
	return from > at + 1 && (str_has_prefix(text, STR("ANSI ")) ||
	    str_has_prefix(text, STR("AAMVA")));
}

/* Past the head: "ANSI ", six digits, versions, subfile designators. */
static struct str
skip_head(struct str text, struct str *issuer)
{
	size_t at = 1;
	size_t n_digits = 0;

	while (at < text.len && text.p[at] < 0x20)
		at++;
	text = str_part(text, at + 5, text.len);
	*issuer = str_part(text, 0, 6);
	while (n_digits < text.len && text.p[n_digits] >= '0' &&
	    text.p[n_digits] <= '9')
		n_digits++;
	text = str_part(text, n_digits, text.len);
	/* Designators: two letters and eight digits each. */
	for (;;) {
		n_digits = 2;
		while (n_digits < text.len && n_digits < 10 &&
		    text.p[n_digits] >= '0' && text.p[n_digits] <= '9')
			n_digits++;
		if (n_digits < 10)
			break;
		text = str_part(text, 10, text.len);
	}
	/* The first element follows its subfile's type on the same line. */
	if (str_has_prefix(text, STR("DL")) || str_has_prefix(text, STR("ID")) ||
	    str_has_prefix(text, STR("EN")))
		text = str_part(text, 2, text.len);
	return text;
}

static const char *
state_of(struct str issuer)
{
	uint64_t number;

	if (!str_to_u64(&number, issuer))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(issuers); i++) {
		if (issuers[i].number == number)
			return issuers[i].state;
	}
	return NULL;
}

/* Text without what could deceive; empty when it is nothing to keep. */
static struct str
clean(struct str value)
{
	size_t at = 0;

	value = str_trim(value);
	if (!utf8_is_valid(value))
		return STR("");
	while (at < value.len) {
		if (utf8_is_deceptive((uint32_t)utf8_next(value, &at)))
			return STR("");
	}
	return value;
}

static struct str
read_value(const struct card *card, enum reading reading, struct str value,
    char iso[static 11])
{
	switch (reading) {
	case DATE:
		if (!import_map_date(iso,
			card->is_canadian ? STR("YYYYMMDD") : STR("MMDDYYYY"),
			value))
			return STR("");
		return (struct str){ iso, 10 };
	case SEX:
		return str_is_equal(value, STR("1")) ? STR("M")
		    : str_is_equal(value, STR("2"))  ? STR("F")
		    : str_is_equal(value, STR("9"))  ? STR("X")
						     : STR("");
	case ZIP:
		return str_part(value, 0, 5);
	case TEXT:
	default:
		return value;
	}
}

static int
set(struct card *card, enum record_field field, struct str value)
{
	if (value.len == 0 || value.len > record_field_get(field)->max)
		return 0;
	value = arena_str(card->arena, value);
	card->record->values[field] = value;
	return value.p != NULL ? 0 : FAULT(ENOMEM);
}

/* One line: an element's name and its value. */
static int
take(struct card *card, struct str line)
{
	struct str name = str_part(line, 0, 3);
	struct str value = clean(str_part(line, 3, line.len));
	char iso[11];

	if (str_is_equal(name, STR("DAD")))
		card->middle = value;
	if ((str_is_equal(name, STR("DDE")) ||
		str_is_equal(name, STR("DDF"))) &&
	    str_is_equal(value, STR("T")))
		card->is_cut = true;
	for (size_t i = 0; i < ARRAY_LEN(elements); i++) {
		if (str_is_equal(name, str_of(elements[i].name)))
			return set(card, elements[i].field,
			    read_value(card, elements[i].reading, value, iso));
	}
	return 0;
}

static bool
is_canadian(struct str text)
{
	return memmem(text.p, text.len, "\nDCGCAN", 7) != NULL;
}

/* Add the key of these members, if they make one that is whole and new. */
static int
add_key(struct str keys[static AAMVA_KEYS], size_t *n_keys,
    const struct card *card, const struct subject_input *input)
{
	struct subject_problem problem;
	struct subject subject;
	int r = subject_parse(&subject, &problem, card->arena, input,
	    card->today);

	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	for (size_t i = 0; i < *n_keys; i++) {
		if (str_is_equal(keys[i], subject.canonical))
			return 0;
	}
	keys[(*n_keys)++] = subject.canonical;
	return 0;
}

static int
add_keys(struct str keys[static AAMVA_KEYS], size_t *n_keys, struct card *card)
{
	struct str *values = card->record->values;
	struct subject_input licence = { 0 };
	struct subject_input person = { 0 };
	int r;

	licence.members[SUBJECT_LICENCE_STATE] = values[RECORD_LICENCE_STATE];
	licence.members[SUBJECT_LICENCE_NUMBER] = values[RECORD_LICENCE_NUMBER];
	r = add_key(keys, n_keys, card, &licence);
	/* A name that was cut is not the person's name. */
	if (r < 0 || card->is_cut)
		return TRACE(r);
	person.members[SUBJECT_PERSON_FAMILY] = values[RECORD_PERSON_FAMILY];
	person.members[SUBJECT_PERSON_GIVEN] = values[RECORD_PERSON_GIVEN];
	person.members[SUBJECT_PERSON_BIRTH_DATE] =
	    values[RECORD_PERSON_BIRTH_DATE];
	r = add_key(keys, n_keys, card, &person);
	if (r < 0 || card->middle.len == 0 ||
	    str_is_equal(card->middle, STR("NONE")))
		return TRACE(r);
	person.members[SUBJECT_PERSON_GIVEN] = arena_format(card->arena,
	    "%.*s %.*s", STR_ARG(values[RECORD_PERSON_GIVEN]),
	    STR_ARG(card->middle));
	if (person.members[SUBJECT_PERSON_GIVEN].p == NULL)
		return FAULT(ENOMEM);
	r = set(card, RECORD_PERSON_GIVEN, person.members[SUBJECT_PERSON_GIVEN]);
	return r < 0 ? TRACE(r) : TRACE(add_key(keys, n_keys, card, &person));
}

int
aamva_read(struct record *record, struct str keys[static AAMVA_KEYS],
    size_t *n_keys, struct arena *arena, struct str text, int32_t today)
{
	struct card card = { .record = record, .arena = arena,
		.is_canadian = is_canadian(text), .today = today };
	struct str issuer;
	struct str line;
	const char *state;
	int r = 0;

	*record = (struct record){ .kind = RECORD_DRIVER };
	*n_keys = 0;
	if (!aamva_begins(text, 0))
		return 0;
	text = skip_head(text, &issuer);
	state = state_of(issuer);
	while (r == 0 && str_split(&line, &text, '\n'))
		r = take(&card, line);
	if (r == 0)
		r = set(&card, RECORD_LICENCE_STATE, state != NULL
			? str_of(state)
			: record->values[RECORD_PERSON_ADDRESS_STATE]);
	return r < 0 ? TRACE(r) : TRACE(add_keys(keys, n_keys, &card));
}
