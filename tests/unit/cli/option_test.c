/* Options of a command line: values, limits, messages, suggestions. */
#include "cli/option.h"

#include "tap.h"

static const struct option_spec specs[] = {
	{ .name = "plate", .letter = 'p', .kind = OPTION_TEXT, .value = "P" },
	{ .name = "year", .kind = OPTION_NUMBER, .value = "N", .least = 1900,
	    .most = 2100 },
	{ .name = "born", .kind = OPTION_DATE, .value = "DATE" },
	{ .name = "field", .kind = OPTION_TEXT, .value = "F",
	    .is_repeated = true },
	{ .name = "kind", .kind = OPTION_CHOICE, .value = "K",
	    .choices = "one|two" },
	{ .name = "who", .kind = OPTION_TEXT, .value = "W",
	    .is_required = true },
};
static const struct option_spec common[] = {
	{ .name = "help", .letter = 'h' },
};

static char message[512];

static int
parse(struct options *options, int argc, const char *const *argv)
{
	FILE *errors = fmemopen(message, sizeof(message), "w");
	char *words[LIMIT_OPERANDS + LIMIT_OPTIONS + 8] = { NULL };
	int r;

	*options = (struct options){ .specs = specs,
		.n_specs = ARRAY_LEN(specs),
		.common = common,
		.n_common = 1 };
	memset(message, 0, sizeof(message));
	for (int i = 0; i < argc; i++)
		memcpy(&words[i], &argv[i], sizeof(char *));
	r = option_parse(options, "stile try", argc, words, errors);
	if (r == 0)
		r = option_check(options, "stile try", 0, LIMIT_OPERANDS,
		    "FILE", errors);
	fclose(errors);
	return r;
}

#define PARSE(options, ...)                                                    \
	parse(options,                                                         \
	    (int)ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })),            \
	    (const char *const[]){ __VA_ARGS__ })

static void
values_come_apart_and_joined_in_any_order(void)
{
	struct options o;
	size_t at = 0;

	check(PARSE(&o, "x", "--plate", "ABC", "--year=2024", "-", "--field",
		  "a", "--who=", "--field=b", "--", "--year") == 0);
	check_str(str_of(option_get(&o, "plate")), STR("ABC"));
	check_u64(option_number(&o, "year", 0), 2024);
	check_u64(o.n_operands, 3);
	check_str(str_of(o.operands[2]), STR("--year"));
	check_str(str_of(option_next(&o, "field", &at)), STR("a"));
	check_str(str_of(option_next(&o, "field", &at)), STR("b"));
	check(option_next(&o, "field", &at) == NULL);
	check(!option_has(&o, "help"));
	check(PARSE(&o, "-pX1", "-h", "--who", "me") == 0);
	check_str(str_of(option_get(&o, "plate")), STR("X1"));
	check(option_has(&o, "help"));
}

static void
wrong_options_are_named_with_what_was_meant(void)
{
	struct options o;

	check(PARSE(&o, "--plat", "X") == OPTION_E_WRONG);
	check(strstr(message, "did you mean --plate?") != NULL);
	check(PARSE(&o, "--zzzz") == OPTION_E_WRONG);
	check(strstr(message, "see stile try --help") != NULL);
	check(PARSE(&o, "--plate") == OPTION_E_WRONG);
	check(strstr(message, "needs a value") != NULL);
	check(PARSE(&o, "--year", "1899") == OPTION_E_WRONG);
	check(strstr(message, "1900 to 2100") != NULL);
	check(PARSE(&o, "--born", "2025-02-30") == OPTION_E_WRONG);
	check(PARSE(&o, "--kind", "three") == OPTION_E_WRONG);
	check(strstr(message, "one|two") != NULL);
	check(PARSE(&o, "--plate", "a", "--plate", "b") == OPTION_E_WRONG);
	check(strstr(message, "twice") != NULL);
	check(PARSE(&o, "--help=x") == OPTION_E_WRONG);
	check(PARSE(&o, "-x") == OPTION_E_WRONG);
	check(PARSE(&o, "x") == OPTION_E_WRONG);
	check(strstr(message, "--who W is missing") != NULL);
}

static void
a_command_line_is_bounded(void)
{
	const char *words[LIMIT_OPTIONS + LIMIT_OPERANDS] = { NULL };
	struct options o;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		words[i] = "x";
	words[0] = "--who=me";
	check(parse(&o, LIMIT_OPERANDS + 1, words) == 0);
	check(parse(&o, LIMIT_OPERANDS + 2, words) == OPTION_E_WRONG);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		words[i] = "--field=x";
	words[0] = "--who=me";
	check(parse(&o, LIMIT_OPTIONS, words) == 0);
	check(parse(&o, LIMIT_OPTIONS + 1, words) == OPTION_E_WRONG);
}

static void
distances_count_slips_and_swaps(void)
{
	check_u64(option_distance(STR("verify"), STR("verify")), 0);
	check_u64(option_distance(STR("verfy"), STR("verify")), 1);
	check_u64(option_distance(STR("veirfy"), STR("verify")), 1);
	check_u64(option_distance(STR(""), STR("abc")), 3);
	check(option_is_near(STR("lookbak"), STR("lookback")));
	check(!option_is_near(STR("xyz"), STR("ask")));
}

static const struct tap_test tests[] = {
	TEST(values_come_apart_and_joined_in_any_order),
	TEST(wrong_options_are_named_with_what_was_meant),
	TEST(a_command_line_is_bounded),
	TEST(distances_count_slips_and_swaps),
};

TAP_MAIN(tests)
