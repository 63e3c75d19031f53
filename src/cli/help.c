/* `--help`; see help.h. */
#include "cli/help.h"

#include "cli/verb.h"
#include "util/buf.h"

#define OPTION_WIDTH 26
#define HELP_BYTES 512

static void
heading(const struct terminal *terminal, const char *text)
{
	fputc('\n', terminal->file);
	terminal_print(terminal, TERMINAL_BOLD, "%s\n", text);
}

static void
list_verb(const struct terminal *terminal, const struct verb *verb)
{
	if (!verb->is_hidden)
		fprintf(terminal->file, "  %-12s %s\n", verb->name,
		    verb->summary);
}

void
help_all(const struct terminal *terminal)
{
	size_t n;
	const struct verb *const *verbs = verb_all(&n);

	fputs("stile: a need-to-know gate for motor-vehicle records\n",
	    terminal->file);
	heading(terminal, "Usage");
	fputs("  stile VERB [options]\n", terminal->file);
	heading(terminal, "Verbs");
	for (size_t i = 0; i < n; i++)
		list_verb(terminal, verbs[i]);
	heading(terminal, "Try");
	fputs("  stile ask --help                 options and examples of a verb\n"
	      "  stile lookback audit.csv         what a log of look-ups would\n"
	      "                                   have come to under these rules\n"
	      "  man stile                        all of it\n",
	    terminal->file);
}

/* The help of an option with all that its row says. */
static struct str
describe(char text[static HELP_BYTES], const struct option_spec *spec)
{
	struct str rest = str_of(spec->kind == OPTION_CHOICE ? spec->choices
							     : "");
	struct str choice;
	struct buf buf;
	struct str all;

	buf_init(&buf, HELP_BYTES);
	buf_add_text(&buf, spec->help);
	for (bool is_first = true;
	     rest.len > 0 && str_split(&choice, &rest, '|');
	     is_first = false) {
		buf_add_text(&buf, is_first ? ": " : ", ");
		buf_add_str(&buf, choice);
	}
	buf_add_text(&buf, spec->is_required ? " (required)" : "");
	buf_add_text(&buf, spec->is_repeated ? "; may be repeated" : "");
	all = str_part(buf_str(&buf), 0, HELP_BYTES);
	memcpy(text, all.p, all.len);
	buf_fini(&buf);
	return (struct str){ text, all.len };
}

static void
list_option(const struct terminal *terminal, const struct option_spec *spec)
{
	char text[HELP_BYTES];
	char left[80];
	int n = snprintf(left, sizeof(left), "  %s%c%s--%s%s%s",
	    spec->letter != 0 ? "-" : "  ",
	    spec->letter != 0 ? spec->letter : ' ',
	    spec->letter != 0 ? ", " : " ", spec->name,
	    spec->value != NULL ? " " : "",
	    spec->value != NULL ? spec->value : "");

	fputs(left, terminal->file);
	if (n >= OPTION_WIDTH)
		fprintf(terminal->file, "\n%*s", OPTION_WIDTH, "");
	else
		fprintf(terminal->file, "%*s", OPTION_WIDTH - n, "");
	terminal_hang(terminal, OPTION_WIDTH, describe(text, spec));
}

static void
list_options(const struct terminal *terminal, const struct verb *verb)
{
	size_t n;
	const struct option_spec *common = verb_common(&n);

	heading(terminal, "Options");
	for (size_t i = 0; i < verb->n_options; i++)
		list_option(terminal, &verb->options[i]);
	for (size_t i = 0; i < n; i++)
		list_option(terminal, &common[i]);
}

static void
list_examples(const struct terminal *terminal, const char *examples)
{
	struct str rest = str_of(examples);
	struct str line;

	heading(terminal, "Examples");
	while (str_split(&line, &rest, '\n')) {
		size_t tab = str_find(line, '\t', 0);

		if (line.len == 0)
			continue;
		if (tab > 0)
			terminal_print(terminal, TERMINAL_DIM, "  # %.*s\n",
			    STR_ARG(str_part(line, 0, tab)));
		fprintf(terminal->file, "  %.*s\n",
		    STR_ARG(str_part(line, tab + 1, line.len)));
	}
}

void
help_verb(const struct terminal *terminal, const struct verb *verb,
    const char *name)
{
	struct str rest = str_of(verb->about);
	struct str paragraph;

	terminal_print(terminal, TERMINAL_BOLD, "%s", name);
	fprintf(terminal->file, ": %s\n", verb->summary);
	heading(terminal, "Usage");
	fprintf(terminal->file, "  %s%s%s\n", name,
	    verb->n_actions > 0 || verb->usage != NULL ? " " : "",
	    verb->n_actions > 0	    ? "ACTION [options]"
		: verb->usage != NULL ? verb->usage
				      : "");
	if (verb->about != NULL)
		fputc('\n', terminal->file);
	while (verb->about != NULL && str_split(&paragraph, &rest, '\n'))
		terminal_wrap(terminal, 0, paragraph);
	if (verb->n_actions > 0) {
		heading(terminal, "Actions");
		for (size_t i = 0; i < verb->n_actions; i++)
			list_verb(terminal, &verb->actions[i]);
	} else {
		list_options(terminal, verb);
	}
	if (verb->examples != NULL)
		list_examples(terminal, verb->examples);
}
