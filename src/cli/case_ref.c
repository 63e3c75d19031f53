/* Case numbers in free text; see case_ref.h. */
#include "cli/case_ref.h"

#include <ctype.h>
#include <stdint.h>

#include "util/instant.h"

#define MAX_PARTS 8

/* A run of letters or digits in a token. */
struct part {
	struct str text;
	char before; /* separator in front of it; 0: none */
	bool is_digits;
};

struct token {
	struct str text;
	struct part parts[MAX_PARTS];
	size_t n_parts;
	bool has_hint; /* the word before says "case", "#" stands there */
	int year;
};

static const char *const none_words[] = { "none", "no", "n/a", "na", "n.a.",
	"n a", "null", "nil", "unknown", "unk", "tbd", "pending", "-", "--",
	"---", ".", "?", "0", "00", "000", "0000", "x", "xx", "xxx", "xxxx",
	"test", "blank", "empty", "undefined", "nan", "not applicable",
	"not provided", "no case", "no case number", "(none)", "[none]",
	"(blank)" };

static const char *const withheld_words[] = { "redacted", "withheld",
	"removed", "masked", "exempt", "confidential", "hidden", "sealed" };

/* Words in front of a number that say it is a case number. */
static const char *const hints[] = { "case", "cases", "caseno", "cs", "no",
	"num", "number", "nbr", "cad", "cfs", "oca", "inc", "incident",
	"incidentno", "event", "evt", "rpt", "report", "ir", "cr", "dr", "ref",
	"reference", "docket", "warrant", "warr", "wrt", "complaint", "call",
	"agency", "ori", "irn", "cn", "ccn", "grn", "file", "inv",
	"investigation", "occ", "occurrence", "rms" };

/* Words in front of a number that say it is something else. */
static const char *const other_things[] = { "phone", "ph", "tel", "cell",
	"unit", "badge", "zip", "apt", "room", "hwy", "route", "rt", "mile",
	"mp", "id", "emp", "employee", "officer", "ofc", "ofcr", "det", "dl",
	"oln", "lic", "license", "licence", "plate", "plates", "tag", "lp",
	"vin", "dob", "ssn", "signal", "sig", "vc", "pc", "ors", "rcw", "usc",
	"ars", "code", "statute", "section", "sec", "chapter", "fs", "year",
	"model", "cameras", "reward", "block", "exit", "district", "beat",
	"zone", "sector" };

/* Letters that agencies put in front of a case number. */
static const char *const prefixes[] = { "cad", "cfs", "oca", "inc", "ir", "cr",
	"case", "rpt", "dr", "rd", "evt", "ev", "ccn", "irn", "cn", "ar",
	"warr", "wrt", "case#", "pd", "so", "sp", "ci", "inv", "rms" };

/* What follows a number that is no plate: 40mph, 10851vc. */
static const char *const units[] = { "mph", "min", "mins", "hr", "hrs",
	"hours", "day", "days", "yr", "yrs", "am", "pm", "th", "st", "nd", "rd",
	"ft", "lbs", "oz", "pc", "vc", "hd", "k", "mg" };

static bool
is_word(struct str word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n && word.len > 0; i++) {
		/* Most differ in the first letter already. */
		if (tolower((unsigned char)word.p[0]) ==
			(unsigned char)words[i][0] &&
		    strlen(words[i]) == word.len &&
		    strncasecmp(words[i], word.p, word.len) == 0)
			return true;
	}
	return false;
}

bool
case_ref_is_none(struct str text)
{
	struct str word = str_trim(text);

	return word.len == 0 ||
	    is_word(word, none_words, ARRAY_LEN(none_words));
}

static bool
is_withheld_word(struct str word)
{
	while (word.len > 0 && strchr("[]()<>", word.p[0]) != NULL)
		word = str_part(word, 1, word.len);
	while (word.len > 0 && strchr("[]()<>.:,", word.p[word.len - 1]) != NULL)
		word.len--;
	return is_word(word, withheld_words, ARRAY_LEN(withheld_words));
}

