/* Instants and civil dates; see instant.h. */
#include "util/instant.h"

#include <string.h>

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool
instant_is_date(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && is_leap(year));
}

/* Counted from 1 March of year 0, so the leap day ends the year. */
int32_t
instant_day_of(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int m = month <= 2 ? month + 9 : month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	    1 - 719468;
}

void
instant_civil(int32_t day, int *year, int *month, int *mday)
{
	int32_t z = day + 719468;
	int32_t era = (z >= 0 ? z : z - 146096) / 146097;
	int32_t doe = z - era * 146097;
	int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int32_t m = (5 * doy + 2) / 153;

	*mday = doy - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

int32_t
instant_day(int64_t us)
{
	int64_t day = us / INSTANT_DAY;

	return (int32_t)(us % INSTANT_DAY < 0 ? day - 1 : day);
}

/* The last n decimal digits; every entry is dated, and printf is slow. */
static void
put_digits(char *text, int value, size_t n)
{
	while (n > 0) {
		text[--n] = (char)('0' + value % 10);
		value /= 10;
	}
}

void
instant_format_date(char text[static 11], int32_t day)
{
	int year;
	int month;
	int mday;

	instant_civil(day, &year, &month, &mday);
	memcpy(text, "0000-00-00", 11);
	put_digits(text, year, 4);
	put_digits(text + 5, month, 2);
	put_digits(text + 8, mday, 2);
}

void
instant_format(char text[static INSTANT_TEXT_SIZE], int64_t us)
{
	int32_t day = instant_day(us);
	int64_t rest = us - (int64_t)day * INSTANT_DAY;
	int seconds = (int)(rest / INSTANT_SECOND);

	instant_format_date(text, day);
	memcpy(text + 10, "T00:00:00.000000Z", INSTANT_TEXT_SIZE - 10);
	put_digits(text + 11, seconds / 3600, 2);
	put_digits(text + 14, seconds / 60 % 60, 2);
	put_digits(text + 17, seconds % 60, 2);
	put_digits(text + 20, (int)(rest % INSTANT_SECOND), 6);
}

/* Exactly n digits at *at. */
static bool
digits(int *value, struct str s, size_t *at, size_t n)
{
	*value = 0;
	if (s.len - *at < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s.p[(*at)++];

		if (c < '0' || c > '9')
			return false;
		*value = *value * 10 + (c - '0');
	}
	return true;
}

static bool
literal(struct str s, size_t *at, char c)
{
	return *at < s.len && s.p[(*at)++] == c;
}

static bool
date(int32_t *day, struct str s, size_t *at)
{
	int y;
	int m;
	int d;

	if (!digits(&y, s, at, 4) || !literal(s, at, '-') ||
	    !digits(&m, s, at, 2) || !literal(s, at, '-') ||
	    !digits(&d, s, at, 2) || !instant_is_date(y, m, d))
		return false;
	*day = instant_day_of(y, m, d);
	return true;
}

bool
instant_parse_date(int32_t *day, struct str text)
{
	size_t at = 0;

	return date(day, text, &at) && at == text.len;
}

static bool
fraction(int64_t *us, struct str s, size_t *at)
{
	int64_t unit = INSTANT_SECOND / 10;
	size_t start;

	if (*at >= s.len || s.p[*at] != '.')
		return true;
	start = ++*at;
	while (*at < s.len && s.p[*at] >= '0' && s.p[*at] <= '9') {
		if (unit == 0)
			return false;
		*us += (s.p[(*at)++] - '0') * unit;
		unit /= 10;
	}
	return *at > start;
}

static bool
offset(int64_t *us, struct str s, size_t *at)
{
	int hours;
	int minutes;
	char sign;

	if (*at >= s.len)
		return false;
	sign = s.p[(*at)++];
	if (sign == 'Z')
		return true;
	if ((sign != '+' && sign != '-') || !digits(&hours, s, at, 2) ||
	    !literal(s, at, ':') || !digits(&minutes, s, at, 2) ||
	    hours > 23 || minutes > 59)
		return false;
	*us -= (sign == '+' ? 1 : -1) * (hours * 60 + minutes) * 60 *
	    INSTANT_SECOND;
	return true;
}

bool
instant_parse(int64_t *us, struct str text)
{
	size_t at = 0;
	int32_t day;
	int h;
	int m;
	int s;

	if (!date(&day, text, &at) || !literal(text, &at, 'T') ||
	    !digits(&h, text, &at, 2) || !literal(text, &at, ':') ||
	    !digits(&m, text, &at, 2) || !literal(text, &at, ':') ||
	    !digits(&s, text, &at, 2) || h > 23 || m > 59 || s > 59)
		return false;
	*us = (int64_t)day * INSTANT_DAY +
	    (int64_t)(h * 3600 + m * 60 + s) * INSTANT_SECOND;
	return fraction(us, text, &at) && offset(us, text, &at) &&
	    at == text.len;
}
