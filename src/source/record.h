/*
 * A motor-vehicle record and the table of its fields.
 *
 * For what: one vocabulary of fields for policies, instruments, requests and
 * the importer. The table is record_fields.def; nothing else lists fields.
 * A record is a bag of borrowed slices, all in the arena it was fetched into.
 * Zero is safe: a zeroed record is of no kind and has no value.
 */
#ifndef STILE_SOURCE_RECORD_H
#define STILE_SOURCE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

enum record_kind {
	RECORD_NONE = 0,
	RECORD_VEHICLE, /* one vehicle, its registration and its owner */
	RECORD_DRIVER,	/* one licence and the person who holds it */
};

/* Ordered by how closely they are held; a larger class is never looser. */
enum record_class {
	RECORD_NEVER = 0, /* not stored, not disclosed: the safe value */
	RECORD_PUBLIC,	  /* not personal information */
	RECORD_PI,	  /* personal information, 18 USC 2725(3) */
	RECORD_HRPI,	  /* highly restricted, 18 USC 2725(4); also PI */
};

enum record_field {
#define X(id, name, class, kind, title, max, cite) RECORD_##id,
#include "source/record_fields.def"
#undef X
	RECORD_N_FIELDS,
};

/* One row of the table. */
struct record_field_info {
	struct str name;	/* "owner.address.zip" */
	struct str title;	/* for people, lower case, no full stop */
	struct str cite;	/* why it is of this class */
	size_t max;		/* most bytes of a value */
	enum record_class class;
	enum record_kind kind;	/* the records that have it */
};

struct record {
	enum record_kind kind;
	struct str id;	   /* the holder's own, stable over imports */
	bool is_protected; /* address confidentiality program */
	bool is_sealed;	   /* sealed by a court */
	struct str values[RECORD_N_FIELDS]; /* p == NULL: has no value */
};

/* A set of fields as bits, for "requested and permitted and named". */
#define RECORD_BIT(field) (UINT64_C(1) << (field))
_Static_assert(RECORD_N_FIELDS <= 64, "a set of fields is one word");

/* The row of a field; field must be below RECORD_N_FIELDS. Static. */
const struct record_field_info *record_field_get(enum record_field field);

/*
 * The field called name ("vehicle.make"), letter case included.
 *
 * Returns: true and *field; false when there is none.
 */
bool record_field_find(enum record_field *field, struct str name) NONNULL;

/* All fields a record of this kind has, NEVER fields left out. */
uint64_t record_fields_of(enum record_kind kind);

/* "vehicle", "driver", "none". */
struct str record_kind_text(enum record_kind kind);

/* "PUBLIC", "PI", "HRPI", "NEVER": the names policies use. */
struct str record_class_text(enum record_class class);

/* The value of a field, p == NULL when the record has none. Borrowed. */
static inline struct str
record_get(const struct record *record, enum record_field field)
{
	return record->values[field];
}

/* Keep only the fields in the set; the rest become absent. */
void record_keep(struct record *record, uint64_t fields) NONNULL;

#endif
