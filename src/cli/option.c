/* Options of a command line; see option.h. */
#include "cli/option.h"

#include <assert.h>

#include "util/instant.h"

static const struct option_spec *
find_in(const struct option_spec *specs, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_is_equal(str_of(specs[i].name), name))
			return &specs[i];
	}
	return NULL;
}

static const struct option_spec *
find_name(const struct options *options, struct str name)
{
	const struct option_spec *spec = find_in(options->specs,
	    options->n_specs, name);

	return spec != NULL
	    ? spec
	    : find_in(options->common, options->n_common, name);
}

static const struct option_spec *
find_letter(const struct options *options, char letter)
{
	for (size_t i = 0; i < options->n_specs; i++) {
		if (options->specs[i].letter == letter)
			return &options->specs[i];
	}
	for (size_t i = 0; i < options->n_common; i++) {
		if (options->common[i].letter == letter)
			return &options->common[i];
	}
	return NULL;
}

static unsigned
min3(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

unsigned
option_distance(struct str a, struct str b)
{
	unsigned rows[3][65];
	unsigned *before = rows[0];
	unsigned *above = rows[1];
	unsigned *row = rows[2];

	if (a.len > 63 || b.len > 63)
		return 64;
	for (size_t j = 0; j <= b.len; j++)
		above[j] = (unsigned)j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned *spare = before;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			unsigned differs = a.p[i - 1] != b.p[j - 1];

			row[j] = min3(above[j] + 1, row[j - 1] + 1,
			    above[j - 1] + differs);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1])
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = spare;
	}
	return above[b.len];
}

bool
option_is_near(struct str word, struct str meant)
{
	size_t longest = MAX(word.len, meant.len);

	if (word.len >= 3 && str_has_prefix(meant, word))
		return true;
	return option_distance(word, meant) <= (longest < 5 ? 1u : 2u);
}

static const char *
suggest(const struct options *options, struct str name)
{
	const char *best = NULL;
	unsigned least = 64;

	for (size_t i = 0; i < options->n_specs + options->n_common; i++) {
		const struct option_spec *spec = i < options->n_specs
		    ? &options->specs[i]
		    : &options->common[i - options->n_specs];
		unsigned far = option_distance(name, str_of(spec->name));

		if (far < least && option_is_near(name, str_of(spec->name))) {
			least = far;
			best = spec->name;
		}
	}
	return best;
}

static int
unknown(const struct options *options, const char *name, struct str word,
    bool is_letter, FILE *errors)
{
	const char *meant = is_letter ? NULL : suggest(options, word);

	fprintf(errors, "%s: no option %s%.*s", name, is_letter ? "-" : "--",
	    STR_ARG(word));
	if (meant != NULL)
		fprintf(errors, "; did you mean --%s?\n", meant);
	else
		fprintf(errors, "; see %s --help\n", name);
	return OPTION_E_WRONG;
}

static bool
is_choice(const char *choices, struct str text)
{
	struct str rest = str_of(choices);
	struct str choice;

	while (str_split(&choice, &rest, '|')) {
		if (str_is_equal(choice, text))
			return true;
	}
	return false;
}

/* Does the value have the shape its option asks for? */
static int
check_value(const struct option_spec *spec, const char *text, const char *name,
    FILE *errors)
{
	int64_t number;
	int32_t day;

	if (spec->kind == OPTION_NUMBER &&
	    (!str_to_i64(&number, str_of(text)) || number < spec->least ||
		number > spec->most)) {
		fprintf(errors,
		    "%s: --%s takes a number from %lld to %lld, not %s\n", name,
		    spec->name, (long long)spec->least, (long long)spec->most,
		    text);
		return OPTION_E_WRONG;
	}
	if (spec->kind == OPTION_DATE &&
	    !instant_parse_date(&day, str_of(text))) {
		fprintf(errors, "%s: --%s takes a date as 2026-11-23, not %s\n",
		    name, spec->name, text);
		return OPTION_E_WRONG;
	}
	if (spec->kind == OPTION_CHOICE &&
	    !is_choice(spec->choices, str_of(text))) {
		fprintf(errors, "%s: --%s takes one of %s, not %s\n", name,
		    spec->name, spec->choices, text);
		return OPTION_E_WRONG;
	}
	return 0;
}

