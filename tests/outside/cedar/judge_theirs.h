/* What the original engine says: a node process that answers line by line. */
#ifndef STILE_TESTS_JUDGE_THEIRS_H
#define STILE_TESTS_JUDGE_THEIRS_H

#include <stdio.h>
#include <sys/types.h>

#include "generate.h"

struct theirs {
	pid_t pid;
	FILE *to;
	FILE *from;
};

/* script: oracle.mjs, beside its node_modules. Exits when it cannot start. */
void judge_theirs_start(struct theirs *theirs, const char *script);
void judge_theirs_stop(struct theirs *theirs);

/* Answers as those of judge_ours(). Exits when the process is gone. */
void judge_theirs(struct str answers[static GENERATE_REQUESTS],
    struct theirs *theirs, const struct generate_case *made,
    struct arena *arena);

#endif
