/*
 * What a verb did as one JSON object on standard output, for --json.
 *
 * Begin, put members with the functions of util/json.h, end: best by
 * CLEANUP(result_end).
 */
#ifndef STILE_CLI_RESULT_H
#define STILE_CLI_RESULT_H

#include "cli/verb.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/json.h"

struct result {
	struct cli *cli;
	struct buf buf;
	struct json json;
};

void result_begin(struct result *result, struct cli *cli) NONNULL;

/* Close the object and print it. */
void result_end(struct result *result) NONNULL;

#endif
