/*
 * Dates and times as people's systems write them.
 */
#ifndef STILE_CLI_AUDIT_TIME_H
#define STILE_CLI_AUDIT_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

/*
 * An instant in the forms that logs have: 2025-06-18 00:02:04.789, with T, Z
 * or an offset; 6/18/2025, 12:02 AM; 18.06.2025 00:02; Jun 18, 2025 12:02:04
 * AM; seconds, milliseconds or microseconds since 1970; days since 1899-12-30
 * (spreadsheets). A zone is kept when written; else it is read as UTC.
 *
 * is_day_first: 01/02/2025 is the first of February. Returns: true and *us.
 */
bool audit_time_parse(int64_t *us, struct str text, bool is_day_first) NONNULL;

/*
 * Is this a date whose first number must be a day (13 to 31)?
 */
bool audit_time_is_day_first(struct str text);

#endif
