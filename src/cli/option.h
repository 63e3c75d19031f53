/*
 * Options of a command line, described by tables.
 *
 * One table serves parsing, help and shell completion. Long options take
 * "--name value" or "--name=value", short ones "-x value"; "--" ends them; a
 * lone "-" is an operand and means standard input or output. Options and
 * operands may come in any order. Values are borrowed from argv.
 */
#ifndef STILE_CLI_OPTION_H
#define STILE_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "limits.h"
#include "util/attr.h"
#include "util/str.h"

enum option_kind {
	OPTION_FLAG = 0, /* takes no value */
	OPTION_TEXT,
	OPTION_NUMBER, /* decimal in [least, most] */
	OPTION_DATE,   /* YYYY-MM-DD that exists */
	OPTION_FILE,   /* as text; completed as a path */
	OPTION_DIR,
	OPTION_CHOICE, /* one of choices */
};

struct option_spec {
	const char *name; /* without the dashes */
	char letter;	  /* 0: none */
	enum option_kind kind;
	const char *value; /* what the help calls its value: "FILE" */
	const char *help;
	const char *choices; /* OPTION_CHOICE: "a|b|c" */
	int64_t least, most; /* OPTION_NUMBER */
	bool is_repeated;    /* may be given more than once */
	bool is_required;
};

struct option_value {
	const struct option_spec *spec;
	const char *text; /* NULL for a flag */
};

struct options {
	const struct option_spec *specs;  /* of the verb */
	size_t n_specs;
	const struct option_spec *common; /* of all verbs */
	size_t n_common;
	struct option_value values[LIMIT_OPTIONS];
	size_t n_values;
	const char *operands[LIMIT_OPERANDS];
	size_t n_operands;
};

enum {
	OPTION_E_WRONG = 1, /* said on errors */
};

/*
 * Parse the words after the verb. name: "stile ask", for messages.
 *
 * Returns: 0; OPTION_E_WRONG, with one line on errors that says what to do.
 * Required options are not asked for here: see option_check().
 */
int option_parse(struct options *options, const char *name, int argc,
    char *const *argv, FILE *errors) MUST_USE NONNULL;

/*
 * Are all required options there, and between least and most operands?
 *
 * operands: how the help names them. Returns: 0; OPTION_E_WRONG.
 */
int option_check(const struct options *options, const char *name,
    size_t least, size_t most, const char *operands, FILE *errors)
    MUST_USE NONNULL;

/* The last value given; NULL when absent. The name must be in a table. */
const char *option_get(const struct options *options, const char *name) NONNULL;

/* Was it given? */
bool option_has(const struct options *options, const char *name) NONNULL;

/* A number option's value, fallback when absent. */
int64_t option_number(const struct options *options, const char *name,
    int64_t fallback) NONNULL;

/* The next value of a repeated option; *at begins at 0. NULL at the end. */
const char *option_next(const struct options *options, const char *name,
    size_t *at) NONNULL;

/*
 * How far two words are apart: insertions, deletions, replacements and swaps
 * of neighbours (optimal string alignment). Words over 63 bytes: 64.
 */
unsigned option_distance(struct str a, struct str b);

/* Is word close enough to what was meant for a suggestion? */
bool option_is_near(struct str word, struct str meant);

#endif
