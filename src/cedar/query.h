/* The inside of a query, for what explains and extends decisions. */
#ifndef STILE_CEDAR_QUERY_H
#define STILE_CEDAR_QUERY_H

#include "cedar/eval.h"
#include "stile/cedar.h"

/* The evaluation state of a query: its names, entities, request. Borrowed. */
const struct eval *cedar_query_eval(const struct cedar_query *query) NONNULL;

#endif