static int
add_value(struct options *options, const struct option_spec *spec,
    const char *text, const char *name, FILE *errors)
{
	if (!spec->is_repeated && spec->kind != OPTION_FLAG &&
	    option_has(options, spec->name)) {
		fprintf(errors, "%s: --%s is given twice\n", name, spec->name);
		return OPTION_E_WRONG;
	}
	if (options->n_values == LIMIT_OPTIONS) {
		fprintf(errors, "%s: more than %d options\n", name,
		    LIMIT_OPTIONS);
		return OPTION_E_WRONG;
	}
	options->values[options->n_values++] = (struct option_value){ spec,
		text };
	return text != NULL ? check_value(spec, text, name, errors) : 0;
}

/* One option at argv[*at]; a value that stands apart moves *at on. */
static int
parse_one(struct options *options, const char *name, int argc,
    char *const *argv, int *at, FILE *errors)
{
	const char *word = argv[*at];
	bool is_letter = word[1] != '-';
	struct str body = str_of(word + (is_letter ? 1 : 2));
	size_t cut = is_letter ? 1 : str_find(body, '=', 0);
	struct str key = str_part(body, 0, cut);
	const struct option_spec *spec = is_letter
	    ? find_letter(options, body.p[0])
	    : find_name(options, key);
	const char *text = NULL;

	if (spec == NULL)
		return unknown(options, name, key, is_letter, errors);
	if (cut < body.len)
		text = body.p + cut + (is_letter && body.p[1] != '=' ? 0 : 1);
	if (spec->kind == OPTION_FLAG) {
		if (text == NULL)
			return add_value(options, spec, NULL, name, errors);
		fprintf(errors, "%s: --%s takes no value\n", name, spec->name);
		return OPTION_E_WRONG;
	}
	if (text == NULL && *at + 1 < argc)
		text = argv[++*at];
	if (text == NULL) {
		fprintf(errors, "%s: --%s needs a value: --%s %s\n", name,
		    spec->name, spec->name, spec->value);
		return OPTION_E_WRONG;
	}
	return add_value(options, spec, text, name, errors);
}

int
option_parse(struct options *options, const char *name, int argc,
    char *const *argv, FILE *errors)
{
	bool has_ended = false;

	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];

		if (!has_ended && strcmp(word, "--") == 0) {
			has_ended = true;
		} else if (!has_ended && word[0] == '-' && word[1] != '\0') {
			if (parse_one(options, name, argc, argv, &i, errors) !=
			    0)
				return OPTION_E_WRONG;
		} else if (options->n_operands == LIMIT_OPERANDS) {
			fprintf(errors, "%s: more than %d operands\n", name,
			    LIMIT_OPERANDS);
			return OPTION_E_WRONG;
		} else {
			options->operands[options->n_operands++] = word;
		}
	}
	return 0;
}

int
option_check(const struct options *options, const char *name, size_t least,
    size_t most, const char *operands, FILE *errors)
{
	for (size_t i = 0; i < options->n_specs; i++) {
		const struct option_spec *spec = &options->specs[i];

		if (spec->is_required && !option_has(options, spec->name)) {
			fprintf(errors, "%s: --%s %s is missing; see %s "
				"--help\n", name, spec->name, spec->value,
			    name);
			return OPTION_E_WRONG;
		}
	}
	if (options->n_operands < least) {
		fprintf(errors, "%s: %s is missing; see %s --help\n", name,
		    operands, name);
		return OPTION_E_WRONG;
	}
	if (options->n_operands > most) {
		fprintf(errors, "%s: too much: %s; see %s --help\n", name,
		    options->operands[most], name);
		return OPTION_E_WRONG;
	}
	return 0;
}

const char *
option_next(const struct options *options, const char *name, size_t *at)
{
	const struct option_spec *spec = find_name(options, str_of(name));

	assert(spec != NULL);
	for (; *at < options->n_values; ++*at) {
		if (options->values[*at].spec == spec)
			return options->values[(*at)++].text;
	}
	return NULL;
}

const char *
option_get(const struct options *options, const char *name)
{
	const char *found = NULL;
	const char *text;
	size_t at = 0;

	while ((text = option_next(options, name, &at)) != NULL)
		found = text;
	return found;
}

bool
option_has(const struct options *options, const char *name)
{
	const struct option_spec *spec = find_name(options, str_of(name));

	assert(spec != NULL);
	for (size_t i = 0; i < options->n_values; i++) {
		if (options->values[i].spec == spec)
			return true;
	}
	return false;
}

int64_t
option_number(const struct options *options, const char *name, int64_t fallback)
{
	const char *text = option_get(options, name);
	int64_t number;

	return text != NULL && str_to_i64(&number, str_of(text)) ? number
								 : fallback;
}
