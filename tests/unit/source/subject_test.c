/* The subject key: what is one person or vehicle, and what is not. */
#include "tap.h"
#include "limits.h"
#include "source/subject.h"
#include "util/instant.h"
#include "util/utf8.h"

static struct arena arena;
static struct subject subject;
static struct subject_problem problem;

static int32_t
today(void)
{
	return instant_day_of(2026, 11, 23);
}

static int
parse(const struct subject_input *input)
{
	arena_reset(&arena);
	problem = (struct subject_problem){ 0 };
	return subject_parse(&subject, &problem, &arena, input, today());
}

static struct subject_input
licence(struct str state, struct str number)
{
	struct subject_input input = { 0 };

	input.members[SUBJECT_LICENCE_STATE] = state;
	input.members[SUBJECT_LICENCE_NUMBER] = number;
	return input;
}

static struct subject_input
vin(struct str number)
{
	struct subject_input input = { 0 };

	input.members[SUBJECT_VIN_NUMBER] = number;
	return input;
}

static struct subject_input
plate(struct str state, struct str number, struct str year, struct str type)
{
	struct subject_input input = { 0 };

	input.members[SUBJECT_PLATE_STATE] = state;
	input.members[SUBJECT_PLATE_NUMBER] = number;
	input.members[SUBJECT_PLATE_YEAR] = year;
	input.members[SUBJECT_PLATE_TYPE] = type;
	return input;
}

static struct subject_input
person(struct str family, struct str given, struct str birth_date)
{
	struct subject_input input = { 0 };

	input.members[SUBJECT_PERSON_FAMILY] = family;
	input.members[SUBJECT_PERSON_GIVEN] = given;
	input.members[SUBJECT_PERSON_BIRTH_DATE] = birth_date;
	return input;
}

static struct subject_input
ny_plate(struct str number)
{
	return plate(STR("NY"), number, STR("2026"), STR("PC"));
}

static struct subject_input
doe(struct str family)
{
	return person(family, STR("JANE"), STR("1980-02-29"));
}

#define accepts(input, canonical)                                              \
	check_accepts((input), STR(canonical), __LINE__)
#define refuses(input, member, rule)                                           \
	check_refuses((input), (member), (rule), __LINE__)

static void
check_accepts(struct subject_input input, struct str canonical, int line)
{
	struct subject again;

	if (parse(&input) != 0) {
		printf("# line %d: %s: %s\n", line, problem.member,
		    problem.rule);
		tap_failed = true;
		return;
	}
	if (!check_str(subject.canonical, canonical))
		printf("# line %d\n", line);
	/* Canonical bytes are a fixed point. */
	check(subject_parse_canonical(&again, &problem, &arena,
		  subject.canonical, today()) == 0);
	check(subject_is_equal(&again, &subject));
}

static void
check_refuses(struct subject_input input, const char *member, const char *rule,
    int line)
{
	bool is_right = parse(&input) == SUBJECT_E_REFUSED &&
	    problem.member != NULL && problem.rule != NULL &&
	    strcmp(problem.member, member) == 0 &&
	    strcmp(problem.rule, rule) == 0 && problem.text.len > 0 &&
	    subject.kind == SUBJECT_NONE;

	if (!is_right) {
		printf("# line %d: got %s %s\n", line,
		    problem.member ? problem.member : "-",
		    problem.rule ? problem.rule : "accepted");
		tap_failed = true;
	}
}

static void
each_kind_has_its_canonical_bytes(void)
{
	accepts(licence(STR("ny"), STR("123-456 789")), "licence|NY|123456789");
	accepts(vin(STR(" 1m8gdm9axkp042788 ")), "vin|1M8GDM9AXKP042788");
	accepts(plate(STR("NY"), STR("abc 12-34"), STR("2026"), STR("pc")),
	    "plate|NY|ABC1234|2026|PC");
	accepts(plate(STR("ON"), STR("A"), STR("nx"), STR("TL")),
	    "plate|ON|A|NX|TL");
	accepts(person(STR("o\xe2\x80\x99"
			   "brien"),
		    STR("Mary  Ann"), STR("1980-02-29")),
	    "person|O'BRIEN|MARY ANN|1980-02-29");
	check_u64(subject.n_parts, 3);
	check_str(subject.parts[1], STR("MARY ANN"));
}

