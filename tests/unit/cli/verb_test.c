/* Every verb has help with examples; wrong ones get a hint and exit code 2. */
#include "cli/verb.h"

#include "tap.h"

static char out[1 << 16];
static char errors[1 << 14];

static int
run(const char *line)
{
	char words[512];
	char *argv[32] = { NULL };
	char *rest = words;
	FILE *o;
	FILE *e;
	int argc = 0;
	int code;

	snprintf(words, sizeof(words), "stile %s", line);
	while (*rest != '\0' && argc < 31) {
		argv[argc++] = rest;
		rest += strcspn(rest, " ");
		if (*rest != '\0')
			*rest++ = '\0';
	}
	memset(out, 0, sizeof(out));
	memset(errors, 0, sizeof(errors));
	o = fmemopen(out, sizeof(out), "w");
	e = fmemopen(errors, sizeof(errors), "w");
	code = verb_main(argc, argv, o, e);
	fclose(o);
	fclose(e);
	return code;
}

static void
check_verb(const char *name, const struct verb *verb)
{
	bool is_whole = verb->summary != NULL && verb->usage != NULL &&
	    verb->run != NULL;

	if (!check(is_whole))
		printf("# %s: summary, usage and run\n", name);
	if (!check(verb->is_hidden || (verb->examples != NULL &&
		      strchr(verb->examples, '\t') != NULL)))
		printf("# %s: no examples\n", name);
	for (size_t i = 0; i < verb->n_options; i++) {
		const struct option_spec *spec = &verb->options[i];

		if (!check((spec->value != NULL) ==
			(spec->kind != OPTION_FLAG)) ||
		    !check(spec->help != NULL))
			printf("# %s --%s\n", name, spec->name);
	}
}

static void
every_verb_and_action_is_described(void)
{
	size_t n;
	const struct verb *const *verbs = verb_all(&n);

	for (size_t i = 0; i < n; i++) {
		if (verbs[i]->n_actions == 0)
			check_verb(verbs[i]->name, verbs[i]);
		for (size_t k = 0; k < verbs[i]->n_actions; k++)
			check_verb(verbs[i]->actions[k].name,
			    &verbs[i]->actions[k]);
	}
}

static void
every_verb_prints_its_help(void)
{
	size_t n;
	const struct verb *const *verbs = verb_all(&n);

	check_u64(run("--help"), VERB_OK);
	check(strstr(out, "lookback") != NULL);
	for (size_t i = 0; i < n; i++) {
		char line[128];

		snprintf(line, sizeof(line), "%s --help", verbs[i]->name);
		if (!check_u64(run(line), VERB_OK) ||
		    !check(strstr(out, "Usage") != NULL))
			printf("# %s\n", line);
		for (size_t k = 0; k < verbs[i]->n_actions; k++) {
			snprintf(line, sizeof(line), "%s %s --help",
			    verbs[i]->name, verbs[i]->actions[k].name);
			if (!check_u64(run(line), VERB_OK) ||
			    !check(strstr(out, "Examples") != NULL))
				printf("# %s\n", line);
		}
	}
}

static void
mistyped_words_get_a_hint(void)
{
	check_u64(run("lookbak x"), VERB_USAGE);
	check(strstr(errors, "did you mean stile lookback?") != NULL);
	check_u64(run("zzz"), VERB_USAGE);
	check(strstr(errors, "see stile --help") != NULL);
	check_u64(run("lookback --hmtl x y"), VERB_USAGE);
	check(strstr(errors, "--html") != NULL);
	check_u64(run("lookback"), VERB_USAGE);
	check(strstr(errors, "FILE is missing") != NULL);
	check_u64(run("lookback a b"), VERB_USAGE);
	check_u64(run("help lookback"), VERB_OK);
	check_u64(run("help nothing"), VERB_USAGE);
	check_u64(run("--version"), VERB_OK);
	check(strstr(out, "stile ") == out);
}

static void
what_cannot_be_read_is_said(void)
{
	check_u64(run("lookback /nowhere/audit.csv"), VERB_CANNOT);
	check(strstr(errors, "no such file") != NULL);
	check_u64(run("lookback /"), VERB_CANNOT);
	check(strstr(errors, "not a regular file") != NULL);
}

static void
a_holder_may_stand_in_front_of_the_operands(void)
{
	check_u64(run("agency add /nowhere/holder XX --name X"), VERB_CANNOT);
	check(strstr(errors, "too much") == NULL);
	check_u64(run("agency add a b c --name X"), VERB_USAGE);
	check(strstr(errors, "too much: b") != NULL);
}

static const struct tap_test tests[] = {
	TEST(every_verb_and_action_is_described),
	TEST(every_verb_prints_its_help),
	TEST(mistyped_words_get_a_hint),
	TEST(what_cannot_be_read_is_said),
	TEST(a_holder_may_stand_in_front_of_the_operands),
};

TAP_MAIN(tests)
