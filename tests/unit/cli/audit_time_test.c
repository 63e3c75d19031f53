/* Dates and times in the forms that published logs have. */
#include "cli/audit_time.h"

#include "tap.h"
#include "util/instant.h"

static void
is_at(const char *text, bool is_day_first, const char *want)
{
	char got[INSTANT_TEXT_SIZE] = "nothing";
	struct audit_time time;

	if (audit_time_parse(&time, str_of(text)))
		instant_format(got, is_day_first ? time.swap_us : time.us);
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
		"20250618T000204.789Z", "20250618 000204.789",
		"18-JUN-25 12.02.04.789000 AM", "2025-06-17 17:02:04.789 PDT",
		"Tue Jun 17 2025 17:02:04.789 GMT-0700 (Pacific Daylight Time)",
		"06/17/2025, 08:02:04.789 PM EDT",
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
	is_at("20250618", false, "2025-06-18T00:00:00.000000Z");
	is_at("6/18/2025 0:02", true, "2025-06-18T00:02:00.000000Z");
	is_at("2025-06-18 0002", false, "2025-06-18T00:02:00.000000Z");
}

static void
what_is_no_time_is_refused(void)
{
	static const char *const texts[] = { "", "None", "yesterday",
		"2025-02-30", "13/13/2025", "25:61", "12", "2025", "***",
		"99/99/9999", "2025-06-18 25:99:00", "123456789012345678901",
		"June", "<script>", "25012345", "19012345",
		"25-JUN-", "2025-06-18 12345", "7ABC123", "Jun 18, 2025 (x" };
	struct audit_time time;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!check(!audit_time_parse(&time, str_of(texts[i]))))
			printf("# \"%s\"\n", texts[i]);
	}
}

static void
the_order_of_day_and_month_shows_where_it_can(void)
{
	static const struct {
		const char *text;
		enum audit_time_order order;
	} rows[] = { { "18/06/2025", AUDIT_TIME_DAY_FIRST },
		{ "06/18/2025", AUDIT_TIME_MONTH_FIRST },
		{ "2025-06-18", AUDIT_TIME_EITHER },
		{ "06/07/2025", AUDIT_TIME_EITHER } };
	struct audit_time time;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		check(audit_time_parse(&time, str_of(rows[i].text)));
		check(time.order == rows[i].order);
	}
	check(time.swap_us != time.us);
}

static const struct tap_test tests[] = {
	TEST(all_forms_mean_the_same_instant),
	TEST(shorter_forms_are_read_too),
	TEST(what_is_no_time_is_refused),
	TEST(the_order_of_day_and_month_shows_where_it_can),
};

TAP_MAIN(tests)
