/*
 * What the original engine says: a process that answers line by line, either
 * oracle.mjs (the wasm package) or the program of native/.
 *
 * A question is a line "FUNCTION CALL", CALL being JSON; an answer is a line of
 * JSON, as the function gives it.
 */
#ifndef STILE_TESTS_JUDGE_THEIRS_H
#define STILE_TESTS_JUDGE_THEIRS_H

#include <stdio.h>
#include <sys/types.h>

#include "generate.h"
#include "util/json.h"

struct theirs {
	pid_t pid;
	FILE *to;
	FILE *from;
};

/*
 * engine: oracle.mjs, beside its node_modules, or a program. Exits when it
 * cannot be started.
 */
void judge_theirs_start(struct theirs *theirs, const char *engine);
void judge_theirs_stop(struct theirs *theirs);

/*
 * Answers as those of judge_ours(); p NULL: this engine knows no such question.
 * Exits when the process is gone.
 */
void judge_theirs(struct str answers[static GENERATE_QUESTIONS],
    struct theirs *theirs, const struct generate_case *made,
    struct arena *arena);

/* A member whose JSON may be damaged: it is sent as "!" when it would reach out. */
void judge_theirs_put_json(struct json *json, const char *name,
    struct str text);

/*
 * A copy of JSON in one line, as the process reads it: between tokens the end of
 * a line is a space. The arena owns it.
 */
struct str judge_theirs_line(struct arena *arena, struct str json);

#endif
