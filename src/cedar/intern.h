/*
 * From the values a caller writes (stile/cedar.h) to those the evaluator knows
 * (value.h): names become numbers, sets and records canonical.
 */
#ifndef STILE_CEDAR_INTERN_H
#define STILE_CEDAR_INTERN_H

#include "cedar/names.h"
#include "cedar/value.h"
#include "stile/cedar.h"

struct intern {
	struct names_scope scope;
	struct arena *arena;	 /* takes sets, records, texts */
	struct diag_list *diags; /* may be NULL */
	struct str where;	 /* said in front of a message */
	bool is_copying;	 /* copy texts; else borrow them */
};

/* All return: 0; CEDAR_E_INPUT, CEDAR_E_LIMIT with a diagnostic; fault. */

int cedar_intern_uid(uint32_t *number, const struct intern *intern,
    const struct cedar_uid *uid) MUST_USE NONNULL;

int cedar_intern_value(struct value *value, const struct intern *intern,
    const struct cedar_value *input) MUST_USE NONNULL;

int cedar_intern_record(const struct value_record **record,
    const struct intern *intern, const struct cedar_field *fields,
    size_t n) MUST_USE;

/*
 * The way back: an interned value as a caller reads it. Texts are borrowed;
 * fields ascend by name, entities in a set by type and id.
 *
 * Returns: false without room in the arena.
 */
bool cedar_intern_back(struct cedar_value *value, struct arena *arena,
    const struct names_scope *scope, const struct value *input) MUST_USE NONNULL;

/* As above for the fields of a record. */
bool cedar_intern_back_fields(const struct cedar_field **fields,
    struct arena *arena, const struct names_scope *scope,
    const struct value_record *record) MUST_USE NONNULL;

/* The type and id of an entity. Borrowed. */
struct cedar_uid cedar_intern_back_uid(const struct names_scope *scope,
    uint32_t uid) NONNULL;

/* Say what is wrong. Returns: CEDAR_E_INPUT. */
int cedar_intern_refuse(const struct intern *intern, const char *format, ...)
    PRINTF(2, 3);

/* The arena was full or memory ran out. Returns: CEDAR_E_LIMIT or a fault. */
int cedar_intern_no_room(const struct intern *intern) NONNULL;

#endif
