/* The table of fields and what is asked of it; see record.h. */
#include "source/record.h"

#include <assert.h>

static const struct record_field_info rows[RECORD_N_FIELDS] = {
#define X(id, name, class, kind, title, max, cite)                             \
	{ STR_INIT(name), STR_INIT(title), STR_INIT(cite), (max),              \
	    RECORD_##class, RECORD_##kind },
#include "source/record_fields.def"
#undef X
};

const struct record_field_info *
record_field_get(enum record_field field)
{
	assert((size_t)field < RECORD_N_FIELDS);
	return &rows[field];
}

bool
record_field_find(enum record_field *field, struct str name)
{
	for (size_t i = 0; i < RECORD_N_FIELDS; i++) {
		if (str_is_equal(rows[i].name, name)) {
			*field = (enum record_field)i;
			return true;
		}
	}
	return false;
}

uint64_t
record_fields_of(enum record_kind kind)
{
	uint64_t fields = 0;

	for (size_t i = 0; i < RECORD_N_FIELDS; i++) {
		if (rows[i].kind == kind && rows[i].class != RECORD_NEVER)
			fields |= RECORD_BIT(i);
	}
	return fields;
}

struct str
record_kind_text(enum record_kind kind)
{
	static const struct str texts[] = {
		[RECORD_NONE] = STR_INIT("none"),
		[RECORD_VEHICLE] = STR_INIT("vehicle"),
		[RECORD_DRIVER] = STR_INIT("driver"),
	};

	assert((size_t)kind < ARRAY_LEN(texts));
	return texts[kind];
}

struct str
record_class_text(enum record_class class)
{
	static const struct str texts[] = {
		[RECORD_NEVER] = STR_INIT("NEVER"),
		[RECORD_PUBLIC] = STR_INIT("PUBLIC"),
		[RECORD_PI] = STR_INIT("PI"),
		[RECORD_HRPI] = STR_INIT("HRPI"),
	};

	assert((size_t)class < ARRAY_LEN(texts));
	return texts[class];
}

void
record_keep(struct record *record, uint64_t fields)
{
	for (size_t i = 0; i < RECORD_N_FIELDS; i++) {
		if ((fields & RECORD_BIT(i)) == 0)
			record->values[i] = (struct str){ NULL, 0 };
	}
}
