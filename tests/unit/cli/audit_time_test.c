/* Dates and times in the forms that published logs have. */
#include "cli/audit_time.h"

#include "tap.h"
#include "util/instant.h"

static void
is_at(const char *text, bool is_day_first, const char *want)
{
	char got[INSTANT_TEXT_SIZE] = "nothing";
	int64_t us;

	if (audit_time_parse(&us, str_of(text), is_day_first))
		instant_format(got, us);
	if (!check_str(str_of(got), str_of(want)))
		printf("# of \"%s\"\n", text);
}

static void
all_forms_mean_the_same_instant(void)
{
	static const char *const texts[] = { "2025-06-18 00:02:04.789",
		"2025-06-18T00:02:04.789Z", "2025-06-18T02:02:04.789+02:00",
		"06/18/2025 12:02:04.789 AM", "6/18/25, 12:02:04.789 am",
		"18.06.2025 00:02:04.789", "Jun 18, 2025 12:02:04.789 AM",
		"18 June 2025 00:02:04.789", "Wed, Jun 18, 2025, 0:02:04.789",
		"1750204924789", "1750204924.789", "2025/06/18 00:02:04.789 UTC",
		/* A narrow no-break space before the AM: \257 ends there. */
		"6/18/2025 12:02:04.789\342\200\257AM" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		is_at(texts[i], false, "2025-06-18T00:02:04.789000Z");
}

static void
shorter_forms_are_read_too(void)
{
	is_at("2025-06-18", false, "2025-06-18T00:00:00.000000Z");
	is_at("06/18/2025 11:59 PM", false, "2025-06-18T23:59:00.000000Z");
	is_at("06/18/2025 12:00 PM", false, "2025-06-18T12:00:00.000000Z");
	is_at("01/02/2025", false, "2025-01-02T00:00:00.000000Z");
	is_at("01/02/2025", true, "2025-02-01T00:00:00.000000Z");
	is_at("13/02/2025", false, "2025-02-13T00:00:00.000000Z");
	is_at("45826.5", false, "2025-06-18T12:00:00.000000Z");
	is_at("1750204924", false, "2025-06-18T00:02:04.000000Z");
}

static void
what_is_no_time_is_refused(void)
{
	static const char *const texts[] = { "", "None", "yesterday",
		"2025-02-30", "13/13/2025", "25:61", "12", "2025", "***",
		"99/99/9999", "2025-06-18 25:99:00", "123456789012345678901",
		"June", "<script>" };
	int64_t us;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!check(!audit_time_parse(&us, str_of(texts[i]), false)))
			printf("# \"%s\"\n", texts[i]);
	}
}

static void
a_day_in_the_first_place_gives_the_order_away(void)
{
	check(audit_time_is_day_first(STR("18/06/2025")));
	check(!audit_time_is_day_first(STR("06/18/2025")));
	check(!audit_time_is_day_first(STR("2025-06-18")));
	check(!audit_time_is_day_first(STR("06/07/2025")));
}

static const struct tap_test tests[] = {
	TEST(all_forms_mean_the_same_instant),
	TEST(shorter_forms_are_read_too),
	TEST(what_is_no_time_is_refused),
	TEST(a_day_in_the_first_place_gives_the_order_away),
};

TAP_MAIN(tests)
