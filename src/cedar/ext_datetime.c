/* Dates and durations; see ext_datetime.h. */
#include "cedar/ext_datetime.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/instant.h"

/* Exactly n digits at *at. */
static bool
digits(unsigned *value, struct str text, size_t *at, unsigned n)
{
	*value = 0;
	if (text.len - *at < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		char c = text.p[*at + i];

		if (c < '0' || c > '9')
			return false;
		*value = *value * 10 + (unsigned)(c - '0');
	}
	*at += n;
	return true;
}

static bool
mark(struct str text, size_t *at, char c)
{
	if (*at >= text.len || text.p[*at] != c)
		return false;
	(*at)++;
	return true;
}

static bool
is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned
days_in(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01 of a date of the years 0000 to 9999. */
static int64_t
day_number(unsigned year, unsigned month, unsigned day)
{
	/* Count from March, so that the leap day comes last. */
	int64_t y = (int64_t)year - (month <= 2);
	int64_t m = (month + 9) % 12;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * m + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

static int
date(int64_t *ms, struct str text, size_t *at)
{
	unsigned year;
	unsigned month;
	unsigned day;

	if (!digits(&year, text, at, 4) || !mark(text, at, '-') ||
	    !digits(&month, text, at, 2) || !mark(text, at, '-') ||
	    !digits(&day, text, at, 2))
		return EXT_DATETIME_E_DATE;
	if (month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return EXT_DATETIME_E_NO_DATE;
	*ms = day_number(year, month, day) * EXT_DATETIME_DAY;
	return 0;
}

static int
time_of_day(int64_t *ms, struct str text, size_t *at)
{
	unsigned hour;
	unsigned minute;
	unsigned second;

	if (!mark(text, at, 'T') || !digits(&hour, text, at, 2) ||
	    !mark(text, at, ':') || !digits(&minute, text, at, 2) ||
	    !mark(text, at, ':') || !digits(&second, text, at, 2))
		return EXT_DATETIME_E_TIME;
	if (hour > 23 || minute > 59 || second > 59)
		return EXT_DATETIME_E_NO_TIME;
	*ms += hour * EXT_DATETIME_HOUR + minute * EXT_DATETIME_MINUTE +
	    second * EXT_DATETIME_SECOND;
	return 0;
}

/* [.SSS] (Z | +hhmm | -hhmm), to the end. */
static int
fraction_and_offset(int64_t *ms, struct str text, size_t *at)
{
	unsigned fraction = 0;
	unsigned hour;
	unsigned minute;
	bool is_east;

	if (mark(text, at, '.') && !digits(&fraction, text, at, 3))
		return EXT_DATETIME_E_END;
	*ms += fraction;
	if (mark(text, at, 'Z'))
		return *at == text.len ? 0 : EXT_DATETIME_E_END;
	is_east = mark(text, at, '+');
	if ((!is_east && !mark(text, at, '-')) ||
	    !digits(&hour, text, at, 2) || !digits(&minute, text, at, 2) ||
	    *at != text.len)
		return EXT_DATETIME_E_END;
	if (hour > 23 || minute > 59)
		return EXT_DATETIME_E_NO_OFFSET;
	*ms += (is_east ? -1 : 1) *
	    (hour * EXT_DATETIME_HOUR + minute * EXT_DATETIME_MINUTE);
	return 0;
}

int
cedar_ext_datetime_parse(int64_t *ms, struct str text)
{
	size_t at = 0;
	int r = date(ms, text, &at);

	if (r != 0 || at == text.len)
		return r;
	r = time_of_day(ms, text, &at);
	return r != 0 ? r : fraction_and_offset(ms, text, &at);
}

/* Digits at *at, as a number not above INT64_MAX + 1. */
static int
amount(uint64_t *value, struct str text, size_t *at)
{
	size_t start = *at;

	*value = 0;
	for (; *at < text.len && text.p[*at] >= '0' && text.p[*at] <= '9';
	    (*at)++) {
		uint64_t digit = (uint64_t)(text.p[*at] - '0');

		if (__builtin_mul_overflow(*value, (uint64_t)10, value) ||
		    __builtin_add_overflow(*value, digit, value))
			return EXT_DATETIME_E_OVERFLOW;
	}
	return *at > start ? 0 : EXT_DATETIME_E_DURATION;
}

struct unit {
	struct str name;
	uint64_t ms;
};

static const struct unit units[] = {
	{ STR_INIT("d"), (uint64_t)EXT_DATETIME_DAY },
	{ STR_INIT("h"), (uint64_t)EXT_DATETIME_HOUR },
	{ STR_INIT("m"), (uint64_t)EXT_DATETIME_MINUTE },
	{ STR_INIT("s"), (uint64_t)EXT_DATETIME_SECOND },
	{ STR_INIT("ms"), 1 },
};

/* The unit whose letters stand at at and end there. */
static size_t
find_unit(struct str text, size_t at)
{
	size_t end = at;

	while (end < text.len && text.p[end] >= 'a' && text.p[end] <= 'z')
		end++;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_is_equal(units[i].name, str_part(text, at, end)))
			return i;
	}
	return ARRAY_LEN(units);
}

/*
 * The pattern is judged before the amounts: "99..9x" is malformed, not too
 * large. Each sum is kept as a magnitude, so that i64's least can be written.
 */
static int
sum_units(uint64_t *sum, struct str text, size_t at)
{
	size_t next_unit = 0;
	int r = 0;

	if (at == text.len)
		return EXT_DATETIME_E_DURATION;
	while (at < text.len) {
		uint64_t value;
		size_t unit;
		int e = amount(&value, text, &at);

		if (e == EXT_DATETIME_E_DURATION)
			return e;
		while (at < text.len && text.p[at] >= '0' && text.p[at] <= '9')
			at++;
		unit = find_unit(text, at);
		if (unit < next_unit || unit == ARRAY_LEN(units))
			return EXT_DATETIME_E_DURATION;
		at += units[unit].name.len;
		next_unit = unit + 1;
		if (e == 0 && (__builtin_mul_overflow(value, units[unit].ms,
		    &value) || __builtin_add_overflow(*sum, value, sum)))
			e = EXT_DATETIME_E_OVERFLOW;
		if (e != 0)
			r = e;
	}
	return r;
}

int
cedar_ext_datetime_duration(int64_t *ms, struct str text)
{
	bool is_negative = text.len > 0 && text.p[0] == '-';
	uint64_t sum = 0;
	int r = sum_units(&sum, text, is_negative);

	if (r != 0)
		return r;
	if (sum > (uint64_t)INT64_MAX + is_negative)
		return EXT_DATETIME_E_OVERFLOW;
	*ms = is_negative ? (int64_t)(0 - sum) : (int64_t)sum;
	return 0;
}

int64_t
cedar_ext_datetime_to_time(int64_t ms)
{
	int64_t rest = ms % EXT_DATETIME_DAY;

	return rest < 0 ? rest + EXT_DATETIME_DAY : rest;
}

bool
cedar_ext_datetime_to_date(int64_t *date, int64_t ms)
{
	return !__builtin_sub_overflow(ms, cedar_ext_datetime_to_time(ms),
	    date);
}

bool
cedar_ext_datetime_format(char text[static EXT_DATETIME_TEXT], int64_t ms)
{
	int64_t time = cedar_ext_datetime_to_time(ms);
	int64_t day = ms / EXT_DATETIME_DAY - (time > 0 && ms < 0);
	char room[96]; /* more than any int needs */
	int year = -1;
	int month;
	int mday;

	if (day >= day_number(0, 1, 1) && day <= day_number(9999, 12, 31))
		instant_civil((int32_t)day, &year, &month, &mday);
	if (year < 0)
		return false;
	snprintf(room, sizeof(room), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    year, month, mday, (int)(time / EXT_DATETIME_HOUR),
	    (int)(time / EXT_DATETIME_MINUTE % 60),
	    (int)(time / EXT_DATETIME_SECOND % 60),
	    (int)(time % EXT_DATETIME_SECOND));
	if (time == 0)
		room[sizeof("0000-00-00") - 1] = '\0';
	else if (time % EXT_DATETIME_SECOND == 0)
		memcpy(room + sizeof("0000-00-00T00:00:00") - 1, "Z", 2);
	memcpy(text, room, strlen(room) + 1);
	return true;
}

void
cedar_ext_datetime_format_duration(char text[static EXT_DATETIME_TEXT],
    int64_t ms)
{
	uint64_t rest = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
	int len = snprintf(text, EXT_DATETIME_TEXT, "%s", ms < 0 ? "-" : "");

	if (rest == 0)
		snprintf(text, EXT_DATETIME_TEXT, "0ms");
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		uint64_t n = rest / units[i].ms;

		rest %= units[i].ms;
		if (n > 0)
			len += snprintf(text + len,
			    EXT_DATETIME_TEXT - (size_t)len, "%" PRIu64 "%.*s",
			    n, STR_ARG(units[i].name));
	}
}
