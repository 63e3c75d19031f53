/*
 * A lookback as one HTML page: no script, nothing from elsewhere.
 */
#ifndef STILE_CLI_LOOKBACK_HTML_H
#define STILE_CLI_LOOKBACK_HTML_H

#include "cli/lookback.h"
#include "util/buf.h"

/* Append the page. Returns: 0; fault (memory). */
int lookback_html(const struct lookback *lookback, struct arena *arena,
    struct buf *page) MUST_USE NONNULL;

#endif
