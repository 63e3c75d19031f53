/*
 * Writing PDF (ISO 32000-1), as little of it as printed text needs: pages of a
 * grid of Courier letters and black bars.
 *
 * Written here rather than by a library for three reasons: it streams, while
 * libraries hold the document; every byte of the file is ours, so that it can
 * be said what is in it (no dates, no identifiers, no names, nothing packed);
 * and no role of the gate maps a library it does not need. Letters outside
 * Windows-1252 are written as <U+XXXX>.
 */
#ifndef STILE_RELEASE_PDF_H
#define STILE_RELEASE_PDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/sink.h"
#include "util/str.h"

enum {
	PDF_COLUMNS = 96, /* letters of a line */
	PDF_LINES = 62,	  /* lines of a page, without its foot */
	/* letters that every black bar is wide: any list of exemptions fits */
	PDF_BAR = LIMIT_RELEASE_BAR + 2,
};

struct pdf {
	struct sink sink;
	struct buf page;  /* content of the page at hand */
	struct str foot;  /* at the foot of each page; borrowed */
	unsigned line;	  /* next on the page */
	unsigned column;  /* next on the line */
	uint64_t *places; /* of the objects written, by number */
	size_t n_places;
	size_t n_rooms;
	uint64_t n_pages;
};

enum {
	PDF_E_LIMIT = 1, /* more than LIMIT_RELEASE_PAGES pages */
};

/* Returns: 0, to be ended by pdf_fini(); fault ENOMEM. */
int pdf_init(struct pdf *pdf, int fd, struct str foot) MUST_USE NONNULL;
void pdf_fini(struct pdf *pdf) NONNULL;

/* Letters on the line, bold or not; what goes over its end is cut. */
void pdf_add(struct pdf *pdf, struct str text, bool is_bold) NONNULL;

/* A black bar, PDF_BAR wide, with white letters on it. */
void pdf_add_bar(struct pdf *pdf, struct str text) NONNULL;

/* Move to a column of the line; nothing when it is passed already. */
void pdf_tab(struct pdf *pdf, unsigned column) NONNULL;

/* End the line. Returns: 0; PDF_E_LIMIT; fault. */
int pdf_newline(struct pdf *pdf) MUST_USE NONNULL;

/*
 * Text over as many lines as it takes, from the present column on; ends the
 * last line. Returns: as pdf_newline().
 */
int pdf_wrap(struct pdf *pdf, struct str text, bool is_bold) MUST_USE NONNULL;

/* Begin a new page unless n lines are left on this one. As pdf_newline(). */
int pdf_keep(struct pdf *pdf, unsigned n) MUST_USE NONNULL;

/* Finish the file. Returns: as pdf_newline(). */
int pdf_end(struct pdf *pdf) MUST_USE NONNULL;

#endif
