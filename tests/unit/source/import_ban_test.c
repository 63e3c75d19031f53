/* Columns that stay out, by name (PII-10, CRS 24-74-104, OMB M-07-16). */
#include "tap.h"
#include "source/import_ban.h"

static bool
is_banned(const char *column)
{
	return import_ban_reason(str_of(column)).p != NULL;
}

static void
what_a_gate_must_not_hold_is_dropped_however_it_is_written(void)
{
	static const char *const names[] = { "Place of Birth", "birth_place",
		"BIRTHPLACE", "POB", "Birth City", "CountryOfBirth",
		"Citizenship", "US Citizen (Y/N)", "CITIZEN_IND",
		"Immigration Status", "immigrationStatusCode", "Alien Number",
		"A-Number Alien Registration", "Passport No", "visa_type",
		"I-94", "I551", "USCIS number", "Lawful Presence",
		"Legal Status", "Proof of Identity", "Document Number",
		"SSN", "Owner SSN", "ownerSsn", "OwnerSSN", "SSNNumber",
		"owner_ssn_last4", "Social Security Number", "SOC", "ITIN",
		"Race", "RAC", "RaceCode", "Ethnicity", "Religion",
		"Nationality", "Country of Origin", "limited-duration",
		"anumber" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!check(is_banned(names[i])))
			printf("# %s\n", names[i]);
	}
}

static void
what_only_sounds_like_it_is_imported(void)
{
	static const char *const names[] = { "", "VIN", "Birth Date", "DOB",
		"Trace Number", "Embraced", "Terrace", "Class", "Passengers",
		"Registration Status", "Licence Status", "State",
		"Society Plate", "Associated", "Visalia", "Invalidated",
		"Plate Type", "Teeth", "Lesson", "Passed", "Alienated Vehicle",
		"---", "Vehicle Location" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!check(!is_banned(names[i])))
			printf("# %s\n", names[i]);
	}
}

static void
a_name_of_any_length_is_looked_at_without_harm(void)
{
	char name[4000];

	memset(name, 'x', sizeof(name));
	check(import_ban_reason((struct str){ name, sizeof(name) }).p == NULL);
	memcpy(name + 20, "passport", 8);
	check(import_ban_reason((struct str){ name, sizeof(name) }).p != NULL);
	check(import_ban_reason((struct str){ NULL, 0 }).p == NULL);
}

static const struct tap_test tests[] = {
	TEST(what_a_gate_must_not_hold_is_dropped_however_it_is_written),
	TEST(what_only_sounds_like_it_is_imported),
	TEST(a_name_of_any_length_is_looked_at_without_harm),
};

TAP_MAIN(tests)
