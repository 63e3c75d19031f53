/* Case numbers in free text: what is one, what only looks like one. */
#include "cli/case_ref.h"

#include "tap.h"

static const struct case_ref_rules rules = { .year = 2025 };

static struct case_ref
find(const char *text)
{
	struct case_ref ref;

	case_ref_find(&ref, str_of(text), &rules);
	return ref;
}

struct sample {
	const char *text;
	const char *number;
	enum case_ref_sureness sureness;
	enum case_ref_form form;
};

static const struct sample found[] = {
	{ "25-138337", "25-138337", CASE_REF_SURE, CASE_REF_FORM_YEAR },
	{ "theft 25-01234 suspect", "25-01234", CASE_REF_SURE,
	    CASE_REF_FORM_YEAR },
	{ "satg+burg+251402", "251402", CASE_REF_LIKELY,
	    CASE_REF_FORM_YEAR_RUN },
	{ "Investigation, 2510494", "2510494", CASE_REF_SURE,
	    CASE_REF_FORM_YEAR_RUN },
	{ "2514277", "2514277", CASE_REF_LIKELY, CASE_REF_FORM_YEAR_RUN },
	{ "25.134692", "25.134692", CASE_REF_LIKELY, CASE_REF_FORM_YEAR },
	{ "131285", "131285", CASE_REF_LIKELY, CASE_REF_FORM_YEAR_RUN },
	{ "CAD 202500513454", "202500513454", CASE_REF_SURE,
	    CASE_REF_FORM_FULL_YEAR },
	{ "CPD OCA 2513031", "2513031", CASE_REF_SURE, CASE_REF_FORM_YEAR_RUN },
	{ "cfs26-19544 georgetown so", "cfs26-19544", CASE_REF_SURE,
	    CASE_REF_FORM_PREFIX },
	{ "202506275", "202506275", CASE_REF_LIKELY, CASE_REF_FORM_FULL_YEAR },
	{ "2025006275", "2025006275", CASE_REF_SURE, CASE_REF_FORM_FULL_YEAR },
	{ "2025-00123", "2025-00123", CASE_REF_SURE, CASE_REF_FORM_FULL_YEAR },
	{ "case #48213", "48213", CASE_REF_LIKELY, CASE_REF_FORM_PLAIN },
	{ "25-CR-1234", "25-CR-1234", CASE_REF_SURE, CASE_REF_FORM_DOCKET },
	{ "25CR01234", "25CR01234", CASE_REF_LIKELY, CASE_REF_FORM_DOCKET },
	{ "P25-00123", "P25-00123", CASE_REF_SURE, CASE_REF_FORM_PREFIX },
	{ "(see 25-001234)", "25-001234", CASE_REF_SURE, CASE_REF_FORM_YEAR },
	{ "inv/25-1234", "25-1234", CASE_REF_SURE, CASE_REF_FORM_YEAR },
	{ "25-01234A", "25-01234A", CASE_REF_SURE, CASE_REF_FORM_YEAR },
	{ "theft 25\342\200\22301234", "25\342\200\22301234", CASE_REF_SURE,
	    CASE_REF_FORM_YEAR }, /* an en dash */
	{ "250618-0123", "250618-0123", CASE_REF_LIKELY, CASE_REF_FORM_YEAR },
	{ "20250618-012", "20250618-012", CASE_REF_LIKELY, CASE_REF_FORM_YEAR },
	{ "25-1-012345", "25-1-012345", CASE_REF_LIKELY, CASE_REF_FORM_YEAR },
	{ "Item H-12945-25", "H-12945-25", CASE_REF_LIKELY,
	    CASE_REF_FORM_PREFIX },
	{ "12945-25", "12945-25", CASE_REF_UNSURE, CASE_REF_FORM_YEAR },
	{ "2501934-A", "2501934-A", CASE_REF_LIKELY, CASE_REF_FORM_YEAR_RUN },
	{ "25_01934", "25_01934", CASE_REF_LIKELY, CASE_REF_FORM_YEAR },
	{ "case 25 01934 burg", "25 01934", CASE_REF_LIKELY,
	    CASE_REF_FORM_YEAR },
	{ "25 01934", "25 01934", CASE_REF_UNSURE, CASE_REF_FORM_YEAR },
	{ "2025 019345", "2025 019345", CASE_REF_UNSURE,
	    CASE_REF_FORM_FULL_YEAR },
	{ "RD# JH239475", "JH239475", CASE_REF_SURE, CASE_REF_FORM_PREFIX },
	{ "CFS 25-01234", "25-01234", CASE_REF_SURE, CASE_REF_FORM_YEAR },
	{ "IR#2500193", "2500193", CASE_REF_SURE, CASE_REF_FORM_YEAR_RUN },
	{ "73418", "", CASE_REF_NONE, CASE_REF_FORM_NONE },
	{ "734182", "734182", CASE_REF_UNSURE, CASE_REF_FORM_PLAIN },
	{ "250618", "250618", CASE_REF_UNSURE, CASE_REF_FORM_YEAR_RUN },
};

