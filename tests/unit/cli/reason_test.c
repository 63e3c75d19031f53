/* Classes of typed reasons: the words of real logs, with their slips. */
#include "cli/reason.h"

#include "tap.h"

static const struct {
	const char *text;
	enum reason_class class;
} samples[] = {
	{ "", REASON_BLANK },
	{ "  ", REASON_BLANK },
	{ "None", REASON_BLANK },
	{ "N/A", REASON_BLANK },
	{ "***", REASON_WITHHELD },
	{ "[REDACTED]", REASON_WITHHELD },
	{ "p", REASON_KEYS },
	{ "5", REASON_KEYS },
	{ "fu", REASON_KEYS },
	{ "UUVwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", REASON_OFFENCE },
	{ "jjjjjjjjj", REASON_KEYS },
	{ "sdfghjkl", REASON_KEYS },
	{ "investigation", REASON_GENERIC },
	{ "IVESTIGATIONS", REASON_GENERIC },
	{ "invetigation", REASON_GENERIC },
	{ "inestigation", REASON_GENERIC },
	{ "investiogation", REASON_GENERIC },
	{ "INV.", REASON_GENERIC },
	{ "inves", REASON_GENERIC },
	{ "invewsigations", REASON_GENERIC },
	{ "police", REASON_GENERIC },
	{ "Property Crime", REASON_OFFENCE },
	{ "Person+Crime", REASON_OFFENCE },
	{ "UUV", REASON_OFFENCE },
	{ "Feld9ony Person Crime", REASON_OFFENCE },
	{ "HIT & RUN", REASON_OFFENCE },
	{ "Homicide Suspect", REASON_OFFENCE },
	{ "Suspicious Vehicle", REASON_VEHICLE },
	{ "Suspicious+Vehicle", REASON_VEHICLE },
	{ "atl", REASON_VEHICLE },
	{ "Warrant", REASON_WANTED },
	{ "warran", REASON_WANTED },
	{ "Warratn", REASON_WANTED },
	{ "wrrant", REASON_WANTED },
	{ "Wanter person", REASON_WANTED },
	{ "Property Crime - Warrant", REASON_WANTED },
	{ "wanted subject from NV", REASON_WANTED },
	{ "Missing+Person", REASON_MISSING },
	{ "welfare checl", REASON_MISSING },
	{ "Administrative Test", REASON_TEST },
	{ "Training", REASON_TEST },
	{ "expired license", REASON_TRAFFIC },
	{ "pattern of life", REASON_BROAD },
	{ "Dragnet", REASON_BROAD },
	{ "my ex wife", REASON_PERSONAL },
	{ "ICE detainer", REASON_IMMIGRATION },
	{ "Immigration (civil/administrative)", REASON_IMMIGRATION },
	{ "Immigration (criminal)", REASON_FEDERAL },
	{ "HSI assist", REASON_FEDERAL },
	{ "ICE", REASON_FEDERAL },
	{ "Wanted Person (Arrest Warrant/Fugitive)", REASON_WANTED },
	{ "City Planning/Traffic Analysis", REASON_TRAFFIC },
	{ "Protective/Protection Order", REASON_OFFENCE },
	{ "<PLATE>", REASON_PLATE },
	{ "ABC1234", REASON_PLATE },
	{ "<NAME>", REASON_NAME },
	{ "Other image search from alerts page associated with Alert: "
	  "Stolen Vehicle <PLATE>",
	    REASON_OFFENCE },
	{ "Daytime search for best result", REASON_TOOL },
	{ "ST2", REASON_OTHER },
	{ "LCSO", REASON_OTHER },
	{ "burgundy sedan", REASON_OTHER },
	{ "blue price tag", REASON_OTHER },
};

static void
texts_of_real_logs_fall_into_their_classes(void)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct reason reason;

		reason_classify(&reason, str_of(samples[i].text));
		if (!check_u64(reason.class, samples[i].class))
			printf("# \"%s\" is %s\n", samples[i].text,
			    reason_name(reason.class));
	}
}

static void
plates_and_names_are_marked_beside_the_class(void)
{
	struct reason reason;

	reason_classify(&reason, STR("stolen <PLATE>"));
	check(reason.has_plate && !reason.has_name);
	check_u64(reason.class, REASON_OFFENCE);
	reason_classify(&reason, STR("warrant for <NAME>"));
	check(reason.has_name && !reason.has_plate);
}

static void
only_texts_of_common_words_may_be_shown(void)
{
	static const struct {
		const char *text;
		bool is_common;
	} texts[] = { { "Property Crime", true }, { "administrative test", true },
		{ "INVESTIGATION.", true }, { "theft 1", true },
		{ "Johnson case", false }, { "warrant smith", false },
		{ "stolen ABC1234", false }, { "25-12345", false },
		{ "", false } };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct reason reason;

		reason_classify(&reason, str_of(texts[i].text));
		if (!check(reason.is_common == texts[i].is_common))
			printf("# \"%s\"\n", texts[i].text);
	}
}

static void
numbers_with_units_are_no_plates(void)
{
	struct reason reason;

	reason_classify(&reason, STR("ran at 100mph, 10851vc, cfs25-01234"));
	check(!reason.has_plate);
	reason_classify(&reason, STR("ran 7ABC123"));
	check(reason.has_plate);
}

static void
every_class_has_a_name_a_title_and_an_end_use(void)
{
	for (size_t i = 0; i < REASON_N_CLASSES; i++) {
		check(strlen(reason_name((enum reason_class)i)) > 0);
		check(strlen(reason_title((enum reason_class)i)) > 0);
		check(strlen(reason_end_use((enum reason_class)i)) > 0);
	}
}

static const struct tap_test tests[] = {
	TEST(texts_of_real_logs_fall_into_their_classes),
	TEST(plates_and_names_are_marked_beside_the_class),
	TEST(only_texts_of_common_words_may_be_shown),
	TEST(numbers_with_units_are_no_plates),
	TEST(every_class_has_a_name_a_title_and_an_end_use),
};

TAP_MAIN(tests)
