/*
 * Laying text out in lines: a document of words and possible breaks.
 *
 * The model is that of Wadler's "A prettier printer". A document is a row of
 * steps. A group is set on one line when it and what follows up to the next
 * possible break fits; otherwise all its own breaks are taken and the groups in
 * it are tried one by one. A nest indents the lines that begin in it. A line
 * gets the indentation of what stands on it: a break at the very end of a nest
 * is outside. Blank lines never come out.
 *
 * Time: linear in the document times the width. Memory: the arena's.
 */
#ifndef STILE_CEDAR_LAYOUT_H
#define STILE_CEDAR_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

struct layout_step;

struct layout {
	struct arena *arena;
	struct layout_step *steps;
	size_t n;
	size_t size;
	bool is_full; /* the arena gave no more: the document is cut */
};

/* Begin an empty document whose steps live in the arena. */
void cedar_layout_init(struct layout *layout, struct arena *arena) NONNULL;

/* Words: valid UTF-8, borrowed until rendered. */
void cedar_layout_text(struct layout *layout, struct str text) NONNULL;

void cedar_layout_space(struct layout *layout) NONNULL;	  /* never a break */
void cedar_layout_line(struct layout *layout) NONNULL;	  /* or a space */
void cedar_layout_break(struct layout *layout) NONNULL;	  /* or nothing */
void cedar_layout_newline(struct layout *layout) NONNULL; /* always */

void cedar_layout_open_group(struct layout *layout) NONNULL;
void cedar_layout_close_group(struct layout *layout) NONNULL;
void cedar_layout_open_nest(struct layout *layout, unsigned indent) NONNULL;
void cedar_layout_close_nest(struct layout *layout, unsigned indent) NONNULL;

/*
 * Append the document in lines of at most width columns where that can be.
 * Groups and nests must be closed. No newline comes at the end.
 *
 * Stops when buf has failed.
 */
void cedar_layout_render(const struct layout *layout, struct buf *buf,
    size_t width) NONNULL;

#endif