static void
case_numbers_of_many_agencies_are_found(void)
{
	for (size_t i = 0; i < ARRAY_LEN(found); i++) {
		struct case_ref ref = find(found[i].text);

		if (!check_str(ref.text, str_of(found[i].number)) ||
		    !check_u64(ref.sureness, found[i].sureness) ||
		    !check_u64(ref.form, found[i].form))
			printf("# in \"%s\"\n", found[i].text);
	}
}

static void
dates_phones_plates_and_statutes_are_none(void)
{
	static const char *const texts[] = { "", "None", "test", "2025-08-23",
		"06/18/2025", "6-18-25", "12-2025", "2024-2025",
		"2025-08-23T18:42:03.507Z", "20250618", "061825",
		"541-555-0100", "(541) 555-0100", "5415550100", "15415550100",
		"555-0100", "000-12-3456", "97401-1234", "ABC1234", "7ABC123",
		"ABC-1234", "123 ABC", "1HGCM82633A004352",
		"550e8400-e29b-41d4-a716-446655440000", "unit 123456",
		"badge 25-1234", "ORS 163.375", "10851 vc", "459 PC", "I-95",
		"10-50", "24-hour", "000000", "123456", "999999999", "F-150",
		"1735689600123", "2500HD", "44.0521", "202506181205",
		"phone 2510494", "9-1-1", "UUV", "2025", "25",
		"Homicide 2024", "2015 Toyota Camry", "24-7 patrol",
		"12345-67", "10 20000", "2015 1500", "AR-15", "45.1234 -123.5",
		"unit 25 12945", "stolen_vehicle_2" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct case_ref ref = find(texts[i]);

		if (!check_u64(ref.sureness, CASE_REF_NONE))
			printf("# found in \"%s\": %.*s\n", texts[i],
			    STR_ARG(ref.text));
	}
}

static void
the_agency_s_own_forms_stand_first(void)
{
	static const struct str forms[] = { STR_INIT("MP999*"),
		STR_INIT("A9-9999") };
	struct case_ref_rules own = { .year = 2025, .forms = forms,
		.n_forms = 2 };
	struct case_ref ref;

	case_ref_find(&ref, STR("stolen car mp12345 by night"), &own);
	check_str(ref.text, STR("mp12345"));
	check_u64(ref.form, CASE_REF_FORM_AGENCY);
	case_ref_find(&ref, STR("k7-1234"), &own);
	check_str(ref.text, STR("k7-1234"));
	case_ref_find(&ref, STR("xmp12345"), &own);
	check_u64(ref.form, CASE_REF_FORM_NONE);
}

static void
a_case_column_is_trusted_one_step_more(void)
{
	struct case_ref ref;

	case_ref_column(&ref, STR("734182"), &rules);
	check_u64(ref.sureness, CASE_REF_LIKELY);
	case_ref_column(&ref, STR("XK-77-901"), &rules);
	check_u64(ref.sureness, CASE_REF_UNSURE);
	check_u64(ref.form, CASE_REF_FORM_COLUMN);
	case_ref_column(&ref, STR("None"), &rules);
	check_u64(ref.sureness, CASE_REF_NONE);
	case_ref_column(&ref, STR("06/18/2025"), &rules);
	check_u64(ref.sureness, CASE_REF_NONE);
	case_ref_column(&ref, STR("stolen vehicle bulletin"), &rules);
	check_u64(ref.sureness, CASE_REF_NONE);
	case_ref_column(&ref, STR("[REDACTED]"), &rules);
	check_u64(ref.sureness, CASE_REF_NONE);
}

static void
what_was_taken_out_is_told_from_what_was_never_there(void)
{
	check(case_ref_is_withheld(STR("***")));
	check(case_ref_is_withheld(STR("[Redacted]")));
	check(case_ref_is_withheld(STR("\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88")));
	check(!case_ref_is_withheld(STR("")));
	check(!case_ref_is_withheld(STR("*")));
	check(!case_ref_is_withheld(STR("None")));
	check(case_ref_is_none(STR(" N/A ")));
	check(!case_ref_is_none(STR("25-1234")));
}

static const struct tap_test tests[] = {
	TEST(case_numbers_of_many_agencies_are_found),
	TEST(dates_phones_plates_and_statutes_are_none),
	TEST(the_agency_s_own_forms_stand_first),
	TEST(a_case_column_is_trusted_one_step_more),
	TEST(what_was_taken_out_is_told_from_what_was_never_there),
};

TAP_MAIN(tests)
