/*
 * An answer of the API, read and shown: what was decided, by which rules, what
 * was disclosed and how it is marked. Foreign text is made harmless.
 */
#ifndef STILE_CLI_ANSWER_H
#define STILE_CLI_ANSWER_H

#include <stdbool.h>

#include "cli/terminal.h"
#include "cli/verb.h"
#include "util/attr.h"
#include "util/str.h"

struct json_t; /* of the JSON library */

struct answer {
	struct json_t *object;
};

/* Read it. Returns: true, for answer_fini(); false: not a JSON object. */
bool answer_parse(struct answer *answer, struct str text) NONNULL;

/* Release; safe on a zeroed one. */
void answer_fini(struct answer *answer) NONNULL;

/* A text member of the object; p == NULL when absent. Borrowed. */
struct str answer_text(const struct answer *answer, const char *name) NONNULL;

/*
 * Show it to people: an answer, a refusal (RFC 9457 problem) or what was
 * registered.
 */
void answer_print(const struct answer *answer, const struct terminal *out)
    NONNULL;

/*
 * The exit code that goes with an HTTP status and a decision: VERB_OK a permit
 * or a change that was made, VERB_NO refused, referred or nothing to disclose,
 * VERB_USAGE a request that could not be accepted, VERB_CANNOT the holder
 * could not answer.
 */
enum verb_exit answer_exit(long status);

#endif