/* The clause a release withholds by, and nothing else: "7923.600 GC". */
static bool
is_exemption(struct str text)
{
	static const struct str starts[] = { STR_INIT("(b)("),
		STR_INIT("552(b)"), STR_INIT("5 U.S.C."),
		STR_INIT("Gov. Code"), STR_INIT("Gov Code"), STR_INIT("GC 79"),
		STR_INIT("7923."), STR_INIT("7922."), STR_INIT("RCW 42.56"),
		STR_INIT("42.56."), STR_INIT("ORS 192"), STR_INIT("119.07") };

	for (size_t i = 0; i < ARRAY_LEN(starts) && text.len <= 40; i++) {
		if (text.len >= starts[i].len &&
		    strncasecmp(text.p, starts[i].p, starts[i].len) == 0)
			return true;
	}
	return false;
}

bool
case_ref_is_withheld(struct str text)
{
	struct str word = str_trim(text);
	size_t n_marks = 0;

	if (is_withheld_word(str_part(word, 0, str_find(word, ' ', 0))) &&
	    word.len <= 48)
		return true; /* "REDACTED per 7923.600" */
	if (is_withheld_word(word) || is_exemption(word))
		return true;
	for (size_t i = 0; i < word.len; i++) {
		/* An asterisk, a hash, or a black block (U+2588). */
		if (word.p[i] == '*' || word.p[i] == '#')
			n_marks++;
		else if (str_has_prefix(str_part(word, i, word.len),
			     STR("\xe2\x96\x88")))
			n_marks++, i += 2;
		else if (word.p[i] != ' ' && strchr("[]()<>", word.p[i]) == NULL)
			return false;
	}
	return n_marks >= 2;
}

const char *
case_ref_form_name(enum case_ref_form form)
{
	static const char *const names[CASE_REF_N_FORMS] = { "none",
		"the agency's own form", "CAD 202500012345, P25-00123",
		"25-01234", "2025-001234, 2025001234", "25-CR-1234", "2501234",
		"6 to 11 digits", "other text in the case column" };

	return names[form];
}

static uint64_t
value_of(struct str digits)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits.len && i < 18; i++)
		value = value * 10 + (uint64_t)(digits.p[i] - '0');
	return value;
}

static uint64_t
value_at(struct str digits, size_t from, size_t to)
{
	return value_of(str_part(digits, from, to));
}

static bool
is_full_year(uint64_t year, int now)
{
	return year >= 1970 && year <= (uint64_t)now + 1;
}

/* Two digits that stand for a year of the last twenty. */
static bool
is_short_year(uint64_t yy, int now)
{
	int year = 2000 + (int)yy;

	return yy < 100 && year <= now + 1 && year >= now - 20;
}

/* The bytes of a dash that an office program made of '-': U+2010 to U+2015. */
static size_t
dash_at(struct str text, size_t at)
{
	return at + 3 <= text.len && text.p[at] == '\xe2' &&
		text.p[at + 1] == '\x80' &&
		(unsigned char)text.p[at + 2] >= 0x90 &&
		(unsigned char)text.p[at + 2] <= 0x95
	    ? 3
	    : 0;
}

/* Letters and digits cut at other characters. False: too many runs. */
static bool
cut_parts(struct token *token)
{
	struct str text = token->text;
	size_t at = 0;

	token->n_parts = 0;
	while (at < text.len) {
		struct part part = { .before = 0 };
		size_t from;

		if (dash_at(text, at) > 0) {
			part.before = '-';
			at += dash_at(text, at);
		} else if (!isalnum((unsigned char)text.p[at])) {
			part.before = text.p[at++];
		}
		if (at >= text.len || !isalnum((unsigned char)text.p[at]) ||
		    token->n_parts == MAX_PARTS)
			return false;
		part.is_digits = isdigit((unsigned char)text.p[at]) != 0;
		for (from = at; at < text.len &&
		     isalnum((unsigned char)text.p[at]) &&
		     (isdigit((unsigned char)text.p[at]) != 0) ==
			 part.is_digits;
		     at++)
			;
		part.text = str_part(text, from, at);
		token->parts[token->n_parts++] = part;
	}
	return token->n_parts > 0;
}

