/*
 * Why one may ask: investigations with who is assigned to them, warrants for
 * exactly one person, instruments of a court.
 *
 * A subject is the 32-byte index that the keeper makes of a canonical subject
 * key; one person or vehicle may have several (name and birth date, licence,
 * plate). Days are days since 1970-01-01, the last one included.
 */
#ifndef STILE_STORE_GROUNDS_H
#define STILE_STORE_GROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

#define GROUNDS_SUBJECT_SIZE 32

enum grounds_case_status {
	GROUNDS_CASE_CLOSED = 0,
	GROUNDS_CASE_OPEN = 1,
};

enum grounds_wanted_status {
	GROUNDS_WANTED_RECALLED = 0,
	GROUNDS_WANTED_ACTIVE = 1,
	GROUNDS_WANTED_SERVED = 2,
};

enum grounds_instrument_status {
	GROUNDS_INSTRUMENT_WITHDRAWN = 0,
	GROUNDS_INSTRUMENT_ACTIVE = 1,
};

struct store_investigation {
	struct str ori;
	struct str number; /* the agency's case number */
	enum grounds_case_status status;
	struct str offence; /* code */
	int64_t opened_us;
	int64_t closed_us; /* 0: not closed */
	struct str registered_by;
};

/* How a requester and a subject stand to an investigation. */
struct store_standing {
	enum grounds_case_status status;
	int64_t assigned_until_us; /* 0: not on it */
	uint32_t names_subjects;   /* 1: it names some */
	uint32_t names_subject;	   /* 1: this one among them */
};

struct store_assignment {
	struct str ori;
	struct str number;
	struct str requester;
	int64_t until_us; /* first moment it no longer holds */
};

struct store_wanted {
	struct str ori;
	struct str number; /* the warrant's number */
	enum grounds_wanted_status status;
	struct str kind; /* "arrest", "bench", … */
	struct str court;
	struct str judge;
	struct str docket;
	struct str offence;
	int32_t issued;	 /* day */
	int32_t expires; /* day; INT32_MAX: none */
	struct str registered_by;
};

struct store_instrument {
	struct str id;
	struct str ori;
	enum grounds_instrument_status status;
	struct str kind; /* "warrant", "order", "subpoena" */
	struct str court;
	struct str docket;
	int32_t issued;
	int32_t expires;
	struct str document; /* SHA-256 of the paper, 32 bytes; or empty */
	struct str registered_by;
	struct str *scope; /* names of fields */
	size_t n_scope;
};

/* Called for each row; as entries_each_fn. */
typedef int grounds_case_fn(void *context,
    const struct store_investigation *investigation);
typedef int grounds_assignment_fn(void *context,
    const struct store_assignment *assignment);
typedef int grounds_wanted_fn(void *context, const struct store_wanted *wanted);
/* The scope is not filled in: see grounds_find_instrument(). */
typedef int grounds_instrument_fn(void *context,
    const struct store_instrument *instrument);

/*
 * Register an investigation.
 *
 * Returns: 0; STORE_E_EXISTS; STORE_E_ABSENT (no such agency); STORE_E_TEXT;
 * STORE_E_TOO_LARGE; fault.
 */
int grounds_put_case(struct store *store,
    const struct store_investigation *investigation) MUST_USE NONNULL;

/* Close it at a time. Returns: 0; STORE_E_ABSENT (or closed before); fault. */
int grounds_close_case(struct store *store, struct str ori, struct str number,
    int64_t closed_us) MUST_USE NONNULL;

/* Returns: 0 and *investigation in the arena; STORE_E_ABSENT; fault. */
int grounds_find_case(struct store *store, struct arena *arena,
    struct store_investigation *investigation, struct str ori,
    struct str number) MUST_USE NONNULL;

/*
 * All that a request needs to know of its investigation, in one look.
 *
 * subject: 32 bytes. Returns: 0; STORE_E_ABSENT (no such case); fault.
 */
int grounds_find_standing(struct store *store, struct arena *arena,
    struct store_standing *standing, struct str ori, struct str number,
    struct str requester, struct str subject) MUST_USE NONNULL;

/* Walk the investigations of an agency; empty ori: of all. */
int grounds_each_case(struct store *store, struct str ori,
    grounds_case_fn *each, void *context) MUST_USE;

