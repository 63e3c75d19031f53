/* Completion for shells; see completion.h. */
#include "cli/completion.h"

#include "cli/verb.h"

/* Call each for every verb and action that is to be seen. */
typedef void completion_each_fn(FILE *out, const struct verb *verb,
    const struct verb *action);

static void
each_verb(FILE *out, completion_each_fn *each)
{
	size_t n;
	const struct verb *const *verbs = verb_all(&n);

	for (size_t i = 0; i < n; i++) {
		if (verbs[i]->is_hidden)
			continue;
		if (verbs[i]->n_actions == 0)
			each(out, verbs[i], NULL);
		for (size_t k = 0; k < verbs[i]->n_actions; k++)
			each(out, verbs[i], &verbs[i]->actions[k]);
	}
}

static void
put_verb_names(FILE *out)
{
	size_t n;
	const struct verb *const *verbs = verb_all(&n);

	for (size_t i = 0; i < n; i++) {
		if (!verbs[i]->is_hidden)
			fprintf(out, "%s ", verbs[i]->name);
	}
	fputs("help", out);
}

static void
put_action_names(FILE *out, const struct verb *verb)
{
	for (size_t i = 0; i < verb->n_actions; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", verb->actions[i].name);
}

static void
put_option_names(FILE *out, const struct option_spec *specs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(out, " --%s", specs[i].name);
}

/* What completes the value of an option: compgen's arguments. */
static void
bash_source(FILE *out, const struct option_spec *spec)
{
	if (spec->kind == OPTION_FILE || spec->kind == OPTION_DIR) {
		fputs(spec->kind == OPTION_FILE ? "-f" : "-d", out);
		return;
	}
	fputs("-W '", out);
	for (const char *p = spec->choices; *p != '\0'; p++)
		fputc(*p == '|' ? ' ' : *p, out);
	fputc('\'', out);
}

static void
bash_values(FILE *out, const struct verb *verb, const struct verb *action)
{
	const struct verb *of = action != NULL ? action : verb;

	for (size_t i = 0; i < of->n_options; i++) {
		if (of->options[i].kind < OPTION_FILE)
			continue;
		fprintf(out, "\t'%s%s%s --%s') COMPREPLY=($(compgen ",
		    verb->name, action != NULL ? " " : "",
		    action != NULL ? action->name : "", of->options[i].name);
		bash_source(out, &of->options[i]);
		fputs(" -- \"$cur\")); return ;;\n", out);
	}
}

static void
bash_words(FILE *out, const struct verb *verb, const struct verb *action)
{
	const struct verb *of = action != NULL ? action : verb;
	size_t n;
	const struct option_spec *common = verb_common(&n);

	fprintf(out, "\t'%s%s%s') words='", verb->name,
	    action != NULL ? " " : "", action != NULL ? action->name : "");
	put_option_names(out, of->options, of->n_options);
	put_option_names(out, common, n);
	fputs("' ;;\n", out);
}

static void
write_bash(FILE *out)
{
	size_t n;
	const struct verb *const *verbs = verb_all(&n);

	fputs("# bash completion of stile; made by: stile completion bash\n"
	      "_stile() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
	      "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal verb=${COMP_WORDS[1]-} words=\n"
	      "\tif [ \"$COMP_CWORD\" = 1 ]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W '",
	    out);
	put_verb_names(out);
	fputs("' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase $verb in\n", out);
	for (size_t i = 0; i < n; i++) {
		if (verbs[i]->n_actions == 0 || verbs[i]->is_hidden)
			continue;
		fprintf(out, "\t%s)\n\t\tif [ \"$COMP_CWORD\" = 2 ]; then\n"
			"\t\t\tCOMPREPLY=($(compgen -W '", verbs[i]->name);
		put_action_names(out, verbs[i]);
		fputs("' -- \"$cur\"))\n\t\t\treturn\n\t\tfi\n"
		      "\t\tverb=\"$verb ${COMP_WORDS[2]}\" ;;\n",
		    out);
	}
	fputs("\tesac\n\tcase \"$verb $prev\" in\n", out);
	each_verb(out, bash_values);
	fputs("\tesac\n\tcase $verb in\n", out);
	each_verb(out, bash_words);
	fputs("\tesac\n"
	      "\tcase $cur in\n"
	      "\t-*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
	      "\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	      "\tesac\n"
	      "}\n"
	      "complete -o filenames -F _stile stile\n",
	    out);
}

/* Text inside single quotes of a shell. */
static void
put_quoted(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (*text == '[' || *text == ']' || *text == ':')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void
zsh_options(FILE *out, const struct option_spec *specs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fprintf(out, " \\\n\t\t\t'%s--%s[",
		    specs[i].is_repeated ? "*" : "", specs[i].name);
		put_quoted(out, specs[i].help);
		fputc(']', out);
		if (specs[i].kind != OPTION_FLAG)
			fprintf(out, ":%s:", specs[i].value);
		if (specs[i].kind == OPTION_FILE)
			fputs("_files", out);
		if (specs[i].kind == OPTION_DIR)
			fputs("_files -/", out);
		if (specs[i].kind == OPTION_CHOICE) {
			fputc('(', out);
			for (const char *p = specs[i].choices; *p != '\0'; p++)
				fputc(*p == '|' ? ' ' : *p, out);
			fputc(')', out);
		}
		fputc('\'', out);
	}
}

static void
zsh_words(FILE *out, const struct verb *verb, const struct verb *action)
{
	const struct verb *of = action != NULL ? action : verb;
	size_t n;
	const struct option_spec *common = verb_common(&n);

	fprintf(out, "\t'%s%s%s')\n\t\t_arguments", verb->name,
	    action != NULL ? " " : "", action != NULL ? action->name : "");
	zsh_options(out, of->options, of->n_options);
	zsh_options(out, common, n);
	fputs(" \\\n\t\t\t'*:file:_files' ;;\n", out);
}

static void
write_zsh(FILE *out)
{
	size_t n;
	const struct verb *const *verbs = verb_all(&n);

	fputs("#compdef stile\n# zsh completion of stile; made by: stile "
	      "completion zsh\n_stile() {\n\tlocal verb=$words[2]\n"
	      "\tif (( CURRENT == 2 )); then\n\t\tlocal -a verbs\n\t\tverbs=(",
	    out);
	for (size_t i = 0; i < n; i++) {
		if (verbs[i]->is_hidden)
			continue;
		fprintf(out, "\n\t\t\t'%s:", verbs[i]->name);
		put_quoted(out, verbs[i]->summary);
		fputc('\'', out);
	}
	fputs(")\n\t\t_describe verb verbs\n\t\treturn\n\tfi\n\tcase $verb in\n",
	    out);
	for (size_t i = 0; i < n; i++) {
		if (verbs[i]->n_actions == 0 || verbs[i]->is_hidden)
			continue;
		fprintf(out, "\t%s)\n\t\tif (( CURRENT == 3 )); then\n"
			"\t\t\tcompadd ", verbs[i]->name);
		put_action_names(out, verbs[i]);
		fputs("\n\t\t\treturn\n\t\tfi\n\t\tverb=\"$verb $words[3]\"\n"
		      "\t\tshift words; (( CURRENT-- )) ;;\n",
		    out);
	}
	fputs("\tesac\n\tshift words; (( CURRENT-- ))\n\tcase $verb in\n", out);
	each_verb(out, zsh_words);
	fputs("\tesac\n}\n_stile \"$@\"\n", out);
}

static void
fish_options(FILE *out, const char *condition, const struct option_spec *specs,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "complete -c stile -n '%s' -l %s", condition,
		    specs[i].name);
		if (specs[i].letter != 0)
			fprintf(out, " -s %c", specs[i].letter);
		if (specs[i].kind == OPTION_FILE || specs[i].kind == OPTION_DIR)
			fputs(" -r -F", out);
		else if (specs[i].kind != OPTION_FLAG)
			fputs(" -x", out);
		if (specs[i].kind == OPTION_CHOICE) {
			fputs(" -a '", out);
			for (const char *p = specs[i].choices; *p != '\0'; p++)
				fputc(*p == '|' ? ' ' : *p, out);
			fputc('\'', out);
		}
		fputs(" -d '", out);
		put_quoted(out, specs[i].help);
		fputs("'\n", out);
	}
}

