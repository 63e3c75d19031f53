/*
 * A lookback for programs: one JSON document.
 */
#ifndef STILE_CLI_LOOKBACK_JSON_H
#define STILE_CLI_LOOKBACK_JSON_H

#include "cli/lookback.h"
#include "util/buf.h"

/* Append the document and a newline. Returns: 0; fault (memory). */
int lookback_json(const struct lookback *lookback, struct arena *arena,
    struct buf *buf) MUST_USE NONNULL;

#endif
