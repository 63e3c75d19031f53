/*
 * Case numbers in free text: is there one, which, and how sure is that?
 *
 * Agencies write them as 25-01234, 2025-001234, 2501234, CAD 202500012345,
 * OCA 2501234, cfs25-01234, 25-CR-1234, 25.012345. Not case numbers, though
 * they look alike: dates, phone numbers, social security and ZIP+4 numbers,
 * plates, VINs, UUIDs, statutes, unit and badge numbers, made-up runs (123456,
 * 000000), and None, N/A or test. What cannot be told apart is UNSURE.
 */
#ifndef STILE_CLI_CASE_REF_H
#define STILE_CLI_CASE_REF_H

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/str.h"

enum case_ref_sureness {
	CASE_REF_NONE = 0,
	CASE_REF_UNSURE, /* digits that may be one */
	CASE_REF_LIKELY, /* begins with a year, or a word says it is one */
	CASE_REF_SURE,	 /* a form that is nothing else */
};

enum case_ref_form {
	CASE_REF_FORM_NONE = 0,
	CASE_REF_FORM_AGENCY,	 /* one of the mapping's own forms */
	CASE_REF_FORM_PREFIX,	 /* CAD 202500012345, P25-00123 */
	CASE_REF_FORM_YEAR,	 /* 25-01234 */
	CASE_REF_FORM_FULL_YEAR, /* 2025-001234, 2025001234 */
	CASE_REF_FORM_DOCKET,	 /* 25-CR-1234 */
	CASE_REF_FORM_YEAR_RUN,	 /* 2501234 */
	CASE_REF_FORM_PLAIN,	 /* other runs of 6 to 11 digits */
	CASE_REF_FORM_COLUMN,	 /* what else stood in a case column */
	CASE_REF_N_FORMS,
};

struct case_ref {
	enum case_ref_sureness sureness;
	enum case_ref_form form;
	struct str text; /* borrowed from the text; absent for NONE */
};

struct case_ref_rules {
	int year; /* of the look-up, or of the log's end: 2025 */
	/* The agency's own forms: 9 a digit, A a letter, * more digits, else
	 * itself; upper and lower case are the same. */
	const struct str *forms;
	size_t n_forms;
};

/* The best case number in free text. */
void case_ref_find(struct case_ref *ref, struct str text,
    const struct case_ref_rules *rules) NONNULL;

/* The content of a column that is there for the case number. */
void case_ref_column(struct case_ref *ref, struct str text,
    const struct case_ref_rules *rules) NONNULL;

/* Does the text say that there is none: blank, None, N/A, unknown, -, 0? */
bool case_ref_is_none(struct str text);

/* Was the value taken out of the release: ***, REDACTED, [withheld]? */
bool case_ref_is_withheld(struct str text);

/* "25-01234": an example of the form. */
const char *case_ref_form_name(enum case_ref_form form);

/* Does the token read as a plate: 5 to 8 letters and digits, both in it? */
bool case_ref_is_plate(struct str token);

#endif