static size_t
count_digits(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += isdigit((unsigned char)text.p[i]) != 0;
	return n;
}

bool
case_ref_is_plate(struct str token)
{
	size_t n_digits = count_digits(token);
	size_t n_letters = 0;
	size_t lead = 0;

	for (size_t i = 0; i < token.len; i++)
		n_letters += isalpha((unsigned char)token.p[i]) != 0;
	while (lead < token.len && isdigit((unsigned char)token.p[lead]))
		lead++;
	if (lead == n_digits && is_word(str_part(token, lead, token.len), units,
		ARRAY_LEN(units)))
		return false;
	return n_digits + n_letters == token.len && token.len >= 5 &&
	    token.len <= 8 && n_letters >= 1 && n_digits >= 2;
}

static bool
is_month_day(uint64_t month, uint64_t day)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* Three numbers that are a date in one of the usual orders? */
static bool
is_date(const struct part *p)
{
	uint64_t a = value_of(p[0].text);
	uint64_t b = value_of(p[1].text);
	uint64_t c = value_of(p[2].text);

	if (p[0].text.len == 4)
		return p[1].text.len <= 2 && p[2].text.len <= 2 &&
		    (is_month_day(b, c) || is_month_day(c, b));
	if (p[0].text.len > 2 || p[1].text.len > 2)
		return false;
	if (p[2].text.len == 4)
		return (is_month_day(a, b) || is_month_day(b, a)) &&
		    c >= 1900 && c < 2100;
	return p[2].text.len == 2 &&
	    (is_month_day(a, b) || is_month_day(b, a) || is_month_day(b, c));
}

/* Shapes of numbers that are well known and not case numbers. */
static bool
is_other_number(const struct token *token)
{
	const struct part *p = token->parts;
	size_t n = token->n_parts;

	if (n >= 3 && p[0].is_digits && p[1].is_digits && p[2].is_digits &&
	    p[1].before != 0 && p[2].before != 0) {
		if (is_date(p))
			return true;
		/* phone 541-555-0100, social security 000-00-0000 */
		if (n == 3 && p[0].text.len == 3 && p[2].text.len == 4 &&
		    (p[1].text.len == 3 || p[1].text.len == 2))
			return true;
		if (n == 4 && p[0].text.len == 1 && p[1].text.len == 3 &&
		    p[2].text.len == 3)
			return true;
	}
	if (n == 2 && p[0].is_digits && p[1].is_digits && p[1].before != 0) {
		uint64_t a = value_of(p[0].text);
		uint64_t b = value_of(p[1].text);

		if (p[0].text.len == 3 && p[1].text.len == 4)
			return true; /* phone 555-0100 */
		if (p[0].text.len == 5 && p[1].text.len == 4)
			return true; /* ZIP+4 */
		if (p[0].text.len <= 2 && a >= 1 && a <= 12 &&
		    p[1].text.len == 4 && is_full_year(b, token->year) &&
		    b >= 1990)
			return true; /* 06/2025 */
		if (p[0].text.len == 4 && p[1].text.len == 4 &&
		    is_full_year(a, token->year) && is_full_year(b, token->year))
			return true; /* 2024-2025 */
	}
	return false;
}

/* VINs, UUIDs and other long mixed strings. */
static bool
is_long_code(struct str text)
{
	size_t n_alnum = 0;
	size_t n_letters = 0;

	for (size_t i = 0; i < text.len; i++) {
		n_alnum += isalnum((unsigned char)text.p[i]) != 0;
		n_letters += isalpha((unsigned char)text.p[i]) != 0;
	}
	return n_letters >= 2 && n_alnum >= 17;
}

/* 000000, 123456, 987654: typed to fill a field. */
static bool
is_made_up(struct str digits)
{
	bool same = true;
	bool up = true;
	bool down = true;

	for (size_t i = 1; i < digits.len; i++) {
		int step = digits.p[i] - digits.p[i - 1];

		same &= step == 0;
		up &= step == 1 || step == -9;
		down &= step == -1;
	}
	return same || up || down;
}

