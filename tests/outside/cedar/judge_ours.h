/* What our engine says to a case, as text that can be compared. */
#ifndef STILE_TESTS_JUDGE_OURS_H
#define STILE_TESTS_JUDGE_OURS_H

#include "generate.h"

/*
 * Answers: "allow|reasons|errors", ids sorted and joined by commas; "fail: why"
 * for a case that cannot be loaded. In the arena.
 */
void judge_ours(struct str answers[static GENERATE_REQUESTS],
    const struct generate_case *made, struct arena *arena);

#endif
