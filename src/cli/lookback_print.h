/*
 * A lookback on the terminal: tables and bars.
 */
#ifndef STILE_CLI_LOOKBACK_PRINT_H
#define STILE_CLI_LOOKBACK_PRINT_H

#include "cli/lookback.h"
#include "cli/terminal.h"

/* Print all of it. Returns: 0; fault (memory). */
int lookback_print(const struct lookback *lookback, struct arena *arena,
    const struct terminal *terminal) MUST_USE NONNULL;

/* Print which column was taken for what. */
void lookback_print_columns(const struct audit_log *log,
    const struct terminal *terminal) NONNULL;

#endif
