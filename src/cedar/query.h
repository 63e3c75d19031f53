/* The inside of a query, for what explains and extends decisions. */
#ifndef STILE_CEDAR_QUERY_H
#define STILE_CEDAR_QUERY_H

#include "cedar/eval.h"
#include "stile/cedar.h"

/* As cedar_query_explain(), for an error that arose in eval. */
struct str cedar_query_explain_in(const struct eval *eval,
    const struct cedar_error *error, struct arena *arena) NONNULL;

/* The evaluation state of a query: its names, entities, request. Borrowed. */
const struct eval *cedar_query_eval(const struct cedar_query *query) NONNULL;

/* The flags of its request. */
unsigned cedar_query_flags(const struct cedar_query *query) NONNULL;

#endif
