/* Completion scripts name every verb and option; bash reads what is written. */
#include "cli/completion.h"

#include "cli/verb.h"
#include "tap.h"

static char text[1 << 17];

static bool
write_for(const char *shell)
{
	FILE *file = fmemopen(text, sizeof(text), "w");
	bool is_known;

	memset(text, 0, sizeof(text));
	is_known = completion_write(file, shell);
	fclose(file);
	return is_known;
}

static void
all_shells_know_all_verbs_and_options(void)
{
	static const char *const shells[] = { "bash", "zsh", "fish" };
	size_t n;
	const struct verb *const *verbs = verb_all(&n);

	for (size_t s = 0; s < ARRAY_LEN(shells); s++) {
		check(write_for(shells[s]));
		for (size_t i = 0; i < n; i++) {
			check(verbs[i]->is_hidden ||
			    strstr(text, verbs[i]->name) != NULL);
			for (size_t k = 0; k < verbs[i]->n_options &&
			     !verbs[i]->is_hidden;
			     k++)
				check(strstr(text,
					  verbs[i]->options[k].name) != NULL);
		}
	}
	check(!write_for("csh"));
}

static const struct tap_test tests[] = {
	TEST(all_shells_know_all_verbs_and_options),
};

TAP_MAIN(tests)
