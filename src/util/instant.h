/*
 * Instants and civil dates: RFC 3339 text <-> numbers, always UTC.
 *
 * An instant is microseconds since 1970-01-01T00:00:00Z; a day is days since
 * 1970-01-01 in the proleptic Gregorian calendar. Years 0001 to 9999.
 */
#ifndef STILE_UTIL_INSTANT_H
#define STILE_UTIL_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

#define INSTANT_SECOND INT64_C(1000000)
#define INSTANT_DAY (INT64_C(86400) * INSTANT_SECOND)
#define INSTANT_TEXT_SIZE 28 /* "2026-11-23T19:56:41.123456Z" and NUL */

/* "2026-11-23T19:56:41.123456Z", six digits always: entries sort as text. */
void instant_format(char text[static INSTANT_TEXT_SIZE], int64_t us);

/*
 * RFC 3339 date-time with "Z" or a numeric offset and 0 to 6 digits of
 * fraction. Second 60 is refused. Returns: true and *us.
 */
bool instant_parse(int64_t *us, struct str text) NONNULL;

/* "2026-11-23" (RFC 3339 full-date). Returns: true and *day. */
bool instant_parse_date(int32_t *day, struct str text) NONNULL;

/* Write "2026-11-23" and a NUL. */
void instant_format_date(char text[static 11], int32_t day);

/* The day an instant falls on. */
int32_t instant_day(int64_t us);

/* Days since the epoch of a civil date; the date must exist. */
int32_t instant_day_of(int year, int month, int day);

/* Returns: true when the date exists (years 1 to 9999). */
bool instant_is_date(int year, int month, int day);

/* The civil date of a day. */
void instant_civil(int32_t day, int *year, int *month, int *mday) NONNULL;

#endif
