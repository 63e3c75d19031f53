/* What `stile policy` prints for programs. */
#ifndef STILE_CLI_POLICY_JSON_H
#define STILE_CLI_POLICY_JSON_H

#include "cli/policy_input.h"
#include "util/json.h"

/* Append "messages": [{severity, file, line, column, .., text, help}]. */
void policy_json_messages(struct json *json,
    const struct policy_input *input) NONNULL;

/* Append file, line and column of a place in a file's policies. */
void policy_json_place(struct json *json, const struct policy_file *file,
    size_t offset) NONNULL;

/* Print what buf holds as one line on standard output; release it. */
void policy_json_print(const struct cli *cli, struct buf *buf) NONNULL;

/* Append compact JSON as people read it: indented by indent. */
void policy_json_pretty(struct buf *buf, struct str compact,
    unsigned indent) NONNULL;

#endif
