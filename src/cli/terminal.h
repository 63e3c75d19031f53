/*
 * What people see: width, colour, tables, bars, progress.
 *
 * Colour and progress only on a terminal; NO_COLOR, TERM=dumb and --no-color
 * switch colour off. A pipe gets the same text without either, 80 columns.
 */
#ifndef STILE_CLI_TERMINAL_H
#define STILE_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/attr.h"
#include "util/str.h"

enum terminal_style {
	TERMINAL_PLAIN = 0,
	TERMINAL_BOLD,
	TERMINAL_DIM,
	TERMINAL_GOOD, /* green */
	TERMINAL_WAIT, /* yellow */
	TERMINAL_BAD,  /* red */
};

struct terminal {
	FILE *file;
	unsigned width;	 /* columns */
	bool is_tty;
	bool has_colour;
	bool has_unicode; /* the locale's characters are UTF-8 */
};

/* Look at where file leads. wants_colour: false for --no-color. */
void terminal_init(struct terminal *terminal, FILE *file, bool wants_colour)
    NONNULL;

/* Begin and end a style; nothing without colour. */
void terminal_style(const struct terminal *terminal, enum terminal_style style)
    NONNULL;

/* Formatted text in a style. */
void terminal_print(const struct terminal *terminal, enum terminal_style style,
    const char *format, ...) PRINTF(3, 4);

/*
 * Foreign text on one line: controls and deceiving characters become '?', what
 * is over width columns is cut with an ellipsis. Returns: columns written.
 */
unsigned terminal_text(const struct terminal *terminal, struct str text,
    unsigned width) NONNULL;

/* As terminal_text, filled up with blanks to width. */
void terminal_cell(const struct terminal *terminal, struct str text,
    unsigned width) NONNULL;

/* Text broken at blanks, each line indented; one newline at the end. */
void terminal_wrap(const struct terminal *terminal, unsigned indent,
    struct str text) NONNULL;

/* The same where the cursor stands in column indent already. */
void terminal_hang(const struct terminal *terminal, unsigned indent,
    struct str text) NONNULL;

/* A bar of part out of whole, width columns at most, in eighths. */
void terminal_bar(const struct terminal *terminal, enum terminal_style style,
    uint64_t part, uint64_t whole, unsigned width) NONNULL;

/* Columns that text takes as terminal_text() would write it, uncut. */
unsigned terminal_width_of(struct str text);

/*
 * "label 42%" over the same line; on a terminal only. done == all ends it and
 * wipes the line.
 */
void terminal_progress(const struct terminal *terminal, const char *label,
    uint64_t done, uint64_t all) NONNULL;

/* "12,345": thousands apart, in text of size bytes. Returns: text. */
const char *terminal_number(char text[static 32], uint64_t number);

/* "4.2 %", "<0.1 %", "0 %", in text. Returns: text. */
const char *terminal_share(char text[static 32], uint64_t part, uint64_t whole);

#endif