static bool
is_phone(struct str digits)
{
	if (digits.len == 11 && digits.p[0] == '1')
		digits = str_part(digits, 1, 11);
	return digits.len == 10 && digits.p[0] >= '2' && digits.p[3] >= '2';
}

/* A run that is a date or an instant: 061825, 20250618, 202506181205 …? */
static bool
is_date_run(struct str d, int year)
{
	uint64_t yy = (uint64_t)(year % 100);

	switch (d.len) {
	case 6:
		return is_month_day(value_at(d, 0, 2), value_at(d, 2, 4)) &&
		    value_at(d, 4, 6) + 2 >= yy && value_at(d, 4, 6) <= yy;
	case 8:
		return (is_full_year(value_at(d, 0, 4), year) &&
			   is_month_day(value_at(d, 4, 6),
			       value_at(d, 6, 8))) ||
		    (is_full_year(value_at(d, 4, 8), year) &&
			is_month_day(value_at(d, 0, 2), value_at(d, 2, 4)));
	case 12:
	case 14:
		return is_full_year(value_at(d, 0, 4), year) &&
		    is_month_day(value_at(d, 4, 6), value_at(d, 6, 8)) &&
		    value_at(d, 8, 10) < 24 && value_at(d, 10, 12) < 60;
	case 13: /* milliseconds since 1970, of this century's twenties */
		return d.p[0] == '1' && d.p[1] >= '5' && d.p[1] <= '9';
	default:
		return false;
	}
}

static void
set(struct case_ref *ref, const struct token *token,
    enum case_ref_sureness sureness, enum case_ref_form form)
{
	if (sureness > ref->sureness)
		*ref = (struct case_ref){ sureness, form, token->text };
}

/* One run of digits without anything. */
static void
judge_run(struct case_ref *ref, const struct token *token, struct str d)
{
	bool has_year = is_short_year(value_at(d, 0, 2), token->year);
	bool has_full = d.len >= 8 && d.len <= 13 &&
	    value_at(d, 0, 4) >= 1990 &&
	    is_full_year(value_at(d, 0, 4), token->year);

	if (is_made_up(d))
		return;
	if (token->has_hint && d.len >= 5 && d.len <= 16) {
		set(ref, token, d.len >= 6 ? CASE_REF_SURE : CASE_REF_LIKELY,
		    has_full	   ? CASE_REF_FORM_FULL_YEAR
			: has_year && d.len >= 6 ? CASE_REF_FORM_YEAR_RUN
						 : CASE_REF_FORM_PLAIN);
		return;
	}
	if (d.len < 6 || d.len > 13 || is_date_run(d, token->year))
		return;
	if (has_full) {
		set(ref, token,
		    d.len >= 10 ? CASE_REF_SURE : CASE_REF_LIKELY,
		    CASE_REF_FORM_FULL_YEAR);
	} else if (is_phone(d)) {
		if (has_year && d.len == 10)
			set(ref, token, CASE_REF_UNSURE,
			    CASE_REF_FORM_YEAR_RUN);
	} else if (has_year && d.len <= 10) {
		bool is_day = d.len == 6 &&
		    is_month_day(value_at(d, 2, 4), value_at(d, 4, 6));

		set(ref, token, is_day ? CASE_REF_UNSURE : CASE_REF_LIKELY,
		    CASE_REF_FORM_YEAR_RUN);
	} else if (d.len <= 11) {
		set(ref, token, CASE_REF_UNSURE, CASE_REF_FORM_PLAIN);
	}
}

/* 250618-0123, 20250618-0123: the day and a number of the day. */
static bool
is_day_group(const struct token *token, struct str d)
{
	if (d.len == 8)
		return is_full_year(value_at(d, 0, 4), token->year) &&
		    is_month_day(value_at(d, 4, 6), value_at(d, 6, 8));
	return d.len == 6 && is_short_year(value_at(d, 0, 2), token->year) &&
	    is_month_day(value_at(d, 2, 4), value_at(d, 4, 6));
}