static void
a_key_that_is_not_whole_is_refused(void)
{
	struct subject_input none = { 0 };

	refuses(none, "subject", "one-subject");
	refuses(plate(STR("NY"), STR("ABC1234"), STR("2026"),
		    (struct str){ NULL, 0 }),
	    "subject/plate/type", "whole-key");
	refuses(plate(STR("NY"), STR("ABC1234"), STR(""), STR("PC")),
	    "subject/plate/year", "whole-key");
	refuses(licence((struct str){ NULL, 0 }, STR("123456789")),
	    "subject/licence/state", "whole-key");
	refuses(person(STR("DOE"), STR("JANE"), (struct str){ NULL, 0 }),
	    "subject/person/birth_date", "whole-key");
	refuses(doe(STR("   ")), "subject/person/family", "whole-key");
	refuses(ny_plate(STR("- -")), "subject/plate/number", "whole-key");
}

static void
p2_two_keys_in_one_request_are_refused(void)
{
	struct subject_input input = vin(STR("1M8GDM9AXKP042788"));

	input.members[SUBJECT_LICENCE_STATE] = STR("NY");
	refuses(input, "subject", "one-subject");
	input = doe(STR("DOE"));
	input.members[SUBJECT_PLATE_TYPE] = STR("");
	refuses(input, "subject", "one-subject");
}

static void
p2_a_list_in_one_member_is_refused(void)
{
	refuses(ny_plate(STR("ABC1,DEF2")), "subject/plate/number",
	    "one-value");
	refuses(ny_plate(STR("ABC1;D")), "subject/plate/number", "one-value");
	refuses(doe(STR("DOE|ROE")), "subject/person/family", "one-value");
	refuses(doe(STR("DOE & ROE")), "subject/person/family", "one-value");
	refuses(vin(STR("1M8GDM9AXKP042788\n1M8GDM9AXKP042788")),
	    "subject/vin", "no-hidden-characters");
}

static void
h3_wildcards_and_patterns_are_refused_in_every_member(void)
{
	static const char marks[] = "*?%_[](){}^$+\\<>=~";

	for (const char *mark = marks; *mark != '\0'; mark++) {
		char text[] = "AB#CD";
		struct str value = { text, 5 };

		text[2] = *mark;
		refuses(licence(STR("NY"), value), "subject/licence/number",
		    "no-wildcard");
		refuses(ny_plate(value), "subject/plate/number", "no-wildcard");
		refuses(vin(value), "subject/vin", "no-wildcard");
		refuses(doe(value), "subject/person/family", "no-wildcard");
		refuses(person(STR("DOE"), value, STR("1980-02-29")),
		    "subject/person/given", "no-wildcard");
		refuses(plate(value, STR("A"), STR("2026"), STR("PC")),
		    "subject/plate/state", "no-wildcard");
		refuses(plate(STR("NY"), STR("A"), value, STR("PC")),
		    "subject/plate/year", "no-wildcard");
		refuses(plate(STR("NY"), STR("A"), STR("2026"), value),
		    "subject/plate/type", "no-wildcard");
		refuses(person(STR("DOE"), STR("JANE"), value),
		    "subject/person/birth_date", "no-wildcard");
	}
	refuses(ny_plate(STR("ABC.")), "subject/plate/number", "no-wildcard");
}

static void
h3_empty_and_one_letter_names_are_refused(void)
{
	refuses(doe(STR("")), "subject/person/family", "whole-key");
	refuses(doe(STR("D")), "subject/person/family", "no-partial-name");
	refuses(doe(STR("D.")), "subject/person/family", "no-partial-name");
	refuses(person(STR("DOE"), STR("J."), STR("1980-02-29")),
	    "subject/person/given", "no-partial-name");
	refuses(person(STR("DOE"), STR("J. R."), STR("1980-02-29")),
	    "subject/person/given", "no-partial-name");
	refuses(person(STR("DOE"), STR("J-P"), STR("1980-02-29")),
	    "subject/person/given", "no-partial-name");
	refuses(doe(STR("--")), "subject/person/family", "no-partial-name");
	accepts(person(STR("NG"), STR("J EDGAR"), STR("1980-02-29")),
	    "person|NG|J EDGAR|1980-02-29");
}

static void
h3_partial_plates_dates_and_vins_are_refused(void)
{
	refuses(plate(STR("N"), STR("ABC1234"), STR("2026"), STR("PC")),
	    "subject/plate/state", "state");
	refuses(person(STR("DOE"), STR("JANE"), STR("1980")),
	    "subject/person/birth_date", "full-date");
	refuses(person(STR("DOE"), STR("JANE"), STR("1980-02")),
	    "subject/person/birth_date", "full-date");
	refuses(vin(STR("5YJ3E1EB9J")), "subject/vin", "vin-length");
	refuses(vin(STR("8995")), "subject/vin", "vin-length");
}

