/*
 * Originating Agency Identifiers: the nine characters that name an agency.
 *
 * Assigned by FBI CJIS. Of 35,432 published ones not all are letters then
 * digits, so the shape is [A-Z]{2}[A-Z0-9]{7}; the ninth character tells the
 * kind of agency (FBI N-DEx audit reference).
 */
#ifndef STILE_SOURCE_ORI_H
#define STILE_SOURCE_ORI_H

#include <stdbool.h>

#include "util/attr.h"
#include "util/str.h"

#define ORI_LEN 9

enum ori_kind {
	ORI_KIND_UNKNOWN = 0, /* a ninth character with no documented meaning */
	ORI_KIND_LAW_ENFORCEMENT, /* 0-9 */
	ORI_KIND_PROSECUTOR,	  /* A */
	ORI_KIND_PRETRIAL,	  /* B */
	ORI_KIND_CORRECTIONS,	  /* C */
	ORI_KIND_PRIVATE_POLICE,  /* E: railroad or campus police */
	ORI_KIND_PROBATION,	  /* G */
	ORI_KIND_INTERPOL,	  /* I */
	ORI_KIND_COURT,		  /* J */
};

/* Whether text is [A-Z]{2}[A-Z0-9]{7}; lower case is not. */
bool ori_is_valid(struct str text);

/* What the ninth character says; UNKNOWN when text is no valid ORI. */
enum ori_kind ori_kind_of(struct str text);

/* "law enforcement", "court", ... */
struct str ori_kind_text(enum ori_kind kind);

#endif