/*
 * Put a requester on a case, or change until when.
 *
 * Returns: 0; STORE_E_ABSENT (no such case or requester); fault.
 */
int grounds_assign(struct store *store,
    const struct store_assignment *assignment) MUST_USE NONNULL;

/* Returns: 0; STORE_E_ABSENT; fault. */
int grounds_unassign(struct store *store, struct str ori, struct str number,
    struct str requester) MUST_USE NONNULL;

/* Returns: 0 and *assignment in the arena; STORE_E_ABSENT; fault. */
int grounds_find_assignment(struct store *store, struct arena *arena,
    struct store_assignment *assignment, struct str ori, struct str number,
    struct str requester) MUST_USE NONNULL;

/* Walk who is on a case. */
int grounds_each_assignment(struct store *store, struct str ori,
    struct str number, grounds_assignment_fn *each, void *context) MUST_USE;

/*
 * Name a subject of an investigation. subject: 32 bytes.
 *
 * Returns: 0; STORE_E_EXISTS; STORE_E_ABSENT (no such case); fault.
 */
int grounds_put_case_subject(struct store *store, struct str ori,
    struct str number, struct str subject) MUST_USE NONNULL;

/* Returns: 0 and *has; fault. */
int grounds_case_has_subject(struct store *store, bool *has, struct str ori,
    struct str number, struct str subject) MUST_USE NONNULL;

/* Number of subjects named, at most max. Returns: 0 and *count; fault. */
int grounds_count_case_subjects(struct store *store, uint64_t *count,
    struct str ori, struct str number, uint64_t max) MUST_USE NONNULL;

/*
 * Register a warrant with the indexes of the one person it is for: at least
 * one, each 32 bytes.
 *
 * Returns: 0; STORE_E_EXISTS; STORE_E_ABSENT (no such agency); STORE_E_TEXT;
 * STORE_E_TOO_LARGE; fault.
 */
int grounds_put_wanted(struct store *store, const struct store_wanted *wanted,
    const struct str *subjects, size_t n_subjects) MUST_USE NONNULL;

/* Served or recalled. Returns: 0; STORE_E_ABSENT; fault. */
int grounds_set_wanted_status(struct store *store, struct str ori,
    struct str number, enum grounds_wanted_status status) MUST_USE NONNULL;

/* Returns: 0 and *wanted in the arena; STORE_E_ABSENT; fault. */
int grounds_find_wanted(struct store *store, struct arena *arena,
    struct store_wanted *wanted, struct str ori, struct str number)
    MUST_USE NONNULL;

/* Returns: 0 and *has; fault. */
int grounds_wanted_has_subject(struct store *store, bool *has, struct str ori,
    struct str number, struct str subject) MUST_USE NONNULL;

/* Walk the warrants of an agency; empty ori: of all. */
int grounds_each_wanted(struct store *store, struct str ori,
    grounds_wanted_fn *each, void *context) MUST_USE;

/*
 * Register an instrument with its scope and the subjects it names (none: it
 * names nobody in particular).
 *
 * Returns: 0; STORE_E_EXISTS; STORE_E_ABSENT (no such agency); STORE_E_TEXT;
 * STORE_E_TOO_LARGE; fault.
 */
int grounds_put_instrument(struct store *store,
    const struct store_instrument *instrument, const struct str *subjects,
    size_t n_subjects) MUST_USE;

/* Returns: 0; STORE_E_ABSENT (or withdrawn before); fault. */
int grounds_withdraw_instrument(struct store *store, struct str id)
    MUST_USE NONNULL;

/*
 * Returns: 0 and *instrument with its scope (sorted by name) in the arena;
 * STORE_E_ABSENT; fault.
 */
int grounds_find_instrument(struct store *store, struct arena *arena,
    struct store_instrument *instrument, struct str id) MUST_USE NONNULL;

/* Returns: 0 and *has; fault. */
int grounds_instrument_has_subject(struct store *store, bool *has,
    struct str id, struct str subject) MUST_USE NONNULL;

/* Walk the instruments of an agency; empty ori: of all. */
int grounds_each_instrument(struct store *store, struct str ori,
    grounds_instrument_fn *each, void *context) MUST_USE;

#endif
