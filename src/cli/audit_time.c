/* Dates and times as people's systems write them; see audit_time.h. */
#include "cli/audit_time.h"

#include <ctype.h>

#include "util/instant.h"

/* A walk over the text. */
struct scan {
	struct str text;
	size_t at;
};

struct moment {
	int year, month, day;
	bool is_swappable; /* day and month may change places */
	enum audit_time_order order;
	int hour, minute, second;
	int64_t fraction_us;
	int64_t offset_us; /* of the zone, to be taken away */
};

static char
peek(const struct scan *scan)
{
	return scan->at < scan->text.len ? scan->text.p[scan->at] : '\0';
}

static void
skip(struct scan *scan, const char *any)
{
	while (peek(scan) != '\0' && strchr(any, peek(scan)) != NULL)
		scan->at++;
}

/* Digits, at most nine. Returns: how many; 0 when there are none. */
static size_t
number(struct scan *scan, int *value)
{
	size_t n = 0;

	*value = 0;
	while (isdigit((unsigned char)peek(scan)) && n < 9) {
		*value = *value * 10 + (peek(scan) - '0');
		scan->at++;
		n++;
	}
	return isdigit((unsigned char)peek(scan)) ? 0 : n;
}

/* "Jun", "June", "june." Returns: 1 to 12, or 0. */
static int
month_name(struct scan *scan)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	char word[3];
	size_t n = 0;
	size_t at = scan->at;

	for (; isalpha((unsigned char)peek(scan)); scan->at++) {
		if (n < 3)
			word[n++] = (char)tolower((unsigned char)peek(scan));
	}
	for (int i = 0; n == 3 && i < 12; i++) {
		if (memcmp(months + 3 * i, word, 3) == 0)
			return i + 1;
	}
	scan->at = at;
	return 0;
}

static int
full_year(int year, size_t n_digits)
{
	if (n_digits == 4)
		return year;
	return n_digits == 2 ? (year < 70 ? 2000 : 1900) + year : 0;
}

/* Three numbers in the order that their widths and values tell. */
static bool
numeric_date(struct scan *scan, struct moment *m)
{
	int v[3];
	size_t n[3];

	for (int i = 0; i < 3; i++) {
		n[i] = number(scan, &v[i]);
		if (n[i] == 0)
			return false;
		if (i < 2) {
			if (strchr("-/.", peek(scan)) == NULL ||
			    peek(scan) == '\0')
				return false;
			scan->at++;
		}
	}
	if (n[0] == 4) {
		m->year = v[0];
		m->month = v[1];
		m->day = v[2];
		return true;
	}
	m->year = full_year(v[2], n[2]);
	if (v[0] > 12)
		m->order = AUDIT_TIME_DAY_FIRST;
	else if (v[1] > 12)
		m->order = AUDIT_TIME_MONTH_FIRST;
	else
		m->is_swappable = true;
	m->month = v[0] > 12 ? v[1] : v[0];
	m->day = v[0] > 12 ? v[0] : v[1];
	return true;
}

/* 20250618 */
static bool
compact_date(struct scan *scan, struct moment *m)
{
	size_t from = scan->at;
	int v;

	if (number(scan, &v) != 8 || !(peek(scan) == '\0' ||
		peek(scan) == 'T' || peek(scan) == ' ')) {
		scan->at = from;
		return false;
	}
	m->year = v / 10000;
	m->month = v / 100 % 100;
	m->day = v % 100;
	return m->year >= 1990 && m->year < 2100;
}

/* "Jun 18, 2025", "18 Jun 2025", "18-JUN-25", a weekday in front or not. */
static bool
named_date(struct scan *scan, struct moment *m)
{
	size_t n;

	m->month = month_name(scan);
	if (m->month == 0 && isalpha((unsigned char)peek(scan))) {
		while (isalpha((unsigned char)peek(scan)))
			scan->at++;
		skip(scan, " ,.");
		m->month = month_name(scan);
	}
	skip(scan, " .-");
	if (number(scan, &m->day) == 0)
		return false;
	while (isalpha((unsigned char)peek(scan)) && m->month != 0)
		scan->at++; /* 18th */
	skip(scan, " ,.-");
	if (m->month == 0) {
		m->month = month_name(scan);
		skip(scan, " ,.-");
	}
	n = number(scan, &m->year);
	m->year = full_year(m->year, n);
	return m->year > 0 && m->month != 0;
}

static bool
take_word(struct scan *scan, const char *word)
{
	size_t len = strlen(word);

	if (scan->at + len > scan->text.len ||
	    strncasecmp(scan->text.p + scan->at, word, len) != 0)
		return false;
	scan->at += len;
	return true;
}

/* Zones that American systems write by name: hours from UTC. */
static const struct {
	const char *name;
	int hours;
} zones[] = { { "est", -5 }, { "edt", -4 }, { "cst", -6 }, { "cdt", -5 },
	{ "mst", -7 }, { "mdt", -6 }, { "pst", -8 }, { "pdt", -7 },
	{ "akst", -9 }, { "akdt", -8 }, { "hst", -10 } };

static void
zone(struct scan *scan, struct moment *m)
{
	int sign = peek(scan) == '-' ? -1 : 1;
	int hour = 0;
	int minute = 0;
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		if (take_word(scan, zones[i].name)) {
			m->offset_us = (int64_t)zones[i].hours * 3600 *
			    INSTANT_SECOND;
			return;
		}
	}
	if (peek(scan) != '+' && peek(scan) != '-')
		return;
	scan->at++;
	n = number(scan, &hour);
	if (n == 4) {
		minute = hour % 100;
		hour /= 100;
	} else if (peek(scan) == ':') {
		scan->at++;
		number(scan, &minute);
	}
	m->offset_us = sign * (int64_t)(hour * 60 + minute) * 60 *
	    INSTANT_SECOND;
}

