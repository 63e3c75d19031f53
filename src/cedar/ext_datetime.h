/*
 * The extension types datetime and duration (Cedar RFC 80): i64 milliseconds.
 *
 * datetime: YYYY-MM-DD, then optionally Thh:mm:ss[.SSS](Z|+hhmm|-hhmm).
 * duration: -? then days, hours, minutes, seconds, milliseconds in that order,
 * each optional, at least one: 1d2h3m4s5ms.
 */
#ifndef STILE_CEDAR_EXT_DATETIME_H
#define STILE_CEDAR_EXT_DATETIME_H

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

#define EXT_DATETIME_DAY INT64_C(86400000)
#define EXT_DATETIME_HOUR INT64_C(3600000)
#define EXT_DATETIME_MINUTE INT64_C(60000)
#define EXT_DATETIME_SECOND INT64_C(1000)

#define EXT_DATETIME_TEXT 64 /* longest text of a date or duration, and NUL */

enum {
	EXT_DATETIME_E_DATE = 1,     /* the date's pattern */
	EXT_DATETIME_E_NO_DATE,	     /* no such day */
	EXT_DATETIME_E_TIME,	     /* the time's pattern */
	EXT_DATETIME_E_NO_TIME,	     /* no such time */
	EXT_DATETIME_E_END,	     /* fraction or offset: pattern */
	EXT_DATETIME_E_NO_OFFSET,    /* no such offset */
	EXT_DATETIME_E_DURATION,     /* the duration's pattern */
	EXT_DATETIME_E_OVERFLOW,     /* a duration that does not fit */
};

/* Returns: 0 and *ms; EXT_DATETIME_E_*. */
int cedar_ext_datetime_parse(int64_t *ms, struct str text) MUST_USE NONNULL;
int cedar_ext_datetime_duration(int64_t *ms, struct str text) MUST_USE NONNULL;

/*
 * Shortest text that parses to it: 2026-11-23, or with T and the time in UTC.
 *
 * Returns: false when the year has not four digits.
 */
bool cedar_ext_datetime_format(char text[static EXT_DATETIME_TEXT], int64_t ms)
    NONNULL;

/* The day's first millisecond. Returns: false when it does not fit. */
bool cedar_ext_datetime_to_date(int64_t *date, int64_t ms) NONNULL;

/* Milliseconds since midnight, not negative. */
int64_t cedar_ext_datetime_to_time(int64_t ms);

/* Shortest text that parses to it: "1d12h", "-5ms", "0ms". */
void cedar_ext_datetime_format_duration(char text[static EXT_DATETIME_TEXT],
    int64_t ms);

#endif