static void
a_star_is_a_character_of_old_washington_licences_only(void)
{
	accepts(licence(STR("WA"), STR("DOE**J*123AB")),
	    "licence|WA|DOE**J*123AB");
	refuses(licence(STR("NY"), STR("DOE**J*123AB")),
	    "subject/licence/number", "no-wildcard");
	refuses(licence(STR("WA"), STR("DOE*")), "subject/licence/number",
	    "no-wildcard");
	refuses(licence(STR("WA"), STR("DOE**J*123A*")),
	    "subject/licence/number", "no-wildcard");
	refuses(licence(STR("WA"), STR("*OE**J*123AB")),
	    "subject/licence/number", "no-wildcard");
}

static void
h11_hidden_and_bidirectional_characters_are_refused(void)
{
	static const uint32_t codes[] = { 0x00, 0x09, 0x0a, 0x1b, 0x7f, 0x85,
		0xad, 0x200b, 0x200d, 0x200e, 0x202e, 0x2066, 0x2069, 0xfeff,
		0xe0041, 0x2028 };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		char text[8] = "DO";
		size_t n = 2 + utf8_encode(text + 2, codes[i]);
		struct str value;

		text[n++] = 'E';
		value = (struct str){ text, n };
		refuses(doe(value), "subject/person/family",
		    "no-hidden-characters");
		refuses(ny_plate(value), "subject/plate/number",
		    "no-hidden-characters");
		refuses(vin(value), "subject/vin", "no-hidden-characters");
	}
}

static void
h11_homoglyphs_of_another_script_are_refused(void)
{
	/* Cyrillic a in "Jane", Greek omicron in "DOE", fullwidth A. */
	refuses(doe(STR("J\xd0\xb0ne")), "subject/person/family", "one-script");
	refuses(doe(STR("D\xce\x9f"
			"E")),
	    "subject/person/family", "one-script");
	refuses(doe(STR("\xef\xbc\xa1"
			"DAMS")),
	    "subject/person/family", "one-script");
	refuses(doe(STR("\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd")),
	    "subject/person/family", "script");
	refuses(ny_plate(STR("\xd0\x90"
			     "BC1234")),
	    "subject/plate/number", "characters");
	refuses(vin(STR("\xd0\x90"
			"8GDM9AXKP042788")),
	    "subject/vin", "characters");
}

static void
h11_a_decomposed_accent_is_refused_and_the_composed_one_is_read(void)
{
	refuses(doe(STR("Mu\xcc\x88ller")), "subject/person/family",
	    "composed");
	accepts(doe(STR("m\xc3\xbcller")),
	    "person|M\xc3\x9cLLER|JANE|1980-02-29");
}

static void
h11_a_sentence_is_no_code(void)
{
	refuses(plate(STR("NY"), STR("ABC1234"), STR("2026"),
		    STR("criminal investigation")),
	    "subject/plate/type", "plate-type");
	refuses(plate(STR("NY"), STR("ABC1234"), STR("this year"), STR("PC")),
	    "subject/plate/year", "plate-year");
	refuses(licence(STR("New York"), STR("1")), "subject/licence/state",
	    "state");
	refuses(licence(STR("XX"), STR("1")), "subject/licence/state",
	    "state");
}

static void
h14_invalid_utf8_and_nul_are_refused(void)
{
	refuses(doe(STR("D\xff"
			"E")),
	    "subject/person/family", "utf8");
	refuses(doe(STR("D\xed\xa0\x80"
			"E")),
	    "subject/person/family", "utf8");
	refuses(doe(STR("DO\xc3")), "subject/person/family", "utf8");
	refuses(doe(STR("D\xc0\x80"
			"E")),
	    "subject/person/family", "utf8");
	refuses(ny_plate(STR("ABC\0001")), "subject/plate/number",
	    "no-hidden-characters");
}

static void
h14_numbers_out_of_range_are_no_year(void)
{
	static const char *const years[] = { "1e400", "-0", "9007199254740993",
		"18446744073709551617", "1899", "2030", "02026", "20 26",
		"20.6" };

	for (size_t i = 0; i < ARRAY_LEN(years); i++)
		refuses(plate(STR("NY"), STR("A"), str_of(years[i]), STR("PC")),
		    "subject/plate/year", "plate-year");
	accepts(plate(STR("NY"), STR("A"), STR("2029"), STR("PC")),
	    "plate|NY|A|2029|PC");
	accepts(plate(STR("NY"), STR("A"), STR("1900"), STR("PC")),
	    "plate|NY|A|1900|PC");
}

