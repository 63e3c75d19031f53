/*
 * Values as the evaluator knows them: small, interned, canonical.
 *
 * An attribute name or entity is a number of the dictionary (names.h). Sets are
 * sorted and without repeats, records sorted by name, so that equality is one
 * walk and membership a binary search. Values never change once made.
 *
 * Invariants: V1 two equal values have the same representation. V2 the order of
 * value_compare() is total and only for internal use: it depends on numbers.
 */
#ifndef STILE_CEDAR_VALUE_H
#define STILE_CEDAR_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/cedar.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

struct value_set;
struct value_record;

struct value {
	uint8_t kind; /* enum cedar_kind */
	uint32_t len; /* of a string's text */
	union {
		int64_t number; /* BOOL (0, 1), LONG, DECIMAL and the times */
		uint32_t uid;
		const char *text;
		const struct value_set *set;
		const struct value_record *record;
		const struct cedar_ip *ip;
	};
};

/* Exactly one of uids and items is used: uids when all members are entities. */
struct value_set {
	uint32_t n;
	const uint32_t *uids;	   /* ascending; NULL when mixed or empty */
	const struct value *items; /* ascending by value_compare() */
};

struct value_record {
	uint32_t n;
	const uint32_t *names; /* ascending */
	const struct value *values;
};

static inline struct value
value_bool(bool boolean)
{
	return (struct value){ .kind = CEDAR_BOOL, .number = boolean };
}

static inline struct value
value_number(enum cedar_kind kind, int64_t number)
{
	return (struct value){ .kind = (uint8_t)kind, .number = number };
}

static inline struct value
value_uid(uint32_t uid)
{
	return (struct value){ .kind = CEDAR_ENTITY, .uid = uid };
}

/* text must be shorter than 4 GiB, which every reader of texts ensures. */
static inline struct value
value_string(struct str text)
{
	return (struct value){ .kind = CEDAR_STRING,
		.len = (uint32_t)text.len,
		.text = text.p };
}

static inline struct str
value_text(const struct value *value)
{
	return (struct str){ value->text, value->len };
}

bool value_is_equal(const struct value *a, const struct value *b) NONNULL;

/* Total order (V2). Returns: <0, 0, >0. */
int value_compare(const struct value *a, const struct value *b) NONNULL;

/*
 * Make a set of n items in any order, which is sorted and used in place (the
 * items belong to the set after).
 *
 * Returns: the set in the arena; NULL when it has no room.
 */
const struct value_set *value_set_make(struct arena *arena, struct value *items,
    size_t n);

/* Member number i, i < n. */
static inline struct value
value_set_get(const struct value_set *set, size_t i)
{
	return set->uids != NULL ? value_uid(set->uids[i]) : set->items[i];
}

bool value_set_contains(const struct value_set *set,
    const struct value *item) NONNULL;

/* Whether the sorted array holds the number. */
bool value_uids_contain(const uint32_t *uids, size_t n, uint32_t uid);

/* Every member of part is in whole. */
bool value_set_contains_all(const struct value_set *whole,
    const struct value_set *part) NONNULL;

/* The two have a member in common. */
bool value_set_contains_any(const struct value_set *a,
    const struct value_set *b) NONNULL;

/*
 * Make a record of n fields in any order; the two arrays are sorted and used in
 * place.
 *
 * Returns: 0 and *record; VALUE_E_REPEATED (a name stands twice); fault ENOMEM
 * when the arena has no room.
 */
enum { VALUE_E_REPEATED = 1 };
int value_record_make(const struct value_record **record, struct arena *arena,
    uint32_t *names, struct value *values, size_t n) MUST_USE;

/* Returns: the field's value; NULL when there is none of that name. */
const struct value *value_record_find(const struct value_record *record,
    uint32_t name) NONNULL;

#endif
