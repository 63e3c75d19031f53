/*
 * Verbs: what `stile` can do, as tables.
 *
 * A verb is one const entry in its own file cmd_<verb>.c and one row in
 * verbs.def. Help, completion and the options' parsing are made of the entry;
 * a verb of several actions (`stile case open`) has a table of verbs inside.
 */
#ifndef STILE_CLI_VERB_H
#define STILE_CLI_VERB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/option.h"
#include "cli/terminal.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

/* Exit codes, the same for every verb; stile(1) documents them. */
enum verb_exit {
	VERB_OK = 0,	 /* done; the answer is yes */
	VERB_NO = 1,	 /* the answer is no: refused, referred, does not verify */
	VERB_USAGE = 2,	 /* the command line or a file given on it is wrong */
	VERB_CANNOT = 3, /* the surroundings failed: a file, the network, memory */
};

/* One run of one verb. */
struct cli {
	const char *name; /* "stile case open" */
	struct options options;
	struct terminal out;
	struct terminal err;
	struct arena arena; /* lives as long as the run */
	bool is_json;
	bool is_quiet;
};

struct verb {
	const char *name;
	const char *usage;    /* what follows the name: "FILE [--map MAP]" */
	const char *summary;  /* one line, no full stop */
	const char *about;    /* paragraphs of the help; may be NULL */
	const char *examples; /* "what for\tcommand line\n" each */
	const struct option_spec *options;
	size_t n_options;
	size_t least, most;   /* operands */
	const char *operands; /* their names, for messages and completion */
	const struct verb *actions; /* of a verb that has them; then no run */
	size_t n_actions;
	bool is_hidden; /* neither in help nor in completion */
	int (*run)(struct cli *cli); /* returns an exit code */
};

#define V(name) extern const struct verb cmd_##name;
#include "cli/verbs.def"
#undef V

/* All verbs in the order of the help; n_verbs rows. */
const struct verb *const *verb_all(size_t *n_verbs) NONNULL;

/* The options that every verb takes. */
const struct option_spec *verb_common(size_t *n_specs) NONNULL;

/* Run a whole command line. Returns: the exit code. */
int verb_main(int argc, char *const *argv, FILE *out, FILE *errors) NONNULL;

/*
 * For a verb's run: one line on standard error, "stile ask: …". The exit code
 * is handed through, so that a verb ends with `return verb_fail(…)`.
 */
int verb_fail(const struct cli *cli, enum verb_exit code, const char *format,
    ...) PRINTF(3, 4);

/* A fault, with errno's text; the trail follows when STILE_TRAIL is set. */
int verb_fault(const struct cli *cli, int fault, const char *what) NONNULL;

/* Print the diagnostics on standard error. Returns: code. */
int verb_diags(const struct cli *cli, enum verb_exit code,
    const struct diag_list *diags) NONNULL;

/*
 * A whole file into the run's arena; "-" is standard input.
 *
 * Returns: 0; else the exit code, and it was said why.
 */
int verb_read(struct cli *cli, struct str *bytes, const char *path,
    size_t limit) MUST_USE NONNULL;

/* Write a file; "-" is standard output. Returns: 0; else the exit code. */
int verb_write(struct cli *cli, const char *path, struct str bytes) MUST_USE
    NONNULL;

#endif
