/*
 * An answer of the API, read and shown: what was decided, by which rules, what
 * was disclosed and how it is marked. Foreign text is made harmless.
 */
#ifndef STILE_CLI_RESPONSE_H
#define STILE_CLI_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/terminal.h"
#include "cli/verb.h"
#include "util/attr.h"
#include "util/str.h"

struct json_t; /* of the JSON library */

struct response {
	struct json_t *object;
};

/* Read it. Returns: true, for response_fini(); false: not a JSON object. */
bool response_parse(struct response *answer, struct str text) NONNULL;

/* Release; safe on a zeroed one. */
void response_fini(struct response *answer) NONNULL;

/* A text member of the object; p == NULL when absent. Borrowed. */
struct str response_text(const struct response *answer, const char *name) NONNULL;

/* A whole number, or whether true, in an object that is a member. Else 0. */
uint64_t response_number(const struct response *answer, const char *object,
    const char *name) NONNULL;

/*
 * Show it to people: an answer, a refusal (RFC 9457 problem) or what was
 * registered.
 */
void response_print(const struct response *answer, const struct terminal *out)
    NONNULL;

/*
 * The exit code that goes with an HTTP status and a decision: VERB_OK a permit
 * or a change that was made, VERB_NO refused, referred or nothing to disclose,
 * VERB_USAGE a request that could not be accepted, VERB_CANNOT the holder
 * could not answer.
 */
enum verb_exit response_exit(long status);

#endif