static void
names_are_upper_cased_by_the_simple_mapping(void)
{
	/* each letter range: lower case, then what becomes of it */
	accepts(doe(STR("\xc3\xa0\xc3\xb6\xc3\xb8\xc3\xbe\xc3\xbf\xc3\x9f")),
	    "person|\xc3\x80\xc3\x96\xc3\x98\xc3\x9e\xc5\xb8\xc3\x9f|JANE|"
	    "1980-02-29");
	accepts(doe(STR("\xc4\x81\xc4\x8d\xc4\xb3\xc4\xb7")),
	    "person|\xc4\x80\xc4\x8c\xc4\xb2\xc4\xb6|JANE|1980-02-29");
	accepts(doe(STR("\xc4\xbe\xc5\x82\xc5\x84\xc5\x88")),
	    "person|\xc4\xbd\xc5\x81\xc5\x83\xc5\x87|JANE|1980-02-29");
	accepts(doe(STR("\xc5\x93\xc5\x99\xc5\xa1\xc5\xbe\xc5\xba")),
	    "person|\xc5\x92\xc5\x98\xc5\xa0\xc5\xbd\xc5\xb9|JANE|1980-02-29");
	accepts(doe(STR("\xc4\xb1\xc5\xbf\xc4\xb0")),
	    "person|IS\xc4\xb0|JANE|1980-02-29");
	accepts(doe(STR("\xc8\x99\xc8\x9b\xc6\xa1\xc6\xb0\xe1\xbb\x87")),
	    "person|\xc8\x98\xc8\x9a\xc6\xa0\xc6\xaf\xe1\xbb\x86|JANE|"
	    "1980-02-29");
	refuses(doe(STR("DOE2")), "subject/person/family", "letters");
	refuses(doe(STR("DOE\xc3\x97")), "subject/person/family", "letters");
	refuses(doe(STR("DOE\xe2\x82\xac")), "subject/person/family",
	    "letters");
	refuses(doe(STR("DO\xc2\xa0"
			"E")),
	    "subject/person/family", "letters");
}

static void
a_birth_date_is_a_day_in_the_last_130_years(void)
{
	refuses(person(STR("DOE"), STR("JANE"), STR("1981-02-29")),
	    "subject/person/birth_date", "date");
	refuses(person(STR("DOE"), STR("JANE"), STR("2026-11-23")),
	    "subject/person/birth_date", "date-in-past");
	refuses(person(STR("DOE"), STR("JANE"), STR("2040-01-01")),
	    "subject/person/birth_date", "date-in-past");
	refuses(person(STR("DOE"), STR("JANE"), STR("1896-11-23")),
	    "subject/person/birth_date", "age");
	accepts(person(STR("DOE"), STR("JANE"), STR("1896-11-24")),
	    "person|DOE|JANE|1896-11-24");
	accepts(person(STR("DOE"), STR("JANE"), STR("2026-11-22")),
	    "person|DOE|JANE|2026-11-22");
}

/* 49 CFR 565.15(c). */
static void
a_vin_check_digit_that_does_not_hold_only_warns(void)
{
	static const char *const good[] = { "1G4AH59H45G118341",
		"1M8GDM9AXKP042788", "JH2RC3605MM101581", "1J9RP1A36A1644345",
		"1G1BN53E6NW128495" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct subject_input input = vin(str_of(good[i]));

		check_u64(parse(&input), 0);
		check(!subject.has_warning);
	}
	accepts(vin(STR("1M8GDM9A1KP042788")), "vin|1M8GDM9A1KP042788");
	check(subject.has_warning);
	check(strcmp(subject.warning.rule, "vin-check-digit") == 0);
	/* Before model year 1981 there was no check digit. */
	accepts(vin(STR("1112712684A")), "vin|1112712684A");
	check(!subject.has_warning);
	check(!subject_vin_holds(STR("1M8GDM9AXKP04278I")));
}

/* 49 CFR 565.13. */
static void
a_vin_has_no_letters_i_o_q(void)
{
	refuses(vin(STR("IM8GDM9AXKP042788")), "subject/vin", "vin-letters");
	refuses(vin(STR("1M8GDM9AXKP0427O8")), "subject/vin", "vin-letters");
	refuses(vin(STR("1M8GDM9AXKP04278q")), "subject/vin", "vin-letters");
	refuses(vin(STR("1M8GDM9AX-P042788")), "subject/vin", "characters");
	refuses(vin(STR("1M8GDM9AXKP0427888")), "subject/vin", "vin-length");
}

