/* The extension types: what their constructors take and what they give. */
#include "cedar/ext_datetime.h"
#include "cedar/ext_decimal.h"
#include "cedar/ext_ip.h"
#include "tap.h"

struct number_case {
	const char *text;
	int outcome;
	int64_t value;
};

typedef int (*parse_fn)(int64_t *value, struct str text);

static void
run(const struct number_case *cases, size_t n, parse_fn parse)
{
	for (size_t i = 0; i < n; i++) {
		int64_t value = 0;
		int r = parse(&value, str_of(cases[i].text));

		if (!check(r == cases[i].outcome) ||
		    (r == 0 && !check(value == cases[i].value)))
			printf("# for \"%s\": %d, %lld\n", cases[i].text, r,
			    (long long)value);
	}
}

static void
decimals_have_one_to_four_digits_after_the_point(void)
{
	static const struct number_case cases[] = {
		{ "0.0", 0, 0 },
		{ "1.5", 0, 15000 },
		{ "-1.5", 0, -15000 },
		{ "-0.0001", 0, -1 },
		{ "-0.0", 0, 0 },
		{ "00.1", 0, 1000 },
		{ "12.3456", 0, 123456 },
		{ "922337203685477.5807", 0, INT64_MAX },
		{ "-922337203685477.5808", 0, INT64_MIN },
		{ "922337203685477.5808", EXT_DECIMAL_E_OVERFLOW, 0 },
		{ "-922337203685477.5809", EXT_DECIMAL_E_OVERFLOW, 0 },
		{ "99999999999999999999999.0", EXT_DECIMAL_E_OVERFLOW, 0 },
		{ "1.12345", EXT_DECIMAL_E_DIGITS, 0 },
		{ "", EXT_DECIMAL_E_FORM, 0 },
		{ "1", EXT_DECIMAL_E_FORM, 0 },
		{ "1.", EXT_DECIMAL_E_FORM, 0 },
		{ ".1", EXT_DECIMAL_E_FORM, 0 },
		{ "+1.0", EXT_DECIMAL_E_FORM, 0 },
		{ "--1.0", EXT_DECIMAL_E_FORM, 0 },
		{ "-", EXT_DECIMAL_E_FORM, 0 },
		{ "1.0 ", EXT_DECIMAL_E_FORM, 0 },
		{ " 1.0", EXT_DECIMAL_E_FORM, 0 },
		{ "1.-0", EXT_DECIMAL_E_FORM, 0 },
		{ "1.0.0", EXT_DECIMAL_E_FORM, 0 },
		{ "1e3", EXT_DECIMAL_E_FORM, 0 },
	};

	run(cases, ARRAY_LEN(cases), cedar_ext_decimal_parse);
}

static void
decimals_print_as_they_parse(void)
{
	static const int64_t values[] = { 0, 1, -1, 15000, -15000, 100,
		INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		char text[24];
		size_t len = cedar_ext_decimal_format(text, values[i]);
		int64_t back = 0;

		check_u64(len, strlen(text));
		check(cedar_ext_decimal_parse(&back, str_of(text)) == 0);
		check(back == values[i]);
	}
}

