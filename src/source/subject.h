/*
 * The subject key: the one person or vehicle a request is about.
 *
 * Four kinds, each whole or refused; there is no fifth and no list:
 *
 *   licence|STATE|NUMBER            plate|STATE|NUMBER|YEAR|TYPE
 *   vin|VIN                         person|FAMILY|GIVEN|YYYY-MM-DD
 *
 * subject_parse() brings what was asked into these canonical bytes, once; the
 * importer brings what the holder stores into the same bytes, so a look-up is
 * an equality and nothing else. No pattern reaches the source of records.
 *
 * Canonical form. Outer space is cut and letters are upper case. State, plate
 * type and numbers are ASCII; spaces and hyphens in plate and licence numbers
 * are cut. Names: runs of spaces become one, U+2019 becomes an apostrophe,
 * U+2010 and U+2011 a hyphen; letters are Latin in composed form (Unicode NFC):
 * a combining mark is refused (rule "composed") rather than composed, a letter
 * of another script is refused ("one-script" beside Latin letters, "script"
 * alone), since records and licences are kept in Latin letters. A name needs one
 * word of two letters or more: initials are partial names.
 *
 * Rules a problem may name: one-subject, whole-key, length, utf8,
 * no-hidden-characters, no-wildcard, one-value, characters, state, plate-type,
 * plate-year, vin-length, vin-letters, composed, one-script, script, letters,
 * no-partial-name, full-date, date, date-in-past, age, canonical; as a warning:
 * vin-check-digit (49 CFR 565.15).
 */
#ifndef STILE_SOURCE_SUBJECT_H
#define STILE_SOURCE_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

enum subject_kind {
	SUBJECT_NONE = 0,
	SUBJECT_LICENCE,
	SUBJECT_VIN,
	SUBJECT_PLATE,
	SUBJECT_PERSON,
};

/* The members a request may carry, in the order of the canonical bytes. */
enum subject_member {
	SUBJECT_LICENCE_STATE,
	SUBJECT_LICENCE_NUMBER,
	SUBJECT_VIN_NUMBER,
	SUBJECT_PLATE_STATE,
	SUBJECT_PLATE_NUMBER,
	SUBJECT_PLATE_YEAR,
	SUBJECT_PLATE_TYPE,
	SUBJECT_PERSON_FAMILY,
	SUBJECT_PERSON_GIVEN,
	SUBJECT_PERSON_BIRTH_DATE,
	SUBJECT_N_MEMBERS,
};

/* What was asked: p == NULL where the request had no such member. */
struct subject_input {
	struct str members[SUBJECT_N_MEMBERS];
};

/* Why a key was refused, or what to know about one that was not. */
struct subject_problem {
	const char *member; /* "subject/plate/number"; "subject" for the whole */
	const char *rule;   /* "no-wildcard" */
	struct str text;    /* one sentence for people; never echoes the value */
};

struct subject {
	enum subject_kind kind;
	struct str canonical;	 /* "vin|1M8GDM9AXKP042788", in the arena */
	struct str parts[4];	 /* the values in canonical order */
	size_t n_parts;
	bool has_warning;	 /* the VIN's check digit does not hold */
	struct subject_problem warning;
};

enum {
	SUBJECT_E_REFUSED = 1, /* and *problem says why */
};

/*
 * Read the one key of a request.
 *
 * today: days since 1970 (instant_day()), for plate years and ages.
 * Returns: 0 and *subject, whose bytes are the arena's; SUBJECT_E_REFUSED and
 * *problem, with *subject zeroed; fault ENOMEM.
 */
int subject_parse(struct subject *subject, struct subject_problem *problem,
    struct arena *arena, const struct subject_input *input, int32_t today)
    MUST_USE NONNULL;

/*
 * Read canonical bytes back, as stored in a ground or sent in a frame. They
 * must be canonical already: a text that would change is refused.
 *
 * Returns: as subject_parse().
 */
int subject_parse_canonical(struct subject *subject,
    struct subject_problem *problem, struct arena *arena, struct str text,
    int32_t today) MUST_USE NONNULL;

/* Whether two keys are of the same kind and the same bytes. */
bool subject_is_equal(const struct subject *a, const struct subject *b) NONNULL;

/* "licence", "vin", "plate", "person", "none". */
struct str subject_kind_text(enum subject_kind kind);

/* "subject/plate/number". */
const char *subject_member_text(enum subject_member member);

/* The kind a member belongs to. */
enum subject_kind subject_member_kind(enum subject_member member);

/* Whether the check digit of a 17-character canonical VIN holds. */
bool subject_vin_holds(struct str vin);

/*
 * The name of a two-letter state, territory or province code, and of an NCIC
 * plate type code (LIT). p == NULL when there is no such code. Static.
 */
struct str subject_state_title(struct str code);
struct str subject_plate_type_title(struct str code);

#endif