static void
values_at_their_longest_are_read_and_one_more_is_refused(void)
{
	char text[LIMIT_SUBJECT_MEMBER + 1];

	memset(text, 'A', sizeof(text));
	accepts(ny_plate((struct str){ text, LIMIT_SUBJECT_PLATE }),
	    "plate|NY|AAAAAAAAAA|2026|PC");
	refuses(ny_plate((struct str){ text, LIMIT_SUBJECT_PLATE + 1 }),
	    "subject/plate/number", "length");
	accepts(licence(STR("NY"), (struct str){ text, LIMIT_SUBJECT_LICENCE }),
	    "licence|NY|AAAAAAAAAAAAAAAAAAAA");
	refuses(licence(STR("NY"),
		    (struct str){ text, LIMIT_SUBJECT_LICENCE + 1 }),
	    "subject/licence/number", "length");
	check_u64(parse(&(struct subject_input){ 0 }), SUBJECT_E_REFUSED);
	refuses(doe((struct str){ text, LIMIT_SUBJECT_MEMBER + 1 }),
	    "subject/person/family", "length");
	{
		struct subject_input input =
		    doe((struct str){ text, LIMIT_SUBJECT_MEMBER });

		check_u64(parse(&input), 0);
	}
}

static void
canonical_bytes_are_read_back_only_as_they_are(void)
{
	static const char *const bad[] = { "", "vin", "vin|", "licence|NY",
		"vin|1m8gdm9axkp042788", "vin|1M8GDM9AXKP042788|",
		"vin|1M8GDM9AXKP042788|X", "plate|NY|ABC 123|2026|PC",
		"ssn|123456789", "none", "none|", "person|DOE|JANE",
		"person|DOE |JANE|1980-02-29" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		arena_reset(&arena);
		check_u64(subject_parse_canonical(&subject, &problem, &arena,
			      str_of(bad[i]), today()),
		    SUBJECT_E_REFUSED);
		check(subject.kind == SUBJECT_NONE);
	}
}

static void
memory_that_runs_out_is_a_fault_and_no_subject(void)
{
	struct arena small;
	struct subject_input input = doe(STR("DOE"));

	arena_init(&small, 20);
	check(subject_parse(&subject, &problem, &small, &input, today()) < 0);
	check(subject.kind == SUBJECT_NONE);
	arena_fini(&small);
}

static void
members_and_kinds_have_their_names(void)
{
	check(strcmp(subject_member_text(SUBJECT_PLATE_NUMBER),
		  "subject/plate/number") == 0);
	check(subject_member_kind(SUBJECT_PERSON_GIVEN) == SUBJECT_PERSON);
	check_str(subject_kind_text(SUBJECT_PLATE), STR("plate"));
	check_str(subject_state_title(STR("NY")), STR("New York"));
	check(subject_state_title(STR("ZZ")).p == NULL);
	check_str(subject_plate_type_title(STR("MC")), STR("motorcycle"));
	check(subject_plate_type_title(STR("QQ")).p == NULL);
}

static const struct tap_test tests[] = {
	TEST(each_kind_has_its_canonical_bytes),
	TEST(a_key_that_is_not_whole_is_refused),
	TEST(p2_two_keys_in_one_request_are_refused),
	TEST(p2_a_list_in_one_member_is_refused),
	TEST(h3_wildcards_and_patterns_are_refused_in_every_member),
	TEST(h3_empty_and_one_letter_names_are_refused),
	TEST(h3_partial_plates_dates_and_vins_are_refused),
	TEST(a_star_is_a_character_of_old_washington_licences_only),
	TEST(h11_hidden_and_bidirectional_characters_are_refused),
	TEST(h11_homoglyphs_of_another_script_are_refused),
	TEST(
	    h11_a_decomposed_accent_is_refused_and_the_composed_one_is_read),
	TEST(h11_a_sentence_is_no_code),
	TEST(h14_invalid_utf8_and_nul_are_refused),
	TEST(h14_numbers_out_of_range_are_no_year),
	TEST(names_are_upper_cased_by_the_simple_mapping),
	TEST(a_birth_date_is_a_day_in_the_last_130_years),
	TEST(a_vin_check_digit_that_does_not_hold_only_warns),
	TEST(a_vin_has_no_letters_i_o_q),
	TEST(values_at_their_longest_are_read_and_one_more_is_refused),
	TEST(canonical_bytes_are_read_back_only_as_they_are),
	TEST(memory_that_runs_out_is_a_fault_and_no_subject),
	TEST(members_and_kinds_have_their_names),
};

int
main(int argc, char **argv)
{
	int r;

	arena_init(&arena, 1 << 16);
	r = tap_main(tests, ARRAY_LEN(tests), argc, argv);
	arena_fini(&arena);
	return r;
}