static void
dates_are_those_of_the_calendar(void)
{
	static const struct number_case cases[] = {
		{ "1970-01-01", 0, 0 },
		{ "1970-01-02", 0, 86400000 },
		{ "1969-12-31", 0, -86400000 },
		{ "2024-02-29", 0, 1709164800000 },
		{ "0000-01-01", 0, -62167219200000 },
		{ "9999-12-31", 0, 253402214400000 },
		{ "2024-01-01T00:00:00Z", 0, 1704067200000 },
		{ "2024-01-01T00:00:00.123Z", 0, 1704067200123 },
		{ "2024-01-01T01:02:03Z", 0, 1704070923000 },
		{ "2024-01-01T00:00:00+0100", 0, 1704063600000 },
		{ "2024-01-01T00:00:00-0100", 0, 1704070800000 },
		{ "2024-01-01T00:00:00.001-2359", 0, 1704153540001 },
		{ "2023-02-29", EXT_DATETIME_E_NO_DATE, 0 },
		{ "1900-02-29", EXT_DATETIME_E_NO_DATE, 0 },
		{ "2024-13-01", EXT_DATETIME_E_NO_DATE, 0 },
		{ "2024-00-01", EXT_DATETIME_E_NO_DATE, 0 },
		{ "2024-04-31", EXT_DATETIME_E_NO_DATE, 0 },
		{ "2024-04-00", EXT_DATETIME_E_NO_DATE, 0 },
		{ "", EXT_DATETIME_E_DATE, 0 },
		{ "2024", EXT_DATETIME_E_DATE, 0 },
		{ "2024-1-1", EXT_DATETIME_E_DATE, 0 },
		{ "10000-01-01", EXT_DATETIME_E_DATE, 0 },
		{ "-2024-01-01", EXT_DATETIME_E_DATE, 0 },
		{ "2024-01-01 ", EXT_DATETIME_E_TIME, 0 },
		{ "2024-01-01T", EXT_DATETIME_E_TIME, 0 },
		{ "2024-01-01T00:00", EXT_DATETIME_E_TIME, 0 },
		{ "2024-01-01T24:00:00Z", EXT_DATETIME_E_NO_TIME, 0 },
		{ "2024-01-01T23:60:00Z", EXT_DATETIME_E_NO_TIME, 0 },
		{ "2016-12-31T23:59:60Z", EXT_DATETIME_E_NO_TIME, 0 },
		{ "2024-01-01T00:00:00", EXT_DATETIME_E_END, 0 },
		{ "2024-01-01T00:00:00z", EXT_DATETIME_E_END, 0 },
		{ "2024-01-01T00:00:00.1Z", EXT_DATETIME_E_END, 0 },
		{ "2024-01-01T00:00:00.1234Z", EXT_DATETIME_E_END, 0 },
		{ "2024-01-01T00:00:00.123", EXT_DATETIME_E_END, 0 },
		{ "2024-01-01T00:00:00+01:00", EXT_DATETIME_E_END, 0 },
		{ "2024-01-01T00:00:00+010", EXT_DATETIME_E_END, 0 },
		{ "2024-01-01T00:00:00ZZ", EXT_DATETIME_E_END, 0 },
		{ "2024-01-01T00:00:00+2400", EXT_DATETIME_E_NO_OFFSET, 0 },
		{ "2024-01-01T00:00:00+2360", EXT_DATETIME_E_NO_OFFSET, 0 },
	};

	run(cases, ARRAY_LEN(cases), cedar_ext_datetime_parse);
}

static void
durations_take_units_in_order(void)
{
	static const struct number_case cases[] = {
		{ "0ms", 0, 0 },
		{ "1d", 0, 86400000 },
		{ "1h", 0, 3600000 },
		{ "1m", 0, 60000 },
		{ "1s", 0, 1000 },
		{ "1ms", 0, 1 },
		{ "1d2h3m4s5ms", 0, 93784005 },
		{ "-1d2h3m4s5ms", 0, -93784005 },
		{ "1d5ms", 0, 86400005 },
		{ "01d", 0, 86400000 },
		{ "-0s", 0, 0 },
		{ "9223372036854775807ms", 0, INT64_MAX },
		{ "-9223372036854775808ms", 0, INT64_MIN },
		{ "9223372036854775808ms", EXT_DATETIME_E_OVERFLOW, 0 },
		{ "106751991168d", EXT_DATETIME_E_OVERFLOW, 0 },
		{ "99999999999999999999999d", EXT_DATETIME_E_OVERFLOW, 0 },
		{ "106751991167d99999999999999h", EXT_DATETIME_E_OVERFLOW, 0 },
		{ "", EXT_DATETIME_E_DURATION, 0 },
		{ "-", EXT_DATETIME_E_DURATION, 0 },
		{ "1", EXT_DATETIME_E_DURATION, 0 },
		{ "d", EXT_DATETIME_E_DURATION, 0 },
		{ "+1d", EXT_DATETIME_E_DURATION, 0 },
		{ "1d1d", EXT_DATETIME_E_DURATION, 0 },
		{ "1s1m", EXT_DATETIME_E_DURATION, 0 },
		{ "1d-1h", EXT_DATETIME_E_DURATION, 0 },
		{ "1d 1h", EXT_DATETIME_E_DURATION, 0 },
		{ "1.5h", EXT_DATETIME_E_DURATION, 0 },
		{ "1D", EXT_DATETIME_E_DURATION, 0 },
		{ "99999999999999999999999x", EXT_DATETIME_E_DURATION, 0 },
	};

	run(cases, ARRAY_LEN(cases), cedar_ext_datetime_duration);
}

