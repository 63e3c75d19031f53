/* What our engine says to a case, as text that can be compared. */
#ifndef STILE_TESTS_JUDGE_OURS_H
#define STILE_TESTS_JUDGE_OURS_H

#include "generate.h"

/*
 * An answer to each question: "allow|reasons|errors", ids sorted and joined by
 * commas; the ids of policies that are not valid; a form, as text or JSON;
 * "fail: why" where something is refused. In the arena.
 */
void judge_ours(struct str answers[static GENERATE_QUESTIONS],
    const struct generate_case *made, struct arena *arena);

#endif
