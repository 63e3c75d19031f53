/*
 * Source text as people are shown it: its lines with numbers, what is meant
 * underlined, and a word at each underline.
 *
 *	  2 | when { resource.county == context.county };
 *	    |        ---------------^^^^-------------- "Queens"
 *	    |        |              |
 *	    |        "Kings"        false
 */
#ifndef STILE_CLI_EXCERPT_H
#define STILE_CLI_EXCERPT_H

#include <stddef.h>

#include "cli/terminal.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

struct excerpt_label {
	size_t offset; /* in the source */
	size_t len;    /* 0: the point itself */
	struct str text; /* one line; empty: only the underline */
	enum terminal_style style;
	bool is_main; /* ^^^ instead of --- */
};

/*
 * Print the lines that the labels touch. Smaller labels lie over larger ones.
 * Only the first EXCERPT_LABELS are shown.
 */
#define EXCERPT_LABELS 32
void excerpt_print(const struct terminal *terminal, struct str source,
    const struct excerpt_label *labels, size_t n) NONNULL;

/* Print messages with their excerpts: as diag_print(), for people. */
void excerpt_print_diags(const struct terminal *terminal,
    const struct diag_list *diags) NONNULL;

#endif
