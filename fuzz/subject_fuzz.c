/*
 * Subject keys. Input: up to ten members, separated by LF; an absent one is an
 * empty line that holds "-". What is accepted must be canonical: reading it
 * back gives the same bytes, and it has no pattern character but WA's filler.
 */
#include <assert.h>
#include <stdint.h>

#include "source/subject.h"
#include "util/instant.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_canonical(struct arena *arena, const struct subject *subject,
    int32_t today)
{
	struct subject again;
	struct subject_problem problem;
	struct str text = subject->canonical;

	assert(utf8_is_valid(text));
	for (size_t i = 0; i < text.len; i++)
		assert(memchr("%_?[](){}^$+\\,;\0\n", text.p[i], 17) == NULL);
	assert(subject_parse_canonical(&again, &problem, arena, text, today) ==
	    0);
	assert(subject_is_equal(&again, subject));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size };
	struct subject_input input = { 0 };
	struct subject_problem problem;
	struct subject subject;
	struct arena arena;
	struct str line;
	int32_t today = instant_day_of(2026, 11, 23);
	int r;

	if (size == 0)
		return 0;
	arena_init(&arena, 1 << 16);
	(void)!subject_parse_canonical(&subject, &problem, &arena, rest, today);
	for (size_t i = 0; i < SUBJECT_N_MEMBERS && str_split(&line, &rest,
		'\n'); i++) {
		if (!str_is_equal(line, STR("-")))
			input.members[i] = line;
	}
	r = subject_parse(&subject, &problem, &arena, &input, today);
	assert(r == 0 || r == SUBJECT_E_REFUSED);
	if (r == 0)
		check_canonical(&arena, &subject, today);
	else
		assert(problem.rule != NULL && problem.text.len > 0);
	arena_fini(&arena);
	return 0;
}
