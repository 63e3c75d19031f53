/*
 * Dates and times as people's systems write them.
 */
#ifndef STILE_CLI_AUDIT_TIME_H
#define STILE_CLI_AUDIT_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

/* What a date tells of the order in which day and month stand. */
enum audit_time_order {
	AUDIT_TIME_EITHER = 0, /* 01/02/2025, or a form that leaves no doubt */
	AUDIT_TIME_MONTH_FIRST, /* 01/13/2025 */
	AUDIT_TIME_DAY_FIRST,	/* 13/01/2025 */
};

struct audit_time {
	int64_t us;	 /* month/day/year, where both go */
	int64_t swap_us; /* day/month/year, where both go; else as us */
	enum audit_time_order order;
};

/*
 * An instant in the forms that logs have: 2025-06-18 00:02:04.789, with T, Z
 * or an offset; 6/18/2025, 12:02 AM; 18.06.2025 00:02; Jun 18, 2025 12:02:04
 * AM; 18-JUN-25 12.02.04 AM; Wed Jun 18 2025 00:02:04 GMT-0700 (…);
 * 20250618T000204Z; seconds, milliseconds or microseconds since 1970; days
 * since 1899-12-30 (spreadsheets). An offset or the name of an American zone is
 * kept; what has none is read as UTC.
 *
 * Returns: true and *time.
 */
bool audit_time_parse(struct audit_time *time, struct str text) NONNULL;

#endif