/* 25-1-012345 (a district between), 12345-25 (the year behind). */
static void
judge_rare_groups(struct case_ref *ref, const struct token *token,
    const struct part *p, size_t n)
{
	uint64_t last = value_of(p[n - 1].text);

	if (n == 2 && is_day_group(token, p[0].text) && p[1].text.len >= 3 &&
	    p[1].text.len <= 6)
		set(ref, token, CASE_REF_LIKELY, CASE_REF_FORM_YEAR);
	else if (n == 3 && p[0].text.len == 2 && p[1].text.len <= 2 &&
	    p[2].text.len >= 4 && p[2].before != 0 &&
	    is_short_year(value_of(p[0].text), token->year))
		set(ref, token, CASE_REF_LIKELY, CASE_REF_FORM_YEAR);
	else if (n == 2 && p[0].text.len >= 4 && p[0].text.len <= 6 &&
	    p[1].text.len == 2 && p[1].before == '-' &&
	    (last == (uint64_t)token->year % 100 ||
		last + 1 == (uint64_t)token->year % 100))
		set(ref, token, CASE_REF_UNSURE, CASE_REF_FORM_YEAR);
}

/* 25-01234, 2025-001234, 25.134692, 25-01234-02, 4-25-01234. */
static void
judge_groups(struct case_ref *ref, const struct token *token,
    const struct part *p, size_t n)
{
	uint64_t first = value_of(p[0].text);
	size_t len = p[1].text.len;
	char mark = p[1].before;

	if (is_made_up(p[1].text) && len >= 4 && first == 0)
		return;
	if (p[0].text.len == 4 && first >= 1980 &&
	    is_full_year(first, token->year) && len >= 3 && len <= 9) {
		set(ref, token, CASE_REF_SURE, CASE_REF_FORM_FULL_YEAR);
	} else if (p[0].text.len == 2 && len >= (mark == '.' ? 5u : 4u) &&
	    len <= 9 &&
	    (is_short_year(first, token->year) ||
		(mark == '-' && first >= 70))) {
		set(ref, token, mark == '-' ? CASE_REF_SURE : CASE_REF_LIKELY,
		    CASE_REF_FORM_YEAR);
	} else if (p[0].text.len == 2 && len == 3 && token->has_hint &&
	    is_short_year(first, token->year)) {
		set(ref, token, CASE_REF_LIKELY, CASE_REF_FORM_YEAR);
	} else if (n >= 3 && p[2].text.len >= 3 &&
	    ((len == 2 && is_short_year(value_of(p[1].text), token->year)) ||
		(len == 4 && is_full_year(value_of(p[1].text), token->year)))) {
		set(ref, token, CASE_REF_LIKELY, CASE_REF_FORM_YEAR);
	} else if (p[0].text.len <= 3 && len >= 5 && len <= 9 && mark == '-') {
		set(ref, token,
		    token->has_hint ? CASE_REF_LIKELY : CASE_REF_UNSURE,
		    CASE_REF_FORM_PLAIN);
	} else {
		judge_rare_groups(ref, token, p, n);
	}
}

static void
judge_digits(struct case_ref *ref, const struct token *token,
    const struct part *p, size_t n)
{
	if (n == 1 || p[1].before == 0)
		judge_run(ref, token, p[0].text);
	else
		judge_groups(ref, token, p, n);
}

static size_t
leading_digits(const struct part *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i].is_digits)
		i++;
	return i;
}

/* 25-CR-1234, 2025CR001234. */
static void
judge_docket(struct case_ref *ref, const struct token *token)
{
	const struct part *p = token->parts;
	uint64_t year = value_of(p[0].text);
	bool is_year = (p[0].text.len == 2 &&
			   is_short_year(year, token->year)) ||
	    (p[0].text.len == 4 && year >= 1980 &&
		is_full_year(year, token->year));
	bool is_apart = p[1].before != 0 || p[2].before != 0;

	if (!is_year || p[1].text.len > 4 || p[2].text.len < 3)
		return;
	if (is_apart || token->text.len >= 9)
		set(ref, token, is_apart ? CASE_REF_SURE : CASE_REF_LIKELY,
		    CASE_REF_FORM_DOCKET);
}