static void
days_begin_at_midnight_before_1970_too(void)
{
	int64_t date = 1;

	check(cedar_ext_datetime_to_time(-1) == EXT_DATETIME_DAY - 1);
	check(cedar_ext_datetime_to_time(0) == 0);
	check(cedar_ext_datetime_to_time(-EXT_DATETIME_DAY) == 0);
	check(cedar_ext_datetime_to_date(&date, -1));
	check(date == -EXT_DATETIME_DAY);
	check(cedar_ext_datetime_to_date(&date, EXT_DATETIME_DAY + 5));
	check(date == EXT_DATETIME_DAY);
	check(!cedar_ext_datetime_to_date(&date, INT64_MIN));
}

static void
ip_addresses_parse_as_the_original_reads_them(void)
{
	static const struct {
		const char *text;
		int outcome;
		unsigned prefix;
	} cases[] = {
		{ "1.2.3.4", 0, 32 },
		{ "1.2.3.4/24", 0, 24 },
		{ "0.0.0.0/0", 0, 0 },
		{ "::", 0, 128 },
		{ "::1", 0, 128 },
		{ "1::", 0, 128 },
		{ "1::8/64", 0, 64 },
		{ "1:2:3:4:5:6:7:8", 0, 128 },
		{ "1:2:3:4:5:6:7::", 0, 128 },
		{ "ABCD:ef01::0001/0", 0, 0 },
		{ "", EXT_IP_E_FORM, 0 },
		{ "1.2.3", EXT_IP_E_FORM, 0 },
		{ "1.2.3.4.5", EXT_IP_E_FORM, 0 },
		{ "1.2.3.", EXT_IP_E_FORM, 0 },
		{ ".1.2.3", EXT_IP_E_FORM, 0 },
		{ "1.2.3.256", EXT_IP_E_FORM, 0 },
		{ "1.2.3.04", EXT_IP_E_FORM, 0 },
		{ "1.2.3.4 ", EXT_IP_E_FORM, 0 },
		{ "::ffff:1.2.3.4", EXT_IP_E_FORM, 0 },
		{ "fe80::1%eth0", EXT_IP_E_FORM, 0 },
		{ "[::1]", EXT_IP_E_FORM, 0 },
		{ "1:2:3:4:5:6:7", EXT_IP_E_FORM, 0 },
		{ "1:2:3:4:5:6:7:8:9", EXT_IP_E_FORM, 0 },
		{ "1:2:3:4:5:6:7:8::", EXT_IP_E_FORM, 0 },
		{ "1::2::3", EXT_IP_E_FORM, 0 },
		{ ":::", EXT_IP_E_FORM, 0 },
		{ ":1", EXT_IP_E_FORM, 0 },
		{ "1:", EXT_IP_E_FORM, 0 },
		{ "12345::", EXT_IP_E_FORM, 0 },
		{ "g::", EXT_IP_E_FORM, 0 },
		{ "/24", EXT_IP_E_FORM, 0 },
		{ "1.2.3.4/", EXT_IP_E_PREFIX, 0 },
		{ "1.2.3.4/33", EXT_IP_E_PREFIX, 0 },
		{ "1.2.3.4/032", EXT_IP_E_PREFIX, 0 },
		{ "1.2.3.4/00", EXT_IP_E_PREFIX, 0 },
		{ "1.2.3.4/-1", EXT_IP_E_PREFIX, 0 },
		{ "1.2.3.4/8/8", EXT_IP_E_PREFIX, 0 },
		{ "::/129", EXT_IP_E_PREFIX, 0 },
		{ "::/0128", EXT_IP_E_PREFIX, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cedar_ip ip;
		int r = cedar_ext_ip_parse(&ip, str_of(cases[i].text));

		if (!check(r == cases[i].outcome) ||
		    (r == 0 && !check_u64(ip.prefix, cases[i].prefix)))
			printf("# for \"%s\": %d\n", cases[i].text, r);
	}
}

static bool
in_range(const char *inner, const char *outer)
{
	struct cedar_ip a = { 0 };
	struct cedar_ip b = { 0 };

	check(cedar_ext_ip_parse(&a, str_of(inner)) == 0);
	check(cedar_ext_ip_parse(&b, str_of(outer)) == 0);
	return cedar_ext_ip_is_in_range(&a, &b);
}

static void
an_ip_range_is_in_another_when_all_of_it_is(void)
{
	check(in_range("10.1.2.3", "10.0.0.0/8"));
	check(in_range("10.0.0.0/8", "10.0.0.0/8"));
	check(!in_range("10.0.0.0/7", "10.0.0.0/8"));
	check(!in_range("11.0.0.0", "10.0.0.0/8"));
	check(in_range("255.255.255.255", "0.0.0.0/0"));
	check(in_range("10.0.0.129", "10.0.0.255/25"));
	check(!in_range("10.0.0.127", "10.0.0.255/25"));
	check(!in_range("1.2.3.4", "::/0"));
	check(in_range("ffff::1", "::/0"));
	check(in_range("2001:db8::1", "2001:db8::/33"));
	check(!in_range("2001:db8:8000::1", "2001:db8::/33"));
}

static void
loopback_and_multicast_need_the_whole_range(void)
{
	static const struct {
		const char *text;
		bool is_loopback;
		bool is_multicast;
	} cases[] = {
		{ "127.0.0.1", true, false },
		{ "127.0.0.0/8", true, false },
		{ "127.0.0.0/7", false, false },
		{ "::1", true, false },
		{ "::1/127", false, false },
		{ "224.0.0.1", false, true },
		{ "239.255.255.255", false, true },
		{ "224.0.0.0/3", false, false },
		{ "ff02::1", false, true },
		{ "ff00::/7", false, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cedar_ip ip = { 0 };

		check(cedar_ext_ip_parse(&ip, str_of(cases[i].text)) == 0);
		check(cedar_ext_ip_is_loopback(&ip) == cases[i].is_loopback);
		check(cedar_ext_ip_is_multicast(&ip) == cases[i].is_multicast);
	}
}

static void
dates_and_durations_print_as_they_parse(void)
{
	static const char *const dates[] = { "0000-01-01", "1969-12-31",
		"1970-01-01", "2024-02-29", "2000-02-29T23:59:59Z",
		"9999-12-31T23:59:59.999Z", "1969-12-31T23:59:59.001Z",
		"0000-03-01T00:00:00.001Z", "1900-02-28T12:00:00Z" };
	static const char *const durations[] = { "0ms", "1d", "-1d2h3m4s5ms",
		"106751991167d7h12m55s807ms", "-106751991167d7h12m55s808ms" };
	char text[EXT_DATETIME_TEXT];
	int64_t ms;

	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		check(cedar_ext_datetime_parse(&ms, str_of(dates[i])) == 0);
		check(cedar_ext_datetime_format(text, ms));
		check_str(str_of(text), str_of(dates[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(durations); i++) {
		check(cedar_ext_datetime_duration(&ms,
		    str_of(durations[i])) == 0);
		cedar_ext_datetime_format_duration(text, ms);
		check_str(str_of(text), str_of(durations[i]));
	}
	check(cedar_ext_datetime_parse(&ms, STR("0000-01-01")) == 0);
	check(!cedar_ext_datetime_format(text, ms - 1));
	check(cedar_ext_datetime_parse(&ms,
	    STR("9999-12-31T23:59:59.999Z")) == 0);
	check(!cedar_ext_datetime_format(text, ms + 1));
}

static void
ip_addresses_print_as_they_parse(void)
{
	static const char *const texts[] = { "1.2.3.4", "10.0.0.1/8", "::",
		"::1/64", "1:2:3:4:5:6:7:8", "ffff:ffff::ffff:ffff" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct cedar_ip ip = { 0 };
		struct cedar_ip back = { 0 };
		char text[EXT_IP_TEXT];

		check(cedar_ext_ip_parse(&ip, str_of(texts[i])) == 0);
		cedar_ext_ip_format(text, &ip);
		check(cedar_ext_ip_parse(&back, str_of(text)) == 0);
		check(memcmp(&ip, &back, sizeof(ip)) == 0);
	}
}

static const struct tap_test tests[] = {
	TEST(decimals_have_one_to_four_digits_after_the_point),
	TEST(decimals_print_as_they_parse),
	TEST(dates_are_those_of_the_calendar),
	TEST(durations_take_units_in_order),
	TEST(days_begin_at_midnight_before_1970_too),
	TEST(dates_and_durations_print_as_they_parse),
	TEST(ip_addresses_parse_as_the_original_reads_them),
	TEST(an_ip_range_is_in_another_when_all_of_it_is),
	TEST(loopback_and_multicast_need_the_whole_range),
	TEST(ip_addresses_print_as_they_parse),
};

TAP_MAIN(tests)