static void
fish_words(FILE *out, const struct verb *verb, const struct verb *action)
{
	const struct verb *of = action != NULL ? action : verb;
	size_t n;
	const struct option_spec *common = verb_common(&n);
	char condition[160];

	snprintf(condition, sizeof(condition),
	    "__fish_seen_subcommand_from %s%s%s", verb->name,
	    action != NULL ? "; and __fish_seen_subcommand_from " : "",
	    action != NULL ? action->name : "");
	fish_options(out, condition, of->options, of->n_options);
	fish_options(out, condition, common, n);
}

static void
write_fish(FILE *out)
{
	size_t n;
	const struct verb *const *verbs = verb_all(&n);

	fputs("# fish completion of stile; made by: stile completion fish\n",
	    out);
	for (size_t i = 0; i < n; i++) {
		if (verbs[i]->is_hidden)
			continue;
		fprintf(out, "complete -c stile -f -n __fish_use_subcommand "
			"-a %s -d '", verbs[i]->name);
		put_quoted(out, verbs[i]->summary);
		fputs("'\n", out);
		for (size_t k = 0; k < verbs[i]->n_actions; k++)
			fprintf(out, "complete -c stile -f -n "
				"'__fish_seen_subcommand_from %s' -a %s\n",
			    verbs[i]->name, verbs[i]->actions[k].name);
	}
	each_verb(out, fish_words);
}

bool
completion_write(FILE *out, const char *shell)
{
	static const struct {
		const char *shell;
		void (*write)(FILE *out);
	} shells[] = { { "bash", write_bash }, { "zsh", write_zsh },
		{ "fish", write_fish } };

	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (strcmp(shells[i].shell, shell) == 0) {
			shells[i].write(out);
			return true;
		}
	}
	return false;
}
