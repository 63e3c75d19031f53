/* Verbs: find one, read its options, run it; see verb.h. */
#include "cli/verb.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/help.h"
#include "util/buf.h"
#include "util/fault.h"
#include "util/file.h"

static const struct verb *const verbs[] = {
#define V(name) &cmd_##name,
#include "cli/verbs.def"
#undef V
};

static const struct option_spec common[] = {
	{ .name = "json", .help = "Print one JSON document for programs" },
	{ .name = "quiet", .letter = 'q', .help = "Print the result only" },
	{ .name = "no-color", .help = "No colour; so does NO_COLOR" },
	{ .name = "help", .letter = 'h', .help = "Print this help" },
};

const struct verb *const *
verb_all(size_t *n_verbs)
{
	*n_verbs = ARRAY_LEN(verbs);
	return verbs;
}

const struct option_spec *
verb_common(size_t *n_specs)
{
	*n_specs = ARRAY_LEN(common);
	return common;
}

/* What was printed before comes before, also when both go to one place. */
static void
flush_output(const struct cli *cli)
{
	fflush(cli->out.file);
}

int
verb_fail(const struct cli *cli, enum verb_exit code, const char *format, ...)
{
	va_list arguments;

	flush_output(cli);
	fprintf(cli->err.file, "%s: ", cli->name);
	va_start(arguments, format);
	vfprintf(cli->err.file, format, arguments);
	va_end(arguments);
	fputc('\n', cli->err.file);
	return (int)code;
}

int
verb_fault(const struct cli *cli, int fault, const char *what)
{
	flush_output(cli);
	fprintf(cli->err.file, "%s: %s: %s\n", cli->name, what,
	    strerror(fault < 0 ? -fault : fault));
	if (getenv("STILE_TRAIL") != NULL)
		fault_trail(cli->err.file);
	return VERB_CANNOT;
}

int
verb_diags(const struct cli *cli, enum verb_exit code,
    const struct diag_list *diags)
{
	flush_output(cli);
	diag_print(diags, cli->err.file);
	return (int)code;
}

/* Standard input to its end. */
static int
read_input(struct cli *cli, struct str *bytes, size_t limit)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	ssize_t n = 1;

	buf_init(&buf, limit);
	while (n > 0) {
		char *room = buf_reserve(&buf, 65536);

		if (room == NULL)
			break;
		do
			n = read(STDIN_FILENO, room, 65536);
		while (n < 0 && errno == EINTR);
		if (n > 0)
			buf_grow(&buf, (size_t)n);
	}
	if (n < 0)
		return verb_fault(cli, errno, "standard input");
	if (buf_finish(&buf) != 0)
		return verb_fail(cli, VERB_CANNOT,
		    "standard input: more than %zu bytes", limit);
	*bytes = arena_str(&cli->arena, buf_str(&buf));
	return bytes->p != NULL ? 0 : verb_fault(cli, ENOMEM, "memory");
}

int
verb_read(struct cli *cli, struct str *bytes, const char *path, size_t limit)
{
	int r;

	if (strcmp(path, "-") == 0)
		return read_input(cli, bytes, limit);
	r = file_read(bytes, &cli->arena, AT_FDCWD, path, limit);
	switch (r) {
	case 0:
		return 0;
	case FILE_E_ABSENT:
		return verb_fail(cli, VERB_CANNOT, "%s: no such file", path);
	case FILE_E_TOO_LARGE:
		return verb_fail(cli, VERB_CANNOT,
		    "%s: larger than %zu bytes", path, limit);
	case FILE_E_KIND:
		return verb_fail(cli, VERB_CANNOT, "%s: not a regular file",
		    path);
	default:
		return verb_fault(cli, r, path);
	}
}

int
verb_write(struct cli *cli, const char *path, struct str bytes)
{
	int r;

	if (strcmp(path, "-") == 0) {
		fwrite(bytes.p, 1, bytes.len, cli->out.file);
		return VERB_OK;
	}
	r = file_replace(AT_FDCWD, path, bytes, 0644);
	return r == 0 ? VERB_OK : verb_fault(cli, r, path);
}

static const struct verb *
find(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(verbs[i]->name, word) == 0)
			return verbs[i];
	}
	return NULL;
}

static const struct verb *
find_action(const struct verb *verb, const char *word)
{
	for (size_t i = 0; i < verb->n_actions; i++) {
		if (strcmp(verb->actions[i].name, word) == 0)
			return &verb->actions[i];
	}
	return NULL;
}

/* The nearest verb, or action of a verb, to a word that is none. */
static const char *
nearest(const struct verb *verb, const char *word)
{
	size_t n = verb != NULL ? verb->n_actions : ARRAY_LEN(verbs);
	const char *best = NULL;
	unsigned least = 64;

	for (size_t i = 0; i < n; i++) {
		const struct verb *one = verb != NULL ? &verb->actions[i]
						      : verbs[i];
		unsigned far = option_distance(str_of(word), str_of(one->name));

		if (!one->is_hidden && far < least &&
		    option_is_near(str_of(word), str_of(one->name))) {
			least = far;
			best = one->name;
		}
	}
	return best;
}

