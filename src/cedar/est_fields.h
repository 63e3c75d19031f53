/*
 * What the readers of policies as JSON share: taking objects apart, complaining.
 *
 * A function that reads returns NULL or false when it could not; the reason is
 * then in reader->r and, unless it is memory, in the diagnostics.
 */
#ifndef STILE_CEDAR_EST_FIELDS_H
#define STILE_CEDAR_EST_FIELDS_H

#include "cedar/ast.h"
#include "cedar/jsontree.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"

struct est_reader {
	struct arena *arena; /* takes what is read; texts stay the document's */
	struct diag_list *diags;
	int r; /* 0, or why reading stopped: an outcome or a fault */
};

/* One member that an object may have. */
struct est_field {
	const char *name;
	bool is_optional;
	const struct jsontree *value; /* NULL: absent */
};

/* Complain, as a function that returns a pointer, and one that says whether. */
#define REFUSE(...) (cedar_est_fields_complain(__VA_ARGS__), NULL)
#define REFUSED(...) (cedar_est_fields_complain(__VA_ARGS__), false)

/* Report what is wrong with a value and stop reading; the first counts. */
void cedar_est_fields_complain(struct est_reader *reader,
    const struct jsontree *json, const char *format, ...) PRINTF(3, 4);

/* Arena memory. */
void *cedar_est_fields_alloc(struct est_reader *reader, size_t n, size_t size)
    NONNULL;

/* Take the members of an object apart; no others may be there. */
bool cedar_est_fields_take(struct est_reader *reader,
    const struct jsontree *json, struct est_field *list, size_t n) NONNULL;

bool cedar_est_fields_string(struct est_reader *reader, struct str *text,
    const struct jsontree *json) NONNULL;

/* The name of an entity type. */
bool cedar_est_fields_type(struct est_reader *reader, struct ast_name *name,
    const struct jsontree *json) NONNULL;

/* {type, id}, or {__entity: {type, id}} */
bool cedar_est_fields_uid(struct est_reader *reader, struct ast_uid *uid,
    const struct jsontree *json) NONNULL;

#endif