/* Letters, then a number: CAD-2026…, P25-00123, but not the plate ABC1234. */
static void
judge_prefixed(struct case_ref *ref, struct token *token)
{
	const struct part *p = token->parts;
	size_t n = leading_digits(p + 1, token->n_parts - 1);
	bool is_known = is_word(p[0].text, prefixes, ARRAY_LEN(prefixes));
	size_t n_digits = count_digits(token->text);
	struct case_ref inner = { 0 };

	if (p[0].text.len > 6 || n == 0)
		return;
	if (!is_known && !token->has_hint && n == 1 &&
	    (case_ref_is_plate(token->text) ||
		(p[1].before == '-' && n_digits <= 4)))
		return;
	token->has_hint |= is_known;
	judge_digits(&inner, token, p + 1, n);
	if (inner.sureness == CASE_REF_NONE)
		return;
	if (inner.sureness == CASE_REF_UNSURE && !is_known && n == 1)
		set(ref, token, CASE_REF_UNSURE, CASE_REF_FORM_PREFIX);
	else
		set(ref, token, MAX(inner.sureness, CASE_REF_LIKELY),
		    CASE_REF_FORM_PREFIX);
}

static void
judge_token(struct case_ref *ref, struct token *token)
{
	const struct part *p = token->parts;
	size_t n;

	if (count_digits(token->text) < 3 || is_long_code(token->text) ||
	    !cut_parts(token) || is_other_number(token))
		return;
	n = leading_digits(p, token->n_parts);
	if (n == token->n_parts)
		judge_digits(ref, token, p, n);
	else if (n == 0 && token->n_parts >= 2)
		judge_prefixed(ref, token);
	else if (n == 1 && token->n_parts == 3 && p[2].is_digits)
		judge_docket(ref, token);
	else if (n >= 2 && n + 1 == token->n_parts && p[n].text.len <= 2 &&
	    p[1].before != 0)
		judge_digits(ref, token, p, n); /* 25-01234A */
	else if (n == 1 && token->n_parts == 2 && p[1].before == '-' &&
	    p[1].text.len == 1)
		judge_run(ref, token, p[0].text); /* 2501234-A */
}

/* Does the agency's form stand at this place of the text? Its length, or 0. */
static size_t
match_form(struct str text, size_t at, struct str form)
{
	size_t from = at;

	for (size_t i = 0; i < form.len; i++) {
		unsigned char want = (unsigned char)form.p[i];
		unsigned char got;

		if (want == '*') {
			while (at < text.len &&
			    isdigit((unsigned char)text.p[at]))
				at++;
			continue;
		}
		if (at == text.len)
			return 0;
		got = (unsigned char)text.p[at++];
		if (want == '9' ? !isdigit(got)
			: want == 'A' ? !isalpha(got)
				      : tolower(want) != tolower(got))
			return 0;
	}
	if (at < text.len && isalnum((unsigned char)text.p[at]))
		return 0;
	return at - from;
}

static void
find_forms(struct case_ref *ref, struct str text,
    const struct case_ref_rules *rules)
{
	for (size_t i = 0; i < rules->n_forms; i++) {
		for (size_t at = 0; at < text.len; at++) {
			size_t len;

			if (at > 0 && isalnum((unsigned char)text.p[at - 1]))
				continue;
			len = match_form(text, at, rules->forms[i]);
			if (len == 0)
				continue;
			*ref = (struct case_ref){ CASE_REF_SURE,
				CASE_REF_FORM_AGENCY,
				str_part(text, at, at + len) };
			return;
		}
	}
}

static bool
is_break(char c)
{
	return isspace((unsigned char)c) || strchr("+,;()[]{}<>\"'#:=|*&@!?~`",
	    c) != NULL;
}

/* Without punctuation at its ends. */
static struct str
strip(struct str word)
{
	while (word.len > 0 && !isalnum((unsigned char)word.p[0]))
		word = str_part(word, 1, word.len);
	while (word.len > 0 && !isalnum((unsigned char)word.p[word.len - 1]))
		word.len--;
	return word;
}