static int
complain(const struct verb *verb, const char *word, FILE *errors)
{
	const char *of = verb != NULL ? verb->name : "";
	const char *blank = verb != NULL ? " " : "";
	const char *meant = nearest(verb, word);

	if (meant != NULL)
		fprintf(errors, "stile: %s%sno verb %s; did you mean stile "
			"%s%s%s?\n", of, blank, word, of, blank, meant);
	else
		fprintf(errors, "stile: %s%sno verb %s; see stile %s%s--help\n",
		    of, blank, word, of, blank);
	return VERB_USAGE;
}

static bool
wants_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
	    strcmp(word, "help") == 0;
}

/*
 * `stile agency add DIR ORI …` is `stile agency add --dir DIR ORI …`: where a
 * verb works on a holder, its directory may stand in front of the operands.
 */
static void
take_dir(struct options *options, const struct verb *verb)
{
	for (size_t i = 0; i < verb->n_options; i++) {
		const struct option_spec *spec = &verb->options[i];

		if (strcmp(spec->name, "dir") != 0 ||
		    option_has(options, "dir") ||
		    options->n_operands != verb->most + 1 ||
		    options->n_values == LIMIT_OPTIONS)
			continue;
		options->values[options->n_values++] = (struct option_value){
			spec, options->operands[0] };
		options->n_operands--;
		memmove(options->operands, options->operands + 1,
		    options->n_operands * sizeof(options->operands[0]));
	}
}

static int
run(const struct verb *verb, const char *name, int argc, char *const *argv,
    FILE *out, FILE *errors)
{
	struct cli cli = { .name = name };
	bool wants_colour;
	int code;

	cli.options = (struct options){ .specs = verb->options,
		.n_specs = verb->n_options,
		.common = common,
		.n_common = ARRAY_LEN(common) };
	if (option_parse(&cli.options, name, argc, argv, errors) != 0)
		return VERB_USAGE;
	wants_colour = !option_has(&cli.options, "no-color");
	terminal_init(&cli.out, out, wants_colour);
	terminal_init(&cli.err, errors, wants_colour);
	if (option_has(&cli.options, "help")) {
		help_verb(&cli.out, verb, name);
		return VERB_OK;
	}
	take_dir(&cli.options, verb);
	if (option_check(&cli.options, name, verb->least, verb->most,
		verb->operands != NULL ? verb->operands : "an operand",
		errors) != 0)
		return VERB_USAGE;
	cli.is_json = option_has(&cli.options, "json");
	cli.is_quiet = option_has(&cli.options, "quiet");
	arena_init(&cli.arena, LIMIT_VERB_BYTES);
	code = verb->run(&cli);
	arena_fini(&cli.arena);
	return code;
}

/* `stile help case open` is `stile case open --help`. */
static int
run_help(int argc, char *const *argv, FILE *out, FILE *errors)
{
	const struct verb *verb = argc > 0 ? find(argv[0]) : NULL;
	struct terminal terminal;
	const struct verb *action;
	char name[64];

	terminal_init(&terminal, out, true);
	if (argc == 0) {
		help_all(&terminal);
		return VERB_OK;
	}
	if (verb == NULL)
		return complain(NULL, argv[0], errors);
	action = argc > 1 ? find_action(verb, argv[1]) : NULL;
	if (argc > 1 && action == NULL)
		return complain(verb, argv[1], errors);
	snprintf(name, sizeof(name), "stile %s%s%s", verb->name,
	    action != NULL ? " " : "", action != NULL ? action->name : "");
	help_verb(&terminal, action != NULL ? action : verb, name);
	return VERB_OK;
}

static int
dispatch(int argc, char *const *argv, FILE *out, FILE *errors)
{
	const struct verb *verb;
	char name[64];

	if (argc < 2) {
		fputs("stile: a verb is missing; see stile --help\n", errors);
		return VERB_USAGE;
	}
	if (wants_help(argv[1]))
		return run_help(argc > 2 ? argc - 2 : 0, argv + 2, out, errors);
	verb = find(strcmp(argv[1], "--version") == 0 ? "version" : argv[1]);
	if (verb == NULL)
		return complain(NULL, argv[1], errors);
	argc -= 2;
	argv += 2;
	snprintf(name, sizeof(name), "stile %s", verb->name);
	if (verb->n_actions > 0) {
		const struct verb *action;

		if (argc == 0 || wants_help(argv[0])) {
			char *words[2] = { NULL, NULL };

			words[0] = name + strlen("stile ");
			if (argc > 0)
				return run_help(1, words, out, errors);
			fprintf(errors, "%s: an action is missing; see %s "
				"--help\n", name, name);
			return VERB_USAGE;
		}
		action = find_action(verb, argv[0]);
		if (action == NULL)
			return complain(verb, argv[0], errors);
		snprintf(name, sizeof(name), "stile %s %s", verb->name,
		    action->name);
		verb = action;
		argc--;
		argv++;
	}
	return run(verb, name, argc, argv, out, errors);
}

int
verb_main(int argc, char *const *argv, FILE *out, FILE *errors)
{
	int code;

	setlocale(LC_CTYPE, "");
	code = dispatch(argc, argv, out, errors);
	/* A full disk or a closed pipe must not look like success. */
	if ((fflush(out) != 0 || ferror(out)) && code == VERB_OK) {
		fprintf(errors, "stile: output: %s\n", strerror(errno));
		code = VERB_CANNOT;
	}
	return code;
}