/* ":34" or ".34" behind the hour or the minute. */
static bool
two_digits(struct scan *scan, int *value)
{
	size_t from = scan->at;

	if (peek(scan) != ':' && peek(scan) != '.')
		return true;
	scan->at++;
	if (number(scan, value) == 2)
		return true;
	scan->at = from;
	*value = 0;
	return scan->text.p[from] == '.'; /* a fraction */
}

/* Digits alone: 0002, 000204. */
static bool
compact_time(struct moment *m, int value, size_t n)
{
	if (n == 4)
		value *= 100;
	m->hour = value / 10000;
	m->minute = value / 100 % 100;
	m->second = value % 100;
	return n == 4 || n == 6;
}

static bool
clock_time(struct scan *scan, struct moment *m)
{
	int64_t unit = INSTANT_SECOND;
	size_t n = number(scan, &m->hour);

	if (n == 0 || (n > 2 && !compact_time(m, m->hour, n)))
		return false;
	if (n <= 2 && !(two_digits(scan, &m->minute) &&
			  two_digits(scan, &m->second)))
		return false;
	if (peek(scan) == '.' || peek(scan) == ',') {
		scan->at++;
		for (; isdigit((unsigned char)peek(scan)); scan->at++) {
			unit /= 10;
			m->fraction_us += unit * (peek(scan) - '0');
		}
	}
	/* Some systems put U+202F before AM. */
	skip(scan, " \xe2\x80\xaf\xc2\xa0");
	if (take_word(scan, "am") || take_word(scan, "a.m.")) {
		m->hour %= 12;
	} else if (take_word(scan, "pm") || take_word(scan, "p.m.")) {
		m->hour = m->hour % 12 + 12;
	}
	skip(scan, " ");
	if (!take_word(scan, "z") && !take_word(scan, "utc"))
		take_word(scan, "gmt");
	zone(scan, m);
	return true;
}

static bool
finish(const struct moment *m, int64_t *us)
{
	if (!instant_is_date(m->year, m->month, m->day) || m->hour > 24 ||
	    m->minute > 59 || m->second > 60)
		return false;
	*us = (int64_t)instant_day_of(m->year, m->month, m->day) * INSTANT_DAY +
	    ((int64_t)m->hour * 3600 + m->minute * 60 + m->second) *
		INSTANT_SECOND +
	    m->fraction_us - m->offset_us;
	return true;
}

/* A number alone: seconds, milliseconds, microseconds, spreadsheet days. */
static bool
bare_number(struct str text, int64_t *us)
{
	size_t dot = str_find(text, '.', 0);
	struct str whole = str_part(text, 0, dot);
	int64_t value = 0;
	double fraction = 0;
	double unit = 1;

	if (whole.len < 5 || whole.len > 16)
		return false;
	for (size_t i = 0; i < whole.len; i++) {
		if (!isdigit((unsigned char)whole.p[i]))
			return false;
		value = value * 10 + (whole.p[i] - '0');
	}
	for (size_t i = dot + 1; i < text.len; i++) {
		if (!isdigit((unsigned char)text.p[i]))
			return false;
		unit /= 10;
		fraction += unit * (text.p[i] - '0');
	}
	if (whole.len == 5) {
		*us = (value - 25569) * INSTANT_DAY +
		    (int64_t)(fraction * (double)INSTANT_DAY);
		return value >= 20000 && value <= 80000;
	}
	if (whole.len < 9)
		return false;
	*us = whole.len <= 10 ? value * INSTANT_SECOND +
		(int64_t)(fraction * (double)INSTANT_SECOND)
	    : whole.len == 13 ? value * 1000
	    : whole.len == 16 ? value
			      : -1;
	return *us > 0;
}

/* What may stand behind a time: the name of a zone, or one in brackets. */
static bool
is_tail(struct str text)
{
	return text.len <= 5 ||
	    (text.p[0] == '(' && text.p[text.len - 1] == ')');
}

bool
audit_time_parse(struct audit_time *time, struct str text)
{
	struct scan scan = { .text = str_trim(text) };
	struct moment m = { 0 };
	bool has_date;

	*time = (struct audit_time){ 0 };
	if (bare_number(scan.text, &time->us)) {
		time->swap_us = time->us;
		return true;
	}
	has_date = isdigit((unsigned char)peek(&scan)) &&
	    (compact_date(&scan, &m) || numeric_date(&scan, &m));
	if (!has_date) {
		scan.at = 0;
		m = (struct moment){ 0 };
		if (!named_date(&scan, &m))
			return false;
	}
	skip(&scan, " ,T\t");
	take_word(&scan, "at ");
	if (peek(&scan) != '\0' && !clock_time(&scan, &m))
		return false;
	skip(&scan, " ");
	if (!is_tail(str_part(scan.text, scan.at, scan.text.len)) ||
	    !finish(&m, &time->us))
		return false;
	time->order = m.order;
	time->swap_us = time->us;
	if (m.is_swappable) {
		int day = m.month;

		m.month = m.day;
		m.day = day;
		return finish(&m, &time->swap_us);
	}
	return true;
}