/* A word of the text; a slash parts two, unless it is a date's. */
static void
judge_word(struct case_ref *ref, struct str word, bool has_hint, int year)
{
	struct token token = { .text = word, .has_hint = has_hint,
		.year = year };
	struct str rest = word;
	struct str piece;

	if (str_find(word, '/', 0) == word.len ||
	    (cut_parts(&token) &&
		leading_digits(token.parts, token.n_parts) == token.n_parts)) {
		judge_token(ref, &token);
		return;
	}
	while (str_split(&piece, &rest, '/')) {
		token.text = strip(piece);
		token.has_hint = has_hint;
		if (token.text.len > 0)
			judge_token(ref, &token);
	}
}

static bool
is_digits(struct str word)
{
	return word.len > 0 && count_digits(word) == word.len;
}

/* "25 001234", "2025 001234": the year and the number, a blank between. */
static void
judge_spaced(struct case_ref *ref, struct str text, struct str year,
    struct str number, bool has_hint, int now)
{
	struct token token = { .year = now };
	int full = (int)value_of(year) + (year.len == 2 ? 2000 : 0);

	/* Without a word for it, of this year or the last. */
	if (!is_digits(year) || !is_digits(number) ||
	    (year.len != 2 && year.len != 4) || full > now ||
	    full < now - (has_hint ? 20 : 1) ||
	    number.len < (has_hint ? 4u : 5u) || number.len > 8 ||
	    is_made_up(number))
		return;
	token.text = str_part(text, (size_t)(year.p - text.p),
	    (size_t)(number.p - text.p) + number.len);
	set(ref, &token, has_hint ? CASE_REF_LIKELY : CASE_REF_UNSURE,
	    year.len == 2 ? CASE_REF_FORM_YEAR : CASE_REF_FORM_FULL_YEAR);
}

void
case_ref_find(struct case_ref *ref, struct str text,
    const struct case_ref_rules *rules)
{
	struct str before = STR("");
	bool had_hint = false;
	bool has_hint = false;
	bool is_other = false;
	size_t at = 0;

	*ref = (struct case_ref){ 0 };
	find_forms(ref, text, rules);
	while (at < text.len && ref->sureness < CASE_REF_SURE) {
		size_t from = at;
		bool has_hash = at > 0 && text.p[at - 1] == '#';
		bool is_numbered; /* "RD# " */
		struct str word;

		while (at < text.len && !is_break(text.p[at]))
			at++;
		word = strip(str_part(text, from, at));
		is_numbered = at < text.len && text.p[at] == '#';
		if (at < text.len)
			at++;
		if (word.len == 0)
			continue;
		if (!is_other) {
			judge_spaced(ref, text, before, word, had_hint,
			    rules->year);
			judge_word(ref, word, has_hint || has_hash,
			    rules->year);
		}
		before = is_other ? STR("") : word;
		had_hint = has_hint || has_hash;
		has_hint = is_numbered ||
		    is_word(word, hints, ARRAY_LEN(hints)) ||
		    (has_hint && count_digits(word) == 0 && word.len <= 3);
		is_other = is_word(word, other_things,
		    ARRAY_LEN(other_things));
	}
}

void
case_ref_column(struct case_ref *ref, struct str text,
    const struct case_ref_rules *rules)
{
	struct str value = str_trim(text);
	struct token token = { .text = strip(value), .year = rules->year };

	case_ref_find(ref, value, rules);
	if (case_ref_is_none(value) || case_ref_is_withheld(value)) {
		*ref = (struct case_ref){ 0 };
		return;
	}
	if (ref->sureness != CASE_REF_NONE) {
		if (ref->sureness < CASE_REF_SURE)
			ref->sureness++;
		return;
	}
	if (count_digits(value) < 3 || value.len > 32 ||
	    is_long_code(value) || !cut_parts(&token) ||
	    is_other_number(&token))
		return;
	if (token.n_parts == 1 &&
	    (is_made_up(value) || is_date_run(value, rules->year)))
		return;
	*ref = (struct case_ref){ CASE_REF_UNSURE, CASE_REF_FORM_COLUMN,
		value };
}
